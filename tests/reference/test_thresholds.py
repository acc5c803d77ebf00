"""Thresholds by jurisdiction, currency and day, in whole minor units."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from screening.reference.dated import read_table
from screening.reference.thresholds import base_units, threshold


def limit(code: str, currency: str | None, day: str, jurisdiction: str) -> int:
    instant = int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) * 1_000_000
    tables = read_table("thresholds"), read_table("currency_scale")
    series = pl.Series([currency], dtype=pl.String)
    return int(threshold(*tables, code, series, np.array([instant]), jurisdiction=jurisdiction)[0])


@pytest.mark.parametrize(
    ("code", "currency", "day", "jurisdiction", "expected"),
    [
        ("r10", "EUR", "2027-07-09", "EU", 1_500_000),
        ("r10", "EUR", "2027-07-10", "EU", 1_000_000),
        ("r10", "EUR", "2026-01-01", "nowhere", 1_500_000),
        ("cash_report", "AUD", "2026-01-01", "AU", 1_000_000),
        ("cash_report", "JPY", "2026-01-01", "*", 1_500_000),
        ("cash_report", "KWD", "2026-01-01", "*", 4_000_000),
        ("va_travel_rule", "EUR", "2026-01-01", "EU", 0),
        ("va_travel_rule", "CHF", "2026-01-01", "EU", 0),
        ("cash_report", "XAU", "2026-01-01", "*", -1),
        ("cash_report", None, "2026-01-01", "*", -1),
        ("no such code", "EUR", "2026-01-01", "*", -1),
        ("r10", "EUR", "1980-01-01", "*", -1),
    ],
)
def test_a_threshold_is_the_nearest_one_in_force(
    code: str, currency: str | None, day: str, jurisdiction: str, expected: int
) -> None:
    assert limit(code, currency, day, jurisdiction) == expected


def test_base_units_follow_the_decimals_of_a_currency() -> None:
    now = np.full(3, 1_783_000_000_000_000)
    scale = read_table("currency_scale")
    assert base_units(scale, pl.Series(["EUR", "JPY", "BHD"]), now).tolist() == [100, 150, 400]
