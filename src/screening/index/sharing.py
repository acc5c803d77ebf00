"""Which listed names a text could hold: by the tokens that both share, wherever they stand.

A text is no name: most of its words mean nothing, and their cost says nothing about a name among them. So
the bound is taken of what the text and a listed name share, and nothing else. Listed names are bits here: in
two operations on a word of them, 64 names are told of which a text holds two tokens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from screening.index.bound import EPSILON, Rows, upper_bound

if TYPE_CHECKING:
    from collections.abc import Iterator

    from screening.index.batch import Batch, Ints
    from screening.index.worth import Appraisal

__all__ = ["EVIDENCE", "TELLING", "WHOLE", "Entries", "enough", "sharing"]

Floats = npt.NDArray[np.floating[Any]]
Flags = npt.NDArray[np.bool_]
Bits = npt.NDArray[np.uint64]

TELLING: Final = frozenset({"name", "known name"})
"""Roles of what a finding may rest on."""
WHOLE: Final = (
    0.955  # a name of two common tokens must be there whole, one of them perhaps in another spelling
)
EVIDENCE: Final = 0.9  # weight of the telling tokens from which a name need not be whole

_WORD: Final = 64  # names in a word
_WORDS: Final = 64  # words of names looked at together: they bound memory, however long the list is
_CHUNK: Final = 1 << 16  # words of names in an array: it stays in the cache of a core


def enough(shared: Ints, weight: Floats, rarest: Floats, threshold: float) -> Floats:
    """The least score of a finding, by what it could rest on at most (see `texts._counts`).

    Args:
        shared: Tokens.
        weight: What they weigh.
        rarest: Weight of the rarest token of the listed name.
        threshold: Score to reach in any case.
    """
    firm = (shared > 1) & ((weight >= EVIDENCE - EPSILON) | (rarest >= 1 - EPSILON))
    least: Floats = np.where(firm, threshold, max(threshold, WHOLE)) - EPSILON
    return least


def sharing(
    entries: Entries, rows: Rows, name_weight: Floats, rarest: Floats, threshold: float
) -> tuple[Ints, Ints]:
    """Rows and listed names that share enough for a finding, in order.

    Args:
        entries: What the tokens of the texts are worth.
        rows: Which text holds which of them.
        name_weight: Sum of the token costs of each listed name.
        rarest: Weight of its rarest token.
        threshold: Score to reach.
    """
    nothing = np.empty(0, dtype=np.int64)
    found = [nothing]
    for first in range(0, len(name_weight), _WORD * _WORDS):
        block = _Block(entries, first, min(first + _WORD * _WORDS, len(name_weight)))
        for which, tokens in _by_width(rows, block.has_any):
            row, name, total, shared = block.pairs(which, tokens)
            listed, most = name_weight[name], rarest[name]
            bound = upper_bound(total, np.zeros_like(listed), listed)
            keep = bound >= enough(shared, total[:, 3], most, threshold)
            found.append(row[keep] * len(name_weight) + name[keep])
    pairs = np.unique(np.concatenate(found))
    return pairs // max(1, len(name_weight)), pairs % max(1, len(name_weight))


class Entries:
    """What each token of a batch is worth in each listed name, by token and name.

    Attributes:
        starts: Token t has the entries `starts[t]` to `starts[t + 1]`.
        name: The listed name of each.
        value: As in `Worth.value`.
        count: Parts of an alignment that it may be: a compound is several, and so may be what spans others.
        telling: Whether a finding may rest on it.
        alone: Whether it may rest on nothing else: the token is rare, or more than one.
    """

    def __init__(self, batch: Batch, known: Appraisal) -> None:
        worth = known.worth
        token, name = worth.code // (worth.names * worth.kinds), worth.code % worth.names
        order = np.lexsort((name, token))
        token, self.name, self.value = token[order], name[order], worth.value[order]
        self.starts = worth.starts[:: worth.kinds]
        several = np.zeros(len(worth), dtype=bool)
        several[list(batch.parts)] = True
        several = several[token] | np.isin(token * worth.names + self.name, known.odd_codes)
        self.count = 1 + several
        # What is only a span has an id of its own, behind those of the tokens.
        telling = np.ones(len(worth), dtype=bool)
        telling[: len(batch.tokens)] = [not TELLING.isdisjoint(token.roles) for token in batch.tokens]
        self.telling = telling[token]
        self.alone = self.telling & (several | (self.value[:, 2] >= 1 - EPSILON))
        self.token = token


def _by_width(texts: Rows, meets: Flags) -> Iterator[tuple[Ints, Ints]]:
    """Rows that hold equally many tokens that meet anything: their numbers, and their tokens."""
    met = meets[texts.token]
    row, token = texts.row[met], texts.token[met]
    held = np.bincount(row, minlength=len(texts.weight))
    starts = np.cumsum(held) - held
    for width in np.unique(held[held > 0]).tolist():
        which = np.flatnonzero(held == width)
        step = max(1, _CHUNK // _WORDS)
        for begin in range(0, len(which), step):
            rows = which[begin : begin + step]
            yield rows, token[starts[rows][:, None] + np.arange(width)]


class _Block:
    """Some of the listed names, as bits of the tokens that meet them."""

    def __init__(self, entries: Entries, first: int, end: int) -> None:
        among = np.flatnonzero((entries.name >= first) & (entries.name < end))
        self.first, self.value, self.count = first, entries.value[among], entries.count[among]
        token, name = entries.token[among], entries.name[among] - first
        self.has_any = np.zeros(len(entries.starts) - 1, dtype=bool)
        self.has_any[token] = True
        self.number = np.cumsum(self.has_any) - 1  # of each token, among those that have any
        self.words = -(-(end - first) // _WORD)
        place = self.number[token] * self.words + name // _WORD
        bit = np.left_shift(np.uint64(1), (name % _WORD).astype(np.uint64))
        self.all = self._bits(place, bit)
        self.telling = self._bits(place[entries.telling[among]], bit[entries.telling[among]])
        self.alone = self._bits(place[entries.alone[among]], bit[entries.alone[among]])
        count = np.bitwise_count(self.all).ravel().astype(np.int64)
        self.before = (np.cumsum(count) - count).reshape(self.all.shape)

    def _bits(self, place: Ints, bit: Bits) -> Bits:
        """A word for each token and 64 names; places ascend."""
        bits = np.zeros(int(self.has_any.sum()) * self.words, dtype=np.uint64)
        if len(place):
            first = np.flatnonzero(np.diff(place, prepend=-1))
            bits[place[first]] = np.bitwise_or.reduceat(bit, first)
        return bits.reshape(-1, self.words)

    def pairs(self, rows: Ints, tokens: Ints) -> tuple[Ints, Ints, Floats, Ints]:
        """Rows and names that share two telling tokens or one that will do; what all tokens are worth there.

        Returns:
            Row, name, sums as in `Worth.value`, and how many tokens of the row meet the name.
        """
        number = self.number[tokens]
        once, alone = self.telling[number[:, 0]], self.alone[number[:, 0]]
        twice = np.zeros_like(once)
        for column in number.T[1:]:
            more = self.telling[column]
            twice |= once & more
            once |= more
            alone |= self.alone[column]
        twice |= alone
        row, word = np.nonzero(twice)
        held = np.unpackbits(twice[row, word].view(np.uint8), bitorder="little").reshape(-1, _WORD)
        which, bit = np.nonzero(held)
        row, word = row[which], word[which]
        total, shared = np.zeros((len(row), 4)), np.zeros(len(row), dtype=np.int64)
        below = np.left_shift(np.uint64(1), bit.astype(np.uint64))
        for column in number.T:
            place = column[row]
            names = self.all[place, word]
            met = np.flatnonzero(names & below)
            place, names = place[met], names[met] & (below[met] - np.uint64(1))
            entry = self.before[place, word[met]] + np.bitwise_count(names)
            total[met] += self.value[entry]
            shared[met] += self.count[entry]
        return rows[row], self.first + word * _WORD + bit, total, shared
