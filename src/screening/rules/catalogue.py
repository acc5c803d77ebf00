"""The catalogue: all rules with their defaults, and how one is told to a reader."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from screening.rules import (
    behaviour,
    cash,
    commerce,
    completeness,
    corridors,
    donations,
    evasion,
    graph,
    shapes,
    structuring,
    texts,
    travel,
    virtual_assets,
)
from screening.rules.rule import Rule, RuleFactory

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

__all__ = ["LEFT_OUT", "RULES", "by_id"]

_MODULES: Final = (
    behaviour,
    cash,
    commerce,
    completeness,
    corridors,
    donations,
    evasion,
    graph,
    shapes,
    structuring,
    texts,
    travel,
    virtual_assets,
)


def _rules_of(module: ModuleType) -> list[Rule]:
    factories = [value for value in vars(module).values() if isinstance(value, RuleFactory)]
    return [factory.default for factory in factories if factory.__module__ == module.__name__]


RULES: Final[tuple[Rule, ...]] = tuple(
    sorted((rule for module in _MODULES for rule in _rules_of(module)), key=lambda rule: rule.id)
)
"""The default catalogue, in order of id; a bank composes its own list from it."""

LEFT_OUT: Final = {
    "TF-L01 to TF-L04": "names, identifiers, texts and banks on a list belong to the list channel.",
    "TF-X05": "listed wallets are exact identifiers of a list, and the UN list holds none.",
    "TF-V07": "draining before silence is known only once the silence has passed, on a day without a payment "
    "to flag; a rule here looks back only.",
    "burst within minutes (part of TF-V05)": "three payments in five minutes is how a bulk file looks.",
    "large cash deposit, then wire, by non-profits (part of TF-N02)": "TF-K01 flags it for every party.",
    "prepaid card used from another device (part of TF-F05)": "a device is not known at a terminal.",
    "payments by a company to its suppliers from a private account (part of TF-T06)": "needs supplier lists.",
    "counterparty sector (part of TF-T04)": "needs sector codes of both sides, which payments do not carry.",
    "use of a card's limit (part of TF-F02)": "payments carry no limit of a card.",
    "standing orders only (part of TF-V03)": "payments do not say that they are standing orders.",
    "travel notice (part of TF-C06)": "payments carry none; the reason names both places for the analyst.",
    "expected client (part of TF-T05)": "needs the list of clients a company expects to be paid by.",
    "bank's name as a party's (part of TF-D02)": "payments carry the codes of banks, not their names.",
    "regular intervals (optional in TF-C03)": "a pattern of days is as typical of family support.",
    "family or employer of a beneficiary (part of TF-G08)": "known only as `expected_countries` of a party.",
    "accounts that only receive (part of TF-G11)": "a party is known by the accounts it pays from.",
}
"""What the source catalogue holds and this one does not, with the reason."""


@cache
def by_id() -> Mapping[str, Rule]:
    """Id -> rule of the catalogue."""
    return MappingProxyType({rule.id: rule for rule in RULES})
