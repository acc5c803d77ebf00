"""Windows over payments: how many, how much and how many different, for every row at once.

All rows of one instant belong to the window that ends at that instant, so the order of the rows in a
file changes nothing. Rows are numbered in order of time; a window is then a range of row numbers that
depends on the row alone, and the rows of one key inside it are a slice of the sorted (key, row) pairs.
Everything is exact integer arithmetic and costs one sort and a few binary searches.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, Self

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = [
    "DAY",
    "NO_KEY",
    "Clock",
    "Distinct",
    "Ledger",
    "Span",
    "is_among",
    "meeting",
    "pack",
    "pairs",
    "search",
    "unique_sorted",
]

DAY: Final = 86_400_000_000
"""Microseconds in a day."""

NO_KEY: Final = np.uint32(2**32 - 1)
"""Code of a row without a key; it takes part in no window."""

_ROW_BITS: Final = np.uint64(32)
_STRETCH: Final = 1 << 12  # values searched for together: they and what lies between them stay in the cache
_ROW_MASK: Final = np.uint64(2**32 - 1)


class Clock:
    """Times of all rows, in order, and the row numbers at which windows begin and end.

    Args:
        time: Microseconds since 1970, never falling.
    """

    def __init__(self, time: npt.NDArray[np.int64]) -> None:
        self.time = time
        self._first: dict[int, npt.NDArray[np.uint32]] = {}
        self._last: npt.NDArray[np.uint32] | None = None

    def after(self, window: int) -> npt.NDArray[np.uint32]:
        """First row of the window (t - window, t], for every row; `after(0)` is the end of its instant."""
        if window not in self._first:
            self._first[window] = search(self.time, self.time - window, side="right").astype(np.uint32)
        return self._first[window]

    def since(self, window: int) -> npt.NDArray[np.uint32]:
        """First row of the window [t - window, t), for every row; `since(0)` is the start of its instant."""
        key = -1 - window
        if key not in self._first:
            self._first[key] = search(self.time, self.time - window).astype(np.uint32)
        return self._first[key]

    @property
    def end(self) -> npt.NDArray[np.uint32]:
        """One past the last row of each row's instant."""
        return self.after(0)

    @property
    def start(self) -> npt.NDArray[np.uint32]:
        """First row of each row's instant."""
        return self.since(0)


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """Rows sorted by key and then time.

    Attributes:
        packed: key * 2**32 + row, in rising order.
        clock: Times of the rows.
    """

    packed: npt.NDArray[np.uint64]
    clock: Clock

    @classmethod
    def of(cls, keys: npt.NDArray[Any], rows: npt.NDArray[Any], clock: Clock) -> Self:
        """Sort rows by key; rows without a key are left out."""
        keep = keys != NO_KEY
        if not keep.all():
            keys, rows = keys[keep], rows[keep]
        packed = pack(keys, rows)
        packed.sort()
        return cls(packed, clock)

    @property
    def rows(self) -> npt.NDArray[np.int64]:
        """Row numbers, in the order of the ledger."""
        return (self.packed & _ROW_MASK).view(np.int64)

    @property
    def keys(self) -> npt.NDArray[np.uint32]:
        """Keys, in the order of the ledger."""
        return (self.packed >> _ROW_BITS).astype(np.uint32)

    def where(self, keep: npt.NDArray[np.bool_]) -> Ledger:
        """The rows for which `keep` (by row number) holds, still in order."""
        return Ledger(self.packed[keep[self.rows]], self.clock)

    def among(self, keys: npt.NDArray[np.uint32]) -> Ledger:
        """The entries of some keys, still in order."""
        return Ledger(self.packed[is_among(self.keys, keys)], self.clock)

    def crowded(self, window: int, least: int) -> Ledger:
        """The entries of the keys that ever have at least so many entries in one window.

        It costs one comparison an entry, and leaves few of them to look at closely.
        """
        if least <= 1:
            return self
        if len(self.packed) < least:
            return Ledger(self.packed[:0], self.clock)
        late = self.packed[least - 1 :]
        begin = (late & ~_ROW_MASK) | self.clock.after(window)[(late & _ROW_MASK).view(np.int64)].astype(
            np.uint64
        )
        full = self.packed[: len(late)] >= begin
        return self.among((late[full] >> _ROW_BITS).astype(np.uint32))

    def within(self, window: int) -> Span:
        """For every entry, the entries of its key in (t - window, t]."""
        rows, first = self.rows, self.clock.after(window)
        low = search(self.packed, self.packed & ~_ROW_MASK | first[rows].astype(np.uint64))
        end, high = self.clock.end[rows], np.arange(1, len(rows) + 1)
        tied = np.flatnonzero(end != rows + 1)  # only at an instant of several rows may an end lie further
        later = self.packed[tied] & ~_ROW_MASK | end[tied].astype(np.uint64)
        high[tied] = search(self.packed, later)
        return Span(self, rows, low, high)

    def before(self, window: int) -> Span:
        """For every entry, the entries of its key in [t - window, t)."""
        return self.between(self.packed, self.clock.since(window), self.clock.start)

    def probe(self, keys: npt.NDArray[Any], rows: npt.NDArray[Any], window: int) -> Span:
        """For other rows under given keys, the entries of this ledger in (t - window, t]."""
        return self.between(pack(keys, rows), self.clock.after(window), self.clock.end)

    def between(
        self, probes: npt.NDArray[np.uint64], first: npt.NDArray[Any], last: npt.NDArray[Any]
    ) -> Span:
        """Entries of each probe's key from row `first[row]` up to, not including, `last[row]`."""
        rows = (probes & _ROW_MASK).view(np.int64)
        base = probes & ~_ROW_MASK
        low = search(self.packed, base | first[rows].astype(np.uint64))
        high = search(self.packed, base | last[rows].astype(np.uint64))
        return Span(self, rows, low, np.maximum(low, high))


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """A slice of a ledger for each of some rows.

    Attributes:
        ledger: What is sliced.
        rows: The rows the slices belong to.
        low: First position of each slice.
        high: One past its last position.
    """

    ledger: Ledger
    rows: npt.NDArray[np.int64]
    low: npt.NDArray[np.int64]
    high: npt.NDArray[np.int64]

    def __getitem__(self, keep: npt.NDArray[Any] | slice) -> Span:
        return Span(self.ledger, self.rows[keep], self.low[keep], self.high[keep])

    @property
    def count(self) -> npt.NDArray[np.int64]:
        """How many entries each slice holds."""
        return self.high - self.low

    def sum(self, values: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        """Exact sum of `values` (whole numbers or truth values, by row number) over each slice."""
        running = np.zeros(len(self.ledger.packed) + 1, np.int64)
        np.cumsum(values[self.ledger.rows], dtype=np.int64, out=running[1:])
        return running[self.high] - running[self.low]

    def any(self, truth: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Whether `truth` (by row number) holds anywhere in each slice."""
        return self.sum(truth) > 0

    def max(self, values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Largest of `values` (by row number) over each slice; 0 for an empty one."""
        return _range_max(values[self.ledger.rows], self.low, self.high)

    def quantiles(
        self, values: npt.NDArray[np.int64], levels: tuple[float, ...]
    ) -> list[npt.NDArray[np.int64]]:
        """Lower quantiles of `values` (by row number) over each slice; 0 for an empty one.

        A lower quantile is one of the values, so that nothing is rounded. The entries of each key are
        parted by their rank in it, one bit after the other (a wavelet matrix), and each slice follows the
        part that holds its quantile: what a window costs does not depend on how long it is.
        """
        size, count = len(self.ledger.packed), self.count
        if not size:
            return [np.zeros(len(count), np.int64) for _ in levels]
        values, keys = values[self.ledger.rows], self.ledger.keys
        order = np.argsort(pack(keys, np.unique(values, return_inverse=True)[1]))
        begin = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
        lengths = np.diff(np.append(begin, size))
        rank = np.empty(size, np.uint32)
        rank[order] = np.arange(size) - np.repeat(begin, lengths)
        wanted = [np.floor(level * np.maximum(count - 1, 0)).astype(np.int64) for level in levels]
        places = [(self.low, self.high, left, np.zeros(len(count), np.int64)) for left in wanted]
        below = np.zeros(size + 1, np.int64)
        for bit in range(int(lengths.max() - 1).bit_length())[::-1]:
            upper = (rank >> np.uint32(bit)) & np.uint32(1) != 0
            np.cumsum(~upper, out=below[1:])
            for place, (low, high, left, found) in enumerate(places):
                under, to = below[low], below[high]
                here = to - under
                up = left >= here
                places[place] = (
                    np.where(up, low - under + below[-1], under),
                    np.where(up, high - to + below[-1], to),
                    np.where(up, left - here, left),
                    found | (up.astype(np.int64) << bit),
                )
            rank = np.concatenate([rank[~upper], rank[upper]])
        first = np.repeat(begin, lengths)[np.minimum(self.low, size - 1)]
        ordered = values[order]
        return [np.where(count > 0, ordered[np.minimum(first + found, size - 1)], 0) for *_, found in places]

    def last(self) -> npt.NDArray[np.int64]:
        """Row number of the latest entry of each slice; -1 for an empty one."""
        return np.where(self.count > 0, self._at(self.high - 1), -1)

    def first(self) -> npt.NDArray[np.int64]:
        """Row number of the earliest entry of each slice; -1 for an empty one."""
        return np.where(self.count > 0, self._at(self.low), -1)

    def _at(self, positions: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        if not len(self.ledger.packed):
            return np.full(len(positions), -1, np.int64)
        found = self.ledger.packed[np.clip(positions, 0, len(self.ledger.packed) - 1)]
        return (found & _ROW_MASK).view(np.int64)

    def expand(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """All (position in this span, row of an entry) pairs, in order."""
        counts = self.count
        owner = np.repeat(np.arange(len(counts)), counts)
        offset = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        return owner, (self.ledger.packed[self.low[owner] + offset] & _ROW_MASK).view(np.int64)


class Distinct:
    """How many different items a key meets in a window, by a sweep instead of a set per row.

    An item is present from its payment until the window has passed or it is paid again; entries count
    +1 where it appears and -1 where it expires, so a count is the difference of two positions.

    Args:
        keys: Key of each event.
        items: What is counted, as codes; events with `NO_KEY` on either side are left out.
        rows: Row number of each event.
        clock: Times of all rows.
        window: Length of the window in microseconds.
    """

    def __init__(
        self,
        keys: npt.NDArray[Any],
        items: npt.NDArray[Any],
        rows: npt.NDArray[Any],
        clock: Clock,
        window: int,
    ) -> None:
        keep = (keys != NO_KEY) & (items != NO_KEY)
        keys, rows, same = pairs(keys[keep], items[keep], rows[keep])
        first = clock.after(window)
        again = np.zeros(len(rows) + 1, np.bool_)  # this entry renews the one before it
        again[1:-1] = same & (rows[:-1] >= first[rows[1:]]) if len(rows) else False
        packed = pack(keys, rows)
        self._appear = np.sort(packed[~again[:-1]])
        self._expire = np.sort(packed[~again[1:]])
        self._first = first
        self._end = clock.end

    def appeared(
        self, keys: npt.NDArray[Any], first: npt.NDArray[Any], last: npt.NDArray[Any]
    ) -> npt.NDArray[np.int64]:
        """How often an item of `keys` appeared anew from row `first` up to, not including, row `last`."""
        base = keys.astype(np.uint64) << _ROW_BITS
        begin = search(self._appear, base | first.astype(np.uint64))
        times: npt.NDArray[np.int64] = search(self._appear, base | last.astype(np.uint64)) - begin
        return np.maximum(times, 0)

    def count(self, keys: npt.NDArray[Any], rows: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        """Different items of `keys` in the window that ends at the instant of `rows`."""
        base = keys.astype(np.uint64) << _ROW_BITS
        appeared = search(self._appear, base | self._end[rows].astype(np.uint64))
        appeared = appeared - search(self._appear, base)
        expired = search(self._expire, base | self._first[rows].astype(np.uint64))
        different: npt.NDArray[np.int64] = appeared - (expired - search(self._expire, base))
        return different


def is_among(keys: npt.NDArray[np.uint32], wanted: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Whether each key is one of those wanted; never for a missing key."""
    if not len(wanted) or not len(keys):
        return np.zeros(len(keys), np.bool_)
    known = wanted[wanted != NO_KEY]
    table = np.zeros(int(known.max(initial=0)) + 2, np.bool_)
    table[known] = True
    truth: npt.NDArray[np.bool_] = table[np.minimum(keys, len(table) - 1)]
    return truth


def search(
    values: npt.NDArray[Any], wanted: npt.NDArray[Any], *, side: Literal["left", "right"] = "left"
) -> npt.NDArray[np.int64]:
    """`np.searchsorted`, in half the time where what is wanted rises as well: a stretch after the other."""
    if len(wanted) < 2 * _STRETCH or (wanted[1:] < wanted[:-1]).any():
        return np.searchsorted(values, wanted, side)
    ends = [*np.searchsorted(values, wanted[_STRETCH - 1 :: _STRETCH], side).tolist(), len(values)]
    found, low = np.empty(len(wanted), np.int64), 0
    for begin, high in zip(range(0, len(wanted), _STRETCH), ends, strict=False):
        stretch = slice(begin, begin + _STRETCH)
        found[stretch] = low + np.searchsorted(values[low:high], wanted[stretch], side)
        low = high
    return found


def unique_sorted(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The different values in rising order; np.unique hashes, which takes many times as long for millions."""
    values = np.sort(values)
    first = np.ones(len(values), np.bool_)
    first[1:] = values[1:] != values[:-1]
    return values[first]


def meeting(
    keys: npt.NDArray[np.uint32], items: npt.NDArray[np.uint32], least: int
) -> npt.NDArray[np.uint32]:
    """The keys that ever meet at least so many different items, perhaps several times; few do.

    In every round each key loses the payments of one of its items.
    """
    known = (keys != NO_KEY) & (items != NO_KEY)
    keys, items = keys[known], items[known]
    for _ in range(least - 1):
        some = np.zeros(int(keys.max(initial=0)) + 1, np.uint32)
        some[keys] = items
        other = items != some[keys]
        keys, items = keys[other], items[other]
    return keys


def pack(keys: npt.NDArray[Any], rows: npt.NDArray[Any]) -> npt.NDArray[np.uint64]:
    """Key and row number as one sortable whole number."""
    packed = keys.astype(np.uint64)  # in place from here: a tenth of a second for each array of ten million
    packed <<= _ROW_BITS
    packed |= rows.view(np.uint64) if rows.dtype == np.int64 else rows.astype(np.uint64)
    return packed


def pairs(
    keys: npt.NDArray[Any], items: npt.NDArray[Any], rows: npt.NDArray[Any]
) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Events sorted by key, item and row.

    Returns:
        Keys and rows in that order, and for every entry but the first whether it is of the same key and
        item as the entry before it.
    """
    if not len(keys):
        return keys, rows.astype(np.int64), np.zeros(0, np.bool_)
    bits = [int(part.max()).bit_length() for part in (keys, items, rows)]
    if sum(bits) <= 64:  # one number per event sorts several times faster than three columns
        packed = keys.astype(np.uint64) << np.uint64(bits[1] + bits[2])
        packed |= items.astype(np.uint64) << np.uint64(bits[2])
        packed |= rows.astype(np.uint64)
        packed.sort()
        rows = (packed & np.uint64(2 ** bits[2] - 1)).astype(np.int64)
        keys = (packed >> np.uint64(bits[1] + bits[2])).astype(np.uint32)
        pair = packed >> np.uint64(bits[2])
        return keys, rows, pair[1:] == pair[:-1]
    order = np.lexsort((rows, items, keys))
    keys, items, rows = keys[order], items[order], rows[order].astype(np.int64)
    return keys, rows, (keys[1:] == keys[:-1]) & (items[1:] == items[:-1])


def _range_max(
    values: npt.NDArray[np.int64], low: npt.NDArray[np.int64], high: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Largest value of each [low, high), by doubling blocks: n log(longest) memory is never held at once."""
    length = high - low
    result = np.zeros(len(low), np.int64)
    level, block = values, 1
    while True:
        here = (length >= block) & (length < 2 * block)
        if here.any():
            result[here] = np.maximum(level[low[here]], level[high[here] - block])
        block *= 2
        if not len(length) or block > length.max():
            return result
        level = np.maximum(level[: len(level) - block // 2], level[block // 2 :])
