"""Predicates over short texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.lists.words import (
    is_acronym,
    is_description,
    is_geographic,
    is_latin,
    is_name_like,
    is_placeholder,
    resembles,
    squeeze,
)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("GRC", "Grey River Company"),
        ("GRC-T", "GREY RIVER COMPANY IN TARSIS"),
        ("GREYCO", "Grey River Company"),
        ("GR CO.", "GREY RIVER CO."),
        ("GRM/A", "Grey River Movement/Army"),
        ("MGO", "Mouvement pour la Grèce de l’Ouest"),
        ("GrR", "GREY-UL-RIVER"),
        ("GRSPC", "Nothing in common"),  # cannot be read aloud: no word
    ],
)
def test_an_acronym_follows_its_name(short: str, long: str) -> None:
    assert is_acronym(short, long)


@pytest.mark.parametrize(
    "short", ["NGO", "KENYA", "INDONESIA", "LTD", "ROADS", "Grey", "third", "A", "Союз", "灰河", ""]
)
def test_a_word_in_brackets_is_no_acronym_of_another_name(short: str) -> None:
    assert not is_acronym(short, "GREY RIVER FOUNDATION FOR ALL")


@pytest.mark.parametrize(
    "text",
    ["combat name", "COMBAT NAME", "third", "martyrs", "Tigrinya", "in Arabic", "born in 1953", "XAE.018",
     "sub-unit name", "previously listed as", "Branch located in Tarsis", "passport", "initials"],
)  # fmt: skip
def test_words_about_a_name_are_told_from_names(text: str) -> None:
    assert is_description(text)
    assert not is_name_like(text)


@pytest.mark.parametrize(
    "text", ["Ardo Belvane", "Abu al-Tarsi", "Tam bin Orso", "‘Abd al-Orso", "Dr. Tam", "Ардо", "谭伟明"]
)
def test_names_are_told_from_words_about_them(text: str) -> None:
    assert not is_description(text)
    assert is_name_like(text)


def test_places_are_told_from_names() -> None:
    assert is_geographic("SOUTHERN AREA")
    assert is_geographic("Union of the Comoros")
    assert not is_geographic("Blue Hill Trading")


def test_only_lower_case_na_is_a_placeholder() -> None:
    assert is_placeholder("na")
    assert not is_placeholder("Na")
    assert not is_placeholder("NA")


def test_spellings_of_one_word_resemble() -> None:
    assert resembles("Belvayne", "Belvane")
    assert not resembles("Belvane", "Orso")
    assert not resembles("Al", "El")


@given(text=st.text(max_size=30))
def test_predicates_answer_for_any_text(text: str) -> None:
    assert squeeze(squeeze(text)) == squeeze(text)
    for predicate in (is_description, is_geographic, is_latin, is_name_like, is_placeholder):
        assert predicate(text) in (True, False)
    assert is_acronym(text, text) in (True, False)
