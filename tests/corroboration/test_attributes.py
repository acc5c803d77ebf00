"""Country, gender, document and kind: what is not said is unknown, and order is irrelevant."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.corroboration import (
    Document,
    Verdict,
    compare_countries,
    compare_documents,
    compare_genders,
    compare_kinds,
)
from screening.policy import CorroborationPolicy

codes = st.sampled_from(["IQ", "AF", "BR", "DE", None])
words = st.sampled_from(["m", "Male", "F", "female", "x", "", None])
kinds = st.sampled_from(["person", "individual", "entity", "company", "npo", "merchant", "", None])
documents = st.builds(
    Document,
    st.sampled_from(["A123456", "a-123 456", "B123456", "123456", "1234", "12-34", "", "-"]),
    st.sampled_from(["passport", "national_id", None]),
    st.sampled_from(["IQ", "BR", None]),
)


@pytest.mark.parametrize(
    ("payment", "listed", "expected"),
    [
        ("IQ", ["IQ", "AF"], Verdict.AGREE),
        ("Republic of Iraq", ["IQ"], Verdict.AGREE),
        ("BR", ["IQ", "AF"], Verdict.CONTRADICT),
        ("BR", ["IQ", None], Verdict.UNKNOWN),  # a listed country that nobody can read
        ("IQ", ["IQ", None], Verdict.AGREE),
        ("BR", [], Verdict.UNKNOWN),
        ("Atlantis", ["IQ"], Verdict.UNKNOWN),
        (None, ["IQ"], Verdict.UNKNOWN),
    ],
)
def test_countries(payment: str | None, listed: list[str | None], expected: Verdict) -> None:
    assert compare_countries(payment, listed).verdict is expected


@pytest.mark.parametrize(
    ("payment", "listed", "expected"),
    [
        (Document("a-123 456"), Document("A123456", "passport", "IQ"), Verdict.AGREE),
        (Document("A123456", "passport", "IQ"), Document("A123456", "passport", "IQ"), Verdict.AGREE),
        (Document("A123456", "passport", "BR"), Document("A123456", "passport", "IQ"), Verdict.POSSIBLE),
        (Document("A123456", "national_id"), Document("A123456", "passport"), Verdict.POSSIBLE),
        (Document("B123456"), Document("A123456"), Verdict.POSSIBLE),  # the same digits
        (Document("1234"), Document("12-34"), Verdict.POSSIBLE),  # too short to agree
        (Document("A1234"), Document("B1234"), Verdict.UNKNOWN),
        (Document("A999999", "passport", "IQ"), Document("A123456", "passport", "IQ"), Verdict.UNKNOWN),
        (Document("-"), Document(""), Verdict.UNKNOWN),
    ],
)
def test_documents(payment: Document, listed: Document, expected: Verdict) -> None:
    assert compare_documents(payment, [listed]).verdict is expected
    assert compare_documents(listed, [payment]).verdict is expected


def test_how_short_is_too_short_is_the_policys() -> None:
    policy = CorroborationPolicy(shortest_document=4)
    assert compare_documents(Document("1234"), [Document("1234")], policy=policy).verdict is Verdict.AGREE


@given(payment=documents, listed=st.lists(documents, max_size=4), data=st.data())
@settings(deadline=None, max_examples=100)
def test_documents_never_contradict_and_have_no_order(
    payment: Document, listed: list[Document], data: st.DataObject
) -> None:
    found = compare_documents(payment, listed)
    assert found.verdict is not Verdict.CONTRADICT
    assert compare_documents(payment, data.draw(st.permutations(listed))) == found
    alone = {compare_documents(payment, [document]).verdict for document in listed}
    assert found.verdict is next(
        (v for v in (Verdict.AGREE, Verdict.POSSIBLE) if v in alone), Verdict.UNKNOWN
    )


@given(a=words, b=words, c=kinds, d=kinds)
@settings(deadline=None, max_examples=100)
def test_words_are_compared_either_way_round(
    a: str | None, b: str | None, c: str | None, d: str | None
) -> None:
    assert compare_genders(a, b).verdict is compare_genders(b, a).verdict
    assert compare_kinds(c, d).verdict is compare_kinds(d, c).verdict


@given(payment=codes, listed=st.lists(codes, max_size=4), data=st.data())
@settings(deadline=None, max_examples=60)
def test_countries_have_no_order(payment: str | None, listed: list[str | None], data: st.DataObject) -> None:
    assert compare_countries(payment, listed) == compare_countries(
        payment, data.draw(st.permutations(listed))
    )


@pytest.mark.parametrize(
    ("payment", "listed", "expected"),
    [
        ("person", "individual", Verdict.AGREE),
        ("Company", "entity", Verdict.AGREE),
        ("person", "entity", Verdict.CONTRADICT),
        ("npo", "individual", Verdict.CONTRADICT),
        ("merchant", "individual", Verdict.UNKNOWN),  # may be a person or a firm
        (None, "individual", Verdict.UNKNOWN),
    ],
)
def test_kinds(payment: str | None, listed: str, expected: Verdict) -> None:
    assert compare_kinds(payment, listed).verdict is expected


def test_a_finding_that_says_nothing_has_no_words() -> None:
    for found in (
        compare_countries(None, ["IQ"]), compare_genders("x", "Male"), compare_kinds("payroll", "entity"),
        compare_documents(None, [Document("A123456")]),
    ):  # fmt: skip
        assert (found.verdict, found.words) == (Verdict.UNKNOWN, "")
