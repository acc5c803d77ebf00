"""What each token of a batch is worth in each listed name: options, spread over the list."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from screening.index.batch import Batch, ranges
from screening.index.bound import Rows, Seen, Worth
from screening.index.joins import NOTHING, Glued, Split
from screening.index.meetings import HOW, SLOT, WORTH, Meetings, as_worth
from screening.names.comparison import Listed, Meeting, looks_cut, meet_clipped, meet_cut, meet_span
from screening.names.normalise import MAX_TOKENS
from screening.names.scripts import UNVOWELLED
from screening.names.tokens import KINDS, Token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Appraisal", "Vocabulary", "appraise"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.floating[Any]]
_DIGIT: Final = re.compile(r"\d")
_BLOCK: Final = 1 << 18  # options spread together: they stay in the cache of a core


class Vocabulary:
    """The tokens of the list, and which listed names hold them, for each kind of name."""

    def __init__(self, listed: list[Listed]) -> None:
        self.number: dict[Token, int] = {}
        holders: dict[tuple[int, int], list[int]] = defaultdict(list)
        self.glued = Glued()
        self.units: list[list[int]] = []
        for place, name in enumerate(listed):
            k = name.k
            self.units.append([self.number.setdefault(token, len(self.number)) for _, token in name.units])
            if not name.name.screenable:
                continue
            for u in dict.fromkeys(self.units[-1]):
                holders[u, k].append(place)
            self.glued.add(place, name)
        self.tokens = list(self.number)
        slots = [holders.get((u, k), []) for u in range(len(self.tokens)) for k in range(len(KINDS))]
        self.starts = np.concatenate([[0], np.cumsum([len(slot) for slot in slots])]).astype(np.int64)
        self.places = np.array([place for slot in slots for place in slot], dtype=np.int64)
        self.split = Split(self.tokens)
        self.by_prefix: dict[str, list[int]] = defaultdict(list)
        for u, token in enumerate(self.tokens):
            for cut in range(1, len(token.form)):
                self.by_prefix[token.form[:cut]].append(u)
        written = [text for token in self.tokens for text in (token.form, token.surface, *token.keys)]
        digits = dict.fromkeys(filter(_DIGIT.search, (*written, *self.glued.letters)))
        self.digits = " ".join(digits)
        held = np.diff(self.starts).reshape(-1, len(KINDS)) > 0
        self.meetings = Meetings(self.tokens, held)

    def ignores(self, number: str) -> bool:
        """Whether digits meet nothing on the list; they never resemble others, they are equal or a part."""
        return (number.lstrip("0") or "0") not in self.digits


@dataclass(frozen=True)
class Appraisal:
    """A batch, and what its tokens are worth.

    Attributes:
        spread: Works out `worth`.
        slots: Tokens of the list, times kinds of name.
        near_codes, near_values: The same as numbers: token of the batch, times `slots`, plus token of the
            list, times kinds, plus kind; and of the meeting what is alike, weight, own and cover. Ascending.
        span_codes, span_values: The same of neighbouring tokens, and of tokens that were cut off.
        near_how: In which way these meet, as `meetings` knows it.
        odd_codes: Token of the batch, times listed names, plus name, where the option is not one of a unit
            with a unit: spans, acronyms, ends that were cut off. Ascending.
        glued_codes, glued_first, glued_values: Token of the batch, times listed names, plus name, of words
            that may be several of the listed name; the first of these; and as `near_values`. Ascending.
    """

    rows: Rows
    spread: Callable[[], Worth]
    slots: int
    near_codes: Ints
    near_values: npt.NDArray[np.float64]
    near_how: npt.NDArray[np.uint8]
    odd_codes: Ints
    span_codes: Ints
    span_values: npt.NDArray[np.float64]
    glued_codes: Ints
    glued_first: Ints
    glued_values: npt.NDArray[np.float64]
    names: int

    @cached_property
    def worth(self) -> Worth:
        """What they are worth, name by name; to align a few pairs nobody needs it."""
        return self.spread()

    @cached_property
    def seen(self) -> Seen:
        """Whether a code may be among `near_codes`."""
        return Seen(self.near_codes)

    def near(self, code: Ints) -> tuple[Ints, Ints]:
        """Which codes are among `near_codes`, and where there."""
        maybe = np.flatnonzero(self.seen(code))
        met, entry = _among(self.near_codes, code[maybe])
        return maybe[met], entry

    def spans(self, code: Ints) -> tuple[Ints, Ints]:
        """The same of `span_codes`."""
        return _among(self.span_codes, code)

    def glued(self, code: Ints) -> tuple[Ints, Ints]:
        """The same of `glued_codes`, where a code may be several times."""
        begin = np.searchsorted(self.glued_codes, code)
        count = np.searchsorted(self.glued_codes, code, side="right") - begin
        return np.repeat(np.arange(len(code)), count), ranges(begin, count)

    def irregular(self, row: Ints, name: Ints) -> npt.NDArray[np.bool_]:
        """Which pairs may be aligned otherwise than unit by unit."""
        starts = np.searchsorted(self.rows.row, np.arange(len(self.rows.weight) + 1))
        held = starts[row + 1] - starts[row]
        code = self.rows.token[ranges(starts[row], held)] * self.names + np.repeat(name, held)
        odd, _ = _among(self.odd_codes, code)
        return np.bincount(np.repeat(np.arange(len(row)), held)[odd], minlength=len(row)) > 0


def _among(codes: Ints, asked: Ints) -> tuple[Ints, Ints]:
    """Which of the codes that are asked for are among some that ascend, and where there."""
    entry = np.searchsorted(codes, asked)
    met = np.flatnonzero(np.append(codes, -1)[entry] == asked)
    return met, entry[met]


def appraise(batch: Batch, vocabulary: Vocabulary, kinds: Ints, *, ends: bool = True) -> Appraisal:
    """Find every option of every token of the batch, wherever on the list it is.

    `ends` as in `names.normalise.Name`: whether a row ends where a name does, and may be cut off there.
    """
    ledger = _Ledger(vocabulary, kinds, batch)
    ledger.add_tokens()
    ledger.add_spans()
    if ends:
        ledger.add_ends()
    return ledger.close()


def _groups(key: Ints, value: Ints) -> Iterator[tuple[int, Ints]]:
    """Each key, and the values that go with it."""
    order = np.argsort(key, kind="stable")
    key, value = key[order], value[order]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    for begin, end in pairwise([*first.tolist(), len(key)]):
        yield int(key[begin]), value[begin:end]


Apart = tuple[tuple[int, ...], dict[int, float], Ints]


def _written_apart(batch: Batch, vocabulary: Vocabulary) -> Iterator[Apart]:
    """Neighbouring tokens that together may be listed ones: which, how alike, and the rows that hold them."""
    split, width = vocabulary.split, len(batch.tokens)
    begins = np.array([split.begins(token) for token in batch.tokens], dtype=bool)
    start = np.flatnonzero(begins[batch.ids])
    group, count = batch.ids[start], 1
    spelled = [split.spelled(NOTHING, token) for token in batch.tokens]
    while len(start) and count < MAX_TOKENS:  # more words are in no name
        count += 1
        within = start + count <= batch.starts[batch.rows[start] + 1]
        start, group = start[within], group[within]
        codes, group = np.unique(group * width + batch.ids[start + count - 1], return_inverse=True)
        if count == 2:
            kept = split.may_join(batch.tokens, codes // width, codes % width)[group]
            start, group = start[kept], group[kept]
        goes_on = np.zeros(len(codes), dtype=bool)
        before, spelled = spelled, [NOTHING] * len(codes)
        for number, where in _groups(group, start):
            known, last = divmod(int(codes[number]), width)
            spelled[number] = split.spelled(before[known], batch.tokens[last])
            goes_on[number] = split.goes_on(spelled[number], batch.tokens[last])
            met = split.met(spelled[number])
            if met:
                yield tuple(batch.ids[where[0] : where[0] + count].tolist()), met, batch.rows[where]
        start, group = start[goes_on[group]], group[goes_on[group]]
    yield from _unvowelled(batch, vocabulary)


def _unvowelled(batch: Batch, vocabulary: Vocabulary) -> Iterator[Apart]:
    """The same of words without vowels, as they are written."""
    scripts = np.array(
        [UNVOWELLED.index(t.script) if t.script in UNVOWELLED else -1 for t in batch.tokens], dtype=np.int64
    )
    begins = np.array([vocabulary.split.begins_unvowelled(t) for t in batch.tokens], dtype=bool)
    ids, rows = batch.written_ids, batch.written_rows
    script = scripts[ids]
    start = np.flatnonzero((rows[:-1] == rows[1:]) & begins[ids[:-1]] & (script[:-1] == script[1:]))
    for pair, where in _groups(ids[start] * len(batch.tokens) + ids[start + 1], start):
        members = divmod(pair, len(batch.tokens))
        met = vocabulary.split.in_another_script(*(batch.tokens[t] for t in members))
        if met:
            yield members, met, rows[where]


class _Ledger:
    """Collects options, and keeps the best of each token in each listed name.

    Beside the tokens of the batch, which keep their ids, it numbers what else a row may hold: spans of
    neighbouring tokens, and tokens that stand at the end of a name.
    """

    def __init__(self, vocabulary: Vocabulary, kinds: Ints, batch: Batch) -> None:
        self.vocabulary = vocabulary
        self.kinds = kinds
        self.batch = batch
        self.width = len(batch.tokens)
        self.parts = dict(batch.parts)
        self.held_rows = [batch.written_rows]
        self.held_ids = [batch.written_ids.copy()]
        self.near, self.met = vocabulary.meetings.of(batch.tokens)
        # beside these, which are of a unit with a unit: spans and cut ends
        self.slots: list[tuple[int, int]] = []
        self.of_slots: list[Meeting] = []
        self.entries: list[tuple[int, int]] = []
        self.first: list[int] = []
        self.of_entries: list[Meeting] = []

    def add_tokens(self) -> None:
        """What tokens are worth beyond their meetings, wherever they stand."""
        for t, token in enumerate(self.batch.tokens):
            if token.abbreviated:
                self.add_cuts(token, t)
            else:
                self.add_clipped(token, t)
            for place, first, weight, cover, alike in self.vocabulary.glued.of(token):
                k = self.kinds[place]
                self.add(t, place, first, meet_span(token.weights[k], token.extra[k], weight, cover, alike))

    def add_spans(self) -> None:
        """What neighbouring tokens are worth where together they spell one listed token."""
        for members, met, rows in _written_apart(self.batch, self.vocabulary):
            tokens = [self.batch.tokens[t] for t in members]
            for u, alike in met.items():
                for k in range(len(KINDS)):
                    weight, own = sum(t.weights[k] for t in tokens), sum(t.extra[k] for t in tokens)
                    listed = self.vocabulary.tokens[u]
                    meeting = meet_span(weight, own, listed.weights[k], listed.costs[k], alike)
                    self.spread(self.width, u, k, meeting)
            self.hold(rows, self.width)
            self.width += 1

    def add_ends(self) -> None:
        """What a token is worth at the end of a name: there it may be the beginning of a longer one."""
        batch, prefixes = self.batch, self.vocabulary.by_prefix
        begins = np.array([token.form in prefixes for token in batch.tokens], dtype=bool)
        rows = np.flatnonzero(np.diff(batch.starts) > 1)
        rows = rows[begins[batch.ids[batch.starts[rows + 1] - 1]]]
        position = np.searchsorted(batch.written_rows, rows, side="right") - 1
        for t, which in _groups(batch.ids[batch.starts[rows + 1] - 1], np.arange(len(rows))):
            token = batch.tokens[t]
            here = which if looks_cut(token) else which[batch.full_line[rows[which]]]
            if not len(here) or not self.add_cuts(token, self.width):
                continue
            alone = batch.written_ids[position[here]] == t
            # Either the token or its cut end: the better of the two. In a compound, over-estimate: both.
            self.parts[self.width] = [t]
            self.held_ids[0][position[here[alone]]] = self.width
            self.hold(rows[here[~alone]], self.width)
            self.width += 1

    def add_cuts(self, token: Token, under: int) -> bool:
        """A token that was cut off, under an id; False if no listed token begins so."""
        found = False
        for u in self.vocabulary.by_prefix.get(token.form, ()):
            for k in range(len(KINDS)):
                meeting = meet_cut(token, self.vocabulary.tokens[u], k)
                if meeting is not None:
                    self.spread(under, u, k, meeting)
                    found = True
        return found

    def add_clipped(self, token: Token, under: int) -> None:
        """The same of a word of a company that is short for a longer one."""
        k = KINDS.index("entity")
        for u in self.vocabulary.by_prefix.get(token.form, ()):
            meeting = meet_clipped(token, self.vocabulary.tokens[u])
            if meeting is not None:
                self.spread(under, u, k, meeting)

    def hold(self, rows: Ints, token: int) -> None:
        """Rows that hold an id beside their tokens."""
        self.held_rows.append(rows)
        self.held_ids.append(np.full(len(rows), token))

    def spread(self, token: int, u: int, k: int, meeting: Meeting) -> None:
        """A meeting with a listed token, wherever that stands in a name of the kind."""
        self.slots.append((token, len(KINDS) * u + k))
        self.of_slots.append(meeting)

    def add(self, token: int, name: int, first: int, meeting: Meeting) -> None:
        """A meeting in one listed name, with its tokens from one on."""
        self.entries.append((token, name))
        self.first.append(first)
        self.of_entries.append(meeting)

    def rows(self) -> Rows:
        """Which row holds which id."""
        batch, nothing = self.batch, np.empty(0, dtype=np.int64)
        written, more = self.held_rows[0], np.concatenate([nothing, *self.held_rows[1:]])
        order = np.argsort(more, kind="stable")
        place = np.searchsorted(written, more[order], side="right")
        row = np.insert(written, place, more[order])
        held = np.insert(self.held_ids[0], place, np.concatenate([nothing, *self.held_ids[1:]])[order])
        costs = np.array([token.extra for token in batch.tokens]).reshape(-1, len(KINDS))
        per_kind = [
            np.bincount(batch.rows, costs[batch.ids, k], minlength=len(batch)) for k in range(len(KINDS))
        ]
        return Rows(row, held, np.stack(per_kind, axis=1).astype(np.float32), batch.full_line)

    def close(self) -> Appraisal:
        """The best of every id in every listed name."""
        odd = np.array(self.slots, dtype=np.int64).reshape(-1, 2)
        entries = np.array(self.entries, dtype=np.int64).reshape(-1, 2)
        slot, met = self.met[:, SLOT].astype(np.int64), self.met[:, WORTH]
        slots = np.concatenate([np.stack([self.near, slot], axis=1), odd])
        of_slots = np.concatenate([_values(met), _values(as_worth(self.of_slots))])
        width = len(self.vocabulary.starts) - 1
        span_codes = odd[:, 0] * width + odd[:, 1]
        order = np.argsort(span_codes)
        glued_codes = entries[:, 0] * len(self.kinds) + entries[:, 1]
        by_code = np.argsort(glued_codes, kind="stable")
        return Appraisal(
            self.rows(),
            partial(
                _Spreading(self.vocabulary, self.parts, self.width, self.kinds).worth,
                _Options(slots[:, 0], slots[:, 1], of_slots),
                _Options(entries[:, 0], entries[:, 1], _values(as_worth(self.of_entries))),
            ),
            width,
            self.near * width + slot,
            met,
            self.met[:, HOW].astype(np.uint8),
            self._odd(odd, entries),
            span_codes[order],
            as_worth(self.of_slots)[order],
            glued_codes[by_code],
            np.array(self.first, dtype=np.int64)[by_code],
            as_worth(self.of_entries)[by_code],
            len(self.kinds),
        )

    def _odd(self, slots: Ints, entries: Ints) -> Ints:
        """Id and listed name, as one number, of options that are irregular, or stand for a part that is."""
        size, starts = len(self.kinds), self.vocabulary.starts
        count = starts[slots[:, 1] + 1] - starts[slots[:, 1]]
        name = self.vocabulary.places[ranges(starts[slots[:, 1]], count)]
        code = np.concatenate(
            [np.repeat(slots[:, 0], count) * size + name, entries[:, 0] * size + entries[:, 1]]
        )
        own = np.unique(code)
        owner, part = _owners(self.parts)
        begin = np.searchsorted(own, part * size)
        length = np.searchsorted(own, (part + 1) * size) - begin
        return np.union1d(own, np.repeat(owner, length) * size + own[ranges(begin, length)] % size)


def _values(meetings: npt.NDArray[np.float64]) -> Floats:
    """Columns as in `Worth.value`."""
    alike, weight, own, cover = meetings.T
    return np.stack([weight * alike, own, cover, weight], axis=1).astype(np.float32)


def _owners(parts: dict[int, list[int]]) -> tuple[Ints, Ints]:
    """Every id that stands for others beside each of them."""
    owner = np.repeat(np.fromiter(parts, np.int64, len(parts)), [len(ids) for ids in parts.values()])
    return owner, np.array([t for ids in parts.values() for t in ids], dtype=np.int64)


class _Options:
    """Options of tokens in slots of the list, or in single listed names, in order of the tokens."""

    def __init__(self, token: Ints, where: Ints, value: Floats) -> None:
        order = np.argsort(token, kind="stable")
        self.token, self.where, self.value = token[order], where[order], value[order]

    def of(self, tokens: Ints) -> tuple[Ints, Ints]:
        """Positions of the options of some tokens, and which of the tokens each is of."""
        begin = np.searchsorted(self.token, tokens)
        count = np.searchsorted(self.token, tokens, side="right") - begin
        return ranges(begin, count), np.repeat(np.arange(len(tokens)), count)


class _Spreading:
    """Options spread over the listed names, a block of ids at a time: large arrays are dear."""

    def __init__(self, vocabulary: Vocabulary, parts: dict[int, list[int]], width: int, kinds: Ints) -> None:
        self.vocabulary, self.width, self.kinds = vocabulary, width, kinds
        self.size = len(KINDS) * len(kinds)  # codes of one id
        owner, part = _owners(parts)
        order = np.argsort(owner, kind="stable")
        self.owner, self.part = owner[order], part[order]

    def worth(self, slots: _Options, entries: _Options) -> Worth:
        held = np.diff(self.vocabulary.starts)
        size = np.bincount(slots.token, held[slots.where], minlength=self.width).astype(np.int64)
        size += np.bincount(self.owner, size[self.part], minlength=self.width).astype(np.int64)
        block = (np.cumsum(size) // _BLOCK).astype(np.int64)
        edges = [0, *(np.flatnonzero(np.diff(block)) + 1).tolist(), self.width]
        blocks = [self._block(begin, end, slots, entries) for begin, end in pairwise(edges)]
        code, value = (np.concatenate(each) for each in zip(*blocks, strict=True))
        names = len(self.kinds)
        starts = np.searchsorted(code, np.arange(self.width * len(KINDS) + 1) * names)
        return Worth(starts, code, value, names, len(KINDS))

    def _block(self, begin: int, end: int, slots: _Options, entries: _Options) -> tuple[Ints, Floats]:
        """Of the ids from `begin` to `end`: codes as in `Worth`, and the best there."""
        ids = np.arange(begin, end)
        among = slice(*np.searchsorted(self.owner, [begin, end]).tolist())
        code, value = self._spread(ids, ids, slots, entries)
        code, value = _reduce(code, value, np.maximum)
        if among.start == among.stop:
            return code, value
        # A compound is worth what its parts are worth together, or what it is worth whole.
        parts = np.arange(among.start, among.stop)
        together, of_parts = _reduce(*self._spread(self.part[among], parts, slots, entries), np.maximum)
        together = self.owner[together // self.size] * self.size + together % self.size
        together, of_parts = _reduce(together, of_parts, np.add)
        return _reduce(np.concatenate([code, together]), np.concatenate([value, of_parts]), np.maximum)

    def _spread(self, tokens: Ints, under: Ints, slots: _Options, entries: _Options) -> tuple[Ints, Floats]:
        """Every option of some tokens in every listed name, each token under a number of its own."""
        option, which = slots.of(tokens)
        starts, where = self.vocabulary.starts, slots.where[option]
        count = starts[where + 1] - starts[where]
        names = len(self.kinds)
        code = np.repeat(under[which] * self.size + where % len(KINDS) * names, count)
        code += self.vocabulary.places[ranges(starts[where], count)]
        value = np.repeat(slots.value[option], count, axis=0)
        single, which = entries.of(tokens)
        if not len(single):
            return code, value
        name = entries.where[single]
        alone = under[which] * self.size + self.kinds[name] * names + name
        return np.concatenate([code, alone]), np.concatenate([value, entries.value[single]])


def _reduce(code: Ints, values: Floats, how: np.ufunc) -> tuple[Ints, Floats]:
    """One row per code, in order."""
    if not len(code):
        return code, values
    if (code[1:] < code[:-1]).any():
        order = np.argsort(code, kind="stable")
        code, values = code[order], values[order]
    first = np.flatnonzero(np.diff(code, prepend=-1))
    count = np.diff(first, append=len(code))
    several = np.flatnonzero(count > 1)  # few: a reduction of them all would cost ten times as much
    reduced = values[first]
    if len(several):
        count = count[several]
        members = values[ranges(first[several], count)]
        reduced[several] = how.reduceat(members, np.cumsum(count) - count, axis=0)
    return code[first], reduced
