"""Numbers inside text: taken where they are announced, and never invented."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.lists.mentions import (
    bics_in,
    document_kind,
    document_number,
    imo_numbers_in,
    normalise_number,
    references_in,
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("A 0139243", "A0139243"),
        ("DE- 473900", "DE473900"),
        ("No. H0044232 (Iraqi)", "H0044232"),
        ("Libyan Passport No. 96/184442", "96184442"),
        ("Russian passport number 8208 No. 555627", "8208555627"),
        ("national identity card number 44103-5251752-5", "4410352517525"),
        ("R00012098, South Sudan", "R00012098"),
        ("381110042 (Expired 25 Jan. 2016)", "381110042"),
        ("Fiscal Code: DAOXYZ74T11Z352Z", "DAOXYZ74T11Z352Z"),
        ("passport number L 191609 issued on 28 Feb. 1996", "L191609"),
        ("issued in 1993, under name Tam Orso", None),
        ("", None),
    ],
)
def test_a_documents_number_is_told_from_the_words_around_it(text: str, number: str | None) -> None:
    assert document_number(text) == number


@given(
    number=st.from_regex(r"[A-Z]{0,3}[0-9]{4,12}", fullmatch=True),
    country=st.sampled_from(["Tarsian", "Iraqi"]),
)
def test_a_bare_number_and_one_with_its_words_are_the_same(number: str, country: str) -> None:
    assert document_number(number) == number
    assert document_number(f"{country} passport number {number}, issued on 3 May 2001") == number
    assert document_number(f"{country} {number}") == number


@given(text=st.text(max_size=20))
def test_a_normalised_number_stays_as_it_is(text: str) -> None:
    once = normalise_number(text)
    assert normalise_number(once) == once
    assert once.isalnum() or once == ""


def test_codes_count_only_where_they_are_announced() -> None:
    assert bics_in("SWIFT: GREYTRXX; BIC GREYTRXX123, SWIFT/BIC code: TAMOTRXX") == [
        "GREYTRXX",
        "GREYTRXX123",
        "TAMOTRXX",
    ]
    assert bics_in("GREYTRXX is a word; a SWIFT response; BICYCLES ARE HERE") == []
    assert imo_numbers_in("IMO number: 5000001. (IMO) Number: 5000002; IMO 500000") == ["5000001", "5000002"]
    assert imo_numbers_in("5000001") == []


def test_references_are_found_in_every_form_and_only_there() -> None:
    found = [
        reference
        for reference, _, _ in references_in("XAi.001 XAe 002 XAi003 XAE.004 XI.B.4.01 XAX.005 xai.006")
    ]
    assert found == ["XAi.001", "XAe.002", "XAi.003", "XAe.004", "XI.B.4.01"]


@pytest.mark.parametrize(
    ("types", "kind"),
    [
        (("Passport",), "passport"),
        (("Numéro de passeport",), "passport"),
        (("National Identification Number", "Birth certificate"), "birth_certificate"),
        (("National Identification Number", "Ration card no."), "ration_card"),
        (("National Identification Number", "Social Security Number 1"), "social_security"),
        (("National Identification Number", "Fiscal Code:"), "tax_id"),
        (("Passport", "Something"), "passport"),
        (("", "Voter card"), "other"),
    ],
)
def test_the_more_particular_word_names_the_document(types: tuple[str, ...], kind: str) -> None:
    assert document_kind(*types) == kind
