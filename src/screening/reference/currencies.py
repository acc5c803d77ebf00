"""ISO 4217: which currencies exist, and how many decimals their minor unit has."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["EDITION", "Currency", "currencies", "currency_code", "exponents"]

EDITION: Final = "2026-01-01"
"""Publication date of the list that the data file was made from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Currency:
    """One currency.

    Attributes:
        code: Three letters, such as "EUR".
        numeric: Three digits, such as "978".
        exponent: Decimals of the minor unit; None where none is defined (gold, test codes).
        name: Name in English.
        withdrawn: Year and month since which the code is historic; empty while it is current.
    """

    code: str
    numeric: str
    exponent: int | None
    name: str
    withdrawn: str


@cache
def currencies() -> Mapping[str, Currency]:
    """All currencies by their code, historic ones included: old payments are screened too.

    Example:
        >>> currencies()["BHD"].exponent, currencies()["JPY"].exponent, currencies()["XAU"].exponent
        (3, 0, None)
    """
    text = resources.files("screening.reference").joinpath("data/currencies.csv").read_text("utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return MappingProxyType(
        {
            row["code"]: Currency(
                code=row["code"],
                numeric=row["numeric"],
                exponent=int(row["exponent"]) if row["exponent"] else None,
                name=row["name"],
                withdrawn=row["withdrawn"],
            )
            for row in rows
        }
    )


@cache
def exponents() -> Mapping[str, int]:
    """Code -> decimals of the minor unit, for the currencies that have one."""
    return MappingProxyType(
        {code: item.exponent for code, item in currencies().items() if item.exponent is not None}
    )


@cache
def _by_number() -> Mapping[str, str]:
    # a number outlives its code (944 was AZM, then AZN); the current code wins
    ordered = sorted(currencies().values(), key=lambda item: item.withdrawn == "")
    return MappingProxyType({item.numeric: item.code for item in ordered})


def currency_code(text: str) -> str | None:
    """The code that a text means: a code in any case, or its three digits; None if it is neither.

    Example:
        >>> currency_code(" eur "), currency_code("978"), currency_code("euros")
        ('EUR', 'EUR', None)
    """
    word = text.strip().upper()
    return word if word in currencies() else _by_number().get(word)
