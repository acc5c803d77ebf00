"""Amounts that are shaped to stay small: structuring, linked operations, round and near-equal sums."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from screening.errors import PolicyError
from screening.rules.book import combine
from screening.rules.findings import Finding, Money
from screening.rules.rule import choice, count, duration, rule, share
from screening.rules.windows import NO_KEY, Ledger

if TYPE_CHECKING:
    from screening.rules.book import Book

__all__ = ["linked_operations", "structuring"]


@rule(
    "TF-S01",
    "Structuring below a threshold",
    definition="Several amounts just under a threshold that reach it together, by one payer, to one payee or "
    "at one branch.",
    source="FATF VA Red Flag Indicators 2020 (structuring); FFIEC Manual App. F; AUSTRAC indicator 1",
    weight=30,
    parameters=(
        choice("threshold", "cash_report", "code in the reference table of thresholds"),
        share("band", 0.85, "lower end of the band, as a share of the threshold"),
        count("payments", 3, "payments in the band within the window"),
        duration("window", 7),
        count("burst_payments", 2, "payments in the band within the burst"),
        duration("burst", 24, "hours"),
    ),
    requires=("originator_party|beneficiary_party",),
    keys=("amount", "originator_party|beneficiary_party|branch_id"),
    optional=("branch_id",),
    window="7 days, and 24 hours",
    key="originator, beneficiary or branch",
    flows=True,
    reason="{value} payments from {band} of the threshold {limit} ({threshold}) up to just below it in "
    "{window}, together {total}",
)
def structuring(
    book: Book, *, threshold: str, band: float, payments: int, window: int, burst_payments: int, burst: int
) -> tuple[Finding, ...]:
    """Look for amounts just under a threshold that reach it together."""
    limit = book.threshold(threshold)
    known = limit > 0
    inside = known & (book.amount < limit) & (book.amount >= np.rint(limit * band).astype(np.int64))
    unclear = ((~known, f"no threshold '{threshold}' for the currency"),)
    findings = []
    for key in ("originator_party", "beneficiary_party", "branch_id"):
        if not book.has(key):
            continue
        ledger = book.ledger(key, money=True).where(inside)
        rows = ledger.rows
        week, day = ledger.within(window), ledger.within(burst)
        many = (week.count >= payments) & (week.sum(book.amount) >= limit[rows])
        quick = (day.count >= burst_payments) & (day.sum(book.amount) >= limit[rows])
        span = week[many | quick]
        findings.append(
            Finding(
                rows=span.rows,
                value=span.count,
                threshold=np.where(many, payments, burst_payments)[many | quick],
                window=window,
                spans=(span,),
                facts={"total": Money(span.sum(book.amount)), "limit": Money(limit[span.rows])},
                unclear=unclear,
            )
        )
    return tuple(findings)


@rule(
    "TF-S02",
    "Linked operations over a threshold",
    definition="Operations that appear to be linked, each below the threshold for occasional customers, "
    "reach it together.",
    source="FATF INR.10 para 22",
    weight=15,
    parameters=(
        choice("threshold", "r10", "code in the reference table of thresholds"),
        choice("linkage", "both", "what links operations: originator, beneficiary or both"),
        duration("window", 24, "hours"),
    ),
    requires=("originator_party", "beneficiary_account"),
    keys=("amount", "originator_party", "beneficiary_account"),
    window="24 hours",
    key="originator and beneficiary account",
    flows=True,
    reason="{count} operations linked by {linkage} sides within {window}, each below {limit} ({threshold}), "
    "reach {value}",
)
def linked_operations(book: Book, *, threshold: str, linkage: str, window: int) -> Finding:
    """Look for the payment with which linked operations reach the threshold."""
    limit = book.threshold(threshold)
    parts = {
        "originator": ("originator_party",),
        "beneficiary": ("beneficiary_account",),
        "both": ("originator_party", "beneficiary_account"),
    }
    if linkage not in parts:
        raise PolicyError(f"TF-S02: linkage must be one of {', '.join(parts)}, not {linkage!r}")
    keys = book.money_key(combine(*(book.key(name) for name in parts[linkage])))
    rows = np.flatnonzero(book.moved & book.measured & (limit > 0) & (keys != NO_KEY))
    ledger = Ledger.of(keys[rows], rows, book.clock)
    span = ledger.within(window)
    earlier = ledger.between(ledger.packed, book.clock.after(window), book.clock.start)
    reached = limit[ledger.rows]
    crossing = (span.sum(book.amount) >= reached) & (earlier.sum(book.amount) < reached)
    span = span[crossing & ~span.any(book.amount >= limit)]
    return Finding(
        rows=span.rows,
        value=Money(span.sum(book.amount)),
        threshold=Money(limit[span.rows]),
        window=window,
        spans=(span,),
        facts={"count": span.count, "limit": Money(limit[span.rows])},
        unclear=((limit <= 0, f"no threshold '{threshold}' for the currency"),),
    )
