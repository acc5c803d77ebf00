"""Texts of one shape are read once, and each gets the answer that it would get alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.index.shapes import Shapes, numbers_within

if TYPE_CHECKING:
    from collections.abc import Callable

    from screening.index import NameIndex

PIECES = (
    "Ardo", "Belvane", "Orlankovic", "Velkar", "11420", "CORP", "c/o", "S.A.", "A.B.", "a", "no.", "/", "-",
    "'", ".", ",", "_", "\u200b", "\u00a0", "\u0301", "金", "№", "½", "1", "42", "114", "0420", "2024",
    "20240115", "987654", " ", " ", " ", " ",
)  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=9).map("".join)


@pytest.fixture(scope="module")
def small(build: Callable[..., NameIndex]) -> NameIndex:
    return build(("Ardo Belvane", "Orlankovic", "3/Ardo Velkar"), ("11420 CORP", "Velkar SA"))


def answers(asked: list[str], index: NameIndex) -> dict[str, list[tuple[object, ...]]]:
    told = index.scan_text(asked, threshold=0.6)
    found: dict[str, list[tuple[object, ...]]] = {text: [] for text in asked}
    for text, *rest in told.select("query", "reference", "listed_name", "score", "start", "end").iter_rows():
        found[text].append(tuple(rest))
    return found


@settings(max_examples=150)
@given(text=texts, digits=st.lists(st.sampled_from("123456789"), min_size=40, max_size=40))
def test_a_text_gets_in_company_of_its_shape_what_it_gets_alone(
    text: str, digits: list[str], small: NameIndex
) -> None:
    more = iter(digits)
    other = "".join(next(more) if c.isascii() and c.isdigit() else c for c in text)
    together = answers([text, other], small)
    assert together[text] == answers([text], small)[text]
    assert together[other] == answers([other], small)[other]


def test_one_text_of_each_shape_is_read_and_all_are_told() -> None:
    texts = pl.Series([f"invoice {number} of 9 May" for number in range(100, 1000)] + ["rent", "flat 7b"])
    shapes = Shapes(texts, numbers_within(["brigade 313"]))
    assert set(shapes.first) == {"invoice 100 of 9 May", "invoice 313 of 9 May", "rent", "flat 7b"}
    told = sorted(shapes.spread([("invoice 100 of 9 May", 0, "here"), ("rent", 1, "there")]))
    assert told == sorted([(t, 0, "here") for t in texts[:900] if "313" not in t] + [("rent", 1, "there")])


@pytest.mark.parametrize("text", ["k1m of 2", "S.A.12", "12'34", "n°12", "合同12", "12\u200b34", "3rd"])
def test_digits_that_letters_may_make_something_of_are_read_as_they_are(text: str) -> None:
    assert set(Shapes(pl.Series([text, text + " 5"]), frozenset()).first) == {text, text + " 5"}


def test_texts_are_left_as_they_were(small: NameIndex) -> None:
    texts = pl.Series(["rent/12 of Ardo/Belvane", "rent 13", "rent 14"])
    before = texts.to_list()
    small.scan_text(texts)
    assert texts.to_list() == before
