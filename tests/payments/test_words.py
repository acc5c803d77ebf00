"""Code words mean what the tables say, whichever of them were seen first."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.payments.words import (
    channel_of,
    currency_of,
    flag_of,
    recode,
    status_of,
    synonyms,
    trim,
    two_meanings,
)
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


def test_own_words_of_signs_alone_are_told_apart() -> None:
    meaning = status_of({"*": "executed", "!": "rejected"})
    assert [meaning(word) for word in ("*", " ! ", "?", "")] == ["executed", "rejected", None, None]


def test_own_words_that_differ_in_signs_alone_are_told_apart() -> None:
    meaning = channel_of({"ACH+": "cheque", "ACH-": "instant", "q.x": "fx"})
    assert [meaning(word) for word in ("ach+", "ACH-", "Q-X")] == ["cheque", "instant", "fx"]
    assert meaning("ACH") == channel_of({})("ACH")  # neither of them: as without them


def test_one_word_with_two_meanings_is_found_whatever_its_case() -> None:
    assert two_meanings({"A": "held", "b": "held", " a ": "rejected"}) == ("A", " a ")
    assert two_meanings({"A": "held", "a": "held", "A+": "rejected"}) is None


@pytest.mark.parametrize(("word", "flag"), [("Y", "true"), ("0", "false"), ("TRUE", "true"), ("maybe", None)])
def test_flags(word: str, flag: str | None) -> None:
    assert flag_of(word) == flag


WORDS = st.lists(st.none() | st.sampled_from(["eur", "EUR", "978", "?", "usd"]) | st.text(max_size=3))


@given(WORDS, WORDS)
def test_what_stands_beside_a_word_changes_nothing(words: list[str | None], others: list[str | None]) -> None:
    frame = pl.DataFrame({"word": pl.Series(words + others, dtype=pl.String)})
    meaning = currency_of({})
    read = frame.select(recode(pl.col("word"), meaning))["word"].to_list()
    assert read == [None if word is None else meaning(word) for word in words + others]


# all white space of Unicode, visible letters at the ends of ASCII, and letters whose bytes look like blanks'
BLANKS = "".join(
    letter for letter in map(chr, range(0x3100)) if letter.isspace() and letter not in "\x1c\x1d\x1e\x1f"
)
TEXTS = st.lists(
    st.none() | st.text(st.sampled_from(BLANKS + "!~a\x1c\x7f\u0100\u2010\u3001\u1ea0\U0001f600"), max_size=4)
)


@given(TEXTS)
def test_a_text_is_trimmed_whatever_blanks_it_has_and_whatever_stands_beside_it(
    texts: list[str | None],
) -> None:
    frame = pl.DataFrame({"text": pl.Series(texts, dtype=pl.String)})
    expected = [None if text is None else text.strip(BLANKS) or None for text in texts]
    assert frame.select(trim(pl.col("text")))["text"].to_list() == expected
    for text, alone in zip(texts, expected, strict=True):
        one = pl.DataFrame({"text": pl.Series([text], dtype=pl.String)})
        assert one.select(trim(pl.col("text"))).item() == alone
