"""Which tokens of a batch resemble which tokens of the list.

Filters that may only let too much through (equal sounds, equal consonants, letters in common, RapidFuzz)
find the pairs; `names.comparison.similarity` alone decides what each pair is worth.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

from screening.index.batch import ranges
from screening.names.comparison import CONSONANTS, FEWEST_CONSONANTS, SOUND, TYPO_FLOOR
from screening.names.tokens import ABJADS, Token

__all__ = ["similar_pairs"]

Ints = npt.NDArray[np.int64]
Spellings = Callable[[Token], tuple[str, ...]]

_BLOCK: Final = 1 << 16  # pairs looked at together: they stay in the cache of a core
_BITS: Final = 32  # characters that are told apart; those that fall together only let more through


def similar_pairs(batch: Sequence[Token], listed: Sequence[Token]) -> tuple[Ints, Ints]:
    """Positions (batch, listed) of every pair whose similarity may be above zero, and of some more."""
    pairs = [_equal(batch, listed, lambda token: (token.form, *token.keys)), _initials(batch, listed)]
    pairs += [
        _near(batch, listed, lambda t: () if _is_number(t) else (t.form,), TYPO_FLOOR),
        _near(batch, listed, lambda t: () if _is_number(t) else t.keys, TYPO_FLOOR / SOUND),
        _near(batch, listed, lambda t: (t.native,) if t.native else (), TYPO_FLOOR),
    ]
    for latin in (True, False):
        mine, theirs = partial(_skeleton, latin=latin), partial(_skeleton, latin=not latin)
        pairs.append(_near(batch, listed, mine, TYPO_FLOOR / CONSONANTS, theirs))
    code = np.unique(np.concatenate(pairs))
    return code // max(1, len(listed)), code % max(1, len(listed))


def _is_number(token: Token) -> bool:
    """Numbers are equal or different, never near."""
    return token.roles[0] == "number"


def _skeleton(token: Token, *, latin: bool) -> tuple[str, ...]:
    """The consonants of tokens that may be compared by them: one side of each pair is an abjad."""
    fits = token.script not in ABJADS if latin else token.script in ABJADS
    return (token.skeleton,) if fits and len(token.skeleton) >= FEWEST_CONSONANTS else ()


def _places(tokens: Sequence[Token], spellings: Spellings) -> dict[str, list[int]]:
    places: dict[str, list[int]] = defaultdict(list)
    for position, token in enumerate(tokens):
        for spelling in spellings(token):
            places[spelling].append(position)
    return places


def _equal(batch: Sequence[Token], listed: Sequence[Token], spellings: Spellings) -> Ints:
    places, width = _places(listed, spellings), len(listed)
    codes = [
        i * width + j
        for i, token in enumerate(batch)
        for s in spellings(token)
        if s in places
        for j in places[s]
    ]
    return np.array(codes, dtype=np.int64)


def _initials(batch: Sequence[Token], listed: Sequence[Token]) -> Ints:
    by_letter = _places(listed, lambda token: (token.form[0],))
    letters = _places(listed, lambda token: (token.form,) if token.roles[0] == "initial" else ())
    width = len(listed)
    codes = [
        i * width + j
        for i, token in enumerate(batch)
        for j in (by_letter if token.roles[0] == "initial" else letters).get(token.form[0], ())
    ]
    return np.array(codes, dtype=np.int64)


def _near(
    batch: Sequence[Token],
    listed: Sequence[Token],
    spellings: Spellings,
    floor: float,
    listed_spellings: Spellings | None = None,
) -> Ints:
    """Pairs with a normalised OSA similarity of at least `floor` between two of their spellings."""
    mine = _Spelled(_places(batch, spellings))
    theirs = _Spelled(_places(listed, listed_spellings or spellings))
    a, b = _near_strings(mine.texts, theirs.texts, floor)
    count = mine.count[a] * theirs.count[b]
    pair = np.repeat(np.arange(len(a)), count)
    which, other = np.divmod(ranges(np.zeros_like(count), count), theirs.count[b][pair])
    i: Ints = mine.held[mine.starts[a][pair] + which]
    j: Ints = theirs.held[theirs.starts[b][pair] + other]
    return i * len(listed) + j


class _Spelled:
    """Distinct spellings, and the tokens behind each."""

    def __init__(self, places: dict[str, list[int]]) -> None:
        self.texts = list(places)
        self.count = np.fromiter(map(len, places.values()), dtype=np.int64, count=len(places))
        self.starts = np.cumsum(self.count) - self.count
        self.held = np.array([place for held in places.values() for place in held], dtype=np.int64)


def _near_strings(mine: list[str], theirs: list[str], floor: float) -> tuple[Ints, Ints]:
    """Positions of every pair of strings that are equal or within the allowed distance for their length."""
    at = {text: place for place, text in enumerate(theirs)}
    equal = [(place, at[text]) for place, text in enumerate(mine) if text in at]
    found = [np.array(equal, dtype=np.int64).reshape(-1, 2)]
    texts, others = np.array(mine, dtype=object), np.array(theirs, dtype=object)
    length, marks = _marks(mine)
    other_length, other_marks = _marks(theirs)
    size, other_size = (np.bitwise_count(m).astype(np.int64) for m in (marks, other_marks))
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
                texts[row], others[column], scorer=OSA.distance, score_cutoff=int(limit.max(initial=0))
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
