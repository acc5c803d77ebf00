"""Virtual assets: exposure, collecting and emptying, spreading, missing travel-rule data, round trips."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from screening.rules.findings import Finding, Money
from screening.rules.graph import COMMERCIAL
from screening.rules.money import at_least_share, is_share
from screening.rules.rule import amount, count, duration, ratio, rule, share, threshold_code
from screening.rules.windows import Distinct

if TYPE_CHECKING:
    from screening.rules.book import Book

__all__ = [
    "accumulate_then_empty",
    "exposure",
    "fiat_round_trip",
    "spread_to_providers",
    "travel_rule_missing",
]

_NOT_TRANSFERS = ("va", "card_pos", "card_atm", "cash_wd")


@rule(
    "TF-X01",
    "Exposure to virtual-asset services",
    definition="The other side of a payment is a provider of virtual-asset services, an unhosted wallet "
    "or a mixer.",
    source="FATF VA Red Flag Indicators 2020 (anonymity); FATF VA Guidance 2021 para 203-204",
    weight=40,
    parameters=(
        ratio("mixer", 1, "times the weight: a mixer"),
        ratio("unlicensed", 0.375, "times the weight: a provider known to have no licence"),
        ratio("unknown", 0.375, "times the weight: kind of wallet unknown"),
        ratio("unhosted", 0.25, "times the weight: an unhosted wallet"),
        ratio("licensed", 0.125, "times the weight: a provider with a licence, or licence data not supplied"),
    ),
    requires=("wallet_kind",),
    optional=("vasp_licensed",),
    context=True,
    scope=("row",),
    reason="other side is {what}",
)
def exposure(
    book: Book, *, mixer: float, unlicensed: float, unknown: float, unhosted: float, licensed: float
) -> Finding:
    """Look for wallets on the other side."""
    no_licence = book.select(~pl.col("vasp_licensed").cast(pl.Boolean))
    provider = book.is_in("wallet_kind", "vasp")
    kinds = (
        ("a mixer", book.is_in("wallet_kind", "mixer"), mixer),
        ("an unlicensed provider", provider & no_licence, unlicensed),
        ("a wallet of unknown kind", book.is_in("wallet_kind", "unknown"), unknown),
        ("an unhosted wallet", book.is_in("wallet_kind", "unhosted"), unhosted),
        ("a provider of virtual-asset services", provider & ~no_licence, licensed),
    )
    factor = np.zeros(book.size)
    label = np.zeros(book.size, np.int64)
    for number, (_, truth, times) in enumerate(kinds):
        factor[truth], label[truth] = times, number
    rows = np.flatnonzero(factor > 0)
    words = pl.Series(np.array([name for name, _, _ in kinds])[label[rows]], dtype=pl.String)
    return Finding(rows=rows, value=None, threshold=None, factor=factor[rows], facts={"what": words})


@rule(
    "TF-X02",
    "Accumulate, then empty",
    definition="One party collects virtual assets from several wallets in small amounts and then sends "
    "nearly all "
    "of it on.",
    source="FATF VA Red Flag Indicators 2020 (accumulation)",
    weight=30,
    parameters=(
        count("wallets", 8, "different wallets"),
        amount("median", 250, "at least half of the amounts are at most this"),
        share("share", 0.8, "of the sum, sent on in one payment"),
        duration("window", 7),
    ),
    requires=("wallet_from", "originator_party", "beneficiary_party"),
    keys=("amount", "originator_party"),
    optional=("originator_type",),
    window="7 days",
    key="party",
    flows=True,
    scope=("originator_party+beneficiary_party",),
    version="2",
    reason="{value} sent on after {collected} came from {wallets_seen} wallets within {window}",
)
def accumulate_then_empty(book: Book, *, wallets: int, median: float, share: float, window: int) -> Finding:
    """Look for wallets that collect and are emptied."""
    arriving = book.is_in("channel", "va") & book.known("wallet_from")
    come_ledger = book.ledger("beneficiary_party", money=True).where(arriving)
    leaving = book.is_in("channel", "va", "fx", "wire", "instant") & ~book.is_in(
        "originator_type", *COMMERCIAL
    )
    out = book.ledger("originator_party", money=True).among(come_ledger.keys).where(leaving)
    come = come_ledger.probe(out.keys, out.rows, window)
    come = come[come.count >= wallets]
    collected = come.sum(book.amount)
    keep = at_least_share(book.amount[come.rows], collected, share)
    keep &= 2 * come.sum(book.at_most(median)) >= come.count
    come, collected = come[keep], collected[keep]
    events = np.flatnonzero(arriving & book.moved & book.measured)
    holders = book.money_key(book.key("beneficiary_party"))[events]
    sweep = Distinct(holders, book.key("wallet_from")[events], events, book.clock, window)
    different = sweep.count(book.money_key(book.key("originator_party"))[come.rows], come.rows)
    fired = different >= wallets
    come, collected = come[fired], collected[fired]
    return Finding(
        rows=come.rows,
        value=Money(book.amount[come.rows]),
        threshold=Money(np.ceil(share * collected).astype(np.int64)),
        window=window,
        spans=(come,),
        facts={"collected": Money(collected), "wallets_seen": different[fired]},
    )


@rule(
    "TF-X03",
    "Spread to several providers",
    definition="One party sends virtual assets to several foreign providers within a day.",
    source="FATF VA Red Flag Indicators 2020",
    weight=25,
    parameters=(
        count("providers", 3, "different foreign providers within the window"),
        duration("window", 24, "hours"),
    ),
    requires=("originator_party", "vasp_id", "vasp_country", "originator_home"),
    keys=("originator_party",),
    optional=("originator_type",),
    window="24 hours",
    key="originator",
    flows=True,
    scope=("originator_party",),
    reason="{value} providers in other countries within {window}",
)
def spread_to_providers(book: Book, *, providers: int, window: int) -> Finding:
    """Look for parties who spread virtual assets over providers."""
    foreign = book.select(pl.col("vasp_country") != pl.col("originator_home"))
    among = book.is_in("channel", "va") & foreign & ~book.is_in("originator_type", *COMMERCIAL, "fi", "vasp")
    span = book.ledger("originator_party").where(among).within(window)
    parties = book.key("originator_party")
    different = book.distinct("originator_party", "vasp_id", window, among=among).count(
        parties[span.rows], span.rows
    )
    fired = different >= providers
    span = span[fired]
    asset = book.is_in("channel", "va")
    return Finding(
        rows=span.rows,
        value=different[fired],
        threshold=float(providers),
        window=window,
        spans=(span,),
        unclear=(
            (asset & ~book.known("vasp_id"), "no provider of the other side"),
            (asset & ~(book.known("vasp_country") & book.known("originator_home")), "no country to compare"),
        ),
    )


@rule(
    "TF-X04",
    "Travel-rule data absent",
    definition="A transfer of virtual assets above the threshold comes without its originator and "
    "beneficiary data.",
    source="FATF INR.15 para 7(b); Regulation (EU) 2023/1113 art. 14",
    weight=15,
    parameters=(threshold_code("va_travel_rule"),),
    requires=("travel_rule_complete",),
    keys=("amount",),
    scope=("row",),
    version="2",
    reason="{value} of virtual assets without travel-rule data; the threshold is {threshold_amount} "
    "({threshold})",
)
def travel_rule_missing(book: Book, *, threshold: str) -> Finding:
    """Look for virtual-asset transfers without data."""
    limit = book.threshold(threshold)
    asset = book.is_in("channel", "va")
    lacking = book.select(~pl.col("travel_rule_complete"))
    rows = np.flatnonzero(asset & lacking & (limit >= 0) & (book.amount > limit))
    return Finding(
        rows=rows,
        value=Money(book.amount[rows]),
        threshold=Money(limit[rows]),
        facts={"threshold_amount": Money(limit[rows])},
        unclear=(
            (
                asset & book.select(pl.col("travel_rule_complete").is_null()),
                "not known whether travel-rule data came with it",
            ),
            (asset & (limit < 0), f"no threshold '{threshold}' for the currency"),
        ),
    )


@rule(
    "TF-X06",
    "Fiat to virtual assets and out, without holding",
    definition="Money comes in as one of fiat and virtual assets and leaves as the other within three days.",
    source="STRO red flags for DPT providers (rapid liquidation)",
    weight=15,
    parameters=(
        duration("window", 72, "hours"),
        share("low", 0.8, "of what came in, at least"),
        share("high", 1.05, "of what came in, at most"),
        amount("least", 200, "least sum that came in"),
    ),
    requires=("originator_party", "beneficiary_party"),
    keys=("amount", "originator_party"),
    window="72 hours",
    key="party",
    flows=True,
    scope=("originator_party+beneficiary_party",),
    reason="{value} left as {what} within {window} of {received} coming in",
)
def fiat_round_trip(book: Book, *, window: int, low: float, high: float, least: float) -> tuple[Finding, ...]:
    """Look for fiat that becomes virtual assets at once, or the reverse."""
    asset = book.is_in("channel", "va")
    fiat = ~book.is_in("channel", *_NOT_TRANSFERS)
    if not asset.any():
        return (Finding(rows=np.zeros(0, np.int64), facts={"what": "", "received": 0}),)
    findings = []
    for arriving, leaving, what in ((fiat, asset, "virtual assets"), (asset, fiat, "fiat money")):
        arrived = book.ledger("beneficiary_party", money=True).where(arriving)
        out = book.ledger("originator_party", money=True).among(arrived.keys).where(leaving)
        come = arrived.probe(out.keys, out.rows, window)
        gone = out.within(window)
        received, spent = come.sum(book.amount), gone.sum(book.amount)
        fired = (
            (come.count > 0)
            & (received >= book.minor(least)[come.rows])
            & is_share(spent, received, low, high)
        )
        come, gone, received, spent = come[fired], gone[fired], received[fired], spent[fired]
        findings.append(
            Finding(
                rows=come.rows,
                value=Money(spent),
                threshold=Money(np.ceil(low * received).astype(np.int64)),
                window=window,
                spans=(come, gone),
                facts={"received": Money(received), "what": what},
            )
        )
    return tuple(findings)
