"""How payments are dealt out to the rules, for tables that no single memory holds.

    plan -> deal (each payment to the parts of its keys) -> look (one part at a time) -> gather

The last two are `screening.rules.looking` and `screening.rules.gathering`.

`gather` gives what `assess` gives on the whole, to the last flag and count. Every part holds all
payments of the owners that fall to it; what a rule says of another owner, of whom only some payments are
there, is dropped. Rules that look at the whole get, in one last part, only the payments that they cannot
do without, in the columns that they read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from screening.policy import Policy
from screening.rules.assessment import cannot_look, covered
from screening.rules.book import ALTERNATIVES, PARTY_FIELDS, Book, key_texts
from screening.rules.catalogue import RULES, by_id
from screening.rules.parties import conform_parties
from screening.rules.rule import Rule, apply_policy
from screening.rules.scopes import ROW, SIDES, WHOLE, Scope, read_scope, scopes_of
from screening.rules.wording import letters_of, words_of
from screening.schemas import COVERAGE, REQUIRED_COLUMNS, TRANSACTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

__all__ = ["IN_BATCH", "OWNED", "PART", "Partition", "Plan", "deal", "plan"]

PART: Final = "#part"
"""Column of dealt payments: number of the part."""

IN_BATCH: Final = "#batch"
"""Column of payments: whether they belong to the batch, or are earlier ones."""

OWNED: Final = "#owned "
"""Columns of dealt payments, with the name of a key: whether the owner by that key is whole in the part."""

_FOLDED: Final[Mapping[str, Callable[[pl.Series], pl.Series]]] = {
    "remittance_text": letters_of,
    "beneficiary_name": words_of,
}
"""Keys of which a rule looks at a simpler form."""


@dataclass(frozen=True, slots=True)
class Partition:
    """One way to deal out payments, and what is looked at in its parts.

    Attributes:
        name: "row", "whole", "account", "party" or a key.
        keys: A payment goes to the part of each of these keys; without any, it goes anywhere.
        columns: Columns of TRANSACTIONS that are read.
        rules: Rules that are looked at, in order of id.
        narrowed: Rules for which the payments are sought that they cannot do without in the whole.
        feeds: Rules of which every firing is told, because another partition builds upon it.
        needs: Rules whose firings elsewhere must be told first.
        keyless: Whether payments without a key are dealt as well.
    """

    name: str
    keys: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    narrowed: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    keyless: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Which partitions there are, in an order in which they can be looked at.

    Attributes:
        partitions: "row" first, "whole" last where any rule needs it.
        rules: The rules as they run.
        policy: The policy in force.
        parties: What is known of parties.
        blind: COVERAGE of the rules that cannot look at all, with no rows yet.
        columns: Columns of TRANSACTIONS that the payments have.
        reads: Rule -> columns that it reads, of those that can look and of those that others build upon.
    """

    partitions: tuple[Partition, ...]
    rules: tuple[Rule, ...]
    policy: Policy
    parties: pl.DataFrame | None
    blind: pl.DataFrame
    columns: frozenset[str]
    reads: Mapping[str, frozenset[str]]

    def rule(self, name: str) -> Rule:
        """A rule by its id, of those that run or of the catalogue."""
        return next((rule for rule in self.rules if rule.id == name), None) or by_id()[name]

    def has(self, name: str) -> bool:
        """Whether the payments, or the table of parties, have a key."""
        return self._book.has(name)

    @property
    def looking(self) -> tuple[Rule, ...]:
        """The rules that can look, in order of id."""
        blind = set(self.blind["rule"])
        return tuple(rule for rule in sorted(self.rules, key=lambda rule: rule.id) if rule.id not in blind)

    @property
    def whole(self) -> tuple[str, ...]:
        """Columns of the partition "whole"."""
        return next((part.columns for part in self.partitions if part.name == WHOLE), ())

    @property
    def narrows(self) -> bool:
        """Whether every rule over the whole says which payments it needs."""
        return all(rule.narrow for rule in self.looking if rule.scopes == (WHOLE,))

    @property
    def _book(self) -> Book:
        schema = pl.DataFrame(schema={name: TRANSACTIONS[name] for name in self.columns})
        return Book(schema, policy=self.policy.rules, parties=self.parties, rules=self.rules)


def plan(
    columns: Collection[str],
    rules: Sequence[Rule] = RULES,
    *,
    parties: pl.DataFrame | None = None,
    policy: Policy | None = None,
) -> Plan:
    """Say how payments must be dealt out, so that every rule sees all that it looks at.

    Args:
        columns: Columns of the payments; of those that batch and earlier payments have in common.
        rules: Rules to run.
        parties: As for `assess`.
        policy: As for `assess`.

    Example:
        >>> [part.name for part in plan(["originator_account", "remittance_text"]).partitions]
        ['row', 'account', 'party']
    """
    policy = policy or Policy()
    parties = None if parties is None else conform_parties(parties, policy=policy)
    chosen = apply_policy(rules, policy, known=by_id())
    held = [name for name in TRANSACTIONS if name in columns or name in REQUIRED_COLUMNS]
    schema = pl.DataFrame(schema={name: TRANSACTIONS[name] for name in held})
    book = Book(schema, policy=policy.rules, parties=parties, rules=chosen)
    blind, looking = [COVERAGE.to_frame()], []
    for rule in sorted(chosen, key=lambda rule: rule.id):
        reason = cannot_look(rule, book, policy.rules.off)
        looking += [rule] if reason is None else []
        blind += [] if reason is None else [covered(rule, *reason, rows=0)]
    drawn = _Drawing(book, {**by_id(), **{rule.id: rule for rule in chosen}})
    for rule in looking:
        drawn.add(rule)
    return Plan(drawn.partitions(), chosen, policy, parties, pl.concat(blind), frozenset(held), drawn.reads())


class _Drawing:
    """Gathers rules by the way their payments are dealt out."""

    def __init__(self, book: Book, known: Mapping[str, Rule]) -> None:
        self._book, self._known = book, known
        self._rules: dict[str, list[Rule]] = {}
        self._keys: dict[str, list[str]] = {}
        self._keyless: set[str] = set()
        self._narrowed: dict[str, list[Rule]] = {}
        self._feeds: dict[str, set[str]] = {}
        self._needs: dict[str, set[str]] = {}

    def add(self, rule: Rule) -> None:
        """Put a rule into the partitions of its scopes."""
        scopes = [scope for scope in scopes_of(rule, self._book.has) if self._there(scope)]
        for scope in scopes:
            self._use(scope)
            held = self._rules.setdefault(scope.group, [])
            held += [] if rule in held else [rule]
        if rule.narrow is not None:
            scope = read_scope(rule.narrow[0], self._book.has)
            self._use(scope)
            self._narrowed.setdefault(scope.group, []).append(rule)
        here = {scope.group for scope in scopes} | {ROW}
        for name in rule.upon:
            for scope in scopes_of(self._known[name], self._book.has):
                if scope.group not in here and WHOLE not in here and self._can(name) and self._there(scope):
                    self._use(scope)
                    self._feeds.setdefault(scope.group, set()).add(name)
                    self._needs.setdefault(scopes[0].group, set()).add(name)

    def partitions(self) -> tuple[Partition, ...]:
        """All partitions, those first that others need."""
        names = {ROW, *self._rules, *self._narrowed, *self._feeds}
        order = sorted(names, key=lambda name: (name == WHOLE, name in self._needs, name != ROW, name))
        whole = self._columns(self._rules.get(WHOLE, []))
        return tuple(self._partition(name, whole) for name in order)

    def reads(self) -> dict[str, frozenset[str]]:
        """Rule -> columns that it reads."""
        looked = [*self._rules.values(), *self._narrowed.values()]
        named = {rule.id: rule for held in looked for rule in held}
        named |= {name: self._known[name] for fed in self._feeds.values() for name in fed}
        return {name: frozenset(self._columns([rule])) for name, rule in named.items()}

    def _partition(self, name: str, whole: set[str]) -> Partition:
        rules, narrowed = self._rules.get(name, []), self._narrowed.get(name, [])
        fed = [self._known[feed] for feed in sorted(self._feeds.get(name, ()))]
        columns = self._columns([*rules, *fed], name) | (whole if narrowed else set())
        if name == ROW:  # what hinders a rule in the payment itself is counted here for all rules
            columns |= self._expand(
                key for held in self._rules.values() for rule in held for key in rule.keys
            )
        return Partition(
            name=name,
            keys=tuple(self._keys.get(name, ())),
            columns=tuple(column for column in TRANSACTIONS if column in columns),
            rules=tuple(rule.id for rule in rules),
            narrowed=tuple(rule.id for rule in narrowed),
            feeds=tuple(rule.id for rule in fed),
            needs=tuple(sorted(self._needs.get(name, ()))),
            keyless=name in self._keyless,
        )

    def _use(self, scope: Scope) -> None:
        held = self._keys.setdefault(scope.group, [])
        wanted = SIDES.get(scope.group, scope.keys)
        held += [key for key in wanted if key not in held]
        if scope.alternatives:
            self._keyless.add(scope.group)

    def _there(self, scope: Scope) -> bool:
        return not scope.keys or any(map(self._book.has, scope.keys))

    def _can(self, name: str) -> bool:
        return all(map(self._book.has, self._known[name].requires))

    def _columns(self, rules: Iterable[Rule], key: str = WHOLE) -> set[str]:
        """Columns that rules read, with those of the rules they build upon.

        Where payments are dealt by the key of one column, a rule that looks at each of several such keys
        gets that one alone: what it would find by the others is found elsewhere.
        """
        names: set[str] = set(REQUIRED_COLUMNS) | {"amount_base_minor"}
        for rule in rules:
            keys = {part for scope in scopes_of(rule, self._book.has) for part in scope.keys}
            others = keys - {key} if key in keys else set()
            read = [*rule.requires, *rule.keys, *rule.optional, *(keys - others)]
            shipped = by_id().get(rule.id)
            if shipped is None or shipped.evaluate != rule.evaluate:  # one's own, also under a shipped id
                names |= set(TRANSACTIONS)
            names |= self._expand(_without(others, text) if key in text.split("|") else text for text in read)
            names |= self._columns(self._known[name] for name in rule.upon)
        return names & self._book.columns

    def _expand(self, names: Iterable[str]) -> set[str]:
        found: set[str] = set()
        for name in (part for several in names for part in several.split("|")):
            parts = (name, *ALTERNATIVES.get(name, ()))
            found |= {"amount_minor"} if name == "amount" else set(parts)
            for part in parts:
                side, _, told = part.partition("_")
                if told in PARTY_FIELDS:  # may come from the table of parties
                    found |= set(ALTERNATIVES[f"{side}_party"])
        # how a party is called depends on the columns of both sides
        ids = {part for key in SIDES["party"] for part in ALTERNATIVES[key]}
        return found | ids if found & ids else found


def _without(names: set[str], text: str) -> str:
    return "|".join(part for part in text.split("|") if part not in names)


def deal(
    payments: pl.DataFrame, partition: Partition, parts: int, *, only: int | None = None
) -> pl.DataFrame:
    """Payments with the number of the part they go to, once for each part that needs them.

    Args:
        payments: TRANSACTIONS with `IN_BATCH`; any slice of them, for what a payment's parts are depends
            on the payment alone.
        partition: How to deal.
        parts: How many parts there are. Which part an owner falls to is the same wherever the same version
            of polars runs.
        only: The one part whose payments are wanted; of all parts by default.
    """
    frame = payments.select(IN_BATCH, *(name for name in partition.columns if name in payments.columns))
    if not partition.keys:
        number = pl.lit(0) if partition.name == WHOLE else pl.col("transaction_id").hash() % parts
        frame = frame.with_columns(number.cast(pl.Int32).alias(PART))
        return frame if only is None else frame.filter(pl.col(PART) == only)
    owned = [f"{OWNED}{key}" for key in partition.keys]
    numbers = pl.DataFrame(
        [_numbers(frame, key, parts).alias(name) for key, name in zip(partition.keys, owned, strict=True)]
    )
    if partition.keyless:
        without = pl.all_horizontal(pl.col(owned).is_null())
        anywhere = (frame["transaction_id"].hash() % parts).cast(pl.Int32)
        numbers = numbers.with_columns(pl.when(without).then(anywhere).otherwise(pl.col(owned)).name.keep())
    wanted = range(parts) if only is None else (only,)
    # in one piece: polars stumbles over texts that are put together where a piece of a column is empty
    return pl.concat([_dealt(frame, numbers, part) for part in wanted], rechunk=True)


def _dealt(frame: pl.DataFrame, numbers: pl.DataFrame, part: int) -> pl.DataFrame:
    """Payments of one part, and by which of their keys they belong to it."""
    mine = numbers.select(pl.all().eq_missing(part))
    here = mine.select(pl.any_horizontal(pl.all())).to_series()
    number = pl.Series(PART, [part], dtype=pl.Int32).new_from_index(0, int(here.sum()))
    return frame.filter(here).with_columns(*mine.filter(here), number)


def _numbers(payments: pl.DataFrame, key: str, parts: int) -> pl.Series:
    def column(name: str) -> pl.Series:
        if name in payments.columns:
            return payments[name]
        return pl.Series(name, [None], dtype=pl.String).new_from_index(0, payments.height)

    texts = _FOLDED[key](column(key)) if key in _FOLDED else key_texts(key, payments.columns, column)
    texts = texts.cast(pl.String).alias("text")
    frame = texts.to_frame().select(
        pl.when(pl.col("text").is_not_null()).then(pl.col("text").hash() % parts).cast(pl.Int32)
    )
    return frame.to_series()
