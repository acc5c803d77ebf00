"""Which listed names a text could hold: by the tokens that both share, wherever they stand.

A text is no name: most of its words mean nothing, and their cost says nothing about a name among them. So
the bound is taken of what the text and a listed name share, and nothing else. Most names share one token with
a text: what more is asked of the few that share two is summed for them alone.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from screening.index.aligning import held_by, once
from screening.index.batch import ranges
from screening.index.bound import EPSILON, upper_bound

if TYPE_CHECKING:
    from screening.index.aligning import ListedUnits
    from screening.index.batch import Batch, Ints
    from screening.index.worth import Appraisal

__all__ = ["EVIDENCE", "TELLING", "WHOLE", "Entries", "enough", "sharing"]

Floats = npt.NDArray[np.floating[Any]]
Flags = npt.NDArray[np.bool_]

TELLING: Final = frozenset({"name", "known name"})
"""Roles of what a finding may rest on."""
WHOLE: Final = 0.955  # a name of two common tokens must be there whole, but for the spelling of one of them
EVIDENCE: Final = 0.9  # weight of the telling tokens from which a name need not be whole

_CELLS: Final = 1 << 17  # texts times names counted together: they stay in the cache of a core


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
    batch: Batch, known: Appraisal, listed: ListedUnits, name_weight: Floats, rarest: Floats, threshold: float
) -> tuple[Ints, Ints]:
    """Rows and listed names that share enough for a finding, in order.

    Args:
        batch: The texts.
        known: What their tokens are worth.
        listed: The units of the list.
        name_weight: Sum of the token costs of each listed name.
        rarest: Weight of its rarest token.
        threshold: Score to reach.
    """
    entries, rows, names = Entries(batch, known), known.rows, len(name_weight)
    distinct = held_by(batch, rows)
    nothing = np.empty(0, dtype=np.int64)
    found, met = [(nothing, nothing)], [(nothing, nothing)]
    step = max(1, _CELLS // max(1, names))
    edges = np.arange(0, len(rows.weight) + step, step)
    all_of, each_of = (np.searchsorted(row, edges).tolist() for row in (rows.row, distinct[0]))
    for first, (begin, end) in enumerate(pairwise(all_of)):
        before = first * step
        code, total, shared = _shared(entries, rows.row[begin:end] - before, rows.token[begin:end], names)
        name = code % names
        keep = _reaches(total, shared, name_weight[name], rarest[name], threshold)
        code, shared = code[keep], shared[keep]
        if len(code):
            row, token = (side[each_of[first] : each_of[first + 1]] for side in distinct)
            met.append(_met(entries, row - before, token, code, names))
        found.append((code + before * names, shared))
    code, shared = (np.concatenate(side) for side in zip(*found, strict=True))
    count, token = (np.concatenate(side) for side in zip(*met, strict=True))
    row, name = np.divmod(code, max(1, names))
    total = once(name, count, token, known, listed)
    keep = _reaches(total, shared, name_weight[name], rarest[name], threshold)
    return row[keep], name[keep]


def _reaches(total: Floats, shared: Ints, weight: Floats, rarest: Floats, threshold: float) -> Flags:
    """Whether what a text and a listed name share, if nothing stood between, is enough for a finding."""
    bound = upper_bound(total, np.zeros_like(weight), weight)
    reaches: Flags = bound >= enough(shared, total[:, 3], rarest, threshold)
    return reaches


def _met(entries: Entries, row: Ints, token: Ints, code: Ints, names: int) -> tuple[Ints, Ints]:
    """Of pairs of a row and a name, by their codes, the tokens of the row that meet it: how many, and all."""
    held = entries.starts[token + 1] - entries.starts[token]
    of_entry = np.repeat(row * names, held) + entries.name[ranges(entries.starts[token], held)]
    place = np.full(max(int(of_entry.max()), int(code[-1])) + 1, -1)
    place[code] = np.arange(len(code))
    place = place[of_entry]
    kept = np.flatnonzero(place >= 0)
    place, token = place[kept], np.repeat(token, held)[kept]
    return np.bincount(place, minlength=len(code)), token[np.argsort(place, kind="stable")]


def _shared(entries: Entries, row: Ints, token: Ints, names: int) -> tuple[Ints, Floats, Ints]:
    """Rows and names that share a telling token and another, or one that will do; what all are worth there.

    Returns:
        Row times names plus name, ascending; sums as in `Worth.value`; how many tokens of the row meet it.
    """
    held = entries.starts[token + 1] - entries.starts[token]
    entry = ranges(entries.starts[token], held)
    code = np.repeat(row * names, held) + entries.name[entry]
    telling = np.bincount(code[entries.telling[entry]])
    together = np.bincount(code, minlength=len(telling))[: len(telling)]
    together[code[entries.alone[entry]]] = 2
    found = np.flatnonzero((telling > 0) & (together > 1))
    place = np.full(int(code.max(initial=-1)) + 1, -1)
    place[found] = np.arange(len(found))
    place = place[code]
    kept = np.flatnonzero(place >= 0)
    place, entry = place[kept], entry[kept]
    sums = [np.bincount(place, of_all[entry], len(found)) for of_all in (*entries.value.T, entries.count)]
    return found, np.stack(sums[:-1], axis=1), sums[-1].astype(np.int64)


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
        order = np.argsort(token * worth.names + name, kind="stable")  # two ascending runs of each token
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
