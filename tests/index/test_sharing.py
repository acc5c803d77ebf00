"""Texts and listed names that share enough: as adding up token by token says."""

from __future__ import annotations

from itertools import product
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from screening.index.batch import tokenise_batch
from screening.index.sharing import Entries, _shared, sharing
from screening.index.worth import appraise

if TYPE_CHECKING:
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
    entries, rows, names = Entries(batch, known), known.rows, len(index)
    code, total, shared = _shared(entries, rows.row, rows.token, names)
    found = {
        divmod(pair, names): (tuple(sums), count)
        for pair, sums, count in zip(code.tolist(), total.tolist(), shared.tolist(), strict=True)
    }
    expected = {}
    for row, name in product(range(texts), range(names)):
        tokens = rows.token[rows.row == row].tolist()
        met = [
            e
            for t in tokens
            for e in range(entries.starts[t], entries.starts[t + 1])
            if entries.name[e] == name
        ]
        if (len(met) > 1 and entries.telling[met].any()) or entries.alone[met].any():
            added = [sum(entries.value[met, column].astype(float).tolist()) for column in range(4)]
            expected[row, name] = tuple(added), int(entries.count[met].sum())
    assert found.keys() == expected.keys()
    for pair, (sums, count) in expected.items():
        assert found[pair][0] == pytest.approx(sums)
        assert found[pair][1] == count


def test_however_many_texts_are_counted_together_the_pairs_are_the_same(
    index: NameIndex, queries: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = tokenise_batch(pl.Series([*queries, "", "invoice"]))
    known = appraise(batch, index._vocabulary, index._kinds, ends=False)
    limits = index._limits
    asked = Entries(batch, known), known.rows, limits.weight, limits.rarest, 0.6
    row, name = sharing(*asked)
    assert len(row) > len(queries) // 10
    pairs = row * len(index) + name
    assert (np.diff(pairs) > 0).all()
    for cells in (1, 7 * len(index)):
        monkeypatch.setattr("screening.index.sharing._CELLS", cells)
        again = sharing(*asked)
        assert (again[0] * len(index) + again[1]).tolist() == pairs.tolist()
