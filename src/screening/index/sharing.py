"""Which listed names a text could hold: by the tokens that both share, wherever they stand.

A text is no name: most of its words mean nothing, and their cost says nothing about a name among them. So
the bound is taken of what the text and a listed name share, and nothing else. Most names share one token with
a text: what more is asked of the few that share two is summed for them alone. A text that repeats a few words
seems to hold any name made of such words; so of what is left each listed token is met once, by the best.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from screening.index.aligning import held_by, once
from screening.index.batch import ranges
from screening.index.bound import EPSILON, upper_bound

if TYPE_CHECKING:
    from screening.index.aligning import ListedUnits
    from screening.index.batch import Batch, Ints
    from screening.index.worth import Appraisal

__all__ = ["EVIDENCE", "TELLING", "WHOLE", "Entries", "Pairs", "enough", "sharing"]

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


class Pairs(NamedTuple):
    """Pairs of a text and a listed name, in order.

    Attributes:
        text: Number of each text.
        name: The listed name.
        most: The most that the text is worth there, columns as in `Worth.value`.
    """

    text: Ints
    name: Ints
    most: Floats

    def only(self, kept: Ints) -> Pairs:
        """Those of them that are kept."""
        return Pairs(self.text[kept], self.name[kept], self.most[kept])


def sharing(  # noqa: PLR0917 (texts, a list, and what is asked of both)
    batch: Batch, known: Appraisal, listed: ListedUnits, name_weight: Floats, rarest: Floats, threshold: float
) -> Pairs:
    """Rows and listed names that share enough for a finding, in order.

    Args:
        batch: The texts.
        known: What their tokens are worth.
        listed: The units of the list.
        name_weight: Sum of the token costs of each listed name.
        rarest: Weight of its rarest token.
        threshold: Score to reach.
    """
    entries, names = Entries(batch, known), len(name_weight)
    row, token, times = held_by(batch, known.rows)
    nothing = np.empty(0, dtype=np.int64)
    found = [_Shared(nothing, np.empty((0, 4)), nothing, nothing, nothing)]
    step = max(1, _CELLS // max(1, names))
    edges = np.searchsorted(row, np.arange(0, len(batch) + step, step)).tolist()
    for first, (begin, end) in enumerate(pairwise(edges)):
        before = first * step
        of_block = row[begin:end] - before, token[begin:end], times[begin:end]
        shared = _shared(entries, *of_block, names)
        kept = shared.reaching(shared.total, name_weight, rarest, threshold)
        found.append(shared.only(kept, before * names))
    shared = _Shared(*(np.concatenate(side) for side in zip(*found, strict=True)))
    total = once(shared.code % max(1, names), shared.different, shared.token, known, listed)
    kept = shared.reaching(total, name_weight, rarest, threshold)
    row, name = np.divmod(shared.code[kept], max(1, names))
    return Pairs(row, name, total[kept])


class _Shared(NamedTuple):
    """What rows and listed names share.

    Attributes:
        code: Of each pair: row times names, plus name; ascending.
        total: Sums over all that is shared, as in `Worth.value`.
        times: How many tokens of the row meet the name.
        different: How many different ones.
        token: These, by pair.
    """

    code: Ints
    total: Floats
    times: Ints
    different: Ints
    token: Ints

    def reaching(self, total: Floats, weight: Floats, rarest: Floats, threshold: float) -> Flags:
        """Which pairs share enough for a finding, if nothing stood between and it is worth so much."""
        name = self.code % len(weight) if len(weight) else self.code
        listed = weight[name]
        bound = upper_bound(total, np.zeros_like(listed), listed)
        reaches: Flags = bound >= enough(self.times, total[:, 3], rarest[name], threshold)
        return reaches

    def only(self, kept: Flags, before: int) -> _Shared:
        """Those that are kept, in a batch where so many codes are before them."""
        token = self.token[np.repeat(kept, self.different)]
        code = self.code[kept] + before
        return _Shared(code, self.total[kept], self.times[kept], self.different[kept], token)


def _shared(entries: Entries, row: Ints, token: Ints, times: Ints, names: int) -> _Shared:
    """What rows and names share that share a telling token and another, or one that will do.

    Args:
        entries: What tokens are worth.
        row: Rows, ascending.
        token: A token of each.
        times: How often the row holds it; never, if it is only a part of a compound.
        names: How many there are.
    """
    held = entries.starts[token + 1] - entries.starts[token]
    entry = ranges(entries.starts[token], held)
    code, often = np.repeat(row * names, held) + entries.name[entry], np.repeat(times, held)
    together = np.bincount(code)
    telling = np.bincount(code[entries.telling[entry]], minlength=len(together))
    together[code[entries.alone[entry] | (often > 1)]] = 2
    found = np.flatnonzero((telling > 0) & (together > 1))
    place = np.full(len(together), -1)
    place[found] = np.arange(len(found))
    place = place[code]
    kept = np.flatnonzero(place >= 0)
    place, entry, often = place[kept], entry[kept], often[kept]
    *sums, shared = (
        np.bincount(place, of_all[entry] * often, len(found)) for of_all in (*entries.value.T, entries.count)
    )
    different = np.bincount(place, minlength=len(found))
    met = entries.token[entry[np.argsort(place, kind="stable")]]
    return _Shared(found, np.stack(sums, axis=1), shared.astype(np.int64), different, met)


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
