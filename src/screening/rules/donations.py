"""Non-profit organisations and collections. No rule fires for being one: it always takes a second fact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from screening.rules.behaviour import CASH_OUT, pass_through
from screening.rules.book import combine
from screening.rules.coded import in_common
from screening.rules.findings import Finding, Money, listed
from screening.rules.graph import expected
from screening.rules.money import at_least_share
from screening.rules.rule import amount, count, duration, ratio, rule, share
from screening.rules.windows import Distinct, Ledger, is_among
from screening.rules.wording import tier_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from screening.rules.book import Book

__all__ = ["donation_storm", "donations_leave_at_once", "npo_cash", "npo_off_programme", "private_collection"]


@rule(
    "TF-N01",
    "Non-profit pays into a conflict area off programme",
    definition="A non-profit organisation pays into a conflict area outside its known countries, to a "
    "natural "
    "person, or to a beneficiary it never paid before.",
    source="FATF R.8 and INR.8 para 3",
    weight=15,
    requires=("originator_type", "beneficiary_place", "originator_party", "beneficiary_party"),
    keys=("originator_type", "beneficiary_place"),
    optional=("originator_expected_countries", "beneficiary_type"),
    key="originator",
    flows=True,
    scope=("originator_party",),
    version="2",
    reason="non-profit organisation pays into a high-risk area: {what}",
)
def npo_off_programme(book: Book) -> Finding:
    """Look for payments of non-profit organisations off their programme."""
    risky = book.is_in("originator_type", "npo") & book.high_risk() & book.moved
    person = book.is_in("beneficiary_type", "person")
    payers = book.key("originator_party")
    rows = np.flatnonzero(is_among(payers, payers[risky]) & book.moved)
    ledger = Ledger.of(combine(payers[rows], book.key("beneficiary_party")[rows]), rows, book.clock)
    earlier = ledger.between(ledger.packed, np.zeros(book.size, np.uint32), book.clock.start)
    first = np.zeros(book.size, np.bool_)
    first[earlier.rows[earlier.count == 0]] = True
    outside = book.known("originator_expected_countries") & ~expected(book)
    rows = np.flatnonzero(risky & (person | first | outside))
    parts = (
        (outside, "outside the countries it is known to work in"),
        (person, "to a natural person"),
        (first, "for the first time to this beneficiary"),
    )
    return Finding(rows=rows, facts={"what": listed([(truth[rows], words) for truth, words in parts])})


@rule(
    "TF-N02",
    "Non-profit lives on cash",
    definition="Much of what a non-profit organisation spends is taken out in cash.",
    source="AUSTRAC indicator 6",
    weight=20,
    parameters=(
        duration("window", 90),
        share("share", 0.4, "of all spending, in cash"),
        amount("least", 5000, "least sum in cash"),
    ),
    requires=("originator_type", "originator_party"),
    keys=("amount", "originator_type", "originator_party"),
    window="90 days",
    key="originator",
    flows=True,
    scope=("originator_party",),
    reason="{value} of {all} spent within {window} was taken out in cash",
)
def npo_cash(book: Book, *, window: int, share: float, least: float) -> Finding:
    """Look for non-profit organisations that live on cash."""
    cash = book.is_in("channel", *CASH_OUT)
    ledger = book.ledger("originator_party", money=True).where(book.is_in("originator_type", "npo"))
    span = ledger.within(window)
    span = span[cash[span.rows]]
    taken, spent = span.sum(np.where(cash, book.amount, 0)), span.sum(book.amount)
    fired = (taken >= book.minor(least)[span.rows]) & at_least_share(taken, spent, share)
    span = span[fired]
    return Finding(
        rows=span.rows,
        value=Money(taken[fired]),
        threshold=Money(np.ceil(share * spent[fired]).astype(np.int64)),
        window=window,
        spans=(span,),
        facts={"all": Money(spent[fired])},
    )


@rule(
    "TF-N03",
    "Donation storm",
    definition="Far more originators than usual send small amounts to one account or campaign in a day, "
    "most for "
    "the first time. On days of the calendar of giving the bar is higher.",
    source="FATF Crowdfunding for TF 2023",
    weight=20,
    parameters=(
        count("originators", 20, "different originators in the day"),
        duration("day", 24, "hours"),
        duration("baseline", 30, "days", "before that day"),
        ratio("factor", 5, "times the daily mean of originators in the baseline"),
        ratio("calendar_factor", 3, "times both bars on days of the calendar"),
        amount("median", 100, "at least half of the amounts are at most this"),
        share("new", 0.8, "of the originators, for the first time"),
        count("countries", 3, "different foreign countries that raise the weight"),
        ratio("countries_factor", 1.5, "times the weight with that many"),
    ),
    requires=("originator_party", "beneficiary_account|campaign_id"),
    keys=("amount", "originator_party", "beneficiary_account|campaign_id"),
    optional=("originator_country", "beneficiary_country", "beneficiary_type", "campaign_id"),
    window="24 hours against the 30 days before",
    key="beneficiary account, and campaign",
    flows=True,
    scope=("beneficiary_account", "campaign_id"),
    reason="{value} originators within {day}, {share}% for the first time; the mean of the {baseline} "
    "before is "
    "{mean} a day",
)
def donation_storm(book: Book, **parameters: float) -> tuple[Finding, ...]:
    """Look for bursts of small payments from new originators."""
    return tuple(
        _storm(book, key, parameters) for key in ("beneficiary_account", "campaign_id") if book.has(key)
    )


def _storm(book: Book, key: str, parameters: Mapping[str, float]) -> Finding:
    day, baseline = int(parameters["day"]), int(parameters["baseline"])
    least = int(parameters["originators"])
    span = book.ledger(key).crowded(day, least).within(day)
    quiet = book.is_in("beneficiary_type", "payroll", "utility")
    bar = np.where(_in_calendar(book), parameters["calendar_factor"], 1.0)
    keep = (span.count >= least * bar[span.rows]) & ~quiet[span.rows]
    span = span[keep]
    keep = 2 * span.sum(book.at_most(parameters["median"])) >= span.count
    span = span[keep]
    keys = book.key(key)
    among = is_among(keys, keys[span.rows])
    sweep = book.distinct(key, "originator_party", day, among=among)
    different = sweep.count(keys[span.rows], span.rows)
    firsts = span.sum(book.new_pair(key, "originator_party", among=among))
    begin, end = book.clock.after(day + baseline)[span.rows], book.clock.after(day)[span.rows]
    mean = sweep.appeared(keys[span.rows], begin, end) / (baseline / day)
    needed = np.maximum(least, parameters["factor"] * mean) * bar[span.rows]
    fired = (different >= needed) & at_least_share(firsts, different, parameters["new"])
    span, different, firsts = span[fired], different[fired], firsts[fired]
    mean, needed = mean[fired], needed[fired]
    foreign = _foreign_countries(book, key, day, among, span.rows)
    return Finding(
        rows=span.rows,
        value=different,
        threshold=needed,
        factor=np.where(foreign >= parameters["countries"], parameters["countries_factor"], 1.0),
        window=day,
        spans=(span,),
        facts={"share": 100 * firsts // np.maximum(different, 1), "mean": mean},
    )


def _foreign_countries(
    book: Book, key: str, window: int, among: npt.NDArray[np.bool_], rows: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    here, there = in_common(book.country("beneficiary"), book.country("originator"))
    foreign = among & book.moved & here.known & there.known & (here.numbers != there.numbers)
    events = np.flatnonzero(foreign)
    country = there.at(events).keys()
    sweep = Distinct(book.key(key)[events], country, events, book.clock, window)
    return sweep.count(book.key(key)[rows], rows)


def _in_calendar(book: Book) -> npt.NDArray[np.bool_]:
    def find(rows: list[Any], country: str | None) -> int:
        return int(any(row["country"] in ("*", country) for row in rows))

    truth: npt.NDArray[np.bool_] = book.as_of("calendar", "beneficiary", find) == 1
    return truth


@rule(
    "TF-N04",
    "Donations on a personal account",
    definition="Several originators send money with words of giving to the account of a person.",
    source="FATF Crowdfunding for TF 2023; FinCEN Advisory on the Financing of ISIS 2025",
    weight=20,
    parameters=(
        count("originators", 8, "different originators"),
        share("share", 0.5, "of the texts, with a donation word (lexicon, tier C)"),
        duration("window", 30),
    ),
    requires=("originator_party", "beneficiary_account", "beneficiary_type", "remittance_text"),
    keys=("originator_party", "beneficiary_account", "beneficiary_type"),
    window="30 days",
    key="beneficiary account",
    flows=True,
    scope=("beneficiary_account",),
    reason="{value} originators within {window}, {words} of {count} texts with words of giving, to a person",
)
def private_collection(book: Book, *, originators: int, share: float, window: int) -> Finding:
    """Look for persons who collect donations."""
    giving = tier_rows(book, "C")
    personal = book.is_in("beneficiary_type", "person")
    ledger = book.ledger("beneficiary_account").where(personal).crowded(window, originators)
    span = ledger.within(window)
    span = span[span.count >= originators]
    words = span.sum(giving)
    keep = at_least_share(words, span.count, share)
    span, words = span[keep], words[keep]
    accounts = book.key("beneficiary_account")
    among = personal & is_among(accounts, ledger.keys)
    different = book.distinct("beneficiary_account", "originator_party", window, among=among).count(
        accounts[span.rows], span.rows
    )
    fired = different >= originators
    span = span[fired]
    return Finding(
        rows=span.rows,
        value=different[fired],
        threshold=float(originators),
        window=window,
        spans=(span,),
        facts={"words": words[fired], "count": span.count},
    )


@rule(
    "TF-N05",
    "Donations leave at once",
    definition="What a collection (TF-N03, TF-N04) brought in passes through (TF-V01) within two days.",
    source="FATF Crowdfunding for TF 2023",
    weight=25,
    parameters=(
        duration("window", 48, "hours"),
        ratio("away_factor", 1.4, "times the weight when it leaves abroad, in cash or as virtual assets"),
    ),
    requires=("originator_account", "beneficiary_account", "originator_party"),
    keys=("amount", "originator_account"),
    optional=("beneficiary_type", "remittance_text", "originator_country", "beneficiary_country"),
    window="48 hours",
    key="account",
    flows=True,
    scope=("originator_account+beneficiary_account",),
    upon=("TF-N03", "TF-N04", "TF-V01"),
    reason="a collection on this account passes through within {window}; {value} credits belong to it",
)
def donations_leave_at_once(book: Book, *, window: int, away_factor: float) -> Finding:
    """Look for collections that pass through."""
    collected = book.fired(donation_storm.default) | book.fired(private_collection.default)
    leaving = book.fired(pass_through.default)
    out = book.ledger("originator_account").where(leaving)
    span = book.ledger("beneficiary_account").where(collected).probe(out.keys, out.rows, window)
    span = span[span.count > 0]
    away = (book.cross_border() == 1) | book.is_in("channel", *CASH_OUT, "va")
    return Finding(
        rows=span.rows,
        value=span.count,
        threshold=1.0,
        window=window,
        spans=(span,),
        factor=np.where(away[span.rows], away_factor, 1.0),
    )
