"""Thresholds by jurisdiction, currency and day, in whole minor units."""

from __future__ import annotations

import dataclasses
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.reference.currencies import exponents
from screening.reference.dated import DatedTable, instant, read_table
from screening.reference.thresholds import base_units, threshold

SCALE = {row["currency"]: float(row["units"]) for row in read_table("currency_scale").rows}
currency_codes = st.sampled_from(sorted(SCALE))


def limit(
    code: str, currency: str | None, day: str, jurisdiction: str, *, table: DatedTable | None = None
) -> int:
    now = instant(date.fromisoformat(day))
    tables = table or read_table("thresholds"), read_table("currency_scale")
    series = pl.Series([currency], dtype=pl.String)
    return int(threshold(*tables, code, series, np.array([now]), jurisdiction=jurisdiction)[0])


def told(*rows: tuple[str, str, float, str]) -> DatedTable:
    """A table of thresholds from (code, jurisdiction, amount, currency)."""
    shipped = read_table("thresholds")
    columns = ("code", "jurisdiction", "amount", "currency")
    dates = {"valid_from": date(2015, 1, 1), "valid_to": None, "source": ""}
    made = tuple({**dict(zip(columns, row, strict=True)), **dates} for row in rows)
    return dataclasses.replace(shipped, rows=made, edges=np.array([instant(date(2015, 1, 1))]))


@pytest.mark.parametrize(
    ("code", "currency", "day", "jurisdiction", "expected"),
    [
        ("r10", "EUR", "2027-07-09", "EU", 1_500_000),
        ("r10", "EUR", "2027-07-10", "EU", 1_000_000),
        ("r10", "EUR", "2026-01-01", "nowhere", 1_500_000),
        ("cash_report", "AUD", "2026-01-01", "AU", 1_000_000),
        ("cash_report", "JPY", "2026-01-01", "*", 1_500_000),
        ("cash_report", "EUR", "2026-01-01", "AU", 666_667),
        ("cash_report", "CAD", "2026-01-01", "AU", 1_000_000),
        ("cash_report", "JPY", "2026-01-01", "AU", 1_000_000),
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


@given(amount=st.integers(0, 10**7), told_in=currency_codes, asked_in=currency_codes)
def test_a_threshold_told_in_another_currency_is_worth_the_same(
    amount: int, told_in: str, asked_in: str
) -> None:
    found = limit("c", asked_in, "2026-01-01", "X", table=told(("c", "X", amount, told_in)))
    worth = amount / SCALE[told_in] * SCALE[asked_in] * 10 ** exponents()[asked_in]
    assert abs(found - worth) <= 0.5 + 1e-9 * worth


@given(amount=st.integers(1, 10**7), told_in=currency_codes, also_in=currency_codes, asked_in=currency_codes)
def test_it_does_not_matter_in_which_currency_a_threshold_is_told(
    amount: int, told_in: str, also_in: str, asked_in: str
) -> None:
    same = amount / SCALE[told_in] * SCALE[also_in]
    one, other = (
        limit("c", asked_in, "2026-01-01", "X", table=told(("c", "X", major, currency)))
        for major, currency in ((amount, told_in), (same, also_in))
    )
    step = SCALE[asked_in] * 10 ** exponents()[asked_in] / (SCALE[also_in] * 10 ** exponents()[also_in])
    assert abs(one - other) <= 1 + step  # a minor unit of either currency


def test_a_threshold_told_in_yen_holds_for_euros_and_dinars() -> None:
    japan = told(("cash_report", "JP", 2_000_000, "JPY"), ("cash_report", "*", 10_000, "EUR"))
    asked = {
        code: limit("cash_report", code, "2026-01-01", "JP", table=japan) for code in ("JPY", "EUR", "KWD")
    }
    assert asked == {"JPY": 2_000_000, "EUR": 1_333_333, "KWD": 5_333_333}


def test_a_row_in_the_very_currency_comes_before_one_to_be_scaled() -> None:
    two = told(("c", "X", 9_000, "EUR"), ("c", "X", 1_000_000, "JPY"), ("c", "*", 1, "JPY"))
    assert limit("c", "JPY", "2026-01-01", "X", table=two) == 1_000_000
    assert limit("c", "USD", "2026-01-01", "X", table=two) == 900_000


@pytest.mark.parametrize("currency", ["XAU", "ALL", "nonsense"])
def test_a_currency_of_no_known_scale_gives_no_threshold_but_in_itself(currency: str) -> None:
    one = told(("c", "X", 5, currency))
    assert limit("c", "EUR", "2026-01-01", "X", table=one) == -1
    assert limit("c", currency, "2026-01-01", "X", table=one) == (500 if currency == "ALL" else -1)
