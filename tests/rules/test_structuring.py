"""Amounts shaped to stay small, against loops."""

from __future__ import annotations

import math

import pytest
from tests.rules.oracle import (
    DAY,
    HOUR,
    Case,
    Payment,
    Payments,
    Verdict,
    agree,
    like,
    same,
    share,
    total,
    values,
)

from screening.rules.structuring import (
    benford,
    hugging_travel_rule,
    linked_operations,
    near_equal_credits,
    round_amounts,
    structuring,
)


def structured(
    book: Payments, p: Payment, *, threshold: str, band: float, payments: int, window: int,
    burst_payments: int, burst: int,
) -> bool:  # fmt: skip
    def inside(q: Payment) -> bool:
        limit = q.limit(threshold)
        return q.measured and limit is not None and share(q.amount, limit, band) and q.amount < limit

    def together(key: str, length: int, least: int) -> bool:
        rows = book.within(p, length, inside, like(p), same(p, key))
        return len(rows) >= least and total(rows) >= (p.limit(threshold) or 0)

    keys = ("originator", "beneficiary", "branch_id")
    return (
        p.moved
        and inside(p)
        and any(together(key, window, payments) or together(key, burst, burst_payments) for key in keys)
    )


def linked(book: Payments, p: Payment, *, threshold: str, linkage: str, window: int) -> Verdict:
    sides = {
        "originator": ("originator",),
        "beneficiary": ("beneficiary_account",),
        "both": ("originator", "beneficiary_account"),
    }[linkage]
    if not p.moved or not p.measured:
        return False
    limit = p.limit(threshold) or 0
    rows = book.within(p, window, like(p), same(p, *sides))
    earlier = [q for q in rows if q.at < p.at]
    fires = total(rows) >= limit > total(earlier) and all(q.amount < limit for q in rows)
    return rows if fires else []


def hugging(
    book: Payments, p: Payment, *, threshold: str, band: float, payments: int, window: int,
    high_risk_factor: float,
) -> Verdict:  # fmt: skip
    def inside(q: Payment) -> bool:
        limit = q.limit(threshold)
        return q.measured and q.abroad() and limit is not None and band * limit <= q.amount <= limit

    rows = book.within(p, window, inside, like(p), same(p, "originator"))
    return rows if p in rows and len(rows) >= payments else []


def round_sums(
    book: Payments, p: Payment, *, least: float, step: float, share: float, payments: int, window: int,
    standing_from: int, standing_to: int, high_risk_factor: float,
) -> Verdict:  # fmt: skip
    def full(q: Payment) -> bool:
        return q.at_least(least) and q.amount % 10_000 == 0  # full hundreds of two decimals; JPY: 10 000

    def standing(q: Payment) -> bool:
        """Repeats pair and amount after about a month."""
        return full(q) and any(
            standing_from <= q.at - r.at < standing_to and r.amount == q.amount
            for r in book.moved(like(q), same(q, "originator", "beneficiary_account"))
        )

    rows = [q for q in book.within(p, window, like(p), same(p, "originator")) if not standing(q)]
    round_ones = [q for q in rows if full(q)]
    fires = p in round_ones and len(rows) >= payments and len(round_ones) >= share * len(rows)
    return rows if fires else []


def near_equal(
    book: Payments,
    p: Payment,
    *,
    credits: int,  # noqa: A002  # the parameter's name
    originators: int,
    step: float,
    window: int,
) -> Verdict:
    def level(q: Payment) -> int:
        return math.floor(math.log(q.amount) / math.log(step))

    def private(q: Payment) -> bool:
        return q.beneficiary_type not in ("merchant", "payroll", "utility")

    rows = book.within(p, window, like(p), same(p, "beneficiary_account"), private)
    rows = [q for q in rows if abs(level(q) - level(p)) <= 1]
    fires = p in rows and len(rows) >= credits and len(values(rows, "originator")) >= originators
    return rows if fires else []


def off_benford(book: Payments, p: Payment, *, payments: int, chi_square: float, window: int) -> bool:
    rows = book.within(p, window, like(p), same(p, "originator"))
    if p not in rows or len(rows) < payments:
        return False
    statistic = 0.0
    for digit in range(1, 10):
        expected = len(rows) * math.log10(1 + 1 / digit)
        seen = sum(str(q.amount)[0] == str(digit) for q in rows)
        statistic += (seen - expected) ** 2 / expected
    return statistic > chi_square


BAND = [1_000_000, 999_999, 950_000, 950_000, 850_000, 850_000, 849_999, None, -5]
CASES = [
    Case(
        rule=structuring(),
        oracle=structured,
        step=12 * HOUR,
        columns={"amount_minor": BAND, "branch_id": ["X", "Y", None, None]},
    ),
    Case(
        rule=linked_operations(),
        oracle=linked,
        columns={"amount_minor": [750_000, 500_000, 499_999, 1_500_000, 1_499_999, None, 0]},
    ),
    Case(
        rule=linked_operations(linkage="originator"),
        oracle=linked,
        columns={"amount_minor": [375_000, 374_999, 500_000, 1_500_000]},
    ),
    Case(
        rule=hugging_travel_rule(payments=3, window=5),
        oracle=hugging,
        step=DAY,
        columns={
            "amount_minor": [100_000, 100_001, 99_000, 80_000, 79_999],
            "originator_country": ["DE", "DE", "DE", None],
            "beneficiary_country": ["US", "US", "SY", "FR", None],
        },
    ),
    Case(
        rule=round_amounts(payments=3, window=10, standing_from=5, standing_to=7),
        oracle=round_sums,
        step=DAY,
        columns={"amount_minor": [20_000, 30_000, 30_000, 19_900, 20_001, 10_000]},
    ),
    Case(
        rule=near_equal_credits(credits=3, originators=2),
        oracle=near_equal,
        size=45,
        columns={
            "amount_minor": [5_000, 5_000, 5_200, 4_900, 5_900, 9_000, 1, None],
            "beneficiary_account": ["A", "A", "A", "B", None],
            "beneficiary_type": ["person", "merchant", None, None, None],
        },
    ),
    Case(
        rule=benford(payments=8, window=5),
        oracle=off_benford,
        step=DAY,
        columns={
            "amount_minor": [9_000, 9_900, 900, 100, 1_999, 2_000, 70, 0],
            "currency": ["EUR", "EUR", "USD"],
        },
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_flags_are_those_of_the_oracle(case: Case) -> None:
    agree(case)


def test_linkage_by_beneficiary_needs_no_originator() -> None:
    rule = linked_operations(linkage="beneficiary")
    agree(Case(rule=rule, oracle=linked, columns={"amount_minor": [750_000, 500_000, 1_500_000]}))
