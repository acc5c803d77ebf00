"""Aligned in arrays, a pair scores what the definition says, to the last bit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from hypothesis import given, settings
from tests.index.awkward import LISTED_AND_ASKED

from screening.index.aligning import ListedUnits, most, scores
from screening.index.batch import tokenise_batch
from screening.index.bound import EPSILON
from screening.index.worth import Vocabulary, appraise
from screening.names.comparison import Listed, Query, score
from screening.names.normalise import FULL_LINE, prepare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from screening.index import NameIndex


def aligned(queries: Sequence[str], listed: list[Listed]) -> int:
    """How many of all pairs are aligned in arrays; each as by the definition, or this fails."""
    vocabulary = Vocabulary(listed)
    kinds = np.array([name.k for name in listed], dtype=np.int64)
    batch = tokenise_batch(pl.Series(queries))
    row, name = (side.ravel() for side in np.indices((len(queries), len(listed))))
    row, name = row.astype(np.int64), name.astype(np.int64)
    known = appraise(batch, vocabulary, kinds)
    found = scores((row, name), batch, known, ListedUnits(listed, vocabulary.units))
    count = 0
    for r, n, value in zip(row.tolist(), name.tolist(), found.tolist(), strict=True):
        if not np.isnan(value) and queries[r] != listed[n].name.text:
            assert value == score(Query.ready(prepare(queries[r])), listed[n])
            count += 1
    return count


@settings(max_examples=60)
@given(**LISTED_AND_ASKED)
def test_a_score_is_that_of_the_definition(
    individuals: list[str], entities: list[str], asked: list[str]
) -> None:
    listed = [Listed.ready(prepare(name), "individual") for name in individuals]
    listed += [Listed.ready(prepare(name), "entity") for name in entities]
    aligned([*asked, *individuals, *entities, "li " * 33], listed)


def test_most_pairs_are_aligned_so_and_those_of_a_full_line_too(index: NameIndex, queries: list[str]) -> None:
    listed = [
        Listed.ready(prepare(name), kind) for name, kind in index.names.select("name", "kind").iter_rows()
    ]
    asked = list(dict.fromkeys(queries))
    assert aligned(asked, listed) > 0.9 * len(asked) * len(listed)
    full = [name[:length] for name in asked for length in FULL_LINE if len(name) > length]
    assert full
    assert aligned(full, listed) > 0.8 * len(full) * len(listed)


@settings(max_examples=60)
@given(**LISTED_AND_ASKED)
def test_no_part_of_a_text_scores_more_than_the_most(
    individuals: list[str], entities: list[str], asked: list[str]
) -> None:
    listed = [Listed.ready(prepare(name), "individual") for name in individuals]
    listed += [Listed.ready(prepare(name), "entity") for name in entities]
    queries = [*asked, *individuals, *entities, *(f"{a} {b}" for a in individuals for b in asked)]
    bound = bounded(queries, listed)
    for query, row in zip(queries, bound.tolist(), strict=True):
        ready = Query.ready(prepare(query, ends=False))
        for name, value in zip(listed, row, strict=True):
            assert query == name.name.text or score(ready, name) <= value + EPSILON


def bounded(
    queries: Sequence[str], listed: list[Listed]
) -> np.ndarray[tuple[int, ...], np.dtype[np.floating]]:
    """What `most` says of every pair."""
    vocabulary = Vocabulary(listed)
    batch = tokenise_batch(pl.Series(queries))
    batch = replace(batch, full_line=np.zeros(len(batch), dtype=bool))
    row, name = (side.ravel().astype(np.int64) for side in np.indices((len(queries), len(listed))))
    known = appraise(batch, vocabulary, np.array([name.k for name in listed], dtype=np.int64), ends=False)
    found = most((row, name), batch, known, ListedUnits(listed, vocabulary.units))
    return found.reshape(len(queries), len(listed))


def test_a_listed_word_is_met_once_however_often_it_is_spelled() -> None:
    """A text of spellings of one common name holds thousands of windows worth a name together."""
    listed = [Listed.ready(prepare(name), "individual") for name in ("Abdullah Velkar", "Abd Allah Velkari")]
    once, often = bounded(["Abdul lah Ardo", "Abdul lah abdallah abdul lah abd allah abdel lah"], listed)
    assert (often < 0.5).all()
    assert (once < 0.5).all()
