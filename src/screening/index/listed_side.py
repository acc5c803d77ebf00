"""The bound once more, from the side of the listed name.

Summed over the tokens of a query, a listed token counts for each of them that resembles it: "Mahmoud Mahmoud"
would meet "Mahmoud" twice. Summed over the tokens of the listed name, each at the best that any token of the
query makes of it, it counts once. What passes both sums is aligned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from screening.index.batch import Batch, ranges
from screening.index.bound import EPSILON, Seen, upper_bound
from screening.names.tokens import KINDS

if TYPE_CHECKING:
    from screening.index.worth import Appraisal
    from screening.names.comparison import Listed

__all__ = ["ListedUnits", "reaching"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.floating[Any]]
Flags = npt.NDArray[np.bool_]

_CHUNK: Final = 1 << 18  # pairs of tokens looked at together: bounds memory


class ListedUnits:
    """The units of all listed names, one after the other.

    Attributes:
        starts: Name n has the units `starts[n]:starts[n + 1]`.
        unit: Number of each in the vocabulary.
        group: First token of each, so that a compound and its parts have one group.
        compound: Which are compounds.
    """

    def __init__(self, listed: list[Listed], numbers: list[list[int]]) -> None:
        self.starts = np.concatenate([[0], np.cumsum([len(units) for units in numbers])]).astype(np.int64)
        self.unit = np.array([u for units in numbers for u in units], dtype=np.int64)
        groups, compounds = [], []
        for name in listed:
            first = list(range(len(name.name.tokens)))
            for start, count, _ in name.name.compounds:
                first[start : start + count] = [start] * count
            groups += [first[places[0]] for places, _ in name.units]
            compounds += [place >= len(first) for place in range(len(name.units))]
        self.group = np.array(groups, dtype=np.int64)
        self.compound = np.array(compounds, dtype=bool)


def reaching(  # noqa: PLR0917 (as `candidates`)
    pairs: tuple[Ints, Ints],
    batch: Batch,
    known: Appraisal,
    listed: ListedUnits,
    name_weight: Floats,
    name_kind: Ints,
    threshold: float,
) -> Flags:
    """Which candidate pairs reach the threshold by the sum over the listed tokens, too.

    A pair that may be aligned by a span, an acronym or a cut end is not held to it.
    """
    row, name = pairs
    keep = known.irregular(row, name)
    units, starts = _units(batch)
    table = Seen(known.near_codes)
    asked = np.flatnonzero(~keep)
    size = (starts[row[asked] + 1] - starts[row[asked]]) * np.diff(listed.starts)[name[asked]]
    edges = np.searchsorted(np.cumsum(size), np.arange(0, int(size.sum()), _CHUNK))
    for which in np.split(asked, np.unique(edges)[1:]):
        r, n = row[which], name[which]
        theirs = np.diff(listed.starts)[n]
        pair = np.repeat(np.arange(len(which)), theirs)
        unit = ranges(listed.starts[n], theirs)
        mine = (starts[r + 1] - starts[r])[pair]
        place = np.repeat(np.arange(len(pair)), mine)
        slot = len(KINDS) * listed.unit[unit] + name_kind[n][pair]
        code = units[ranges(starts[r][pair], mine)] * known.slots + slot[place]
        maybe = np.flatnonzero(table(code))
        entry = np.searchsorted(known.near_codes, code[maybe])
        entry = np.minimum(entry, len(known.near_codes) - 1)
        met = known.near_codes[entry] == code[maybe]
        place, value = place[maybe][met], known.near_values[entry[met]]
        # The best of each listed unit, summed over the tokens of a word, against the word as one.
        place, value = _reduced(place, value, np.maximum)
        word = (pair[place] * (1 + int(listed.group.max(initial=0))) + listed.group[unit[place]]) * 2
        word, value = _reduced(word + listed.compound[unit[place]], value, np.add)
        word, value = _reduced(word // 2, value, np.maximum)
        of_pair, value = _reduced(word // (1 + int(listed.group.max(initial=0))), value, np.add)
        total = np.zeros((len(which), 4))
        total[of_pair] = value
        weight = known.rows.weight[r, name_kind[n]]
        missing = np.where(known.rows.full_line[r], np.float32(0), name_weight[n])
        keep[which] = upper_bound(total, weight, missing) >= threshold - EPSILON
    return keep


def _units(batch: Batch) -> tuple[Ints, Ints]:
    """Tokens and compounds of each row."""
    whole = np.isin(batch.written_ids, np.fromiter(batch.parts, dtype=np.int64, count=len(batch.parts)))
    row = np.concatenate([batch.rows, batch.written_rows[whole]])
    unit = np.concatenate([batch.ids, batch.written_ids[whole]])
    order = np.argsort(row, kind="stable")
    return unit[order], np.searchsorted(row[order], np.arange(len(batch) + 1))


def _reduced(key: Ints, value: Floats, how: np.ufunc) -> tuple[Ints, Floats]:
    """One row per key; keys that do not ascend are sorted."""
    if not len(key):
        return key, value
    if (np.diff(key) < 0).any():
        order = np.argsort(key, kind="stable")
        key, value = key[order], value[order]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    return key[first], how.reduceat(value, first, axis=0)
