"""Dates as intervals: as wide as what is stated, never sharper."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.lists.dates import births_in, read_day, read_interval


def days(text: str) -> tuple[str, str] | None:
    interval = read_interval(text)
    return (str(interval.earliest), str(interval.latest)) if interval.earliest else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1971-04-09", ("1971-04-09", "1971-04-09")),
        ("1971-04-09T00:00:00", ("1971-04-09", "1971-04-09")),
        ("1971-04", ("1971-04-01", "1971-04-30")),
        ("1971", ("1971-01-01", "1971-12-31")),
        ("9 Apr. 1971", ("1971-04-09", "1971-04-09")),
        ("9th April 1971", ("1971-04-09", "1971-04-09")),
        ("01 Jan.1967", ("1967-01-01", "1967-01-01")),
        ("April 9, 1971", ("1971-04-09", "1971-04-09")),
        ("09.04.1971", ("1971-04-09", "1971-04-09")),
        ("Sept. 1971", ("1971-09-01", "1971-09-30")),
        ("Feb. 1972", ("1972-02-01", "1972-02-29")),
        ("Between Aug. and Sep. 1977", ("1977-08-01", "1977-09-30")),
        ("1958-1961", ("1958-01-01", "1961-12-31")),
        ("between 1961 and 1958", ("1958-01-01", "1961-12-31")),
        ("24/06/1402 (Hijri Calendar)", None),
        ("31 Feb. 1971", None),
        ("30-35 years old", None),
        ("", None),
    ],
)
def test_an_interval_is_as_wide_as_what_is_stated(text: str, expected: tuple[str, str] | None) -> None:
    assert days(text) == expected


@given(day=st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)))
def test_every_way_to_write_a_day_gives_that_day(day: dt.date) -> None:
    forms = [
        str(day),
        f"{day:%d %b. %Y}",
        f"{day:%d %B %Y}",
        f"{day.day} {day:%b} {day.year}",
        f"{day:%B %d, %Y}",
    ]
    for form in forms:
        interval = read_interval(f"on {form} in Tarsis")
        assert (interval.earliest, interval.latest) == (day, day), form
    assert read_day(f"{day}-05:00") == read_day(f" {day}Z") == day


@given(text=st.text(max_size=30))
def test_any_text_is_read_without_an_error(text: str) -> None:
    interval = read_interval(text)
    assert (interval.earliest is None) == (interval.latest is None)
    assert interval.text == text
    assert births_in(text) == [] or "b" in text.casefold()
    assert read_day(text) is None or text.strip()[:4].isdigit()


@pytest.mark.parametrize("word", ["approximately 1960", "circa 1960", "c. 1960", "about 1960", "early 1960"])
def test_vague_words_mark_the_interval_and_do_not_widen_it(word: str) -> None:
    interval = read_interval(word)
    assert interval.approximate
    assert days(word) == ("1960-01-01", "1960-12-31")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("born in 1963", ["1963-01-01"]),
        ("born 1 Jan. 1953 (passport no. 4, date of issue 4 May 2014)", ["1953-01-01"]),
        ("DPOB: 1970, Tarsis, passport no. 28, expires 23 Aug. 2005", ["1970-01-01"]),
        ("in Tarsis (DPOB - 1970) - Passport No. 284158, expires 21 August 2005", ["1970-01-01"]),
        ("DOB: a) 11 Apr. 1960 b) 11 Apr. 1963. POB: Tarsis", ["1960-04-11", "1963-04-11"]),
        ("passport issued on 4 Feb. 2003", []),
        ("reborn in 1963", []),
    ],
)
def test_births_are_told_from_the_dates_of_papers(text: str, expected: list[str]) -> None:
    assert [str(birth.earliest) for birth in births_in(text)] == expected
