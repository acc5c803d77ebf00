"""A batch holds exactly the tokens that each name has alone."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from screening.index import threads
from screening.index.batch import Batch, ranges, tokenise_batch
from screening.names.normalise import MAX_CHARACTERS, MAX_TOKENS, prepare
from screening.validation.people import companies, people

SPACES = "\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f \x85\xa0\u1680\u180e\u2003\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
texts = st.one_of(
    st.text(max_size=25),
    st.text(
        st.one_of(st.sampled_from(SPACES), st.characters(categories=["M", "Cc", "Cf", "Cn", "Co"])),
        max_size=12,
    ),
    st.text(f"{SPACES}aBé1.'-/\u0301Жع中김\x00", max_size=25),
    st.lists(st.sampled_from(("Abdul-Rahman", "Nuruddin", "al", "Velkar", "V.R.F.", "李明")), max_size=5).map(
        " ".join
    ),
)


def batch_of(names: list[str]) -> Batch:
    return tokenise_batch(pl.Series(names, dtype=pl.String))


def assert_same(names: list[str]) -> None:
    batch = batch_of(names)
    assert len(batch) == len(names)
    for row, text in enumerate(names):
        name = prepare(text)
        assert batch.unscreenable[row] == (not name.screenable)
        assert batch.full_line[row] == name.full_line
        held = batch.ids[batch.starts[row] : batch.starts[row + 1]]
        expected = name.tokens if name.screenable else ()
        assert tuple(batch.tokens[t] for t in held) == expected
        assert (batch.rows[batch.starts[row] : batch.starts[row + 1]] == row).all()


@given(st.lists(texts, max_size=6))
@example(["", " ", "\x1c", "a\x1fb", "\u0301", "\x85a\u2028b"])
def test_a_batch_holds_the_tokens_of_each_name(names: list[str]) -> None:
    assert_same(names)


@given(st.lists(texts, max_size=8), st.integers(1, 4))
def test_names_cut_in_blocks_are_the_names_cut_at_once(names: list[str], rows: int) -> None:
    at_once = batch_of(names)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threads, "_ROWS", rows)
        in_blocks = batch_of(names)
    for field in fields(Batch):
        assert np.array_equal(getattr(in_blocks, field.name), getattr(at_once, field.name)), field.name


@pytest.mark.parametrize("character", [*SPACES, "\x00", "\x7f", "\u0301", "\u200d"])
def test_what_ends_a_word_ends_it_in_both(character: str) -> None:
    assert_same([f"Vel{character}kar", f"{character}Velkar{character}{character}Dormani{character}"])


def test_limits_are_those_of_a_single_name() -> None:
    words = ["a " * MAX_TOKENS, "a " * (MAX_TOKENS + 1), "é" * MAX_CHARACTERS, "é" * (MAX_CHARACTERS + 1)]
    assert_same([*words, "김" * MAX_TOKENS, "김" * (MAX_TOKENS + 1), "x" * 10_000])


def test_so_do_invented_names_of_many_cultures() -> None:
    assert_same([*people(150, seed=21)["name"], *companies(150, seed=21)["name"]])


@given(st.lists(texts, max_size=5))
def test_a_compound_stands_for_its_parts_where_the_name_is_as_written(names: list[str]) -> None:
    batch = batch_of(names)
    for row in range(len(names)):
        written = batch.written_ids[batch.written_rows == row]
        parts = [part for t in written for part in batch.parts.get(int(t), [int(t)])]
        assert parts == batch.ids[batch.starts[row] : batch.starts[row + 1]].tolist()


@given(st.lists(texts, max_size=5))
def test_every_token_is_held_once_and_its_id_is_its_place(names: list[str]) -> None:
    batch = batch_of(names + names)
    assert len(set(batch.tokens)) == len(batch.tokens)
    assert set(batch.ids.tolist()) <= set(range(len(batch.tokens)))


def test_a_batch_of_nothing_is_empty() -> None:
    batch = batch_of([])
    assert len(batch) == 0
    assert not batch.tokens


def test_ranges_follow_one_another() -> None:
    found = ranges(np.array([5, 9, 2]), np.array([2, 0, 3]))
    assert found.tolist() == [5, 6, 2, 3, 4]
