"""A number in two words is read in digits too, wherever it stands."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from screening import NameIndex, SanctionsList
from screening.names import compare
from screening.names.numbers import in_digits, in_digits_with_places
from screening.names.readings import READ_OTHERWISE, written_with_places

TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")

written = st.builds(
    lambda tens, ones, between, spelled: (
        spelled(TENS[tens - 2] + between + ones[1][ones[0] - 1]),
        10 * tens + ones[0],
    ),
    st.integers(2, 9),
    st.tuples(st.integers(1, 9), st.sampled_from([ONES, ORDINALS, "123456789"])),
    st.sampled_from([" ", "-", " - ", "\u2013", "\u00a0", "\n"]),
    st.sampled_from([str.lower, str.upper, str.title]),
)


@given(written, st.sampled_from(["", "x ", "("]), st.sampled_from(["", " y", "."]))
def test_a_number_in_two_words_is_read_in_digits(number: tuple[str, int], before: str, after: str) -> None:
    words, value = number
    text = before + words + after
    digits, places = in_digits_with_places(text)
    assert digits == f"{before}{value}{after}" == in_digits(text)
    assert len(places) == len(digits) + 1
    assert places == sorted(set(places))
    assert text[places[len(before)] : places[len(before) + 2]] == words
    assert pl.Series([text]).str.contains(READ_OTHERWISE).item()


@given(
    st.one_of(
        st.text("twenyfoursixk \u017f\u212a\u0130\u0131-1", max_size=20),
        st.sampled_from(["F\u0130FTY one", "s\u0130xty five", "\u017fixty one"]),
    )
)
def test_what_has_no_such_number_is_left_as_it_is(text: str) -> None:
    if in_digits(text) == text:
        assert written_with_places(text) == (text, list(range(len(text) + 1)))
    else:
        assert pl.Series([text]).str.contains(READ_OTHERWISE).item()


def test_other_words_are_no_number() -> None:
    for text in ("Twenty", "Twentyone", "Seventy Sevens", "Sixty ten", "Eighty hundred", "Mighty One"):
        assert in_digits(text) == text


def test_a_listed_number_is_found_in_words() -> None:
    index = NameIndex(SanctionsList.from_names([("XXe.001", "entity", "Dormani Office 39")]))
    names = ["Dormani Office Thirty-Nine", "DORMANI OFFICE THIRTY NINE", "Dormani Office Thirty-Eight"]
    assert index.search(names)["query_id"].to_list() == [0, 1]
    text = "for Dormani Office Thirty-Nine, goods"
    found = index.scan_text([text]).row(0, named=True)
    assert text[found["start"] : found["end"]] == "Dormani Office Thirty-Nine"
    assert compare(names[0], "Dormani Office 39", kind="entity").reasons == ("read as 'Dormani Office 39'",)
