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

__all__ = ["RULES", "by_id"]

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


@cache
def by_id() -> Mapping[str, Rule]:
    """Id -> rule of the catalogue."""
    return MappingProxyType({rule.id: rule for rule in RULES})
