"""Reasons say what each difference cost, in the words and the amounts that the score is made of."""

from __future__ import annotations

import pickle
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.names.explanation import compare
from screening.names.tokens import KINDS

if TYPE_CHECKING:
    from screening.names.tokens import Kind

kinds: st.SearchStrategy[Any] = st.sampled_from(KINDS)
PIECES = (
    "al", "bin", "Mr", "Ltd", "Velkar", "Velkari", "Velkarri", "Khalid", "Khaled", "V.", "K", "Mohamed",
    "Trading", "VT", "abdulrahman", "abd", "al-rahman", "7", "007", "7th", "مريم", "Maryam", "李明",
    "Testan.",
)  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map(" ".join)
HIGHER = re.compile(r"the score would be higher by (.*)")


def test_a_pickled_comparison_says_the_same_and_holds_no_more() -> None:
    made = compare("Khaled Dormani", "Khalid Mansur Dormani")
    written = pickle.dumps(made)
    read = pickle.loads(written)
    assert (read, read.tokens, read.reasons) == (made, made.tokens, made.reasons)
    assert b"Query" not in written


def test_a_legal_form_with_full_stops_is_one_word_in_a_reason() -> None:
    reasons = compare("Velkar Trading S.A.", "Velkar Trading", kind="entity").reasons
    assert reasons[0] == "'sa' (legal form) is extra in query"


@given(texts, texts, kinds)
def test_no_difference_is_said_to_cost_more_than_the_score_lacks(a: str, b: str, kind: Kind) -> None:
    result = compare(a, b, kind=kind)
    told = [found[1] for reason in result.reasons if (found := HIGHER.fullmatch(reason))]
    assert len(told) <= 1
    costs = [float(part.split()[0]) for part in told[0].split(", ")] if told else []
    assert costs == sorted(costs, reverse=True)
    assert all(0 < cost <= 1 - result.score + 0.005 for cost in costs)


@given(texts, texts, kinds)
def test_a_contradiction_is_told_only_where_both_sides_have_more(a: str, b: str, kind: Kind) -> None:
    result = compare(a, b, kind=kind)
    if any("contradict each other" in reason for reason in result.reasons):
        assert {"extra in query", "missing in query"} & {row.how for row in result.tokens}
        assert any("without the contradiction" in reason for reason in result.reasons)


def test_a_contradiction_names_both_sides_and_its_cost() -> None:
    reasons = compare("Khalid Smith Testi", "Khalid Mansur AL-TESTI").reasons
    assert reasons[:3] == (
        "'smith' is extra in query", "'mansur' is missing in query", "'al' (particle) is missing in query",
    )  # fmt: skip
    assert reasons[3] == "'smith' (extra) and 'mansur' (missing) contradict each other"
    assert reasons[4].endswith(" without the contradiction")


@pytest.mark.parametrize(
    ("query", "listed", "cost"),
    [
        ("Khalid Testani", "Khalid Mansur Testani", "what is missing"),
        ("Khalid Mansur Testani", "Khalid Testani", "what is extra"),
        ("Khalid Testani", "Khalid Testanov", "differences of spelling"),
        ("Testani Khalid Mansur", "Khalid Mansur Testani", "the other order"),
        ("K. M. Testani", "Khalid Mansur Testani", "what initials and beginnings leave open"),
    ],
)
def test_every_kind_of_difference_has_its_cost(query: str, listed: str, cost: str) -> None:
    assert f" without {cost}" in compare(query, listed).reasons[-1]


def test_many_words_of_a_contradiction_are_counted_and_incidental_ones_left_out() -> None:
    query = "Mr Khalid Velkar Orlank Torvash Belvane Testani"
    told = [r for r in compare(query, "Khalid Dormani Testani").reasons if "contradict each" in r]
    assert told == [
        "'velkar', 'orlank', 'torvash' and 1 more (extra) and 'dormani' (missing) contradict each other"
    ]


def test_what_an_initial_leaves_open_may_contradict() -> None:
    told = [r for r in compare("K. Orlank Testani", "Khalid Testani").reasons if "contradict each" in r]
    assert told == [
        "'orlank' (extra) and what initials and beginnings leave open (missing) contradict each other"
    ]


def test_initials_alone_are_said_not_to_be_enough() -> None:
    assert (
        "what agrees are initials or beginnings alone, which is not enough" in compare("K.", "Khalid").reasons
    )


@pytest.mark.parametrize(
    ("query", "listed"), [("039", "39"), ("7", "7th"), ("seven", "7th"), ("III", "3"), ("Second", "2")]
)
def test_a_number_is_a_number_and_no_spelling(query: str, listed: str) -> None:
    reason, *_ = compare(f"Dormani Office {query}", f"Dormani Office {listed}", kind="entity").reasons
    words = f"'{query.lower()}' and '{listed}' are the same number, written otherwise"
    assert reason.startswith(words)


def test_a_common_name_that_counts_for_less_says_so() -> None:
    reason, *_ = compare("Kim Yong", "Kim Ryong").reasons
    assert re.fullmatch(
        r"'yong' is 'ryong' with a typo \(0\.\d\d; a common name, so it counts for less\)", reason
    )


def test_a_rare_name_with_a_typo_says_nothing_of_common_names() -> None:
    assert compare("Khalid Dornani", "Khalid Dormani").reasons[0].endswith(" with a typo (0.86)")
