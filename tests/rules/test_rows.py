"""Rules that look at one payment alone, against plain conditions."""

from __future__ import annotations

import pytest
from tests.rules import (
    test_behaviour,
    test_cash,
    test_commerce,
    test_corridors,
    test_donations,
    test_evasion,
    test_graph,
    test_shapes,
    test_structuring,
    test_travel,
)
from tests.rules.oracle import CLASSES, Case, Payment, Payments, agree

from screening.rules import RULES
from screening.rules.completeness import missing_party_data
from screening.rules.corridors import jurisdiction_exposure, remote_access
from screening.rules.virtual_assets import exposure, travel_rule_missing


def lacking(book: Payments, p: Payment, *, profile: str, threshold: str) -> bool:
    limit = p.limit(threshold)
    sides = p.country("originator"), p.country("beneficiary")
    payer = p.originator_account is not None or p.uetr is not None
    payee = p.beneficiary_account is not None or p.uetr is not None
    if p.channel != "wire" or None in sides:
        return False
    if not p.abroad():
        return not payer
    if limit is None:
        return False
    names = p.originator_name is not None and p.beneficiary_name is not None
    if p.amount <= limit:
        return not (names and payer and payee)
    born = p.originator_birth_date is not None and p.originator_birth_place is not None
    known = p.originator_address is not None or p.originator_national_id is not None or born
    return not (names and payer and payee and known)


def exposed(book: Payments, p: Payment, **points: float) -> bool:
    legs = (
        p.originator_country, p.beneficiary_country, p.beneficiary_admin1, p.terminal_country, p.ip_country,
        (p.beneficiary_agent_bic or "")[4:6],
    )  # fmt: skip
    return any(CLASSES.get(leg or "") for leg in legs)


def remote(book: Payments, p: Payment) -> bool:
    return p.tf_area("ip") and p.home() is not None and p.home() != p.ip_country


def walleted(book: Payments, p: Payment, **points: float) -> bool:
    return p.wallet_kind is not None


def untold(book: Payments, p: Payment, *, threshold: str) -> bool:
    limit = p.limit(threshold)
    return p.channel == "va" and p.travel_rule_complete is False and limit is not None and p.amount > limit


NO_ORACLE = {
    "TF-D02": "fillers and entropy of one text: pair, edge and boundaries say all",
    "TF-D03": "likeness of two names: an oracle would call the same function",
    "TF-T01": "a table of terms looked up in one text: pair and tests of the lexicon",
    "TF-T05": "likeness of two names: an oracle would call the same function",
}
PLACES = ["DE", "FR", "US", "SY", "KP", "TR", "KE", "", None]
CASES = [
    Case(
        rule=missing_party_data(),
        oracle=lacking,
        columns={
            "channel": ["wire", "wire", "card_pos"],
            "amount_minor": [100_000, 100_001, 500_000],
            "originator_country": ["DE", "DE", None],
            "beneficiary_country": ["DE", "FR", "US", "US", None],
            "beneficiary_agent_bic": ["BANKUSNY", None],
            "originator_name": ["Ana Oak", "Ana Oak", "", None],
            "beneficiary_name": ["Ben Elm", "Ben Elm", None],
            "uetr": ["u", None, None],
            "originator_address": ["1 Road", "", None],
            "originator_national_id": ["X", None, None],
            "originator_birth_place": ["Rome", None],
        },
    ),
    Case(
        rule=jurisdiction_exposure(),
        oracle=exposed,
        size=9,
        columns={
            "originator_country": ["DE", "DE", "DE", None],
            "beneficiary_country": ["DE", "DE", *PLACES],
            "beneficiary_admin1": ["TR-31", "TR-06", None, None, None],
            "beneficiary_agent_bic": ["BANKDEFF", "BANKSYAA", "", None],
            "terminal_country": ["DE", "TR", None, None],
            "ip_country": ["DE", "SY", None, None],
        },
    ),
    Case(
        rule=remote_access(),
        oracle=remote,
        columns={
            "ip_country": ["SY", "TR", "DE", None],
            "ip_admin1": ["TR-31", "TR-06", None],
            "originator_residence": ["DE", "SY", None],
            "originator_country": ["DE", "TR", None],
        },
    ),
    Case(
        rule=exposure(),
        oracle=walleted,
        columns={"wallet_kind": ["mixer", "vasp", "unhosted", "unknown", None]},
    ),
    Case(
        rule=travel_rule_missing(),
        oracle=untold,
        columns={
            "channel": ["va", "va", "wire"],
            "amount_minor": [100_000, 100_001, None],
            "travel_rule_complete": [True, False, False, None],
        },
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_flags_are_those_of_the_oracle(case: Case) -> None:
    agree(case)


def test_every_rule_has_an_oracle_or_a_reason() -> None:
    families = (
        test_behaviour, test_cash, test_commerce, test_corridors, test_donations, test_evasion, test_graph,
        test_shapes, test_structuring, test_travel,
    )  # fmt: skip
    held = {case.rule.id for module in families for case in module.CASES} | {case.rule.id for case in CASES}
    assert not held & set(NO_ORACLE)
    assert held | set(NO_ORACLE) == {rule.id for rule in RULES}
