"""How an account or a party behaves against its own past."""

from __future__ import annotations

from typing import TYPE_CHECKING

from screening.rules.findings import Finding, Money
from screening.rules.rule import amount, count, duration, rule, share

if TYPE_CHECKING:
    from screening.rules.book import Book

__all__ = ["pass_through"]


@rule(
    "TF-V01",
    "Rapid pass-through",
    definition="Money leaves an account almost as it arrives.",
    source="STRO red flags for DPT providers (rapid movement); FATF Crowdfunding for TF 2023",
    weight=25,
    parameters=(
        duration("window", 48, "hours"),
        amount("least", 500, "least sum of the credits"),
        share("low", 0.8, "debits of the credits, at least"),
        share("high", 1.0, "debits of the credits, at most"),
        count("arrivals", 3, "credits, unless one is large"),
        amount("large", 5000, "a large credit"),
        share("balance", 0.1, "of the credits left on the account, at most, where the balance is known"),
    ),
    requires=("originator_account", "beneficiary_account"),
    keys=("amount", "originator_account"),
    optional=("balance_after_minor",),
    window="48 hours",
    key="account",
    flows=True,
    reason="{out} of {value} credited within {window} has left again, {count} credits",
)
def pass_through(
    book: Book,
    *,
    window: int,
    least: float,
    low: float,
    high: float,
    arrivals: int,
    large: float,
    balance: float,  # credits is the banking word
) -> Finding:
    """Look for debits that empty recent credits."""
    out = book.ledger("originator_account", money=True)
    rows = out.rows
    arrived = book.ledger("beneficiary_account", money=True).probe(out.keys, rows, window)
    may = arrived.count > 0
    rows, arrived, gone = rows[may], arrived[may], out.within(window)[may]
    credited, debited = arrived.sum(book.amount), gone.sum(book.amount)
    fired = (credited >= book.minor(least)[rows]) & (debited >= low * credited) & (debited <= high * credited)
    fired &= (arrived.count >= arrivals) | arrived.any(book.at_least(large))
    left = book.balance[rows]
    fired &= (left < 0) | (left <= balance * credited)
    return Finding(
        rows=rows[fired],
        value=Money(credited[fired]),
        threshold=Money(book.minor(least)[rows][fired]),
        window=window,
        spans=(arrived[fired], gone[fired]),
        facts={"out": Money(debited[fired]), "count": arrived.count[fired]},
    )
