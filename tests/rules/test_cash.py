"""Cash, and virtual assets, which behave like it, against loops."""

from __future__ import annotations

import pytest
from tests.rules.oracle import (
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
    total,
    values,
)

from screening.rules.cash import cash_at_many_places, cash_then_wire, courier_cash
from screening.rules.virtual_assets import accumulate_then_empty, fiat_round_trip, spread_to_providers


def wired(
    book: Payments, p: Payment, *, least: float, window: int, share: float, high_risk_factor: float
) -> bool:
    def wire(q: Payment) -> bool:
        return q.channel in ("wire", "instant", "mobile", "p2p") and q.abroad()

    come = total(book.within(p, window, by("cash_dep"), like(p), having("beneficiary", p.originator)))
    gone = book.within(p, window, wire, like(p), same(p, "originator"))
    return p in gone and come > 0 and come >= least * 100 and total(gone) >= share * come


def spread_cash(book: Payments, p: Payment, *, points: int, window: int, threshold: str) -> Verdict:
    def below(q: Payment) -> bool:
        return q.channel == "cash_dep" and q.measured and q.amount < (q.limit(threshold) or 0)

    rows = book.within(p, window, below, same(p, "beneficiary"))
    fires = p in rows and len({q.branch_id or q.terminal_id for q in rows} - {None}) >= points
    return rows if fires else []


def carried(book: Payments, p: Payment, *, threshold: str, low: float, high: float, window: int) -> bool:
    cash = by("cash_wd", "card_atm")

    def travels(q: Payment) -> bool:
        in_person = q.channel in ("cash_wd", "card_atm", "card_pos") and q.tf_area("terminal")
        return q.merchant_category_code == "4511" or in_person

    own = book.within(p, window, same(p, "originator"))
    taken = [q for q in own if cash(q) and like(p)(q)]
    return (
        p in own
        and p.measured
        and (cash(p) or travels(p))
        and any(travels(q) for q in own)
        and between(total(taken), p.limit(threshold) or 0, low, high)
    )


def emptied(book: Payments, p: Payment, *, wallets: int, median: float, share: float, window: int) -> bool:
    def arrives(q: Payment) -> bool:
        return q.channel == "va" and q.wallet_from is not None

    business = p.originator_type in ("merchant", "payroll", "utility")
    if not p.moved or not p.measured or business or p.channel not in ("va", "fx", "wire", "instant"):
        return False
    come = book.within(p, window, arrives, like(p), having("beneficiary", p.originator))
    small = [q for q in come if q.at_most(median)]
    return (
        len(values(come, "wallet_from")) >= wallets
        and p.amount >= share * total(come)
        and 2 * len(small) >= len(come)
    )


def spread_out(book: Payments, p: Payment, *, providers: int, window: int) -> Verdict:
    def foreign(q: Payment) -> bool:
        business = q.originator_type in ("merchant", "payroll", "utility", "fi", "vasp")
        places = q.vasp_country, q.home()
        return q.channel == "va" and not business and None not in places and places[0] != places[1]

    rows = book.within(p, window, foreign, same(p, "originator"))
    return rows if p in rows and len(values(rows, "vasp_id")) >= providers else []


def turned_round(book: Payments, p: Payment, *, window: int, low: float, high: float, least: float) -> bool:
    def fiat(q: Payment) -> bool:
        return q.channel not in ("va", "card_pos", "card_atm", "cash_wd")

    def turns(arrive: bool) -> bool:  # noqa: FBT001  # fiat first, or virtual assets first
        first, second = (fiat, by("va")) if arrive else (by("va"), fiat)
        come = total(book.within(p, window, first, like(p), having("beneficiary", p.originator)))
        gone = book.within(p, window, second, like(p), same(p, "originator"))
        return p in gone and come > 0 and come >= least * 100 and between(total(gone), come, low, high)

    return turns(True) or turns(False)


FEW = ["A", "A", "B", None]
CALM = {
    "originator_account": [*FEW, "A", "C"],
    "beneficiary_account": [*FEW, "A", "C"],
    "status": ["executed"] * 11 + ["rejected"],
    "currency": ["EUR"] * 11 + ["USD"],
}
CASES = [
    Case(
        rule=cash_then_wire(least=300, window=24),
        oracle=wired,
        columns={
            **CALM,
            "channel": ["cash_dep", "wire", "wire", "p2p", "card_pos"],
            "amount_minor": [10_000, 30_000, 29_999, 21_000, 20_999],
            "originator_country": ["DE", "DE", "DE", None],
            "beneficiary_country": ["US", "US", "SY", "FR", None],
        },
    ),
    Case(
        rule=cash_at_many_places(points=2, window=24),
        oracle=spread_cash,
        columns={
            **CALM,
            "channel": ["cash_dep", "cash_dep", "wire"],
            "amount_minor": [999_999, 1_000_000, 10_000, None],
            "branch_id": ["X", "Y", None],
            "terminal_id": ["X", "Z", None],
        },
    ),
    Case(
        rule=courier_cash(window=2),
        oracle=carried,
        columns={
            "originator_account": FEW,
            "channel": ["cash_wd", "card_atm", "card_pos", "wire"],
            "amount_minor": [600_000, 400_000, 1_200_000, 1_199_999, 300_000],
            "merchant_category_code": ["4511", "5411", None, None],
            "terminal_country": ["SY", "DE", None, None],
        },
    ),
    Case(
        rule=accumulate_then_empty(wallets=2, window=0.5, median=160, share=0.4),
        oracle=emptied,
        columns={
            **CALM,
            "channel": ["va", "va", "wire"],
            "amount_minor": [10_000, 10_000, 10_000, 16_000, 15_999, 60_000, 60_000],
            "wallet_from": ["w", "v", "u", "w", "v", "u", "", None],
            "originator_type": ["person", "person", "person", "merchant", None],
            "originator_account": ["A", "A", "B"],
            "beneficiary_account": ["A", "A", "B"],
        },
        size=24,
    ),
    Case(
        rule=spread_to_providers(providers=2, window=24),
        oracle=spread_out,
        columns={
            **CALM,
            "channel": ["va", "va", "va", "wire"],
            "vasp_id": ["v", "w", "x", "", None],
            "vasp_country": ["MT", "MT", "DE", None],
            "originator_country": ["DE", "DE", "DE", None],
            "originator_type": ["person", "person", "fi", None],
        },
        size=45,
    ),
    Case(
        rule=fiat_round_trip(window=12),
        oracle=turned_round,
        columns={
            **CALM,
            "channel": ["va", "va", "wire", "wire", "card_pos"],
            "amount_minor": [20_000, 20_000, 19_999, 16_000, 21_000, 10_000],
        },
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_flags_are_those_of_the_oracle(case: Case) -> None:
    agree(case)
