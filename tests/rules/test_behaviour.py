"""Behaviour against one's own past, against loops."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from tests.rules.oracle import (
    DAY,
    HOUR,
    START,
    Case,
    Payment,
    Payments,
    Verdict,
    agree,
    between,
    by,
    having,
    like,
    same,
    share,
    total,
)

from screening.rules.behaviour import (
    dormant_account,
    impossible_location,
    new_account,
    out_of_profile,
    pass_through,
    velocity_spike,
)

CASH = by("cash_wd", "card_atm")


def passed(
    book: Payments, p: Payment, *, window: int, least: float, low: float, high: float, arrivals: int,
    large: float, balance: float,
) -> bool:  # fmt: skip
    come = book.within(p, window, like(p), having("beneficiary_account", p.originator_account))
    gone = book.within(p, window, like(p), same(p, "originator_account"))
    left = p.balance_after_minor
    return (
        p in gone
        and total(come) >= least * 100
        and between(total(gone), total(come), low, high)
        and (len(come) >= arrivals or any(q.at_least(large) for q in come))
        and (left is None or share(total(come), max(left, 0), 1 / balance))
    )


def woken(
    book: Payments, p: Payment, *, silence: int, after: int, cash_out: float, after_factor: float
) -> bool:
    def slept(account: str | None) -> list[int]:
        """Instants at which an account moved again after a silence."""
        own = {q.at for q in book.moved() if account in (q.originator_account, q.beneficiary_account)}
        return [
            at for at in own if (before := [one for one in own if one < at]) and at - max(before) >= silence
        ]

    def sides(q: Payment) -> set[str]:
        return {q.originator_account, q.beneficiary_account} - {None}

    if not p.moved:
        return False
    if any(p.at in slept(account) for account in sides(p)):
        return True
    recent = [at for at in slept(p.originator_account) if p.at - after < at <= p.at]
    if not p.originator_account or not recent:
        return False
    since = [q for q in book.moved(like(p)) if max(recent) <= q.at <= p.at]
    come = [q for q in since if q.beneficiary_account == p.originator_account]
    taken = [q for q in since if CASH(q) and q.originator_account == p.originator_account]
    emptied = CASH(p) and total(come) > 0 and share(total(taken), total(come), cash_out)
    return p.high_risk() or emptied


def quantile(rows: list[Payment], level: float) -> int:
    return sorted(q.amount for q in rows)[math.floor(level * (len(rows) - 1))]


def unusual(book: Payments, p: Payment, *, window: int, payments: int, score: float, floor: float) -> Verdict:
    rows = book.before(p, window, like(p), same(p, "originator"))
    if not p.moved or len(rows) < payments:
        return False
    low, middle, high = (quantile(rows, level) for level in (0.25, 0.5, 0.75))
    spread = max(math.log(high) - math.log(low), floor) / 1.349
    return rows if math.log(p.amount) - math.log(middle) >= score * spread else []


def hasty(book: Payments, p: Payment, *, day: int, baseline: int, payments: int, factor: float) -> bool:
    ever = [q.at for q in book if p.originator is not None and q.originator == p.originator]
    today = book.within(p, day, same(p, "originator"))
    before = [q for q in book.within(p, day + baseline, same(p, "originator")) if q not in today]
    known = bool(ever) and p.at - min(ever) >= baseline
    return (
        p in today
        and known
        and len(today) >= payments
        and len(today) * baseline >= factor * len(before) * day
    )


def fresh(book: Payments, p: Payment, *, age: int, incomes: float) -> bool:
    if not p.moved or p.originator_account is None or p.originator_opened_at is None:
        return False
    old = p.at - (p.originator_opened_at - START) // timedelta(microseconds=1)
    spent = total(book.within(p, age, like(p), same(p, "originator_account")))
    income = p.originator_income_minor or 0
    beyond = income > 0 and p.currency == "EUR" and p.measured and share(spent, income, incomes)
    return bool(0 <= old <= age) and (p.high_risk() or beyond)


def kilometres(p: Payment, q: Payment) -> float:
    a, b, c, d = (
        math.radians(value)
        for value in (p.terminal_latitude, q.terminal_latitude, p.terminal_longitude, q.terminal_longitude)
    )
    half = math.sin((a - b) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin((c - d) / 2) ** 2
    return 2 * 6371.0 * math.asin(math.sqrt(half))


def torn(book: Payments, p: Payment, *, window: int, speed: float, distance: float) -> bool:
    def present(q: Payment) -> bool:
        placed = q.terminal_latitude is not None and q.terminal_longitude is not None
        return placed and q.channel in ("card_pos", "card_atm")

    def one_card(q: Payment) -> bool:
        if p.card_id is not None:
            return bool(q.card_id == p.card_id)
        return (
            q.card_id is None
            and p.originator_account is not None
            and q.originator_account == p.originator_account
        )

    def too_fast(q: Payment) -> bool:
        apart = kilometres(p, q)
        return apart >= distance and apart > speed * (p.at - q.at) / HOUR

    return p.moved and present(p) and any(too_fast(q) for q in book.within(p, window, present, one_card))


FLOWS = [50_000, 50_000, 40_000, 39_999, 20_000, 10_000, 500_000, None]
CASES = [
    Case(
        rule=pass_through(window=12, arrivals=2),
        oracle=passed,
        columns={"amount_minor": FLOWS, "balance_after_minor": [None, None, None, 0, 5_000, 5_001, -3]},
    ),
    Case(
        rule=dormant_account(silence=3, after=2),
        oracle=woken,
        step=DAY,
        size=16,
        columns={
            "channel": ["wire", "wire", "card_atm"],
            "amount_minor": [10_000, 7_000, 6_999],
            "beneficiary_country": ["DE", "DE", "SY", None],
        },
    ),
    Case(
        rule=out_of_profile(window=3, payments=3),
        oracle=unusual,
        columns={
            "amount_minor": [1_000, 1_000, 1_100, 900, 5_000, 100_000, None],
            "originator_account": ["A", "A", "A", "B", None],
        },
    ),
    Case(
        rule=velocity_spike(day=12, baseline=2, payments=3, factor=2),
        oracle=hasty,
        columns={"originator_account": ["A", "A", "B", None]},
    ),
    Case(
        rule=new_account(age=2, incomes=2),
        oracle=fresh,
        columns={
            "amount_minor": [10_000, 20_000, 19_999],
            "originator_opened_at": [
                START,
                START + timedelta(days=1),
                START - timedelta(days=9),
                START + timedelta(days=9),
                None,
            ],
            "beneficiary_country": ["DE", "DE", "SY", None],
        },
        parties={"A": {"income_minor": 20_000}, "B": {"income_minor": None}, "C": {"income_minor": 0}},
    ),
    Case(
        rule=impossible_location(),
        oracle=torn,
        step=HOUR // 4,
        columns={
            "channel": ["card_pos", "card_atm", "card_pos", "wire"],
            "card_id": ["K", "K", "L", None, None, ""],
            "terminal_latitude": [48.86, 48.86, 36.19, 52.52, None],
            "terminal_longitude": [2.35, 2.35, 44.01, 13.4, None],
        },
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_flags_are_those_of_the_oracle(case: Case) -> None:
    agree(case)
