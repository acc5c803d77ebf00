"""For every rule of the catalogue: payments on which it fires, and a near miss on which it is silent."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from screening.rules import RULES, assess

Row = dict[str, Any]
Table = Callable[[list[Row]], pl.DataFrame]

DAY = 24.0


def pay(hour: float, amount: float, payer: str, payee: str, **more: Any) -> Row:
    return {
        "hour": hour,
        "amount": amount,
        "originator_account": payer,
        "beneficiary_account": payee,
        **more,
    }


def many(count: int, step: float, amount: float, payer: str, payee: str, **more: Any) -> list[Row]:
    """Payments `step` hours apart; {i} in an account or a text is the number of the payment."""
    rows = []
    for i in range(count):
        texts = {key: value.format(i=i) if isinstance(value, str) else value for key, value in more.items()}
        rows.append(pay(i * step, amount, payer.format(i=i), payee.format(i=i), **texts))
    return rows


HOME = {"originator_country": "DE", "beneficiary_country": "DE"}
TO_SYRIA = {"originator_country": "DE", "beneficiary_country": "SY"}
TO_FRANCE = {"originator_country": "DE", "beneficiary_country": "FR"}
TO_USA = {"originator_country": "DE", "beneficiary_country": "US"}
NAMES = {"originator_name": "Ana Example", "beneficiary_name": "Ben Sample"}
IN_HATAY = {"terminal_country": "TR", "terminal_admin1": "TR-31", "originator_country": "DE"}
IN_ANKARA = {"terminal_country": "TR", "terminal_admin1": "TR-06", "originator_country": "DE"}
BERLIN = {"terminal_country": "DE", "terminal_admin1": "DE-BE", "originator_country": "DE"}
FULL = {**NAMES, "originator_address": "1 Long Street", "originator_birth_date": None}


def history(days: int, **more: Any) -> list[Row]:
    """One payment a day by A."""
    return [pay(day * DAY, 50 + day % 7, "A", "shop", **more) for day in range(days)]


def opened(day: int) -> datetime:
    return datetime(2026, 2, day, tzinfo=UTC)


# rule -> (rows that fire, rows that are silent, table of parties or None)
CASES: dict[str, tuple[list[Row], list[Row], dict[str, list[Any]] | None]] = {
    "TF-L05": (
        [
            pay(0, 900, "A", "B", status="held", **NAMES, beneficiary_address="5 Short Road"),
            pay(2, 900, "A", "B", **NAMES, beneficiary_address=None),
        ],
        [
            pay(0, 900, "A", "B", status="held", **NAMES, beneficiary_address="5 Short Road"),
            pay(2, 900, "A", "B", **NAMES, beneficiary_address="5 Short Road"),
        ],
        None,
    ),
    "TF-L06": (
        [
            pay(0, 50, "A", "B", originator_name="Mohammad Ali Testi", **TO_SYRIA),
            pay(9, 50, "A", "B", originator_name="Mohd Ali Testi", **HOME),
            pay(18, 50, "A", "B", originator_name="M. Ali Testi", **HOME),
        ],
        [
            pay(0, 50, "A", "B", originator_name="Mohammad Ali Testi", **HOME),
            pay(9, 50, "A", "B", originator_name="Mohd Ali Testi", **HOME),
        ],
        None,
    ),
    "TF-L07": (
        [pay(0, 50, "A", "frozen"), pay(5, 50, "C", "A")],
        [pay(0, 50, "A", "utility"), pay(5, 50, "C", "utility")],
        {"party_id": ["frozen"], "case_status": ["suspended"]},
    ),
    "TF-D01": (
        [pay(0, 1000.01, "A", "B", **NAMES, **TO_USA)],
        [pay(0, 1000.00, "A", "B", **NAMES, **TO_USA)],
        None,
    ),
    "TF-D02": (
        [pay(0, 10, "A", "B", originator_name="ONE OF OUR CUSTOMERS")],
        [pay(0, 10, "A", "B", originator_name="Test Ltd", originator_lei="529900EXAMPLE0000000")],
        None,
    ),
    "TF-D03": (
        [pay(0, 10, "A", "B", beneficiary_name="Karl Entirely Different")],
        [pay(0, 10, "A", "B", beneficiary_name="Petra Maiden")],
        {"party_id": ["B"], "holder_name": ["Petra Sample"], "holder_aliases": ["Petra Maiden;P. M."]},
    ),
    "TF-D04": (
        many(100, 1, 2000, "A{i}", "B", originator_agent_bic="ORDGDEFF", **FULL, **TO_USA)[:94]
        + many(6, 200, 2000, "C{i}", "B", originator_agent_bic="ORDGDEFF", **NAMES, **TO_USA),
        [
            *many(2, 1, 2000, "A{i}", "B", originator_agent_bic="ORDGDEFF", **FULL, **TO_USA),
            pay(9, 2000, "C", "B", originator_agent_bic="ORDGDEFF", **NAMES, **TO_USA),
        ],
        None,
    ),
    "TF-S01": (many(3, 2, 9500, "A", "B"), many(3, 30 * DAY, 9500, "A", "B"), None),
    "TF-S02": (many(4, 3, 4000, "A", "B"), [pay(0, 16000, "A", "B")], None),
    "TF-S03": (many(4, 5 * DAY, 990, "A", "B", **TO_USA), [pay(0, 990, "A", "B", **TO_USA)], None),
    "TF-S04": (
        [pay(i * DAY, 200 + 100 * i if i < 7 else 33.5, "A", f"B{i}") for i in range(8)],
        many(8, 30 * DAY, 900, "A", "landlord"),
        None,
    ),
    "TF-S05": (
        [pay(i, 49 + 0.4 * i, f"A{i}", "B") for i in range(6)],
        [pay(i, 49 + 0.4 * i, f"A{i}", "B", beneficiary_type="merchant") for i in range(6)],
        None,
    ),
    "TF-S06": (many(60, 1, 95, "A", "B{i}"), many(40, 1, 95, "A", "B{i}"), None),
    "TF-G01": (
        many(12, 0.1, 90, "A{i}", "B"),
        many(12, 0.1, 4, "A{i}", "canteen", beneficiary_type="merchant"),
        None,
    ),
    "TF-G02": (
        many(6, 1, 300, "A", "B{i}"),
        many(6, 1, 300, "A", "B{i}", originator_type="payroll"),
        None,
    ),
    "TF-G03": (
        many(8, 1, 100, "A{i}", "M") + [pay(20 + i, 190, "M", f"C{i}") for i in range(4)],
        many(8, 1, 100, "A{i}", "M") + [pay(60 * DAY + i, 190, "M", f"C{i}") for i in range(4)],
        None,
    ),
    "TF-G04": (
        [pay(i, 1000, "O", m) for i, m in enumerate("abc")]
        + [pay(30 + i, 950, m, "F") for i, m in enumerate("abc")],
        [pay(i, 1000, "O", m) for i, m in enumerate("abc")]
        + [pay(30 + i, 500, m, "F") for i, m in enumerate("abc")],
        None,
    ),
    "TF-G05": (
        [pay(0, 1000, "A", "B"), pay(20, 980, "B", "C"), pay(50, 970, "C", "A")],
        [
            pay(0, 1000, "A", "B", originator_party_id="own", beneficiary_party_id="own"),
            pay(20, 980, "B", "A", originator_party_id="own", beneficiary_party_id="own"),
        ],
        None,
    ),
    "TF-G06": (
        [pay(0, 1000, "A", "B"), pay(8, 985, "B", "C"), pay(16, 960, "C", "D"), pay(30, 940, "D", "E")],
        [pay(0, 3000, "employer", "A"), pay(8, 900, "A", "landlord"), pay(16, 700, "landlord", "bank")],
        None,
    ),
    "TF-G07": (
        [
            pay(
                i * 10,
                900,
                f"depositor{i}",
                "A",
                channel="cash_dep",
                terminal_country="DE",
                terminal_admin1=f"DE-B{i}",
            )
            for i in range(3)
        ]
        + [pay(40, 2000, "A", "cash", channel="card_atm", terminal_country="TR", terminal_admin1="TR-34")],
        [
            pay(
                i * 10,
                900,
                f"depositor{i}",
                "A",
                channel="cash_dep",
                terminal_country="DE",
                terminal_admin1=f"DE-B{i}",
            )
            for i in range(3)
        ]
        + [pay(40, 2000, "A", "cash", channel="card_atm", terminal_country="DE", terminal_admin1="DE-B1")],
        None,
    ),
    "TF-G08": (
        many(5, DAY, 200, "A{i}", "B", **TO_SYRIA),
        many(5, DAY, 200, "donor{i}", "agency", **TO_SYRIA),
        {"party_id": [f"donor{i}" for i in range(5)], "expected_countries": ["SY"] * 5},
    ),
    "TF-G09": (
        many(4, 5 * DAY, 200, "A", "B{i}", **TO_SYRIA),
        many(4, 5 * DAY, 200, "employer", "B{i}", **TO_SYRIA),
        {"party_id": ["employer"], "expected_countries": ["SY IQ"]},
    ),
    "TF-G10": (
        many(3, DAY, 50, "A{i}", "B", device_id="handset"),
        many(2, DAY, 50, "A{i}", "B", device_id="family tablet"),
        None,
    ),
    "TF-G11": (
        many(4, DAY, 50, "A{i}", "B", originator_party_id="P"),
        many(2, DAY, 50, "A{i}", "B", originator_party_id="P"),
        None,
    ),
    "TF-V01": (
        [*many(12, 0.1, 90, "A{i}", "M"), pay(1.5, 1060, "M", "X")],
        [pay(0, 3000, "employer", "M"), pay(5, 900, "M", "landlord")],
        None,
    ),
    "TF-V02": (
        [pay(0, 1000, "A", "M"), pay(3, 950, "M", "X")],
        [pay(0, 1000, "A", "M"), pay(14 * DAY, 950, "M", "X")],
        None,
    ),
    "TF-V03": (
        [pay(0, 50, "A", "B"), *(pay(200 * DAY + i, 70, f"C{i}", "A") for i in range(3))],
        [pay(0, 50, "A", "B"), pay(179 * DAY, 70, "C", "A")],
        None,
    ),
    "TF-V04": (
        [*history(11), pay(12 * DAY, 5000, "A", "B")],
        [*history(5), pay(12 * DAY, 5000, "A", "B")],
        None,
    ),
    "TF-V05": (
        [*history(70), *(pay(70 * DAY + i, 10, "A", "B") for i in range(6))],
        [pay(day * DAY + i, 10, "A", "B") for day in range(70) for i in range(5)]
        + [pay(70 * DAY + i, 10, "A", "B") for i in range(6)],
        None,
    ),
    "TF-V06": (
        [pay(0, 200, "A", "B", originator_opened_at=opened(27), **TO_SYRIA)],
        [pay(0, 40, "A", "grocery", originator_opened_at=opened(27), **HOME)],
        None,
    ),
    "TF-V08": (
        [
            pay(0, 20, "A", "x", channel="card_pos", terminal_latitude=48.86, terminal_longitude=2.35),
            pay(0.9, 20, "A", "y", channel="card_pos", terminal_latitude=36.19, terminal_longitude=44.01),
        ],
        [
            pay(0, 20, "A", "x", channel="card_pos", terminal_latitude=48.86, terminal_longitude=2.35),
            pay(0.9, 20, "A", "y", channel="wire", terminal_latitude=36.19, terminal_longitude=44.01),
        ],
        None,
    ),
    "TF-C01": ([pay(0, 10, "A", "B", beneficiary_country="KP")], [pay(0, 10, "A", "B", **HOME)], None),
    "TF-C02": (
        [*history(200, **HOME), pay(201 * DAY, 90, "A", "B", **TO_SYRIA)],
        [*history(60, **HOME), pay(61 * DAY, 90, "A", "B", **TO_SYRIA)],
        None,
    ),
    "TF-C03": (many(5, 8 * DAY, 120, "A", "B", **TO_SYRIA), [pay(0, 120, "A", "B", **TO_SYRIA)], None),
    "TF-C04": (
        [
            pay(0, 300, "A", "B", beneficiary_country="TR", originator_country="DE", terminal_admin1=None),
            pay(5 * DAY, 100, "A", "cash", channel="card_atm", beneficiary_country=None, **IN_HATAY),
        ],
        [
            pay(
                0,
                300,
                "A",
                "hotel",
                beneficiary_country="TR",
                beneficiary_admin1="TR-07",
                originator_country="DE",
            )
        ],
        None,
    ),
    "TF-C05": (
        [
            pay(0, 2000, "A", "bank", channel="fx", amount_base_minor=200_000, **HOME),
            pay(20, 1900, "A", "B", amount_base_minor=190_000, **TO_SYRIA),
        ],
        [
            pay(0, 2000, "A", "bank", channel="fx", amount_base_minor=200_000, **HOME),
            pay(20, 1900, "A", "shop", channel="card_pos", amount_base_minor=190_000, **TO_SYRIA),
        ],
        None,
    ),
    "TF-C06": (
        [pay(0, 100, "A", "B", ip_country="SY", originator_country="DE")],
        [pay(0, 100, "A", "B", ip_country="DE", originator_country="DE")],
        None,
    ),
    "TF-F01": (
        many(3, DAY, 80, "A", "cash", channel="card_atm", **IN_HATAY),
        many(3, DAY, 80, "A", "cash", channel="card_atm", **IN_ANKARA),
        None,
    ),
    "TF-F02": (
        [
            pay(0, 4000, "lender", "A", channel="loan_disb", merchant_category_code=None),
            pay(30, 3600, "A", "cash", channel="cash_wd"),
            pay(50, 300, "A", "airline", channel="card_pos", merchant_category_code="4511"),
        ],
        [
            pay(0, 4000, "lender", "A", channel="loan_disb", merchant_category_code=None),
            pay(30, 3900, "A", "car dealer", channel="wire"),
        ],
        None,
    ),
    "TF-F03": (
        [
            pay(i, 200, "A", "air", channel="card_pos", merchant_category_code="3010", passenger_name=name)
            for i, name in enumerate(["Ana Oak", "Ben Elm", "Cem Ash", "Dan Fir"])
        ],
        [
            pay(i, 200, "A", "air", channel="card_pos", merchant_category_code="3010", passenger_name=name)
            for i, name in enumerate(["Ana Oak", "Ben Oak", "Cem Oak", "Dan Oak"])
        ],
        None,
    ),
    "TF-F04": (
        history(40, channel="card_pos", **BERLIN)
        + [pay((41 + 15 * i) * DAY, 2000, "employer", "A", purpose_code="SALA") for i in range(6)]
        + [pay((105 + i) * DAY, 100, "A", "cash", channel="card_atm", **IN_HATAY) for i in range(20)],
        [pay((1 + 15 * i) * DAY, 2000, "employer", "A", purpose_code="SALA") for i in range(6)]
        + [
            pay((5 + 4 * i) * DAY, 100, "A", "cash", channel="card_atm", originator_residence="TR", **BERLIN)
            for i in range(20)
        ],
        None,
    ),
    "TF-F05": (
        [
            *many(5, 10, 50, "loader", "issuer", channel="prepaid_load", card_id="K", **BERLIN),
            pay(100, 40, "holder", "cash", channel="card_atm", card_id="K", **IN_HATAY),
        ],
        [
            *many(5, 10, 50, "parent", "issuer", channel="prepaid_load", card_id="K", **BERLIN),
            pay(100, 40, "student", "shop", channel="card_pos", card_id="K", **BERLIN),
        ],
        None,
    ),
    "TF-F06": (
        [
            pay(0, 80, "A", "cash", channel="card_atm", **IN_HATAY),
            pay(110 * DAY, 20, "A", "shop", channel="card_pos", **BERLIN),
        ],
        [
            pay(0, 80, "A", "cash", channel="card_atm", **BERLIN),
            pay(110 * DAY, 20, "A", "shop", channel="card_pos", **BERLIN),
        ],
        None,
    ),
    "TF-N01": (
        [pay(0, 900, "npo", "B", originator_type="npo", beneficiary_type="person", **TO_SYRIA)],
        [pay(0, 900, "npo", "partner", originator_type="npo", **HOME)],
        None,
    ),
    "TF-N02": (
        [
            pay(0, 12_000, "npo", "cash", channel="cash_wd", originator_type="npo"),
            pay(9, 9_000, "npo", "supplier", originator_type="npo"),
            pay(20, 1_000, "npo", "cash", channel="cash_wd", originator_type="npo"),
        ],
        [
            pay(0, 9_700, "npo", "supplier", originator_type="npo"),
            pay(5, 300, "npo", "cash", channel="cash_wd", originator_type="npo"),
        ],
        None,
    ),
    "TF-N03": (
        [pay(60 * DAY + i * 0.2, 40, f"A{i}", "B") for i in range(60)],
        # the storm of the firing case, but every day has been like that
        [pay(day * DAY + i * 0.2, 40, f"A{day}-{i}", "B") for day in range(50, 81) for i in range(60)][
            -120:-60
        ]
        + [pay(day * DAY + i * 0.2, 40, f"A{day}-{i}", "B") for day in range(50, 80) for i in range(19)],
        None,
    ),
    "TF-N04": (
        many(12, DAY, 30, "A{i}", "B", beneficiary_type="person", remittance_text="donation {i}"),
        many(6, DAY, 30, "A{i}", "B", beneficiary_type="person", remittance_text="birthday gift"),
        None,
    ),
    "TF-N05": (
        [
            *many(12, 1, 60, "A{i}", "B", beneficiary_type="person", remittance_text="donation {i}"),
            pay(20, 650, "B", "X", remittance_text="transfer"),
        ],
        [
            *many(12, 1, 60, "A{i}", "B", beneficiary_type="person", remittance_text="donation {i}"),
            pay(30 * DAY, 650, "B", "X", remittance_text="payout"),
        ],
        None,
    ),
    "TF-K01": (
        [pay(0, 900, "teller", "A", channel="cash_dep", **HOME), pay(20, 850, "A", "B", **TO_SYRIA)],
        [pay(0, 900, "teller", "shop", channel="cash_dep", **HOME), pay(20, 850, "shop", "supplier", **HOME)],
        None,
    ),
    "TF-K02": (
        many(3, 2, 2900, "teller", "A", channel="cash_dep", branch_id="B{i}"),
        many(2, 2, 2900, "teller", "A", channel="cash_dep", branch_id="B{i}"),
        None,
    ),
    "TF-K03": (
        [
            *many(7, 20, 2000, "A", "cash", channel="cash_wd"),
            pay(130, 300, "A", "airline", channel="card_pos", merchant_category_code="4511"),
        ],
        [
            pay(0, 2000, "A", "cash", channel="cash_wd"),
            pay(130, 300, "A", "airline", channel="card_pos", merchant_category_code="4511"),
        ],
        None,
    ),
    "TF-X01": (
        [pay(0, 50, "A", "B", channel="va", wallet_kind="mixer")],
        [pay(0, 50, "A", "B", wallet_kind=None)],
        None,
    ),
    "TF-X02": (
        [
            *many(10, 5, 50, "x{i}", "A", channel="va", wallet_from="w{i}"),
            pay(60, 480, "A", "y", channel="va"),
        ],
        [
            *many(10, 5, 50, "x{i}", "A", channel="va", wallet_from="w{i}"),
            pay(60, 480, "A", "y", channel="va", originator_type="merchant"),
        ],
        None,
    ),
    "TF-X03": (
        [
            pay(
                2 * i, 50, "A", "x", channel="va", vasp_id=f"v{i}", vasp_country="MT", originator_country="DE"
            )
            for i in range(3)
        ],
        [
            pay(
                2 * i, 50, "A", "x", channel="va", vasp_id=f"v{i}", vasp_country="DE", originator_country="DE"
            )
            for i in range(3)
        ],
        None,
    ),
    "TF-X04": (
        [pay(0, 1500, "A", "B", channel="va", travel_rule_complete=False)],
        [pay(0, 1500, "A", "own wallet", channel="va", travel_rule_complete=True)],
        None,
    ),
    "TF-X06": (
        [pay(0, 500, "x", "A"), pay(2, 480, "A", "y", channel="va")],
        [pay(0, 2500, "employer", "A"), pay(2, 50, "A", "y", channel="va")],
        None,
    ),
    "TF-T01": (
        [pay(0, 10, "A", "B", remittance_text="Equip a F1ghter!")],
        [pay(0, 10, "A", "B", remittance_text="for Jihad Sample, detonators Ltd, donut")],
        None,
    ),
    "TF-T02": (
        many(10, 5, 20, "A{i}", "B", remittance_text="Campaign Blue Tent {i}"),
        many(10, 5, 20, "A{i}", "B", remittance_text="Campaign Blue Tent {i}", beneficiary_type="utility"),
        None,
    ),
    "TF-T03": (
        [*history(20), pay(21 * DAY, 400, "A", "tactical", merchant_category_code="5941")],
        [*history(20), pay(21 * DAY, 40, "A", "hardware", merchant_category_code="5941")],
        None,
    ),
    "TF-T04": (
        many(
            2,
            DAY,
            9000,
            "A{i}",
            "B",
            invoice_reference="I-1",
            goods_country="CN",
            originator_country="AE",
            beneficiary_country="DE",
        ),
        many(
            2,
            DAY,
            9000,
            "A",
            "B",
            invoice_reference="I-{i}",
            goods_country="DE",
            originator_country="FR",
            beneficiary_country="DE",
        ),
        None,
    ),
    "TF-T05": (
        [pay(0, 100, "A", "B", originator_name="Sample Trading", ultimate_originator_name="Unknown Kiosk")],
        [pay(0, 100, "A", "B", originator_name="Maria Kowalska", ultimate_originator_name="Anna Kowalska")],
        None,
    ),
    "TF-T06": (
        many(5, DAY, 1000, "client{i}", "firm") + [pay(130 + i, 600, "firm", "officer") for i in range(3)],
        [*many(5, DAY, 1000, "client{i}", "firm"), pay(130, 1800, "firm", "officer")],
        {"party_id": ["officer"], "officer_of": ["firm"]},
    ),
}


def flagged(
    rule: str, rows: list[Row], parties: dict[str, list[Any]] | None, payments: Table
) -> pl.DataFrame:
    chosen = [dataclasses.replace(item, enabled=True) for item in RULES if item.id == rule]
    context = None if parties is None else pl.DataFrame(parties)
    result = assess(payments(rows), chosen, parties=context)
    assert result.coverage["status"].unique().to_list() != ["off"]
    missing = result.coverage.filter(pl.col("missing").list.len() > 0)
    assert missing.is_empty(), missing["reason"].to_list()
    return result.flags


def test_every_rule_has_its_pair() -> None:
    assert sorted(CASES) == [rule.id for rule in RULES]


@pytest.mark.parametrize("rule", sorted(CASES))
def test_fires_on_the_pattern(rule: str, payments: Table) -> None:
    rows, _, parties = CASES[rule]
    flags = flagged(rule, rows, parties, payments)
    assert len(flags) > 0
    assert flags["reason"].str.contains("None|[{}]").sum() == 0
    assert flags["transaction_id"].is_unique().all()
    assert (flags["evidence"].list.len() <= flags["evidence_count"]).all()
    assert flags.select(pl.col("evidence").list.contains(pl.col("transaction_id"))).to_series().all()


@pytest.mark.parametrize("rule", sorted(CASES))
def test_is_silent_on_the_near_miss(rule: str, payments: Table) -> None:
    _, rows, parties = CASES[rule]
    assert flagged(rule, rows, parties, payments)["reason"].to_list() == []
