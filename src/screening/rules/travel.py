"""Foreign terrorist fighters: cards in conflict regions, borrowed money, tickets, prepaid cards, returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from screening.reference.country_risk import HIGH_RISK
from screening.reference.dated import codes
from screening.rules.book import combine
from screening.rules.corridors import away
from screening.rules.findings import Finding, Money
from screening.rules.merchants import is_travel
from screening.rules.money import at_least_share
from screening.rules.rule import amount, count, duration, ratio, rule, share
from screening.rules.windows import DAY, NO_KEY, Distinct, Ledger

if TYPE_CHECKING:
    import numpy.typing as npt

    from screening.rules.book import Book

__all__ = [
    "borrow_and_travel",
    "cards_in_conflict_regions",
    "income_at_home_life_abroad",
    "prepaid_used_elsewhere",
    "return_after_gap",
    "tickets_for_others",
]

_CARD: Final = ("card_atm", "card_pos")
_INCOME_PURPOSES: Final = ("SALA", "PAYR", "PENS", "SSBE", "BENE", "GOVT")  # ISO 20022 ExternalPurpose1Code
_INCOME_PAYERS: Final = ("payroll", "benefit", "pension")


def _in_region(book: Book) -> npt.NDArray[np.bool_]:
    """Card use at a terminal in a conflict or border region by someone who lives elsewhere."""
    used = book.moved & book.is_in("channel", *_CARD) & book.known("originator_home")
    return used & book.tf_area("terminal_place") & _lives_elsewhere(book)


def _lives_elsewhere(book: Book) -> npt.NDArray[np.bool_]:
    """Whether the home is another country, or another part of the country where that is known."""
    other = away(book, "terminal_country")
    apart = book.select(pl.col("originator_admin1") != pl.col("terminal_admin1"))
    truth: npt.NDArray[np.bool_] = other | apart
    return truth


@rule(
    "TF-F01",
    "Cards used in border or conflict regions",
    definition="A card is used repeatedly at terminals in a conflict or border region; its holder lives "
    "elsewhere.",
    source="AUSTRAC on stored-value cards 2016; FATF Emerging TF Risks 2015",
    weight=30,
    parameters=(
        count("uses", 2, "uses of the card within the window,"),
        amount("total", 300, "or so much together"),
        duration("window", 14),
    ),
    requires=("originator_party", "terminal_place", "originator_home"),
    keys=("amount", "originator_party"),
    optional=("originator_admin1",),
    window="14 days",
    key="originator",
    flows=True,
    scope=("originator_party",),
    version="2",
    reason="{value} uses of a card in a conflict or border region within {window}, together {sum}",
)
def cards_in_conflict_regions(book: Book, *, uses: int, total: float, window: int) -> Finding:
    """Look for card use in conflict and border regions."""
    there = _in_region(book)
    span = book.ledger("originator_party").where(there).within(window)
    # uses are counted whatever the currency; what is added up is in the currency of the payment
    alike = book.ledger("originator_party", money=True).where(there)
    own = book.money_key(book.key("originator_party"))[span.rows]
    together = alike.probe(own, span.rows, window).sum(book.amount)
    rich = book.measured[span.rows] & (together >= book.minor(total)[span.rows])
    fired = (span.count >= uses) | rich
    span = span[fired]
    card = book.is_in("channel", *_CARD)
    return Finding(
        rows=span.rows,
        value=span.count,
        threshold=float(uses),
        window=window,
        spans=(span,),
        facts={"sum": Money(together[fired])},
        unclear=(
            (card & ~book.known("terminal_place"), "no place of the terminal"),
            (card & ~book.known("originator_home"), "no home of the originator"),
        ),
    )


@rule(
    "TF-F02",
    "Borrow, cash out, travel",
    definition="A loan is taken out in cash or wired on within two weeks, with travel or a payment into a "
    "high-risk area.",
    source="FATF Emerging TF Risks 2015; FINTRAC-2022-OA001; AUSTRAC",
    weight=25,
    parameters=(
        duration("window", 30),
        duration("soon", 14, "days", "from the loan to the money leaving"),
        share("share", 0.8, "of the loan"),
        count("lenders", 2, "different lenders that raise the weight"),
        ratio("lenders_factor", 1.4, "times the weight with that many lenders"),
    ),
    requires=("originator_party", "beneficiary_party", "merchant_category_code|beneficiary_place"),
    keys=("amount", "originator_party"),
    optional=("merchant_category_code", "beneficiary_country", "beneficiary_admin1", "beneficiary_agent_bic"),
    window="30 days",
    key="party",
    flows=True,
    scope=("originator_party+beneficiary_party",),
    reason="{value} of {borrowed} borrowed from {sources} lenders within {window} has left in cash or by "
    "wire, "
    "with travel or a high-risk payment",
)
def borrow_and_travel(
    book: Book, *, window: int, soon: int, share: float, lenders: int, lenders_factor: float
) -> Finding:
    """Look for borrowed money that leaves with a traveller."""
    lent = book.is_in("channel", "loan_disb")
    loans = book.ledger("beneficiary_party", money=True).where(lent)
    leaving = book.is_in("channel", "cash_wd", "card_atm", "wire", "instant")
    out = book.ledger("originator_party", money=True)
    timely = np.zeros(book.size, np.bool_)
    candidates = out.among(loans.keys).where(leaving)
    timely[candidates.rows[loans.probe(candidates.keys, candidates.rows, soon).count > 0]] = True
    journey = is_travel(book) | (book.high_risk() & leaving)
    seen = out.among(loans.keys).where(timely | journey)
    borrowed = loans.probe(seen.keys, seen.rows, window)
    gone = out.where(timely).probe(seen.keys, seen.rows, window)
    parties = book.key("originator_party")
    trips = book.ledger("originator_party").where(journey).probe(parties[seen.rows], seen.rows, window)
    loan, spent = borrowed.sum(book.amount), gone.sum(book.amount)
    fired = (loan > 0) & (trips.count > 0) & (gone.count > 0) & at_least_share(spent, loan, share)
    borrowed, gone, trips, loan, spent = borrowed[fired], gone[fired], trips[fired], loan[fired], spent[fired]
    rows = borrowed.rows
    sources = book.distinct("beneficiary_party", "originator_party", window, among=lent).count(
        parties[rows], rows
    )
    return Finding(
        rows=rows,
        value=Money(spent),
        threshold=Money(np.ceil(share * loan).astype(np.int64)),
        factor=np.where(sources >= lenders, lenders_factor, 1.0),
        window=window,
        spans=(borrowed, gone, trips),
        facts={"borrowed": Money(loan), "sources": sources},
    )


@rule(
    "TF-F03",
    "Tickets for several unrelated people",
    definition="One party buys travel for several people of different surnames within a week.",
    source="FinCEN Advisory on the Financing of ISIS 2025",
    weight=25,
    parameters=(
        count(
            "passengers", 3, "different surnames; without passenger data: tickets of one merchant in a day"
        ),
        duration("window", 7),
        duration("day", 24, "hours", "for tickets without passenger data"),
        ratio(
            "weak_factor",
            0.4,
            "times the weight without passenger data, or when no ticket is known to be high-risk",
        ),
    ),
    requires=("originator_party", "merchant_category_code"),
    keys=("originator_party",),
    optional=("passenger_name", "destination_country", "beneficiary_party_id"),
    window="7 days",
    key="originator",
    flows=True,
    scope=("originator_party",),
    reason="{value} {what} within {length}",
)
def tickets_for_others(
    book: Book, *, passengers: int, window: int, day: int, weak_factor: float
) -> tuple[Finding, ...]:
    """Look for travel bought for several people."""
    tickets = book.moved & is_travel(book)
    named = tickets & book.known("passenger_name")
    parties = book.key("originator_party")
    findings = []
    if named.any():
        rows = np.flatnonzero(named & (parties != NO_KEY))
        surname = _surnames(book.column("passenger_name", rows))
        ledger = Ledger.of(parties[rows], rows, book.clock)
        span = ledger.within(window)
        different = Distinct(parties[rows], surname, rows, book.clock, window).count(ledger.keys, span.rows)
        fired = different >= passengers
        span = span[fired]
        risky = span.any((book.classes("destination_country") & int(HIGH_RISK)) != 0)
        findings.append(
            Finding(
                rows=span.rows,
                value=different[fired],
                threshold=float(passengers),
                window=window,
                spans=(span,),
                factor=np.where(risky, 1.0, weak_factor),
                facts={"what": "passengers of different surnames", "length": f"{window // DAY} days"},
            )
        )
    unnamed = tickets & ~named
    if book.has("beneficiary_party"):
        rows = np.flatnonzero(unnamed & (parties != NO_KEY) & (book.key("beneficiary_party") != NO_KEY))
        key = combine(parties[rows], book.key("beneficiary_party")[rows])
        span = Ledger.of(key, rows, book.clock).within(day)
        span = span[span.count >= passengers]
        findings.append(
            Finding(
                rows=span.rows,
                value=span.count,
                threshold=float(passengers),
                window=day,
                spans=(span,),
                factor=weak_factor,
                facts={"what": "tickets of one merchant, passengers unknown,", "length": "24 hours"},
            )
        )
    return tuple(findings)


def _surnames(names: pl.Series) -> npt.NDArray[np.uint32]:
    folded = names.str.to_uppercase().str.replace_all(r"[^\p{L}\p{N} ]+", "").str.strip_chars()
    return codes(folded.str.extract(r"(\S+)$"))[0]


@rule(
    "TF-F04",
    "Income at home, life in the region",
    definition="Salary or benefits keep coming at home while nearly all spending has moved to a conflict "
    "region.",
    source="FINTRAC-2022-OA001",
    weight=25,
    parameters=(
        duration("window", 60),
        share("share", 0.8, "of the debits, by cash machine or wire into the region"),
        count("debits", 5, "fewest debits"),
    ),
    requires=(
        "originator_party",
        "beneficiary_party",
        "terminal_place",
        "originator_home",
        "purpose_code|originator_type",
    ),
    keys=("amount", "originator_party"),
    optional=("beneficiary_country", "beneficiary_admin1", "beneficiary_agent_bic"),
    window="60 days",
    key="party",
    flows=True,
    scope=("originator_party+beneficiary_party",),
    version="3",
    reason="{value} of {all} spent within {window} went to a conflict region while income continued at home",
)
def income_at_home_life_abroad(book: Book, *, window: int, share: float, debits: int) -> Finding:
    """Look for parties who draw income at home and spend in a conflict region."""
    income = book.is_in("purpose_code", *_INCOME_PURPOSES) | book.is_in("originator_type", *_INCOME_PAYERS)
    credits_in = book.ledger("beneficiary_party").where(income)
    out = book.ledger("originator_party", money=True)
    wired = book.is_in("channel", "wire", "instant") & book.tf_area("beneficiary_place")
    cash = book.is_in("channel", "card_atm") & book.tf_area("terminal_place")
    there = (cash & away(book, "terminal_country")) | wired
    at_home = book.is_in("channel", "card_pos") & book.select(
        pl.col("terminal_country") == pl.col("originator_home")
    )
    seen = first_seen_since(book, "originator_party", window)
    current = out.where(there)
    out = out.among(current.keys)
    span = out.probe(current.keys, current.rows, window)
    # income and purchases at home count in any currency; only sums are by currency
    parties = book.key("originator_party")[current.rows]
    come = credits_in.probe(parties, current.rows, window)
    bought = book.ledger("originator_party").where(at_home).probe(parties, current.rows, window)
    region, everything = span.sum(np.where(there, book.amount, 0)), span.sum(book.amount)
    fired = (span.count >= debits) & (come.count > 0) & (bought.count == 0) & seen[span.rows]
    fired &= at_least_share(region, everything, share)
    short = there & ~seen & (book.key("originator_party") != NO_KEY)
    span, come = span[fired], come[fired]
    return Finding(
        rows=span.rows,
        value=Money(region[fired]),
        threshold=Money(np.ceil(share * everything[fired]).astype(np.int64)),
        window=window,
        spans=(span, come),
        facts={"all": Money(everything[fired])},
        unclear=((short, "history of the originator is shorter than the window"),),
    )


def first_seen_since(book: Book, key: str, window: int) -> npt.NDArray[np.bool_]:
    """Whether the key of a row has been known for a whole window."""
    known: npt.NDArray[np.bool_] = book.clock.time - book.first_seen(key) >= window
    return known


def _loads_and_uses(book: Book, **_: float) -> npt.NDArray[np.bool_]:
    return book.is_in("channel", "prepaid_load", *_CARD)


@rule(
    "TF-F05",
    "Prepaid loads used elsewhere",
    definition="A card that was loaded often, or by one who loads several cards, is used in a conflict "
    "region.",
    source="AUSTRAC on stored-value cards 2016; FATF Comprehensive Update on TF Risks 2025",
    weight=20,
    parameters=(
        count("loads", 4, "loads of the card"),
        count("cards", 3, "different cards loaded by one party"),
        duration("window", 30),
    ),
    requires=("card_id", "terminal_place"),
    keys=("card_id",),
    optional=("originator_party_id", "originator_account"),
    window="30 days",
    key="card",
    flows=True,
    scope=("whole",),
    narrow=("row", _loads_and_uses),
    version="2",
    reason="card {what} within {window} used in a conflict or border region",
)
def prepaid_used_elsewhere(book: Book, *, loads: int, cards: int, window: int) -> Finding:
    """Look for prepaid cards used in conflict regions."""
    loaded = book.is_in("channel", "prepaid_load")
    card_rows = book.ledger("card_id")
    use = card_rows.where(book.is_in("channel", *_CARD) & book.tf_area("terminal_place"))
    span = card_rows.where(loaded).probe(use.keys, use.rows, window)
    often, most = span.count >= loads, np.zeros(len(span.rows), np.int64)
    if book.has("originator_party"):
        # as of the use: the card in hand may have been the first that its loader loaded
        several = book.distinct("originator_party", "card_id", window, among=loaded)
        rare = np.flatnonzero(~often)
        owner, load = span[rare].expand()
        loader = book.key("originator_party")[load]
        known = loader != NO_KEY
        owner, loader = rare[owner[known]], loader[known]
        np.maximum.at(most, owner, several.count(loader, span.rows[owner]))
    fired = often | (most >= cards)
    span, often, most = span[fired], often[fired], most[fired]
    words = np.where(often, "with {} loads", "loaded by one who loaded {} cards")
    number = np.where(often, span.count, most)
    told = [text.format(value) for text, value in zip(words.tolist(), number.tolist(), strict=True)]
    return Finding(
        rows=span.rows,
        value=number,
        threshold=np.where(often, loads, cards),
        window=window,
        spans=(span,),
        facts={"what": pl.Series(told, dtype=pl.String)},
    )


@rule(
    "TF-F06",
    "Return after a gap in the region",
    definition="A party moves again after months of silence; its last activity was in a conflict region, "
    "and it is not known to live there.",
    source="UN Security Council resolution 2396 (returnees)",
    weight=15,
    parameters=(duration("silence", 90, "days", "without any payment"),),
    requires=("originator_party", "terminal_place"),
    keys=("originator_party",),
    optional=("originator_residence", "originator_country", "originator_admin1"),
    window="all history",
    key="originator",
    flows=True,
    scope=("originator_party",),
    version="2",
    reason="first payment after {value} days of silence that followed activity in a conflict or border "
    "region",
)
def return_after_gap(book: Book, *, silence: int) -> Finding:
    """Look for parties who move again after silence that began in a conflict region."""
    ledger = book.ledger("originator_party")
    region = book.is_in("channel", *_CARD, "cash_wd") & book.tf_area("terminal_place")
    region &= _lives_elsewhere(book) | ~book.known("originator_home")
    earlier = ledger.between(ledger.packed, np.zeros(book.size, np.uint32), book.clock.start)
    last = earlier.last()
    gap = np.where(last >= 0, book.clock.time[earlier.rows] - book.clock.time[last], 0)
    woken = np.flatnonzero(gap >= silence)
    rows, before = earlier.rows[woken], last[woken]
    # the last activity is an instant: any of its rows in the region will do
    probes = ledger.packed[woken]
    begin, end = np.zeros(book.size, np.int64), np.zeros(book.size, np.int64)
    begin[rows], end[rows] = book.clock.start[before], book.clock.end[before]
    there = ledger.where(region).between(probes, begin, end)
    fired = there.count > 0
    return Finding(
        rows=rows[fired],
        value=gap[woken][fired] // DAY,
        threshold=silence / DAY,
        window=gap[woken][fired],
        spans=(there[fired],),
    )
