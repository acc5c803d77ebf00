"""Where money goes and by which way, against loops."""

from __future__ import annotations

import pytest
from tests.rules.oracle import (
    CLASSES,
    DAY,
    Case,
    Payment,
    Payments,
    Verdict,
    agree,
    by,
    like,
    same,
    total,
)

from screening.rules.corridors import (
    conduit_then_conflict,
    exchange_then_transfer,
    first_transfer,
    small_repeated_transfers,
)


def area(p: Payment) -> str | None:
    """The classed part of a country, else the country."""
    part: str | None = p.beneficiary_admin1
    return part if part in CLASSES else p.country("beneficiary")


def first(book: Payments, p: Payment, *, history: int) -> bool:
    def alike(q: Payment) -> bool:
        return area(q) == area(p)

    ever = [q.at for q in book if p.originator is not None and q.originator == p.originator]
    earlier = [q for q in book.moved(same(p, "originator"), alike) if q.at < p.at]
    long_known = bool(ever) and p.at - min(ever) >= history
    return p.moved and p.high_risk() and not p.expected() and long_known and not earlier


def repeated(book: Payments, p: Payment, *, most: float, payments: int, window: int) -> Verdict:
    def small(q: Payment) -> bool:
        return q.high_risk() and q.at_most(most) and q.country("beneficiary") == p.country("beneficiary")

    rows = book.within(p, window, small, same(p, "originator"))
    fires = p in rows and p.country("beneficiary") is not None and len(rows) >= payments
    return rows if fires else []


def through_conduit(book: Payments, p: Payment, *, relation: int, window: int) -> bool:
    def new(q: Payment) -> bool:
        older = book.moved(same(q, "originator", "beneficiary_country"))
        return q.conduit() and not any(r.at <= q.at - relation for r in older)

    in_person = by("card_atm", "card_pos", "cash_wd")(p) and p.tf_area("terminal")
    edge = bool({"conflict", "border"} & CLASSES.get(p.beneficiary_admin1, set()))
    return p.moved and (edge or in_person) and bool(book.within(p, window, same(p, "originator"), new))


def based(p: Payment) -> Payment:
    """The payment in base currency."""
    return Payment(
        p.id, p.at, {**p.values, "amount_minor": p.amount_base_minor, "currency": "EUR"}, p.parties
    )


def exchanged(book: Payments, p: Payment, *, window: int, share: float) -> bool:
    book, p = Payments([based(q) for q in book]), based(p)
    everyday = by("cash_dep", "cash_wd", "card_atm", "card_pos", "fx", "loan_disb", "prepaid_load")
    if not p.moved or not p.measured or not p.high_risk() or everyday(p):
        return False
    sold = total(book.within(p, window, by("fx"), like(p), same(p, "originator")))
    return sold > 0 and p.amount >= share * sold


PAYERS = ["A", "A", "B", None]
PLACES = ["DE", "SY", "SY", "IQ", "TR", "KE", "KP", None]
PARTS = ["TR-31", "TR-27", "TR-06", None, None, None]
CASES = [
    Case(
        rule=first_transfer(history=2),
        oracle=first,
        columns={"originator_account": PAYERS, "beneficiary_country": PLACES, "beneficiary_admin1": PARTS},
        parties={"B": {"expected_countries": "SY IQ"}},
    ),
    Case(
        rule=small_repeated_transfers(payments=3, window=2),
        oracle=repeated,
        columns={
            "originator_account": PAYERS,
            "amount_minor": [50_000, 50_000, 50_001, 9_000, None],
            "beneficiary_country": PLACES,
            "beneficiary_admin1": PARTS,
        },
    ),
    Case(
        rule=conduit_then_conflict(relation=2, window=1),
        oracle=through_conduit,
        columns={
            "originator_account": PAYERS,
            "channel": ["wire", "wire", "card_atm", "card_pos"],
            "beneficiary_country": ["DE", "TR", "TR", "SY", None],
            "beneficiary_admin1": PARTS,
            "terminal_country": ["DE", "TR", "SY", None],
            "terminal_admin1": ["TR-31", None, None],
        },
    ),
    Case(
        rule=exchange_then_transfer(window=12),
        oracle=exchanged,
        columns={
            "originator_account": PAYERS,
            "channel": ["fx", "fx", "wire", "wire", "card_pos"],
            "amount_minor": [77],  # amounts in base currency are the ones that count
            "amount_base_minor": [10_000, 20_000, 9_999, None],
            "beneficiary_country": ["DE", "SY", None],
        },
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_flags_are_those_of_the_oracle(case: Case) -> None:
    agree(case)


def test_a_grid_of_days_is_no_special_case() -> None:
    agree(Case(rule=first_transfer(history=3), oracle=first, step=DAY, columns=CASES[0].columns))
