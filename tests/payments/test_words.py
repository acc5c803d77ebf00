"""Code words mean what the tables say, whichever of them were seen first."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.payments.words import channel_of, currency_of, flag_of, recode, status_of, synonyms
from screening.schemas import CHANNELS, STATUSES


@pytest.mark.parametrize(("table", "allowed"), [("statuses", STATUSES), ("channels", CHANNELS)])
def test_every_synonym_means_a_word_of_the_contract(table: str, allowed: tuple[str, ...]) -> None:
    assert set(synonyms(table).values()) <= set(allowed)


def test_every_word_of_the_contract_means_itself() -> None:
    assert [status_of({})(word.upper()) for word in STATUSES] == list(STATUSES)
    assert [channel_of({})(f" {word} ") for word in CHANNELS] == list(CHANNELS)


def test_own_words_win_over_known_ones() -> None:
    assert status_of({"Settled": "held"})("SETTLED") == "held"
    assert currency_of({"us$": "USD"})("US$") == "USD"


@pytest.mark.parametrize(("word", "flag"), [("Y", "true"), ("0", "false"), ("TRUE", "true"), ("maybe", None)])
def test_flags(word: str, flag: str | None) -> None:
    assert flag_of(word) == flag


WORDS = st.lists(st.none() | st.sampled_from(["eur", "EUR", "978", "?", "usd"]) | st.text(max_size=3))


@given(WORDS, WORDS)
def test_the_sample_changes_nothing(words: list[str | None], sample: list[str | None]) -> None:
    frame = pl.DataFrame({"word": pl.Series(words, dtype=pl.String)})
    meaning = currency_of({})
    read = frame.select(recode(pl.col("word"), meaning, sample=pl.Series(sample, dtype=pl.String)))
    assert read["word"].to_list() == [None if word is None else meaning(word) for word in words]
