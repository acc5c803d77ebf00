"""Payments x rules -> FLAGS, and what each rule could look at."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from screening.errors import ArgumentError, SchemaError
from screening.policy import Policy
from screening.rules.book import Book
from screening.rules.catalogue import RULES, by_id
from screening.rules.coded import hold
from screening.rules.findings import flags_of
from screening.rules.history import as_the_batch
from screening.rules.parties import conform_parties
from screening.rules.rule import apply_policy
from screening.schemas import COVERAGE, FLAGS, TRANSACTIONS, require_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from screening.rules.rule import Rule

__all__ = [
    "Assessment",
    "assess",
    "cannot_look",
    "covered",
    "join_history",
    "obstacles",
    "shared_payments",
    "threads",
]

_THREADS: Final = 2
_SMALL: Final = 200_000
_DID_NOT_MOVE: Final = "rejected or returned: such payments count in no window"


@dataclass(frozen=True, slots=True, eq=False)
class Assessment:
    """What the rules found, and what they could look at.

    Attributes:
        flags: FLAGS, at most one per payment and rule, in order of rule and id.
        coverage: COVERAGE; for every rule its rows add up to the batch.
        rules: The rules as they ran: with the policy's parameters, in order, those switched off included.
    """

    flags: pl.DataFrame
    coverage: pl.DataFrame
    rules: tuple[Rule, ...]


def assess(
    transactions: pl.DataFrame | pl.LazyFrame,
    rules: Sequence[Rule] = RULES,
    *,
    history: pl.DataFrame | pl.LazyFrame | None = None,
    parties: pl.DataFrame | None = None,
    policy: Policy | None = None,
) -> Assessment:
    """Evaluate rules on a batch of payments.

    Args:
        transactions: TRANSACTIONS, the batch; only its payments are flagged.
        rules: Rules to run.
        history: TRANSACTIONS of earlier days, which windows look back into. Screening day by day with all
            earlier days as history gives the flags of screening all days at once. A column of the batch
            that it lacks is null in it: a rule of single payments says what it says without history, and
            one that looks back knows nothing of it, so that what it asks for is new, absent, or of no
            known key. Amounts in base currency are made by `currency_scale` there. Columns that only the
            history has are of no use.
        parties: What is known of parties, one row per `party_id`: any of `screening.rules.PARTY_FIELDS`.
        policy: Section [rules] switches rules on and off, sets parameters and names reference tables.

    Raises:
        ArgumentError: A table is no polars frame.
        SchemaError: A table lacks a required column, the batch and its history share payments, or the
            table of parties cannot be read (`screening.rules.parties.conform_parties`).
        PolicyError: The policy names a rule or parameter that does not exist, or two rules share an id.

    Example:
        >>> import polars as pl
        >>> from datetime import UTC, datetime
        >>> payments = pl.DataFrame(
        ...     {
        ...         "transaction_id": ["a", "b", "c"],
        ...         "booked_at": [datetime(2026, 3, 2, hour, tzinfo=UTC) for hour in (9, 10, 11)],
        ...         "status": "executed",
        ...         "channel": "cash_dep",
        ...         "amount_minor": 950_000,
        ...         "currency": "EUR",
        ...         "originator_account": ["x", "x", "x"],
        ...         "beneficiary_account": ["y", "y", "y"],
        ...     }
        ... )
        >>> assess(payments).flags.filter(rule="TF-S01")["transaction_id"].to_list()
        ['b', 'c']
    """
    policy = policy or Policy()
    for name, table in (("transactions", transactions), ("history", history), ("parties", parties)):
        if table is not None and not isinstance(table, pl.DataFrame | pl.LazyFrame):
            raise ArgumentError(
                f"{name} must be a polars frame, not a {type(table).__name__}; screening.conform makes one "
                "of payments in any kind of table"
            )
    chosen = apply_policy(rules, policy, known=by_id())
    known = None if parties is None else conform_parties(parties, policy=policy)
    pools: dict[str, pl.Categories] = {}
    batch, past = hold(transactions, pools), None if history is None else hold(history, pools)
    payments, in_batch = join_history(batch, past, policy=policy)
    book = Book(payments, batch=in_batch, policy=policy.rules, parties=known, rules=chosen)
    del batch, past, payments  # the book lets go of columns that it has made ready
    ordered = sorted(chosen, key=lambda item: item.id)
    with ThreadPoolExecutor(max_workers=threads(book)) as pool:
        looked = list(pool.map(partial(_look, book=book, off=policy.rules.off), ordered))
    return Assessment(
        flags=pl.concat([FLAGS.to_frame(), *(flags.sort("transaction_id") for flags, _ in looked)]),
        coverage=pl.concat([COVERAGE.to_frame(), *(coverage for _, coverage in looked)]),
        rules=chosen,
    )


def threads(book: Book) -> int:
    """How many rules are looked at side by side.

    Sorts and searches run outside the interpreter's lock; more threads would only hold more memory.
    """
    return 1 if book.size < _SMALL else _THREADS


def join_history(
    transactions: pl.DataFrame | pl.LazyFrame,
    history: pl.DataFrame | pl.LazyFrame | None,
    *,
    policy: Policy,
) -> tuple[pl.DataFrame, npt.NDArray[np.bool_]]:
    """Earlier payments and the batch in the columns of the batch, and which rows are the batch.

    Raises:
        SchemaError: A table lacks a required column, or the batch and its history share payments.
    """
    batch = transactions.lazy().collect()
    if history is None:
        return batch, np.ones(len(batch), np.bool_)
    past = history.lazy().collect()
    for name, table in (("transactions", batch), ("history", past)):
        require_columns(table, name)
    shared = batch.select("transaction_id").join(
        past.select("transaction_id"), on="transaction_id", how="semi"
    )
    if len(shared):
        raise shared_payments(len(shared), shared["transaction_id"][0])
    batch = batch.select(name for name in TRANSACTIONS if name in batch.columns)
    earlier = as_the_batch(past.lazy(), batch.schema, policy=policy.rules).collect()
    return pl.concat([earlier, batch]), np.arange(len(past) + len(batch)) >= len(past)


def shared_payments(count: int, first: str) -> SchemaError:
    """That payments are both in the batch and in its history."""
    return SchemaError(
        f"{count} payments are both in the batch and in its history, the first is {first!r}; they would be "
        "counted twice"
    )


def _look(rule: Rule, *, book: Book, off: tuple[str, ...]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Flags and coverage of one rule."""
    rows = int(book.batch.sum())
    blind = cannot_look(rule, book, off)
    if blind is not None:
        return FLAGS.to_frame(), covered(rule, *blind, rows=rows)
    findings = book.findings(rule)
    flags = flags_of(findings, rule, book)
    book.forget(rule)
    left = book.batch.copy()
    flagged = np.zeros(book.size, np.bool_)
    for finding in findings:
        flagged[finding.rows] = True  # a payment that is flagged was looked at
    hindered: dict[str, int] = {}
    groups = obstacles(rule, book) + [group for finding in findings for group in finding.unclear]
    for truth, reason in groups:
        here = left & truth & ~flagged
        left &= ~here
        hindered[reason] = hindered.get(reason, 0) + int(here.sum())
    lines = [
        covered(rule, "not_evaluable", reason, rows=number) for reason, number in hindered.items() if number
    ]
    return flags, pl.concat([*lines, covered(rule, "evaluable", rows=int(left.sum()))])


def cannot_look(rule: Rule, book: Book, off: Sequence[str]) -> tuple[str, str, list[str]] | None:
    """Why a rule cannot look at any payment: status, reason and missing columns; None when it can."""
    if not rule.enabled:
        return "off", "switched off by the policy" if rule.id in off else "shipped switched off", []
    missing = [name for name in rule.requires if not book.has(name)]
    return ("not_evaluable", f"missing: {', '.join(missing)}", missing) if missing else None


def obstacles(rule: Rule, book: Book) -> list[tuple[npt.NDArray[np.bool_], str]]:
    """Payments that a rule cannot judge for what they lack themselves, and why; the first one counts."""
    groups = [(~book.moved, _DID_NOT_MOVE)] if rule.flows else []
    return groups + [(~book.known(name), f"no {name.replace('|', ' or ')}") for name in rule.keys]


def covered(
    rule: Rule, status: str, reason: str | None = None, missing: Sequence[str] = (), *, rows: int
) -> pl.DataFrame:
    """One row of COVERAGE."""
    line = {"rule": rule.id, "status": status, "reason": reason, "missing": list(missing), "rows": rows}
    return pl.DataFrame([line], schema=COVERAGE)
