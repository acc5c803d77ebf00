"""How an account or a party behaves against its own past."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from screening.errors import PolicyError
from screening.rules.findings import Finding, Money
from screening.rules.money import at_least_share, at_most_share, is_share
from screening.rules.rule import amount, count, duration, ratio, rule, share
from screening.rules.windows import DAY, NO_KEY, Ledger, pack

if TYPE_CHECKING:
    import numpy.typing as npt

    from screening.rules.book import Book

__all__ = [
    "CASH_OUT",
    "dormant_account",
    "impossible_location",
    "new_account",
    "out_of_profile",
    "pass_through",
    "velocity_spike",
]

CASH_OUT: Final = ("cash_wd", "card_atm")
"""Channels by which money leaves as cash."""

_CROWDED: Final = 200


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
    scope=("originator_account+beneficiary_account",),
    reason="{out} of {value} credited within {window} has left again; {credits} credits",
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
    balance: float,
) -> Finding:
    """Look for debits that empty recent credits."""
    incoming = book.ledger("beneficiary_account", money=True)
    busy = incoming.crowded(window, arrivals).keys
    rich = incoming.where(book.at_least(large)).keys
    out = book.ledger("originator_account", money=True).among(np.concatenate([busy, rich]))
    come = incoming.probe(out.keys, out.rows, window)
    keep = come.count > 0
    come, gone = come[keep], out.within(window)[keep]
    credited, debited = come.sum(book.amount), gone.sum(book.amount)
    fired = (credited >= book.minor(least)[come.rows]) & is_share(debited, credited, low, high)
    fired &= (come.count >= arrivals) | come.any(book.at_least(large))
    left = book.balance[come.rows]
    fired &= (left < 0) | at_most_share(left, credited, balance)
    come, gone, credited = come[fired], gone[fired], credited[fired]
    return Finding(
        rows=come.rows,
        value=Money(credited),
        threshold=Money(book.minor(least)[come.rows]),
        window=window,
        spans=(come, gone),
        facts={"out": Money(debited[fired]), "credits": come.count},
    )


@rule(
    "TF-V03",
    "Dormant account reactivated",
    definition="An account without any payment for long moves again.",
    source="FFIEC Manual App. F; FATF VA Red Flag Indicators 2020; Tazama rules 003 and 004 (3 months)",
    weight=15,
    parameters=(
        duration("silence", 180, "days", "without any payment"),
        duration("after", 7, "days", "in which payments after the silence weigh more"),
        share("cash_out", 0.7, "of what came in since, taken out in cash"),
        ratio(
            "after_factor",
            25 / 15,
            "times the weight: a payment into a high-risk area, or such a cash-out, after it",
        ),
    ),
    requires=("originator_account|beneficiary_account",),
    keys=("originator_account|beneficiary_account",),
    optional=("beneficiary_country", "beneficiary_admin1", "beneficiary_agent_bic"),
    window="180 days",
    key="account",
    flows=True,
    scope=("account", "originator_account+beneficiary_account"),
    reason="{what} after the account had been silent for {value} days",
)
def dormant_account(
    book: Book, *, silence: int, after: int, cash_out: float, after_factor: float
) -> tuple[Finding, ...]:
    """Look for accounts that wake up."""
    activity = book.activity()
    rows, keys, time = activity.rows, activity.keys, book.clock.time
    gap = np.zeros(len(rows), np.int64)
    gap[1:] = np.where(keys[1:] == keys[:-1], np.diff(time[rows]), 0)
    woken = np.flatnonzero(gap >= silence)
    wakes = Ledger(activity.packed[woken], book.clock)
    instant = activity.between(wakes.packed, book.clock.start, book.clock.end)
    owner, entries = instant.expand()
    first = Finding(
        rows=entries,
        value=gap[woken][owner] // DAY,
        threshold=silence / DAY,
        window=gap[woken][owner],
        facts={"what": "first payment"},
    )
    out = book.ledger("originator_account").among(wakes.keys)
    since = wakes.probe(out.keys, out.rows, after)
    keep = since.count > 0
    since = since[keep]
    risky = book.high_risk()[since.rows]
    rows = since.rows
    cash = _emptied(book, rows, since.last(), cash_out)
    fired = risky | cash
    length = gap[woken][since.high[fired] - 1]
    second = Finding(
        rows=rows[fired],
        value=length // DAY,
        threshold=silence / DAY,
        factor=after_factor,
        window=time[rows[fired]] - time[since.last()[fired]] + length,
        trail=(since.last()[fired],),
        facts={"what": pl.Series(np.where(risky[fired], "payment into a high-risk area", "cash taken out"))},
    )
    return first, second


def _emptied(
    book: Book,
    rows: npt.NDArray[np.int64],
    since: npt.NDArray[np.int64],
    part: float,
) -> npt.NDArray[np.bool_]:
    """Whether a row takes out in cash, with those before it since a row, at least a part of what came in."""
    cash = book.is_in("channel", *CASH_OUT)
    keys = book.money_key(np.where(book.moved, book.key("originator_account"), NO_KEY))[rows]
    begin = np.zeros(book.size, np.int64)
    begin[rows] = book.clock.start[since]
    probes = pack(keys, rows)
    taken = book.ledger("originator_account", money=True).where(cash).between(probes, begin, book.clock.end)
    come = book.ledger("beneficiary_account", money=True).between(probes, begin, book.clock.end)
    received = come.sum(book.amount)
    return cash[rows] & (received > 0) & at_least_share(taken.sum(book.amount), received, part)


@rule(
    "TF-V04",
    "Amount out of own profile",
    definition="An amount lies far above what the originator has paid before.",
    source="FATF R.10(d); Tazama rules 018, 020 and 048",
    weight=15,
    parameters=(
        duration("window", 180),
        count("payments", 10, "fewest earlier payments within the window"),
        ratio("score", 3.5, "distance from the median in robust standard deviations of the logarithm"),
        ratio("floor", 0.05, "smallest interquartile range of the logarithm"),
    ),
    requires=("originator_party",),
    keys=("amount", "originator_party"),
    window="180 days before",
    key="originator",
    flows=True,
    scope=("originator_party",),
    reason="{amount} is {value} robust deviations above the median {median} of {count} payments in {window}",
)
def out_of_profile(book: Book, *, window: int, payments: int, score: float, floor: float) -> Finding:
    """Look for amounts far above the originator's habit."""
    if floor <= 0:
        raise PolicyError(f"TF-V04: floor must be above 0, not {floor!r}")
    ledger = book.ledger("originator_party", money=True)
    span = ledger.before(window)
    enough = span.count >= payments
    short = np.zeros(book.size, np.bool_)
    short[span.rows[~enough]] = True
    unclear = ((short, f"fewer than {payments} earlier payments of the originator"),)
    span = ledger.among(ledger.keys[enough]).before(window)
    span = span[span.count >= payments]
    low, middle, high = span.quantiles(book.amount, (0.25, 0.5, 0.75))
    spread = np.maximum(np.log(high) - np.log(low), floor) / 1.349
    distance = (np.log(book.amount[span.rows]) - np.log(middle)) / spread
    fired = distance >= score
    span = span[fired]
    return Finding(
        rows=span.rows,
        value=distance[fired],
        threshold=score,
        window=window,
        spans=(span,),
        facts={
            "amount": Money(book.amount[span.rows]),
            "median": Money(middle[fired].astype(np.int64)),
            "count": span.count,
        },
        unclear=unclear,
    )


@rule(
    "TF-V05",
    "Velocity spike",
    definition="Far more payments in a day than the originator makes on average.",
    source="Tazama rules 010 and 011",
    weight=15,
    parameters=(
        duration("day", 24, "hours"),
        duration("baseline", 60, "days", "before that day"),
        count("payments", 5, "fewest payments in the day"),
        ratio("factor", 3, "times the daily mean of the baseline"),
    ),
    requires=("originator_party",),
    keys=("originator_party",),
    window="24 hours against the 60 days before",
    key="originator",
    flows=True,
    scope=("originator_party",),
    reason="{value} payments in {day}; the mean of the {baseline} before is {mean} a day",
)
def velocity_spike(book: Book, *, day: int, baseline: int, payments: int, factor: float) -> Finding:
    """Look for days with far more payments than usual."""
    everything = book.ledger("originator_party")
    ledger = everything.crowded(day, payments)
    seen = book.first_seen("originator_party")
    unknown = (seen >= 0) & (book.clock.time - seen < baseline)
    span = ledger.within(day)
    keep = (span.count >= payments) & ~unknown[span.rows]
    span, probes = span[keep], ledger.packed[keep]
    before = everything.between(probes, book.clock.after(day + baseline), book.clock.after(day)).count
    days = baseline / day
    fired = span.count * days >= factor * before
    span, before = span[fired], before[fired]
    return Finding(
        rows=span.rows,
        value=span.count,
        threshold=np.maximum(payments, factor * before / days),
        window=day,
        spans=(span,),
        facts={"mean": before / days},
        unclear=((unknown, "history of the originator is shorter than the baseline"),),
    )


@rule(
    "TF-V06",
    "New account, immediate use",
    definition="A new account pays into a high-risk area, or far beyond its holder's income.",
    source="FATF VA Red Flag Indicators 2020; Tazama rule 001",
    weight=20,
    parameters=(
        duration("age", 30, "days", "up to which an account is new"),
        ratio("incomes", 5, "monthly incomes paid out within that time"),
    ),
    requires=("originator_account", "originator_opened_at", "beneficiary_place|originator_income_minor"),
    keys=("originator_account", "originator_opened_at"),
    optional=(
        "originator_income_minor",
        "beneficiary_country",
        "beneficiary_admin1",
        "beneficiary_agent_bic",
    ),
    window="30 days",
    key="originator account",
    flows=True,
    scope=("originator_account",),
    reason="the account is {value} days old and {what}",
)
def new_account(book: Book, *, age: int, incomes: float) -> Finding:
    """Look for new accounts that are used at once."""
    opened = (
        book.column("originator_opened_at").cast(pl.Datetime("us")).dt.timestamp("us").fill_null(-(2**62))
    )
    old = book.clock.time - opened.to_numpy()
    new = (old >= 0) & (old <= age) & book.moved & (book.key("originator_account") != NO_KEY)
    risky = new & book.high_risk()
    spent, foreign = np.zeros(book.size, np.bool_), np.zeros(book.size, np.bool_)
    income = book.column("originator_income_minor").cast(pl.Int64).fill_null(0).to_numpy()
    if (income > 0).any():
        ledger = book.ledger("originator_account", money=True)
        span = ledger.within(age)
        base = (book.currency.series(span.rows) == book.policy.base_currency).fill_null(False).to_numpy()
        earned = income[span.rows]
        foreign[span.rows[new[span.rows] & (earned > 0) & ~base]] = True
        beyond = (earned > 0) & base & at_least_share(span.sum(book.amount), earned, incomes)
        spent[span.rows[beyond]] = True
    rows = np.flatnonzero(risky | (new & spent))
    what = np.where(
        risky[rows], "pays into a high-risk area", "has paid out a multiple of the monthly income"
    )
    return Finding(
        rows=rows,
        value=old[rows] // DAY,
        threshold=age / DAY,
        window=age,
        facts={"what": pl.Series(what, dtype=pl.String)},
        unclear=((foreign, f"income is in {book.policy.base_currency}; supply amount_base_minor"),),
    )


@rule(
    "TF-V08",
    "Impossible location",
    definition="One card is used at two places too far apart for the time between.",
    source="Tazama rule 074 (idea)",
    weight=10,
    parameters=(
        duration("window", 1, "hours"),
        ratio("speed", 900, "kilometres an hour"),
        ratio("distance", 50, "kilometres below which two places count as one"),
    ),
    requires=("card_id|originator_account", "terminal_latitude", "terminal_longitude"),
    keys=("card_id|originator_account",),
    window="1 hour",
    key="card, else account",
    flows=True,
    scope=("card_id|originator_account",),
    version="2",
    reason="{value} km from another use of the card within {window}",
)
def impossible_location(book: Book, *, window: int, speed: float, distance: float) -> Finding:
    """Look for cards in two far places at once."""
    placed = book.known("terminal_latitude") & book.known("terminal_longitude")
    present = placed & book.is_in("channel", "card_pos", "card_atm")
    uses = np.flatnonzero(present & book.moved)
    card, account = book.key("card_id")[uses], book.key("originator_account")[uses]
    known = card != NO_KEY  # an account stands for a card that is not known, and never for one that is
    keys = np.where(known, card, account).astype(np.uint64) * np.uint64(2) + known
    keys[~known & (account == NO_KEY)] = NO_KEY
    span = Ledger.of(keys, uses, book.clock).within(window)
    crowded = np.zeros(book.size, np.bool_)
    crowded[span.rows[span.count > _CROWDED]] = True
    span = span[(span.count > 1) & (span.count <= _CROWDED)]
    owner, other = span.expand()
    here = span.rows[owner]
    latitude, longitude = (
        np.radians(book.column(f"terminal_{name}").fill_null(0.0).to_numpy())
        for name in ("latitude", "longitude")
    )
    half = np.sin((latitude[here] - latitude[other]) / 2) ** 2
    half += (
        np.cos(latitude[here])
        * np.cos(latitude[other])
        * np.sin((longitude[here] - longitude[other]) / 2) ** 2
    )
    apart = 2 * 6371.0 * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    hours = (book.clock.time[here] - book.clock.time[other]) / 3_600_000_000
    too_fast = (apart >= distance) & (apart > speed * hours)
    rows = here[too_fast]
    return Finding(
        rows=rows,
        value=np.round(apart[too_fast]),
        threshold=distance,
        window=window,
        trail=(other[too_fast],),
        unclear=(
            (~present & book.is_in("channel", "card_pos", "card_atm"), "no position of the terminal"),
            (crowded, f"hub: over {_CROWDED} uses of one card within the window"),
        ),
    )
