"""Shapes around one account, against loops."""

from __future__ import annotations

import re

import pytest
from tests.rules.oracle import (
    CLASSES,
    HOUR,
    Case,
    Payment,
    Payments,
    Test,
    Verdict,
    agree,
    between,
    by,
    having,
    like,
    same,
    share,
    total,
    values,
)

from screening.rules.graph import (
    fan_in,
    fan_out,
    funnel_account,
    gather_scatter,
    many_accounts,
    many_payees_in_high_risk_area,
    many_payers_to_high_risk_area,
    shared_identifiers,
)

BUSINESS = ("merchant", "payroll", "utility")


def fanned(
    book: Payments, p: Payment, key: str, other: str, *, window: int, least: int, new: float, median: float
) -> bool:
    """Many others of one key, most of them for the first time, half of the amounts small."""
    rows = book.within(p, window, same(p, key))
    others = values(rows, other)
    ever = book.moved(same(p, key))
    first = {one for one in others if min(q.at for q in ever if getattr(q, other) == one) > p.at - window}
    small = [q for q in rows if q.at_most(median)]
    return len(others) >= least and share(len(first), len(others), new) and 2 * len(small) >= len(rows)


def collected(
    book: Payments, p: Payment, *, originators_day: int, day: int, originators_month: int, month: int,
    median: float, new: float,
) -> bool:  # fmt: skip
    if not p.moved or not p.measured or p.beneficiary_type in BUSINESS:
        return False
    return any(
        fanned(book, p, "beneficiary_account", "originator", window=w, least=n, new=new, median=median)
        for w, n in ((day, originators_day), (month, originators_month))
    )


def distributed(
    book: Payments, p: Payment, *, beneficiaries_burst: int, burst: int, beneficiaries_week: int, week: int,
    new: float,
) -> bool:  # fmt: skip
    if not p.moved or p.originator_type in BUSINESS:
        return False

    def fan(window: int, least: int) -> bool:
        key, other = "originator_account", "beneficiary_account"
        rows = book.within(p, window, same(p, key))
        others, ever = values(rows, other), book.moved(same(p, key))
        first = {one for one in others if min(q.at for q in ever if getattr(q, other) == one) > p.at - window}
        return len(others) >= least and share(len(first), len(others), new)

    return fan(burst, beneficiaries_burst) or fan(week, beneficiaries_week)


def gathered(
    book: Payments, p: Payment, *, originators: int, beneficiaries: int, window: int, low: float, high: float
) -> bool:
    if not p.moved or not p.measured or p.originator_type in BUSINESS:
        return False
    come = book.within(p, window, like(p), having("beneficiary_account", p.originator_account))
    gone = book.within(p, window, like(p), same(p, "originator_account"))
    return (
        len(values(come, "originator_account")) >= originators
        and len(values(gone, "beneficiary_account")) >= beneficiaries
        and between(total(gone), total(come), low, high)
    )


def funnelled(book: Payments, p: Payment, *, places: int, window: int, soon: int, share: float) -> bool:
    cash = by("cash_wd", "card_atm")
    leaving = by("cash_wd", "card_atm", "wire", "instant")
    if not p.moved or not p.measured or not leaving(p):
        return False
    paid_in = (by("cash_dep"), like(p), having("beneficiary_account", p.originator_account))
    come, recent = book.within(p, window, *paid_in), book.within(p, soon, *paid_in)
    gone = book.within(p, soon, leaving, like(p), same(p, "originator_account"))
    spots = {q.terminal_admin1 or q.branch_id or q.terminal_id for q in come} - {None}

    def elsewhere(level: str) -> bool:
        out = getattr(p, f"terminal_{level}" if cash(p) else f"beneficiary_{level}")
        places_in = {getattr(q, f"terminal_{level}") for q in come}
        if level == "country":
            places_in = {q.terminal_country or q.beneficiary_country for q in come}
        return out is not None and bool(places_in - {None}) and out not in places_in

    return (
        bool(recent)
        and len(spots) >= places
        and total(gone) >= share * total(come)
        and (elsewhere("admin1") or elsewhere("country"))
    )


def folded(text: str | None) -> str:
    return re.sub(r"[\W_]+", " ", (text or "").upper()).strip()


def funded(book: Payments, p: Payment, *, originators: int, window: int) -> bool:
    def wanted(q: Payment) -> bool:
        return q.high_risk() and not q.expected()

    def named(q: Payment) -> bool:
        mine, other = ((folded(r.beneficiary_name), folded(r.beneficiary_town)) for r in (p, q))
        return mine[0] != "" and mine == other

    return (
        p.moved
        and wanted(p)
        and any(
            len(values(book.within(p, window, wanted, test), "originator")) >= originators
            for test in (same(p, "beneficiary_account"), named)
        )
    )


def area(p: Payment) -> str | None:
    """The classed part of a country, else the country."""
    part: str | None = p.beneficiary_admin1
    return part if part in CLASSES else p.country("beneficiary")


def spread(book: Payments, p: Payment, *, beneficiaries: int, window: int) -> Verdict:
    def wanted(q: Payment) -> bool:
        return q.high_risk() and not q.expected() and area(q) == area(p)

    rows = book.within(p, window, wanted, same(p, "originator"))
    return rows if p in rows and len(values(rows, "beneficiary")) >= beneficiaries else []


def sharing(
    book: Payments, p: Payment, *, originators: int, window: int, hub: int, high_risk_factor: float
) -> bool:
    def users(q: Payment, name: str) -> int:
        return len(values(book.within(q, window, personal(name), same(q, name)), "originator"))

    def personal(name: str) -> Test:
        """At a branch or a terminal the device is the machine, not the customer's."""
        return lambda q: name != "device_id" or (q.branch_id is None and q.terminal_id is None)

    def ring(name: str) -> bool:
        alike = book.moved(personal(name), same(p, name))
        was_hub = any(q.at <= p.at and users(q, name) >= hub for q in alike)
        return p in alike and users(p, name) >= originators and not was_hub

    return p.moved and any(ring(name) for name in ("device_id", "phone_hash", "email_hash", "address_hash"))


def holding(book: Payments, p: Payment, *, accounts: int, window: int) -> Verdict:
    rows = book.within(p, window, same(p, "originator"))
    return rows if p in rows and len(values(rows, "originator_account")) >= accounts else []


MANY = ["A", "B", "C", "D", "E", "F", None]
ONE = ["A", "A", "A", "B", "C", None, ""]
CASES = [
    Case(
        rule=fan_in(originators_day=3, originators_month=4, month=3, median=100),
        oracle=collected,
        columns={
            "originator_account": MANY,
            "beneficiary_account": ONE,
            "amount_minor": [10_000, 10_000, 9_000, 10_001, None],
            "beneficiary_type": ["person", "person", None, "merchant"],
        },
    ),
    Case(
        rule=fan_out(beneficiaries_burst=2, beneficiaries_week=4, week=3),
        oracle=distributed,
        step=4 * HOUR,
        steps=24,
        columns={
            "originator_account": ONE,
            "beneficiary_account": MANY,
            "originator_type": ["person", "person", None, "payroll"],
        },
    ),
    Case(
        rule=gather_scatter(originators=2, beneficiaries=2, window=2),
        oracle=gathered,
        columns={
            "amount_minor": [10_000, 10_000, 8_000, 10_500, 7_999, 10_501, None],
            "originator_type": ["person", "person", None, "payroll"],
        },
    ),
    Case(
        rule=funnel_account(places=2, window=1, soon=24, share=0.4),
        oracle=funnelled,
        columns={
            "channel": ["cash_dep", "cash_dep", "cash_dep", "card_atm", "wire", "card_pos"],
            "status": ["executed"] * 11 + ["rejected"],
            "originator_account": ["A", "A", "A", "B", None],
            "beneficiary_account": ["A", "A", "A", "B", None],
            "currency": ["EUR"] * 11 + ["USD"],
            "amount_minor": [10_000, 10_000, 20_000, 7_000, 14_000, 13_999],
            "terminal_country": ["DE", "DE", "TR", None],
            "terminal_admin1": ["DE-BE", "DE-HH", "DE-BY", "TR-06", None],
            "branch_id": ["X", "Y", None],
            "beneficiary_country": ["DE", "FR", None],
        },
    ),
    Case(
        rule=many_payers_to_high_risk_area(originators=3, window=2),
        oracle=funded,
        columns={
            "originator_account": MANY,
            "beneficiary_account": [*ONE, None, None],
            "beneficiary_name": ["Ben Elm", "BEN  ELM", "Cem Ash", "", "--", None],
            "beneficiary_town": ["Idlib", "idlib", None],
            "beneficiary_country": ["SY", "SY", "KP", "TR", "KE", None],
            "beneficiary_admin1": ["TR-31", "TR-06", None, None],
        },
        parties={"A": {"expected_countries": "SY IQ"}},
    ),
    Case(
        rule=many_payees_in_high_risk_area(beneficiaries=3, window=2),
        oracle=spread,
        columns={
            "originator_account": ONE,
            "beneficiary_account": MANY,
            "beneficiary_country": ["SY", "SY", "TR", "TR", "KE", None],
            "beneficiary_admin1": ["TR-31", "TR-31", "TR-06", None, None, None],
            "beneficiary_agent_bic": ["BANKSYAA", "BANKDEFF", None, None],
        },
        parties={"B": {"expected_countries": "SY IQ"}},
    ),
    Case(
        rule=shared_identifiers(originators=3, window=2, hub=5),
        oracle=sharing,
        columns={
            "originator_account": MANY,
            "device_id": ["d", "d", "e", None, ""],
            "phone_hash": ["p", "q", None, None, None],
            "branch_id": ["X", "", None, None, None],
        },
    ),
    Case(
        rule=many_accounts(accounts=3, window=2),
        oracle=holding,
        columns={
            "originator_account": MANY,
            "originator_party_id": ["P", "P", "Q", None, ""],
            "originator_customer_id": ["P", "c", None],
        },
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_flags_are_those_of_the_oracle(case: Case) -> None:
    agree(case)


def test_one_hot_account_is_no_special_case() -> None:
    columns = {"originator_account": list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), "beneficiary_account": ["hot"]}
    rule = fan_in(originators_day=9, originators_month=12, month=3, median=100)
    agree(Case(rule=rule, oracle=collected, columns=columns, size=150, steps=40))
