"""What tokens are worth to the tokens of a list: worked out once for each token, and remembered.

`names.comparison` defines what a meeting is worth (`in_kind`, `meet`); here the same is said in arrays.
"""

from __future__ import annotations

from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

from screening.index.batch import ranges
from screening.index.neighbours import Neighbours
from screening.names.comparison import INITIAL_COVER, Meeting, rank
from screening.names.likeness import (
    INCIDENTAL,
    OF_THEIR_OWN,
    OTHER_NAME,
    OTHER_SPELLING,
    ROMANISED,
    SHORT,
    SOUND,
    TYPO_FLOOR,
    likeness,
)
from screening.names.likeness import INITIAL as ALIKE_INITIAL
from screening.names.tokens import KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from screening.names.tokens import Token

__all__ = ["HOW", "INITIAL", "SLOT", "WORTH", "Meetings", "as_meetings", "as_worth"]

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Bytes = npt.NDArray[np.uint8]
Table = npt.NDArray[np.float64]

SLOT: Final = 0
HOW: Final = 5
WORTH: Final = slice(1, 5)
"""Columns of a meeting with a token of the list in a kind of name: that token times kinds plus kind; what is
alike, weight, own and cover, as in `Meeting`; and in which way. All of them are numbers, side by side."""
_COLUMNS: Final = 6
_VALUES: Final = ("alike", "weight", "own", "cover")

_HOW: Final = ("", "same", "initial", "romanisation", "typo", "romanisation and typo", "script", "consonants")
_NUMBER: Final = {how: number for number, how in enumerate(_HOW)}
INITIAL: Final = _NUMBER["initial"]
_REMEMBERED: Final = 1 << 18  # tokens of which is kept what they meet


def as_meetings(worth: Floats, how: Bytes) -> list[Meeting]:
    """Rows of `WORTH`, and in which way, as they are defined."""
    return [
        Meeting(rank(weight, alike, cover), alike, weight, own, cover, _HOW[way])
        for (alike, weight, own, cover), way in zip(worth.tolist(), how.tolist(), strict=True)
    ]


def as_worth(found: list[Meeting]) -> Floats:
    """The other way round: `WORTH` of meetings."""
    columns = [np.fromiter(map(attrgetter(name), found), np.float64, len(found)) for name in _VALUES]
    return np.stack(columns, axis=1)


class Meetings:
    """The tokens of a list, and what others are worth to them.

    Args:
        listed: The tokens.
        held: For each of them and each kind whether a listed name of the kind holds it.
    """

    def __init__(self, listed: Sequence[Token], held: Flags) -> None:
        self._listed, self._held = listed, held
        self._columns = _Columns(listed)
        self._neighbours = Neighbours(listed)
        self._met: dict[Token, Table] = {}
        self._rows: dict[Token, dict[int, int]] = {}  # of a token's table, by slot

    def of(self, tokens: Sequence[Token]) -> tuple[Ints, Table]:
        """All meetings of some tokens: which of the tokens, and a row of columns as above; both ascend."""
        met = self._remembered(tokens)
        tables = [met[token] for token in tokens]
        count = np.fromiter(map(len, tables), np.int64, len(tables))
        return np.repeat(np.arange(len(tables)), count), np.concatenate([np.empty((0, _COLUMNS)), *tables])

    def among(self, token: Token, listed: Sequence[int], k: int) -> list[tuple[int, Meeting]]:
        """Which of some listed tokens, by number, one token meets in a kind of name: position, and worth."""
        table = self._remembered([token])[token]
        rows = self._rows.get(token)
        if rows is None:
            rows = self._rows[token] = {int(slot): row for row, slot in enumerate(table[:, SLOT].tolist())}
        slots = [len(KINDS) * u + k for u in listed]
        places = [place for place, slot in enumerate(slots) if slot in rows]
        if not places:
            return []
        met = table[[rows[slots[place]] for place in places]]
        return list(zip(places, as_meetings(met[:, WORTH], met[:, HOW].astype(np.uint8)), strict=True))

    def _remembered(self, tokens: Sequence[Token]) -> dict[Token, Table]:
        """A table for each of some tokens, and for others."""
        if len(self._met) > _REMEMBERED:
            self._met, self._rows = {}, {}
        met = self._met  # other threads read it: nothing unfinished is put there
        fresh = [token for token in tokens if token not in met]
        if fresh:
            met.update(zip(fresh, self._worked_out(fresh), strict=True))
        return met

    def _worked_out(self, fresh: Sequence[Token]) -> list[Table]:
        t, u = self._neighbours.of(fresh)
        mine = _Columns(fresh)
        alike, how = _likenesses(mine, self._columns, t, u)
        near = np.flatnonzero(alike)
        table = _tabled(mine, self._columns, t[near], u[near], alike[near], how[near])
        kept = (table[:, :, 1] != 0) & self._held[u[near]]
        edges = np.searchsorted(t[near][np.nonzero(kept)[0]], np.arange(len(fresh) + 1)).tolist()
        held = table[kept]
        return [held[begin:end] for begin, end in pairwise(edges)]


class _Columns:
    """What is needed of tokens, a row for each; with a column for each kind of name where that matters."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.form = _Words([token.form for token in tokens])
        self.key = _Words([key for token in tokens for key in token.keys])
        self.keys = np.array([len(token.keys) for token in tokens], dtype=np.int64)
        self.first_key = np.cumsum(self.keys) - self.keys
        self.first_letter = np.array([ord(token.form[0]) for token in tokens], dtype=np.int64)
        self.plain = np.array([_is_plain(token) for token in tokens], dtype=bool)
        shape = (-1, len(KINDS))
        self.weights = np.array([token.weights for token in tokens], dtype=np.float64).reshape(shape)
        self.costs = np.array([token.costs for token in tokens], dtype=np.float64).reshape(shape)
        self.extra = np.array([token.extra for token in tokens], dtype=np.float64).reshape(shape)
        roles = {role: number for number, role in enumerate({r for token in tokens for r in token.roles})}
        number = np.array([roles[role] for token in tokens for role in token.roles], dtype=np.uint8)
        number = number.reshape(shape)

        def among(*wanted: str) -> Flags:
            return np.isin(number, [roles[role] for role in wanted if role in roles])

        self.incidental, self.of_their_own = among(*INCIDENTAL), among(*OF_THEIR_OWN)
        self.known, self.initial = among("known name"), among("initial")
        self.of_two = np.array([token.initial_of_two for token in tokens], dtype=bool)


def _is_plain(token: Token) -> bool:
    return token.script == "latin" and not token.native and not token.numeral


class _Words:
    """Words, and how long each is."""

    def __init__(self, words: list[str]) -> None:
        self.text = np.array(words, dtype=object)
        self.length = np.fromiter(map(len, words), np.int64, len(words))


def _likenesses(mine: _Columns, theirs: _Columns, t: Ints, u: Ints) -> tuple[Floats, Bytes]:
    """`likeness` of pairs of tokens, and in which way; of plain words, the most, in arrays."""
    alike, how = np.zeros(len(t)), np.zeros(len(t), dtype=np.uint8)
    plain = mine.plain[t] & theirs.plain[u]
    same = plain & (mine.form.text[t] == theirs.form.text[u])
    alike[same], how[same] = 1.0, _NUMBER["same"]
    by_initial = plain & ~same & (mine.initial[t, 0] | theirs.initial[u, 0])
    initial = by_initial & (mine.first_letter[t] == theirs.first_letter[u])
    alike[initial], how[initial] = ALIKE_INITIAL, INITIAL
    pairs = np.flatnonzero(plain & ~same & ~by_initial)
    of_pair, x, y = _spoken(mine, theirs, t[pairs], u[pairs])
    equal = mine.key.text[x] == theirs.key.text[y]
    sounds = np.bincount(of_pair[equal], minlength=len(pairs)) > 0
    surely = np.maximum(mine.form.length[t], theirs.form.length[u]) > SHORT
    romanised = pairs[sounds]
    alike[romanised], how[romanised] = ROMANISED, _NUMBER["romanisation"]
    others = pairs[~sounds]
    alike[others] = _typos(mine.form, theirs.form, t[others], u[others], TYPO_FLOOR)
    how[others] = _NUMBER["typo"]
    differ = np.flatnonzero(~sounds[of_pair])
    spoken = np.zeros(len(pairs))
    near = SOUND * _typos(mine.key, theirs.key, x[differ], y[differ], TYPO_FLOOR / SOUND)
    np.maximum.at(spoken, of_pair[differ], near)
    better = spoken > alike[pairs]
    alike[pairs[better]], how[pairs[better]] = spoken[better], _NUMBER["romanisation and typo"]
    for pair in np.flatnonzero(~plain | ((how == _NUMBER["romanisation"]) & ~surely)).tolist():
        alike[pair], word = likeness(mine.tokens[t[pair]], theirs.tokens[u[pair]])
        how[pair] = _NUMBER[word]
    return alike, how


def _spoken(mine: _Columns, theirs: _Columns, t: Ints, u: Ints) -> tuple[Ints, Ints, Ints]:
    """Every sound of one token of a pair with every sound of the other: the pair, and both places."""
    many = theirs.keys[u]
    count = mine.keys[t] * many
    of_pair = np.repeat(np.arange(len(t)), count)
    x, y = np.divmod(ranges(np.zeros_like(count), count), many[of_pair])
    return of_pair, mine.first_key[t][of_pair] + x, theirs.first_key[u][of_pair] + y


def _typos(mine: _Words, theirs: _Words, x: Ints, y: Ints, floor: float) -> Floats:
    """How alike different words are by their letters; 0 below the floor."""
    length, other = mine.length[x], theirs.length[y]
    longest = np.maximum(length, other)
    allowed = ((1 - floor) * longest + 1e-9).astype(np.int64)
    near = np.flatnonzero((np.abs(length - other) <= allowed) & (allowed > 0))
    limit, found = allowed[near], np.zeros(len(x))
    distance = process.cpdist(
        mine.text[x[near]], theirs.text[y[near]], scorer=OSA.distance, score_cutoff=int(limit.max(initial=0))
    )
    within = distance <= limit
    found[near[within]] = 1 - distance[within] / longest[near[within]]
    return found


def _tabled(  # noqa: PLR0917 (pairs of tokens, and how alike they are)
    mine: _Columns, theirs: _Columns, t: Ints, u: Ints, alike: Floats, how: Bytes
) -> Table:
    """Meetings of pairs of tokens, one for each kind of name; nothing is alike where they do not meet."""
    in_kind = np.repeat(alike[:, None], len(KINDS), axis=1)
    initial = how == INITIAL
    typo = (how == _NUMBER["typo"]) | (how == _NUMBER["romanisation and typo"])
    other = np.where(typo | (how == _NUMBER["consonants"]), OTHER_NAME, 0.0)
    other[(how == _NUMBER["romanisation"]) | (how == _NUMBER["script"])] = OTHER_SPELLING
    in_kind -= np.where(mine.known[t], other[:, None] * (1 - mine.weights[t]), 0.0)
    two_known = (mine.incidental[t] & theirs.of_their_own[u]) | (theirs.incidental[u] & mine.of_their_own[t])
    in_kind[two_known & typo[:, None]] = 0.0
    in_kind[initial, KINDS.index("entity")] = 0.0
    in_kind[mine.of_two[t] | theirs.of_two[u], KINDS.index("entity")] = 0.0
    slot = u[:, None] * len(KINDS) + np.arange(len(KINDS))
    weight = np.minimum(mine.weights[t], theirs.weights[u])
    own, cover = (
        costs[at] * np.where(initial[:, None] & ~side.initial[at], INITIAL_COVER, 1.0)
        for side, costs, at in ((mine, mine.extra, t), (theirs, theirs.costs, u))
    )
    return np.stack([slot, in_kind, weight, own, cover, np.broadcast_to(how[:, None], slot.shape)], axis=2)
