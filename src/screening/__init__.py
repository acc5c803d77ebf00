"""Screens payments against the UN sanctions list and for terrorist-financing patterns.

Names of this module are loaded when first used, so that importing it costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from screening.designations import SanctionsList
    from screening.errors import (
        ArgumentError,
        IndexFormatError,
        ListError,
        MissingExtraError,
        PolicyError,
        RunError,
        SchemaError,
        ScreeningError,
    )
    from screening.index import NameIndex
    from screening.lists import read_un_list
    from screening.names import Comparison, compare
    from screening.payments import Conformed, conform
    from screening.pipeline import Result, screen
    from screening.policy import Policy
    from screening.rules import RULES, Assessment, Rule, assess

__version__ = "0.1.0"

__all__ = [
    "RULES",
    "ArgumentError",
    "Assessment",
    "Comparison",
    "Conformed",
    "IndexFormatError",
    "ListError",
    "MissingExtraError",
    "NameIndex",
    "Policy",
    "PolicyError",
    "Result",
    "Rule",
    "RunError",
    "SanctionsList",
    "SchemaError",
    "ScreeningError",
    "__version__",
    "assess",
    "compare",
    "conform",
    "read_un_list",
    "screen",
]

_HOMES: Final = {
    "screening.designations": ("SanctionsList",),
    "screening.errors": (
        "ArgumentError", "IndexFormatError", "ListError", "MissingExtraError", "PolicyError", "RunError",
        "SchemaError", "ScreeningError",
    ),
    "screening.index": ("NameIndex",),
    "screening.lists": ("read_un_list",),
    "screening.names": ("Comparison", "compare"),
    "screening.payments": ("Conformed", "conform"),
    "screening.pipeline": ("Result", "screen"),
    "screening.policy": ("Policy",),
    "screening.rules": ("RULES", "Assessment", "Rule", "assess"),
}  # fmt: skip
_HOME_OF: Final = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name == "spark":  # needs an extra, and says so when it is asked to screen
        return importlib.import_module("screening.spark")
    if name not in _HOME_OF:
        raise AttributeError(f"module 'screening' has no attribute '{name}'")
    value = getattr(importlib.import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)
