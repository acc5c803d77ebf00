"""Collections and non-profit organisations, against loops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.rules.oracle import Case, Payment, Payments, Verdict, agree, by, like, same, share, total, values
from tests.rules.test_behaviour import passed

from screening.rules.behaviour import pass_through
from screening.rules.donations import (
    donation_storm,
    donations_leave_at_once,
    npo_cash,
    npo_off_programme,
    private_collection,
)

if TYPE_CHECKING:
    from screening.rules import Rule

CASH = by("cash_wd", "card_atm")


def off_programme(book: Payments, p: Payment) -> bool:
    known = p.originator_expected_countries is not None
    earlier = [q for q in book.moved(same(p, "originator", "beneficiary")) if q.at < p.at]
    first = p.originator is not None and p.beneficiary is not None and not earlier
    return (
        p.moved
        and p.originator_type == "npo"
        and p.high_risk()
        and (p.beneficiary_type == "person" or first or (known and not p.expected()))
    )


def cash_heavy(book: Payments, p: Payment, *, window: int, share: float, least: float) -> Verdict:
    def npo(q: Payment) -> bool:
        return bool(q.originator_type == "npo")

    rows = book.within(p, window, npo, like(p), same(p, "originator"))
    taken = total([q for q in rows if CASH(q)])
    fires = p in rows and CASH(p) and taken >= least * 100 and taken >= share * total(rows)
    return rows if fires else []


def stormed(
    book: Payments, p: Payment, *, originators: int, day: int, baseline: int, factor: float,
    calendar_factor: float, median: float, new: float, countries: int, countries_factor: float,
) -> bool:  # fmt: skip
    def storm(key: str) -> bool:
        ever = book.moved(same(p, key))
        rows = book.within(p, day, same(p, key))
        senders = values(rows, "originator")

        def appears(q: Payment) -> bool:
            """Whether nobody saw this sender in the day before; at one instant a sender appears once."""
            alike = [r for r in ever if r.originator == q.originator]
            before = [r for r in alike if q.at - day < r.at < q.at or (r.at == q.at and r.id < q.id)]
            return q.originator is not None and not before

        past = [q for q in ever if p.at - day - baseline < q.at <= p.at - day and appears(q)]
        first = {s for s in senders if min(q.at for q in ever if q.originator == s) > p.at - day}
        small = [q for q in rows if q.at_most(median)]
        return (
            len(senders) >= originators
            and len(senders) * baseline >= factor * len(past) * day
            and 2 * len(small) >= len(rows)
            and share(len(first), len(senders), new)
        )

    business = p.beneficiary_type in ("payroll", "utility")
    return p.moved and not business and (storm("beneficiary_account") or storm("campaign_id"))


def collecting(book: Payments, p: Payment, *, originators: int, share: float, window: int) -> bool:
    def personal(q: Payment) -> bool:
        return bool(q.beneficiary_type == "person")

    rows = book.within(p, window, personal, same(p, "beneficiary_account"))
    giving = [q for q in rows if "donation" in (q.remittance_text or "").lower().split()]
    return p in rows and len(values(rows, "originator")) >= originators and len(giving) >= share * len(rows)


def arguments(rule: Rule) -> dict[str, Any]:
    return {item.name: item.argument for item in rule.parameters}


STORM = donation_storm(originators=9)
COLLECTION = private_collection(originators=3, window=2)
THROUGH = pass_through(least=100, low=0.3, arrivals=2)


def leaving_at_once(book: Payments, p: Payment, *, window: int, away_factor: float) -> bool:
    def collection(q: Payment) -> bool:
        return collecting(book, q, **arguments(COLLECTION)) or stormed(book, q, **arguments(STORM))

    if not p.moved or p.originator_account is None or not passed(book, p, **arguments(THROUGH)):
        return False
    return any(
        q.beneficiary_account == p.originator_account and collection(q) for q in book.within(p, window)
    )


MANY = ["A", "B", "C", "D", "E", "F", None]
CASES = [
    Case(
        rule=npo_off_programme(),
        oracle=off_programme,
        columns={
            "originator_account": ["A", "B", "C", None],
            "originator_type": ["npo", "npo", "person", None],
            "beneficiary_type": ["person", "npo", "npo", None],
            "beneficiary_country": ["SY", "SY", "DE", "TR", None],
            "beneficiary_admin1": ["TR-31", None],
        },
        parties={"A": {"expected_countries": "SY"}, "B": {"expected_countries": "IQ"}},
    ),
    Case(
        rule=npo_cash(window=2, least=300),
        oracle=cash_heavy,
        columns={
            "originator_account": ["A", "A", "B", None],
            "originator_type": ["npo", "npo", "person", None],
            "channel": ["wire", "wire", "cash_wd", "card_atm"],
            "amount_minor": [10_000, 20_000, 29_999, 30_000, None],
        },
    ),
    Case(
        rule=donation_storm(originators=3, baseline=3, factor=2, new=0.6),
        oracle=stormed,
        columns={
            "originator_account": MANY,
            "beneficiary_account": ["A", "A", "B", None],
            "campaign_id": ["c", None, None, None],
            "amount_minor": [10_000, 9_000, 10_001, None],
            "beneficiary_type": ["person", "person", "utility", None],
        },
    ),
    Case(
        rule=private_collection(originators=3, window=2),
        oracle=collecting,
        columns={
            "originator_account": MANY,
            "beneficiary_account": ["A", "A", "B", None, ""],
            "beneficiary_type": ["person", "person", "person", "merchant", None],
            "remittance_text": ["a donation", "DONATION!".replace("!", ""), "gift card", None],
        },
    ),
    Case(
        rule=donations_leave_at_once(),
        beside=(STORM, COLLECTION, THROUGH),
        oracle=leaving_at_once,
        columns={
            "originator_account": [*MANY, "A", "A"],
            "beneficiary_account": ["A", "A", "A", "B", None],
            "amount_minor": [10_000, 20_000, 5_000],
            "beneficiary_type": ["person", "person", None],
            "remittance_text": ["a donation", "a donation", None],
        },
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_flags_are_those_of_the_oracle(case: Case) -> None:
    agree(case)
