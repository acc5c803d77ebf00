"""Windows, sweeps and quantiles against slow loops."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from screening.rules import windows as windows_module
from screening.rules.windows import NO_KEY, Clock, Distinct, Ledger, meeting, pairs, search, unique_sorted

# (time, key, item, value), few of each so that ties and repeats are common; 9 stands for a missing key
rows_of = st.lists(
    st.tuples(
        st.integers(0, 12), st.sampled_from([0, 1, 2, 9]), st.sampled_from([0, 1, 2, 9]), st.integers(0, 50)
    ),
    max_size=40,
).map(lambda rows: sorted(rows, key=lambda row: row[0]))
windows = st.integers(1, 8)
Rows = list[tuple[int, int, int, int]]


def arrays(rows: Rows) -> tuple[Clock, np.ndarray, np.ndarray, np.ndarray]:
    time, key, item, value = (np.array([row[i] for row in rows], np.int64) for i in range(4))
    missing = [np.where(part == 9, NO_KEY, part).astype(np.uint32) for part in (key, item)]
    return Clock(time), missing[0], missing[1], value


def ledger_of(rows: Rows) -> tuple[Ledger, np.ndarray, np.ndarray]:
    clock, key, item, value = arrays(rows)
    return Ledger.of(key, np.arange(len(rows)), clock), item, value


def inside(rows: Rows, at: int, window: int) -> list[int]:
    """Rows of the key of a row in (t - window, t], the slow way."""
    time, key = rows[at][:2]
    return [i for i, row in enumerate(rows) if row[1] == key and time - window < row[0] <= time]


@given(rows=rows_of, window=windows)
def test_sums_counts_and_largest_are_those_of_a_loop(rows: Rows, window: int) -> None:
    ledger, _, value = ledger_of(rows)
    span = ledger.within(window)
    for at, count, total, most, last in zip(
        span.rows, span.count, span.sum(value), span.max(value), span.last(), strict=True
    ):
        expected = inside(rows, at, window)
        assert count == len(expected)
        assert total == sum(rows[i][3] for i in expected)
        assert most == max(rows[i][3] for i in expected)
        assert last == max(expected)


@given(rows=rows_of, window=windows)
def test_a_window_before_holds_no_row_of_the_same_instant(rows: Rows, window: int) -> None:
    ledger, _, _ = ledger_of(rows)
    span = ledger.before(window)
    owner, found = span.expand()
    for position, at in enumerate(span.rows):
        time, key = rows[at][:2]
        expected = [i for i, row in enumerate(rows) if row[1] == key and time - window <= row[0] < time]
        assert sorted(found[owner == position]) == expected


@given(rows=rows_of, window=windows)
def test_the_sweep_counts_what_a_set_counts(rows: Rows, window: int) -> None:
    clock, key, item, _ = arrays(rows)
    known = np.flatnonzero(key != NO_KEY)
    counted = Distinct(key, item, np.arange(len(rows)), clock, window).count(key[known], known)
    for at, count in zip(known, counted, strict=True):
        assert count == len({rows[i][2] for i in inside(rows, int(at), window)} - {9})


@given(rows=rows_of)
def test_wide_keys_are_sorted_as_narrow_ones(rows: Rows) -> None:
    _, key, item, _ = arrays([row for row in rows if 9 not in row[1:3]])
    order = np.arange(len(key))
    narrow = pairs(key, item, order)
    wide = pairs(
        key.astype(np.uint64) << 40, item.astype(np.uint64) << 40, order
    )  # more than 64 bits together
    assert narrow[1].tolist() == wide[1].tolist()
    assert narrow[2].tolist() == wide[2].tolist()


@given(rows=rows_of, window=windows)
def test_quantiles_are_values_of_the_window(rows: Rows, window: int) -> None:
    ledger, _, value = ledger_of(rows)
    found = ledger.before(window).quantiles(value, (0.25, 0.5, 0.75))
    for position, at in enumerate(ledger.rows):
        time, key = rows[at][:2]
        earlier = sorted(row[3] for row in rows if row[1] == key and time - window <= row[0] < time)
        for level, quantiles in zip((0.25, 0.5, 0.75), found, strict=True):
            expected = earlier[math.floor(level * (len(earlier) - 1))] if earlier else 0
            assert quantiles[position] == expected


def test_the_edge_of_a_window_is_open_behind_and_closed_in_front() -> None:
    ledger, _, _ = ledger_of([(0, 0, 0, 1), (4, 0, 0, 1), (5, 0, 0, 1), (5, 0, 0, 1)])
    assert ledger.within(5).count.tolist() == [1, 2, 3, 3]
    assert ledger.before(5).count.tolist() == [0, 1, 2, 2]


@given(rows=rows_of, least=st.integers(1, 4))
def test_keys_that_meet_enough_different_items_are_those_of_a_loop(rows: Rows, least: int) -> None:
    _, key, item, _ = arrays(rows)
    met: dict[int, set[int]] = {}
    for _, one, other, _ in rows:
        if one != 9 and other != 9:
            met.setdefault(one, set()).add(other)
    assert {*meeting(key, item, least).tolist()} == {
        one for one, others in met.items() if len(others) >= least
    }


@given(values=st.lists(st.integers(0, 20)))
def test_sorted_unique_values_are_those_of_a_set(values: list[int]) -> None:
    assert unique_sorted(np.array(values, np.uint64)).tolist() == sorted(set(values))


numbers = st.lists(st.integers(0, 20), max_size=30)


@pytest.mark.parametrize("side", ["left", "right"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=numbers.map(sorted), wanted=st.one_of(numbers, numbers.map(sorted)), stretch=st.integers(1, 9))
def test_a_search_by_stretches_finds_what_one_search_finds(
    side: Literal["left", "right"],
    values: list[int],
    wanted: list[int],
    stretch: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(windows_module, "_STRETCH", stretch)
    among, asked = np.array(values, np.int64), np.array(wanted, np.int64)
    assert search(among, asked, side=side).tolist() == np.searchsorted(among, asked, side).tolist()
