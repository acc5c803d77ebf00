"""Pairs of names aligned many at a time, unit by unit.

The definition is that of `names.comparison`, here in arrays: the same options, in the same order, each taken
unless a better one holds its tokens, and summed in the same order, so that a score is the same to the last
bit. What may be aligned otherwise (spans, acronyms, cut ends) is left to `comparison.score`.
"""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from screening.index.batch import Batch, ranges
from screening.index.bound import upper_bound
from screening.index.meetings import INITIAL, as_meetings
from screening.names.comparison import FOLDED, INCIDENTAL_WEIGHT, LEFT_OUT, weighed
from screening.names.joining import REORDERED
from screening.names.tokens import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from screening.index.bound import Rows
    from screening.index.worth import Appraisal
    from screening.names.comparison import Listed, Similar

__all__ = ["ListedUnits", "held_by", "most", "once", "scores", "similar_units"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.floating[Any]]
Bits = npt.NDArray[np.uint64]

_CHUNK: Final = 1 << 18  # pairs of units looked at together: bounds memory
_WIDTH: Final = 64  # more than a name has tokens: a place is its first token times this, plus how many


class ListedUnits:
    """The units of all listed names, one after the other.

    Attributes:
        starts: Name n has the units `starts[n]:starts[n + 1]`.
        unit: Number of each in the vocabulary.
        place: Where each stands in its name; places sort as tuples of positions do.
        kind: Of each name.
        cost: Of the tokens of a name before each of its positions and, last, of all: `first[n]` is where
            those of name n begin.
    """

    def __init__(self, listed: list[Listed], numbers: list[list[int]]) -> None:
        self.starts = _starts([len(units) for units in numbers])
        self.unit = np.array([u for units in numbers for u in units], dtype=np.int64)
        self.place = np.array(
            [places[0] * _WIDTH + len(places) for name in listed for places, _ in name.units], dtype=np.int64
        )
        self.kind = np.array([name.k for name in listed], dtype=np.int64)
        costs = [
            [*accumulate((token.costs[name.k] for token in name.name.tokens), initial=0.0)]
            if name.units
            else [0.0]
            for name in listed
        ]
        self.first = _starts([len(held) for held in costs])
        self.cost = np.array([cost for held in costs for cost in held])


def scores(pairs: tuple[Ints, Ints], batch: Batch, known: Appraisal, listed: ListedUnits) -> Floats:
    """Score of each pair of a row and a listed name; NaN where it may be aligned otherwise.

    A name that is the listed one letter by letter scores 1, whatever is said here.
    """
    row, name = pairs
    found = np.full(len(row), np.nan)
    asked = np.flatnonzero(~known.irregular(row, name))
    about = _About(_RowUnits(batch, np.unique(row[asked])), known, listed)
    for which in _in_chunks(row[asked], name[asked], about):
        chosen = asked[which]
        options = _Options(row[chosen], name[chosen], about)
        found[chosen] = options.rated(batch.full_line[row[chosen]])
    return found


def similar_units(
    pairs: tuple[Ints, Ints], batch: Batch, known: Appraisal, listed: ListedUnits
) -> Iterator[list[Similar]]:
    """Of each pair in turn what `comparison.score` needs to know of its units."""
    row, name = pairs
    about = _About(_RowUnits(batch, np.unique(row)), known, listed)
    for which in _in_chunks(row, name, about):
        pair, own, unit, entry = _met(row[which], name[which], about)
        i = own - about.units.starts[about.units.number[row[which]][pair]]
        j = unit - listed.starts[name[which]][pair]
        met = as_meetings(known.near_values[entry], known.near_how[entry])
        similar = list(zip(i.tolist(), j.tolist(), met, strict=True))
        edges = np.searchsorted(pair, np.arange(len(which) + 1)).tolist()
        for begin, end in pairwise(edges):
            yield similar[begin:end]


def most(pairs: tuple[Ints, Ints], batch: Batch, known: Appraisal, listed: ListedUnits) -> Floats:
    """The most that pairs of a row and a listed name can score, however they are aligned.

    No row may end where a name does.
    """
    row, name = pairs
    rows, held, _ = held_by(batch, known.rows)
    starts = np.searchsorted(rows, np.arange(len(batch) + 1))
    count = np.diff(starts)[row]
    value = once(name, count, held[ranges(starts[row], count)], known, listed)
    costs = known.rows.weight[row, listed.kind[name]]
    return upper_bound(value, costs, listed.cost[listed.first[name + 1] - 1])


def held_by(batch: Batch, rows: Rows) -> tuple[Ints, Ints, Ints]:
    """All that rows hold: each row, with a token, compound, part or span of it, and how often it is there.

    What is only a part of a compound is never there.
    """
    width = len(batch.tokens) + len(rows.token) + 1
    written = np.sort(rows.row * width + rows.token)
    code = np.sort(np.concatenate([batch.rows * width + batch.ids, written]))
    code = code[np.diff(code, prepend=-1) > 0]
    times = np.searchsorted(written, code, side="right") - np.searchsorted(written, code)
    return (*np.divmod(code, width), times)


def once(name: Ints, count: Ints, token: Ints, known: Appraisal, listed: ListedUnits) -> Floats:
    """What some tokens are worth in each of some listed names, of which each token is met once.

    So of all that could be aligned with it, or with it and others behind it, only the best counts.

    Args:
        name: The listed names.
        count: How many tokens there are for each.
        token: Those of all of them, one after the other.
        known: What the tokens are worth.
        listed: The units of the list.

    Returns:
        One row per listed name, columns as in `Worth.value`.
    """
    starts, theirs = _starts(count.tolist()), np.diff(listed.starts)
    value = np.zeros((len(name), 4))
    for which in _chunks(count * theirs[name]):
        of_pair = np.repeat(which, count[which])
        own = token[starts[which[0]] : starts[which[-1] + 1]]
        value[which] = _best_of_each(of_pair - which[0], own, name[which], known, listed)
    return value


def _best_of_each(pair: Ints, own: Ints, name: Ints, known: Appraisal, listed: ListedUnits) -> Floats:
    """The same of as many as memory should hold the units of; `pair` is the listed name of each token."""
    theirs = np.diff(listed.starts)[name]
    at = np.repeat(np.arange(len(pair)), theirs[pair])
    unit = ranges(listed.starts[name][pair], theirs[pair])
    code = (own * known.slots)[at] + len(KINDS) * listed.unit[unit] + listed.kind[name][pair][at]
    (near, entry), (several, span) = known.near(code), known.spans(code)
    whole, glued = known.glued(own * known.names + name[pair])
    key = pair[at] * _WIDTH + listed.place[unit] // _WIDTH
    key = np.concatenate([key[near], key[several], pair[whole] * _WIDTH + known.glued_first[glued]])
    of_all = (known.near_values[entry], known.span_values[span], known.glued_values[glued])
    alike, weight, cost, cover = np.concatenate(of_all).T
    listed_token, of_token = np.unique(key, return_inverse=True)
    value = np.zeros((len(name), 4))
    for column, of_option in enumerate((weight * alike, cost, cover, weight)):
        best = np.zeros(len(listed_token))
        np.maximum.at(best, of_token, of_option)
        value[:, column] = np.bincount(listed_token // _WIDTH, best, minlength=len(name))
    return value


class _About(NamedTuple):
    """What is known of the rows and names of pairs."""

    units: _RowUnits
    known: Appraisal
    listed: ListedUnits


def _in_chunks(row: Ints, name: Ints, about: _About) -> Iterator[Ints]:
    """Positions of pairs, as many at a time as memory should hold the units of."""
    mine, theirs = np.diff(about.units.starts), np.diff(about.listed.starts)
    return _chunks(mine[about.units.number[row]] * theirs[name])


def _chunks(size: Ints) -> Iterator[Ints]:
    """Positions of pairs of so many units, some at a time."""
    total = np.cumsum(size)
    edges = np.searchsorted(total, np.arange(0, int(total[-1]) if len(total) else 0, _CHUNK))
    return (which for which in np.split(np.arange(len(size)), np.unique(edges)[1:]) if len(which))


def _met(row: Ints, name: Ints, about: _About) -> tuple[Ints, Ints, Ints, Ints]:
    """Every unit of a row that meets one of the listed name.

    Returns:
        The pair, both units, and the entry of `Appraisal.near_codes`; by pair, own unit and listed unit.
    """
    units, known, listed = about
    number = units.number[row]
    theirs, mine = np.diff(listed.starts)[name], np.diff(units.starts)[number]
    pair = np.repeat(np.arange(len(row)), mine)
    own = ranges(units.starts[number], mine)
    at = np.repeat(np.arange(len(pair)), theirs[pair])
    unit = ranges(listed.starts[name][pair], theirs[pair])
    code = (units.unit[own] * known.slots)[at] + len(KINDS) * listed.unit[unit] + listed.kind[name][pair][at]
    place, entry = known.near(code)
    at, unit = at[place], unit[place]
    return pair[at], own[at], unit, entry


class _RowUnits:
    """Tokens and compounds of some rows of a batch, one row after the other.

    Attributes:
        number: Of each row of the batch, among those that are here.
        starts, unit, place: As of `ListedUnits`; a unit is the id of a token.
        costs: Of all tokens of each, for each kind of name.
    """

    def __init__(self, batch: Batch, rows: Ints) -> None:
        self.number = np.zeros(len(batch), dtype=np.int64)
        self.number[rows] = np.arange(len(rows))
        length = np.diff(batch.starts)[rows]
        row, at = np.repeat(np.arange(len(rows)), length), ranges(np.zeros_like(length), length)
        token = batch.ids[ranges(batch.starts[rows], length)]
        costs = np.array([token.extra for token in batch.tokens]).reshape(-1, len(KINDS))
        self.costs = np.stack(
            [np.bincount(row, costs[token, k], minlength=len(rows)) for k in range(len(KINDS))], axis=1
        )
        begin = np.searchsorted(batch.written_rows, rows)
        count = np.searchsorted(batch.written_rows, rows, side="right") - begin
        written = batch.written_ids[ranges(begin, count)]
        spread = np.ones(len(batch.tokens), dtype=np.int64)
        spread[list(batch.parts)] = [len(parts) for parts in batch.parts.values()]
        several = spread[written]
        ends = np.cumsum(several)
        assert (np.bincount(np.repeat(np.arange(len(rows)), count), several, len(rows)) == length).all()
        first = ends - several - np.repeat(np.cumsum(length) - length, count)
        whole = np.flatnonzero(several > 1)
        row = np.concatenate([row, np.repeat(np.arange(len(rows)), count)[whole]])
        order = np.argsort(row, kind="stable")
        self.unit = np.concatenate([token, written[whole]])[order]
        self.place = np.concatenate([at * _WIDTH + 1, first[whole] * _WIDTH + several[whole]])[order]
        self.starts = np.searchsorted(row[order], np.arange(len(rows) + 1))


class _Options:
    """Every option of some pairs, those of a pair by what counts first."""

    def __init__(self, row: Ints, name: Ints, about: _About) -> None:
        units, known, listed = about
        pair, own, unit, entry = _met(row, name, about)
        query, place = units.place[own], listed.place[unit]
        alike, weight, _, cover = known.near_values[entry].T
        order = np.lexsort((place, query, -cover, -weight * alike, pair))
        self.pair, self.query, self.place = pair[order], query[order], place[order]
        self.value, self.telling = known.near_values[entry[order]], known.near_how[entry[order]] != INITIAL
        self.size = len(row)
        self.cost = units.costs[units.number[row], listed.kind[name]]
        self.name, self.listed = name, listed

    def _chosen(self) -> Ints:
        """The options that are taken, in the order of the query."""
        count = np.bincount(self.pair, minlength=self.size)
        starts = np.cumsum(count) - count
        mine, theirs = _positions(self.query), _positions(self.place)
        used, covered = np.zeros(self.size, np.uint64), np.zeros(self.size, np.uint64)
        taken = np.zeros(len(self.pair), dtype=bool)
        open_ = np.flatnonzero(count)
        for turn in range(int(count.max(initial=0))):
            open_ = open_[count[open_] > turn]
            option = starts[open_] + turn
            free = (used[open_] & mine[option]) | (covered[open_] & theirs[option]) == 0
            taken[option] = free
            used[open_] |= np.where(free, mine[option], np.uint64(0))
            covered[open_] |= np.where(free, theirs[option], np.uint64(0))
        chosen = np.flatnonzero(taken)
        return chosen[np.lexsort((self.query[chosen], self.pair[chosen]))]

    def rated(self, full_line: npt.NDArray[np.bool_]) -> Floats:
        """Score of each pair."""
        chosen = self._chosen()
        pair, (alike, weight, own, cover) = self.pair[chosen], self.value[chosen].T
        agreed, flaws, own, cover = (
            np.bincount(pair, values, minlength=self.size)
            for values in (weight, weight * (1 - alike), own, cover)
        )
        first, several = np.divmod(self.place[chosen], _WIDTH)
        shared = np.zeros(self.size, dtype=np.int64)  # of the listed tokens, up to the last that is aligned
        np.maximum.at(shared, pair, first + several)
        begin, end = self.listed.first[self.name], self.listed.first[self.name + 1] - 1
        cost = self.listed.cost[np.where(full_line, begin + shared, end)]
        extra, missing = np.maximum(0.0, self.cost - own), np.maximum(0.0, cost - cover)
        telling = np.bincount(pair, self.telling[chosen], minlength=self.size) > 0
        names = np.bincount(pair, self.telling[chosen] & (weight > INCIDENTAL_WEIGHT), minlength=self.size)
        left_out = np.where(names > 1, np.array(LEFT_OUT)[self.listed.kind[self.name]], np.inf)
        backwards = (np.diff(first) < 0) & (np.diff(pair) == 0)
        reordered = np.bincount(pair[1:][backwards], minlength=self.size) > 0
        with np.errstate(invalid="ignore"):  # where nothing costs and nothing agrees
            ratio = weighed(
                agreed,
                flaws,
                extra,
                missing,
                left_out,
                reordered=reordered,
                larger=np.maximum,
                smaller=np.minimum,
            )
        return np.where(telling, ratio * FOLDED * np.where(reordered, REORDERED, 1.0), 0.0)


def _positions(place: Ints) -> Bits:
    """Positions of tokens as bits."""
    first, several = (part.astype(np.uint64) for part in np.divmod(place, _WIDTH))
    one = np.uint64(1)
    return ((one << several) - one) << first


def _starts(sizes: list[int]) -> Ints:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
