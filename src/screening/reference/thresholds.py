"""Amounts in law by jurisdiction, currency and day, and how far a currency is from the base unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from screening.reference.currencies import exponents

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from screening.reference.dated import DatedTable

__all__ = ["base_units", "brought_over", "threshold"]


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
        decimals = exponents().get(code or "")
        return round(units[0] * 10**decimals) if units and decimals is not None else 0

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
    currency, brought over by `scale` and rounded to a minor unit, then the same two of "*".

    Example:
        >>> import polars as pl
        >>> from screening.reference.dated import read_table
        >>> tables = read_table("thresholds"), read_table("currency_scale")
        >>> now = np.full(2, 1_783_000_000_000_000)
        >>> threshold(*tables, "r10", pl.Series(["EUR", "CHF"]), now, jurisdiction="CH").tolist()
        [1500000, 1500000]
        >>> threshold(*tables, "cash_report", pl.Series(["AUD", "EUR"]), now, jurisdiction="AU").tolist()
        [1000000, 666667]
    """

    def nearest(rows: list[Mapping[str, Any]], value: str | None) -> int:
        for place in (jurisdiction, "*"):
            here = [row for row in rows if row["code"] == code and row["jurisdiction"] == place]
            if here:
                return table.rows.index(next((row for row in here if row["currency"] == value), here[0]))
        return -1  # the last of the lists below

    number = table.lookup(currency, time, nearest)
    amount = np.array([*(_minor(row) for row in table.rows), -1], np.int64)[number]
    told = np.array([*(row["currency"] for row in table.rows), None], object)[number]
    told_in = pl.Series(told.tolist(), dtype=pl.String)
    return brought_over(scale, amount, told_in, currency, time)


def brought_over(
    scale: DatedTable,
    amount: npt.NDArray[np.int64],
    told_in: pl.Series,
    currency: pl.Series,
    time: npt.NDArray[np.int64],
) -> npt.NDArray[np.int64]:
    """Minor units of one currency in those of another; -1 where `scale` lacks either, or without an amount.

    Example:
        >>> import polars as pl
        >>> from screening.reference.dated import read_table
        >>> now, euros = np.full(2, 1_783_000_000_000_000), pl.Series(["EUR", "EUR"])
        >>> amount, told_in = np.array([15_000, 15_000]), pl.Series(["JPY", "XXX"])
        >>> brought_over(read_table("currency_scale"), amount, told_in, euros, now).tolist()
        [10000, -1]
    """
    from_units, to_units = base_units(scale, told_in, time), base_units(scale, currency, time)
    scaled = np.rint(amount.astype(np.float64) * to_units / np.maximum(from_units, 1))
    limit = np.where((from_units > 0) & (to_units > 0), np.minimum(scaled, 2**62).astype(np.int64), -1)
    same = told_in.eq_missing(currency.cast(pl.String)).to_numpy()
    return np.where(same | (amount < 0), amount, limit)


def _minor(row: Mapping[str, Any]) -> int:
    """A row's amount in minor units of its own currency; -1 where that has none."""
    decimals = exponents().get(row["currency"])
    return -1 if decimals is None else round(float(row["amount"]) * 10**decimals)
