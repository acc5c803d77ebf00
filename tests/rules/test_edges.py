"""Every number a rule depends on, at its edge: the pattern fires there, and one unit further it does not.

The pattern is that of tests/rules/test_pairs.py unless a case brings its own. Instead of moving the payments
by a minor unit or a microsecond, the parameter is moved by one: the comparison is the same.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any, Final, NamedTuple

import polars as pl
import pytest
from tests.rules.conftest import Row, table
from tests.rules.test_pairs import (
    CASES,
    DAY,
    HOME,
    IN_HATAY,
    NAMES,
    many,
    opened,
    pay,
)

from screening.errors import PolicyError
from screening.rules import RULES, Rule, assess
from screening.rules.similarity import similarities

STEPS: Final = {"count": 1, "share": 10_000, "ratio": 1_000, "base units": 100}
HOURS: Final = {"minutes": 1 / 60, "hours": 1.0, "days": 24.0}
MICROSECONDS: Final = 3_600_000_000


class Edge(NamedTuple):
    """The last value with which the pattern fires, and on which side of it the pattern is silent."""

    value: float  # in the unit of the parameter; lengths of time in hours
    side: int  # 1: silent above it, -1: silent below it
    open: bool = False  # the value itself is already silent: one unit inside is the last that fires
    rows: list[Row] | None = None
    watch: str = ""  # the payment to look at, where others are flagged in any case
    fixed: tuple[tuple[str, float], ...] = ()


def most(value: float, rows: list[Row] | None = None, *, watch: str = "", **fixed: float) -> Edge:
    """A bar: fires up to the value."""
    return Edge(value, 1, rows=rows, watch=watch, fixed=tuple(fixed.items()))


def least(value: float, rows: list[Row] | None = None, *, watch: str = "", **fixed: float) -> Edge:
    """A ceiling, or a window that holds its beginning: fires from the value on."""
    return Edge(value, -1, rows=rows, watch=watch, fixed=tuple(fixed.items()))


def over(value: float, rows: list[Row] | None = None, *, watch: str = "", **fixed: float) -> Edge:
    """A window that is open behind: fires with more than the value."""
    return Edge(value, -1, open=True, rows=rows, watch=watch, fixed=tuple(fixed.items()))


def below(value: float, rows: list[Row] | None = None, *, watch: str = "", **fixed: float) -> Edge:
    """Fires with less than the value."""
    return Edge(value, 1, open=True, rows=rows, watch=watch, fixed=tuple(fixed.items()))


def like(left: str, right: str) -> float:
    return float(similarities(pl.Series([left]), pl.Series([right]))[0])


POINTS: Final = "points of a flag, not a condition"
EXEMPT: Final = {
    **{("TF-C01", name): POINTS for name in (
        "countermeasure", "sanctioned", "call_for_action", "conflict", "border", "conduit",
        "increased_monitoring",
    )},
    **{("TF-X01", name): POINTS for name in ("mixer", "unlicensed", "unknown", "unhosted", "licensed")},
    **{("TF-T01", name): POINTS for name in ("tier_a", "tier_b", "tier_c")},
    **dict.fromkeys([
        ("TF-F02", "lenders_factor"), ("TF-F03", "weak_factor"), ("TF-G10", "high_risk_factor"),
        ("TF-K01", "high_risk_factor"), ("TF-L07", "second_factor"), ("TF-N03", "countries_factor"),
        ("TF-N05", "away_factor"), ("TF-S03", "high_risk_factor"), ("TF-S04", "high_risk_factor"),
        ("TF-V03", "after_factor"),
    ], POINTS),
    ("TF-F02", "lenders"): "raises the points only",
    ("TF-N03", "countries"): "raises the points only",
    ("TF-T03", "quantile"): "of one of the earlier amounts: the factor beside it has the edge",
    ("TF-S05", "step"): "the ratio of a grid, not a bar: an edge of it lies wherever the amounts do",
}  # fmt: skip

HOLDER = ("Petra Sample", "Petra Maiden", "P. M.")
APART = 3637.7456  # kilometres from Paris to Erbil along a great circle
MONTH_PAYERS = many(25, 25, 90, "A{i}", "B")
WEEK_PAYEES = many(10, 10, 300, "A", "B{i}")
STANDING = [
    pay(0, 900, "A", "landlord"),
    pay(30 * DAY, 900, "A", "landlord"),
    *(pay((31 + i) * DAY, 900, "A", f"C{i}") for i in range(4)),
]
CONDUIT = [
    pay(0, 9, "A", "B", beneficiary_country="TR", beneficiary_admin1=None),
    pay(40 * DAY, 9, "A", "B", beneficiary_country="TR", beneficiary_admin1="TR-31"),
]
CARDS = [
    *(pay(i, 50, "L", "issuer", channel="prepaid_load", card_id=f"K{i}") for i in range(3)),
    pay(9, 40, "H", "cash", channel="card_atm", card_id="K0", **IN_HATAY),
]
TICKETS = [pay(5 * i, 200, "A", "air", channel="card_pos", merchant_category_code="3010") for i in range(3)]
STORM = [pay((30 - i) * DAY, 40, f"p{i}", "B") for i in range(30)]  # one sender on each of thirty days
STORM += [pay(31 * DAY + i * 0.1, 40, f"A{i}", "B") for i in range(20)]
EMPTIED = [
    pay(0, 50, "A", "B"),
    pay(200 * DAY, 100, "C", "A"),
    pay(202 * DAY, 70, "A", "x", channel="cash_wd"),
]
LARGE = [pay(0, 6000, "x", "M"), pay(5, 5900, "M", "y", balance_after_minor=30_000)]
TWO_PAYEES = [
    *many(10, 5, 20, "A{i}", "B", remittance_text="Campaign Blue Tent"),
    pay(60, 20, "Z", "C", remittance_text="Campaign blue tent"),
]
HELD = pay(0, 900, "A", "B", status="held", **NAMES, beneficiary_address="5 Short Road")
INVOICE = {"goods_country": "CN", "originator_country": "AE", "beneficiary_country": "DE"}

EDGES: Final[dict[str, dict[str, Edge]]] = {
    "TF-C02": {"history": most(201 * DAY)},
    "TF-C03": {"most": least(120), "payments": most(5), "window": over(3 * 8 * DAY)},
    "TF-C04": {
        "relation": over(40 * DAY, CONDUIT, window=10),
        "window": over(5 * DAY),
    },
    "TF-C05": {"window": over(20), "share": most(0.95)},
    "TF-D02": {"entropy": over(1, [pay(0, 10, "A", "B", originator_name="ABABABAB")])},
    "TF-D03": {"similarity": over(max(like("Karl Entirely Different", known) for known in HOLDER))},
    "TF-D04": {"share": most(0.06), "payments": most(100), "window": over(523)},
    "TF-F01": {
        "uses": most(3),
        "total": most(240, uses=9),
        "window": over(24),
    },
    "TF-F02": {"window": over(50), "soon": over(30), "share": most(0.9)},
    "TF-F03": {"passengers": most(4), "window": over(2), "day": over(10, TICKETS)},
    "TF-F04": {"window": most(85 * DAY), "share": most(1), "debits": most(20)},
    "TF-F05": {"loads": most(5), "cards": most(3, CARDS), "window": over(100, loads=5)},
    "TF-F06": {"silence": most(110 * DAY)},
    "TF-G01": {
        "originators_day": most(12),
        "day": over(0.9),
        "originators_month": most(25, MONTH_PAYERS),
        "month": over(24 * 25, MONTH_PAYERS),
        "median": least(90),
        "new": most(1),
    },
    "TF-G02": {
        "beneficiaries_burst": most(6),
        "burst": over(4),
        "beneficiaries_week": most(10, WEEK_PAYEES),
        "week": over(90, WEEK_PAYEES),
        "new": most(1),
    },
    "TF-G03": {
        "originators": most(8),
        "beneficiaries": most(4),
        "window": over(20),
        "low": most(0.95),
        "high": least(0.95),
    },
    "TF-G04": {
        "middles": most(3),
        "window": over(2),
        "gap": over(30),
        "low": most(0.95),
        "high": least(0.95),
        "least": most(950),
    },
    "TF-G05": {
        "short": over(50),
        "long": over(60, [pay(20 * i, 1000, *pair) for i, pair in enumerate(("AB", "BC", "CD", "DA"))]),
        "low": most(0.98),
        "high": least(970 / 980),
        "least": most(970),
    },
    "TF-G06": {"gap": over(8), "low": most(960 / 985), "high": least(940 / 960), "least": most(960)},
    "TF-G07": {"places": most(3), "window": over(40), "soon": over(20), "share": most(2000 / 2700)},
    "TF-G08": {"originators": most(5), "window": over(3 * DAY)},
    "TF-G09": {"beneficiaries": most(4), "window": over(15 * DAY)},
    "TF-G10": {"originators": most(3), "window": over(2 * DAY), "hub": least(4)},
    "TF-G11": {"accounts": most(4), "window": over(3 * DAY)},
    "TF-K01": {"least": most(900), "window": over(20), "share": most(850 / 900)},
    "TF-K02": {"points": most(3), "window": over(4)},
    "TF-K03": {"low": most(14_000 / 15_000), "high": least(14_000 / 15_000), "window": over(110)},
    "TF-L05": {
        "window": least(2),
        "tolerance": least(0.02, [HELD, pay(2, 882, "A", "C", originator_name="Ana Example")]),
        "similarity": most(1, [HELD, pay(2, 900, "A", "C", **NAMES, beneficiary_address=None)]),
    },
    "TF-L06": {"spellings": most(3), "low": most(22 / 29), "high": least(22 / 25), "window": over(18)},
    "TF-L07": {"window": over(5, watch="t0001"), "hub": least(3, watch="t0001")},
    "TF-N02": {
        "window": over(20, least=13_000),
        "share": most(1),
        "least": most(13_000),
    },
    "TF-N03": {
        "originators": most(60),
        "day": over(19 * 0.2),
        "baseline": least(30 * DAY, STORM, factor=20),
        "factor": most(20, STORM),
        "calendar_factor": most(3, [pay(i * 0.2, 40, f"A{i}", "B") for i in range(60)]),
        "median": least(40),
        "new": most(1),
    },
    "TF-N04": {"originators": most(12), "share": most(1), "window": over(7 * DAY)},
    "TF-N05": {"window": over(9)},
    "TF-S01": {
        "band": most(0.95),
        "payments": most(3, burst_payments=9),
        "window": over(4, burst_payments=9),
        "burst_payments": most(3, payments=9),
        "burst": over(2, payments=9),
    },
    "TF-S02": {"window": over(9)},
    "TF-S03": {"band": most(0.99), "payments": most(4), "window": over(15 * DAY)},
    "TF-S04": {
        "least": most(300),
        "step": below(1000),
        "share": most(1),
        "payments": most(7),
        "window": over(4 * DAY),
        "standing_from": over(30 * DAY, STANDING),
        "standing_to": most(30 * DAY, STANDING),
    },
    "TF-S05": {"credits": most(6), "originators": most(6), "window": over(4)},
    "TF-S06": {
        "payments": most(60),
        "chi_square": most(60 / math.log10(1 + 1 / 9) - 60),
        "window": over(49),
    },
    "TF-T02": {
        "originators": most(10),
        "beneficiaries": least(2, TWO_PAYEES, originators=11),
        "window": over(35),
        "letters": most(len("CampaignBlueTent")),
    },
    "TF-T03": {"window": least(11 * DAY), "factor": most(400 / 56), "payments": most(20)},
    "TF-T04": {
        "window": over(24, many(2, DAY, 9000, "A{i}", "B", invoice_reference="I", **INVOICE), signs=3),
        "payments": most(2, signs=3),
        "signs": most(3),
    },
    "TF-T05": {"similarity": over(like("Unknown Kiosk", "Sample Trading"))},
    "TF-T06": {"window": over(36), "share": most(0.36), "payments": most(3)},
    "TF-V01": {
        "window": over(1.5),
        "least": most(1080),
        "low": most(1060 / 1080),
        "high": least(1060 / 1080),
        "arrivals": most(12),
        "large": most(6000, LARGE),
        "balance": least(0.05, LARGE),
    },
    "TF-V02": {"window": over(3), "commission": least(0.05), "least": most(950)},
    "TF-V03": {
        "silence": most(200 * DAY),
        "after": over(2 * DAY, EMPTIED, watch="t0002"),
        "cash_out": most(0.7, EMPTIED, watch="t0002"),
    },
    "TF-V04": {
        "window": least(11 * DAY),
        "payments": most(11),
        "score": most(1.349 * math.log(5000 / 52) / 0.05),
        "floor": most(1.349 * math.log(5000 / 52) / 3.5),
    },
    "TF-V05": {"day": over(4), "baseline": most(1685), "payments": most(6), "factor": most(6)},
    "TF-V06": {
        "age": least(3 * DAY),
        "incomes": most(4, [pay(0, 200, "A", "B", originator_opened_at=opened(27), **HOME)]),
    },
    "TF-V08": {"window": over(0.9), "speed": most(APART / 0.9), "distance": most(APART)},
    "TF-X02": {"wallets": most(10), "median": least(50), "share": most(0.96), "window": over(50)},
    "TF-X03": {"providers": most(3), "window": over(4)},
    "TF-X06": {"window": over(2), "low": most(0.96), "high": least(0.96), "least": most(500)},
}  # fmt: skip
PARTIES: Final = {"TF-V06": {"party_id": ["A"], "income_minor": [5_000]}}
NUMBERS: Final = [(rule, item.name) for rule in RULES for item in rule.parameters if item.unit != "word"]
TIMES: Final = ("minutes", "hours", "days")


def test_every_number_has_its_edge_or_a_reason() -> None:
    named = {(rule, name) for rule, edges in EDGES.items() for name in edges}
    assert not named & set(EXEMPT)
    assert named | set(EXEMPT) == {(rule.id, name) for rule, name in NUMBERS}


def units(rule: Rule, name: str, edge: Edge) -> tuple[float, float]:
    """The last value that fires and the first that does not, in the unit of the parameter."""
    unit = next(item.unit for item in rule.parameters if item.name == name)
    steps = MICROSECONDS if unit in TIMES else STEPS[unit]
    exact = edge.value * steps
    place = round(exact) if abs(exact - round(exact)) < 1e-6 else exact
    if edge.open:
        inside = (math.ceil(place) if edge.side > 0 else math.floor(place)) - edge.side
    else:
        inside = math.floor(place) if edge.side > 0 else math.ceil(place)
    length = steps * HOURS[unit] if unit in TIMES else steps
    return inside / length, (inside + edge.side) / length


def fires(rule: Rule, edge: Edge, name: str, value: float) -> bool:
    rows, _, parties = CASES[rule.id]
    context = PARTIES.get(rule.id, parties) if edge.rows is not None else parties
    chosen = dataclasses.replace(rule.with_parameters(**dict(edge.fixed), **{name: value}), enabled=True)
    told = table(rows if edge.rows is None else edge.rows)
    flags = assess(told, [chosen], parties=None if context is None else pl.DataFrame(context)).flags
    return edge.watch in flags["transaction_id"] if edge.watch else not flags.is_empty()


@pytest.mark.parametrize(
    ("rule", "name"),
    [pair for pair in NUMBERS if (pair[0].id, pair[1]) not in EXEMPT],
    ids=lambda one: one.id if isinstance(one, Rule) else one,
)
def test_at_its_edge_a_rule_fires_and_one_unit_further_it_is_silent(rule: Rule, name: str) -> None:
    edge = EDGES[rule.id][name]
    inside, outside = units(rule, name, edge)
    assert fires(rule, edge, name, inside)
    assert not fires(rule, edge, name, outside)


@pytest.mark.parametrize(
    ("rule", "values", "words"),
    [
        ("TF-S01", {"window": 0}, "from a microsecond to 100 years"),
        ("TF-S01", {"window": 1e9}, "from a microsecond to 100 years"),
        ("TF-S05", {"step": 1}, "step must be above 1"),
        ("TF-V04", {"floor": 0}, "floor must be above 0"),
    ],
)
def test_a_number_that_cannot_hold_is_an_error(rule: str, values: dict[str, Any], words: str) -> None:
    chosen = next(item for item in RULES if item.id == rule)
    with pytest.raises(PolicyError, match=words):
        assess(table(CASES[rule][0]), [chosen.with_parameters(**values)])
