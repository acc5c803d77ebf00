"""Which tokens of a batch resemble which tokens of the list.

Filters that may only let too much through (equal sounds, equal consonants, letters in common, RapidFuzz)
find the pairs; `names.comparison.similarity` alone decides what each pair is worth.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

from screening.index.batch import ranges
from screening.names.likeness import CONSONANTS, FEWEST_CONSONANTS, SOUND, TYPO_FLOOR
from screening.names.scripts import UNVOWELLED, consonants_left_of, consonants_written, which_may_be
from screening.names.tokens import Token

__all__ = ["Neighbours"]

Ints = npt.NDArray[np.int64]
Spellings = Callable[[Token], Iterable[str]]

_BLOCK: Final = 1 << 16  # pairs looked at together: they stay in the cache of a core
_BITS: Final = 32  # characters that are told apart; those that fall together only let more through


class Neighbours:
    """The tokens of a list, by all the spellings by which others may come near them."""

    def __init__(self, listed: Sequence[Token]) -> None:
        self.width = len(listed)
        self.same = _places(listed, _same)
        self.by_letter = _places(listed, _first_letters)
        self.initials = _places(listed, lambda token: _first_letters(token) if _is_initial(token) else ())
        self.scripts = _Scripts(listed)
        self.near = [(_Spelled(listed, theirs), mine, floor) for mine, theirs, floor in _NEARNESS]

    def of(self, batch: Sequence[Token]) -> tuple[Ints, Ints]:
        """Positions (batch, listed) of every pair whose similarity may be above zero, and of some more."""
        pairs = [self._equal(batch), self._initials(batch), self._across(batch)]
        for theirs, spellings, floor in self.near:
            mine = _Spelled(batch, spellings)
            a, b = _near_strings(mine, theirs, floor)
            count = mine.count[a] * theirs.count[b]
            pair = np.repeat(np.arange(len(a)), count)
            which, other = np.divmod(ranges(np.zeros_like(count), count), theirs.count[b][pair])
            i, j = mine.held[mine.starts[a][pair] + which], theirs.held[theirs.starts[b][pair] + other]
            pairs.append(i * self.width + j)
        code = np.unique(np.concatenate(pairs))
        return code // max(1, self.width), code % max(1, self.width)

    def _equal(self, batch: Sequence[Token]) -> Ints:
        codes = [
            i * self.width + j
            for i, token in enumerate(batch)
            for s in _same(token)
            if s in self.same
            for j in self.same[s]
        ]
        return np.array(codes, dtype=np.int64)

    def _initials(self, batch: Sequence[Token]) -> Ints:
        codes = [
            i * self.width + j
            for i, token in enumerate(batch)
            for letter in _first_letters(token)
            for j in (self.by_letter if _is_initial(token) else self.initials).get(letter, ())
        ]
        return np.array(codes, dtype=np.int64)

    def _across(self, batch: Sequence[Token]) -> Ints:
        """Words without vowels beside those that may be the same in another script."""
        codes: list[int] = []
        mine, theirs = _Scripts(batch), self.scripts
        for i, j in mine.may_be_among(theirs):
            codes.append(i * self.width + j)
        for j, i in theirs.may_be_among(mine):
            codes.append(i * self.width + j)
        return np.array(codes, dtype=np.int64)


class _Scripts:
    """Tokens by their consonants: those of scripts without vowels by all that they may be, and the others."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.written: dict[str, list[tuple[int, Token]]] = defaultdict(list)
        self.spoken: dict[str, tuple[list[int], list[str]]] = {}
        spoken = []
        for place, token in enumerate(tokens):
            if token.script not in UNVOWELLED:
                spoken.append((place, token.form))
                continue
            for consonants in consonants_written(token.native, token.script):
                self.written[consonants].append((place, token))
        left = consonants_left_of([form for _, form in spoken])
        for (place, form), consonants in zip(spoken, left, strict=True):
            places, forms = self.spoken.setdefault(consonants, ([], []))
            places.append(place)
            forms.append(form)

    def may_be_among(self, others: _Scripts) -> Iterator[tuple[int, int]]:
        """Places of tokens without vowels, and of what they may be among others."""
        for consonants in self.written.keys() & others.spoken.keys():
            places, forms = others.spoken[consonants]
            for place, token in self.written[consonants]:
                for fit in which_may_be(token.native, token.script, forms):
                    yield place, places[fit]


def _same(token: Token) -> tuple[str, ...]:
    return (token.form, *token.keys)


def _first_letters(token: Token) -> set[str]:
    return {token.native[:1] or token.form[0], *[begin[0] for begin in token.begins]}


def _is_initial(token: Token) -> bool:
    return token.roles[0] == "initial"


def _is_number(token: Token) -> bool:
    """Numbers are equal or different, never near."""
    return token.roles[0] == "number"


def _letters(token: Token) -> tuple[str, ...]:
    return () if _is_number(token) else (token.form,)


def _sounds(token: Token) -> tuple[str, ...]:
    return () if _is_number(token) else token.keys


def _written(token: Token) -> tuple[str, ...]:
    return (token.native,) if token.native else ()


def _skeleton(token: Token, *, latin: bool) -> tuple[str, ...]:
    """The consonants of tokens that may be compared by them: one side of each pair leaves vowels out."""
    fits = token.script not in UNVOWELLED if latin else token.script in UNVOWELLED
    return (token.skeleton,) if fits and len(token.skeleton) >= FEWEST_CONSONANTS else ()


_VOWELLED, _UNVOWELLED = partial(_skeleton, latin=True), partial(_skeleton, latin=False)

_NEARNESS: Final[tuple[tuple[Spellings, Spellings, float], ...]] = (
    (_letters, _letters, TYPO_FLOOR),
    (_sounds, _sounds, TYPO_FLOOR / SOUND),
    (_written, _written, TYPO_FLOOR),
    (_VOWELLED, _UNVOWELLED, TYPO_FLOOR / CONSONANTS),
    (_UNVOWELLED, _VOWELLED, TYPO_FLOOR / CONSONANTS),
)
"""How a token is spelled, how a listed one, and the least normalised OSA similarity of the two."""


def _places(tokens: Sequence[Token], spellings: Spellings) -> dict[str, list[int]]:
    places: dict[str, list[int]] = defaultdict(list)
    for position, token in enumerate(tokens):
        for spelling in spellings(token):
            places[spelling].append(position)
    return places


class _Spelled:
    """Distinct spellings of tokens, the tokens behind each, and what is quickly compared of them."""

    def __init__(self, tokens: Sequence[Token], spellings: Spellings) -> None:
        places = _places(tokens, spellings)
        self.at = {text: place for place, text in enumerate(places)}
        self.texts = np.array(list(places), dtype=object)
        self.count = np.fromiter(map(len, places.values()), dtype=np.int64, count=len(places))
        self.starts = np.cumsum(self.count) - self.count
        self.held = np.array([place for held in places.values() for place in held], dtype=np.int64)
        self.length, self.marks = _marks(list(places))
        self.size = np.bitwise_count(self.marks).astype(np.int64)


def _near_strings(mine: _Spelled, theirs: _Spelled, floor: float) -> tuple[Ints, Ints]:
    """Positions of every pair of strings that are equal or within the allowed distance for their length."""
    equal = [(place, theirs.at[text]) for text, place in mine.at.items() if text in theirs.at]
    found = [np.array(equal, dtype=np.int64).reshape(-1, 2)]
    length, marks, size = mine.length, mine.marks, mine.size
    other_length, other_marks, other_size = theirs.length, theirs.marks, theirs.size
    group = length * (2 * _BITS + 1) + size
    order = np.argsort(group, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(group[order])) + 1) if len(order) else ():
        longest = np.maximum(length[rows[0]], other_length)
        allowed = ((1 - floor) * longest + 1e-9).astype(np.int64)
        # Of the marks that one has and the other lacks, each side may have as many as there may be edits.
        unlike = 2 * allowed - np.abs(other_size - size[rows[0]])
        fits = (np.abs(other_length - length[rows[0]]) <= allowed) & (allowed > 0) & (unlike >= 0)
        columns = np.flatnonzero(fits)
        if not len(columns):
            continue
        candidates, unlike = other_marks[columns], unlike[columns].astype(np.uint8)
        step = max(1, _BLOCK // len(columns))
        differing = np.empty((min(step, len(rows)), len(columns)), dtype=np.uint64)
        for begin in range(0, len(rows), step):
            block = rows[begin : begin + step]
            apart = np.bitwise_xor(marks[block, None], candidates, out=differing[: len(block)])
            row, column = np.divmod(np.flatnonzero(np.bitwise_count(apart) <= unlike), len(columns))
            row, column = block[row], columns[column]
            limit = allowed[column]
            distance = process.cpdist(
                mine.texts[row],
                theirs.texts[column],
                scorer=OSA.distance,
                score_cutoff=int(limit.max(initial=0)),
            )
            within = distance <= limit
            found.append(np.stack([row[within], column[within]], axis=1))
    pairs = np.concatenate(found)
    return pairs[:, 0], pairs[:, 1]


def _marks(texts: list[str]) -> tuple[Ints, npt.NDArray[np.uint64]]:
    """Length of each text, and which characters it holds, and which twice, as bits.

    One edit changes at most one bit of each half each way.
    """
    length = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    row = np.repeat(np.arange(len(texts)), length)
    letters = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    count = np.bincount(row * _BITS + (letters & (_BITS - 1)), minlength=_BITS * len(texts))
    count = count.reshape(len(texts), _BITS)
    held = np.concatenate([count > 0, count > 1], axis=1)
    return length, np.packbits(held, axis=1, bitorder="little").view(np.uint64).ravel()
