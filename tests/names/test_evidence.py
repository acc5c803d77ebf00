"""Laws of evidence: what a match earns, and what is lost where nothing is met."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.names.comparison import FOLDED
from screening.names.explanation import compare
from screening.names.joining import REORDERED
from screening.names.lexicon import rarity
from screening.names.likeness import OTHER_SPELLING, ROMANISED, TYPO_FLOOR, in_kind
from screening.names.normalise import prepare
from screening.names.tokens import make_token
from screening.policy import Policy

THRESHOLD = Policy().names.threshold
common = st.sampled_from(sorted(rarity("individual")))


@given(common)
def test_a_name_costs_no_less_than_it_weighs_and_no_more_than_a_rare_one(key: str) -> None:
    token = make_token(key)
    for role, weight, cost in zip(token.roles, token.weights, token.costs, strict=True):
        assert weight <= cost <= 1 or role in ("number", "clerical")


@given(common, common, st.floats(0.7, 0.99), st.sampled_from(["typo", "romanisation and typo", "script"]))
def test_the_commoner_the_name_in_the_query_the_less_it_is_a_typo_of_another(
    one: str, other: str, alike: float, how: str
) -> None:
    listed = make_token("velkamad")
    tokens = [token for token in map(make_token, (one, other)) if token.roles[0] == "known name"]
    for a in tokens:
        assert 0 < in_kind(a, listed, (alike, how), 0)[0] < alike
        for b in tokens:
            if a.weights[0] < b.weights[0]:
                assert in_kind(a, listed, (alike, how), 0) < in_kind(b, listed, (alike, how), 0)
    assert in_kind(make_token("velkamid"), listed, (alike, how), 0) == (alike, how)


@given(common)
def test_the_commoner_the_name_the_less_another_spelling_of_it_says(key: str) -> None:
    name, rare, found = make_token(key), make_token("velkamid"), (ROMANISED, "romanisation")
    if name.roles[0] == "known name":
        alike, how = in_kind(name, rare, found, 0)
        assert how == "romanisation"
        assert alike == pytest.approx(ROMANISED - OTHER_SPELLING * (1 - name.weights[0]))
        assert TYPO_FLOOR < alike <= ROMANISED
    assert in_kind(rare, name, found, 0) == found


@pytest.mark.parametrize(
    ("listed", "differing"),
    [
        ("Mohammed OSMAN", "Mohammed Usman"),
        ("Mohammed Osman ALI", "Mohammed Osman"),
        ("Mohammed OSMAN", "Mohammed Osman Ali"),
    ],
)
def test_a_difference_counts_for_more_where_the_order_differs_too(listed: str, differing: str) -> None:
    def turned(name: str) -> str:
        first, second, *rest = name.split()
        return " ".join([second, first, *rest])

    only_order = compare(listed.title(), listed).score - compare(turned(listed.title()), listed).score
    both = compare(differing, listed).score - compare(turned(differing), listed).score
    assert 0 < only_order < 0.011
    assert both > only_order + 0.001


def test_where_much_agrees_the_order_changes_nothing_else() -> None:
    listed, one, two = "Khalisar Borunel VELKAMID", "Khalisar Borunel Velkamod", "Borunel Khalisar Velkamod"
    assert compare(two, listed).score == pytest.approx(REORDERED * compare(one, listed).score)


@pytest.mark.parametrize("missing", ["Dormani", "Dormani Velkarin", "Mohammed Dormani Velkarin"])
def test_what_is_left_out_costs_the_same_however_little_remains(missing: str) -> None:
    losses = []
    for rest in ("Khalisar Borunel", "Khalisar Borunel Testani", "Khalisar Borunel Testani Orlan"):
        agreed = sum(token.weights[0] for token in prepare(rest).tokens)
        losses.append(agreed * FOLDED / compare(rest, f"{rest} {missing}").score - agreed)
    assert losses == pytest.approx([losses[0]] * len(losses))


def test_what_the_query_says_more_costs_more_where_less_agrees() -> None:
    shorter = compare("Khalisar Dormani", "KHALISAR").score
    longer = compare("Khalisar Borunel Dormani", "KHALISAR BORUNEL").score
    common = compare("Mohammed Dormani", "MOHAMMED").score
    assert longer > shorter > common


@pytest.mark.parametrize("beside", ["17.03.1975", "DOB 17.03.1975", "A/C 61921", "- 47787"])
def test_what_stands_beside_a_name_hides_it_little_however_common_it_is(beside: str) -> None:
    assert compare(f"Mohammed Ali {beside}", "Mohammed ALI").score >= THRESHOLD


@pytest.mark.parametrize("letters", ["VRT", "VRTC", "VRAT", "VRATC"])
def test_an_acronym_may_leave_out_particles_and_the_legal_form(letters: str) -> None:
    assert compare(letters, "Velkar Relief and Trading Company", kind="entity").score >= THRESHOLD
