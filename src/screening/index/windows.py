"""Which windows of a text could be a finding: bounds of all of them at once.

A window is some neighbouring words of a text. Its bound is what its words are worth in a listed name, one by
one, less what it costs that others stand between them. Only windows whose bound is high enough are aligned.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from screening.index.batch import Ints, ranges, tokenise_batch
from screening.index.bound import Seen, upper_bound
from screening.index.meetings import as_worth
from screening.index.sharing import Entries, Pairs, enough
from screening.index.worth import Vocabulary, appraise
from screening.names.characters import GLUE, HAN, HANGUL, MARKS, SYLLABIC, WITHIN, WORD
from screening.names.comparison import meet_span, units
from screening.names.lexicon import affixes_cjk
from screening.names.normalise import prepare
from screening.names.scripts import UNVOWELLED
from screening.names.tokens import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from screening.index.aligning import ListedUnits
    from screening.names.comparison import Meeting
    from screening.names.tokens import Token

__all__ = [
    "PIECE",
    "Limits",
    "Passage",
    "Windows",
    "around_glued_words",
    "glued_words",
    "parted",
    "possible_windows",
    "spans_of",
    "with_pieces",
]

Floats = npt.NDArray[np.floating[Any]]
Flags = npt.NDArray[np.bool_]
Span = tuple[int, int]

_READ_AS_LETTERS: Final = "".join(
    c
    for first, end in ((0x2100, 0x2150), (0x2460, 0x2500), (0x3200, 0x3400), (0x1F100, 0x1F300))
    for c in map(chr, range(first, end))
    if any(letter.isalnum() for letter in unicodedata.normalize("NFKC", c))
)  # such as Ⓐ
_GLUES: Final = rf"(?:[{GLUE}{WITHIN}]|[\p{{Cf}}\p{{Cc}}\p{{Co}}\p{{Cn}}&&[^\s\x1c-\x1f]])"  # for polars
_BLANK: Final = r"[\s\x1c-\x1f]"
_NO_BLANK: Final = r"[^\s\x1c-\x1f]"
_BESIDE: Final = 8
_LETTER: Final = rf"(?:[^\W_{SYLLABIC}]|[{_READ_AS_LETTERS}])"
_INNER: Final = f"[{MARKS}{GLUE}]"
_IN_BRACKETS: Final = "|".join(
    rf"[(\uff08]{form[1:-1]}[)\uff09]" for form in affixes_cjk() if form.startswith("(")
)
_FORMS: Final = re.compile("|".join(form for form in affixes_cjk() if not form.startswith("(")))
_BETWEEN: Final = rf"(?<=[^\W\d_])[{WITHIN}](?=[^\W\d_])"
PIECE: Final = re.compile(
    rf"{_IN_BRACKETS}|[{SYLLABIC}]"
    rf"|(?<![^\W_])[^\W\d_{SYLLABIC}](?:\.[^\W\d_{SYLLABIC}])+(?![^\W_]|[{MARKS}])"
    rf"|{_LETTER}(?:(?:{_BETWEEN}|{_INNER}*){_LETTER})*[{MARKS}]*"
)
"""A piece of a text, at whose edges windows begin and end: letters and digits that nothing else parts.

Syllables written without blanks are pieces of their own; dotted letters are one together, and so is a legal
form in brackets.
"""

_OUTSIDE: Final = rf"(?:^|[^\w{_READ_AS_LETTERS}]|_)"
_DOTTED: Final = r"[^\W\d_]\.[^\W\d_]\."
_LINE_CODE: Final = rf"{_OUTSIDE}\d/"
_SLASHED: Final = r"(?i:(?:^|[^\w]|_)[acsdwfb]/[aocb]o?(?:$|[^\w]|_))"
_ADDRESS: Final = r"\S@[^@\s]+\."
_JOINED: Final = re.compile(rf"{_DOTTED}|{_LINE_CODE}|{_SLASHED}|{_ADDRESS}")
"""What is read otherwise as part of a word than piece by piece."""
_ABBREVIATED: Final = r"[^\W_][^\w\s]+[^\W\d_]+\.(?:\s|$)"
_SUSPECT: Final = rf"{_JOINED.pattern}|{_ABBREVIATED}|[{SYLLABIC}]"
_SUSPECTED: Final = re.compile(_SUSPECT)
_RUN: Final = re.compile(rf"(?:[^\W_]|[{_READ_AS_LETTERS}{MARKS}{GLUE}]|{_BETWEEN})+")
_ONE_SCRIPT: Final = re.compile(rf"[{HAN}{GLUE}]+|[{HANGUL}{GLUE}]+")
_LEFT_OUT: Final = re.compile(f"[{GLUE}]")
_STRETCH: Final = re.compile(r"[^|,;:+()-]+")  # ends at what joins nothing, and stays what it is
_WORD: Final = re.compile(WORD)
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
        units: The units of all.
        borne: Numbers that may mean something to the list.
        threshold: Score to reach.
    """

    kind: Ints
    weight: Floats
    rarest: Floats
    longest: Ints
    units: ListedUnits
    borne: frozenset[str]
    threshold: float


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows by pair of a passage and a listed name: first and last piece, and the most it can score."""

    pair: Ints
    first: Ints
    last: Ints
    bound: Floats

    def only(self, kept: Flags) -> Windows:
        """Those of them that are kept."""
        return Windows(self.pair[kept], self.first[kept], self.last[kept], self.bound[kept])


def spans_of(text: str) -> list[Span]:
    """Where the pieces of a text are; what is invisible parts none."""
    return [match.span() for match in PIECE.finditer(_visible(text))]


def _visible(text: str) -> str:
    """A text with an apostrophe, which joins letters too, for each character that is invisible."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c.isspace() else "'" for c in text)


def parted(texts: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Texts in which something joins words that it may also part, and these with blanks in its place."""
    glued = texts.filter(texts.str.contains(rf"[^\W_]{_GLUES}+[^\W_]"))
    return glued, glued.str.replace_all(_GLUES, " ")


def glued_words(texts: pl.Series) -> pl.Series:
    """Of each text, the words beside what joins them."""
    return texts.str.extract_all(rf"[^\W_]*(?:{_GLUES}+[^\W_]+)+").list.join(" ").str.replace_all(_GLUES, " ")


def around_glued_words(texts: pl.Series) -> pl.Series:
    """The same with words on either side, which may be one with them: as many as letters of a name."""
    before, behind = rf"(?:{WORD}{_BLANK}+){{0,{_BESIDE}}}", rf"(?:{_BLANK}+{WORD}){{0,{_BESIDE}}}"
    glued = rf"{before}{_NO_BLANK}*{_GLUES}{_NO_BLANK}*{behind}"
    return texts.str.extract_all(glued).list.join(" ").str.replace_all(_GLUES, " ")


def with_pieces(texts: pl.Series) -> pl.Series:
    """Texts, and behind them the pieces of their words: alone a piece may be read otherwise."""
    suspect = texts.str.contains(_SUSPECT) | (texts != texts.str.normalize("NFKC"))
    rows = suspect.arg_true()
    if rows.is_empty():
        return texts
    inner = []
    for text in texts.gather(rows):
        words = (word for word in _WORD.findall(text) if _is_suspect(word))
        inner.append(" ".join([text, *(piece for word in words for piece in _written(word, spans_of(word)))]))
    return texts.clone().scatter(rows, inner)  # it sets values in place


@lru_cache(maxsize=1 << 16)
def _is_suspect(word: str) -> bool:
    return _SUSPECTED.search(word) is not None or unicodedata.normalize("NFKC", word) != word


def _written(text: str, spans: list[Span]) -> list[str]:
    """Pieces, each with the full stop behind it, which makes it an abbreviation."""
    return [text[start : end + text.startswith(".", end)] for start, end in spans]


def possible_windows(
    passages: list[Passage], pairs: Pairs, vocabulary: Vocabulary, limits: Limits
) -> Windows:
    """The windows of pairs of a passage and a listed name that could be a finding.

    Args:
        passages: Passages of texts.
        pairs: Passages, by number, and listed names.
        vocabulary: The list.
        limits: What windows are held to.
    """
    written = [_written(p.text, p.spans[p.first : p.end]) for p in passages]
    pieces = _Pieces(sorted({word for words in written for word in words}), vocabulary, limits)
    flat = _Flat(passages, written, pieces)
    joined = flat.joined(pairs.text, pairs.name, limits.kind)
    count = flat.count[pairs.text]
    edges = np.searchsorted(np.cumsum(count), np.arange(0, int(count.sum()), _CHUNK))
    found = [
        _grown(flat, some, pairs.only(some), joined, limits)
        for some in np.split(np.arange(len(count)), np.unique(edges)[1:])
        if len(some)
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
        self.name = self.code % max(1, self.names)
        self.starts = np.searchsorted(self.code, np.arange(len(words) + 1) * self.names)
        starts, ids = batch.starts.tolist(), batch.ids.tolist()
        self.tokens = [[batch.tokens[t] for t in ids[begin:end]] for begin, end in pairwise(starts)]
        written = np.searchsorted(batch.written_rows, np.arange(len(words) + 1)).tolist()
        unvowelled = [token.script in UNVOWELLED for token in batch.tokens]
        self.unvowelled = [
            [batch.tokens[t] for t in batch.written_ids[begin:end].tolist() if unvowelled[t]]
            for begin, end in pairwise(written)
        ]
        begins = [vocabulary.split.begins(token) for token in batch.tokens]
        self.begins = [any(begins[t] for t in ids[begin:end]) for begin, end in pairwise(starts)]
        # At the end of a window a word stands without its full stop.
        bare = [prepare(word[:-1], ends=False) for word in words if word.endswith(".")]
        vocabulary.meetings.of(list({token for name in bare for _, token in units(name)}))


def _doubts(text: str, spans: list[Span]) -> Iterator[int]:
    """Pieces that may be something else as part of the words they stand in."""
    plain, visible = text.isascii(), _visible(text)
    if plain and _JOINED.search(text) is None:
        return
    place = 0
    for match in _WORD.finditer(text):
        first = place
        while place < len(spans) and spans[place][1] <= match.end():
            place += 1
        if place - first < 2 and not (place > first and text.startswith("/", spans[first][1])):
            continue
        word = match[0]
        joined = [found.span() for found in _JOINED.finditer(word)]
        if not plain:
            joined += [
                found.span()
                for found in _RUN.finditer(visible[match.start() : match.end()])
                if not (found[0].isascii() or (_ONE_SCRIPT.fullmatch(found[0]) and not _has_form(found[0])))
            ]
        joined += _altered(word)
        yield from _touched(spans, first, place, joined, match.start())


def _altered(word: str) -> list[Span]:
    """Stretches of a word that are read as other characters; no stop that ends one is part of anything."""
    normal = word if word.isascii() else unicodedata.normalize("NFKC", word)
    if "@" in normal and re.search(_ADDRESS, normal):  # whether the word is an address, all of it says
        return [(0, len(word))]
    if normal == word:
        return []
    return [
        found.span()
        for found in _STRETCH.finditer(word)
        if not found[0].isascii() and unicodedata.normalize("NFKC", found[0]) != found[0]
    ]


def _touched(spans: list[Span], first: int, end: int, joined: list[Span], shift: int) -> Iterator[int]:
    """Pieces of some stretches of a word of more than one piece."""
    place = first
    for begin, last in sorted(joined):
        while place > first and spans[place - 1][1] > begin + shift:
            place -= 1
        while place < end and spans[place][1] <= begin + shift:
            place += 1
        stop = place
        while stop < end and spans[stop][0] < last + shift:
            stop += 1
        if stop > place + 1 or (stop > place and spans[place] != (begin + shift, last + shift)):
            yield from range(place, stop)
        place = min(stop, end)


def _has_form(run: str) -> bool:
    """Whether syllables of a legal form are among some, which are one token at their end."""
    run = _LEFT_OUT.sub("", run)
    return any(form in run for form in affixes_cjk())


class _Flat:
    """The pieces of all passages, one after the other."""

    def __init__(self, passages: list[Passage], written: list[list[str]], pieces: _Pieces) -> None:
        self.pieces, self.passages = pieces, passages
        self.count = np.array([len(words) for words in written], dtype=np.int64)
        self.starts = np.concatenate([[0], np.cumsum(self.count)]).astype(np.int64)
        number = pieces.number
        self.code = np.array([number[word] for words in written for word in words], dtype=np.int64)
        self.holders: dict[int, frozenset[int]] = {}
        self.first = np.array([passage.first for passage in passages], dtype=np.int64)
        held = np.concatenate([[0], np.cumsum(np.diff(pieces.starts)[self.code])])
        self.entries = held[self.starts]  # what the pieces of all passages before each are worth
        doubt = np.zeros(len(self.code), dtype=bool)
        known: dict[int, list[int]] = {}
        for start, passage in zip(self.starts[:-1].tolist(), passages, strict=True):
            spans = known.get(id(passage.spans))
            if spans is None:
                spans = known[id(passage.spans)] = list(_doubts(passage.text, passage.spans))
            for place in spans:
                if passage.first <= place < passage.end:
                    doubt[start + place - passage.first] = True
        cost = np.where(doubt[:, None], 0.0, pieces.cost[self.code])
        self.cost = np.concatenate([np.zeros((1, len(KINDS))), np.cumsum(cost, axis=0)])
        self.doubt = np.concatenate([[0], np.cumsum(doubt)])

    def joined(self, which: Ints, names: Ints, kinds: Ints) -> tuple[Ints, Ints, Floats, Ints]:
        """Pieces that together spell one listed token: the pair, the piece, its worth, how many tokens it is.

        All that they are worth together the first is, and the last must be there.
        """
        pairs: list[int] = []
        places: list[int] = []
        spelled: list[Meeting] = []
        edges = np.searchsorted(which, np.arange(len(self.passages) + 1)).tolist()
        codes, kind = self.code.tolist(), kinds.tolist()
        for number, start in enumerate(self.starts[:-1].tolist()):
            wanted: dict[int, int] | None = None
            for first, last, tokens, u, alike in self._spelled(
                codes[start : start + int(self.count[number])]
            ):
                if wanted is None:
                    among = range(edges[number], edges[number + 1])
                    wanted = {int(names[pair]): pair for pair in among}
                for name in self._holders(u).intersection(wanted):
                    pairs += (wanted[name], wanted[name])
                    places += (start + first, start + last)
                    spelled.append(_spelling(tokens, self.pieces.vocabulary.tokens[u], alike, kind[name]))
        value = np.zeros((len(pairs), 4))
        alike, weight, own, cover = as_worth(spelled).T
        value[::2] = np.stack([weight * alike, own, cover, weight], axis=1)  # as in `Worth.value`
        count = np.zeros(len(pairs), dtype=np.int64)
        count[::2] = 2
        at, ends = self._ends_of_forms(edges)
        pair, place = np.array([*pairs, *at], dtype=np.int64), np.array([*places, *ends], dtype=np.int64)
        nothing = np.zeros((len(at), 4))
        return (
            pair,
            place,
            np.concatenate([value, nothing]),
            np.append(count, np.zeros(len(at), dtype=np.int64)),
        )

    def _ends_of_forms(self, edges: list[int]) -> tuple[list[int], list[int]]:
        """The first and the last piece of legal forms that are several: windows begin and end there too."""
        pairs: list[int] = []
        places: list[int] = []
        for number, passage in enumerate(self.passages):
            shift = int(self.starts[number]) - passage.first
            for form in _FORMS.finditer(passage.text):
                first, last = (
                    bisect_right(passage.spans, (place, len(passage.text))) - 1
                    for place in (form.start(), form.end() - 1)
                )
                if passage.first <= first <= last < passage.end:
                    among = range(edges[number], edges[number + 1])
                    pairs += [pair for pair in among for _ in range(2)]
                    places += [first + shift, last + shift] * len(among)
        return pairs, places

    def _spelled(self, codes: list[int]) -> Iterator[tuple[int, int, Sequence[Token], int, float]]:
        """Pieces that spell one listed token: the first, the last, their tokens, which it is, how alike."""
        pieces, split = self.pieces, self.pieces.vocabulary.split
        if any(pieces.begins[code] for code in codes):
            tokens = [(spot, token) for spot, code in enumerate(codes) for token in pieces.tokens[code]]
            words = [token for _, token in tokens]
            for start, (spot, first) in enumerate(tokens):
                if not split.begins(first):
                    continue
                for count, met, _ in split.over(islice(words, start, None)):
                    last = tokens[start + count - 1][0]
                    if met and last > spot:
                        own = words[start : start + count]
                        yield from ((spot, last, own, u, alike) for u, alike in met.items())
        unvowelled = [(spot, word) for spot, code in enumerate(codes) for word in pieces.unvowelled[code]]
        for (spot, first), (last, second) in pairwise(unvowelled):
            if last == spot + 1 and first.script == second.script:
                met = split.in_another_script(first, second)
                yield from ((spot, last, (first, second), u, alike) for u, alike in met.items())

    def _holders(self, u: int) -> frozenset[int]:
        """The listed names that hold a token."""
        holders = self.holders.get(u)
        if holders is None:
            vocabulary = self.pieces.vocabulary
            slots = vocabulary.starts[u * len(KINDS)], vocabulary.starts[(u + 1) * len(KINDS)]
            holders = self.holders[u] = frozenset(vocabulary.places[slots[0] : slots[1]].tolist())
        return holders


def _spelling(tokens: Sequence[Token], listed: Token, alike: float, k: int) -> Meeting:
    """What it is worth that some words together are a listed one."""
    weight, own = sum(token.weights[k] for token in tokens), sum(token.extra[k] for token in tokens)
    return meet_span(weight, own, listed.weights[k], listed.costs[k], alike)


def _grown(
    flat: _Flat,
    numbers: Ints,
    pairs: Pairs,
    joined: tuple[Ints, Ints, Floats, Ints],
    limits: Limits,
) -> tuple[Ints, Ints, Ints, Floats]:
    """Windows of some pairs, grown piece by piece from each that meets the listed name.

    A window is worth no more than its passage is, where each listed word is met once.
    """
    pieces = flat.pieces
    met = _met_by_name if _by_name(flat, pairs.text) else _met_by_piece
    pair, place, entry = met(flat, pairs.text, pairs.name)
    among = (joined[0] >= numbers[0]) & (joined[0] <= numbers[-1])
    key = np.concatenate([pair, joined[0][among] - numbers[0]]) * (len(flat.code) + 1)
    key += np.concatenate([place, joined[1][among]])
    value = np.concatenate([pieces.value[entry], joined[2][among]])
    shared = np.concatenate([pieces.count[entry], joined[3][among]])
    key, value, shared = _summed(key, value, shared)
    pair, place = np.divmod(key, len(flat.code) + 1)
    name = pairs.name[pair]
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
        worth = np.minimum(total, pairs.most[pair[start]])
        bound = upper_bound(worth, weight, limits.weight[name[start]])
        least = enough(held, worth[:, 3], rarest[start], limits.threshold)
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
    passage = pairs.text[pair[start]]
    shift = flat.first[passage] - flat.starts[passage]
    return numbers[pair[start]], place[start] + shift, place[end] + shift, bound


def _by_name(flat: _Flat, which: Ints) -> bool:
    """Whether pieces of passages are worth something in fewer names than there are pieces of pairs."""
    return bool(flat.entries[which[-1] + 1] - flat.entries[which[0]] < flat.count[which].sum())


def _met_by_piece(flat: _Flat, which: Ints, names: Ints) -> tuple[Ints, Ints, Ints]:
    """Pieces that meet the listed name of their pair: the pair, the piece, and what it is worth.

    Every piece of every pair is looked up.
    """
    pieces = flat.pieces
    count = flat.count[which]
    place, pair = ranges(flat.starts[which], count), np.repeat(np.arange(len(which)), count)
    code = flat.code[place] * pieces.names + names[pair]
    maybe = np.flatnonzero(pieces.seen(code))
    if not len(pieces.code):
        return maybe, maybe, maybe
    entry = np.minimum(np.searchsorted(pieces.code, code[maybe]), len(pieces.code) - 1)
    met = pieces.code[entry] == code[maybe]
    return pair[maybe[met]], place[maybe[met]], entry[met]


def _met_by_name(flat: _Flat, which: Ints, names: Ints) -> tuple[Ints, Ints, Ints]:
    """The same by what each piece is worth in all names, in another order."""
    pieces = flat.pieces
    found = []
    pair_of = np.full(pieces.names, -1)
    edges = np.flatnonzero(np.diff(which, prepend=-1, append=-1)).tolist()
    for begin, end in pairwise(edges):
        passage = which[begin]
        pair_of[names[begin:end]] = np.arange(begin, end)
        place = np.arange(flat.starts[passage], flat.starts[passage + 1])
        code = flat.code[place]
        count = pieces.starts[code + 1] - pieces.starts[code]
        entry = ranges(pieces.starts[code], count)
        pair = pair_of[pieces.name[entry]]
        met = np.flatnonzero(pair >= 0)
        found.append((pair[met], np.repeat(place, count)[met], entry[met]))
        pair_of[names[begin:end]] = -1
    pair, place, entry = (np.concatenate(side) for side in zip(*found, strict=True))
    return pair, place, entry


def _summed(key: Ints, value: Floats, count: Ints) -> tuple[Ints, Floats, Ints]:
    """One row per key, in order, with sums."""
    order = np.argsort(key, kind="stable")
    key, value, count = key[order], value[order], count[order]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    if not len(first):
        return key, value, count
    return key[first], np.add.reduceat(value, first, axis=0), np.add.reduceat(count, first)
