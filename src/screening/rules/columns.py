"""Columns of payments in order of time, and what is known of their parties."""

from __future__ import annotations

from functools import partial
from math import prod
from threading import Lock, local
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

import numpy as np
import polars as pl

from screening.errors import SchemaError
from screening.rules.coded import (
    ABSENT,
    SAMPLE,
    Coded,
    encode,
    encode_together,
    first_known,
    in_common,
    is_text,
    seldom_repeats,
    shared,
    with_numbers,
)
from screening.rules.expressions import looks_at_each_row_alone
from screening.rules.findings import Finding
from screening.rules.keys import ALTERNATIVES, blank_is_null, key_parts, worded
from screening.rules.scopes import SIDES
from screening.rules.windows import Clock
from screening.schemas import TRANSACTIONS, require_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy.typing as npt

__all__ = ["PARTY_FIELDS", "Columns"]

PARTY_FIELDS: Final = (
    "type", "opened_at", "residence", "occupation", "income_minor", "holder_name", "holder_aliases",
    "expected_countries", "case_status", "officer_of",
)  # fmt: skip
"""Columns of a table of parties, besides `party_id`; any of them may be absent."""

Kept = TypeVar("Kept")


class _Kept(NamedTuple):
    """Something made ready, and the texts (by `shared` name) that it was made of."""

    value: Any
    pools: frozenset[str]


_SIDES: Final = ("originator", "beneficiary")
_COMBINATIONS: Final = 1 << 16


class Columns:
    """Columns of payments in order of time and then id; each is made ready once and kept.

    Texts are held as numbers: a test of a text is made once for each different text.

    Args:
        payments: TRANSACTIONS. A column is let go of here once it is held as numbers.
        parties: What is known of parties: `party_id` and any of `PARTY_FIELDS`.
        later: Further columns of the same rows in the same order, each time they are read: a text is read
            when it is first asked for, so that no two of them are held as they are.
    """

    def __init__(
        self,
        payments: pl.DataFrame,
        *,
        parties: pl.DataFrame | None = None,
        later: pl.LazyFrame | None = None,
    ) -> None:
        schema = payments.schema if later is None else payments.schema | later.collect_schema()
        _check(payments, schema)
        self._payments = payments
        self._later = later
        self._parties = parties
        self.columns = frozenset(schema) & set(TRANSACTIONS)
        self._texts = {name for name, kind in schema.items() if is_text(kind) and name != "transaction_id"}
        time = payments["booked_at"].dt.timestamp("us").to_numpy()
        self._order = _order(time, payments["transaction_id"])
        self.clock = Clock(self._arranged(time))
        self.size = len(time)
        self._kept: dict[Any, _Kept] = {}
        self._lock, self._locks, self._making = Lock(), dict[Any, Lock](), local()

    def has(self, name: str) -> bool:
        """Whether a column, or one of its alternatives "a|b", can be had."""
        for one in name.split("|"):
            if one in self.columns or any(part in self.columns for part in ALTERNATIVES.get(one, ())):
                return True
            side, _, field = one.partition("_")
            told = self._parties.columns if self._parties is not None and side in _SIDES else ()
            if field in PARTY_FIELDS and field in told and self.has(f"{side}_party"):
                return True
        return False

    def column(self, name: str, rows: npt.NDArray[np.int64] | None = None) -> pl.Series:
        """A column in the order of the book, or its values in some rows; nulls where it is absent."""
        if self._is_text(name):
            return self.coded(name).series(rows).alias(name)
        if name in self.columns:
            values = self._payments[name]
            if rows is not None:
                return values.gather(self.places(rows))
            return values if self._order is None else values.gather(self._order)
        if self._told(name):
            found, place = self._of_party(name)
            return found.extend_constant(None, 1).gather(place if rows is None else place[rows]).alias(name)
        kind, size = TRANSACTIONS.get(name, pl.String()), self.size if rows is None else len(rows)
        return pl.Series(name, [None], dtype=kind).new_from_index(0, size)

    def coded(self, name: str) -> Coded:
        """A column as numbers in the order of the book; nulls where it is absent."""
        return self.keep(("coded", name), lambda: self._coded(name))

    def _coded(self, name: str) -> Coded:
        if name in self.columns:
            if name not in self._texts:
                return encode(self._payments[name]).at(self._order)
            return self.keep(("pool", shared(name)), partial(self._encoded, shared(name)))[name]
        if self._told(name):
            found, place = self._of_party(name)
            held = encode(found)
            table = np.append(held.numbers, np.array([len(held.texts)], held.numbers.dtype))
            return Coded(table[place], held.texts)
        parts = [part for part in ALTERNATIVES.get(name, ()) if part in self.columns]
        if parts:
            return first_known(*(self.coded(part).without_blank() for part in parts))
        return _absent(self.size)

    def _encoded(self, pool: str) -> dict[str, Coded]:
        self._note({pool})
        names = sorted(name for name in self._texts & self.columns if shared(name) == pool)
        held = self._payments
        if self._later is not None:
            held = self._read(names)
        made = encode_together([held[name] for name in names])
        with self._lock:
            self._payments = self._payments.drop(names, strict=False)
        return {name: one.at(self._order) for name, one in zip(names, made, strict=True)}

    def _read(self, names: list[str]) -> pl.DataFrame:
        """Columns of texts that are numbered together: as numbers if they repeat."""
        assert self._later is not None
        wanted = self._later.select(names)
        if any(map(seldom_repeats, wanted.head(SAMPLE).collect())):
            return wanted.collect(engine="streaming")
        return with_numbers(wanted, {}).collect(engine="streaming")

    def numbers(self, name: str, *, null: int = -1) -> npt.NDArray[np.int64]:
        """A column of whole numbers, with `null` for nulls."""
        return self.keep(("numbers", name, null), lambda: self.column(name).fill_null(null).to_numpy())

    def is_in(self, name: str, *words: str) -> npt.NDArray[np.bool_]:
        """Whether a column holds one of some words; not where it is null."""
        return self.keep(("is_in", name, words), lambda: self.select(pl.col(name).is_in(list(words))))

    def known(self, name: str) -> npt.NDArray[np.bool_]:
        """Whether a column, or one of its alternatives "a|b", holds a value."""
        return self.keep(("known", name), lambda: self._known(name))

    def same(self, one: str, other: str) -> npt.NDArray[np.bool_]:
        """Whether two columns hold the same text; not where either is null."""
        here, there = in_common(self.coded(one), self.coded(other))
        truth: npt.NDArray[np.bool_] = (here.numbers == there.numbers) & here.known
        return truth

    def select(self, test: pl.Expr) -> npt.NDArray[np.bool_]:
        """An expression over TRANSACTIONS as truth values in the order of the book; null is false.

        Where it reads texts and looks at each row alone, it is evaluated once for each different text, or for
        each combination of texts where these are few; otherwise over all payments that are held together.
        """
        names = sorted(set(test.meta.root_names()))
        if names and looks_at_each_row_alone(test) and all(self._is_text(name) for name in names):
            coded = [self.coded(name) for name in names]
            sizes = [one.size for one in coded]
            if len(names) == 1 or prod(sizes) <= _COMBINATIONS:
                places = np.indices(sizes).reshape(len(sizes), -1)
                frame = pl.DataFrame(
                    [
                        one.with_null.gather(place).alias(name)
                        for one, place, name in zip(coded, places, names, strict=True)
                    ]
                )
                truth = frame.select(test).to_series()
                if len(truth) == len(frame):
                    number = coded[0].numbers
                    for one in coded[1:]:
                        number = number.astype(np.uint32) * np.uint32(one.size) + one.numbers
                    result: npt.NDArray[np.bool_] = self._truth(truth)[number]
                    return result
        frame = pl.DataFrame([self.column(name).alias(name) for name in names])
        return self._truth(frame.select(test).to_series())

    def where(self, *tests: pl.Expr | npt.NDArray[np.bool_]) -> Finding:
        """The payments for which all tests hold, for a rule that looks at the payment alone."""
        truth = np.ones(self.size, np.bool_)
        for test in tests:
            truth &= self.select(test) if isinstance(test, pl.Expr) else test
        return Finding(rows=np.flatnonzero(truth))

    def ids(self, rows: npt.NDArray[np.int64]) -> pl.Series:
        """Transaction ids of some rows."""
        return self._payments["transaction_id"].gather(self.places(rows))

    def places(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Where some rows stand in the table of payments."""
        return rows if self._order is None else self._order[rows]

    # -- keys ---------------------------------------------------------------------------------------------

    def key(self, name: str) -> npt.NDArray[np.uint32]:
        """Whole numbers for a key; accounts share theirs between both sides, and so do parties."""
        for kind, sides in SIDES.items():
            if name in sides:
                both = self._sides(kind)[0]
                return both[: self.size] if name == sides[0] else both[self.size :]
        return self.keep(("key", name), lambda: self.coded(name).without_blank().keys())

    def party_names(self, side: str) -> pl.Series:
        """The id by which each row's party is known, as it stands in the table of parties."""
        keys = self.key(f"{side}_party")
        names = self._party_texts()
        return names.extend_constant(None, 1).gather(np.minimum(keys, len(names))).alias(f"{side}_party")

    def _sides(self, kind: str) -> tuple[npt.NDArray[np.uint32], pl.Series]:
        return self.keep(("sides", kind), partial(self._both_sides, kind))

    def _both_sides(self, kind: str) -> tuple[npt.NDArray[np.uint32], pl.Series]:
        sides = in_common(*(self._side(name) for name in SIDES[kind]))
        return np.concatenate([side.keys() for side in sides]), sides[0].texts

    def _side(self, name: str) -> Coded:
        parts: list[Coded] = []
        known = np.zeros(self.size, np.bool_)
        for part, word in key_parts(name, self.columns):
            if part in self.columns and not (parts and known.all()):
                coded = (self._coded_in(part, ~known) if parts else self.coded(part)).without_blank()
                parts.append(coded if word is None else coded.renamed(worded(coded.texts, word)))
                known |= coded.known
        return first_known(*parts) if parts else _absent(self.size)

    def _party_texts(self) -> pl.Series:
        return self._sides("party")[1]

    def _of_party(self, name: str) -> tuple[pl.Series, npt.NDArray[np.uint32]]:
        """A field of the table of parties by number of the party, and that number for each row."""
        assert self._parties is not None
        side, _, field = name.partition("_")
        keys = self.key(f"{side}_party")
        names = self._party_texts()
        table = self._parties.select("party_id", field).unique("party_id", keep="first", maintain_order=True)
        found = (
            names.alias("party_id")
            .to_frame()
            .join(table, on="party_id", how="left", maintain_order="left")[field]
        )
        return found, np.minimum(keys, len(names)).astype(np.uint32)

    # -- inner --------------------------------------------------------------------------------------------

    def keep(self, name: Any, make: Callable[[], Kept]) -> Kept:
        """What is kept under a name, made the first time it is asked for."""
        held = self._kept.get(name)
        if held is None:
            with self._lock:
                own = self._locks.setdefault(name, Lock())
            with own:  # what one rule is making, another waits for; nothing is made twice
                held = self._kept.get(name)
                if held is None:
                    held = self._kept[name] = self._made(make)
        self._note(held.pools)
        value: Kept = held.value
        return value

    def _made(self, make: Callable[[], Kept]) -> _Kept:
        """Something with the texts that it was made of, those of what it asked for in turn among them."""
        outer = getattr(self._making, "pools", None)
        self._making.pools = pools = set[str]()
        try:
            return _Kept(make(), frozenset(pools))
        finally:
            self._making.pools = outer

    def _note(self, pools: Iterable[str]) -> None:
        making: set[str] | None = getattr(self._making, "pools", None)
        if making is not None:
            making.update(pools)

    def keep_only(self, columns: Iterable[str]) -> None:
        """Let go of what was made of the texts of other columns, where these can be read again."""
        if self._later is None:
            return
        pools = {shared(name) for name in columns}
        with self._lock:
            for name, held in list(self._kept.items()):
                if not held.pools <= pools:
                    del self._kept[name]

    def _truth(self, values: pl.Series) -> npt.NDArray[np.bool_]:
        truth: npt.NDArray[np.bool_] = values.fill_null(False).to_numpy()
        return truth

    def _told(self, name: str) -> bool:
        """Whether a column comes from the table of parties alone."""
        side, _, field = name.partition("_")
        return name not in self.columns and side in _SIDES and field in PARTY_FIELDS and self.has(name)

    def _is_text(self, name: str) -> bool:
        if name in self.columns:
            return name in self._texts
        if self._told(name):
            assert self._parties is not None
            return is_text(self._parties.schema[name.partition("_")[2]])
        parts = [part for part in ALTERNATIVES.get(name, ()) if part in self.columns]
        if parts:
            return all(part in self._texts for part in parts)
        return is_text(TRANSACTIONS.get(name, pl.String()))

    def _arranged(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Values in the order of the file, brought into that of the book."""
        return values if self._order is None else values[self._order]

    def _known(self, name: str) -> npt.NDArray[np.bool_]:
        truth = np.zeros(self.size, np.bool_)
        for one in name.split("|"):
            for part in ALTERNATIVES.get(one, (one,)):
                if part == "amount":
                    truth |= self.measured
                elif self.has(part) and self._is_text(part):
                    truth |= self._written(part)
                elif self.has(part):
                    truth |= blank_is_null(self.column(part)).is_not_null().to_numpy()
        return truth

    def _written(self, name: str) -> npt.NDArray[np.bool_]:
        """Whether a text is there and not empty; texts that nothing else asks for get no numbers for it."""
        texts = self._without_numbers(name)
        if texts is None:
            return self.select(pl.col(name) != "")
        return self._arranged(self._truth(texts != ""))

    def _coded_in(self, name: str, rows: npt.NDArray[np.bool_]) -> Coded:
        """A column as numbers in some rows at least, so that few texts need one."""
        texts = self._without_numbers(name)
        if texts is None:
            return self.coded(name)
        self._note({shared(name)})
        wanted = rows
        if self._order is not None:
            wanted = np.empty(self.size, np.bool_)
            wanted[self._order] = rows
        return encode(pl.select(pl.when(pl.Series(wanted)).then(texts)).to_series()).at(self._order)

    def _without_numbers(self, name: str) -> pl.Series | None:
        """A column of texts as it was read; None when it has numbers already, or is none."""
        if name not in self._texts or ("pool", shared(name)) in self._kept:
            return None
        payments = self._payments  # another thread may be taking the column out of it, to number it
        if name in payments.columns:
            return payments[name] if payments.schema[name] == pl.String else None
        return None if self._later is None else self._later.select(name).collect().to_series()

    @property
    def measured(self) -> npt.NDArray[np.bool_]:
        """Whether an amount is there, is positive, and can be compared with a parameter."""
        raise NotImplementedError


def _absent(size: int) -> Coded:
    return Coded(np.zeros(size, np.uint8), ABSENT)


def _check(payments: pl.DataFrame, schema: pl.Schema) -> None:
    require_columns(schema.to_frame(), "TRANSACTIONS")
    for name in ("transaction_id", "booked_at"):
        if payments[name].null_count():
            raise SchemaError(
                f"{payments[name].null_count()} payments have no {name}; conform() rejects such rows"
            )


def _order(time: npt.NDArray[np.int64], ids: pl.Series) -> npt.NDArray[np.int64] | None:
    """Rows by time and then id, or None when they already are."""
    order = None
    if len(time) > 1 and (time[1:] < time[:-1]).any():
        order = np.argsort(time, kind="stable")
        time = time[order]
    same = np.zeros(len(time) + 1, np.bool_)
    same[1:-1] = time[1:] == time[:-1] if len(time) > 1 else same[1:-1]
    tied = np.flatnonzero(same[1:] | same[:-1])
    if not len(tied):
        return order
    rows = tied if order is None else order[tied]
    frame = pl.DataFrame({"time": time[tied], "id": ids.gather(rows), "row": rows})
    sorted_rows = frame.sort("time", "id", "row")["row"].to_numpy()
    if order is None:
        if (sorted_rows == rows).all():
            return None
        order = np.arange(len(time))
    order = order.copy()
    order[tied] = sorted_rows
    return order
