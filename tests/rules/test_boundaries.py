"""Rules exactly at a threshold and exactly at the edge of a window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from screening.policy import Policy
from screening.rules import RULES, Rule, assess
from screening.rules.completeness import missing_party_data
from screening.rules.structuring import structuring

Row = dict[str, Any]
Table = Callable[[list[Row]], pl.DataFrame]
DAY = 24.0
ABROAD = {"originator_country": "DE", "beneficiary_country": "US"}
EEA = {"originator_country": "DE", "beneficiary_country": "FR"}
SYRIA = {"originator_country": "DE", "beneficiary_country": "SY"}
NAMES = {"originator_name": "Ana Example", "beneficiary_name": "Ben Sample"}


def at(hour: float, amount: float, payer: str = "A", payee: str = "B", **more: Any) -> Row:
    return {"hour": hour, "amount": amount, "originator_account": payer, "beneficiary_account": payee, **more}


def fires(name: str, table: pl.DataFrame, **options: Any) -> bool:
    chosen: list[Rule] = [rule for rule in RULES if rule.id == name]
    return not assess(table, chosen, **options).flags.is_empty()


CASES: dict[str, tuple[str, list[Row], bool]] = {
    "just below the threshold is in the band": ("TF-S01", [at(0, 9999.99), at(5, 8500.00)], True),
    "the threshold itself is not in the band": ("TF-S01", [at(0, 10_000.00), at(5, 9500.00)], False),
    "a cent below the band is not in it": ("TF-S01", [at(0, 9999.99), at(5, 8499.99)], False),
    "seven days less an hour": ("TF-S01", [at(0, 9500), at(80, 9500), at(7 * DAY - 1, 9500)], True),
    "seven days to the hour": ("TF-S01", [at(0, 9500), at(80, 9500), at(7 * DAY, 9500)], False),
    "linked sums reach the threshold": ("TF-S02", [at(i, 3750) for i in range(4)], True),
    "linked sums stay a cent below": ("TF-S02", [at(0, 3749.99), *(at(i, 3750) for i in range(1, 4))], False),
    "one amount at the threshold is not linked": ("TF-S02", [at(0, 15_000), at(1, 10)], False),
    "an amount at the limit hugs it": ("TF-S03", [at(i, 1000, **ABROAD) for i in range(4)], True),
    "an amount above the limit does not": ("TF-S03", [at(i, 1000.01, **ABROAD) for i in range(4)], False),
    "domestic amounts do not": ("TF-S03", [at(i, 1000, **EEA) for i in range(4)], False),
    "ten originators": ("TF-G01", [at(i, 250, f"P{i}") for i in range(10)], True),
    "nine originators": ("TF-G01", [at(i, 250, f"P{i}") for i in range(9)], False),
    "one repeats": ("TF-G01", [at(i, 250, f"P{i % 9}") for i in range(10)], False),
    "amounts above the median": ("TF-G01", [at(i, 250.01, f"P{i}") for i in range(10)], False),
    "a silence of 180 days": ("TF-V03", [at(0, 9), at(180 * DAY, 9)], True),
    "a silence of an hour less": ("TF-V03", [at(0, 9), at(180 * DAY - 1, 9)], False),
    "four fifths leave": ("TF-V01", [*(at(i, 200, "x") for i in range(5)), at(6, 800, "B", "y")], True),
    "a cent less leaves": ("TF-V01", [*(at(i, 200, "x") for i in range(5)), at(6, 799.99, "B", "y")], False),
    "all of it leaves": ("TF-V01", [*(at(i, 200, "x") for i in range(5)), at(6, 1000, "B", "y")], True),
    "more than all of it leaves": (
        "TF-V01",
        [*(at(i, 200, "x") for i in range(5)), at(6, 1000.01, "B", "y")],
        False,
    ),
    "small is up to 500": ("TF-C03", [at(i, 500, **SYRIA) for i in range(4)], True),
    "a cent more is not small": ("TF-C03", [at(i, 500.01, **SYRIA) for i in range(4)], False),
    "within sixty days": ("TF-C03", [at(i * 20 * DAY - (i == 3), 9, **SYRIA) for i in range(4)], True),
    "sixty days to the hour": ("TF-C03", [at(i * 20 * DAY, 9, **SYRIA) for i in range(4)], False),
    "a rejected payment moves nothing": ("TF-S01", [at(0, 9500), at(5, 9500, status="rejected")], False),
    "an attempted payment counts": ("TF-S01", [at(0, 9500), at(5, 9500, status="attempted")], True),
    "other currencies are not added up": ("TF-S01", [at(0, 9500), at(5, 9500, currency="USD")], False),
    "a currency without decimals": (
        "TF-S01",
        [at(i, 14_000, currency="JPY", amount_minor=1_400_000) for i in range(2)],
        True,
    ),
    "grey alone is not high-risk": (
        "TF-C03",
        [at(i, 9, originator_country="DE", beneficiary_country="KE") for i in range(9)],
        False,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_at_the_boundary(name: str, payments: Table) -> None:
    rule, rows, expected = CASES[name]
    assert fires(rule, payments(rows)) is expected


@pytest.mark.parametrize(
    ("row", "profile", "expected"),
    [
        (at(0, 1000.00, **NAMES, **ABROAD), "r16_2012", False),
        (at(0, 1000.01, **NAMES, **ABROAD), "r16_2012", True),
        (at(0, 5000.00, **NAMES, **EEA), "r16_2012", False),
        (at(0, 5000.00, **NAMES, **ABROAD, originator_national_id="X1"), "r16_2012", False),
        (at(0, 5000.00, **NAMES, **ABROAD, originator_national_id="X1"), "r16_2025", True),
        (at(0, 5000.00, **NAMES, **ABROAD, originator_birth_date=None), "r16_2012", True),
    ],
)
def test_what_a_transfer_must_carry(row: Row, profile: str, expected: bool, payments: Table) -> None:  # noqa: FBT001  # a case
    flags = assess(payments([row]), [missing_party_data(profile=profile)]).flags
    assert (not flags.is_empty()) is expected


def test_a_rule_with_other_parameters_is_another_rule(payments: Table) -> None:
    loose = structuring(payments=2, window=30)
    assert loose != structuring()
    assert loose == structuring(window=30, payments=2)
    rows = [at(0, 9500), at(20 * DAY, 9500)]
    assert len(assess(payments(rows), [loose]).flags) == 1
    assert assess(payments(rows), [structuring()]).flags.is_empty()


def test_the_policy_sets_parameters_and_the_sentence_follows(payments: Table) -> None:
    policy = Policy.from_dict({"rules": {"parameters": {"TF-S01": {"payments": 2, "window": 30}}}})
    flags = assess(payments([at(0, 9500), at(20 * DAY, 9500)]), policy=policy).flags.filter(rule="TF-S01")
    assert flags["reason"].to_list() == [
        (
            "2 payments from 85% of the threshold 10000.00 EUR (cash_report) up to just below it in 30 days, "
            "together 19000.00 EUR"
        )
    ]
    assert flags["value"].to_list() == [2.0]
    assert flags["evidence"].to_list() == [["t0000", "t0001"]]


def test_a_hub_is_counted_and_not_followed(payments: Table) -> None:
    rows = [at(i * 0.01, 500, f"P{i}", "hub") for i in range(600)] + [at(10, 500, "hub", "Z")]
    coverage = assess(payments(rows), [rule for rule in RULES if rule.id == "TF-G06"]).coverage
    hubs = coverage.filter(pl.col("reason").str.starts_with("hub"))
    assert hubs["rows"].to_list() == [1]


def test_an_lei_speaks_for_its_own_name_only(payments: Table) -> None:
    lei = {"originator_lei": "529900EXAMPLE0000000"}
    assert not fires("TF-D02", payments([at(0, 10, originator_name="CUSTOMER", **lei)]))
    assert not fires("TF-D02", payments([at(0, 10, originator_name="\uc815\uc815\uc6c5")]))  # a name
    assert fires("TF-D02", payments([at(0, 10, originator_name="\uc815\uc815\uc815")]))
    assert fires("TF-D02", payments([at(0, 10, originator_address="UNKNOWN", **lei)]))
    assert fires("TF-D02", payments([at(0, 10, ultimate_originator_name="CUSTOMER", **lei)]))


def shared_device(users: int, first: int = 0, **more: Any) -> list[Row]:
    return [at(i, 50, f"P{i}", "shop", device_id="D", **more) for i in range(first, first + users)]


def rings(rows: list[Row], payments: Table, **options: Any) -> tuple[list[str], list[str | None]]:
    """What TF-G10 flags, and why it could not judge the rest."""
    result = assess(payments(rows), [rule for rule in RULES if rule.id == "TF-G10"], **options)
    return result.flags["transaction_id"].to_list(), result.coverage["reason"].to_list()


def test_the_machine_of_a_branch_is_no_shared_device(payments: Table) -> None:
    flagged, reasons = rings(shared_device(9, branch_id="B"), payments)
    assert (flagged, reasons) == ([], ["hub: the device of a branch or terminal", None])


def test_what_was_a_hub_once_stays_one(payments: Table) -> None:
    rows = shared_device(60) + [{**row, "hour": row["hour"] + 90 * DAY} for row in shared_device(5, first=60)]
    flagged, reasons = rings(rows, payments)
    assert flagged == [f"t{i:04d}" for i in range(2, 49)]
    assert reasons == ["hub: 50 or more originators share one device", None]


def test_a_hub_that_the_policy_names_is_not_judged(payments: Table) -> None:
    policy = Policy.from_dict({"rules": {"hubs": ["D"]}})
    flagged, reasons = rings(shared_device(9), payments, policy=policy)
    assert (flagged, reasons) == ([], ["hub: the policy names this device", None])


def test_amounts_in_base_currency_are_added_up_across_currencies(payments: Table) -> None:
    rows = [
        at(0, 9500, amount_base_minor=950_000),
        at(5, 10_400, currency="USD", amount_base_minor=950_000),
        at(6, 10_400, currency="USD", amount_base_minor=None),
    ]
    result = assess(payments(rows), [structuring()])
    assert result.flags["transaction_id"].to_list() == ["t0001"]
    assert result.coverage["reason"].to_list() == ["no amount", None]
