"""Amounts that are shaped to stay small: structuring, linked operations, round and near-equal sums."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from screening.errors import PolicyError
from screening.rules.book import combine
from screening.rules.findings import Finding, Money
from screening.rules.money import at_least_share
from screening.rules.rule import amount, choice, count, duration, ratio, rule, share, threshold_code
from screening.rules.windows import NO_KEY, Distinct, Ledger, is_among, unique_sorted

if TYPE_CHECKING:
    import numpy.typing as npt

    from screening.rules.book import Book

__all__ = [
    "benford",
    "hugging_travel_rule",
    "linked_operations",
    "near_equal_credits",
    "round_amounts",
    "structuring",
]


@rule(
    "TF-S01",
    "Structuring below a threshold",
    definition="Several amounts just under a threshold that reach it together, by one payer, to one payee or "
    "at one branch.",
    source="FATF VA Red Flag Indicators 2020 (structuring); FFIEC Manual App. F; AUSTRAC indicator 1",
    weight=30,
    parameters=(
        threshold_code("cash_report"),
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
    scope=("originator_party", "beneficiary_party", "branch_id"),
    version="2",
    reason="{value} payments from {band} of the threshold {limit} ({threshold}) up to just below it in "
    "{window}, together {total}",
)
def structuring(
    book: Book, *, threshold: str, band: float, payments: int, window: int, burst_payments: int, burst: int
) -> tuple[Finding, ...]:
    """Look for amounts just under a threshold that reach it together."""
    limit = book.threshold(threshold)
    known = limit > 0
    inside = known & (book.amount < limit) & at_least_share(book.amount, limit, band)
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


def _linked_by(*, linkage: str, **_: float | str) -> tuple[str, ...]:
    return ("beneficiary_account",) if linkage == "beneficiary" else ("originator_party",)


@rule(
    "TF-S02",
    "Linked operations over a threshold",
    definition="Operations that appear to be linked, each below the threshold for occasional customers, "
    "reach it together.",
    source="FATF INR.10 para 22",
    weight=15,
    parameters=(
        threshold_code("r10"),
        choice(
            "linkage",
            "both",
            "what links operations: originator, beneficiary or both",
            among=("originator", "beneficiary", "both"),
        ),
        duration("window", 24, "hours"),
    ),
    requires=("originator_party", "beneficiary_account"),
    keys=("amount", "originator_party", "beneficiary_account"),
    window="24 hours",
    key="originator and beneficiary account",
    flows=True,
    scope=_linked_by,
    version="2",
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
    # what one side pays in all is at least what it pays to one other: most payers are out at once
    wide = book.ledger(parts[linkage][0], money=True).crowded(window, 2)
    busy = wide.within(window)
    reach = (limit[busy.rows] > 0) & (busy.count > 1) & (busy.sum(book.amount) >= limit[busy.rows])
    side = book.money_key(book.key(parts[linkage][0]))
    rows = np.flatnonzero(is_among(side, wide.keys[reach]) & book.moved & book.measured & (limit > 0))
    keys = combine(side[rows], *(book.key(name)[rows] for name in parts[linkage][1:]))
    rows, keys = rows[keys != NO_KEY], keys[keys != NO_KEY]
    ledger = Ledger.of(keys, rows, book.clock)
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


@rule(
    "TF-S03",
    "Hugging the travel-rule limit",
    definition="Repeated cross-border amounts just under the limit from which a transfer must carry full "
    "data.",
    source="FATF INR.16 para 2; EBA risk factors for CASPs 2024",
    weight=15,
    parameters=(
        threshold_code("r16_de_minimis"),
        share("band", 0.8, "lower end of the band, as a share of the threshold"),
        count("payments", 4, "payments in the band within the window"),
        duration("window", 30),
        ratio("high_risk_factor", 2, "times the weight when the beneficiary is in a high-risk area"),
    ),
    requires=("originator_party", "originator_place", "beneficiary_place"),
    keys=("amount", "originator_party"),
    window="30 days",
    key="originator",
    flows=True,
    scope=("originator_party",),
    version="2",
    reason="{value} cross-border payments from {band} of the limit {limit} ({threshold}) up to it in "
    "{window}",
)
def hugging_travel_rule(
    book: Book, *, threshold: str, band: float, payments: int, window: int, high_risk_factor: float
) -> Finding:
    """Look for repeated amounts just under the travel-rule limit."""
    limit, abroad = book.threshold(threshold), book.cross_border()
    inside = (limit > 0) & (book.amount <= limit) & at_least_share(book.amount, limit, band) & (abroad == 1)
    ledger = book.ledger("originator_party", money=True).where(inside)
    span = ledger.within(window)
    span = span[span.count >= payments]
    return Finding(
        rows=span.rows,
        value=span.count,
        threshold=float(payments),
        factor=np.where(book.high_risk()[span.rows], high_risk_factor, 1.0),
        window=window,
        spans=(span,),
        facts={"limit": Money(limit[span.rows])},
        unclear=(
            (abroad < 0, "no country on one side: domestic or cross-border is not known"),
            (limit < 0, f"no threshold '{threshold}' for the currency"),
        ),
    )


@rule(
    "TF-S04",
    "Round amounts",
    definition="Nearly all payments of an originator are in full hundreds; standing orders do not count.",
    source="FFIEC Manual App. F (round hundreds and thousands); STRO red flags for DPT providers",
    weight=5,
    parameters=(
        amount("least", 200, "smallest amount that counts as round"),
        amount("step", 100, "what round means; other currencies: the power of ten below it"),
        share("share", 0.8, "of the payments in the window"),
        count("payments", 5, "payments in the window"),
        duration("window", 30),
        duration("standing_from", 25, "days", "a standing order repeats pair and amount after so long,"),
        duration("standing_to", 35, "days", "and no longer than this"),
        ratio("high_risk_factor", 2, "times the weight when the beneficiary is in a high-risk area"),
    ),
    requires=("originator_party", "beneficiary_account"),
    keys=("amount", "originator_party"),
    optional=("beneficiary_country", "beneficiary_admin1", "beneficiary_agent_bic"),
    window="30 days",
    key="originator",
    flows=True,
    scope=("originator_party",),
    reason="{value} of {count} payments within {window} are in full hundreds",
)
def round_amounts(
    book: Book, *, least: float, step: float, share: float, payments: int, window: int,
    standing_from: int, standing_to: int, high_risk_factor: float,
) -> Finding:  # fmt: skip
    """Look for originators who pay in full hundreds."""
    full_steps = _powers_of_ten(book, step)
    full = book.at_least(least) & (book.amount % full_steps == 0)
    keys = combine(book.key("originator_party"), book.key("beneficiary_account"), book.currency_key())
    rows = np.flatnonzero(full & book.moved & (keys != NO_KEY))
    standing = np.zeros(book.size, np.bool_)
    if len(rows):
        same = combine(keys[rows], np.unique(book.amount[rows], return_inverse=True)[1].astype(np.uint32))
        repeated = Ledger.of(same, rows, book.clock)
        first, last = book.clock.after(standing_to), book.clock.after(standing_from)
        before = repeated.between(repeated.packed, first, last)
        standing[before.rows[before.count > 0]] = True
    ledger = book.ledger("originator_party", money=True).where(~standing).crowded(window, payments)
    span = ledger.within(window)
    span = span[(span.count >= payments) & full[ledger.rows]]
    many = span.sum(full)
    fired = at_least_share(many, span.count, share)
    span = span[fired]
    return Finding(
        rows=span.rows,
        value=many[fired],
        threshold=np.ceil(share * span.count),
        factor=np.where(book.high_risk()[span.rows], high_risk_factor, 1.0),
        window=window,
        spans=(span,),
        facts={"count": span.count},
    )


def _powers_of_ten(book: Book, step: float) -> npt.NDArray[np.int64]:
    """For every row the power of ten in minor units that is at most `step` base units of its currency."""
    known = np.maximum(book.unit, 1)
    if book.size and book.unit.strides == (0,):  # one currency: one number, whatever the size
        known = known[:1]
    units = unique_sorted(known)
    place = np.searchsorted(units, known)
    powers = np.array([10 ** int(math.log10(max(step * int(one), 1)) + 1e-9) for one in units], np.int64)
    return powers[place]


@rule(
    "TF-S05",
    "Many near-equal credits",
    definition="Several originators credit one account with nearly the same amount within a day.",
    source="Tazama rule 021 (tolerance 0.1, 5 in 24 hours)",
    weight=20,
    parameters=(
        count("credits", 5, "credits of the same or a neighbouring step"),
        count("originators", 3, "different originators among them"),
        ratio("step", 1.1, "amounts fall into steps of this ratio; neighbouring steps are near-equal"),
        duration("window", 24, "hours"),
    ),
    requires=("originator_party", "beneficiary_account"),
    keys=("amount", "originator_party", "beneficiary_account"),
    optional=("beneficiary_type",),
    window="24 hours",
    key="beneficiary account",
    flows=True,
    scope=("beneficiary_account",),
    reason="{value} credits of nearly {like} within {window} from {senders} originators",
)
def near_equal_credits(book: Book, **parameters: float) -> Finding:
    """Look for accounts that receive nearly the same amount from several originators."""
    window, least = int(parameters["window"]), int(parameters["credits"])
    if parameters["step"] <= 1:
        raise PolicyError(f"TF-S05: step must be above 1, not {parameters['step']!r}")
    ledger = book.ledger("beneficiary_account", money=True)
    ledger = ledger.where(~book.is_in("beneficiary_type", "merchant", "payroll", "utility"))
    ledger = ledger.crowded(window, least)
    busy = ledger.within(window).count >= least
    probes = ledger.packed[busy]
    accounts = np.unique(ledger.keys[busy])
    entries = is_among(ledger.keys, accounts)
    rows, keys = ledger.rows[entries], ledger.keys[entries]
    place = np.searchsorted(accounts, keys).astype(np.uint32)
    step = np.floor(np.log(np.maximum(book.amount[rows], 1)) / np.log(parameters["step"])).astype(np.int64)
    width = int(step.max()) + 3 if len(step) else 1
    # an entry belongs to its own step and to both neighbours, so that one probe sees all three
    near = np.concatenate([place * width + step + shift for shift in (0, 1, 2)]).astype(np.uint32)
    several = np.tile(rows, 3)
    senders = book.key("originator_party")
    buckets = Ledger.of(near, several, book.clock)
    own = np.zeros(book.size, np.uint32)
    own[rows] = (place * width + step + 1).astype(np.uint32)
    wanted = (probes & np.uint64(2**32 - 1)).astype(np.int64)
    span = buckets.probe(own[wanted], wanted, window)
    span = span[span.count >= least]
    different = Distinct(near, senders[several], several, book.clock, window).count(own[span.rows], span.rows)
    fired = different >= int(parameters["originators"])
    span = span[fired]
    return Finding(
        rows=span.rows,
        value=span.count,
        threshold=float(least),
        window=window,
        spans=(span,),
        facts={"like": Money(book.amount[span.rows]), "senders": different[fired]},
    )


@rule(
    "TF-S06",
    "First digits that are not Benford's",
    definition="The first digits of an originator's amounts do not follow Benford's law.",
    source="Tazama rules 054 and 063",
    weight=5,
    parameters=(
        count("payments", 50, "fewest payments for a test"),
        ratio("chi_square", 15.507, "5 % point with 8 degrees of freedom"),
        duration("window", 365),
    ),
    requires=("originator_party",),
    keys=("amount", "originator_party"),
    window="365 days",
    key="originator",
    flows=True,
    enabled=False,
    scope=("originator_party",),
    reason="chi-square {value} of {count} first digits exceeds {chi_square}",
)
def benford(book: Book, *, payments: int, chi_square: float, window: int) -> Finding:
    """Look for first digits that do not follow Benford's law."""
    ledger = book.ledger("originator_party", money=True)
    span = ledger.within(window)
    short = np.zeros(book.size, np.bool_)
    short[span.rows[span.count < payments]] = True
    span = span[span.count >= payments]
    digits = pl.Series(book.amount).cast(pl.String).str.slice(0, 1).cast(pl.Int64).to_numpy()
    statistic = np.zeros(len(span.rows))
    for digit in range(1, 10):
        expected = span.count * np.log10(1 + 1 / digit)
        statistic += (span.sum(digits == digit) - expected) ** 2 / expected
    fired = statistic > chi_square
    span = span[fired]
    return Finding(
        rows=span.rows,
        value=statistic[fired],
        threshold=chi_square,
        window=window,
        spans=(span,),
        facts={"count": span.count},
        unclear=((short, f"fewer than {payments} payments"),),
    )
