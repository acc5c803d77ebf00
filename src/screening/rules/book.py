"""Payments made ready for all rules at once: in order of time, with whole numbers for keys and money."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np
import polars as pl

from screening.errors import SchemaError
from screening.policy import RulesPolicy
from screening.reference.country_risk import HIGH_RISK, TF_AREA, classify
from screening.reference.currencies import exponents
from screening.reference.dated import coded, codes, read_table
from screening.reference.thresholds import base_units, threshold
from screening.rules.findings import Finding
from screening.rules.scopes import ROW, SIDES, aligned
from screening.rules.windows import NO_KEY, Clock, Distinct, Ledger, pairs
from screening.schemas import REQUIRED_COLUMNS, TRANSACTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    import numpy.typing as npt

    from screening.reference.dated import DatedTable
    from screening.rules.rule import Rule
    from screening.rules.scopes import Scope

__all__ = ["ALTERNATIVES", "NOT_MOVED", "PARTY_FIELDS", "Book", "combine", "key_texts"]

NOT_MOVED: Final = ("rejected", "returned")
"""Status of payments whose money did not move; windows of flows leave them out."""

ALTERNATIVES: Final = {
    "originator_party": ("originator_party_id", "originator_customer_id", "originator_account"),
    "beneficiary_party": ("beneficiary_party_id", "beneficiary_customer_id", "beneficiary_account"),
    "originator_place": ("originator_country", "originator_admin1", "originator_agent_bic"),
    "beneficiary_place": ("beneficiary_country", "beneficiary_admin1", "beneficiary_agent_bic"),
    "originator_home": ("originator_residence", "originator_country"),
    "beneficiary_home": ("beneficiary_residence", "beneficiary_country"),
    "terminal_place": ("terminal_country", "terminal_admin1"),
    "ip_place": ("ip_country", "ip_admin1"),
    "cash_point": ("branch_id", "terminal_id"),
}
"""Name a rule may ask for -> columns of which the first that holds a value stands for it."""

PARTY_FIELDS: Final = (
    "type", "opened_at", "residence", "occupation", "income_minor", "holder_name", "holder_aliases",
    "expected_countries", "case_status", "officer_of",
)  # fmt: skip
"""Columns of a table of parties, besides `party_id`; any of them may be absent."""

Kept = TypeVar("Kept")

_SIDES: Final = ("originator", "beneficiary")


class Book:
    """Payments in order of time; everything a rule asks for is made once and kept.

    Rows of one instant are in order of their id, so that nothing depends on the order of a file.

    Args:
        payments: TRANSACTIONS, earlier payments and batch together.
        batch: Whether each row belongs to the batch.
        policy: Section [rules] of the policy.
        parties: What is known of parties: `party_id` and any of `PARTY_FIELDS`.
        rules: Rules as they run, for rules that build on others.
        owned: For payments that are a part of all: for each key whose owners are whole in this part, which
            payments (in the order of the table) have such an owner. Findings of other owners are dropped.
        fired: For such a part: rule -> ids of payments on which it fired elsewhere.
    """

    def __init__(
        self,
        payments: pl.DataFrame,
        *,
        batch: npt.NDArray[np.bool_] | None = None,
        policy: RulesPolicy | None = None,
        parties: pl.DataFrame | None = None,
        rules: Iterable[Rule] = (),
        owned: Mapping[str, npt.NDArray[np.bool_]] | None = None,
        fired: Mapping[str, pl.Series] | None = None,
    ) -> None:
        _check(payments)
        self.policy = policy or RulesPolicy()
        self._payments = payments
        self._parties = parties
        self.columns = frozenset(payments.columns) & set(TRANSACTIONS)
        time = payments["booked_at"].dt.timestamp("us").to_numpy()
        self._order = _order(time, payments["transaction_id"])
        self.clock = Clock(time if self._order is None else time[self._order])
        self.size = len(time)
        everything = np.ones(self.size, np.bool_) if batch is None else batch
        self.batch = everything if self._order is None else everything[self._order]
        self._kept: dict[Any, Any] = {}
        self._lock, self._locks = Lock(), dict[Any, Lock]()
        self._rules: dict[str, Rule] = {rule.id: rule for rule in rules}
        self._built_upon = {name for rule in self._rules.values() for name in rule.upon}
        self._fired = fired or {}
        self._owned = owned
        if owned is not None and self._order is not None:
            self._owned = {name: truth[self._order] for name, truth in owned.items()}

    def findings(self, rule: Rule) -> tuple[Finding, ...]:
        """What a rule found, with the parameters in force; computed once however many rules ask."""
        chosen = self._rules.get(rule.id, rule)
        if any(not self.has(name) for name in chosen.requires):
            return ()
        return self.keep(("findings", chosen.id), lambda: self._findings(chosen))

    def _findings(self, rule: Rule) -> tuple[Finding, ...]:
        found = rule.look(self)
        if self._owned is None:
            return found
        return tuple(
            finding.keep(self.is_whole(scope)[finding.rows])
            for _, scope, finding in aligned(rule, found, self.has)
        )

    def is_whole(self, scope: Scope) -> npt.NDArray[np.bool_]:
        """The payments whose owner by a scope is whole here, so that a rule may judge them."""
        if self._owned is None or scope.owner == ROW:
            return np.ones(self.size, np.bool_)
        for side in SIDES.get(scope.owner, ()):
            if side in self._owned:  # activity() leaves out what is not whole
                return np.ones(self.size, np.bool_)
        return self._owned.get(scope.owner, np.zeros(self.size, np.bool_))

    def forget(self, rule: Rule) -> None:
        """Let go of what a rule found, unless another rule builds on it."""
        if rule.id not in self._built_upon:
            self._kept.pop(("findings", rule.id), None)

    def fired(self, rule: Rule) -> npt.NDArray[np.bool_]:
        """The rows on which a rule fired, in the earlier payments as well."""
        truth = np.zeros(self.size, np.bool_)
        for finding in self.findings(rule):
            truth[finding.rows] = True
        if rule.id in self._fired:
            truth |= self.column("transaction_id").is_in(self._fired[rule.id].implode()).to_numpy()
        return truth

    # -- columns ------------------------------------------------------------------------------------------

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
        """A column in the order of the book, or its values in some rows; nulls where it is absent.

        Texts are slow to rearrange: a rule asks for `rows` where it needs few of them.
        """
        if rows is not None:
            if name in ALTERNATIVES and name not in self.columns and not self._told(name):
                parts = [
                    _blank_is_null(self.column(part, rows))
                    for part in ALTERNATIVES[name]
                    if part in self.columns
                ]
                if parts:
                    return pl.select(pl.coalesce(*parts)).to_series().alias(name)
            if name in self.columns:
                return self._payments[name].gather(rows if self._order is None else self._order[rows])
            return self.column(name).gather(rows)
        values = self._unordered(name)
        if values is not None:
            return values if self._order is None else values.gather(self._order)
        side, _, field = name.partition("_")
        if self._told(name):
            return self._of_party(side, field)
        return pl.Series(name, [None], dtype=TRANSACTIONS.get(name, pl.String())).new_from_index(0, self.size)

    def numbers(self, name: str, *, null: int = -1) -> npt.NDArray[np.int64]:
        """A column of whole numbers, with `null` for nulls."""

        def make() -> npt.NDArray[np.int64]:
            values = self._unordered(name)
            if values is None:
                return self.column(name).fill_null(null).to_numpy()
            return self._arranged(values.fill_null(null).to_numpy())

        return self.keep(("numbers", name, null), make)

    def is_in(self, name: str, *words: str) -> npt.NDArray[np.bool_]:
        """Whether a column holds one of some words; not where it is null."""
        return self.keep(("is_in", name, words), lambda: self.select(pl.col(name).is_in(list(words))))

    def known(self, name: str) -> npt.NDArray[np.bool_]:
        """Whether a column, or one of its alternatives "a|b", holds a value."""
        return self.keep(("known", name), lambda: self._known(name))

    def select(self, test: pl.Expr) -> npt.NDArray[np.bool_]:
        """An expression over TRANSACTIONS as truth values in the order of the book; null is false.

        It looks at each row alone: where it can, it is evaluated in the order of the file.
        """
        names = sorted(set(test.meta.root_names()))
        columns = {name: self._unordered(name) for name in names}
        if all(values is not None for values in columns.values()):
            frame = pl.DataFrame(
                [values.alias(name) for name, values in columns.items() if values is not None]
            )
            return self._arranged(self._truth(frame.select(test).to_series()))
        frame = pl.DataFrame([self.column(name).alias(name) for name in names])
        return self._truth(frame.select(test).to_series())

    def coded(self, name: str) -> tuple[npt.NDArray[np.uint32], Callable[[], list[str]]]:
        """A column as whole numbers in the order of the book, and the texts they stand for."""
        values = self._unordered(name)
        if values is None:
            return coded(self.column(name))
        numbers, texts = coded(values)
        return self._arranged(numbers), texts

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
        for kind in ("account", "party"):
            if name in (f"originator_{kind}", f"beneficiary_{kind}"):
                both = self.keep(("sides", kind), partial(self._both_sides, kind))[0]
                return both[: self.size] if name.startswith("originator") else both[self.size :]

        def make() -> npt.NDArray[np.uint32]:
            values = self._unordered(name)
            if values is None:
                return coded(_blank_is_null(self.column(name)))[0]
            return self._arranged(coded(_blank_is_null(values))[0])

        return self.keep(("key", name), make)

    def party_names(self, side: str) -> pl.Series:
        """The id by which each row's party is known, as it stands in the table of parties."""
        keys = self.key(f"{side}_party")
        names = self._party_texts()
        place = np.where(keys == NO_KEY, len(names), keys).astype(np.uint32)
        return pl.Series(f"{side}_party", [*names, None], dtype=pl.String).gather(place)

    def currency_key(self) -> npt.NDArray[np.uint32]:
        """Whole numbers for the currencies in which payments are measured; what is unknown counts as one."""
        currency, names = self.keep("currencies", lambda: codes(self.currency))
        return np.minimum(currency, max(len(names) - 1, 0)).astype(np.uint32)

    def money_key(self, keys: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
        """Keys that also differ by currency, so that sums never mix currencies.

        Keys of one kind stay comparable from call to call. Keys that were combined may be too wide for it:
        `combine` takes `currency_key` too.
        """
        names = self.keep("currencies", lambda: codes(self.currency))[1]
        if len(names) <= 1:
            return keys
        wide = keys.astype(np.uint64) * np.uint64(len(names)) + self.currency_key()
        known = keys != NO_KEY
        if known.any() and int(wide[known].max()) >= int(NO_KEY):
            raise SchemaError("too many accounts times currencies; supply amount_base_minor")
        return np.where(known, wide, NO_KEY).astype(np.uint32)

    def ledger(self, name: str, *, money: bool = False, moved: bool = True) -> Ledger:
        """Rows by a key, in order of time; with `money` by currency as well."""
        if (
            money
            and self.measured.all()
            and len(self.keep("currencies", lambda: codes(self.currency))[1]) == 1
        ):
            money = False  # one currency and every amount known: the same ledger

        def make() -> Ledger:
            keys = self.money_key(self.key(name)) if money else self.key(name)
            keep = keys != NO_KEY
            if moved:
                keep &= self.moved
            if money:
                keep &= self.measured
            rows = np.flatnonzero(keep)
            return Ledger.of(keys[rows], rows, self.clock)

        return self.keep(("ledger", name, money, moved), make)

    def activity(self) -> Ledger:
        """Every account's rows on either side, in order of time."""

        def make() -> Ledger:
            keys = []
            for side in SIDES["account"]:
                there = self.moved if self._owned is None else self.moved & self._owned[side]
                keys.append(np.where(there, self.key(side), NO_KEY))
            return Ledger.of(np.concatenate(keys), np.tile(np.arange(self.size), 2), self.clock)

        return self.keep("activity", make)

    def distinct(
        self, key: str, item: str, window: int, *, among: npt.NDArray[np.bool_] | None = None
    ) -> Distinct:
        """Different items by key in windows, over the payments that moved (or those `among` them)."""
        keep = self.moved if among is None else self.moved & among
        rows = np.flatnonzero(keep)
        return Distinct(self.key(key)[rows], self.key(item)[rows], rows, self.clock, window)

    def new_pair(
        self, key: str, item: str, *, among: npt.NDArray[np.bool_] | None = None
    ) -> npt.NDArray[np.bool_]:
        """Whether a row is the first that ever paired its key with its item.

        Args:
            key: Name of a key.
            item: Name of another.
            among: Rows to look at: all rows of the keys that matter; the rest is false.
        """
        keys, items = self.key(key), self.key(item)
        known = (keys != NO_KEY) & (items != NO_KEY) & self.moved
        rows = np.flatnonzero(known if among is None else known & among)
        _, rows, same = pairs(keys[rows], items[rows], rows)
        new = np.zeros(self.size, np.bool_)
        new[rows] = np.concatenate([np.ones(min(1, len(rows)), np.bool_), ~same])
        return new

    def first_seen(self, name: str) -> npt.NDArray[np.int64]:
        """Time of the first row of each row's key; -1 without a key."""

        def make() -> npt.NDArray[np.int64]:
            keys = self.key(name)
            seen = np.full(self.size, -1, np.int64)
            rows = np.flatnonzero(keys != NO_KEY)
            if len(rows):
                first = np.full(int(keys[rows].max()) + 1, self.size, np.int64)
                first[keys[rows[::-1]]] = rows[::-1]  # the earliest is written last
                seen[rows] = self.clock.time[first[keys[rows]]]
            return seen

        return self.keep(("first_seen", name), make)

    # -- money --------------------------------------------------------------------------------------------

    @property
    def in_base(self) -> bool:
        """Whether amounts are in the base currency; else each is in its own."""
        return "amount_base_minor" in self.columns

    @property
    def currency(self) -> pl.Series:
        """Currency in which each amount is measured."""
        if self.in_base:
            return pl.Series("currency", [self.policy.base_currency]).new_from_index(0, self.size)
        return self.keep("currency", lambda: self.column("currency"))

    @property
    def amount(self) -> npt.NDArray[np.int64]:
        """Minor units; 0 where it is not measured."""

        def make() -> npt.NDArray[np.int64]:
            values = self._payments["amount_base_minor" if self.in_base else "amount_minor"]
            whole: npt.NDArray[np.int64] = values.cast(pl.Int64).fill_null(0).to_numpy()
            return self._arranged(np.maximum(whole, 0))

        return self.keep("amount", make)

    @property
    def unit(self) -> npt.NDArray[np.int64]:
        """Minor units that one base unit of a parameter stands for; 0 where it is not known."""

        def make() -> npt.NDArray[np.int64]:
            scale = self.table("currency_scale")
            if not self.in_base:
                return base_units(scale, self.currency, self.clock.time)
            minor = 10 ** exponents().get(self.policy.base_currency, 2)
            return np.broadcast_to(np.int64(minor), self.size)

        return self.keep("unit", make)

    @property
    def measured(self) -> npt.NDArray[np.bool_]:
        """Whether an amount is there, is positive, and can be compared with a parameter."""
        return self.keep("measured", lambda: (self.amount > 0) & (self.unit > 0))

    @property
    def balance(self) -> npt.NDArray[np.int64]:
        """Balance of the originator's account after the payment; -1 where it is not known in `currency`."""

        def make() -> npt.NDArray[np.int64]:
            left = np.maximum(self.numbers("balance_after_minor", null=-(2**62)), -(2**62))
            other = (
                self.select((pl.col("currency") != self.policy.base_currency).fill_null(True))
                if self.in_base
                else False
            )
            return np.where((left == -(2**62)) | other, -1, np.maximum(left, 0))

        return self.keep("balance", make)

    @property
    def moved(self) -> npt.NDArray[np.bool_]:
        """Whether the money moved or is about to."""
        return self.keep("moved", lambda: ~self.is_in("status", *NOT_MOVED))

    def minor(self, units: float) -> npt.NDArray[np.int64]:
        """A parameter in base units as minor units of each row's currency, rounded once."""
        alone = self.unit.strides == (0,)  # one currency: one number, whatever the size
        unit = self.unit[:1] if alone else self.unit
        minor = unit * int(units) if units == int(units) else np.rint(unit * units).astype(np.int64)
        return np.broadcast_to(minor, self.size) if alone and self.size else minor

    def at_least(self, units: float) -> npt.NDArray[np.bool_]:
        """Whether an amount is at least so many base units."""
        return self.measured & (self.amount >= self.minor(units))

    def at_most(self, units: float) -> npt.NDArray[np.bool_]:
        """Whether an amount is at most so many base units."""
        return self.measured & (self.amount <= self.minor(units))

    def threshold(self, code: str) -> npt.NDArray[np.int64]:
        """An amount in law, as of each row, in minor units of its currency; -1 where there is none."""

        def make() -> npt.NDArray[np.int64]:
            tables = self.table("thresholds"), self.table("currency_scale")
            jurisdiction = self.policy.jurisdiction
            if self.in_base and self.size:  # one currency: it changes with the edges of the tables alone
                time = self.clock.time
                edges = np.unique(np.concatenate([table.edges for table in tables]))
                begin = np.concatenate([[0], np.searchsorted(time, edges), [self.size]])
                filled = np.flatnonzero(np.diff(begin))
                currency = self.currency.head(len(filled))
                limits = threshold(*tables, code, currency, time[begin[filled]], jurisdiction=jurisdiction)
                if (limits == limits[0]).all():
                    return np.broadcast_to(limits[0], self.size)
                return np.repeat(limits, np.diff(begin)[filled])
            return threshold(*tables, code, self.currency, self.clock.time, jurisdiction=jurisdiction)

        return self.keep(("threshold", code), make)

    def decimals(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Decimals of the currency in which some rows are measured."""
        currency = self.currency.gather(rows)
        return currency.replace_strict(dict(exponents()), default=2, return_dtype=pl.Int64).to_numpy()

    # -- places -------------------------------------------------------------------------------------------

    def table(self, name: str) -> DatedTable:
        """A reference table, or the one the policy puts in its place."""
        return read_table(name, self.policy.reference.get(name))

    def classes(self, name: str) -> npt.NDArray[np.uint8]:
        """Risk classes of a column of countries, of parts of countries, or of banks (by their BIC)."""

        def make() -> npt.NDArray[np.uint8]:
            numbers, texts = self.coded(name)
            values = pl.Series(texts(), dtype=pl.String)
            if name.endswith("_bic"):
                values = values.str.slice(4, 2)
            column = "admin1" if name.endswith("_admin1") else "country"
            table, time = self.table("country_risk"), self.clock.time
            values = values.extend(pl.Series([None], dtype=pl.String))  # the last stands for null
            result = np.zeros(self.size, np.uint8)
            begin = [0, *np.searchsorted(time, table.edges), self.size]
            for low, high in pairwise(begin):  # rows are in order of time: a period is a slice
                if low < high:
                    now = np.full(len(values), time[low])
                    of_text = classify(table, values, now, column=column)
                    result[low:high] = of_text[np.minimum(numbers[low:high], len(values) - 1)]
            return result

        if name not in self.columns and not self.has(name):
            return np.zeros(self.size, np.uint8)
        return self.keep(("classes", name), make)

    def place_classes(self, place: str) -> npt.NDArray[np.uint8]:
        """Risk classes of "beneficiary_place" and the like: of every part of it together."""
        parts = [self.classes(name) for name in ALTERNATIVES[place] if name in self.columns]
        return np.bitwise_or.reduce(parts) if parts else np.zeros(self.size, np.uint8)

    def high_risk(self, place: str = "beneficiary_place") -> npt.NDArray[np.bool_]:
        """Whether a place is in a conflict, border or call-for-action area as of the payment."""
        return _holds(self.place_classes(place), HIGH_RISK)

    def tf_area(self, place: str) -> npt.NDArray[np.bool_]:
        """Whether a place is in a conflict or border area as of the payment."""
        return _holds(self.place_classes(place), TF_AREA)

    def country(self, side: str) -> pl.Series:
        """Country of a side: of the party, else of its part of a country, else of its bank."""

        def make() -> pl.Series:
            part = self.column(f"{side}_admin1").str.slice(0, 2)
            bank = self.column(f"{side}_agent_bic").str.slice(4, 2)
            parts = (_blank_is_null(one) for one in (self.column(f"{side}_country"), part, bank))
            return pl.select(pl.coalesce(*parts)).to_series()

        return self.keep(("country", side), make)

    def area(self, side: str) -> npt.NDArray[np.uint32]:
        """Whole numbers for areas: the classed part of a country, else the country."""

        def make() -> npt.NDArray[np.uint32]:
            part, country = self.column(f"{side}_admin1"), self.country(side)
            classed = pl.Series(self.classes(f"{side}_admin1") != 0)
            return coded(part.zip_with(classed, country))[0]

        return self.keep(("area", side), make)

    def cross_border(self) -> npt.NDArray[np.int8]:
        """1 where a payment crosses a border, 0 where not (the EEA is one area), -1 where unknown."""

        def make() -> npt.NDArray[np.int8]:
            table = self.table("areas")
            here, there = self.country("originator"), self.country("beneficiary")

            def inside(rows: list[Any], value: str | None) -> int:
                return int(any(row["area"] == "eea" and row["country"] == value for row in rows))

            area = [table.lookup(side, self.clock.time, inside, kind=np.int8) == 1 for side in (here, there)]
            unknown = (here.is_null() | there.is_null()).to_numpy()
            abroad = self._truth(here != there) & ~(area[0] & area[1])
            return np.where(unknown, -1, abroad).astype(np.int8)

        return self.keep("cross_border", make)

    # -- inner --------------------------------------------------------------------------------------------

    def keep(self, name: Any, make: Callable[[], Kept]) -> Kept:
        """What is kept under a name, made the first time it is asked for."""
        if name not in self._kept:
            with self._lock:
                own = self._locks.setdefault(name, Lock())
            with own:  # what one rule is making, another waits for; nothing is made twice
                if name not in self._kept:
                    self._kept[name] = make()
        kept: Kept = self._kept[name]
        return kept

    def _truth(self, values: pl.Series) -> npt.NDArray[np.bool_]:
        truth: npt.NDArray[np.bool_] = values.fill_null(False).to_numpy()
        return truth

    def _told(self, name: str) -> bool:
        """Whether a column comes from the table of parties alone."""
        side, _, field = name.partition("_")
        return name not in self.columns and side in _SIDES and field in PARTY_FIELDS and self.has(name)

    def _unordered(self, name: str) -> pl.Series | None:
        """A column in the order of the file; None where that is not to be had."""
        if name in self.columns:
            return self._payments[name]
        parts = [
            _blank_is_null(self._payments[part])
            for part in ALTERNATIVES.get(name, ())
            if part in self.columns
        ]
        if not parts or self._told(name):
            return None
        return pl.select(pl.coalesce(*parts)).to_series().alias(name)

    def _arranged(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Values in the order of the file, brought into that of the book."""
        return values if self._order is None else values[self._order]

    def _known(self, name: str) -> npt.NDArray[np.bool_]:
        truth = np.zeros(self.size, np.bool_)
        for one in name.split("|"):
            for part in ALTERNATIVES.get(one, (one,)):
                if part == "amount":
                    truth |= self.measured
                elif self.has(part):
                    blank = pl.col(part).is_not_null()
                    if part in self.columns and self._payments.schema[part] == pl.String:
                        blank &= pl.col(part) != ""
                    elif part not in self.columns:
                        truth |= _blank_is_null(self.column(part)).is_not_null().to_numpy()
                        continue
                    truth |= self.select(blank)
        return truth

    def _both_sides(self, kind: str) -> tuple[npt.NDArray[np.uint32], Callable[[], list[str]]]:
        sides = [key_texts(name, self.columns, self._in_file).alias("key") for name in SIDES[kind]]
        numbers, texts = coded(pl.concat(sides))
        if self._order is None:
            return numbers, texts
        numbers = np.concatenate([self._arranged(part) for part in np.split(numbers, 2)])
        return _renumbered(numbers, texts)

    def _in_file(self, name: str) -> pl.Series:
        """A column of the payments in the order of the file; nulls where it is absent."""
        return self._payments[name] if name in self.columns else self.column(name)

    def _party_texts(self) -> list[str]:
        return self.keep("party_texts", self._kept["sides", "party"][1])

    def _of_party(self, side: str, field: str) -> pl.Series:
        """A field of the table of parties for each row, looked up once per party."""
        assert self._parties is not None
        keys = self.key(f"{side}_party")
        names = self._party_texts()
        table = self._parties.select("party_id", field).unique("party_id", keep="first", maintain_order=True)
        found = pl.DataFrame({"party_id": names}, schema={"party_id": pl.String}).join(
            table, on="party_id", how="left", maintain_order="left"
        )[field]
        place = pl.Series(np.where(keys == NO_KEY, len(names), keys).astype(np.uint32))
        return (
            found.extend(pl.Series(field, [None], dtype=found.dtype)).gather(place).alias(f"{side}_{field}")
        )


def key_texts(name: str, columns: Collection[str], column: Callable[[str], pl.Series]) -> pl.Series:
    """The texts that stand for a key, null without it: a function of the payment alone.

    Args:
        name: Name of a key.
        columns: Columns that the table has.
        column: Gives a column by its name.
    """
    if name not in SIDES["party"]:
        return _blank_is_null(column(name))
    kinds = [
        kind
        for kind in ("party_id", "customer_id", "account")
        if any(f"{side}_{kind}" in columns for side in _SIDES)
    ]
    values: pl.Series | None = None
    for part in (part for part in ALTERNATIVES[name] if part in columns):
        if values is not None and not values.null_count():
            break
        own, word = _blank_is_null(column(part)), part.split("_", 1)[1]
        if word != kinds[0]:  # the word keeps an account from passing for a party's id
            own = pl.select(pl.format("{} ({})", own, pl.lit(word))).to_series()
        values = own if values is None else pl.select(pl.coalesce(values, own)).to_series()
    if values is None:
        return pl.Series([None], dtype=pl.String).new_from_index(0, len(column("transaction_id")))
    return _blank_is_null(values)


def combine(*parts: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """One key out of several; without any of them there is none."""
    total = parts[0].astype(np.uint64)
    missing = parts[0] == NO_KEY
    for part in parts[1:]:
        missing = missing | (part == NO_KEY)
        present = part[~missing]
        width = int(present.max()) + 1 if len(present) else 1
        total = total * np.uint64(width) + np.where(missing, 0, part).astype(np.uint64)
        largest = int(total[~missing].max()) if len(present) else 0
        if largest >= 2**32 - 1:  # too wide to pack with a row number: number the combinations instead
            total[~missing] = np.unique(total[~missing], return_inverse=True)[1].astype(np.uint64)
    total[missing] = NO_KEY
    return total.astype(np.uint32)


def _renumbered(
    numbers: npt.NDArray[np.uint32], texts: Callable[[], list[str]]
) -> tuple[npt.NDArray[np.uint32], Callable[[], list[str]]]:
    """Codes in the order in which they appear, so that nothing depends on the order of a file."""
    known = np.flatnonzero(numbers != NO_KEY)
    if not len(known):
        return numbers, texts
    first = np.full(int(numbers[known].max()) + 1, len(numbers), np.int64)
    first[numbers[known[::-1]]] = known[::-1]  # the earliest is written last
    order = np.argsort(first, kind="stable")
    new = np.empty(len(order) + 1, np.uint32)
    new[order], new[-1] = np.arange(len(order), dtype=np.uint32), NO_KEY

    def told() -> list[str]:
        old = texts()
        return [old[place] for place in order]

    return new[np.minimum(numbers, len(order))], told


def _holds(classes: npt.NDArray[np.uint8], wanted: int) -> npt.NDArray[np.bool_]:
    truth: npt.NDArray[np.bool_] = (classes & np.uint8(wanted)) != 0
    return truth


def _blank_is_null(values: pl.Series) -> pl.Series:
    if values.dtype != pl.String:
        return values
    return values if not (values == "").any() else values.replace("", None)


def _check(payments: pl.DataFrame) -> None:
    missing = [name for name in REQUIRED_COLUMNS if name not in payments.columns]
    if missing:
        raise SchemaError(
            f"TRANSACTIONS lack {', '.join(missing)}; conform() makes the table",
            missing=missing,
            found=payments.columns,
        )
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
