"""Rules for terrorist-financing typologies: payments x rules -> FLAGS."""

from screening.rules.assessment import Assessment, assess
from screening.rules.book import PARTY_FIELDS, Book
from screening.rules.catalogue import RULES
from screening.rules.descriptions import describe, list_rules, render_catalogue
from screening.rules.findings import Finding, Money
from screening.rules.rule import FAMILIES, Parameter, Rule, RuleFactory, rule

__all__ = [
    "FAMILIES",
    "PARTY_FIELDS",
    "RULES",
    "Assessment",
    "Book",
    "Finding",
    "Money",
    "Parameter",
    "Rule",
    "RuleFactory",
    "assess",
    "describe",
    "list_rules",
    "render_catalogue",
    "rule",
]
