"""Amounts in law by jurisdiction, currency and day, and how far a currency is from the base unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from screening.reference.currencies import exponents

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt
    import polars as pl

    from screening.reference.dated import DatedTable

__all__ = ["base_units", "threshold"]


def base_units(scale: DatedTable, currency: pl.Series, time: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Minor units of each currency that stand for one base unit; 0 where the table does not say.

    Example:
        >>> import polars as pl
        >>> from screening.reference.dated import read_table
        >>> now = np.full(3, 1_783_000_000_000_000)
        >>> base_units(read_table("currency_scale"), pl.Series(["EUR", "JPY", "XXX"]), now).tolist()
        [100, 150, 0]
    """

    def find(rows: list[Mapping[str, Any]], code: str | None) -> int:
        units = [float(row["units"]) for row in rows if row["currency"] == code]
        return round(units[0] * 10 ** exponents()[code]) if units and code else 0

    found: npt.NDArray[np.int64] = scale.lookup(currency, time, find)
    return found


def threshold(
    table: DatedTable,
    scale: DatedTable,
    code: str,
    currency: pl.Series,
    time: npt.NDArray[np.int64],
    *,
    jurisdiction: str,
) -> npt.NDArray[np.int64]:
    """An amount in law in minor units of each row's currency; -1 where there is none.

    A row of the jurisdiction in that very currency comes first, then one of the jurisdiction in another
    currency scaled by `scale`, then the same two of "*".

    Example:
        >>> import polars as pl
        >>> from screening.reference.dated import read_table
        >>> tables = read_table("thresholds"), read_table("currency_scale")
        >>> now = np.full(2, 1_783_000_000_000_000)
        >>> threshold(*tables, "r10", pl.Series(["EUR", "CHF"]), now, jurisdiction="CH").tolist()
        [1500000, 1500000]
    """
    units = base_units(scale, currency, time)

    def exact(rows: list[Mapping[str, Any]], value: str | None) -> int:
        decimals = exponents().get(value or "")
        for place in (jurisdiction, "*"):
            here = [row for row in rows if row["code"] == code and row["jurisdiction"] == place]
            for row in here:
                if row["currency"] == value and decimals is not None:
                    return round(float(row["amount"]) * int(10**decimals))
            if here:
                return -2 - round(
                    float(here[0]["amount"]) * 1000
                )  # still to be scaled: thousandths, below -1
        return -1

    amounts: npt.NDArray[np.int64] = table.lookup(currency, time, exact)
    scaled = np.where(units > 0, (-2 - amounts) * units // 1000, -1)
    return np.where(amounts >= 0, amounts, np.where(amounts == -1, -1, scaled))
