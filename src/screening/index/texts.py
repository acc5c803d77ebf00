"""Listed names inside free text: narratives, remittance information, address lines.

A text is read in windows of neighbouring words, and each window is scored as a name would be. A window
counts if enough of it is telling: ordinary prose shares a word with many a listed name and must stay quiet.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from screening.index.batch import Batch, tokenise_batch
from screening.index.bound import Rows, candidates
from screening.index.listed_side import ListedUnits, reaching
from screening.index.worth import Appraisal, Vocabulary, appraise
from screening.names.comparison import Listed, Option, align, rate
from screening.names.normalise import Name, prepare
from screening.names.tokens import KINDS, Token

if TYPE_CHECKING:
    import polars as pl

__all__ = ["MAX_TEXT", "Finding", "find_window", "scan"]

MAX_TEXT: Final = 10_000
"""Characters of a text; a longer one is unscreenable, never a clear."""

_SLACK: Final = 2  # words a window may hold beyond those of the listed name
_WHOLE: Final = 0.97  # a name of two common tokens must be there whole
_EVIDENCE: Final = 0.9  # weight of the telling tokens from which a name need not be whole
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


def scan(  # noqa: PLR0917 (the parts of an index)
    texts: pl.Series,
    listed: list[Listed],
    vocabulary: Vocabulary,
    units: ListedUnits,
    kinds: npt.NDArray[np.int64],
    threshold: float,
) -> tuple[list[tuple[str, int, Finding]], npt.NDArray[np.bool_]]:
    """Every (text, listed name) with a window that counts, and which texts are too long."""
    batch = tokenise_batch(texts, max_characters=MAX_TEXT, max_tokens=MAX_TEXT, idle=vocabulary.ignores)
    known = appraise(batch, vocabulary, kinds, ends=False)
    free = Rows(
        known.rows.row,
        known.rows.token,
        np.zeros_like(known.rows.weight),
        np.zeros_like(known.rows.full_line),
    )
    weight = np.array(
        [sum(t.costs[k] for t in name.name.tokens) for name, k in zip(listed, kinds, strict=True)]
    )
    weight = weight.astype(np.float32)
    pairs = candidates(free, known.worth, weight, kinds, threshold, _telling(batch, known))
    keep = reaching(pairs, batch, replace(known, rows=free), units, weight, kinds, threshold, _WHOLE)
    rows, places = (side[keep] for side in pairs)
    found = []
    readers: dict[int, _Reader] = {}
    for row, place in zip(rows.tolist(), places.tolist(), strict=True):
        text = texts[row]
        reader = readers.setdefault(place, _Reader(listed[place], threshold))
        finding = reader.find(text)
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
    return _Reader(listed, threshold).find(text)


class _Reader:
    """Reads texts for one listed name; the same few words return in most of them and are judged once."""

    def __init__(self, listed: Listed, threshold: float) -> None:
        self.listed = listed
        self.threshold = threshold
        self.longest = max(len(listed.name.words), len(listed.name.tokens)) + _SLACK
        self.meets: dict[str, bool] = {}
        self.scores: dict[str, float | None] = {}

    def find(self, text: str) -> Finding | None:
        """The best window of a text."""
        spots = [match.span() for match in _PIECE.finditer(text)]
        places = [place for place, (start, end) in enumerate(spots) if self._meets(text[start:end])]
        best: Finding | None = None
        for first in places:
            for last in places:
                if not first <= last < first + self.longest:
                    continue
                start, end = _trim(text, spots[first][0], spots[last][1])
                score = self._score(text[start:end])
                if score is None:
                    continue
                if best is None or (-score, end - start, start) < (
                    -best.score,
                    best.end - best.start,
                    best.start,
                ):
                    best = Finding(start, end, score)
        return best

    def _meets(self, word: str) -> bool:
        """Whether a word alone has anything in common with the listed name, or could be part of what has."""
        if word not in self.meets:
            one = prepare(word, ends=False)
            surfaces = [token.surface for token in one.tokens if token.surface]
            part = any(surface in whole for surface in surfaces for whole in self.listed.surfaces)
            self.meets[word] = part or bool(one.tokens and align(one, self.listed))
        return self.meets[word]

    def _score(self, words: str) -> float | None:
        """Score of a window, if it counts and reaches the threshold."""
        if words not in self.scores:
            window = prepare(words, ends=False)
            options = align(window, self.listed)
            score = rate(options, window, self.listed)
            counts = score >= self.threshold and _counts(options, window, self.listed, score)
            self.scores[words] = score if counts else None
        return self.scores[words]


def _order(found: Finding) -> tuple[float, int, int]:
    return -found.score, found.end - found.start, found.start


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
