"""The bound: which pairs of a batch and the list could reach the threshold.

For every token of a query and every listed name, the most that the token can earn and cover there is known
before any name is aligned. Their sums bound the score from above, because an alignment uses each token once
and each use earns at most that much. What stays below the threshold needs no alignment.

The common tokens of a query alone can seldom reach the threshold. A listed name that could must then hold
one of the rarer ones, so only the listed names behind the rarer tokens are looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from screening.index.batch import ranges
from screening.index.threads import in_threads
from screening.names.comparison import (
    CONTRADICTED,
    EXTRA,
    EXTRA_SCARCITY,
    FULL_EVIDENCE,
    LEFT_OUT,
    MISSING,
    SCARCITY,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["EPSILON", "Rows", "Seen", "Worth", "candidates", "upper_bound"]

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

EPSILON: Final = 1e-5  # values are kept in single precision
_CHUNK: Final = 1 << 16  # values looked at together: they stay in the cache of a core
_MOST_BITS: Final = 26  # of a number's place in `Seen`: bounds memory
_DEPTH: Final = 8  # tokens of a row that are asked whether they meet a name; others are taken at their best


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
    loss += MISSING * np.minimum(missing - both, min(LEFT_OUT))
    loss += earned
    ratio: Floats = np.divide(earned, loss, out=np.zeros_like(loss), where=loss > 0)
    return ratio


@dataclass(frozen=True, slots=True)
class Worth:
    """The most that each token can earn and cover in each listed name where it meets something.

    Of the names of kind k, token t has the entries `starts[t * kinds + k]` to `starts[t * kinds + k + 1]`,
    sorted by name.

    Attributes:
        code: Of each entry: token times kinds plus kind, times listed names, plus name. Ascending.
        value: entries x 4. What the token earns (weight times similarity); its own cost, which is then
            not extra; the listed cost it covers, which is then not missing; the weight that both sides
            agree on.
        names, kinds: How many listed names and kinds there are.
    """

    starts: Ints
    code: Ints
    value: Floats
    names: int
    kinds: int

    def __len__(self) -> int:
        return (len(self.starts) - 1) // self.kinds

    def of(self, token: Ints) -> tuple[Ints, Ints]:
        """The names in which each token is worth something: how many, and all of them."""
        begin = self.starts[token * self.kinds]
        count = self.starts[(token + 1) * self.kinds] - begin
        return count, self.code[ranges(begin, count)] % self.names


@dataclass(frozen=True, slots=True)
class Rows:
    """Which row holds which token, sorted by row."""

    row: Ints
    token: Ints
    weight: Floats  # rows x kinds: sum of the token costs
    full_line: Flags


def candidates(
    rows: Rows,
    worth: Worth,
    name_weight: Floats,
    threshold: float,
) -> tuple[Ints, Ints]:
    """Rows and listed names whose bound reaches the threshold.

    Args:
        rows: The batch.
        worth: What each of its tokens is worth in each listed name.
        name_weight: Sum of the token costs of each listed name, for its own kind.
        threshold: Score to reach.
    """
    nothing = np.empty(0, dtype=np.int64)
    if not len(rows.row) or not len(worth.code):
        return nothing, nothing
    sieve = _Sieve(rows, worth, name_weight, threshold - EPSILON)
    found = np.unique(np.concatenate([nothing, *in_threads(sieve.survivors, sieve.groups())]))
    return found // len(name_weight), found % len(name_weight)


class _Sieve:
    """Looks for the listed names of each row behind as few and as rare tokens as will do.

    The tokens of a row that meet anything are put in order, the most widespread first. As long as all up to
    one of them, each at its best, stay below the threshold, no listed name needs to be looked up behind them:
    a name that could reach it meets a rarer one. A listed name is judged behind the rarest token that it
    meets, where only the more widespread ones can add to it.
    """

    def __init__(
        self,
        rows: Rows,
        worth: Worth,
        name_weight: Floats,
        threshold: float,
    ) -> None:
        self.rows, self.worth, self.threshold = rows, worth, threshold
        self.name_weight = name_weight
        self.seen = Seen(worth.code)
        self.kinds = worth.kinds
        spread = np.diff(worth.starts[:: self.kinds])
        slots = np.flatnonzero(np.diff(worth.starts))
        self.best = np.zeros((4, len(worth.starts) - 1), dtype=np.float32)
        if len(slots):
            self.best[:, slots] = np.maximum.reduceat(worth.value, worth.starts[slots], axis=0).T
        # Rank: first the most widespread.
        self.by_rank = np.argsort(-spread, kind="stable")
        rank = np.empty_like(self.by_rank)
        rank[self.by_rank] = np.arange(len(spread))
        meets = spread[rows.token] > 0
        self.rank = rank[rows.token[meets]]
        self.held = np.bincount(rows.row[meets], minlength=len(rows.weight))

    def groups(self) -> Iterator[tuple[Ints, Ints]]:
        """Rows that hold equally many tokens: their numbers, and their tokens, a column for each row."""
        starts = np.cumsum(self.held) - self.held
        for width in np.unique(self.held[self.held > 0]).tolist():
            which = np.flatnonzero(self.held == width)
            step = max(1, _CHUNK // width)
            for begin in range(0, len(which), step):
                row = which[begin : begin + step]
                rank = self.rank[starts[row][:, None] + np.arange(width)]
                yield row, np.ascontiguousarray(self.by_rank[np.sort(rank, axis=1)].T)

    def survivors(self, group: tuple[Ints, Ints]) -> Ints:
        """Row and listed name, as one number, of the pairs of a group that could reach the threshold."""
        rows, tokens = group
        width = len(tokens)
        found = []
        for k in range(self.kinds):
            best = self.best[:, tokens * self.kinds + k]
            hopeful = np.flatnonzero(self._reaches(best.sum(axis=1, dtype=np.float64), rows, k))
            row, token, best = rows[hopeful], tokens[:, hopeful], best[:, :, hopeful]
            reach = np.cumsum(best, axis=1, dtype=np.float64)
            needed = self._reaches(reach.reshape(4, -1), np.tile(row, width), k) & (best[0].ravel() > 0)
            behind = np.flatnonzero(needed)
            slot = token.ravel()[behind] * self.kinds + k
            count = self.worth.starts[slot + 1] - self.worth.starts[slot]
            chunk = np.cumsum(count) // max(1, _CHUNK // width)
            edges = [0, *(np.flatnonzero(np.diff(chunk)) + 1).tolist(), len(behind)]
            for begin, end in pairwise(edges):
                found.append(self._behind(row, token, best, reach, k, behind[begin:end]))
        return np.concatenate(found)

    def _reaches(self, value: Floats, row: Ints, k: int) -> Flags:
        """Whether rows could reach the threshold with a listed name that is covered whole."""
        weight = self.rows.weight[row, k]
        return upper_bound(value.T, weight, np.zeros_like(weight)) >= self.threshold

    def _behind(  # noqa: PLR0917
        self, row: Ints, token: Ints, best: Floats, reach: Floats, k: int, behind: Ints
    ) -> Ints:
        """The same behind some tokens: positions in `token`."""
        width, size = token.shape
        slot = token.ravel()[behind] * self.kinds + k
        count = self.worth.starts[slot + 1] - self.worth.starts[slot]
        entry = ranges(self.worth.starts[slot], count)
        name, value = (
            self.worth.code[entry] % self.worth.names,
            np.ascontiguousarray(self.worth.value[entry].T),
        )
        column, place = np.repeat(behind % size, count), np.repeat(behind // size, count)
        for other in range(width - 1):
            if other + _DEPTH >= width - 1:
                which = np.flatnonzero(place > other)
                which = which[self.seen(self._code(token[other, column[which]], k, name[which]))]
                value[:, which] += best[:, other, column[which]]
        far = np.flatnonzero(place > 0) if width - 1 > _DEPTH else place[:0]
        if len(far):
            value[:, far] += reach[:, np.minimum(place[far], width - 1 - _DEPTH) - 1, column[far]]
        listed = np.where(self.rows.full_line[row[column]], np.float32(0), self.name_weight[name])
        weight = self.rows.weight[row[column], k]
        hopeful = np.flatnonzero(upper_bound(value.T, weight, listed) >= self.threshold)
        return self._held_to(
            row[column[hopeful]],
            token[:, column[hopeful]],
            k,
            name[hopeful],
            weight[hopeful],
            listed[hopeful],
        )

    def _code(self, token: Ints, k: int, name: Ints) -> Ints:
        return (token * self.kinds + k) * self.worth.names + name

    def _held_to(  # noqa: PLR0917
        self, row: Ints, token: Ints, k: int, name: Ints, weight: Floats, listed: Floats
    ) -> Ints:
        """All tokens held to what they are worth in this name."""
        code, codes = self._code(token, k, name), self.worth.code
        entry = np.minimum(np.searchsorted(codes, code), len(codes) - 1)
        met = codes[entry] == code
        value = self.worth.value[entry] * met[:, :, None]
        reaches = upper_bound(value.sum(axis=0), weight, listed) >= self.threshold
        return row[reaches] * len(self.name_weight) + name[reaches]


class Seen:
    """Whether a number may be among some: never no for one that is, seldom yes for one that is not."""

    def __init__(self, numbers: Ints) -> None:
        bits = min(max(10, (16 * len(numbers)).bit_length()), _MOST_BITS)
        self.shift = np.uint64(64 - bits)
        self.table = np.zeros(1 << bits, dtype=bool)
        self.table[self._place(numbers)] = True

    def _place(self, numbers: Ints) -> npt.NDArray[np.uint64]:
        return (numbers.view(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> self.shift

    def __call__(self, numbers: Ints) -> Flags:
        """Whether each number may be among them."""
        return self.table[self._place(numbers)]
