"""Risk classes of countries and of their parts, as of a day.

Three dimensions that never mix: the lists of the FATF, the classes of terrorism and conflict, and places
under a territorial measure. What is classified is where a payment comes from or goes to; a person's
nationality, name, faith or language never is.
"""

from __future__ import annotations

from enum import IntFlag
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt
    import polars as pl

    from screening.reference.dated import DatedTable

__all__ = ["HIGH_RISK", "TF_AREA", "RiskClass", "classify"]


class RiskClass(IntFlag):
    """Classes a place may be in, several at a time."""

    CONFLICT = 1
    BORDER = 2
    CONDUIT = 4
    COUNTERMEASURE = 8
    CALL_FOR_ACTION = 16
    INCREASED_MONITORING = 32
    SANCTIONED = 64


HIGH_RISK: Final = (
    RiskClass.CONFLICT | RiskClass.BORDER | RiskClass.COUNTERMEASURE | RiskClass.CALL_FOR_ACTION
)
"""What a rule calls high-risk; a conduit or a grey-listed country alone is not."""

TF_AREA: Final = RiskClass.CONFLICT | RiskClass.BORDER
"""Conflict regions and their borders."""

_CLASSES: Final = {
    ("tf", "conflict"): RiskClass.CONFLICT,
    ("tf", "border"): RiskClass.BORDER,
    ("tf", "conduit"): RiskClass.CONDUIT,
    ("fatf", "call_for_action"): RiskClass.CALL_FOR_ACTION,
    ("fatf", "increased_monitoring"): RiskClass.INCREASED_MONITORING,
    ("territory", "sanctioned"): RiskClass.SANCTIONED,
}


def classify(
    table: DatedTable, places: pl.Series, time: npt.NDArray[np.int64], *, column: str = "country"
) -> npt.NDArray[np.uint8]:
    """Classes of each place at each time, as bits of `RiskClass`.

    Args:
        table: `read_table("country_risk")`, or one of your own.
        places: Country codes, or codes of parts of countries.
        time: Microseconds since 1970.
        column: "country" or "admin1". A country's class does not come from its parts, nor the reverse.

    Example:
        >>> import polars as pl
        >>> from screening.reference.dated import read_table
        >>> may, july = 1_778_000_000_000_000, 1_783_000_000_000_000  # 2026
        >>> table = read_table("country_risk")
        >>> classify(table, pl.Series(["DZ", "DZ"]), np.array([may, july])).tolist()
        [32, 0]
    """

    def find(rows: list[Mapping[str, Any]], place: str | None) -> int:
        total = 0
        for row in rows:
            if place and row[column] == place and (column == "admin1" or not row["admin1"]):
                total |= _CLASSES[row["dimension"], row["class"]]
                if row["action"] == "countermeasure":
                    total |= RiskClass.COUNTERMEASURE
        return int(total)

    found: npt.NDArray[np.uint8] = table.lookup(places, time, find, kind=np.uint8)
    return found
