"""Listed names inside free text: narratives, remittance information, address lines.

A text is read in windows of neighbouring words, and each window is scored as a name would be. A window
counts if enough of it is telling: ordinary prose shares a word with many a listed name and must stay quiet.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from screening.index.batch import Batch, Ints, tokenise_batch
from screening.index.bound import Rows, candidates
from screening.index.listed_side import ListedUnits, reaching
from screening.index.worth import Appraisal, Vocabulary, appraise
from screening.names.comparison import Listed, Meeting, Option, Query, Similar, align, rate, units
from screening.names.normalise import Name, prepare
from screening.names.tokens import KINDS, Token

if TYPE_CHECKING:
    from collections.abc import Iterable

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
    kinds: Ints,
    threshold: float,
) -> tuple[list[tuple[str, int, Finding]], npt.NDArray[np.bool_]]:
    """Every (text, listed name) with a window that counts, and which texts are too long."""
    parts, owner = _passages(texts, max((_longest(name) for name in listed), default=_SLACK))
    batch = tokenise_batch(parts, max_characters=MAX_TEXT, max_tokens=MAX_TEXT, idle=vocabulary.ignores)
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
    pairs = candidates(free, known.worth, weight, threshold, _telling(batch, known))
    keep = reaching(pairs, batch, replace(known, rows=free), units, weight, kinds, threshold, _WHOLE)
    rows, places = np.divmod(
        np.unique(owner[pairs[0][keep]] * len(listed) + pairs[1][keep]), max(1, len(listed))
    )
    found = _read(texts, rows, places, listed, vocabulary, kinds, threshold)
    too_long = (texts.str.len_chars() > MAX_TEXT).to_numpy()
    return found, too_long


def _passages(texts: pl.Series, longest: int) -> tuple[pl.Series, Ints]:
    """Long texts in passages, so that words far apart are no candidate together, and whose each passage is.

    Every window of `longest` words lies in one passage whole; passages are cut at blanks, as words are.
    """
    size, step = 4 * longest, 3 * longest
    long = texts.str.len_chars().is_between(2 * size, MAX_TEXT).fill_null(value=False)
    parts: list[str] = []
    owner: list[int] = []
    for row in long.arg_true().to_list():
        text = str(texts[row])
        words = [match.span() for match in _PIECE.finditer(text)]
        passages: dict[str, None] = {}
        for first in range(0, max(1, len(words) - longest), step):
            start = text.rfind(" ", 0, words[first][0]) + 1 if words else 0
            end = text.find(" ", words[min(first + size, len(words)) - 1][1]) if words else -1
            passages[text[start : end if end >= 0 else len(text)]] = None
        parts += passages
        owner += [row] * len(passages)
    short = (~long).arg_true()
    together = pl.concat([texts.gather(short), pl.Series(texts.name, parts, dtype=pl.String)])
    return together, np.concatenate([short.to_numpy().astype(np.int64), np.array(owner, dtype=np.int64)])


def _longest(listed: Listed) -> int:
    """Words of the longest window in which a listed name is looked for."""
    return max(len(listed.name.words), len(listed.name.tokens)) + _SLACK


def _telling(batch: Batch, known: Appraisal) -> npt.NDArray[np.bool_]:
    """Tokens that may begin a finding; what is only a span or a cut end is reached through its own id."""
    telling = np.ones(len(known.worth), dtype=bool)
    telling[: len(batch.tokens)] = [not set(t.roles).isdisjoint(_TELLING) for t in batch.tokens]
    return telling


def find_window(text: str, listed: Listed, threshold: float) -> Finding | None:
    """The best window of a text for one listed name; the shortest, then the first, of equals."""
    kinds, only = np.array([KINDS.index(listed.kind)], dtype=np.int64), np.zeros(1, dtype=np.int64)
    found = _read(pl.Series([text]), only, only, [listed], Vocabulary([listed]), kinds, threshold)
    return found[0][2] if found else None


def _read(  # noqa: PLR0917 (the list, as `scan` was given it)
    texts: pl.Series,
    rows: Ints,
    places: Ints,
    listed: list[Listed],
    vocabulary: Vocabulary,
    kinds: Ints,
    threshold: float,
) -> list[tuple[str, int, Finding]]:
    """The best window of every pair of a text and a listed name, where one counts."""
    if not len(rows):
        return []
    order = np.lexsort((places, rows))
    rows, places = rows[order], places[order]
    first = np.flatnonzero(np.diff(rows, prepend=-1))
    asked = [str(text) for text in texts.gather(pl.Series(rows[first], dtype=pl.UInt32))]
    spots = [[match.span() for match in _PIECE.finditer(text)] for text in asked]
    words = {text[a:b] for text, spans in zip(asked, spots, strict=True) for a, b in spans}
    meeting = _Meeting(sorted(words), vocabulary, kinds)
    prepared: dict[str, Query] = {}
    readers: dict[int, _Reader] = {}
    found = []
    for text, spans, wanted in zip(asked, spots, np.split(places, first[1:]), strict=True):
        for place, met in meeting.spots(text, spans, wanted):
            reader = readers.get(place)
            if reader is None:
                reader = readers[place] = _Reader(listed[place], place, vocabulary, threshold, prepared)
            finding = reader.find(text, spans, met)
            if finding is not None:
                found.append((text, place, finding))
    return found


class _Meeting:
    """Where each word of some texts meets something on the list: judged once, for all texts and names."""

    def __init__(self, words: list[str], vocabulary: Vocabulary, kinds: Ints) -> None:
        self.vocabulary = vocabulary
        self.surfaces = {
            word: [token.surface for token in prepare(word, ends=False).tokens] for word in words
        }
        batch = tokenise_batch(pl.Series(words, dtype=pl.String), max_tokens=MAX_TEXT)
        known = appraise(batch, vocabulary, kinds, ends=False)
        row, token = known.rows.row, known.rows.token
        count, name = known.worth.of(token)
        code = np.repeat(row, count) * len(kinds) + name
        row, name = np.divmod(np.unique(code), len(kinds))
        parts = np.split(name, np.searchsorted(row, np.arange(1, len(words))))
        # At either end of a window a word stands without its punctuation, and may be another token.
        bare = {text for word in words if (text := word[slice(*_trim(word, 0, len(word)))]) != word}
        vocabulary.near(list({token for text in bare for _, token in units(prepare(text, ends=False))}))
        self.names = {
            word: frozenset(part.tolist()) for word, part in zip(words, parts if words else (), strict=True)
        }

    def spots(self, text: str, spans: list[tuple[int, int]], wanted: Ints) -> Iterable[tuple[int, list[int]]]:
        """For each wanted listed name, the numbers of the words that meet it, alone or joined."""
        words = [text[start:end] for start, end in spans]
        asked = frozenset(wanted.tolist())
        met: dict[int, set[int]] = defaultdict(set)
        alone = ((number, self.names[word]) for number, word in enumerate(words))
        for number, places in chain(alone, self._joined(words)):
            for place in asked.intersection(places):
                met[place].add(number)
        for place in sorted(met):
            yield place, sorted(met[place])

    def _joined(self, words: list[str]) -> Iterable[tuple[int, frozenset[int]]]:
        """The first and the last of the words that together spell one listed token, and who holds that."""
        surfaces = [(spot, s) for spot, word in enumerate(words) for s in self.surfaces[word] if s]
        vocabulary = self.vocabulary
        for start, (spot, surface) in enumerate(surfaces):
            joined = surface
            for last, more in islice(surfaces, start + 1, None):
                if joined not in vocabulary.prefixes:
                    break
                joined += more
                if last > spot:
                    for u in vocabulary.by_surface.get(joined, ()):
                        slots = vocabulary.starts[u * len(KINDS)], vocabulary.starts[(u + 1) * len(KINDS)]
                        holders = frozenset(vocabulary.places[slots[0] : slots[1]].tolist())
                        yield from ((spot, holders), (last, holders))


class _Reader:
    """Reads texts for one listed name; the same few words return in most of them and are judged once."""

    def __init__(
        self,
        listed: Listed,
        place: int,
        vocabulary: Vocabulary,
        threshold: float,
        prepared: dict[str, Query],
    ) -> None:
        self.listed = listed
        self.units = vocabulary.units[place]
        self.vocabulary = vocabulary
        self.threshold = threshold
        self.longest = _longest(listed)
        self.prepared = prepared
        self.scores: dict[str, float | None] = {}
        self.near: dict[Token, list[tuple[int, Meeting]]] = {}

    def find(self, text: str, spots: list[tuple[int, int]], met: list[int]) -> Finding | None:
        """The best window of a text that begins and ends with words that meet the listed name."""
        best: Finding | None = None
        for place, first in enumerate(met):
            for last in met[place : place + self.longest]:
                if last >= first + self.longest:
                    break
                start, end = _trim(text, spots[first][0], spots[last][1])
                score = self._score(text[start:end])
                if score is None:
                    continue
                found = Finding(start, end, score)
                if best is None or _order(found) < _order(best):
                    best = found
        return best

    def _score(self, words: str) -> float | None:
        """Score of a window, if it counts and reaches the threshold."""
        if words not in self.scores:
            window = self.prepared.get(words)
            if window is None:
                window = self.prepared[words] = Query.ready(prepare(words, ends=False))
            options = align(window, self.listed, self._similar(window)) if window.units else []
            score = rate(options, window, self.listed) if options else 0.0
            counts = score >= self.threshold and _counts(options, window.name, self.listed, score)
            self.scores[words] = score if counts else None
        return self.scores[words]

    def _similar(self, window: Query) -> list[Similar]:
        """What `align` needs to know; each token meets the listed name once, however many windows hold it."""
        found: list[Similar] = []
        for i, (_, token) in enumerate(window.units):
            near = self.near.get(token)
            if near is None:
                met = self.vocabulary.near([token])[0][self.listed.k]
                near = self.near[token] = [(j, met[u]) for j, u in enumerate(self.units) if u in met]
            found += [(i, *value) for value in near]
        return found


def _order(found: Finding) -> tuple[float, int, int]:
    """The best first; the shortest, then the first, of equals."""
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
        o
        for o in options
        if o.meeting.how not in ("initial", "cut", "acronym") and _is_telling(o, window, listed, k)
    ]
    weight = sum(option.meeting.weight for option in telling)
    if len(telling) > 1:
        return weight >= _EVIDENCE or score >= _WHOLE
    letters = sum(len(window.tokens[i].form) for option in telling for i in option.query)
    rare = all(listed.name.tokens[j].weights[k] >= 1 for option in telling for j in option.listed)
    if telling and telling[0].meeting.how == "glued":
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
