"""Cash: paid in and wired on, paid in at many places, taken out near the limit of what may be carried."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from screening.rules.findings import Finding, Money
from screening.rules.merchants import is_travel
from screening.rules.money import at_least_share, at_most_share
from screening.rules.rule import amount, count, duration, ratio, rule, share, threshold_code

if TYPE_CHECKING:
    from screening.rules.book import Book

__all__ = ["cash_at_many_places", "cash_then_wire", "courier_cash"]


@rule(
    "TF-K01",
    "Cash in, wire out",
    definition="A cash deposit is followed at once by a cross-border transfer of most of it.",
    source="AUSTRAC typologies 2010",
    weight=25,
    parameters=(
        amount("least", 500, "least sum of the deposits"),
        duration("window", 72, "hours"),
        share("share", 0.7, "of the deposits, sent across a border"),
        ratio("high_risk_factor", 1.4, "times the weight when it goes to a high-risk area"),
    ),
    requires=("originator_party", "beneficiary_party", "originator_place", "beneficiary_place"),
    keys=("amount", "originator_party"),
    window="72 hours",
    key="party",
    flows=True,
    scope=("originator_party+beneficiary_party",),
    reason="{value} sent across a border within {window} of paying in {deposited} in cash",
)
def cash_then_wire(
    book: Book, *, least: float, window: int, share: float, high_risk_factor: float
) -> Finding:
    """Look for cash that is wired abroad."""
    abroad = book.cross_border()
    wires = book.is_in("channel", "wire", "instant", "mobile", "p2p")
    sent = book.ledger("originator_party", money=True).where(wires & (abroad == 1))
    deposits = book.ledger("beneficiary_party", money=True).where(book.is_in("channel", "cash_dep"))
    sent = sent.among(deposits.keys)
    come, gone = deposits.probe(sent.keys, sent.rows, window), sent.within(window)
    deposited, out = come.sum(book.amount), gone.sum(book.amount)
    fired = (
        (come.count > 0) & (deposited >= book.minor(least)[come.rows]) & at_least_share(out, deposited, share)
    )
    come, gone, deposited, out = come[fired], gone[fired], deposited[fired], out[fired]
    return Finding(
        rows=come.rows,
        value=Money(out),
        threshold=Money(np.ceil(share * deposited).astype(np.int64)),
        factor=np.where(book.high_risk()[come.rows], high_risk_factor, 1.0),
        window=window,
        spans=(come, gone),
        facts={"deposited": Money(deposited)},
        unclear=((wires & (abroad < 0), "no country on one side: domestic or cross-border is not known"),),
    )


@rule(
    "TF-K02",
    "Cash at several points in a day",
    definition="One party pays in cash at several branches or machines in a day, each time below the "
    "threshold.",
    source="AUSTRAC typologies 2010; FFIEC Manual App. F",
    weight=20,
    parameters=(
        count("points", 3, "different branches or machines"),
        duration("window", 24, "hours"),
        threshold_code("cash_report"),
    ),
    requires=("beneficiary_party", "cash_point"),
    keys=("amount", "beneficiary_party"),
    window="24 hours",
    key="beneficiary",
    flows=True,
    scope=("beneficiary_party",),
    version="3",
    reason="cash paid in at {value} points within {window}, each time below the threshold {threshold}; "
    "together {total}",
)
def cash_at_many_places(book: Book, *, points: int, window: int, threshold: str) -> Finding:
    """Look for cash paid in at several points."""
    limit = book.threshold(threshold)
    deposits = book.is_in("channel", "cash_dep")
    below = deposits & book.measured & (limit > 0) & (book.amount < limit)
    span = book.ledger("beneficiary_party").where(below).within(window)
    span = span[span.count >= points]
    keys = book.key("beneficiary_party")
    different = book.distinct("beneficiary_party", "cash_point", window, among=below).count(
        keys[span.rows], span.rows
    )
    fired = different >= points
    span = span[fired]
    # points are counted whatever the currency; what is added up is in the currency of the payment
    own = book.ledger("beneficiary_party", money=True).where(below)
    alike = own.probe(book.money_key(keys)[span.rows], span.rows, window)
    return Finding(
        rows=span.rows,
        value=different[fired],
        threshold=float(points),
        window=window,
        spans=(span,),
        facts={"total": Money(alike.sum(book.amount))},
        unclear=(
            (deposits & (limit < 0), f"no threshold '{threshold}' for the currency"),
            (deposits & ~book.known("cash_point"), "no branch or terminal"),
        ),
    )


@rule(
    "TF-K03",
    "Cash-out near the courier limit, with travel",
    definition="Cash taken out in a week comes close to the limit that must be declared at a border, and the "
    "party travels.",
    source="FATF R.32 and INR.32 para 3",
    weight=15,
    parameters=(
        threshold_code("r32"),
        share("low", 0.8, "of the limit, at least"),
        share("high", 1.0, "of the limit, at most"),
        duration("window", 7),
    ),
    requires=("originator_party", "merchant_category_code|terminal_place"),
    keys=("amount", "originator_party"),
    optional=("merchant_category_code", "terminal_country", "terminal_admin1"),
    window="7 days",
    key="originator",
    flows=True,
    scope=("originator_party",),
    version="2",
    reason="{value} taken out in cash within {window}, {low} to {high} of the limit {limit} "
    "({threshold}), with "
    "travel",
)
def courier_cash(book: Book, *, threshold: str, low: float, high: float, window: int) -> Finding:
    """Look for cash taken out to be carried."""
    limit = book.threshold(threshold)
    cash = book.is_in("channel", "cash_wd", "card_atm")
    travel = is_travel(book) | (
        book.is_in("channel", "card_atm", "card_pos", "cash_wd") & book.tf_area("terminal_place")
    )
    everything = book.ledger("originator_party", money=True)
    seen = everything.where(cash | travel)
    taken = everything.where(cash).probe(seen.keys, seen.rows, window)
    travelled = book.ledger("originator_party").where(travel)
    trips = travelled.probe(book.key("originator_party")[seen.rows], seen.rows, window)
    total, edge = taken.sum(book.amount), limit[seen.rows]
    fired = (
        (edge > 0) & (trips.count > 0) & at_least_share(total, edge, low) & at_most_share(total, edge, high)
    )
    taken, trips, total, edge = taken[fired], trips[fired], total[fired], edge[fired]
    return Finding(
        rows=taken.rows,
        value=Money(total),
        threshold=Money(np.ceil(low * edge).astype(np.int64)),
        window=window,
        spans=(taken, trips),
        facts={"limit": Money(edge)},
        unclear=((cash & (limit < 0), f"no threshold '{threshold}' for the currency"),),
    )
