"""The bound: which pairs of a batch and the list could reach the threshold.

For every token of a query and every listed name, the most that the token can earn and cover there is known
before any name is aligned. Their sums bound the score from above, because an alignment uses each token once
and each use earns at most that much. What stays below the threshold needs no alignment.

The common tokens of a query alone can seldom reach the threshold. A listed name that could must then hold
one of the rarer ones, so only the listed names behind the rarer tokens are looked at.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from screening.index.batch import ranges
from screening.names.comparison import (
    CONTRADICTED,
    EXTRA,
    EXTRA_SCARCITY,
    FULL_EVIDENCE,
    MISSING,
    SCARCITY,
)

__all__ = ["EPSILON", "Rows", "Worth", "candidates", "upper_bound"]

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

EPSILON: Final = 1e-5  # values are kept in single precision
_CHUNK: Final = 1 << 19  # candidate pairs looked at together: bounds memory


def upper_bound(value: Floats, weight: Floats, listed: Floats) -> Floats:
    """The score formula, on values that are each at least as favourable as any alignment.

    Args:
        value: One row per pair, columns as in `Worth.value`.
        weight: Sum of the token costs of the query.
        listed: The same of the listed name; what it exceeds the cover by is missing.
    """
    earned, own, cover, _ = value.T
    extra = np.maximum(weight - own, 0.0)
    missing = np.maximum(listed - cover, 0.0)
    both = np.minimum(extra, missing)
    scarcity = SCARCITY * np.maximum(0.0, FULL_EVIDENCE - earned)
    loss = CONTRADICTED * both * (1 + scarcity)
    loss += EXTRA * (extra - both) * (1 + EXTRA_SCARCITY * scarcity)
    loss += MISSING * (missing - both)
    loss += earned
    ratio: Floats = np.divide(earned, loss, out=np.zeros_like(loss), where=loss > 0)
    return ratio


@dataclass(frozen=True, slots=True)
class Worth:
    """The most that each token can earn and cover in each listed name where it meets something.

    Token t has the entries `starts[t]:starts[t + 1]`, sorted by name.

    Attributes:
        token, name: Of each entry.
        value: entries x 4. What the token earns (weight times similarity); its own cost, which is then
            not extra; the listed cost it covers, which is then not missing; the weight that both sides
            agree on.
    """

    starts: Ints
    token: Ints
    name: Ints
    value: Floats


@dataclass(frozen=True, slots=True)
class Rows:
    """Which row holds which token, sorted by row."""

    row: Ints
    token: Ints
    weight: Floats  # rows x kinds: sum of the token costs
    full_line: Flags


def candidates(  # noqa: PLR0915, PLR0917 (one pass over one set of arrays)
    rows: Rows,
    worth: Worth,
    name_weight: Floats,
    name_kind: Ints,
    threshold: float,
    telling: Flags | None = None,
) -> tuple[Ints, Ints]:
    """Rows and listed names whose bound reaches the threshold.

    Args:
        rows: The batch.
        worth: What each of its tokens is worth in each listed name.
        name_weight: Sum of the token costs of each listed name, for its own kind.
        name_kind: Position of the kind of each listed name.
        threshold: Score to reach.
        telling: Tokens of which a pair must share two, or one that covers a whole token of the listed name;
            without it a pair may share any.
    """
    threshold -= EPSILON
    kinds = rows.weight.shape[1]
    size = len(name_weight)
    row_starts = np.searchsorted(rows.row, np.arange(len(rows.weight) + 1))
    code_of = worth.token * size + worth.name
    entry_kind = name_kind[worth.name]
    best = np.zeros((len(worth.starts) - 1, kinds, 4), dtype=np.float32)
    slot = worth.token * kinds + entry_kind
    order = np.argsort(slot, kind="stable")
    first = np.flatnonzero(np.diff(slot[order], prepend=-1))
    if len(first):
        best.reshape(-1, 4)[slot[order][first]] = np.maximum.reduceat(worth.value[order], first, axis=0)

    row, token, rare = _rare_tokens(rows, worth, best, threshold)
    if telling is not None:
        rare &= telling[token]
    set_aside = np.zeros((len(rows.weight), kinds, 4))
    for k in range(kinds):
        for column in range(4):
            common = np.where(rare, 0.0, best[token, k, column])
            set_aside[:, k, column] = np.bincount(row, common, minlength=len(set_aside))
    row, token = row[rare], token[rare]
    count = np.diff(worth.starts)[token]

    def survivors(begin: int, end: int) -> tuple[Ints, Ints]:
        r = np.repeat(row[begin:end], count[begin:end])
        entry = ranges(worth.starts[token[begin:end]], count[begin:end])
        # A pair with one rare token must reach the threshold with it and the common ones at their best, or
        # have another rare token.
        code = r * size + worth.name[entry]
        order = np.argsort(code, kind="stable")
        code, entry, r = code[order], entry[order], r[order]
        first = np.flatnonzero(np.diff(code, prepend=-1))
        r, n = r[first], worth.name[entry[first]]
        value = np.add.reduceat(worth.value[entry], first, axis=0) if len(first) else np.zeros((0, 4))
        value = value + set_aside[r, name_kind[n]]
        listed = np.where(rows.full_line[r], np.float32(0), name_weight[n])
        hopeful = upper_bound(value, rows.weight[r, name_kind[n]], listed) >= threshold
        r, n, listed = r[hopeful], n[hopeful], listed[hopeful]
        # All tokens held to what they are worth in this name.
        held = row_starts[r + 1] - row_starts[r]
        code = rows.token[ranges(row_starts[r], held)] * size + np.repeat(n, held)
        place = np.minimum(np.searchsorted(code_of, code), len(code_of) - 1)
        met = code_of[place] == code
        first = np.cumsum(held) - held
        entries = worth.value[place] * met[:, None]
        value = np.add.reduceat(entries, first, axis=0) if len(r) else np.zeros((0, 4))
        reach = upper_bound(value, rows.weight[r, name_kind[n]], listed) >= threshold
        if telling is not None and len(r):
            tells = met & telling[rows.token[ranges(row_starts[r], held)]]
            several = np.add.reduceat(tells.astype(np.int64), first) > 1
            whole = np.maximum.reduceat(entries[:, 2] * tells, first) >= 1 - EPSILON
            reach &= several | whole
        return r[reach], n[reach]

    edges = _edges(row, np.cumsum(count))
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        found = list(pool.map(survivors, edges[:-1], edges[1:]))
    nothing = np.empty(0, dtype=np.int64)
    return np.concatenate([nothing, *(r for r, _ in found)]), np.concatenate(
        [nothing, *(n for _, n in found)]
    )


def _rare_tokens(rows: Rows, worth: Worth, best: Floats, threshold: float) -> tuple[Ints, Ints, Flags]:
    """For each row its tokens, and of which a listed name must meet at least one to reach the threshold.

    Tokens are set aside, the most widespread first, for as long as all that were set aside together, each
    at its best, stay below the threshold.
    """
    spread = np.diff(worth.starts)
    meets = spread[rows.token] > 0
    row, token = rows.row[meets], rows.token[meets]
    order = np.argsort(row * (int(spread.max(initial=0)) + 1) - spread[token], kind="stable")
    row, token = row[order], token[order]
    first = np.flatnonzero(np.diff(row, prepend=-1))
    length = np.diff(np.append(first, len(row)))
    needed = np.zeros(len(row), dtype=bool)
    nothing = np.zeros(len(row))
    for k in range(best.shape[1]):
        value = best[token, k]
        running = np.cumsum(value, axis=0, dtype=np.float64)  # single precision would drift
        before = np.repeat(running[first] - value[first], length, axis=0)
        needed |= upper_bound(running - before, rows.weight[row, k], nothing) >= threshold - EPSILON
    return row, token, needed


def _edges(row: Ints, total: Ints) -> Ints:
    """Where to cut, so that no row is cut and no chunk holds many more than _CHUNK candidates."""
    if not len(row):
        return np.array([0])
    ends = np.append(np.flatnonzero(np.diff(row)) + 1, len(row))
    chunk = (total[ends - 1] - 1) // _CHUNK
    last = np.append(np.flatnonzero(np.diff(chunk)), len(ends) - 1)
    return np.concatenate([[0], ends[last]])
