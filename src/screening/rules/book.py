"""Payments made ready for all rules at once: in order of time, with whole numbers for keys and money."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from threading import local
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from screening.errors import PolicyError, SchemaError
from screening.policy import RulesPolicy
from screening.reference.country_risk import HIGH_RISK, TF_AREA, classify
from screening.reference.currencies import exponents
from screening.reference.dated import read_table
from screening.reference.thresholds import base_units, threshold
from screening.rules.coded import Coded, first_known, in_common
from screening.rules.columns import PARTY_FIELDS, Columns
from screening.rules.expressions import looks_beyond_its_row
from screening.rules.keys import ALTERNATIVES, combine, key_texts
from screening.rules.scopes import ROW, SIDES, aligned
from screening.rules.windows import NO_KEY, Distinct, Ledger, meeting, pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import numpy.typing as npt

    from screening.reference.dated import DatedTable
    from screening.rules.findings import Finding
    from screening.rules.rule import Rule
    from screening.rules.scopes import Scope

__all__ = ["ALTERNATIVES", "NOT_MOVED", "PARTY_FIELDS", "Book", "combine", "key_texts"]

NOT_MOVED: Final = ("rejected", "returned")
"""Status of payments whose money did not move; windows of flows leave them out."""


class Book(Columns):
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
        later: As for `Columns`.
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
        later: pl.LazyFrame | None = None,
    ) -> None:
        super().__init__(payments, parties=parties, later=later)
        self.policy = policy or RulesPolicy()
        everything = np.ones(self.size, np.bool_) if batch is None else batch
        self.batch = self._arranged(everything)
        self._rules: dict[str, Rule] = {rule.id: rule for rule in rules}
        self._built_upon = {name for rule in self._rules.values() for name in rule.upon}
        self._fired = fired or {}
        self._owned = owned
        self._looking = local()
        if owned is not None and self._order is not None:
            self._owned = {name: truth[self._order] for name, truth in owned.items()}

    def findings(self, rule: Rule) -> tuple[Finding, ...]:
        """What a rule found, with the parameters in force; computed once however many rules ask."""
        chosen = self._rules.get(rule.id, rule)
        if any(not self.has(name) for name in chosen.requires):
            return ()
        return self.keep(("findings", chosen.id), lambda: self._findings(chosen))

    def select(self, test: pl.Expr) -> npt.NDArray[np.bool_]:
        """As `Columns.select`; a rule that says it looks at the payment alone is held to it.

        Raises:
            PolicyError: It looks at other payments: it would find something else wherever they are not there.
        """
        rule = getattr(self._looking, "rule", None)
        if rule is not None and rule.scopes == (ROW,) and looks_beyond_its_row(test):
            raise PolicyError(
                f"{rule.id} has the scope 'row' and looks at other payments: {test}; name "
                "as its scope the key by which it looks at them, or no scope for all payments",
                rule=rule.id,
            )
        return super().select(test)

    def _findings(self, rule: Rule) -> tuple[Finding, ...]:
        before = getattr(self._looking, "rule", None)  # of this thread: a rule may build upon another
        self._looking.rule = rule
        try:
            found = rule.look(self)
        finally:
            self._looking.rule = before
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

    # -- keys and windows ---------------------------------------------------------------------------------

    def currency_key(self) -> npt.NDArray[np.uint32]:
        """Whole numbers for the currencies in which payments are measured; what is unknown counts as one."""
        currency = self.currency
        most = max(len(currency.texts) - 1, 0)
        keys: npt.NDArray[np.uint32] = np.minimum(currency.numbers, most).astype(np.uint32)
        return keys

    def money_key(self, keys: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
        """Keys that also differ by currency, so that sums never mix currencies.

        Keys of one kind stay comparable from call to call. Keys that were combined may be too wide for it:
        `combine` takes `currency_key` too.
        """
        names = self.currency.texts
        if len(names) <= 1:
            return keys
        wide = keys.astype(np.uint64) * np.uint64(len(names)) + self.currency_key()
        known = keys != NO_KEY
        if known.any() and int(wide[known].max()) >= int(NO_KEY):
            raise SchemaError("too many accounts times currencies; supply amount_base_minor")
        return np.where(known, wide, NO_KEY).astype(np.uint32)

    def ledger(self, name: str, *, money: bool = False, moved: bool = True) -> Ledger:
        """Rows by a key, in order of time; with `money` by currency as well."""
        if money and len(self.currency.texts) == 1 and self.measured.all():
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

    def meeting(self, key: str, item: str, least: int) -> npt.NDArray[np.uint32]:
        """The keys that ever meet at least so many different items, over the payments that moved."""
        return meeting(self.key(key)[self.moved], self.key(item)[self.moved], least)

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
    def currency(self) -> Coded:
        """Currency in which each amount is measured."""
        if self.in_base:
            base = pl.Series("currency", [self.policy.base_currency])
            return Coded(np.broadcast_to(np.uint8(0), self.size), base)
        return self.coded("currency")

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
            if self.in_base:
                minor = 10 ** exponents().get(self.policy.base_currency, 2)
                return np.broadcast_to(np.int64(minor), self.size)
            scale = self.table("currency_scale")
            return self._as_of(self.currency, partial(base_units, scale), scale)

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
            place = self.policy.jurisdiction

            def limits(currency: pl.Series, time: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
                return threshold(*tables, code, currency, time, jurisdiction=place)

            return self._as_of(self.currency, limits, *tables)

        return self.keep(("threshold", code), make)

    def decimals(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Decimals of the currency in which some rows are measured."""
        known = exponents()
        decimals = np.array([known.get(name, 2) for name in self.currency.with_null], np.int64)
        of_row: npt.NDArray[np.int64] = decimals[self.currency.numbers[rows]]
        return of_row

    # -- places -------------------------------------------------------------------------------------------

    def table(self, name: str) -> DatedTable:
        """A reference table, or the one the policy puts in its place."""
        return read_table(name, self.policy.reference.get(name))

    def as_of(
        self, table: str, name: str, find: Callable[[list[Mapping[str, Any]], str | None], int]
    ) -> npt.NDArray[Any]:
        """A small number for each value of a column, or for each country of a side, as of the payment.

        Args:
            table: Name of a reference table.
            name: Name of a column, or of a side.
            find: From the rows in force and a value (None for null) to the number.
        """
        held = self.table(table)
        values = self.country(name) if name in ("originator", "beneficiary") else self.coded(name)
        return self._as_of(values, lambda texts, time: held.lookup(texts, time, find, kind=np.uint8), held)

    def _as_of(
        self,
        values: Coded,
        find: Callable[[pl.Series, npt.NDArray[np.int64]], npt.NDArray[Any]],
        *tables: DatedTable,
    ) -> npt.NDArray[Any]:
        """What dated tables say of each value; rows are in order of time: a period is a slice of them."""
        edges = np.unique(np.concatenate([table.edges for table in tables]))
        begin = [0, *np.searchsorted(self.clock.time, edges).tolist(), self.size]
        parts = []
        for low, high in pairwise(begin):
            if low < high:
                now = np.full(values.size, self.clock.time[low])
                parts.append((low, high, find(values.with_null, now)))
        if not parts:
            return find(values.texts.clear(), np.zeros(0, np.int64))
        if values.size == 2 and all(told[0] == parts[0][2][0] for _, _, told in parts) and values.known.all():
            return np.broadcast_to(parts[0][2][0], self.size)  # one number, whatever the size
        result = np.empty(self.size, parts[0][2].dtype)
        for low, high, told in parts:
            result[low:high] = told[values.numbers[low:high]]
        return result

    def classes(self, name: str) -> npt.NDArray[np.uint8]:
        """Risk classes of a column of countries, of parts of countries, or of banks (by their BIC)."""
        column = "admin1" if name.endswith("_admin1") else "country"

        def make() -> npt.NDArray[np.uint8]:
            table = self.table("country_risk")

            def find(texts: pl.Series, time: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
                places = texts.str.slice(4, 2) if name.endswith("_bic") else texts
                return classify(table, places, time, column=column)

            return self._as_of(self.coded(name), find, table)

        if not self.has(name):
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

    def country(self, side: str) -> Coded:
        """Country of a side: of the party, else of its part of a country, else of its bank."""

        def make() -> Coded:
            part, bank = self.coded(f"{side}_admin1"), self.coded(f"{side}_agent_bic")
            places = (
                self.coded(f"{side}_country"),
                part.renamed(part.texts.str.slice(0, 2)),
                bank.renamed(bank.texts.str.slice(4, 2)),
            )
            return first_known(*(place.without_blank() for place in places))

        return self.keep(("country", side), make)

    def area(self, side: str) -> npt.NDArray[np.uint32]:
        """Whole numbers for areas: the classed part of a country, else the country."""

        def make() -> npt.NDArray[np.uint32]:
            part, country = in_common(self.coded(f"{side}_admin1"), self.country(side))
            classed = self.classes(f"{side}_admin1") != 0
            return Coded(np.where(classed, part.numbers, country.numbers), part.texts).keys()

        return self.keep(("area", side), make)

    def cross_border(self) -> npt.NDArray[np.int8]:
        """1 where a payment crosses a border, 0 where not (the EEA is one area), -1 where unknown."""

        def make() -> npt.NDArray[np.int8]:
            def inside(rows: list[Mapping[str, Any]], value: str | None) -> int:
                return int(any(row["area"] == "eea" and row["country"] == value for row in rows))

            here, there = in_common(self.country("originator"), self.country("beneficiary"))
            both = self.as_of("areas", "originator", inside) & self.as_of("areas", "beneficiary", inside)
            abroad = (here.numbers != there.numbers) & (both == 0)
            return np.where(here.known & there.known, abroad, -1).astype(np.int8)

        return self.keep("cross_border", make)


def _holds(classes: npt.NDArray[np.uint8], wanted: int) -> npt.NDArray[np.bool_]:
    truth: npt.NDArray[np.bool_] = (classes & np.uint8(wanted)) != 0
    return truth
