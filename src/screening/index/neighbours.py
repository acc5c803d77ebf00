"""Which tokens of a batch resemble which tokens of the list.

Filters that may only let too much through (equal sounds, equal consonants, letters in common, RapidFuzz)
find the pairs; `names.comparison.similarity` alone decides what each pair is worth.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import chain
from typing import Final

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

from screening.names.comparison import CONSONANTS, FEWEST_CONSONANTS, SOUND, TYPO_FLOOR
from screening.names.tokens import ABJADS, Token

__all__ = ["similar_pairs"]

Ints = npt.NDArray[np.int64]

_BLOCK: Final = 1 << 22  # pairs looked at together: bounds memory


def similar_pairs(batch: Sequence[Token], listed: Sequence[Token]) -> set[tuple[int, int]]:
    """Positions (batch, listed) of every pair whose similarity may be above zero, and of some more."""
    pairs: set[tuple[int, int]] = set()
    pairs |= _equal(batch, listed, lambda token: (token.form, *token.keys))
    pairs |= _initials(batch, listed)
    pairs |= _near(batch, listed, lambda t: () if _is_number(t) else (t.form,), TYPO_FLOOR)
    pairs |= _near(batch, listed, lambda t: () if _is_number(t) else t.keys, TYPO_FLOOR / SOUND)
    pairs |= _near(batch, listed, lambda t: (t.native,) if t.native else (), TYPO_FLOOR)
    for one, other in ((True, False), (False, True)):
        pairs |= _near(
            batch,
            listed,
            partial(_skeleton, latin=one),
            TYPO_FLOOR / CONSONANTS,
            partial(_skeleton, latin=other),
        )
    return pairs


def _is_number(token: Token) -> bool:
    """Numbers are equal or different, never near."""
    return token.roles[0] == "number"


def _skeleton(token: Token, *, latin: bool) -> tuple[str, ...]:
    """The consonants of tokens that may be compared by them: one side of each pair is an abjad."""
    fits = token.script not in ABJADS if latin else token.script in ABJADS
    return (token.skeleton,) if fits and len(token.skeleton) >= FEWEST_CONSONANTS else ()


Spellings = Callable[[Token], tuple[str, ...]]


def _equal(batch: Sequence[Token], listed: Sequence[Token], spellings: Spellings) -> set[tuple[int, int]]:
    places = _places(listed, spellings)
    return {
        (i, j) for i, token in enumerate(batch) for s in spellings(token) if s in places for j in places[s]
    }


def _places(tokens: Sequence[Token], spellings: Spellings) -> dict[str, list[int]]:
    places: dict[str, list[int]] = defaultdict(list)
    for position, token in enumerate(tokens):
        for spelling in spellings(token):
            places[spelling].append(position)
    return places


def _initials(batch: Sequence[Token], listed: Sequence[Token]) -> set[tuple[int, int]]:
    by_letter = _places(listed, lambda token: (token.form[0],))
    letters = _places(listed, lambda token: (token.form,) if token.roles[0] == "initial" else ())
    return {
        (i, j)
        for i, token in enumerate(batch)
        for j in (by_letter if token.roles[0] == "initial" else letters).get(token.form[0], ())
    }


def _near(
    batch: Sequence[Token],
    listed: Sequence[Token],
    spellings: Spellings,
    floor: float,
    listed_spellings: Spellings | None = None,
) -> set[tuple[int, int]]:
    """Pairs with a normalised OSA similarity of at least `floor` between two of their spellings."""
    mine = _places(batch, spellings)
    theirs = _places(listed, listed_spellings or spellings)
    found: set[tuple[int, int]] = set()
    equal = ((text, text) for text in mine.keys() & theirs.keys())
    for a, b in chain(equal, _near_strings(list(mine), list(theirs), floor)):
        found |= {(i, j) for i in mine[a] for j in theirs[b]}
    return found


def _near_strings(mine: list[str], theirs: list[str], floor: float) -> Iterable[tuple[str, str]]:
    """Every pair of strings within the allowed distance for their length, exactly."""
    buckets: dict[int, list[str]] = defaultdict(list)
    for text in theirs:
        buckets[len(text)].append(text)
    signatures = {length: _signatures(texts) for length, texts in buckets.items()}
    by_length: dict[int, list[str]] = defaultdict(list)
    for text in mine:
        by_length[len(text)].append(text)
    for length, texts in by_length.items():
        marks = _signatures(texts)
        for other, candidates in buckets.items():
            longest = max(length, other)
            allowed = int((1 - floor) * longest + 1e-9)
            if abs(length - other) > allowed or allowed == 0:
                continue
            yield from _within(texts, marks, candidates, signatures[other], allowed)


def _within(
    mine: list[str],
    marks: npt.NDArray[np.uint64],
    theirs: list[str],
    signatures: npt.NDArray[np.uint64],
    allowed: int,
) -> Iterable[tuple[str, str]]:
    step = max(1, _BLOCK // len(theirs))
    for start in range(0, len(mine), step):
        block = marks[start : start + step, None]
        near = np.bitwise_count(block & ~signatures) <= allowed
        near &= np.bitwise_count(signatures & ~block) <= allowed
        rows, columns = np.nonzero(near)
        if not len(rows):
            continue
        a = [mine[start + row] for row in rows]
        b = [theirs[column] for column in columns]
        distance = process.cpdist(a, b, scorer=OSA.distance, score_cutoff=allowed)
        for position in np.nonzero(distance <= allowed)[0]:
            yield a[position], b[position]


def _signatures(texts: list[str]) -> npt.NDArray[np.uint64]:
    """Which characters a text holds, and which twice, as bits: one edit changes at most one bit each way."""
    marks = np.zeros(len(texts), dtype=np.uint64)
    for position, text in enumerate(texts):
        once = twice = 0
        for character in text:
            bit = 1 << (ord(character) & 31)
            twice |= once & bit
            once |= bit
        marks[position] = once | twice << 32
    return marks
