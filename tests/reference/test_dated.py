"""Dated tables: in force from a day to another, replaceable by path, hashed, and never half read."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.errors import PolicyError
from screening.policy import Policy
from screening.reference.dated import TABLES, codes, hashes, read_table
from screening.rules import assess

HEAD = "country,admin1,dimension,class,action,valid_from,valid_to,source\n"


def micros(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


@pytest.mark.parametrize("name", TABLES)
def test_every_packaged_row_is_dated_and_sourced(name: str) -> None:
    table = read_table(name)
    assert table.rows
    for row in table.rows:
        assert row["source"]
        assert row["valid_to"] is None or row["valid_from"] < row["valid_to"]


def test_the_hash_is_that_of_the_file() -> None:
    file = Path(__file__).parents[2] / "src" / "screening" / "reference" / "data" / "country_risk.csv"
    assert hashes()["country_risk"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert set(hashes()) == set(TABLES)


def test_a_table_of_ones_own_takes_the_place_of_the_packaged_one(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text(f"# ours\n{HEAD}ZZ,,tf,conflict,internal,2026-01-01,2026-03-01,own\n", encoding="utf-8")
    payments = pl.DataFrame(
        {
            "transaction_id": ["before", "in", "last", "after"],
            "booked_at": [
                datetime(2025, 12, 31, 23, 59, tzinfo=UTC),
                datetime(2026, 1, 1, tzinfo=UTC),
                datetime(2026, 2, 28, 23, 59, tzinfo=UTC),
                datetime(2026, 3, 1, tzinfo=UTC),
            ],
            "status": "executed",
            "channel": "wire",
            "amount_minor": 100,
            "currency": "EUR",
            "beneficiary_country": "ZZ",
        }
    )
    policy = Policy.from_dict({"rules": {"reference": {"country_risk": str(own)}}})
    flags = assess(payments, policy=policy).flags.filter(rule="TF-C01")
    assert flags["transaction_id"].to_list() == ["in", "last"]
    assert flags["value"].to_list() == [20.0, 20.0]
    assert assess(payments).flags.filter(rule="TF-C01").is_empty()
    assert hashes({"country_risk": str(own)})["country_risk"] != hashes()["country_risk"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("country,class\nZZ,conflict\n", "lacks the columns admin1, dimension"),
        (HEAD + "ZZ,,tf,conflict,internal,01.01.2026,,own\n", "valid_from is no day"),
        (HEAD + "ZZ,,tf,conflict,internal,,,own\n", "no valid_from"),
        (HEAD + "ZZ,,tf,conflict\n", "too many or too few values"),
    ],
)
def test_a_broken_table_is_refused(tmp_path: Path, content: str, words: str) -> None:
    own = tmp_path / "own.csv"
    own.write_text(content, encoding="utf-8")
    with pytest.raises(PolicyError, match=words):
        read_table("country_risk", own)


def test_a_table_that_does_not_exist_is_named() -> None:
    with pytest.raises(PolicyError, match="unknown reference table 'country_risks'"):
        read_table("country_risks")


@given(values=st.lists(st.one_of(st.none(), st.sampled_from(["DE", "TR", "SY", ""])), max_size=30))
def test_codes_stand_for_their_texts(values: list[str | None]) -> None:
    numbers, texts = codes(pl.Series("value", values, dtype=pl.String))
    assert [None if number == 2**32 - 1 else texts[number] for number in numbers] == values


def test_many_texts_are_coded_as_few_are() -> None:
    values = [f"account {i % 9000}" for i in range(20_000)] + [None]
    numbers, texts = codes(pl.Series(values))
    assert [texts[number] for number in numbers[:-1]] == values[:-1]
    assert numbers[-1] == 2**32 - 1


def test_a_lookup_is_as_of_the_time() -> None:
    table = read_table("areas")
    time = np.array([micros("2020-12-31"), micros("2021-01-01")])

    def inside(rows: list[Any], value: str | None) -> int:
        return int(any(row["country"] == value for row in rows))

    assert table.lookup(pl.Series(["GB", "GB"]), time, inside).tolist() == [1, 0]
