"""Shapes of flows around one account or party: many in, many out, collected and spread, shared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from screening.reference.dated import codes
from screening.rules.book import combine
from screening.rules.findings import Finding, Money
from screening.rules.money import at_least_share, is_share
from screening.rules.rule import amount, count, duration, ratio, rule, share
from screening.rules.windows import NO_KEY, Distinct, Ledger, is_among, pack
from screening.rules.wording import words_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from screening.rules.book import Book
    from screening.rules.windows import Span

__all__ = [
    "COMMERCIAL",
    "fan_in",
    "fan_out",
    "funnel_account",
    "gather_scatter",
    "many_accounts",
    "many_payees_in_high_risk_area",
    "many_payers_to_high_risk_area",
    "shared_identifiers",
]

COMMERCIAL: Final = ("merchant", "payroll", "utility")
"""Types of parties that many pay, or that pay many, as a matter of course."""


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
    scope=("beneficiary_account",),
    reason="{value} originators within {length}, {new_share}% of them for the first time (at least {new}); "
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
    quiet = book.is_in("beneficiary_type", *COMMERCIAL) | ~book.measured
    small = book.at_most(median)
    return tuple(
        _fan(
            book, "beneficiary_account", "originator_party", window, least, new=new, quiet=quiet, small=small
        )
        for window, least in ((day, originators_day), (month, originators_month))
    )


@rule(
    "TF-G02",
    "Fan-out: a distribution account",
    definition="One account pays many beneficiaries, most of them new.",
    source="Tazama rule 017 (5 in 8 hours); AUSTRAC indicator 3",
    weight=20,
    parameters=(
        count("beneficiaries_burst", 5, "different beneficiaries within the short window"),
        duration("burst", 8, "hours"),
        count("beneficiaries_week", 10, "different beneficiaries within the long window"),
        duration("week", 7),
        share("new", 0.7, "of the beneficiaries, paid by this account for the first time"),
    ),
    requires=("originator_account", "beneficiary_account"),
    keys=("originator_account", "beneficiary_account"),
    optional=("originator_type",),
    window="8 hours and 7 days",
    key="originator account",
    flows=True,
    scope=("originator_account",),
    reason="{value} beneficiaries within {length}, {new_share}% of them for the first time (at least {new})",
)
def fan_out(
    book: Book, *, beneficiaries_burst: int, burst: int, beneficiaries_week: int, week: int, new: float
) -> tuple[Finding, ...]:
    """Look for accounts that pay many beneficiaries."""
    quiet = book.is_in("originator_type", *COMMERCIAL)
    return tuple(
        _fan(book, "originator_account", "beneficiary_account", window, least, new=new, quiet=quiet)
        for window, least in ((burst, beneficiaries_burst), (week, beneficiaries_week))
    )


def _fan(
    book: Book,
    key: str,
    other: str,
    window: int,
    least: int,
    *,
    new: float,
    quiet: npt.NDArray[np.bool_],
    small: npt.NDArray[np.bool_] | None = None,
) -> Finding:
    """Many different others of one key in a window, most of them new, half of the amounts small."""
    ledger = book.ledger(key).among(book.meeting(key, other, least)).crowded(window, least)
    among = is_among(book.key(key), ledger.keys)
    span = ledger.within(window)
    firsts = span.sum(book.new_pair(key, other, among=among))
    # the different others are at least the new ones among them
    keep = (span.count >= least) & (firsts >= new * least) & ~quiet[span.rows]
    span, firsts = span[keep], firsts[keep]
    if small is not None:
        keep = 2 * span.sum(small) >= span.count
        span, firsts = span[keep], firsts[keep]
    if len(span.rows):
        different = book.distinct(key, other, window, among=among).count(book.key(key)[span.rows], span.rows)
        keep = (different >= least) & at_least_share(firsts, different, new)
        span, firsts, different = span[keep], firsts[keep], different[keep]
    else:
        different = span.count
    return Finding(
        rows=span.rows,
        value=different,
        threshold=float(least),
        window=window,
        spans=(span,),
        facts={"new_share": 100 * firsts // np.maximum(different, 1), "length": _length(window)},
    )


def _length(window: int) -> str:
    hours = window // 3_600_000_000
    return f"{hours} hours" if hours < 48 else f"{hours // 24} days"


@rule(
    "TF-G03",
    "Gather and scatter",
    definition="One account collects from several and soon pays about the same sum out to several.",
    source="AMLSim gather-scatter; FFIEC Manual App. F (collect and funnel to a few foreign beneficiaries)",
    weight=35,
    parameters=(
        count("originators", 5, "different originators within the window"),
        count("beneficiaries", 3, "different beneficiaries within the window"),
        duration("window", 7),
        share("low", 0.8, "debits of the credits, at least"),
        share("high", 1.05, "debits of the credits, at most"),
    ),
    requires=("originator_account", "beneficiary_account"),
    keys=("amount", "originator_account", "beneficiary_account"),
    optional=("originator_type",),
    window="7 days",
    key="account",
    flows=True,
    scope=("originator_account+beneficiary_account",),
    version="2",
    reason="{value} paid out to {payees} beneficiaries after {received} came in from {payers} originators "
    "within "
    "{window}",
)
def gather_scatter(
    book: Book, *, originators: int, beneficiaries: int, window: int, low: float, high: float
) -> Finding:
    """Look for accounts that collect and then distribute."""
    outgoing = book.ledger("originator_account", money=True).crowded(window, beneficiaries)
    incoming = book.ledger("beneficiary_account", money=True).crowded(window, originators)
    outgoing = outgoing.among(incoming.keys)
    gone = outgoing.within(window)
    keep = (gone.count >= beneficiaries) & ~book.is_in("originator_type", *COMMERCIAL)[gone.rows]
    gone, keys = gone[keep], outgoing.keys[keep]
    come = incoming.probe(keys, gone.rows, window)
    keep = come.count >= originators
    gone, come = gone[keep], come[keep]
    spent, received = gone.sum(book.amount), come.sum(book.amount)
    keep = is_share(spent, received, low, high)
    gone, come, spent, received = gone[keep], come[keep], spent[keep], received[keep]
    accounts = book.key("originator_account")[gone.rows]
    among = is_among(book.key("originator_account"), accounts)
    payees = _counterparties(book, ("originator", "beneficiary"), window, among, gone.rows)
    among = is_among(book.key("beneficiary_account"), accounts)
    payers = _counterparties(book, ("beneficiary", "originator"), window, among, gone.rows)
    keep = (payees >= beneficiaries) & (payers >= originators)
    gone, come = gone[keep], come[keep]
    return Finding(
        rows=gone.rows,
        value=Money(spent[keep]),
        threshold=Money(np.ceil(low * received[keep]).astype(np.int64)),
        window=window,
        spans=(come, gone),
        facts={"received": Money(received[keep]), "payees": payees[keep], "payers": payers[keep]},
    )


def _counterparties(
    book: Book,
    sides: tuple[str, str],
    window: int,
    among: npt.NDArray[np.bool_],
    rows: npt.NDArray[np.int64],
) -> npt.NDArray[np.int64]:
    """Different accounts that an account meets from one side, over the payments whose sums are compared."""
    side, other = sides
    events = np.flatnonzero(among & book.moved & book.measured)
    keys = book.money_key(book.key(f"{side}_account"))[events]
    sweep = Distinct(keys, book.key(f"{other}_account")[events], events, book.clock, window)
    own = book.money_key(book.key("originator_account"))[rows]
    return sweep.count(own, rows)


@rule(
    "TF-G07",
    "Funnel account across places",
    definition="Cash is paid in at several places and leaves elsewhere within two days.",
    source="FinCEN definition of a funnel account; AUSTRAC typologies 2010",
    weight=30,
    parameters=(
        count("places", 3, "different branches, machines or regions of the deposits"),
        duration("window", 7),
        duration("soon", 48, "hours", "from the last deposit to the money leaving"),
        share("share", 0.7, "of the deposits that leaves within that time"),
    ),
    requires=("beneficiary_account", "originator_account", "cash_point|terminal_admin1", "terminal_place"),
    keys=("amount", "originator_account"),
    optional=("beneficiary_country", "beneficiary_admin1", "branch_id", "terminal_id"),
    window="7 days, and 48 hours",
    key="account",
    flows=True,
    scope=("originator_account+beneficiary_account",),
    reason="cash of {received} came in at {places_seen} places within {window}; {value} left elsewhere "
    "within {soon}",
)
def funnel_account(book: Book, *, places: int, window: int, soon: int, share: float) -> Finding:
    """Look for cash that comes in at many places and leaves at another."""
    deposits = book.ledger("beneficiary_account", money=True).where(book.is_in("channel", "cash_dep"))
    cash_out = book.is_in("channel", "cash_wd", "card_atm")
    leaving = cash_out | book.is_in("channel", "wire", "instant")
    outgoing = book.ledger("originator_account", money=True).among(deposits.keys).where(leaving)
    recent = deposits.probe(outgoing.keys, outgoing.rows, soon)
    keep = recent.count > 0
    keys, gone = outgoing.keys[keep], outgoing.within(soon)[keep]
    come = deposits.probe(keys, gone.rows, window)
    spent, received = gone.sum(book.amount), come.sum(book.amount)
    keep = (come.count >= places) & at_least_share(spent, received, share)
    keys, gone, come, spent, received = keys[keep], gone[keep], come[keep], spent[keep], received[keep]
    if not len(gone.rows):
        return Finding(rows=gone.rows, facts={"received": 0, "places_seen": 0})
    rows = deposits.rows
    region = pl.coalesce(
        *(book.column(name, rows) for name in ("terminal_admin1", "branch_id", "terminal_id"))
    )
    spots = _codes(pl.select(region).to_series())
    seen = Distinct(deposits.keys, spots, rows, book.clock, window).count(keys, gone.rows)
    keep = (seen >= places) & _elsewhere(book, come, cash_out)
    gone, come = gone[keep], come[keep]
    return Finding(
        rows=gone.rows,
        value=Money(spent[keep]),
        threshold=Money(np.ceil(share * received[keep]).astype(np.int64)),
        window=window,
        spans=(come, gone),
        facts={"received": Money(received[keep]), "places_seen": seen[keep]},
    )


def _elsewhere(book: Book, come: Span, cash_out: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Whether the money of each span leaves in a region or country where none of it came in."""
    result = np.zeros(len(come.rows), np.bool_)
    owner, deposit = come.expand()
    leaving = come.rows[owner]
    in_cash = pl.Series(cash_out[leaving])
    for level in ("admin1", "country"):
        terminal, payee = f"terminal_{level}", f"beneficiary_{level}"
        out = book.column(terminal, leaving).zip_with(in_cash, book.column(payee, leaving))
        came_in = book.column(terminal, deposit)
        if level == "country":
            came_in = pl.select(pl.coalesce(came_in, book.column(payee, deposit))).to_series()
        both = _codes(pl.concat([out, came_in.rename(out.name)]))
        there, here = both[: len(leaving)], both[len(leaving) :]
        judged = (there != NO_KEY) & (here != NO_KEY)
        same = np.zeros(len(result), np.bool_)
        same[owner[judged & (there == here)]] = True
        known = np.zeros(len(result), np.bool_)
        known[owner[judged]] = True
        result |= known & ~same
    return result


def _codes(values: pl.Series) -> npt.NDArray[np.uint32]:
    return codes(values)[0]


@rule(
    "TF-G08",
    "Many customers, one beneficiary in a high-risk area",
    definition="Several originators fund one beneficiary in a high-risk area.",
    source="AUSTRAC indicator 2; FFIEC Manual App. F",
    weight=35,
    parameters=(count("originators", 4, "different originators within the window"), duration("window", 30)),
    requires=("originator_party", "beneficiary_place", "beneficiary_account|beneficiary_name"),
    keys=("originator_party", "beneficiary_place", "beneficiary_account|beneficiary_name"),
    optional=("beneficiary_town", "originator_expected_countries"),
    window="30 days",
    key="beneficiary account, and beneficiary name with town",
    flows=True,
    scope=("beneficiary_name", "beneficiary_account"),
    version="2",
    reason="{value} originators paid this beneficiary in a high-risk area within {window}",
)
def many_payers_to_high_risk_area(book: Book, *, originators: int, window: int) -> tuple[Finding, ...]:
    """Look for beneficiaries in a high-risk area whom several customers fund."""
    rows = np.flatnonzero(book.high_risk() & book.moved & ~expected(book))
    name = words_of(book.column("beneficiary_name", rows)).replace("", None)
    names = pl.select(
        pl.concat_str(
            name,
            pl.lit("|"),
            words_of(book.column("beneficiary_town", rows)).fill_null(""),
        )
    ).to_series()
    keys = [_codes(names)]
    if book.has("beneficiary_account"):
        keys.append(book.key("beneficiary_account")[rows])
    payers = book.key("originator_party")[rows]
    findings = []
    for key in keys:
        ledger = Ledger.of(key, rows, book.clock)
        span = ledger.within(window)
        different = Distinct(key, payers, rows, book.clock, window).count(ledger.keys, span.rows)
        keep = different >= originators
        findings.append(
            Finding(
                rows=span.rows[keep],
                value=different[keep],
                threshold=float(originators),
                window=window,
                spans=(span[keep],),
            )
        )
    return tuple(findings)


def expected(book: Book) -> npt.NDArray[np.bool_]:
    """Whether the beneficiary's country is one the originator is known to deal with."""
    if not book.has("originator_expected_countries"):
        return np.zeros(book.size, np.bool_)
    rows = np.flatnonzero(book.known("originator_expected_countries"))
    known = book.column("originator_expected_countries", rows).cast(pl.String)
    frame = pl.DataFrame({"known": known, "country": book.country("beneficiary").series(rows)})
    held = frame.select(pl.col("known").str.split(" ").list.contains(pl.col("country"))).to_series()
    result = np.zeros(book.size, np.bool_)
    result[rows] = held.fill_null(False).to_numpy()
    return result


@rule(
    "TF-G09",
    "One customer, many beneficiaries in one high-risk area",
    definition="One originator pays several beneficiaries in the same high-risk area.",
    source="AUSTRAC indicator 3; FinCEN Advisory on the Financing of ISIS 2025",
    weight=30,
    parameters=(
        count("beneficiaries", 4, "different beneficiaries within the window"),
        duration("window", 30),
    ),
    requires=("originator_party", "beneficiary_party", "beneficiary_place"),
    keys=("originator_party", "beneficiary_party", "beneficiary_place"),
    optional=("originator_expected_countries",),
    window="30 days",
    key="originator and area",
    flows=True,
    scope=("originator_party",),
    reason="paid {value} beneficiaries in one high-risk area within {window}",
)
def many_payees_in_high_risk_area(book: Book, *, beneficiaries: int, window: int) -> Finding:
    """Look for originators who pay several people in one high-risk area."""
    rows = np.flatnonzero(book.high_risk() & book.moved & ~expected(book))
    key = combine(book.key("originator_party")[rows], book.area("beneficiary")[rows])
    ledger = Ledger.of(key, rows, book.clock)
    span = ledger.within(window)
    payees = book.key("beneficiary_party")[rows]
    different = Distinct(key, payees, rows, book.clock, window).count(ledger.keys, span.rows)
    keep = different >= beneficiaries
    return Finding(
        rows=span.rows[keep],
        value=different[keep],
        threshold=float(beneficiaries),
        window=window,
        spans=(span[keep],),
    )


@rule(
    "TF-G10",
    "Shared identifiers",
    definition="Different originators use one device, phone, mail address or street address.",
    source="FFIEC Manual App. F; AUSTRAC typologies 2010; FATF VA Red Flag Indicators 2020",
    weight=20,
    parameters=(
        count("originators", 3, "different originators within the window"),
        duration("window", 30),
        count("hub", 50, "once so many originators used it, it is a kiosk, shelter or office: not evaluable"),
        ratio("high_risk_factor", 1.75, "times the weight when any of them paid into a high-risk area"),
    ),
    requires=("originator_party", "device_id|phone_hash|email_hash|address_hash"),
    keys=("originator_party", "device_id|phone_hash|email_hash|address_hash"),
    optional=(
        "beneficiary_country",
        "beneficiary_admin1",
        "beneficiary_agent_bic",
        "branch_id",
        "terminal_id",
    ),
    window="30 days",
    key="device, phone, mail or address",
    flows=True,
    scope=("device_id", "phone_hash", "email_hash", "address_hash"),
    version="2",
    reason="{value} originators used one {identifier} within {window}",
)
def shared_identifiers(
    book: Book, *, originators: int, window: int, hub: int, high_risk_factor: float
) -> tuple[Finding, ...]:
    """Look for identifiers that several originators share."""
    findings = []
    for name in ("device_id", "phone_hash", "email_hash", "address_hash"):
        if not book.has(name):
            continue
        shared = book.is_in(name, *book.policy.hubs)
        # at a branch or a terminal the device is the machine, which all customers use
        machine = book.known("cash_point") & book.known(name) & (name == "device_id")
        own = ~(shared | machine)
        several = book.meeting(name, "originator_party", originators)
        ledger = book.ledger(name).among(several).where(own).crowded(window, originators)
        span = ledger.within(window)
        span = span[span.count >= originators]
        among = own & is_among(book.key(name), ledger.keys)
        sweep = book.distinct(name, "originator_party", window, among=among)
        keys = book.key(name)[span.rows]
        different = sweep.count(keys, span.rows)
        busy = different >= hub
        # what was a hub once stays one: its quiet months are no ring
        known_hubs = Ledger.of(keys[busy], span.rows[busy], book.clock)
        ever = known_hubs.between(pack(keys, span.rows), np.zeros(book.size, np.uint32), book.clock.end)
        hubs = np.zeros(book.size, np.bool_)
        hubs[span.rows[ever.count > 0]] = True
        keep = (different >= originators) & (ever.count == 0)
        span = span[keep]
        findings.append(
            Finding(
                rows=span.rows,
                value=different[keep],
                threshold=float(originators),
                factor=np.where(span.any(book.high_risk()), high_risk_factor, 1.0),
                window=window,
                spans=(span,),
                facts={"identifier": name.split("_")[0]},
                unclear=(
                    (hubs, f"hub: {hub} or more originators share one {name.split('_')[0]}"),
                    (shared, f"hub: the policy names this {name.split('_')[0]}"),
                    (machine, "hub: the device of a branch or terminal"),
                ),
            )
        )
    return tuple(findings)


@rule(
    "TF-G11",
    "Many accounts of one party",
    definition="One party pays from many accounts.",
    source="Tazama rules 083 and 084 (default raised: more than one is normal in retail)",
    weight=5,
    parameters=(count("accounts", 4, "different accounts within the window"), duration("window", 30)),
    requires=("originator_party_id|originator_customer_id", "originator_account"),
    keys=("originator_party_id|originator_customer_id", "originator_account"),
    window="30 days",
    key="originator",
    flows=True,
    scope=("originator_party",),
    reason="paid from {value} accounts within {window}",
)
def many_accounts(book: Book, *, accounts: int, window: int) -> Finding:
    """Look for parties that pay from many accounts."""
    several = book.meeting("originator_party", "originator_account", accounts)
    ledger = book.ledger("originator_party").among(several).crowded(window, accounts)
    span = ledger.within(window)
    span = span[span.count >= accounts]
    keys = book.key("originator_party")
    among = is_among(keys, ledger.keys)
    sweep = book.distinct("originator_party", "originator_account", window, among=among)
    different = sweep.count(keys[span.rows], span.rows)
    keep = different >= accounts
    span = span[keep]
    return Finding(
        rows=span.rows, value=different[keep], threshold=float(accounts), window=window, spans=(span,)
    )
