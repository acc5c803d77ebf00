"""Which windows of a text could be a finding: bounds of all of them at once.

A window is some neighbouring words of a text. Its bound is what its words are worth in a listed name, one by
one, less what it costs that others stand between them. Only windows whose bound is high enough are aligned.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from screening.index.batch import Ints, ranges, tokenise_batch
from screening.index.bound import Seen, upper_bound
from screening.index.sharing import Entries, enough
from screening.index.worth import Vocabulary, appraise
from screening.names.comparison import units
from screening.names.normalise import WORD, prepare
from screening.names.tokens import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from screening.names.normalise import Name

__all__ = ["PIECE", "Limits", "Passage", "Windows", "possible_windows", "trim", "with_pieces"]

Floats = npt.NDArray[np.floating[Any]]
Flags = npt.NDArray[np.bool_]
Span = tuple[int, int]

_SYLLABIC: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af"  # Han and Hangul
PIECE: Final = re.compile(rf"[{_SYLLABIC}]|[^\s\x1c-\x1f/;:,(){_SYLLABIC}]+")
"""A word of a text. Codes of payment messages, such as /RFB/, and syllables written without blanks are words
of their own."""

_ENDS: Final = "/;:,()"  # where a word may end that no blank ends
_WITHIN: Final = re.compile(rf"[{_ENDS}{_SYLLABIC}]")
_BROKEN: Final = rf"[^\s\x1c-\x1f{_ENDS}][{_ENDS}]+[^\s\x1c-\x1f{_ENDS}]|[{_SYLLABIC}]"
_BROKEN_WORD: Final = rf"[^\s\x1c-\x1f]*(?:{_BROKEN})[^\s\x1c-\x1f]*"
_WORD: Final = re.compile(WORD)
_FEW: Final = 6  # pieces of a word of which every run is looked at
_DOUBT: Final = 1e3  # worth of what no bound is known of: any window with it is aligned
_CHUNK: Final = 1 << 20  # pieces of pairs looked at together: bounds memory
_MOST_TOKENS: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Passage:
    """Some neighbouring pieces of a text.

    Attributes:
        text: The whole text.
        spans: Where all its pieces are.
        first, end: Which of them are the passage's.
    """

    text: str
    spans: list[Span]
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What a window is held to.

    Attributes:
        kind: Of each listed name.
        weight: Sum of the token costs of each.
        rarest: Weight of the rarest token of each.
        longest: Pieces of the longest window in which each is looked for.
        threshold: Score to reach.
    """

    kind: Ints
    weight: Floats
    rarest: Floats
    longest: Ints
    threshold: float


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows by pair of a passage and a listed name: first and last piece, and the most it can score."""

    pair: Ints
    first: Ints
    last: Ints
    bound: Floats


def trim(text: str, start: int, end: int) -> Span:
    """Leave out punctuation around a window."""
    while start < end and not (text[start].isalnum()):
        start += 1
    while end > start and not (text[end - 1].isalnum()):
        end -= 1
    return start, end


def with_pieces(texts: pl.Series) -> pl.Series:
    """Texts, and behind them the pieces of their words: alone a piece may be read otherwise."""
    broken = texts.str.contains(_BROKEN)
    if not broken.any():
        return texts
    words = texts.filter(broken)
    inner = words.str.extract_all(_BROKEN_WORD).list.join(" ")
    inner = inner.str.replace_all(f"[{_ENDS}]+", " ").str.replace_all(f"([{_SYLLABIC}])", " $1 ")
    return texts.clone().scatter(broken.arg_true(), words + " " + inner)  # it sets values in place


def possible_windows(
    passages: list[Passage], which: Ints, names: Ints, vocabulary: Vocabulary, limits: Limits
) -> Windows:
    """The windows of pairs of a passage and a listed name that could be a finding.

    Args:
        passages: Passages of texts.
        which: The passage of each pair, ascending.
        names: The listed name of each pair.
        vocabulary: The list.
        limits: What windows are held to.
    """
    written = [[p.text[a:b] for a, b in p.spans[p.first : p.end]] for p in passages]
    pieces = _Pieces(sorted({word for words in written for word in words}), vocabulary, limits)
    flat = _Flat(passages, written, pieces)
    joined = flat.joined(which, names)
    count = flat.count[which]
    edges = np.searchsorted(np.cumsum(count), np.arange(0, int(count.sum()), _CHUNK))
    found = [
        _grown(flat, pairs, which[pairs], names[pairs], joined, limits)
        for pairs in np.split(np.arange(len(which)), np.unique(edges)[1:])
        if len(pairs)
    ]
    nothing = np.empty(0, dtype=np.int64)
    sides = zip((nothing, nothing, nothing, np.empty(0)), *found, strict=True)
    pair, first, last, bound = (np.concatenate(side) for side in sides)
    return Windows(pair, first, last, bound)


class _Pieces:
    """What distinct pieces of texts are worth: judged once, for all texts and names."""

    def __init__(self, words: list[str], vocabulary: Vocabulary, limits: Limits) -> None:
        self.number = {word: number for number, word in enumerate(words)}
        self.vocabulary, self.names = vocabulary, len(limits.kind)
        batch = tokenise_batch(pl.Series(words, dtype=pl.String), max_tokens=_MOST_TOKENS)
        known = appraise(batch, vocabulary, limits.kind, ends=False)
        self.cost = known.rows.weight.astype(np.float64)
        entries, rows = Entries(batch, known), known.rows
        held = entries.starts[rows.token + 1] - entries.starts[rows.token]
        entry = ranges(entries.starts[rows.token], held)
        code = np.repeat(rows.row, held) * self.names + entries.name[entry]
        value, count = entries.value[entry].astype(np.float64), entries.count[entry]
        self.code, self.value, self.count = _summed(code, value, count)
        self.seen = Seen(self.code)
        read = [prepare(word, ends=False) for word in words]
        self.surfaces = [[token.surface for token in name.tokens if token.surface] for name in read]
        self.begins = [any(s in vocabulary.prefixes for s in surfaces) for surfaces in self.surfaces]
        self.doubtful = np.zeros(len(words), dtype=bool)
        self.faithful: dict[str, bool] = {}
        # At either end of a window a word stands without its punctuation, and may be another token.
        bare: list[Name] = []
        for number, (word, name) in enumerate(zip(words, read, strict=True)):
            if not (word[0].isalnum() and word[-1].isalnum()):
                start, end = trim(word, 0, len(word))
                forms = [prepare(text, ends=False) for text in (word[start:], word[:end], word[start:end])]
                self.doubtful[number] = any(_tokens(form) != _tokens(name) for form in forms)
                bare += forms
        vocabulary.near(list({token for name in bare for _, token in units(name)}))

    def doubts(self, text: str, spans: list[Span]) -> Iterator[int]:
        """Pieces that may be something else as part of the words they stand in."""
        if _WITHIN.search(text) is None:
            return
        place = 0
        for match in _WORD.finditer(text):
            first = place
            while place < len(spans) and spans[place][1] <= match.end():
                place += 1
            if place == first or spans[first] == match.span():
                continue
            start, end = spans[first]
            plain = place == first + 1 and text[start:end].isascii() and text[start:end].isalpha()
            if not plain:
                inner = [(a - match.start(), b - match.start()) for a, b in spans[first:place]]
                if not self._faithful(match[0], inner):
                    yield from range(first, place)

    def _faithful(self, word: str, spans: list[Span]) -> bool:
        """Whether every run of a word's pieces is read as the pieces are, one by one."""
        if word not in self.faithful:
            self.faithful[word] = len(spans) <= _FEW and all(
                _tokens(prepare(word[start:end], ends=False))
                == [token for a, b in spans[i:j] for token in _tokens(prepare(word[a:b], ends=False))]
                for i in range(len(spans))
                for j in range(i + 1, len(spans) + 1)
                for start in {spans[i][0], 0 if i == 0 else spans[i][0]}
                for end in {spans[j - 1][1], len(word) if j == len(spans) else spans[j - 1][1]}
            )
        return self.faithful[word]


def _tokens(name: Name) -> list[tuple[str, str, str, str, str]]:
    """Tokens but for the full stop behind them, which makes them worth more."""
    return [(t.form, t.native, t.script, t.surface, t.reading) for t in name.tokens]


class _Flat:
    """The pieces of all passages, one after the other."""

    def __init__(self, passages: list[Passage], written: list[list[str]], pieces: _Pieces) -> None:
        self.pieces, self.passages = pieces, passages
        self.count = np.array([len(words) for words in written], dtype=np.int64)
        self.starts = np.concatenate([[0], np.cumsum(self.count)]).astype(np.int64)
        number = pieces.number
        self.code = np.array([number[word] for words in written for word in words], dtype=np.int64)
        self.first = np.array([passage.first for passage in passages], dtype=np.int64)
        doubt = pieces.doubtful[self.code]
        known: dict[int, list[int]] = {}
        for start, passage in zip(self.starts[:-1].tolist(), passages, strict=True):
            spans = known.get(id(passage.spans))
            if spans is None:
                spans = known[id(passage.spans)] = list(pieces.doubts(passage.text, passage.spans))
            for place in spans:
                if passage.first <= place < passage.end:
                    doubt[start + place - passage.first] = True
        cost = np.where(doubt[:, None], 0.0, pieces.cost[self.code])
        self.cost = np.concatenate([np.zeros((1, len(KINDS))), np.cumsum(cost, axis=0)])
        self.doubt = np.concatenate([[0], np.cumsum(doubt)])

    def joined(self, which: Ints, names: Ints) -> tuple[Ints, Ints, Floats]:
        """Pieces that together spell one listed token: the pair, the piece, and a worth.

        No bound is known of them, so the first is worth anything, and the last must be there.
        """
        pairs: list[int] = []
        places: list[int] = []
        worth: list[float] = []
        edges = np.searchsorted(which, np.arange(len(self.passages) + 1)).tolist()
        codes = self.code.tolist()
        for number, start in enumerate(self.starts[:-1].tolist()):
            wanted: dict[int, int] | None = None
            for first, last, holders in self._spelled(codes[start : start + int(self.count[number])]):
                if wanted is None:
                    among = range(edges[number], edges[number + 1])
                    wanted = {int(names[pair]): pair for pair in among}
                for name in holders.intersection(wanted):
                    pairs += (wanted[name], wanted[name])
                    places += (start + first, start + last)
                    worth += (_DOUBT, 0.0)
        return np.array(pairs, dtype=np.int64), np.array(places, dtype=np.int64), np.array(worth)

    def _spelled(self, codes: list[int]) -> Iterable[tuple[int, int, frozenset[int]]]:
        """The first and the last of the pieces that together spell one listed token, and who holds that."""
        begins, vocabulary = self.pieces.begins, self.pieces.vocabulary
        if not any(begins[code] for code in codes):
            return
        surfaces = [(spot, s) for spot, code in enumerate(codes) for s in self.pieces.surfaces[code]]
        for start, (spot, surface) in enumerate(surfaces):
            if surface not in vocabulary.prefixes:
                continue
            joined = surface
            for last, more in islice(surfaces, start + 1, None):
                joined += more
                if last > spot:
                    for u in vocabulary.by_surface.get(joined, ()):
                        slots = vocabulary.starts[u * len(KINDS)], vocabulary.starts[(u + 1) * len(KINDS)]
                        yield spot, last, frozenset(vocabulary.places[slots[0] : slots[1]].tolist())
                if joined not in vocabulary.prefixes:
                    break


def _grown(  # noqa: PLR0917 (the parts of `possible_windows`)
    flat: _Flat,
    pairs: Ints,
    which: Ints,
    names: Ints,
    joined: tuple[Ints, Ints, Floats],
    limits: Limits,
) -> tuple[Ints, Ints, Ints, Floats]:
    """Windows of some pairs, grown piece by piece from each that meets the listed name."""
    pieces = flat.pieces
    count = flat.count[which]
    place = ranges(flat.starts[which], count)
    pair = np.repeat(np.arange(len(pairs)), count)
    code = flat.code[place] * pieces.names + names[pair]
    maybe = np.flatnonzero(pieces.seen(code))
    entry = np.minimum(np.searchsorted(pieces.code, code[maybe]), max(0, len(pieces.code) - 1))
    met = maybe[pieces.code[entry] == code[maybe]] if len(pieces.code) else maybe[:0]
    entry = entry[pieces.code[entry] == code[maybe]] if len(pieces.code) else entry[:0]
    among = (joined[0] >= pairs[0]) & (joined[0] <= pairs[-1])
    key = np.concatenate([pair[met], joined[0][among] - pairs[0]]) * (len(flat.code) + 1)
    key += np.concatenate([place[met], joined[1][among]])
    doubt = np.repeat(joined[2][among][:, None], 4, axis=1)
    value = np.concatenate([pieces.value[entry], doubt])
    shared = np.concatenate([pieces.count[entry], np.where(joined[2][among] > 0, 2, 0)])
    key, value, shared = _summed(key, value, shared)
    pair, place = np.divmod(key, len(flat.code) + 1)
    name = names[pair]
    kind, longest, rarest = limits.kind[name], limits.longest[name], limits.rarest[name]
    start = np.arange(len(pair))
    total, held = np.zeros((len(pair), 4)), np.zeros(len(pair), dtype=np.int64)
    found = []
    for step in range(len(pair)):
        end = start + step
        inside = end < len(pair)
        start, end, total, held = start[inside], end[inside], total[inside], held[inside]
        inside = (pair[end] == pair[start]) & (place[end] - place[start] < longest[start])
        start, end = start[inside], end[inside]
        total, held = total[inside] + value[end], held[inside] + shared[end]
        if not len(start):
            break
        weight = flat.cost[place[end] + 1, kind[start]] - flat.cost[place[start], kind[start]]
        bound = upper_bound(total, weight, limits.weight[name[start]])
        least = enough(held, total[:, 3], rarest[start], limits.threshold)
        doubt = flat.doubt[place[end] + 1] > flat.doubt[place[start]]
        bound = np.where(doubt, 1.0, bound)
        keep = np.flatnonzero(doubt | (bound >= least))
        found.append((start[keep], end[keep], bound[keep]))
    if not found:
        nothing = np.empty(0, dtype=np.int64)
        return nothing, nothing, nothing, np.empty(0)
    start, end, bound = (np.concatenate(side) for side in zip(*found, strict=True))
    order = np.lexsort((-bound, pair[start]))
    start, end, bound = start[order], end[order], bound[order]
    passage = which[pair[start]]
    shift = flat.first[passage] - flat.starts[passage]
    return pairs[pair[start]], place[start] + shift, place[end] + shift, bound


def _summed(key: Ints, value: Floats, count: Ints) -> tuple[Ints, Floats, Ints]:
    """One row per key, in order, with sums."""
    order = np.argsort(key, kind="stable")
    key, value, count = key[order], value[order], count[order]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    if not len(first):
        return key, value, count
    return key[first], np.add.reduceat(value, first, axis=0), np.add.reduceat(count, first)
