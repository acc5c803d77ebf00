"""The catalogue as told: docs equal the source, and every rule can be told in full."""

from __future__ import annotations

from pathlib import Path

import pytest

from screening.reference.dated import read_table
from screening.rules import FAMILIES, RULES, Rule, describe, list_rules, render_catalogue

DOCUMENT = Path(__file__).parents[2] / "docs" / "rules.md"


def test_docs_are_made_from_the_catalogue() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == render_catalogue(), "run scripts/write_rules_doc.py"


def test_the_list_holds_every_rule_once() -> None:
    assert list_rules()["id"].to_list() == [rule.id for rule in RULES]
    assert len(RULES) >= 55


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_all_that_an_examiner_asks(rule: Rule) -> None:
    assert rule.family in FAMILIES
    assert rule.definition.endswith(".")
    assert rule.source
    assert 0 < rule.weight <= 50
    text = describe(rule)
    assert rule.id in text
    assert all(item.name in text and item.meaning for item in rule.parameters)


def test_the_lexicon_holds_no_word_of_faith() -> None:
    terms = {row["term"] for row in read_table("lexicon").rows}
    faith = {
        "zakat",
        "sadaqa",
        "jihad",
        "mosque",
        "church",
        "imam",
        "allah",
        "islam",
        "muslim",
        "christian",
        "jewish",
    }
    assert not {word for term in terms for word in term.split()} & faith


def test_tier_a_is_the_banks_own() -> None:
    assert not [row for row in read_table("lexicon").rows if row["tier"] == "A"]
