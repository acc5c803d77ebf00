"""Country risk: three dimensions, as of the day, parts apart from their country."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from screening.reference.country_risk import HIGH_RISK, RiskClass, classify
from screening.reference.dated import read_table

TABLE = read_table("country_risk")


def classes(place: str | None, day: str, column: str = "country") -> int:
    instant = int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) * 1_000_000
    return int(classify(TABLE, pl.Series([place], dtype=pl.String), np.array([instant]), column=column)[0])


@pytest.mark.parametrize(
    ("place", "day", "expected"),
    [
        ("DZ", "2026-06-18", RiskClass.INCREASED_MONITORING),
        ("DZ", "2026-06-19", 0),
        ("BA", "2026-06-18", 0),
        ("BA", "2026-06-19", RiskClass.INCREASED_MONITORING),
        ("MM", "2026-06-19", RiskClass.CALL_FOR_ACTION),
        ("DE", "2026-06-19", 0),
        (None, "2026-06-19", 0),
    ],
)
def test_a_class_holds_from_its_first_day_to_before_its_last(
    place: str | None, day: str, expected: int
) -> None:
    assert classes(place, day) == expected


def test_the_lists_of_june_2026_are_complete() -> None:
    grey = [
        "AO",
        "BA",
        "BG",
        "BO",
        "CD",
        "CI",
        "CM",
        "HT",
        "IQ",
        "KE",
        "KW",
        "LA",
        "LB",
        "MC",
        "NP",
        "PG",
        "SS",
        "SY",
        "VE",
        "VG",
        "VN",
        "YE",
    ]
    today = {
        row["country"]
        for row in TABLE.rows
        if row["class"] == "increased_monitoring" and row["valid_to"] is None
    }
    assert sorted(today) == grey


def test_the_calls_for_action_of_june_2026_are_complete() -> None:
    today = {
        (row["country"], row["action"])
        for row in TABLE.rows
        if row["class"] == "call_for_action" and row["valid_to"] is None
    }
    assert today == {("KP", "countermeasure"), ("IR", "countermeasure"), ("MM", "edd")}


def test_a_grey_or_conduit_country_alone_is_not_high_risk() -> None:
    assert not classes("KE", "2026-07-01") & HIGH_RISK
    assert not classes("TR", "2026-07-01") & HIGH_RISK


def test_a_border_province_does_not_make_its_country_a_border() -> None:
    assert classes("TR-31", "2026-07-01", "admin1") == RiskClass.BORDER
    assert classes("TR", "2026-07-01") == RiskClass.CONDUIT
