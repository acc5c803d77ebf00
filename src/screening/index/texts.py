"""Listed names inside free text: narratives, remittance information, address lines.

A text is read in windows of neighbouring words, and each window is scored as a name would be. A window
counts if enough of it is telling: ordinary prose shares a word with many a listed name and must stay quiet.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from screening.index.batch import Batch, tokenise_batch
from screening.index.bound import Rows, candidates
from screening.index.worth import Appraisal, Vocabulary, appraise
from screening.names.comparison import Listed, Option, align, rate
from screening.names.normalise import Name, prepare
from screening.names.tokens import KINDS, Token

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

__all__ = ["MAX_TEXT", "Finding", "find_window", "scan"]

MAX_TEXT: Final = 10_000
"""Characters of a text; a longer one is unscreenable, never a clear."""

_SLACK: Final = 2  # words a window may hold beyond those of the listed name
_WHOLE: Final = 0.97  # a name of two common tokens must be there whole
_EVIDENCE: Final = 1.2  # weight of the telling tokens from which a name need not be whole
_LONE_LETTERS: Final = 6  # a single telling token must be rare, and at least this long
_ACCOMPANIED_LETTERS: Final = 5  # the same with a title, a particle or an initial that agrees too
_TELLING: Final = ("name", "known name")


_SYLLABIC: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af"  # Han and Hangul
_PIECE: Final = re.compile(rf"[{_SYLLABIC}]|[^\s\x1c-\x1f/;:,(){_SYLLABIC}]+")
"""A word of a text. Codes of payment messages, such as /RFB/, and syllables written without blanks are words
of their own."""


class Finding(NamedTuple):
    """Where a listed name stands in a text."""

    start: int
    end: int
    score: float


def scan(
    texts: pl.Series,
    listed: list[Listed],
    vocabulary: Vocabulary,
    kinds: npt.NDArray[np.int64],
    threshold: float,
) -> tuple[list[tuple[str, int, Finding]], npt.NDArray[np.bool_]]:
    """Every (text, listed name) with a window that counts, and which texts are too long."""
    batch = tokenise_batch(texts, max_characters=MAX_TEXT, max_tokens=MAX_TEXT)
    known = appraise(batch, vocabulary, kinds)
    free = Rows(
        known.rows.row,
        known.rows.token,
        np.zeros_like(known.rows.weight),
        np.zeros_like(known.rows.full_line),
    )
    weight = np.array(
        [sum(t.weights[k] for t in name.name.tokens) for name, k in zip(listed, kinds, strict=True)]
    )
    rows, places = candidates(
        free, known.worth, weight.astype(np.float32), kinds, threshold, _telling(batch, known)
    )
    found = []
    for row, place in zip(rows.tolist(), places.tolist(), strict=True):
        text = texts[row]
        finding = find_window(text, listed[place], threshold)
        if finding is not None:
            found.append((text, place, finding))
    too_long = (texts.str.len_chars() > MAX_TEXT).to_numpy()
    return found, too_long


def _telling(batch: Batch, known: Appraisal) -> npt.NDArray[np.bool_]:
    """Tokens that may begin a finding; what is only a span or a cut end is reached through its own id."""
    telling = np.ones(len(known.worth.starts) - 1, dtype=bool)
    telling[: len(batch.tokens)] = [not set(t.roles).isdisjoint(_TELLING) for t in batch.tokens]
    return telling


def find_window(text: str, listed: Listed, threshold: float) -> Finding | None:
    """The best window of a text for one listed name; the shortest, then the first, of equals."""
    spots = [match.span() for match in _PIECE.finditer(text)]
    longest = max(len(listed.name.words), len(listed.name.tokens)) + _SLACK
    best: Finding | None = None
    meets = [_meets(text[start:end], listed) for start, end in spots]
    for first, last in _windows(meets, longest):
        start, end = _trim(text, spots[first][0], spots[last][1])
        window = prepare(text[start:end], ends=False)
        options = align(window, listed)
        score = rate(options, window, listed)
        if score < threshold or not _counts(options, window, listed, score):
            continue
        if best is None or (-score, end - start, start) < (-best.score, best.end - best.start, best.start):
            best = Finding(start, end, score)
    return best


def _windows(meets: list[bool], longest: int) -> Iterator[tuple[int, int]]:
    """First and last word of every window that begins and ends with a word that meets something."""
    places = [place for place, met in enumerate(meets) if met]
    for first in places:
        for last in places:
            if first <= last < first + longest:
                yield first, last


def _meets(word: str, listed: Listed) -> bool:
    """Whether a word alone has anything in common with a listed name, or could be part of what has."""
    one = prepare(word, ends=False)
    if not one.tokens:
        return False
    if any(
        token.surface and any(token.surface in surface for surface in listed.surfaces) for token in one.tokens
    ):
        return True
    return bool(align(one, listed))


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out punctuation around a window."""
    while start < end and not (text[start].isalnum()):
        start += 1
    while end > start and not (text[end - 1].isalnum()):
        end -= 1
    return start, end


def _counts(options: list[Option], window: Name, listed: Listed, score: float) -> bool:
    """Whether enough of what was found is telling."""
    k = KINDS.index(listed.kind)
    telling = [
        o for o in options if o.how not in ("initial", "cut", "acronym") and _is_telling(o, window, listed, k)
    ]
    weight = sum(option.weight for option in telling)
    if len(telling) > 1:
        return weight >= _EVIDENCE or score >= _WHOLE
    letters = sum(len(window.tokens[i].form) for option in telling for i in option.query)
    rare = all(listed.name.tokens[j].weights[k] >= 1 for option in telling for j in option.listed)
    if telling and telling[0].how == "glued":
        return weight >= _EVIDENCE or (score >= _WHOLE and letters >= 2 * _LONE_LETTERS)
    if not telling or not rare:
        return False
    if len(options) > 1 and letters >= _ACCOMPANIED_LETTERS:
        return True
    return letters >= _LONE_LETTERS and score >= _WHOLE


def _is_telling(option: Option, window: Name, listed: Listed, k: int) -> bool:
    tokens: list[Token] = [window.tokens[i] for i in option.query] + [
        listed.name.tokens[j] for j in option.listed
    ]
    return any(token.roles[k] in _TELLING for token in tokens[: len(option.query)]) and any(
        token.roles[k] in _TELLING for token in tokens[len(option.query) :]
    )
