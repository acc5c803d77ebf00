"""Texts as numbers: the numbers say which texts are equal, and nothing else, however they were given."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from screening.rules import coded
from screening.rules.coded import Coded, encode_together, seldom_repeats

texts = st.lists(
    st.one_of(st.none(), st.sampled_from(["", "a", "b", "a ", "ä"]), st.text(max_size=3)), max_size=30
)
columns = st.lists(texts, min_size=1, max_size=3).map(
    lambda held: [pl.Series(f"c{number}", values, dtype=pl.String) for number, values in enumerate(held)]
)


def holds(made: list[Coded], given_columns: list[pl.Series]) -> None:
    """Assert the law of `Coded` for columns that are numbered together."""
    different = made[0].texts
    assert different.n_unique() == len(different)
    assert different.null_count() == 0
    assert set(different) == {text for column in given_columns for text in column if text is not None}
    for one, column in zip(made, given_columns, strict=True):
        assert one.texts is different or one.texts.equals(different)
        assert one.series().to_list() == column.to_list()
        assert (one.numbers[column.is_null().to_numpy()] == len(different)).all()


@given(columns)
def test_equal_texts_have_equal_numbers(held: list[pl.Series]) -> None:
    holds(encode_together(held), held)


Hashes = Callable[[pl.Series], np.ndarray]


@pytest.mark.parametrize(
    "hashes",
    [
        coded._hashes,
        lambda values: np.zeros(len(values), np.uint64),  # all collide
        lambda values: values.str.len_bytes().cast(pl.UInt64).to_numpy() << np.uint64(60),  # many do
        lambda values: np.full(len(values), 2**64 - 1, np.uint64),
    ],
    ids=["as they are", "all equal", "by length", "the largest"],
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(held=columns)
def test_so_they_have_by_their_hashes_whatever_collides(
    held: list[pl.Series], hashes: Hashes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coded, "_hashes", hashes)
    monkeypatch.setattr(coded, "_MANY", -1)
    monkeypatch.setattr(coded, "SAMPLE", 1)
    holds(encode_together(held), held)


def test_texts_that_seldom_repeat_are_told_by_their_first_rows() -> None:
    assert seldom_repeats(pl.Series([f"t{n}" for n in range(30_000)]))
    assert not seldom_repeats(pl.Series([f"t{n % 20_000}" for n in range(300_000)]))
    assert not seldom_repeats(pl.Series([None] * 300_000, dtype=pl.String))


def test_however_many_collide_each_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        coded, "_hashes", lambda values: values.hash().to_numpy() % np.uint64(3) << np.uint64(40)
    )
    held = [pl.Series("c", [f"t{n}" for n in range(50_000)] * 2)]
    holds(encode_together(held), held)
