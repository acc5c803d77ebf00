"""Payments x rules -> FLAGS, and what each rule could look at."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from screening.errors import SchemaError
from screening.policy import Policy
from screening.rules.book import Book
from screening.rules.catalogue import RULES, by_id
from screening.rules.findings import flags_of
from screening.rules.rule import apply_policy
from screening.schemas import COVERAGE, FLAGS, REQUIRED_COLUMNS, TRANSACTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from screening.rules.findings import Finding
    from screening.rules.rule import Rule

__all__ = ["Assessment", "assess"]

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
            earlier days as history gives the flags of screening all days at once.
        parties: What is known of parties, one row per `party_id`: any of `screening.rules.PARTY_FIELDS`.
        policy: Section [rules] switches rules on and off, sets parameters and names reference tables.

    Raises:
        SchemaError: A table lacks a required column, or the batch and its history share payments.
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
    chosen = apply_policy(rules, policy.rules, known=by_id())
    book = _open_book(transactions, history, parties, policy, chosen)
    ordered = sorted(chosen, key=lambda item: item.id)
    # sorts and searches run outside the interpreter's lock; more threads would only hold more memory
    with ThreadPoolExecutor(max_workers=1 if book.size < _SMALL else _THREADS) as pool:
        looked = list(pool.map(partial(_look, book=book, off=policy.rules.off), ordered))
    return Assessment(
        flags=pl.concat([FLAGS.to_frame(), *(flags.sort("transaction_id") for flags, _ in looked)]),
        coverage=pl.concat([COVERAGE.to_frame(), *(coverage for _, coverage in looked)]),
        rules=chosen,
    )


def _look(rule: Rule, *, book: Book, off: tuple[str, ...]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Flags and coverage of one rule."""
    rows = int(book.batch.sum())
    missing = [name for name in rule.requires if not book.has(name)]
    if not rule.enabled:
        reason = "switched off by the policy" if rule.id in off else "shipped switched off"
        return FLAGS.to_frame(), _covered(rule, "off", reason, rows=rows)
    if missing:
        reason = f"missing: {', '.join(missing)}"
        return FLAGS.to_frame(), _covered(rule, "not_evaluable", reason, missing, rows=rows)
    findings = book.findings(rule)
    flags = flags_of(findings, rule, book)
    book.forget(rule)
    return flags, pl.concat(_groups(rule, findings, book))


def _open_book(
    transactions: pl.DataFrame | pl.LazyFrame,
    history: pl.DataFrame | pl.LazyFrame | None,
    parties: pl.DataFrame | None,
    policy: Policy,
    rules: Sequence[Rule],
) -> Book:
    batch = transactions.lazy().collect()
    if parties is not None and "party_id" not in parties.columns:
        raise SchemaError("the table of parties lacks party_id", missing=["party_id"], found=parties.columns)
    if history is None:
        return Book(batch, policy=policy.rules, parties=parties, rules=rules)
    past = history.lazy().collect()
    for name, table in (("transactions", batch), ("history", past)):
        missing = [column for column in REQUIRED_COLUMNS if column not in table.columns]
        if missing:
            raise SchemaError(f"{name} lack {', '.join(missing)}", missing=missing, found=table.columns)
    shared = batch.select("transaction_id").join(
        past.select("transaction_id"), on="transaction_id", how="semi"
    )
    if len(shared):
        raise SchemaError(
            f"{len(shared)} payments are both in the batch and in its history, the first is "
            f"{shared['transaction_id'][0]!r}; they would be counted twice"
        )
    common = [
        name for name in TRANSACTIONS if name in batch.columns and (name in past.columns or past.is_empty())
    ]
    both = pl.concat([past.select(common), batch.select(common)] if len(past) else [batch.select(common)])
    in_batch = np.arange(len(both)) >= len(past)
    return Book(
        both, batch=in_batch, available=frozenset(common), policy=policy.rules, parties=parties, rules=rules
    )


def _groups(rule: Rule, findings: Sequence[Finding], book: Book) -> Iterator[pl.DataFrame]:
    """Rows of the batch by what hindered the rule: each row in the first group that holds it."""
    left = book.batch.copy()
    flagged = np.zeros(book.size, np.bool_)
    for finding in findings:
        flagged[finding.rows] = True  # a payment that is flagged was looked at
    groups: list[tuple[npt.NDArray[np.bool_], str]] = []
    if rule.flows:
        groups.append((~book.moved, _DID_NOT_MOVE))
    groups += [(~book.known(name), f"no {name.replace('|', ' or ')}") for name in rule.keys]
    for finding in findings:
        groups += finding.unclear
    for hindered, reason in groups:
        here = left & hindered & ~flagged
        left &= ~here
        if here.any():
            yield _covered(rule, "not_evaluable", reason, rows=int(here.sum()))
    yield _covered(rule, "evaluable", None, rows=int(left.sum()))


def _covered(
    rule: Rule, status: str, reason: str | None, missing: Sequence[str] = (), *, rows: int
) -> pl.DataFrame:
    line = {"rule": rule.id, "status": status, "reason": reason, "missing": list(missing), "rows": rows}
    return pl.DataFrame([line], schema=COVERAGE)
