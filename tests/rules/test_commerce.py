"""Texts, merchants, trade and third parties, against loops."""

from __future__ import annotations

import re

import pytest
from tests.rules.oracle import (
    HOUR,
    Case,
    Payment,
    Payments,
    Verdict,
    agree,
    having,
    like,
    same,
    total,
    values,
)
from tests.rules.test_behaviour import quantile

from screening.rules.commerce import business_and_private, risky_goods, trade_mismatch
from screening.rules.texts import same_text


def one_text(
    book: Payments, p: Payment, *, originators: int, beneficiaries: int, window: int, letters: int
) -> bool:
    def plain(q: Payment) -> str:
        return re.sub(r"[\W\d_]+", "", (q.remittance_text or "").lower())

    def wanted(q: Payment) -> bool:
        business = q.beneficiary_type in ("merchant", "payroll", "utility")
        return not business and plain(q) == plain(p) and None not in (q.originator, q.beneficiary)

    rows = book.within(p, window, wanted)
    return (
        p in rows
        and len(plain(p)) >= letters
        and len(values(rows, "originator")) >= originators
        and len(values(rows, "beneficiary")) <= beneficiaries
    )


def risky(
    book: Payments, p: Payment, *, window: int, quantile: float, factor: float, payments: int
) -> Verdict:
    merchant = p.merchant_category_code in ("5941", "5169")
    dealer = p.originator_occupation is not None and "gold dealer" in p.originator_occupation.lower()
    rows = book.before(p, window, like(p), same(p, "originator"))
    enough = p.moved and (merchant or dealer) and len(rows) >= payments
    return rows if enough and p.amount >= factor * level(rows, quantile) else []


def level(rows: list[Payment], share: float) -> int:
    return quantile(rows, share)


def misfit(book: Payments, p: Payment, *, window: int, payments: int, signs: int) -> Verdict:
    rows = book.within(p, window, same(p, "beneficiary", "invoice_reference"))
    payer, payee, goods = p.originator_country, p.beneficiary_country, p.goods_country

    def differ(one: str | None, *others: str | None) -> bool:
        return one is not None and None not in others and one not in others

    seen = (len(rows) >= payments, differ(payer, payee, goods), differ(goods, payer, payee))
    return rows if p in rows and sum(seen) >= signs else []


def mixed(book: Payments, p: Payment, *, window: int, share: float, payments: int) -> bool:
    def own(q: Payment) -> bool:
        return q.originator is not None and q.beneficiary_officer_of == q.originator[1]

    rows = book.within(p, window, own, like(p), same(p, "originator", "beneficiary"))
    inflow = total(book.within(p, window, like(p), having("beneficiary", p.originator)))
    return p in rows and len(rows) >= payments and inflow > 0 and total(rows) >= share * inflow


CASES = [
    Case(
        rule=same_text(originators=3, beneficiaries=2, window=2),
        oracle=one_text,
        columns={
            "originator_account": ["A", "B", "C", "D", None],
            "beneficiary_account": ["A", "A", "A", "B", "C", None],
            "remittance_text": ["Blue Tent 1", "blue tent 22", "BLUE-TENT", "a1b2", "", None],
            "beneficiary_type": ["person", None, "utility"],
        },
    ),
    Case(
        rule=risky_goods(window=2, payments=3),
        oracle=risky,
        columns={
            "originator_account": ["A", "A", "A", "B", None],
            "amount_minor": [10_000, 10_000, 9_999, 20_000, None],
            "merchant_category_code": ["5941", "5169", "5411", None],
        },
        parties={"B": {"occupation": "Gold Dealer"}},
    ),
    Case(
        rule=trade_mismatch(window=2),
        oracle=misfit,
        columns={
            "invoice_reference": ["I", "J", "K", "", None],
            "originator_country": ["DE", "AE", None],
            "beneficiary_country": ["DE", "FR", None],
            "goods_country": ["DE", "CN", None],
        },
    ),
    Case(
        rule=business_and_private(window=2, payments=2),
        oracle=mixed,
        step=6 * HOUR,
        columns={
            "originator_account": ["firm", "firm", "A", "B", None],
            "beneficiary_account": ["firm", "officer", "officer", "B", None],
            "amount_minor": [10_000, 30_000, 3_000, 2_999],
        },
        parties={"officer": {"officer_of": "firm"}, "B": {"officer_of": None}},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_flags_are_those_of_the_oracle(case: Case) -> None:
    agree(case)
