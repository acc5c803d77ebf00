"""Paths of money from account to account, against loops."""

from __future__ import annotations

from itertools import pairwise

import pytest
from tests.rules.conftest import Row, table
from tests.rules.oracle import (
    DAY,
    HOUR,
    Case,
    Payment,
    Payments,
    agree,
    between,
    having,
    like,
    total,
)

from screening.rules import assess
from screening.rules.shapes import cycle, layering_chain, mirrored_transfer, scatter_gather

Path = tuple[Payment, ...]


def hops(book: Payments, low: float, high: float, least: float) -> dict[str, list[Payment]]:
    """Payment -> those with which its receiver passes on about as much, within seven days."""

    def usable(p: Payment) -> bool:
        sides = p.originator_account, p.beneficiary_account
        return (
            p.at_least(least) and None not in sides and sides[0] != sides[1] and p.originator != p.beneficiary
        )

    def follows(p: Payment, q: Payment) -> bool:
        return (
            p is not q
            and p.beneficiary_account == q.originator_account
            and p.currency == q.currency
            and 0 <= q.at - p.at < 7 * DAY
            and between(q.amount, p.amount, low, high)
        )

    rows = book.moved(usable)
    if (low, high) not in book.kept:
        book.kept[low, high] = {p.id: [q for q in rows if follows(p, q)] for p in rows}
    found: dict[str, list[Payment]] = book.kept[low, high]
    return found


def paths(book: Payments, length: int, low: float, high: float, least: float) -> list[Path]:
    """Payments one after the other, no account paying twice."""
    onward = hops(book, low, high, least)
    name = "paths", length, low, high
    if name not in book.kept:
        found: list[Path] = [(p,) for p in book if p.id in onward]
        for _ in range(length - 1):
            found = [
                (*path, q)
                for path in found
                for q in onward[path[-1].id]
                if all(q.originator_account != r.originator_account for r in path)
            ]
        book.kept[name] = found
    kept: list[Path] = book.kept[name]
    return kept


def scattered(
    book: Payments, p: Payment, *, middles: int, window: int, gap: int, low: float, high: float, least: float
) -> bool:
    pairs = [(q, r) for q, r in paths(book, 2, low, high, least) if r.at - q.at < gap]
    ends = {
        (q.originator_account, r.beneficiary_account)
        for q, r in pairs
        if r is p and q.originator_account != r.beneficiary_account
    }
    return any(
        len(
            {
                r.originator_account
                for q, r in pairs
                if (q.originator_account, r.beneficiary_account) == end and p.at - window < r.at <= p.at
            }
        )
        >= middles
        for end in ends
    )


def cycled(
    book: Payments, p: Payment, *, short: int, long: int, low: float, high: float, least: float
) -> bool:
    def closes(path: Path) -> bool:
        window = long if len(path) == 4 else short
        return p.beneficiary_account == path[0].originator_account and p.at - path[0].at < window

    return any(path[-1] is p and closes(path) for n in (2, 3, 4) for path in paths(book, n, low, high, least))


def chained(book: Payments, p: Payment, *, gap: int, low: float, high: float, least: float) -> bool:
    def holds(path: Path) -> bool:
        accounts = {q.originator_account for q in path} | {p.beneficiary_account}
        quick = all(after.at - before.at < gap for before, after in pairwise(path))
        return quick and len(accounts) == 4

    return any(path[-1] is p and holds(path) for path in paths(book, 3, low, high, least))


def mirrored(book: Payments, p: Payment, *, window: int, commission: float, least: float) -> bool:
    pairs = paths(book, 2, 1 - commission, 1.0, least)
    if any(r is p and r.at - q.at < window for q, r in pairs):
        return True
    come = book.within(p, window, like(p), having("beneficiary_account", p.originator_account))
    several = len(come) >= 2 and between(p.amount, total(come), 1 - commission, 1.0)
    return p.moved and p.at_least(least) and several


AMOUNTS = [10_000, 10_000, 12_500, 12_500, 10_500, 13_125, 11_250, 9_999, 12_499, None]
ACCOUNTS = ["A", "B", "C", "D", "A", "B", "C", "D", None]
PATHS = {
    "amount_minor": AMOUNTS,
    "originator_account": ACCOUNTS,
    "beneficiary_account": ACCOUNTS,
    "originator_party_id": [None] * 7 + ["P"],
    "beneficiary_party_id": [None] * 7 + ["P"],
    "currency": ["EUR"] * 19 + ["USD"],
    "status": ["executed"] * 19 + ["rejected"],
}
CHAINS = {**PATHS, "amount_minor": [10_000, 10_000, 10_000, 8_500, 8_499, 10_001, None]}
CASES = [
    Case(rule=scatter_gather(middles=2, window=2, gap=24), oracle=scattered, columns=PATHS, size=45, steps=9),
    Case(rule=cycle(short=24, long=2), oracle=cycled, columns=PATHS),
    Case(rule=cycle(low=0.9, high=1), oracle=cycled, columns=PATHS, step=DAY),
    Case(rule=layering_chain(), oracle=chained, columns=CHAINS, step=DAY, size=45, steps=7),
    Case(rule=layering_chain(gap=12), oracle=chained, columns=CHAINS, size=45, steps=7),
    Case(rule=mirrored_transfer(), oracle=mirrored, columns=PATHS, step=12 * HOUR),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_flags_are_those_of_the_oracle(case: Case) -> None:
    agree(case)


@pytest.mark.parametrize("first", ["a", "z"])
@pytest.mark.parametrize("seed", range(4))
def test_of_two_payers_behind_one_payment_the_one_who_began_is_told(first: str, seed: int) -> None:
    """Whatever the accounts are called, and however the file is sorted."""
    second = "z" if first == "a" else "a"
    hops = [(payer, f"m{i}") for payer in (first, second) for i in range(3)] + [
        (f"m{i}", "end") for i in range(3)
    ]
    rows: list[Row] = [
        {"hour": hour, "amount": 1000, "originator_account": payer, "beneficiary_account": payee}
        for hour, (payer, payee) in enumerate(hops)
    ]
    rows.append({"hour": -1, "amount": 1, "originator_account": second, "beneficiary_account": "other"})
    shuffled = table(rows).sample(fraction=1, shuffle=True, seed=seed)
    (flag,) = assess(shuffled, [scatter_gather()]).flags.to_dicts()
    assert flag["transaction_id"] == "t0008"
    assert flag["evidence"] == ["t0002", "t0006", "t0007", "t0008"]
