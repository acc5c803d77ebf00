"""Shapes of flows around one account: many in, many out, collected and spread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from screening.rules.findings import Finding
from screening.rules.rule import amount, count, duration, rule, share
from screening.rules.windows import Distinct

if TYPE_CHECKING:
    from screening.rules.book import Book

__all__ = ["fan_in"]


@rule(
    "TF-G01",
    "Fan-in: a collection account",
    definition="Many originators, most of them new, send small amounts to one account.",
    source="FinCEN Advisory on the Financing of ISIS 2025; Tazama rules 002 and 016; AMLSim fan-in",
    weight=25,
    parameters=(
        count("originators_day", 10, "different originators within the short window"),
        duration("day", 24, "hours"),
        count("originators_month", 25, "different originators within the long window"),
        duration("month", 30),
        amount("median", 250, "at least half of the amounts are at most this"),
        share("new", 0.7, "of the originators, paying this account for the first time"),
    ),
    requires=("originator_party", "beneficiary_account"),
    keys=("amount", "originator_party", "beneficiary_account"),
    optional=("beneficiary_type",),
    window="24 hours and 30 days",
    key="beneficiary account",
    flows=True,
    reason="{value} originators paid this account within {length}, {share} % of them for the first time; "
    "at least half of the amounts are at most {median}",
)
def fan_in(
    book: Book,
    *,
    originators_day: int,
    day: int,
    originators_month: int,
    month: int,
    median: float,
    new: float,
) -> tuple[Finding, ...]:
    """Look for accounts that collect from many originators."""
    accounts, originators = book.key("beneficiary_account"), book.key("originator_party")
    ledger = book.ledger("beneficiary_account")
    first, small = book.new_pair("beneficiary_account", "originator_party"), book.at_most(median)
    commercial = book.is_in("beneficiary_type", "merchant", "payroll", "utility")
    rows = ledger.rows
    findings = []
    for window, least, length in ((day, originators_day, "24 hours"), (month, originators_month, "30 days")):
        span = ledger.within(window)
        span = span[(span.count >= least) & ~commercial[rows] & book.measured[rows]]
        if len(span.rows):
            events = np.flatnonzero(book.moved)
            different = Distinct(accounts[events], originators[events], events, book.clock, window).count(
                accounts[span.rows], span.rows
            )
            firsts = span.sum(first)
            keep = (different >= least) & (firsts >= new * different) & (2 * span.sum(small) >= span.count)
            span, different, firsts = span[keep], different[keep], firsts[keep]
        else:
            different = firsts = span.count
        findings.append(
            Finding(
                rows=span.rows, value=different, threshold=float(least), window=window, spans=(span,),
                facts={"share": np.round(100 * firsts / np.maximum(different, 1)), "length": length},
            )
        )  # fmt: skip
    return tuple(findings)
