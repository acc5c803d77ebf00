"""Likeness of names that are held as numbers is that of the names themselves."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from screening.rules.coded import encode
from screening.rules.similarity import coded_similarities, similarities

NAMES = st.sampled_from(["Jane Doe", "DOE, Jane", "J. Doe-Testi", "Velkar", "", "  ", "\u00c9lise", None])


@given(st.lists(st.tuples(NAMES, NAMES, st.booleans()), max_size=30))
def test_names_held_as_numbers_are_as_alike_as_the_names(pairs: list[tuple[str, str, bool]]) -> None:
    left, right = (pl.Series([pair[side] for pair in pairs], dtype=pl.String) for side in (0, 1))
    rows = np.flatnonzero([pair[2] for pair in pairs])
    found = coded_similarities(encode(left), encode(right), rows)
    assert found.tolist() == similarities(left.gather(rows), right.gather(rows)).tolist()
