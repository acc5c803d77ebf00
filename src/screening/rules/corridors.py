"""Where money goes and by which way: exposure, first payments, small repeated payments, conduits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from screening.reference.country_risk import TF_AREA, RiskClass
from screening.rules.book import combine
from screening.rules.findings import Finding, Money
from screening.rules.graph import expected
from screening.rules.money import at_least_share
from screening.rules.rule import amount, count, duration, ratio, rule, share
from screening.rules.windows import DAY, NO_KEY, Ledger

if TYPE_CHECKING:
    import numpy.typing as npt

    from screening.rules.book import Book

__all__ = [
    "away",
    "conduit_then_conflict",
    "exchange_then_transfer",
    "first_transfer",
    "jurisdiction_exposure",
    "remote_access",
    "small_repeated_transfers",
]

_LEGS = (
    "originator_country", "originator_admin1", "beneficiary_country", "beneficiary_admin1",
    "originator_agent_bic", "beneficiary_agent_bic", "terminal_country", "terminal_admin1", "ip_country",
    "ip_admin1",
)  # fmt: skip


@rule(
    "TF-C01",
    "Jurisdiction exposure",
    definition="A leg of the payment touches a classified jurisdiction as of its day.",
    source="FATF R.19; lists of the FATF plenary 2026-06-19; own classes of terrorism and conflict",
    weight=25,
    parameters=(
        ratio("countermeasure", 1, "times the weight: FATF call for action with countermeasures"),
        ratio("sanctioned", 1, "times the weight: territory under a territorial measure"),
        ratio("call_for_action", 0.8, "times the weight: FATF call for action, enhanced due diligence"),
        ratio("conflict", 0.8, "times the weight: terrorism or conflict area"),
        ratio("border", 0.6, "times the weight: border of a conflict area"),
        ratio("conduit", 0.32, "times the weight: conduit to a conflict area"),
        ratio("increased_monitoring", 0.12, "times the weight: FATF increased monitoring"),
    ),
    requires=("|".join(_LEGS),),
    optional=_LEGS,
    keys=("|".join(_LEGS),),
    context=True,
    scope=("row",),
    reason="touches {place} ({label})",
)
def jurisdiction_exposure(book: Book, **factors: float) -> Finding:
    """Look for classified places among the legs of a payment."""
    order = sorted(factors.items(), key=lambda item: -item[1])
    best = np.zeros(book.size, np.int64)  # position in `order`, counted from 1; the leg is kept beside it
    where = np.zeros(book.size, np.int8)
    legs = [name for name in _LEGS if name in book.columns]
    factor_of = np.array([0.0, *(value for _, value in order)])
    # all 128 sets of classes, each with the position of its gravest
    gravest = np.array(
        [
            next((i for i, (name, _) in enumerate(order, 1) if classes & RiskClass[name.upper()]), 0)
            for classes in range(128)
        ]
    )
    for number, name in enumerate(legs):
        classes = book.classes(name)
        classed = np.flatnonzero(classes)  # few are
        here = gravest[classes[classed]]
        better = factor_of[here] > factor_of[best[classed]]
        best[classed[better]], where[classed[better]] = here[better], number
    rows = np.flatnonzero(factor_of[best] > 0)
    labels = pl.Series(["", *(name.replace("_", " ") for name, _ in order)])
    places = pl.Series(legs, dtype=pl.String).gather(where[rows])
    for number, name in enumerate(legs):
        here = where[rows] == number
        if here.any():
            texts = book.column(name, rows)
            places = texts.zip_with(pl.Series(here), places)
    return Finding(
        rows=rows,
        value=None,
        threshold=None,
        factor=factor_of[best[rows]],
        facts={"place": places, "label": labels.gather(best[rows])},
    )


_SMALL_TRANSFER_CHANNELS = ("cash_dep", "cash_wd", "card_atm", "card_pos", "fx", "loan_disb", "prepaid_load")


@rule(
    "TF-C02",
    "First transfer to a high-risk area",
    definition="The originator pays into a high-risk area for the first time in a long history.",
    source="FFIEC Manual App. F (no apparent connection); Tazama rule 030",
    weight=15,
    parameters=(duration("history", 180, "days", "for which the originator must have been known"),),
    requires=("originator_party", "beneficiary_place"),
    keys=("originator_party", "beneficiary_place"),
    optional=("originator_expected_countries",),
    window="all history",
    key="originator and area",
    flows=True,
    scope=("originator_party",),
    reason="first payment to this high-risk area after {value} days of history",
)
def first_transfer(book: Book, *, history: int) -> Finding:
    """Look for first payments into a high-risk area."""
    risky = book.high_risk() & book.moved
    rows, first = _first_to_area(book, risky)
    rows = rows[first & ~expected(book)[rows]]
    known_for = book.clock.time - book.first_seen("originator_party")
    short = np.zeros(book.size, np.bool_)
    short[rows[known_for[rows] < history]] = True
    rows = rows[known_for[rows] >= history]
    return Finding(
        rows=rows,
        value=known_for[rows] // DAY,
        threshold=history / DAY,
        unclear=((short, "history of the originator is too short to tell a first payment"),),
    )


def _first_to_area(
    book: Book, where: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Rows, and whether none of an earlier instant paid from the same party to the same area."""
    area = book.area("beneficiary")
    wanted = np.zeros(int(area[area != NO_KEY].max(initial=0)) + 2, np.bool_)
    wanted[area[where & (area != NO_KEY)]] = True
    candidates = np.flatnonzero(wanted[np.minimum(area, len(wanted) - 1)] & book.moved)
    key = combine(book.key("originator_party")[candidates], area[candidates])
    ledger = Ledger.of(key, candidates, book.clock)
    earlier = ledger.between(ledger.packed, np.zeros(book.size, np.uint32), book.clock.start)
    chosen = where[earlier.rows]
    return earlier.rows[chosen], (earlier.count == 0)[chosen]


@rule(
    "TF-C03",
    "Small repeated transfers into a high-risk corridor",
    definition="One originator repeatedly pays small amounts into the high-risk area of one country. "
    "Family support looks the same: it takes another family of rules to make this a review.",
    source="FATF INR.16 para 2; FATF Comprehensive Update on TF Risks 2025; FINTRAC-2022-OA001",
    weight=25,
    parameters=(
        amount("most", 500, "largest amount that counts as small"),
        count("payments", 4, "payments within the window"),
        duration("window", 60),
    ),
    requires=("originator_party", "beneficiary_place"),
    keys=("amount", "originator_party", "beneficiary_place"),
    window="60 days",
    key="originator and country",
    flows=True,
    scope=("originator_party",),
    version="2",
    reason="{value} payments of at most {most} into the high-risk area of one country within {window}",
)
def small_repeated_transfers(book: Book, *, most: float, payments: int, window: int) -> Finding:
    """Look for small repeated payments into the high-risk area of one country."""
    rows = np.flatnonzero(book.high_risk() & book.moved & book.at_most(most))
    country = book.country("beneficiary").at(rows).keys()
    key = combine(book.key("originator_party")[rows], country)
    span = Ledger.of(key, rows, book.clock).within(window)
    span = span[span.count >= payments]
    return Finding(rows=span.rows, value=span.count, threshold=float(payments), window=window, spans=(span,))


@rule(
    "TF-C04",
    "Conduit, then the conflict area",
    definition="A new relation to a conduit country is followed by activity at the edge of a conflict area.",
    source="AUSTRAC, Terrorism Financing in Australia 2014",
    weight=15,
    parameters=(
        duration("relation", 90, "days", "up to which a relation to the conduit country is new"),
        duration("window", 30),
    ),
    requires=("originator_party", "beneficiary_country", "beneficiary_admin1|terminal_admin1"),
    keys=("originator_party",),
    optional=("beneficiary_admin1", "terminal_country", "terminal_admin1"),
    window="30 days",
    key="originator",
    flows=True,
    scope=("originator_party",),
    reason="activity at the edge of a conflict area within {window} of a new relation to a conduit country",
)
def conduit_then_conflict(book: Book, *, relation: int, window: int) -> Finding:
    """Look for new conduit relations that lead to a conflict area."""
    conduit = (book.classes("beneficiary_country") & int(RiskClass.CONDUIT)) != 0
    rows = np.flatnonzero(conduit & book.moved)
    party, country = book.key("originator_party"), book.key("beneficiary_country")
    ledger = Ledger.of(combine(party[rows], country[rows]), rows, book.clock)
    older = ledger.between(ledger.packed, np.zeros(book.size, np.uint32), book.clock.after(relation))
    new = np.zeros(book.size, np.bool_)
    new[older.rows[older.count == 0]] = True
    at_edge = (book.classes("beneficiary_admin1") & int(TF_AREA)) != 0
    in_person = book.is_in("channel", "card_atm", "card_pos", "cash_wd") & book.tf_area("terminal_place")
    everything = book.ledger("originator_party")
    relations = everything.where(new)
    edges = everything.where(at_edge | in_person)
    span = relations.probe(edges.keys, edges.rows, window)
    span = span[span.count > 0]
    return Finding(rows=span.rows, value=span.count, threshold=1.0, window=window, spans=(span,))


@rule(
    "TF-C05",
    "Currency exchange, then a transfer to a high-risk area",
    definition="An exchange of currency is followed by a transfer of much of it into a high-risk area.",
    source="FFIEC Manual App. F",
    weight=15,
    parameters=(duration("window", 72, "hours"), share("share", 0.5, "of the sum exchanged")),
    requires=("originator_party", "beneficiary_place", "amount_base_minor"),
    keys=("amount", "originator_party"),
    window="72 hours",
    key="originator",
    flows=True,
    scope=("originator_party",),
    reason="{value} sent into a high-risk area within {window} of exchanging {exchanged}",
)
def exchange_then_transfer(book: Book, *, window: int, share: float) -> Finding:
    """Look for exchanges that feed a transfer into a high-risk area."""
    ledger = book.ledger("originator_party", money=True)
    exchanges = ledger.where(book.is_in("channel", "fx"))
    transfer = book.high_risk() & ~book.is_in("channel", *_SMALL_TRANSFER_CHANNELS)
    sent = ledger.where(transfer)
    span = exchanges.probe(sent.keys, sent.rows, window)
    exchanged = span.sum(book.amount)
    fired = (exchanged > 0) & at_least_share(book.amount[span.rows], exchanged, share)
    span, exchanged = span[fired], exchanged[fired]
    return Finding(
        rows=span.rows,
        value=Money(book.amount[span.rows]),
        threshold=Money(np.ceil(share * exchanged).astype(np.int64)),
        window=window,
        spans=(span,),
        facts={"exchanged": Money(exchanged)},
    )


@rule(
    "TF-C06",
    "Remote access from a conflict area",
    definition="A payment is ordered from a network address in a conflict area by a party who lives "
    "elsewhere.",
    source="FATF VA Red Flag Indicators 2020 (IP geography)",
    weight=20,
    requires=("ip_place", "originator_home"),
    keys=("ip_place", "originator_home"),
    scope=("row",),
    reason="ordered from {place}, a conflict or border area; home is {home}",
)
def remote_access(book: Book) -> Finding:
    """Look for payments ordered from a conflict area."""
    rows = np.flatnonzero(book.tf_area("ip_place") & away(book, "ip_country"))
    place = pl.coalesce(book.column("ip_admin1", rows), book.column("ip_country", rows))
    home = book.column("originator_home", rows)
    return Finding(rows=rows, facts={"place": pl.select(place).to_series(), "home": home})


def away(book: Book, country: str) -> npt.NDArray[np.bool_]:
    """Whether the originator's home is known and is not the country of this column.

    A home that is itself in a conflict area, as a country, is not away from it.
    """
    home = pl.col("originator_home")
    other = (home != pl.col(country)).fill_null(True) & home.is_not_null()
    return book.keep(("away", country), lambda: book.select(other))
