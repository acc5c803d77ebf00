"""Laws of the rule engine, for all rules of the catalogue at once, on random payments."""

from __future__ import annotations

import dataclasses
import pickle
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from screening.errors import PolicyError, SchemaError
from screening.payments import conform
from screening.policy import OutcomePolicy, Policy
from screening.rules import FAMILIES, RULES, Book, Finding, Rule, assess, assessment, rule
from screening.rules.book import combine
from screening.rules.partitions import plan
from screening.rules.rule import amount
from screening.rules.scopes import ROW
from screening.rules.windows import NO_KEY
from screening.schemas import COVERAGE, FLAGS, REQUIRED_COLUMNS, TRANSACTIONS
from screening.validation.typologies import labelled_payments

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

ALL = tuple(dataclasses.replace(rule, enabled=True) for rule in RULES)
# small numbers, so that rules fire on small tables
LOOSE: dict[str, dict[str, Any]] = {
    "TF-G01": {"originators_day": 2, "originators_month": 3, "median": 100_000, "new": 0.5},
    "TF-G02": {"beneficiaries_burst": 2, "beneficiaries_week": 3, "new": 0.5},
    "TF-G03": {"originators": 2, "beneficiaries": 1, "low": 0.3, "high": 3},
    "TF-G04": {"middles": 2},
    "TF-G08": {"originators": 2},
    "TF-G09": {"beneficiaries": 2},
    "TF-G10": {"originators": 2, "hub": 4},
    "TF-G11": {"accounts": 2},
    "TF-C02": {"history": 5},
    "TF-C03": {"payments": 2, "most": 100_000},
    "TF-D04": {"payments": 2},
    "TF-F04": {"debits": 1, "window": 5, "share": 0.1},
    "TF-F06": {"silence": 3},
    "TF-K02": {"points": 2},
    "TF-L07": {"hub": 4},
    "TF-N02": {"least": 100},
    "TF-N03": {"originators": 2, "median": 100_000, "new": 0.4, "factor": 1, "calendar_factor": 1},
    "TF-N04": {"originators": 2, "share": 0.2},
    "TF-S02": {"linkage": "originator"},
    "TF-S03": {"payments": 2},
    "TF-S04": {"payments": 2, "share": 0.3},
    "TF-S05": {"credits": 2, "originators": 2},
    "TF-S06": {"payments": 5},
    "TF-T02": {"originators": 2, "beneficiaries": 3},
    "TF-T03": {"payments": 2},
    "TF-V01": {"arrivals": 1, "low": 0.3, "high": 3},
    "TF-V03": {"silence": 4},
    "TF-V04": {"payments": 3, "score": 1.0},
    "TF-V05": {"payments": 2, "baseline": 4, "factor": 1},
    "TF-X02": {"wallets": 2, "median": 100_000, "share": 0.2},
    "TF-X03": {"providers": 2},
    "TF-X06": {"low": 0.3, "high": 3},
}
POLICY = Policy.from_dict({"rules": {"parameters": LOOSE}})
START = datetime(2026, 3, 2, tzinfo=UTC)
PARTIES = pl.DataFrame(
    {
        "party_id": [f"{world}p{i}" for world in "xy" for i in range(5)],
        "case_status": ["suspended", None, None, None, None] * 2,
        "expected_countries": [None, "SY", None, "IQ SY", None] * 2,
        "officer_of": [None, f"{'x'}p2", None, None, None] * 2,
        "holder_name": ["Ana Oak", "Ben Elm", None, "Cem Ash", None] * 2,
        "opened_at": [START, None, START - timedelta(days=9), None, None] * 2,
    }
)


def values(world: str) -> dict[str, st.SearchStrategy[Any]]:
    """Columns of a payment; everything that can be a key carries the name of its world."""

    def key(kind: str, size: int = 4) -> st.SearchStrategy[str | None]:
        return st.one_of(st.none(), st.integers(0, size).map(lambda i: f"{world}{kind}{i}"))

    places = st.sampled_from(["DE", "SY", "TR", "FR", "KP", None])
    parts = st.sampled_from(["TR-31", "DE-BE", "TR-06", None])
    return {
        "hour": st.integers(0, 12 * 24 - 1).map(lambda h: h - h % 3),  # ties are common
        "status": st.sampled_from(["executed"] * 6 + ["held", "rejected"]),
        "channel": st.sampled_from(
            [
                "wire",
                "wire",
                "instant",
                "card_pos",
                "card_atm",
                "cash_dep",
                "cash_wd",
                "fx",
                "va",
                "loan_disb",
                "prepaid_load",
            ]
        ),
        "amount_minor": st.sampled_from([95_000, 100_000, 50_000, 950_000, 20_000, 98_000, 90_000, -5, 0]),
        "currency": st.sampled_from(["EUR", "EUR", "EUR", "USD", "XAU"]),
        "originator_account": key("a", 3),
        "beneficiary_account": key("a", 3),
        "originator_party_id": key("p"),
        "beneficiary_party_id": key("p"),
        "originator_name": st.sampled_from(["Ana Oak", "Anna Oak", "A. Oak", "N/A", None]),
        "beneficiary_name": st.sampled_from(["Ben Elm", "Cem Ash", None]).map(lambda n: n and f"{n} {world}"),
        "originator_type": st.sampled_from(["person", "npo", "merchant", None]),
        "beneficiary_type": st.sampled_from(["person", "merchant", None]),
        "originator_country": places,
        "beneficiary_country": places,
        "beneficiary_admin1": parts,
        "originator_agent_bic": st.sampled_from(["DEFF", "SYAA", None]).map(
            lambda b: b and f"{world}ABC"[:4] + b
        ),
        "terminal_country": places,
        "terminal_admin1": parts,
        "ip_country": places,
        "branch_id": key("b"),
        "device_id": key("d"),
        "card_id": key("c"),
        "wallet_from": key("w"),
        "wallet_kind": st.sampled_from(["vasp", "mixer", "unhosted", "unknown", None]),
        "vasp_id": key("v"),
        "vasp_country": places,
        "travel_rule_complete": st.sampled_from([True, False, None]),
        "remittance_text": st.sampled_from(["donation", "rent for may", "equip fighters", None]).map(
            lambda t: t and f"{t} {world}{world}{world}"
        ),
        "merchant_category_code": st.sampled_from(["4511", "5941", "5411", None]),
        "passenger_name": st.sampled_from(["Ana Oak", "Ben Elm", "Cem Ash", None]),
        "purpose_code": st.sampled_from(["SALA", None]),
        "invoice_reference": key("i", 2),
        "goods_country": places,
        "ultimate_originator_name": st.sampled_from(["Kiosk", None]),
        "balance_after_minor": st.sampled_from([0, 50_000, None]),
        "terminal_latitude": st.sampled_from([48.0, 36.0, None]),
        "terminal_longitude": st.sampled_from([2.0, 44.0, None]),
    }


_COLUMNS = tuple(values("x"))[1:]


def one(world: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(values(world))


def frame(rows: list[dict[str, Any]], world: str = "x") -> pl.DataFrame:
    plain = [
        {
            "transaction_id": f"{world}{number:04d}",
            "booked_at": START + timedelta(hours=row["hour"]),
            **{name: value for name, value in row.items() if name != "hour"},
        }
        for number, row in enumerate(rows)
    ]
    names = ["transaction_id", "booked_at", *(name for name in TRANSACTIONS if name in _COLUMNS)]
    return pl.DataFrame(plain, schema={name: TRANSACTIONS[name] for name in names}, orient="row")


tables = st.lists(one("x"), max_size=40).map(frame)


OPTIONAL = tuple(name for name in _COLUMNS if name not in REQUIRED_COLUMNS)


def look(table: pl.DataFrame, history: pl.DataFrame | None = None) -> pl.DataFrame:
    return assess(table, ALL, history=history, parties=PARTIES, policy=POLICY).flags


def ordered(flags: pl.DataFrame) -> pl.DataFrame:
    return flags.sort("rule", "transaction_id")


@settings(max_examples=12)
@given(table=tables, seed=st.integers(0, 99))
def test_the_order_of_rows_changes_nothing(table: pl.DataFrame, seed: int) -> None:
    shuffled = table.sample(fraction=1, shuffle=True, seed=seed)
    assert_frame_equal(look(shuffled), look(table))


@settings(max_examples=12)
@given(table=tables)
def test_day_by_day_with_history_equals_all_at_once(table: pl.DataFrame) -> None:
    day = table["booked_at"].dt.truncate("1d")
    parts = [
        look(table.filter(day == one_day), table.filter(day < one_day)) for one_day in day.unique().sort()
    ]
    assert_frame_equal(ordered(pl.concat([FLAGS.to_frame(), *parts])), ordered(look(table)))


@settings(max_examples=12)
@given(left=st.lists(one("x"), max_size=25), right=st.lists(one("y"), max_size=25))
def test_splitting_by_key_changes_no_flag(left: list[dict[str, Any]], right: list[dict[str, Any]]) -> None:
    halves = frame(left), frame(right, "y")
    apart = pl.concat([look(half) for half in halves])
    assert_frame_equal(ordered(look(pl.concat(halves))), ordered(apart))


@settings(max_examples=12)
@given(table=tables)
def test_a_flag_is_one_per_payment_and_rule_and_its_evidence_exists(table: pl.DataFrame) -> None:
    flags = look(table)
    assert flags.schema == FLAGS
    assert flags.select("transaction_id", "rule").is_unique().all()
    assert flags["reason"].null_count() == 0
    assert set(flags["evidence"].explode().to_list()) <= set(table["transaction_id"].to_list()) | {None}
    assert (flags["evidence"].list.len() <= 20).all()
    assert (flags["evidence"].list.len() <= flags["evidence_count"]).all()
    assert (flags["weight"] > 0).all()


@settings(max_examples=12)
@given(table=tables)
def test_evidence_lies_in_the_window_and_is_money_that_moved(table: pl.DataFrame) -> None:
    flows = [rule.id for rule in RULES if rule.flows]
    evidence = look(table).explode("evidence").drop_nulls("window_start")
    seen = evidence.join(table, left_on="evidence", right_on="transaction_id", how="left")
    outside = ~pl.col("booked_at").is_between("window_start", "window_end")
    still = pl.col("rule").is_in(flows) & pl.col("status").is_in(["rejected", "returned"])
    assert seen.filter(outside | still).select("rule", "transaction_id", "evidence").rows() == []


@settings(max_examples=12)
@given(table=tables, columns=st.sets(st.sampled_from(_COLUMNS[4:])))
def test_coverage_counts_every_payment_once_for_every_rule(table: pl.DataFrame, columns: set[str]) -> None:
    result = assess(table.drop(columns), ALL, parties=PARTIES, policy=POLICY)
    assert result.coverage.schema == COVERAGE
    sums = result.coverage.group_by("rule").agg(pl.col("rows").sum())
    assert sorted(sums["rule"]) == [rule.id for rule in RULES]
    assert (sums["rows"] == len(table)).all()
    blind = result.coverage.filter(pl.col("missing").list.len() > 0)["rule"]
    assert result.flags.filter(pl.col("rule").is_in(blind.implode())).is_empty()


def test_a_generic_edge_list_evaluates_the_graph_rules_and_says_what_the_rest_lack() -> None:
    edges = pl.DataFrame(
        {
            "transaction_id": ["1", "2", "3"],
            "booked_at": [START, START + timedelta(hours=20), START + timedelta(hours=50)],
            "status": "executed",
            "channel": "wire",
            "amount_minor": [100_000, 98_000, 97_000],
            "currency": "EUR",
            "originator_account": ["A", "B", "C"],
            "beneficiary_account": ["B", "C", "A"],
        }
    )
    result = assess(edges)
    status = dict(result.coverage.select("rule", "status").iter_rows())
    assert [
        rule
        for rule in ("TF-G01", "TF-G02", "TF-G03", "TF-G04", "TF-G05", "TF-G06")
        if status[rule] != "evaluable"
    ] == []
    assert result.flags["rule"].to_list() == ["TF-G05", "TF-V02"]
    assert status["TF-T01"] == "not_evaluable"
    lacking = result.coverage.filter(rule="TF-T01")["missing"].to_list()
    assert lacking == [["remittance_text"]]


def test_source_target_amount_and_time_are_enough_for_the_graph_rules() -> None:
    edges = pl.DataFrame(
        {
            "source": ["A", "B", "C"],
            "target": ["B", "C", "A"],
            "amount": ["1000.00", "980.00", "970.00"],
            "time": [f"2026-03-0{day}T09:00:00Z" for day in (2, 3, 4)],
        }
    )
    columns = {"originator_account": "source", "beneficiary_account": "target", "booked_at": "time"}
    told = {"columns": columns, "currency": "EUR", "number_rows": True, "names_required": False}
    read = conform(edges, policy=Policy.from_dict({"payments": told}))
    assert read.rows_rejected == 0
    result = assess(read.transactions)
    assert result.flags.select("transaction_id", "rule").rows() == [("row-3", "TF-G05")]
    looked = set(result.coverage.filter(status="evaluable")["rule"])
    assert looked >= {f"TF-G0{number}" for number in (1, 2, 3, 4, 5, 6)}
    held = {"originator_account", "beneficiary_account", "originator_party", "beneficiary_party"}
    for one in result.rules:
        lines = result.coverage.filter(rule=one.id)
        if one.enabled and not all(held & set(name.split("|")) for name in one.requires):
            assert lines["status"].to_list() == ["not_evaluable"]
            assert all(lines["missing"].list.len() > 0)


def test_an_empty_table_gives_empty_typed_flags() -> None:
    result = assess(frame([]), ALL, policy=POLICY)
    assert result.flags.schema == FLAGS
    assert result.flags.is_empty()


def split(table: pl.DataFrame, day: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The payments from a day of the month on, and the earlier ones."""
    early = table["booked_at"].dt.day() < day
    return table.filter(~early), table.filter(early)


@settings(max_examples=10, phases=[Phase.generate])
@given(table=tables, day=st.integers(2, 9), lacking=st.sets(st.sampled_from(OPTIONAL), min_size=1))
def test_earlier_payments_have_null_where_their_table_lacks_a_column(
    table: pl.DataFrame, day: int, lacking: set[str]
) -> None:
    batch, past = split(table, day)
    empty = past.with_columns(pl.lit(None, TRANSACTIONS[name]).alias(name) for name in lacking)
    options: dict[str, Any] = {"parties": PARTIES, "policy": POLICY}
    told = assess(batch, ALL, history=past.drop(lacking), **options)
    written = assess(batch, ALL, history=empty, **options)
    assert_frame_equal(told.flags, written.flags)
    assert_frame_equal(told.coverage, written.coverage)


@settings(max_examples=10, phases=[Phase.generate])
@given(table=tables, day=st.integers(2, 9), lacking=st.sets(st.sampled_from(OPTIONAL)))
def test_a_rule_of_single_payments_says_the_same_whatever_columns_the_history_has(
    table: pl.DataFrame, day: int, lacking: set[str]
) -> None:
    alone = [rule for rule in ALL if rule.scopes == (ROW,)]
    batch, past = split(table, day)
    options: dict[str, Any] = {"parties": PARTIES, "policy": POLICY}
    with_history = assess(batch, alone, history=past.drop(lacking), **options)
    without = assess(batch, alone, **options)
    assert_frame_equal(with_history.flags, without.flags)
    assert_frame_equal(with_history.coverage, without.coverage)


@settings(max_examples=5, phases=[Phase.generate])
@given(table=tables, day=st.integers(2, 9), lacking=st.sets(st.sampled_from(OPTIONAL), min_size=1))
def test_a_column_that_only_the_history_has_changes_nothing(
    table: pl.DataFrame, day: int, lacking: set[str]
) -> None:
    batch, past = split(table, day)
    batch = batch.drop(lacking)
    assert_frame_equal(look(batch, past), look(batch, past.drop(lacking)))


def test_earlier_amounts_without_a_base_currency_are_brought_into_it() -> None:
    cash = {"channel": "cash_dep", "originator_account": "A", "beneficiary_account": "B"}
    base = {"amount_base_minor": 950_000, "currency": "EUR", "amount_minor": 950_000}
    rows = [
        {"currency": "EUR", "amount_minor": 950_000},
        {"currency": "JPY", "amount_minor": 9_500 * 150},  # the round number of the table
        {"currency": "XAU", "amount_minor": 950_000},  # which no table tells
    ]
    names = (*REQUIRED_COLUMNS, "originator_account", "beneficiary_account")
    schema = {name: TRANSACTIONS[name] for name in names}

    def paid(number: int, hour: int, row: dict[str, Any]) -> dict[str, Any]:
        at = START + timedelta(hours=hour)
        return {"transaction_id": f"t{number}", "booked_at": at, "status": "executed", **cash, **row}

    batch = pl.DataFrame([paid(9, 9, base)], schema={**schema, "amount_base_minor": pl.Int64}, orient="row")
    for row, seen in zip(rows, (["t1", "t9"], ["t1", "t9"], None), strict=True):
        history = pl.DataFrame([paid(1, 1, row)], schema=schema, orient="row")
        flags = assess(batch, history=history).flags.filter(rule="TF-S01")
        assert flags["evidence"].to_list() == ([] if seen is None else [seen])


def _one_row() -> pl.DataFrame:
    values = {
        "transaction_id": "h",
        "booked_at": START,
        "status": "executed",
        "channel": "wire",
        "amount_minor": 1,
    }
    names = frame([]).schema
    return pl.DataFrame([{**values, "currency": "EUR"}], schema=names)


def test_a_payment_in_batch_and_history_is_an_error() -> None:
    with pytest.raises(SchemaError, match="both in the batch and in its history"):
        assess(_one_row(), history=_one_row())


def test_a_missing_required_column_is_an_error() -> None:
    with pytest.raises(SchemaError, match="booked_at"):
        assess(_one_row().drop("booked_at"))


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"off": ["TF-S1"]}, "unknown rule 'TF-S1'"),
        ({"parameters": {"TF-S01": {"widow": 3}}}, "no parameter 'widow'; did you mean 'window'"),
        ({"parameters": {"TF-S01": {"window": "long"}}}, "window must be a number"),
        ({"parameters": {"TF-S01": {"payments": 2.5}}}, "payments must be a whole number"),
        ({"parameters": {"TF-S01": {"window": -1}}}, "must not be negative"),
        ({"parameters": {"TF-S01": {"band": float("nan")}}}, "TF-S01: band must not be negative or endless"),
        ({"parameters": {"TF-S01": {"band": 1.5}}}, "TF-S01: band must be from 0 to 1 .share"),
        ({"parameters": {"TF-S01": {"payments": 0}}}, "TF-S01: payments must be at least 1 .count"),
        (
            {"parameters": {"TF-S01": {"threshold": "nope"}}},
            "TF-S01: threshold must be one of cash_.*'nope'",
        ),
        (
            {"parameters": {"TF-S02": {"linkage": "none"}}},
            "TF-S02: linkage must be one of beneficiary, both, ",
        ),
        (
            {"parameters": {"TF-D01": {"profile": "r16_2021"}}},
            "TF-D01: profile must be one of .*mean 'r16_2025'",
        ),
        ({"off": ["TF-S01"], "on": ["TF-S01"]}, "both on and off"),
        ({"reference": {"areas": "nowhere.csv"}}, "nowhere.csv"),
        ({"reference": {"treshholds": "own.csv"}}, "unknown reference table 'treshholds'"),
        ({"weights": {"TF-S1": 3}}, "unknown rule 'TF-S1' in .rules.; did you mean 'TF-S01'"),
        ({"weights": {"BANK-1": 3}}, "unknown rule 'BANK-1'"),
        ({"jurisdiction": "DE"}, "no thresholds of 'DE' .*; use 'EU'"),
        ({"jurisdiction": "eu"}, "no thresholds of 'eu' .*; use 'EU'"),
        ({"jurisdiction": "Germany"}, r"no thresholds of 'Germany' .*; there are \*, AU, CA, EU, US"),
        ({"jurisdiction": "GB"}, "no thresholds of 'GB' .*; there are"),
        ({"base_currency": "eur"}, "unknown currency 'eur' in rules.base_currency; did you mean 'EUR'"),
        ({"base_currency": "XQZ"}, "unknown currency 'XQZ' in rules.base_currency; write an ISO 4217 code"),
        ({"base_currency": "XAU"}, "unknown currency 'XAU'"),
    ],
)
def test_a_policy_that_cannot_hold_is_an_error(section: dict[str, Any], words: str) -> None:
    with pytest.raises(PolicyError, match=words):
        assess(_one_row(), policy=Policy.from_dict({"rules": section}))


def test_a_jurisdiction_is_known_by_the_table_in_force(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    columns = "code,jurisdiction,amount,currency,valid_from,valid_to,source"
    own.write_text(f"{columns}\nr10,JP,2000000,JPY,2008-03-01,,own reading\n", encoding="utf-8")
    tables = {"reference": {"thresholds": str(own)}}
    assess(_one_row(), policy=Policy.from_dict({"rules": {"jurisdiction": "JP", **tables}}))
    with pytest.raises(PolicyError, match=r"no thresholds of 'DE' .*; there are \*, JP"):
        assess(_one_row(), policy=Policy.from_dict({"rules": {"jurisdiction": "DE", **tables}}))


def test_a_word_that_the_table_in_force_lacks_is_an_error_where_the_policy_names_it(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    columns = "code,jurisdiction,amount,currency,valid_from,valid_to,source"
    own.write_text(f"{columns}\nours,*,2000,EUR,2008-03-01,,own reading\n", encoding="utf-8")
    section: dict[str, Any] = {"reference": {"thresholds": str(own)}}
    section["parameters"] = {"TF-S01": {"threshold": "ours"}}
    assess(_one_row(), policy=Policy.from_dict({"rules": section}))
    section["parameters"] = {"TF-S01": {"threshold": "cash_report"}}
    with pytest.raises(PolicyError, match="TF-S01: threshold must be one of ours, not 'cash_report'"):
        assess(_one_row(), policy=Policy.from_dict({"rules": section}))


def test_a_rule_of_an_unknown_word_is_refused_though_no_policy_names_it() -> None:
    (rule,) = (rule for rule in RULES if rule.id == "TF-S01")
    with pytest.raises(PolicyError, match="TF-S01: threshold must be one of cash_report, "):
        assess(_one_row(), [rule.with_parameters(threshold="nope")])


def test_a_share_that_is_a_whole_by_default_may_be_more() -> None:
    section = {"parameters": {"TF-V01": {"high": 1.1}}}
    assert assess(_one_row(), policy=Policy.from_dict({"rules": section})).coverage.height > 0


@pytest.fixture(scope="module")
def planted() -> Any:
    """Payments on which nearly every rule fires."""
    return labelled_payments(300, seed=5, per_rule=3)


def _flags(planted: Any, rules: Iterable[Rule], **section: Any) -> pl.DataFrame:
    policy = Policy.from_dict({"rules": section})
    return assess(planted.payments, tuple(rules), parties=planted.parties, policy=policy).flags


def test_the_weight_of_a_rule_is_that_of_all_its_flags(planted: Any) -> None:
    """Twice the weight is twice the points of every flag, and nothing else but values that are points."""
    before = _flags(planted, ALL)
    assert before["rule"].n_unique() == len(ALL)
    points = pl.when(pl.col("rule").is_in(["TF-C01", "TF-T01", "TF-X01"])).then(2.0).otherwise(1.0)
    limits = pl.when(pl.col("rule").is_in(["TF-C01", "TF-X01"])).then(2.0).otherwise(1.0)
    expected = before.with_columns(
        weight=pl.col("weight") * 2, value=pl.col("value") * points, threshold=pl.col("threshold") * limits
    )
    after = _flags(planted, (dataclasses.replace(rule, weight=2 * rule.weight) for rule in ALL))
    assert_frame_equal(after, expected)


def test_a_weight_of_the_policy_is_that_of_a_rule_replaced_by_hand(planted: Any) -> None:
    weights = {rule.id: 1.5 + number for number, rule in enumerate(ALL)}
    by_hand = _flags(planted, (dataclasses.replace(rule, weight=weights[rule.id]) for rule in ALL))
    assert_frame_equal(_flags(planted, ALL, weights=weights), by_hand)


def test_a_weight_may_be_given_to_a_rule_of_the_bank_and_to_one_that_does_not_run() -> None:
    policy = Policy.from_dict({"rules": {"weights": {"BANK-1": 3, "TF-S02": 7}}})
    own = dataclasses.replace(_rule("TF-S01"), id="BANK-1")
    assert [(rule.id, rule.weight) for rule in assess(_one_row(), [own], policy=policy).rules] == [
        ("BANK-1", 3)
    ]


def test_the_default_policy_names_no_rule_and_no_family_that_does_not_exist() -> None:
    outcomes = OutcomePolicy()
    named = {
        *outcomes.forced, *outcomes.hold_in_high_risk, *outcomes.context_divisors, *outcomes.uncounted_rules,
        outcomes.high_risk_rule,
    }  # fmt: skip
    assert named <= {rule.id for rule in RULES}
    assert set(outcomes.family_caps) == set(FAMILIES.values())


@pytest.mark.parametrize("name", ["BANK-1", "B7", "TF-Z01", "TF-SX", "TF-S"])
def test_a_rule_whose_id_tells_no_family_must_name_one(name: str) -> None:
    told: dict[str, Any] = {"definition": "", "source": "", "weight": 1, "reason": ""}
    with pytest.raises(PolicyError, match=f"rule '{name}' needs a family"):
        rule(name, "Title", **told)(lambda book: book.where())
    assert rule(name, "Title", family="ours", **told)(lambda book: book.where()).default.family == "ours"
    assert rule("TF-S99", "Title", **told)(lambda book: book.where()).default.family == "S"


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("forced", {"TF-L5": "HOLD"}, "unknown rule 'TF-L5' in outcomes.forced; did you mean 'TF-L05'?"),
        ("forced", {"WIRE": "HOLD"}, "unknown rule 'WIRE' in outcomes.forced; there are .*TF-C01, .*TF-X06"),
        ("hold_in_high_risk", {"TF-T1": 35.0}, "unknown rule 'TF-T1' in outcomes.hold_in_high_risk"),
        ("context_divisors", {"TF-C1": 50.0}, "unknown rule 'TF-C1' in outcomes.context_divisors"),
        ("uncounted_rules", ["TF-G1"], "unknown rule 'TF-G1' in outcomes.uncounted_rules"),
        ("high_risk_rule", "TF-C1", "unknown rule 'TF-C1' in outcomes.high_risk_rule"),
        (
            "family_caps",
            {"grahp": 5.0},
            "unknown family 'grahp' in outcomes.family_caps; did you mean 'graph'",
        ),
    ],
)
def test_an_outcome_of_a_rule_that_does_not_exist_is_an_error(key: str, value: Any, words: str) -> None:
    policy = Policy.from_dict({"outcomes": {key: value}})
    with pytest.raises(PolicyError, match=words):
        assess(_one_row(), policy=policy)
    with pytest.raises(PolicyError, match=words):
        plan(["remittance_text"], policy=policy)


def test_a_rule_of_the_bank_may_be_given_an_outcome() -> None:
    policy = Policy.from_dict({"outcomes": {"forced": {"BANK-1": "HOLD"}, "family_caps": {"ours": 5.0}}})
    with pytest.raises(PolicyError, match="unknown rule 'BANK-1'"):
        assess(_one_row(), policy=policy)
    own = dataclasses.replace(_rule("TF-S01"), id="BANK-1", family="ours")
    assert [rule.id for rule in assess(_one_row(), [own], policy=policy).rules] == ["BANK-1"]


def test_two_rules_of_one_id_are_an_error() -> None:
    with pytest.raises(PolicyError, match="two rules with the id 'TF-S01'"):
        assess(_one_row(), [_rule("TF-S01")] * 2)


def _rule(name: str) -> Any:
    return next(rule for rule in RULES if rule.id == name)


def test_a_rule_that_is_off_says_so() -> None:
    result = assess(_one_row(), policy=Policy.from_dict({"rules": {"off": ["TF-S01"], "on": ["TF-S06"]}}))
    status = dict(result.coverage.select("rule", "status").iter_rows())
    assert status["TF-S01"] == "off"
    assert status["TF-S06"] != "off"


@settings(max_examples=6)
@given(table=tables)
def test_rules_looked_at_side_by_side_find_the_same(table: pl.DataFrame) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assessment, "_SMALL", 0)
        apart = look(table)
    assert_frame_equal(apart, look(table))


def test_rules_travel_to_workers() -> None:
    assert pickle.loads(pickle.dumps(RULES)) == RULES
    assert pickle.loads(pickle.dumps(RULES))[0].evaluate == RULES[0].evaluate


def test_a_rule_of_ones_own_in_a_few_lines() -> None:
    @rule(
        "BANK-1",
        "Gift cards",
        family="T",
        definition="The text of a large payment names gift cards.",
        source="own risk assessment",
        weight=10,
        parameters=(amount("floor", 500),),
        requires=("remittance_text",),
        keys=("amount",),
        reason="names gift cards and is at least {floor}",
    )
    def gift_cards(book: Book, *, floor: float) -> Finding:
        return book.where(pl.col("remittance_text").str.contains("gift card"), book.at_least(floor))

    table = _one_row().with_columns(amount_minor=pl.lit(20_000), remittance_text=pl.lit("3 gift cards"))
    assert assess(table, [gift_cards()]).flags.is_empty()
    flags = assess(table, [*RULES, gift_cards(floor=200)]).flags.filter(rule="BANK-1")
    assert flags.select("reason", "weight", "family").row(0) == (
        "names gift cards and is at least 200 base units",
        10.0,
        "T",
    )


def test_keys_too_wide_for_their_currencies_are_numbered_anew() -> None:
    keys = combine(
        np.array([2**20, 2**20, 2**20, NO_KEY], np.uint32),
        np.array([2**11, 2**11, 2**10, 0], np.uint32),
        np.array([0, 1, 1, 1], np.uint32),
    )
    assert len(set(keys.tolist())) == 4
    assert keys[3] == NO_KEY
