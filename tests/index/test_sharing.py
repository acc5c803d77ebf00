"""Texts and listed names that share enough: as adding up token by token says."""

from __future__ import annotations

from itertools import product
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from screening.index.aligning import held_by
from screening.index.batch import tokenise_batch
from screening.index.sharing import Entries, _shared, sharing
from screening.index.worth import appraise

if TYPE_CHECKING:
    from collections.abc import Callable

    from screening.index import NameIndex


@pytest.mark.parametrize(("texts", "words"), [(300, 4), (120, 12), (8, 150)])
def test_what_a_text_shares_with_a_name_is_the_sum_over_its_tokens(
    texts: int, words: int, index: NameIndex
) -> None:
    rng = Random(words)
    held = [word for name in index.names["name"] for word in (*name.split(), "invoice", "of", "abdulkhalid")]
    asked = pl.Series([" ".join(rng.choices(held, k=words)) for _ in range(texts)])
    batch = tokenise_batch(asked, max_tokens=3 * words)
    known = appraise(batch, index._vocabulary, index._kinds, ends=False)
    entries, names = Entries(batch, known), len(index)
    held_rows, tokens, times = held_by(batch, known.rows)
    shared = _shared(entries, held_rows, tokens, times, names)
    ends = np.cumsum(shared.different)
    found = {
        divmod(pair, names): (tuple(sums), often, shared.token[end - count : end].tolist())
        for pair, sums, often, count, end in zip(
            shared.code.tolist(),
            shared.total.tolist(),
            shared.times.tolist(),
            shared.different.tolist(),
            ends.tolist(),
            strict=True,
        )
    }
    expected = {}
    for row, name in product(range(texts), range(names)):
        of_row = np.flatnonzero(held_rows == row)
        met = [
            (e, n)
            for t, n in zip(tokens[of_row].tolist(), times[of_row].tolist(), strict=True)
            for e in range(entries.starts[t], entries.starts[t + 1])
            if entries.name[e] == name
        ]
        each = [e for e, _ in met]
        if (max([len(met), *(n for _, n in met)]) > 1 and entries.telling[each].any()) or (
            entries.alone[each].any()
        ):
            added = [sum(float(entries.value[e, column]) * n for e, n in met) for column in range(4)]
            often = sum(int(entries.count[e]) * n for e, n in met)
            expected[row, name] = tuple(added), often, entries.token[each].tolist()
    assert found.keys() == expected.keys()
    for pair, (sums, often, each) in expected.items():
        assert found[pair][0] == pytest.approx(sums)
        assert found[pair][1:] == (often, each)


def test_a_row_holds_a_compound_and_its_parts_and_says_how_often(index: NameIndex) -> None:
    batch = tokenise_batch(pl.Series(["Abdullah ardo Abdullah abd", "ardo"]))
    known = appraise(batch, index._vocabulary, index._kinds, ends=False)
    held = {
        (row, batch.tokens[token].form): often
        for row, token, often in zip(*(side.tolist() for side in held_by(batch, known.rows)), strict=True)
        if token < len(batch.tokens)
    }
    assert held == {(0, "abdullah"): 2, (0, "abd"): 1, (0, "allah"): 0, (0, "ardo"): 1, (1, "ardo"): 1}


def test_a_listed_word_counts_once_however_often_a_text_repeats_it(build: Callable[..., NameIndex]) -> None:
    """A text of few words would else share enough with every name that holds one of them."""
    index = build(["Velkar Dormani", "Mohammed Mohammed Ali Belvane"], [])
    asked = ["velkar x " * 9, "velkar dormani", "mohammed " * 9, "mohammed belvane mohammed ali"]
    batch = tokenise_batch(pl.Series(asked), max_tokens=99)
    known = appraise(batch, index._vocabulary, index._kinds, ends=False)
    limits = index._limits
    row, name, _ = sharing(batch, known, limits.units, limits.weight, limits.rarest, 0.8)
    assert list(zip(row.tolist(), name.tolist(), strict=True)) == [(1, 0), (3, 1)]


def test_however_many_texts_are_counted_together_the_pairs_are_the_same(
    index: NameIndex, queries: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = tokenise_batch(pl.Series([*queries, "", "invoice"]))
    known = appraise(batch, index._vocabulary, index._kinds, ends=False)
    limits = index._limits
    asked = batch, known, limits.units, limits.weight, limits.rarest, 0.6
    row, name, _ = sharing(*asked)
    assert len(row) > len(queries) // 10
    pairs = row * len(index) + name
    assert (np.diff(pairs) > 0).all()
    for cells in (1, 7 * len(index)):
        monkeypatch.setattr("screening.index.sharing._CELLS", cells)
        again = sharing(*asked)
        assert (again[0] * len(index) + again[1]).tolist() == pairs.tolist()
