"""Listed names inside free text: narratives, remittance information, address lines.

A text is read in windows of neighbouring words, and each window is scored as a name would be. A window
counts if enough of it is telling: ordinary prose shares a word with many a listed name and must stay quiet.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from screening.index.aligning import ListedUnits, most, scores
from screening.index.batch import Ints, tokenise_batch, unreadable
from screening.index.bound import EPSILON
from screening.index.readings import unjudged, with_readings
from screening.index.shapes import Shapes, numbers_within
from screening.index.sharing import EVIDENCE, TELLING, WHOLE, Entries, Pairs, sharing
from screening.index.windows import (
    Limits,
    Passage,
    Windows,
    around_glued_words,
    glued_words,
    parted,
    possible_windows,
    spans_of,
    with_pieces,
)
from screening.index.worth import Vocabulary, appraise
from screening.names.characters import BY_SYLLABLE
from screening.names.comparison import FOLDED, Listed, Meeting, Option, Query, Similar, align, rate
from screening.names.likeness import SHORT
from screening.names.normalise import Name, prepare
from screening.names.readings import written_with_places

if TYPE_CHECKING:
    from collections.abc import Iterable

    from screening.names.tokens import Token


__all__ = ["MAX_TEXT", "Finding", "find_window", "limits_of", "scan"]

MAX_TEXT: Final = 10_000
"""Characters of a text; a longer one is unscreenable, never a clear."""

_FEW: Final = 32  # windows that are aligned one by one
_SLACK: Final = 2  # pieces a window may hold beyond half as many again as the listed name
_FEW_WORDS: Final = 3  # of a name
_LONE_LETTERS: Final = 6  # a single telling token must be rare, and at least this long
_HARDLY: Final = ("consonants", "glued, in another script")  # how ordinary words meet a single telling token
_ACCOMPANIED_LETTERS: Final = 5  # the same with a title, a particle or an initial that agrees too


class Finding(NamedTuple):
    """Where a listed name stands in a text."""

    start: int
    end: int
    score: float


def scan(
    texts: pl.Series,
    listed: list[Listed],
    vocabulary: Vocabulary,
    limits: Limits,
) -> tuple[list[tuple[str, int, Finding]], npt.NDArray[np.bool_]]:
    """Every (text, listed name) with a window that counts, and which texts cannot be judged."""
    asked, others = with_readings(texts, names=False)
    unread = unreadable(asked, MAX_TEXT)
    shapes = Shapes(asked.filter(~unread), limits.borne)
    apart = _apart(shapes.first, vocabulary, limits.kind)
    readings = pl.concat([shapes.first, pl.Series(shapes.first.name, list(apart.values()), dtype=pl.String)])
    found = {
        (text, place): finding
        for text, place, finding in _scan(readings.unique(maintain_order=True), listed, vocabulary, limits)
    }
    best = shapes.spread(_best_reading(shapes.first, apart, found))
    left = unjudged(asked.filter(unread), texts, others)
    return _as_given(best, texts, others, limits.threshold), texts.is_in(left.implode()).to_numpy()


def _as_given(
    found: Iterable[tuple[str, int, Finding]], texts: pl.Series, others: pl.DataFrame, threshold: float
) -> list[tuple[str, int, Finding]]:
    """What was found in texts in any way that they may be read, by the best."""
    if others.is_empty():
        return list(found)
    given = set(texts)
    read: dict[str, list[str]] = {}
    for text, reading in others.iter_rows():
        read.setdefault(reading, []).append(text)
    best: dict[tuple[str, int], Finding] = {}
    for reading, place, finding in found:
        ways = [(reading, finding)] if reading in given else []
        ways += [(text, _in_text(text, finding)) for text in read.get(reading, ())]
        for text, way in ways:
            known = best.get((text, place))
            if way.score >= threshold and (known is None or _order(way) < _order(known)):
                best[text, place] = way
    return [(text, place, finding) for (text, place), finding in best.items()]


def _in_text(text: str, finding: Finding) -> Finding:
    """Where a finding in another reading of a text stands in the text; it is never the same text."""
    _, places = written_with_places(text)  # no other reading moves anything
    return Finding(places[finding.start], places[finding.end], min(finding.score, FOLDED))


def _apart(texts: pl.Series, vocabulary: Vocabulary, kind: Ints) -> dict[str, str]:
    """Texts that are read a second time: a word that anybody bears is joined to another there.

    Such a word may itself be written apart: "Vel Kari's".
    """
    glued, others = parted(texts)
    if glued.is_empty():
        return {}
    alone = _hold_names(glued_words(glued), vocabulary, kind)
    rest = np.flatnonzero(~alone)
    alone[rest] = _hold_names(around_glued_words(glued.gather(rest)), vocabulary, kind, joined=True)
    kept = pl.Series(alone)
    return dict(zip(glued.filter(kept), others.filter(kept), strict=True))


def _hold_names(
    texts: pl.Series, vocabulary: Vocabulary, kind: Ints, *, joined: bool = False
) -> npt.NDArray[np.bool_]:
    """Which texts hold a word that anybody bears, or several that together are one."""
    batch = tokenise_batch(texts, max_characters=3 * MAX_TEXT, max_tokens=3 * MAX_TEXT)
    known = appraise(batch, vocabulary, kind, ends=False)
    entries, rows = Entries(batch, known), known.rows
    borne = np.zeros(len(entries.starts), dtype=bool)
    borne[entries.token] = True
    if joined:
        borne[: len(batch.tokens)] = False  # behind them are what several are together
    return np.isin(np.arange(len(texts)), rows.row[borne[rows.token]])


def _best_reading(
    texts: pl.Series, apart: dict[str, str], found: dict[tuple[str, int], Finding]
) -> list[tuple[str, int, Finding]]:
    """What was found in texts as they stand or with their words apart, whichever is better."""
    places: dict[str, list[int]] = {}
    for text, place in found:
        places.setdefault(text, []).append(place)
    asked = texts.filter(texts.is_in(pl.Series(list(places), dtype=pl.String).implode())).to_list()
    asked += [text for text, other in apart.items() if other in places and text not in places]
    best = []
    for text in asked:
        readings = [text, apart.get(text, text)]
        for place in dict.fromkeys(place for reading in readings for place in places.get(reading, ())):
            findings = [found[reading, place] for reading in readings if (reading, place) in found]
            best.append((text, place, min(findings, key=_order)))
    return best


def limits_of(listed: list[Listed], vocabulary: Vocabulary, threshold: float = 1.0) -> Limits:
    """What windows of a list are held to; a search puts its own threshold there."""
    return Limits(
        kind=np.array([name.k for name in listed], dtype=np.int64),
        weight=np.array([name.cost for name in listed], dtype=np.float32),
        rarest=np.array(
            [max((token.weights[name.k] for token in name.name.tokens), default=0.0) for name in listed]
        ),
        longest=np.array([_longest(name) for name in listed], dtype=np.int64),
        units=ListedUnits(listed, vocabulary.units),
        borne=numbers_within([vocabulary.digits, *(name.name.text for name in listed)]),
        threshold=threshold,
    )


def _scan(
    texts: pl.Series, listed: list[Listed], vocabulary: Vocabulary, limits: Limits
) -> list[tuple[str, int, Finding]]:
    parts, long = _passages(texts, int(limits.longest.max(initial=_SLACK)))
    batch = tokenise_batch(
        with_pieces(parts), max_characters=3 * MAX_TEXT, max_tokens=3 * MAX_TEXT, idle=vocabulary.ignores
    )
    known = appraise(batch, vocabulary, limits.kind, ends=False)
    pairs = sharing(batch, known, limits.units, limits.weight, limits.rarest, limits.threshold)
    return _read(parts, long, pairs, listed, vocabulary, limits)


def _passages(texts: pl.Series, longest: int) -> tuple[pl.Series, list[Passage]]:
    """Texts to look at, long ones in passages, so that words far apart are no candidate together.

    Every window of `longest` pieces lies in one passage whole; of equal passages of a text the first will do.

    Returns:
        Short texts, then the passages of long ones; and which these passages are.
    """
    size, step = 4 * longest, 3 * longest
    long = texts.str.len_chars().is_between(2 * size, MAX_TEXT).fill_null(value=False)
    parts: list[str] = []
    passages: list[Passage] = []
    for text in texts.filter(long):
        spans = spans_of(text)
        known: set[str] = set()
        for first in range(0, max(min(1, len(spans)), len(spans) - longest), step):
            last = min(first + size, len(spans))
            part = text[spans[first][0] : spans[last - 1][1]]
            if part not in known:
                known.add(part)
                parts.append(part)
                passages.append(Passage(text, spans, first, last))
    return pl.concat([texts.filter(~long), pl.Series(texts.name, parts, dtype=pl.String)]), passages


def _longest(listed: Listed) -> int:
    """Pieces of the longest window in which a listed name is looked for."""
    return max(len(listed.name.words), len(listed.name.tokens)) * 3 // 2 + _SLACK


def find_window(text: str, listed: Listed, threshold: float) -> Finding | None:
    """The best window of a text for one listed name; the shortest, then the first, of equals."""
    only, vocabulary = np.zeros(1, dtype=np.int64), Vocabulary([listed])
    pair = Pairs(only, only, np.full((1, 4), np.inf))
    limits = limits_of([listed], vocabulary, threshold)
    asked, others = with_readings(pl.Series([text]), names=False)
    found = [
        (way, 0, finding)
        for way in asked
        for reading in (pl.Series([way]), parted(pl.Series([way]))[1])
        if len(reading)
        for _, _, finding in _read(reading, [], pair, [listed], vocabulary, limits)
    ]
    best = _as_given(found, pl.Series([text]), others, threshold)
    return min((finding for _, _, finding in best), key=_order, default=None)


def _read(  # noqa: PLR0917 (the list, as `scan` was given it)
    parts: pl.Series,
    long: list[Passage],
    pairs: Pairs,
    listed: list[Listed],
    vocabulary: Vocabulary,
    limits: Limits,
) -> list[tuple[str, int, Finding]]:
    """The best window of every pair of a text and a listed name, where one counts."""
    asked, which = np.unique(pairs.text, return_inverse=True)
    short = len(parts) - len(long)
    passages = []
    for row, text in zip(asked.tolist(), parts.gather(pl.Series(asked, dtype=pl.UInt32)), strict=True):
        if row < short:
            spans = spans_of(text)
            passages.append(Passage(text, spans, 0, len(spans)))
        else:
            passages.append(long[row - short])
    pairs = pairs._replace(text=which)
    windows = possible_windows(passages, pairs, vocabulary, limits)
    windows = _promising(windows, passages, pairs, listed, vocabulary, limits)
    prepared: dict[str, Query] = {}
    readers: dict[int, _Reader] = {}
    best: dict[tuple[str, int], Finding] = {}
    edges = np.flatnonzero(np.diff(windows.pair, prepend=-1, append=len(which))).tolist()
    first, last, bound = windows.first.tolist(), windows.last.tolist(), windows.bound.tolist()
    for begin, end in pairwise(edges):
        pair = windows.pair[begin]
        place, passage = int(pairs.name[pair]), passages[which[pair]]
        reader = readers.get(place)
        if reader is None:
            reader = readers[place] = _Reader(listed[place], place, vocabulary, limits.threshold, prepared)
        found = reader.find(
            passage.text, passage.spans, zip(first[begin:end], last[begin:end], bound[begin:end], strict=True)
        )
        known = best.get((passage.text, place))
        if found is not None and (known is None or _order(found) < _order(known)):
            best[passage.text, place] = found
    return [(text, place, found) for (text, place), found in best.items()]


def _promising(  # noqa: PLR0917 (the parts of `_read`)
    windows: Windows,
    passages: list[Passage],
    pairs: Pairs,
    listed: list[Listed],
    vocabulary: Vocabulary,
    limits: Limits,
) -> Windows:
    """Windows that may reach the threshold, of many: most share the tokens of a name and yet score less."""
    if len(windows.pair) < _FEW:
        return windows
    at = [passages[passage] for passage in pairs.text[windows.pair].tolist()]
    asked = [
        passage.text[passage.spans[first][0] : passage.spans[last][1]]
        for passage, first, last in zip(at, windows.first.tolist(), windows.last.tolist(), strict=True)
    ]
    words, place = list(dict.fromkeys(asked)), pairs.name[windows.pair]
    number = {text: row for row, text in enumerate(words)}
    row = np.array([number[text] for text in asked], dtype=np.int64)
    batch = tokenise_batch(pl.Series(words, dtype=pl.String))
    batch = replace(batch, full_line=np.zeros(len(batch), dtype=bool))  # no name ends where a window does
    known = appraise(batch, vocabulary, limits.kind, ends=False)
    pair, of_pair = np.unique(row * len(listed) + place, return_inverse=True)
    row, place = np.divmod(pair, len(listed))
    score = scores((row, place), batch, known, limits.units)
    left = np.flatnonzero(np.isnan(score))
    score[left] = most((row[left], place[left]), batch, known, limits.units)
    low = np.flatnonzero(score < limits.threshold - EPSILON)
    whole = [
        words[r] == listed[p].name.text for r, p in zip(row[low].tolist(), place[low].tolist(), strict=True)
    ]
    kept = np.ones(len(pair), dtype=bool)
    kept[low] = whole
    return windows.only(kept[of_pair])


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
        self.prepared = prepared
        self.scores: dict[str, float | None] = {}
        self.near: dict[Token, list[tuple[int, Meeting]]] = {}

    def find(
        self, text: str, spans: list[tuple[int, int]], windows: Iterable[tuple[int, int, float]]
    ) -> Finding | None:
        """The best of some windows of a text, which come by the most that they can score, downward."""
        best: Finding | None = None
        for first, last, bound in windows:
            if best is not None and bound < best.score - EPSILON:
                break
            start, end = spans[first][0], spans[last][1]
            score = self._score(text[start:end])
            if score is not None:
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
                near = self.near[token] = self.vocabulary.meetings.among(token, self.units, self.listed.k)
            found += [(i, *value) for value in near]
        return found


def _order(found: Finding) -> tuple[float, int, int]:
    """The best first; the shortest, then the first, of equals."""
    return -found.score, found.end - found.start, found.start


def _counts(options: list[Option], window: Name, listed: Listed, score: float) -> bool:
    """Whether enough of what was found is telling."""
    k = listed.k
    telling = [
        o
        for o in options
        if o.meeting.how not in ("initial", "cut", "acronym", "own acronym")
        and _is_telling(o, window, listed, k)
    ]
    weight = sum(option.meeting.weight for option in telling)
    if len(telling) > 1:
        return (weight >= EVIDENCE or score >= WHOLE) and not _chance(options, telling, window, listed)
    if not telling or telling[0].meeting.how in _HARDLY:
        return False
    letters = sum(len(window.tokens[i].form) for i in telling[0].query)
    rare = all(listed.name.tokens[j].weights[k] >= 1 for j in telling[0].listed)
    if telling[0].meeting.how == "glued":
        return weight >= EVIDENCE or (score >= WHOLE and letters >= 2 * _LONE_LETTERS)
    accompanied = len(options) > 1 and letters >= _ACCOMPANIED_LETTERS
    if rare:
        return accompanied or (letters >= _LONE_LETTERS and score >= WHOLE)
    # "Al-Qaida", "Amir Karimi": common words, so as they are listed. "Abdul Rahman" is in many a longer name.
    beside = {listed.name.tokens[j].roles[k] for option in options for j in option.listed}
    return accompanied and score >= FOLDED and (listed.kind == "entity" or "title" in beside)


def _chance(options: list[Option], telling: list[Option], window: Name, listed: Listed) -> bool:
    """Whether it is two of three short words in another order, or syllables: many a sentence holds such."""
    tokens = [window.tokens[i] for option in telling for i in option.query]
    by_syllable = all(token.script in BY_SYLLABLE for token in tokens)
    if any(len(token.form) > SHORT for token in tokens) and not by_syllable:
        return False
    named = [j for j, token in enumerate(listed.name.tokens) if token.roles[listed.k] in TELLING]
    met = {j for option in options for j in option.listed}
    order = [option.listed for option in telling]
    return len(named) <= _FEW_WORDS and not met.issuperset(named) and (by_syllable or order != sorted(order))


def _is_telling(option: Option, window: Name, listed: Listed, k: int) -> bool:
    tokens: list[Token] = [window.tokens[i] for i in option.query] + [
        listed.name.tokens[j] for j in option.listed
    ]
    return any(token.roles[k] in TELLING for token in tokens[: len(option.query)]) and any(
        token.roles[k] in TELLING for token in tokens[len(option.query) :]
    )
