"""Ways around a screening, and banks that keep sending little, against loops."""

from __future__ import annotations

import re

import pytest
from rapidfuzz import fuzz
from tests.rules.oracle import HOUR, Case, Payment, Payments, agree, between, same, share

from screening.rules.completeness import deficient_bank
from screening.rules.evasion import near_suspended_party, strip_and_resubmit, varied_name


def plain(name: str | None) -> str | None:
    return None if name is None else " ".join(sorted(re.sub(r"[\W_]+", " ", name.upper()).split()))


FIELDS = (
    "originator_name",
    "beneficiary_name",
    "beneficiary_address",
    "remittance_text",
    "originator_account",
)


def resubmitted(book: Payments, p: Payment, *, window: int, tolerance: float, similarity: float) -> bool:
    def resembles(q: Payment) -> bool:
        payee = p.beneficiary_account is not None and p.beneficiary_account == q.beneficiary_account
        near = p.amount > 0 and between(p.amount, q.amount, 1 - tolerance, 1 + tolerance)
        removed = any(getattr(q, name) is not None and getattr(p, name) is None for name in FIELDS)
        names = [(plain(p.originator_name), plain(q.originator_name))]
        names.append((plain(p.beneficiary_name), plain(q.beneficiary_name)))
        changed = any(None not in pair and pair[0] != pair[1] for pair in names)
        mine, other = names[1]
        alike = mine is None or other is None or fuzz.token_set_ratio(mine, other) / 100 >= similarity
        return (payee or (near and alike)) and (removed or changed)

    return p.originator_account is not None and any(
        q.status in ("held", "rejected")
        and p.at - window <= q.at < p.at
        and q.originator_account == p.originator_account
        and q.currency == p.currency
        and resembles(q)
        for q in book
    )


def varied(book: Payments, p: Payment, *, spellings: int, low: float, high: float, window: int) -> bool:
    def under(key: str) -> bool:
        rows = book.within(p, window, same(p, key))
        mine = plain(p.originator_name)
        others = {plain(q.originator_name) for q in rows} - {None, mine}
        similar = [one for one in others if low <= fuzz.ratio(mine or "", one or "") / 100 <= high]
        return mine is not None and 1 + len(similar) >= spellings and any(q.high_risk() for q in rows)

    return p.moved and (under("originator_account") or under("device_id"))


def near_suspended(book: Payments, p: Payment, *, window: int, second_factor: float, hub: int) -> bool:
    def marked(q: Payment) -> bool:
        return "suspended" in (q.originator_case_status, q.beneficiary_case_status)

    def middle(party: object) -> bool:
        recent = [q for q in book if p.at - window < q.at <= p.at]
        touching = [q for q in recent if party is not None and party in (q.originator, q.beneficiary)]
        partners = {q.originator for q in touching if q.beneficiary == party}
        partners |= {q.beneficiary for q in touching if q.originator == party}

        def dealt(q: Payment) -> bool:
            """Whether the party is the other side of a payment to or from a suspended one."""
            pays = q.beneficiary_case_status == "suspended" and q.originator == party
            return pays or (q.originator_case_status == "suspended" and q.beneficiary == party)

        return any(dealt(q) for q in touching) and len(partners - {None}) < hub

    return marked(p) or middle(p.originator) or middle(p.beneficiary)


def sends_little(book: Payments, p: Payment, *, share: float, payments: int, window: int) -> bool:
    def lacking(q: Payment) -> bool:
        """Across a border both names and both accounts are needed, at home the payer's account."""
        names = q.originator_name is None or q.beneficiary_name is None
        accounts = q.originator_account is None or q.beneficiary_account is None
        placed = None not in (q.country("originator"), q.country("beneficiary"))
        needed = names or accounts if q.abroad() else placed and q.originator_account is None
        return q.channel == "wire" and needed

    rows = [q for q in book if p.at - window < q.at <= p.at and same(p, "originator_agent_bic")(q)]
    bad = [q for q in rows if lacking(q)]
    return p in bad and len(rows) >= payments and len(bad) >= share * len(rows)


NAMES = ["Mohammad Ali Testi", "Mohd Ali Testi", "M. Ali TESTI", "TESTI, Mohd Ali", "Karl Else", "", None]
CASES = [
    Case(
        rule=strip_and_resubmit(window=1),
        oracle=resubmitted,
        columns={
            "status": ["held", "rejected", "executed", "executed"],
            "amount_minor": [10_000, 10_100, 9_900, 10_101, 5_000, None],
            "beneficiary_account": ["B", "C", None],
            "originator_name": ["Ana Oak", "Oak, ANA", "Anna Oak", None],
            "beneficiary_name": ["Ben Elm", "Benn Elm", "Cem Ash", None],
            "beneficiary_address": ["5 Road", "", None],
            "remittance_text": ["rent", None],
        },
    ),
    Case(
        rule=varied_name(window=2),
        oracle=varied,
        columns={
            "originator_account": ["A", "A", "B", None],
            "device_id": ["d", None],
            "originator_name": NAMES,
            "beneficiary_country": ["SY", "DE", "DE", None],
        },
    ),
    Case(
        rule=near_suspended_party(window=1, hub=4),
        oracle=near_suspended,
        columns={
            "originator_account": ["A", "B", "C", "D", "E", "frozen", None],
            "beneficiary_account": ["A", "B", "C", "D", "E", "frozen", None],
        },
        parties={"frozen": {"case_status": "suspended"}, "A": {"case_status": None}},
        step=6 * HOUR,
    ),
    Case(
        rule=deficient_bank(payments=3, share=0.3, window=2),
        oracle=sends_little,
        columns={
            "currency": ["EUR"],
            "amount_minor": [10_000],
            "channel": ["wire", "wire", "card_pos"],
            "originator_agent_bic": ["BANKDEFF", "BANKDEFF", "OTHRDEFF", "", None],
            "originator_country": ["DE", "DE", "DE", None],
            "beneficiary_country": ["US", "DE", "FR", None],
            "originator_account": ["A", "A", "A", None],
            "beneficiary_account": ["B", "B", "B", None],
            "originator_name": ["Ana Oak", "Ana Oak", "Ana Oak", None],
            "beneficiary_name": ["Ben Elm", "Ben Elm", ""],
        },
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_flags_are_those_of_the_oracle(case: Case) -> None:
    agree(case)


def test_shares_are_compared_exactly() -> None:
    assert share(80, 100, 0.8)
    assert not share(79, 100, 0.8)
