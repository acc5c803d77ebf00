"""What each token of a batch is worth in each listed name: options, spread over the list."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from screening.index.batch import Batch, ranges
from screening.index.bound import Rows, Worth
from screening.index.neighbours import similar_pairs
from screening.names.comparison import (
    GLUED,
    SHORTEST_CUT,
    Listed,
    Option,
    Similar,
    cut_option,
    in_kind,
    likeness,
    pair_option,
    span_option,
)
from screening.names.tokens import KINDS, Token

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Appraisal", "Vocabulary", "appraise", "similar_units"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Near = dict[int, dict[int, tuple[float, str]]]

_VALUES = ("earn", "own", "cover", "agree")


class Vocabulary:
    """The tokens of the list, and which listed names hold them, for each kind of name."""

    def __init__(self, listed: list[Listed]) -> None:
        self.number: dict[Token, int] = {}
        holders: dict[tuple[int, int], list[int]] = defaultdict(list)
        self.spans: dict[str, list[tuple[int, float, float, float]]] = defaultdict(list)
        self.units: list[list[int]] = []
        for place, name in enumerate(listed):
            k = KINDS.index(name.kind)
            self.units.append([self.number.setdefault(token, len(self.number)) for _, token in name.units])
            if not name.name.screenable:
                continue
            for u in dict.fromkeys(self.units[-1]):
                holders[u, k].append(place)
            for text, (span, alike) in name.spans.items():
                self.spans[text].append((place, *name.worth(span), alike))
        self.tokens = list(self.number)
        slots = [holders.get((u, k), []) for u in range(len(self.tokens)) for k in range(len(KINDS))]
        self.starts = np.concatenate([[0], np.cumsum([len(slot) for slot in slots])]).astype(np.int64)
        self.places = np.array([place for slot in slots for place in slot], dtype=np.int64)
        self.by_surface: dict[str, list[int]] = defaultdict(list)
        self.by_prefix: dict[str, list[int]] = defaultdict(list)
        for u, token in enumerate(self.tokens):
            if len(token.own_surface) > 1:
                self.by_surface[token.own_surface].append(u)
            for cut in range(1, len(token.form)):
                self.by_prefix[token.form[:cut]].append(u)
        written = [text for token in self.tokens for text in (token.form, token.surface, *token.keys)]
        digits = dict.fromkeys(t for t in (*written, *self.spans) if any(c.isdecimal() for c in t))
        self.digits = " ".join(digits)
        self.prefixes = {surface[:cut] for surface in self.by_surface for cut in range(1, len(surface))}

    def ignores(self, number: str) -> bool:
        """Whether digits meet nothing on the list; they never resemble others, they are equal or a part."""
        return (number.lstrip("0") or "0") not in self.digits


@dataclass(frozen=True, slots=True)
class Appraisal:
    """A batch, and what its tokens are worth.

    Attributes:
        near: For each kind, token of the batch -> similar tokens of the list, and how.
        slots: Tokens of the list, times kinds of name.
        near_codes, near_values: The same as numbers: token of the batch, times `slots`, plus token of the
            list, times kinds, plus kind; and what the option is worth, as in `Worth.value`. Ascending.
        odd_codes: Token of the batch, times listed names, plus name, where the option is not one of a unit
            with a unit: spans, acronyms, ends that were cut off. Ascending.
    """

    rows: Rows
    worth: Worth
    near: tuple[Near, ...]
    slots: int
    near_codes: Ints
    near_values: Floats
    odd_codes: Ints
    names: int

    def irregular(self, row: Ints, name: Ints) -> npt.NDArray[np.bool_]:
        """Which pairs may be aligned otherwise than unit by unit."""
        starts = np.searchsorted(self.rows.row, np.arange(len(self.rows.weight) + 1))
        held = starts[row + 1] - starts[row]
        code = self.rows.token[ranges(starts[row], held)] * self.names + np.repeat(name, held)
        place = np.minimum(np.searchsorted(self.odd_codes, code), len(self.odd_codes) - 1)
        odd = self.odd_codes[place] == code if len(self.odd_codes) else np.zeros(len(code), dtype=bool)
        return np.logical_or.reduceat(odd, np.cumsum(held) - held) if len(row) else np.zeros(0, dtype=bool)


def appraise(batch: Batch, vocabulary: Vocabulary, kinds: Ints, *, ends: bool = True) -> Appraisal:
    """Find every option of every token of the batch, wherever on the list it is.

    `ends` as in `names.normalise.Name`: whether a row ends where a name does, and may be cut off there.
    """
    near = _near(batch, vocabulary)
    ledger = _Ledger(vocabulary, kinds, batch)
    ledger.add_tokens(near)
    ledger.add_spans()
    if ends:
        ledger.add_ends()
    return ledger.close(near)


def _near(batch: Batch, vocabulary: Vocabulary) -> tuple[Near, ...]:
    near: tuple[Near, ...] = tuple({} for _ in KINDS)
    held = (np.diff(vocabulary.starts).reshape(-1, len(KINDS)) > 0).tolist()
    places, theirs = similar_pairs(batch.tokens, vocabulary.tokens)
    for t, u in zip(places.tolist(), theirs.tolist(), strict=True):
        a, b = batch.tokens[t], vocabulary.tokens[u]
        alike = likeness(a, b)
        if alike[0]:
            for k, known in enumerate(near):
                if held[u][k]:
                    found = in_kind(a, b, alike, k)
                    if found[0]:
                        known.setdefault(t, {})[u] = found
    return near


def _groups(key: Ints, value: Ints) -> Iterable[tuple[int, Ints]]:
    order = np.argsort(key, kind="stable")
    key, value = key[order], value[order]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    return zip(key[first].tolist(), np.split(value, first[1:]), strict=True) if len(key) else ()


def _query_spans(batch: Batch, vocabulary: Vocabulary) -> Iterable[tuple[tuple[int, ...], Ints]]:
    """Neighbouring tokens that spell one listed token when written together, and their rows."""
    surfaces = [token.surface for token in batch.tokens]
    width = len(surfaces)
    begins = np.array([surface in vocabulary.prefixes for surface in surfaces], dtype=bool)
    start = np.flatnonzero(begins[batch.ids[:-1]]) if len(batch.ids) else np.empty(0, np.int64)
    start = start[batch.rows[start] == batch.rows[start + 1]]
    for pair, where in _groups(batch.ids[start] * width + batch.ids[start + 1], start):
        members = divmod(pair, width)
        text = surfaces[members[0]] + surfaces[members[1]]
        if text in vocabulary.by_surface and surfaces[members[1]]:
            yield members, batch.rows[where]
        if text in vocabulary.prefixes:
            for position in where.tolist():
                yield from _longer_spans(batch, vocabulary, surfaces, position, text)


def _longer_spans(
    batch: Batch, vocabulary: Vocabulary, surfaces: list[str], start: int, text: str
) -> Iterable[tuple[tuple[int, ...], Ints]]:
    row = batch.rows[start]
    for last in range(start + 2, int(batch.starts[row + 1])):
        text += surfaces[batch.ids[last]]
        if text in vocabulary.by_surface:
            yield tuple(batch.ids[start : last + 1].tolist()), np.array([row])
        if text not in vocabulary.prefixes:
            return


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
        self.slots: list[tuple[int, int]] = []
        self.of_slots: list[tuple[float, float, float, float]] = []
        self.regular = 0  # slots of a unit with a unit; the others are spans and cut ends
        self.entries: list[tuple[int, int]] = []
        self.of_entries: list[tuple[float, float, float, float]] = []

    def add_tokens(self, near: tuple[Near, ...]) -> None:
        """What tokens are worth wherever they stand."""
        tokens, listed = self.batch.tokens, self.vocabulary.tokens
        for k, found in enumerate(near):
            for t, similar in found.items():
                for u, (alike, how) in similar.items():
                    self.spread(t, u, k, pair_option((), tokens[t], (), listed[u], alike, how, k))
        self.regular = len(self.slots)
        for t, token in enumerate(tokens):
            if token.abbreviated:
                self.add_cuts(token, t)
            for place, weight, cover, alike in self.vocabulary.spans.get(token.own_surface, ()):
                k = self.kinds[place]
                option = span_option((), token.weights[k], token.costs[k], (), weight, cover, alike)
                self.add(t, place, option)

    def add_spans(self) -> None:
        """What neighbouring tokens are worth where together they spell one listed token."""
        for members, rows in _query_spans(self.batch, self.vocabulary):
            tokens = [self.batch.tokens[t] for t in members]
            for u in self.vocabulary.by_surface["".join(token.surface for token in tokens)]:
                for k in range(len(KINDS)):
                    weight, own = sum(t.weights[k] for t in tokens), sum(t.costs[k] for t in tokens)
                    listed = self.vocabulary.tokens[u]
                    option = span_option((), weight, own, (), listed.weights[k], listed.costs[k], GLUED)
                    self.spread(self.width, u, k, option)
            self.hold(rows, self.width)
            self.width += 1

    def add_ends(self) -> None:
        """What a token is worth at the end of a name: there it may be the beginning of a longer one."""
        batch = self.batch
        rows = np.flatnonzero(np.diff(batch.starts) > 1)
        position = np.searchsorted(batch.written_rows, rows, side="right") - 1
        for t, which in _groups(batch.ids[batch.starts[rows + 1] - 1], np.arange(len(rows))):
            token = batch.tokens[t]
            here = which if len(token.form) >= SHORTEST_CUT else which[batch.full_line[rows[which]]]
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
                option = cut_option((), token, (), self.vocabulary.tokens[u], k)
                if option is not None:
                    self.spread(under, u, k, option)
                    found = True
        return found

    def hold(self, rows: Ints, token: int) -> None:
        """Rows that hold an id beside their tokens."""
        self.held_rows.append(rows)
        self.held_ids.append(np.full(len(rows), token))

    def spread(self, token: int, u: int, k: int, option: Option) -> None:
        """An option with a listed token, wherever that stands in a name of the kind."""
        self.slots.append((token, len(KINDS) * u + k))
        self.of_slots.append((option.weight * option.alike, option.own, option.cover, option.weight))

    def add(self, token: int, name: int, option: Option) -> None:
        """An option in one listed name."""
        self.entries.append((token, name))
        self.of_entries.append((option.weight * option.alike, option.own, option.cover, option.weight))

    def rows(self) -> Rows:
        """Which row holds which id."""
        batch, nothing = self.batch, np.empty(0, dtype=np.int64)
        written, more = self.held_rows[0], np.concatenate([nothing, *self.held_rows[1:]])
        order = np.argsort(more, kind="stable")
        place = np.searchsorted(written, more[order], side="right")
        row = np.insert(written, place, more[order])
        held = np.insert(self.held_ids[0], place, np.concatenate([nothing, *self.held_ids[1:]])[order])
        costs = np.array([token.costs for token in batch.tokens]).reshape(-1, len(KINDS))
        per_kind = [
            np.bincount(batch.rows, costs[batch.ids, k], minlength=len(batch)) for k in range(len(KINDS))
        ]
        return Rows(row, held, np.stack(per_kind, axis=1).astype(np.float32), batch.full_line)

    def close(self, near: tuple[Near, ...]) -> Appraisal:
        """The best of every id in every listed name."""
        size, parts = len(self.kinds), self.parts
        starts = self.vocabulary.starts
        slots = np.array(self.slots, dtype=np.int64).reshape(-1, 2)
        of_slots = np.array(self.of_slots).reshape(-1, 4)
        entries = np.array(self.entries, dtype=np.int64).reshape(-1, 2)
        count = starts[slots[:, 1] + 1] - starts[slots[:, 1]]
        token = np.concatenate([np.repeat(slots[:, 0], count), entries[:, 0]])
        name = np.concatenate([self.vocabulary.places[ranges(starts[slots[:, 1]], count)], entries[:, 1]])
        values = np.concatenate(
            [np.repeat(of_slots, count, axis=0), np.array(self.of_entries).reshape(-1, 4)]
        )
        code = token * size + name
        odd = np.unique(code[int(count[: self.regular].sum()) :])
        code, values = _reduce(code, values, np.maximum)
        if parts:
            # A compound is worth what its parts are worth together, or what it is worth whole.
            owner = np.repeat(list(parts), [len(ids) for ids in parts.values()])
            part = np.array([t for ids in parts.values() for t in ids], dtype=np.int64)
            begin = np.searchsorted(code, part * size)
            length = np.searchsorted(code, (part + 1) * size) - begin
            entry = ranges(begin, length)
            together = np.repeat(owner, length) * size + code[entry] % size
            # What stands for a part is as irregular as the part.
            odd = np.union1d(odd, together[np.isin(code[entry], odd)])
            sums = _reduce(together, values[entry], np.add)
            code, values = _reduce(
                np.concatenate([code, sums[0]]), np.concatenate([values, sums[1]]), np.maximum
            )
        token, name = code // size, code % size
        worth = Worth(
            np.searchsorted(token, np.arange(self.width + 1)), token, name, values.astype(np.float32)
        )
        width = len(starts) - 1
        near_codes = slots[: self.regular, 0] * width + slots[: self.regular, 1]
        order = np.argsort(near_codes)
        return Appraisal(
            self.rows(), worth, near, width, near_codes[order], of_slots[: self.regular][order], odd, size
        )


def _reduce(code: Ints, values: Floats, how: np.ufunc) -> tuple[Ints, Floats]:
    """One row per code."""
    if not len(code):
        return code, values
    order = np.argsort(code, kind="stable")
    code = code[order]
    first = np.flatnonzero(np.diff(code, prepend=-1))
    return code[first], how.reduceat(values[order], first, axis=0)


def similar_units(mine: list[int], theirs: list[int], near: Near) -> list[Similar]:
    """What `comparison.score` needs to know of two names, from what is known of their tokens."""
    found: list[Similar] = []
    for i, t in enumerate(mine):
        known = near.get(t)
        if known:
            found += [(i, j, *known[u]) for j, u in enumerate(theirs) if u in known]
    return found
