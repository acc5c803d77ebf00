"""Merchants, trade and third parties: who buys what, who pays for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from screening.rules.book import combine
from screening.rules.findings import Finding, Money, listed
from screening.rules.merchants import is_kind
from screening.rules.money import at_least_share
from screening.rules.rule import count, duration, ratio, rule, share
from screening.rules.similarity import similarities
from screening.rules.windows import NO_KEY, Ledger, is_among
from screening.rules.wording import fold_texts

if TYPE_CHECKING:
    import numpy.typing as npt

    from screening.rules.book import Book

__all__ = ["business_and_private", "risky_goods", "third_party", "trade_mismatch"]


@rule(
    "TF-T03",
    "Risky merchant or occupation and an unusual amount",
    definition="A payment to a merchant, or by an occupation, of a risk class is among the largest of its "
    "originator.",
    source="Wolfsberg risk factors; FATF R.10(d)",
    weight=10,
    parameters=(
        duration("window", 180),
        share("quantile", 0.95, "of the earlier amounts"),
        ratio("factor", 1, "times that amount"),
        count("payments", 10, "fewest earlier payments"),
    ),
    requires=("originator_party", "merchant_category_code|originator_occupation"),
    keys=("amount", "originator_party"),
    window="180 days before",
    key="originator",
    flows=True,
    scope=("originator_party",),
    reason="{value} to a merchant or by an occupation of a risk class; {quantile} of {count} earlier "
    "payments are "
    "at most {usual}",
)
def risky_goods(book: Book, *, window: int, quantile: float, factor: float, payments: int) -> Finding:
    """Look for unusual amounts in risky trades."""
    risky = is_kind(book, "risk") | _risky_occupation(book)
    ledger = book.ledger("originator_party", money=True)
    keys = ledger.keys
    ledger = Ledger(ledger.packed[is_among(keys, keys[risky[ledger.rows]])], book.clock)
    span = ledger.before(window)
    (usual,) = span.quantiles(book.amount, (quantile,))
    short = np.zeros(book.size, np.bool_)
    short[span.rows[span.count < payments]] = True
    fired = risky[span.rows] & (span.count >= payments)
    fired &= at_least_share(book.amount[span.rows], usual, factor)
    span, usual = span[fired], usual[fired]
    return Finding(
        rows=span.rows,
        value=Money(book.amount[span.rows]),
        threshold=Money(np.ceil(factor * usual).astype(np.int64)),
        window=window,
        spans=(span,),
        facts={"usual": Money(usual), "count": span.count},
        unclear=((risky & short, f"fewer than {payments} earlier payments of the originator"),),
    )


def _risky_occupation(book: Book) -> npt.NDArray[np.bool_]:
    if not book.has("originator_occupation"):
        return np.zeros(book.size, np.bool_)

    def find(rows: list[Any], occupation: str | None) -> int:
        if occupation is None:
            return 0
        text = fold_texts(pl.Series([occupation]))[0]
        return int(
            any(row["class"] == "risk" and fold_texts(pl.Series([row["term"]]))[0] in text for row in rows)
        )

    truth: npt.NDArray[np.bool_] = book.as_of("occupations", "originator_occupation", find) == 1
    return truth


@rule(
    "TF-T04",
    "Trade that does not fit",
    definition="At least two of: one invoice is paid more than once, the payer is in a third country, the "
    "goods "
    "move between other countries than the money.",
    source="FinCEN alerts 2023-2024 (general trading companies)",
    weight=20,
    parameters=(
        duration("window", 90),
        count("payments", 2, "of one invoice"),
        count("signs", 2, "of the three, at least"),
    ),
    requires=(
        "beneficiary_party",
        "invoice_reference",
        "originator_country",
        "beneficiary_country",
        "goods_country",
    ),
    keys=("beneficiary_party", "invoice_reference"),
    window="90 days",
    key="beneficiary and invoice",
    flows=True,
    scope=("beneficiary_party",),
    reason="{signs_seen}",
)
def trade_mismatch(book: Book, *, window: int, payments: int, signs: int) -> Finding:
    """Look for trade payments that do not fit the trade."""
    keys = combine(book.key("beneficiary_party"), book.key("invoice_reference"))
    rows = np.flatnonzero((keys != NO_KEY) & book.moved)
    span = Ledger.of(keys[rows], rows, book.clock).within(window)
    payer = book.column("originator_country", span.rows)
    payee = book.column("beneficiary_country", span.rows)
    goods = book.column("goods_country", span.rows)
    third = ((payer != payee) & (payer != goods)).fill_null(False).to_numpy()
    elsewhere = ((goods != payer) & (goods != payee)).fill_null(False).to_numpy()
    parts = (
        (span.count >= payments, "the invoice is paid more than once"),
        (third, "the payer is in a third country"),
        (elsewhere, "the goods move between other countries than the money"),
    )
    total = sum(truth.astype(np.int64) for truth, _ in parts)
    fired = np.asarray(total) >= signs
    words = listed([(truth[fired], text) for truth, text in parts])
    span = span[fired]
    return Finding(
        rows=span.rows,
        value=np.asarray(total)[fired],
        threshold=float(signs),
        window=window,
        spans=(span,),
        facts={"signs_seen": words},
    )


@rule(
    "TF-T05",
    "Someone else pays or receives",
    definition="An ultimate party is named and is not like the holder of the account on its side.",
    source="STRO red flags (third parties); Wolfsberg Payment Transparency Standards 2023",
    weight=15,
    parameters=(share("similarity", 0.6, "of both names, below which they are different parties"),),
    requires=(
        "ultimate_originator_name|ultimate_beneficiary_name",
        "originator_name|beneficiary_name",
    ),
    scope=("row",),
    reason="ultimate {side} '{ultimate}' is not like the account holder '{holder}'",
)
def third_party(book: Book, *, similarity: float) -> tuple[Finding, ...]:
    """Look for ultimate parties unlike the account holder."""
    findings = []
    for side in ("originator", "beneficiary"):
        if not (book.has(f"ultimate_{side}_name") and book.has(f"{side}_name")):
            continue
        rows = np.flatnonzero(book.known(f"ultimate_{side}_name") & book.known(f"{side}_name"))
        ultimate = book.column(f"ultimate_{side}_name", rows)
        holder = book.column(f"{side}_name", rows)
        score = similarities(ultimate, holder)
        fired = score < similarity
        findings.append(
            Finding(
                rows=rows[fired],
                value=score[fired],
                threshold=similarity,
                facts={"side": side, "ultimate": ultimate.filter(fired), "holder": holder.filter(fired)},
            )
        )
    return tuple(findings)


@rule(
    "TF-T06",
    "Business and private money mixed",
    definition="An officer's private account repeatedly receives much of what the company takes in.",
    source="AUSTRAC indicator 5",
    weight=10,
    parameters=(
        duration("window", 30),
        share("share", 0.3, "of the company's inflow"),
        count("payments", 3, "payments to the officer"),
    ),
    requires=("originator_party", "beneficiary_party", "beneficiary_officer_of"),
    keys=("amount", "originator_party"),
    window="30 days",
    key="company and officer",
    flows=True,
    scope=("originator_party+beneficiary_party",),
    reason="{value} of {inflow} taken in within {window} went to an officer's account in {count} payments",
)
def business_and_private(book: Book, *, window: int, share: float, payments: int) -> Finding:
    """Look for officers who receive what their company takes in."""
    company = book.column("beneficiary_officer_of").cast(pl.String)
    payer = book.party_names("originator")
    own = (company == payer).fill_null(False).to_numpy()
    pair = combine(book.key("originator_party"), book.key("beneficiary_party"), book.currency_key())
    rows = np.flatnonzero(own & book.moved & book.measured & (pair != NO_KEY))
    span = Ledger.of(pair[rows], rows, book.clock).within(window)
    span = span[span.count >= payments]
    company_keys = book.money_key(book.key("originator_party"))[span.rows]
    inflow = (
        book.ledger("beneficiary_party", money=True).probe(company_keys, span.rows, window).sum(book.amount)
    )
    paid = span.sum(book.amount)
    fired = (inflow > 0) & at_least_share(paid, inflow, share)
    span, inflow, paid = span[fired], inflow[fired], paid[fired]
    return Finding(
        rows=span.rows,
        value=Money(paid),
        threshold=Money(np.ceil(share * inflow).astype(np.int64)),
        window=window,
        spans=(span,),
        facts={"inflow": Money(inflow), "count": span.count},
    )
