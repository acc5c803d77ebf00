"""The bound may only over-estimate: a search equals scoring every pair, at every threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.index.awkward import LISTED_AND_ASKED, PIECES, listable, names

from screening.index.batch import tokenise_batch
from screening.index.bound import Rows, candidates, upper_bound
from screening.index.worth import appraise
from screening.names.comparison import Listed, Query, align, rate
from screening.names.normalise import prepare
from screening.names.tokens import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from screening.index import NameIndex

FEW = (0.6, 0.74, 0.95)


def test_a_search_equals_scoring_every_pair(
    index: NameIndex, queries: list[str], exact: Callable[..., None]
) -> None:
    exact(index, queries)


@settings(max_examples=60)
@given(**LISTED_AND_ASKED)
def test_so_it_does_for_names_made_of_awkward_pieces(
    individuals: list[str],
    entities: list[str],
    asked: list[str],
    build: Callable[..., NameIndex],
    exact: Callable[..., None],
) -> None:
    exact(build(individuals, entities), [*asked, *individuals], FEW)


@settings(max_examples=40)
@given(asked=st.lists(names, min_size=4, max_size=12))
def test_and_for_them_against_the_awkward_list(
    asked: list[str], index: NameIndex, exact: Callable[..., None]
) -> None:
    exact(index, asked, FEW)


@pytest.mark.parametrize(
    "name",
    [
        "Front for the Liberation of Velkaria and Dormania",
        "Maria del Carmen de la Velkara y Orlank",
        "Velkar Electronics Research Institute of Technology",
        "Khalid Abdul-Rahman Nureddine Abdullah AL-TESTI",
        "Abdulrahman Nuruddin Velkari Dormani Abdurrahim",
    ],
)
def test_a_name_cut_anywhere_is_judged_the_same(
    name: str, build: Callable[..., NameIndex], exact: Callable[..., None]
) -> None:
    """Lines of payment messages end at 35 characters, and a blank or hyphen there is lost."""
    exact(build([name], [name, "Velkar Electronics"]), [name[:end] for end in range(1, len(name) + 1)])


@pytest.mark.parametrize("length", [32, 33, 34, 35, 36])
def test_full_lines_are_judged_the_same(
    length: int, index: NameIndex, queries: list[str], exact: Callable[..., None]
) -> None:
    long = [name for name in queries if len(name) > length]
    assert len(long) > 10
    exact(index, [name[:length] for name in long[:40]], (0.6, 0.74, 0.9))


@settings(max_examples=40)
@given(
    parts=st.lists(
        st.sampled_from(("Velkar", "Velkari", "Velka", "al", "V", "velkarvelkar")), min_size=1, max_size=9
    )
)
def test_a_token_that_repeats_is_used_once_for_each_time(
    parts: list[str], build: Callable[..., NameIndex], exact: Callable[..., None]
) -> None:
    text = " ".join(parts)
    exact(build(["Velkar", "Velkar Velkar", "Velkar Al-Velkari V"], ["Velkar Velkar Velkar"]), [text], FEW)


@settings(max_examples=200)
@given(names, listable, st.sampled_from(KINDS))
def test_the_formula_of_the_bound_is_that_of_the_score(query: str, listed: str, kind: str) -> None:
    """With the very alignment of the score, the bound is not below it."""
    name, party = (
        Query.ready(prepare(query)),
        Listed.ready(prepare(listed), "entity" if kind == "entity" else "individual"),
    )
    chosen = align(name, party) if name.units and party.name.screenable else []
    if not chosen:
        return
    k = KINDS.index(kind)
    value = [
        sum(option.meeting.weight * option.meeting.alike for option in chosen),
        sum(option.meeting.own for option in chosen),
        sum(option.meeting.cover for option in chosen),
        sum(option.meeting.weight for option in chosen),
    ]
    weight = np.array([sum(token.extra[k] for token in name.name.tokens)])
    missing = np.array([0.0 if name.name.full_line else sum(token.costs[k] for token in party.name.tokens)])
    bound = upper_bound(np.array([value]), weight, missing)[0]
    if query != listed:
        assert bound >= rate(chosen, name, party) - 1e-9


def test_better_values_never_lower_the_bound() -> None:
    """So the bound of values that are each too favourable is too favourable."""
    rng = np.random.default_rng(5)
    value = rng.random((4000, 4)) * 3
    value[:, 3] = value[:, 0] + rng.random(4000)
    weight, listed = rng.random(4000) * 4, rng.random(4000) * 4
    base = upper_bound(value, weight, listed)
    for column in (0, 1, 2):
        better = value.copy()
        better[:, column] += rng.random(4000)
        if column == 0:
            better[:, 3] += better[:, 0] - value[:, 0]
        assert (upper_bound(better, weight, listed) >= base - 1e-12).all()
    assert (upper_bound(value, weight, listed * 0) >= base - 1e-12).all()


@pytest.mark.parametrize(
    ("query", "listed"),
    [
        ("abdul", "abduolah"),  # near by a sound of the query that is spelled like it
        ("The Company", "The Company"),  # little weight, so that rounding shows
    ],
)
def test_a_pair_that_was_once_lost_is_found(
    query: str, listed: str, exact: Callable[..., None], build: Callable[..., NameIndex]
) -> None:
    exact(
        build([listed, "Velkar Trading Company"], [listed, "Bank of the West"]), [*PIECES, query, "The Bank"]
    )


def test_a_last_token_that_spells_two_and_begins_a_third_is_judged_as_both(
    exact: Callable[..., None], build: Callable[..., NameIndex]
) -> None:
    """A token at the end of a name stands under a number of its own; its spans must not be forgotten."""
    listed = ["Ardo Velkar Dor", "Velkardorian Orlank", "Abdul-Velkar Dor", "Velkar-Uddin Dor"]
    asked = ["Ardo Velkardor", "Velkardor Ardo", "Ardo Velkar", "Ardo Velkardo", "Dor Velkaruddin"]
    exact(build(listed, listed), asked)


@pytest.mark.parametrize("threshold", [0.6, 0.74, 0.95, 1.0])
def test_a_row_far_down_a_large_batch_is_judged_like_the_first(
    index: NameIndex, queries: list[str], threshold: float
) -> None:
    """Rounding must not grow with the batch: the same rows over and over give the same pairs each time."""
    batch = tokenise_batch(pl.Series(queries))
    known = appraise(batch, index._vocabulary, index._kinds)

    def pairs(times: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        shift = np.repeat(np.arange(times) * len(queries), len(known.rows.row))
        rows = Rows(
            np.tile(known.rows.row, times) + shift,
            np.tile(known.rows.token, times),
            np.tile(known.rows.weight, (times, 1)),
            np.tile(known.rows.full_line, times),
        )
        row, name = candidates(rows, known.worth, index._weights, threshold)
        return np.stack([row % len(queries), name], axis=1)

    single, many = pairs(1), pairs(400)
    assert len(single)
    often, count = np.unique(many, axis=0, return_counts=True)
    assert np.array_equal(often, np.unique(single, axis=0))
    assert (count == 400).all()
