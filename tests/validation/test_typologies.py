"""Plantings: the truth is in the payments, they disturb nothing; rules see patterns and not near misses."""

from __future__ import annotations

import ast
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.errors import PolicyError, SchemaError
from screening.rules import RULES, assess
from screening.schemas import CHANNELS, STATUSES, TRANSACTIONS
from screening.validation import typologies as module
from screening.validation.typologies import (
    TRUTH,
    TYPOLOGIES,
    UNPLANTED,
    Labelled,
    labelled_payments,
    plant_typologies,
    tally,
)

if TYPE_CHECKING:
    from screening.rules import Assessment

ALL = [dataclasses.replace(rule, enabled=True) for rule in RULES]


@pytest.fixture(scope="module")
def labelled() -> Labelled:
    return labelled_payments(1500, seed=3, per_rule=3)


@pytest.fixture(scope="module")
def assessed(labelled: Labelled) -> Assessment:
    return assess(labelled.payments, ALL, parties=labelled.parties)


@pytest.fixture(scope="module")
def counted(labelled: Labelled, assessed: Assessment) -> pl.DataFrame:
    return tally(labelled, assessed.flags)


def test_every_rule_is_planted_or_named_with_a_reason() -> None:
    assert sorted([*TYPOLOGIES, *UNPLANTED]) == [rule.id for rule in RULES]
    assert all(UNPLANTED.values())


def test_plantings_make_every_rule_evaluable(assessed: Assessment) -> None:
    missing = assessed.coverage.filter(pl.col("missing").list.len() > 0)
    assert missing["reason"].to_list() == []


@pytest.mark.parametrize("rule", sorted(TYPOLOGIES))
def test_the_pattern_is_flagged_where_it_must_be(rule: str, counted: pl.DataFrame) -> None:
    row = counted.row(by_predicate=pl.col("rule") == rule, named=True)
    assert (row["found"], row["planted"]) == (3, 3)


@pytest.mark.parametrize("rule", sorted(TYPOLOGIES))
def test_the_near_miss_is_not_flagged(rule: str, counted: pl.DataFrame) -> None:
    row = counted.row(by_predicate=pl.col("rule") == rule, named=True)
    assert (row["mistaken"], row["near_misses"]) == (0, 3)


def test_plantings_do_not_disturb_the_traffic_around_them(labelled: Labelled, assessed: Assessment) -> None:
    innocent = labelled.payments.join(labelled.truth, on="transaction_id", how="anti")
    alone = assess(innocent, ALL, parties=labelled.parties).flags
    beside = assessed.flags.join(labelled.truth, on="transaction_id", how="anti")
    assert beside.equals(alone)


def test_plantings_do_not_disturb_each_other(assessed: Assessment) -> None:
    chosen = ["TF-G08", "TF-L07", "TF-S01", "TF-T02"]
    few = labelled_payments(1500, seed=3, rules=chosen)
    here = [rule for rule in ALL if rule.id in chosen]
    flags = assess(few.payments, here, parties=few.parties).flags
    among_all = assessed.flags.filter(pl.col("rule").is_in(chosen)).join(
        few.truth, on=["transaction_id", "rule"], how="semi"
    )
    assert flags.join(few.truth, on=["transaction_id", "rule"], how="semi").equals(among_all)


def test_the_truth_is_in_the_payments(labelled: Labelled) -> None:
    payments, truth, parties = labelled
    assert truth.schema == TRUTH
    assert truth["transaction_id"].is_unique().all()
    assert payments["transaction_id"].is_unique().all()
    assert payments.height == 1500 + truth.height
    assert truth.join(payments, on="transaction_id", how="anti").is_empty()
    assert set(truth["flag"]) == {"must", "may", "must not"}
    assert set(truth["case"]) == {"fires", "near miss"}
    assert payments["booked_at"].is_sorted()
    assert truth.filter(flag="must").select((pl.col("case") == "fires").all()).item()
    expected = truth.group_by("planting_id").agg(
        pl.col("flag").is_in(["must", "must not"]).any().alias("judged"), pl.col("rule").n_unique()
    )
    assert expected["judged"].all()
    assert (expected["rule"] == 1).all()
    assert set(parties["party_id"]) <= {*payments["originator_party_id"], *payments["beneficiary_party_id"]}


def test_planted_payments_keep_the_contract(labelled: Labelled) -> None:
    for name, kind in labelled.payments.schema.items():
        assert kind == TRANSACTIONS[name]
    assert set(labelled.payments["channel"]) <= set(CHANNELS)
    assert set(labelled.payments["status"]) <= set(STATUSES)
    assert labelled.payments["amount_minor"].min() == labelled.payments["amount_minor"].abs().min()


def test_patterns_end_within_the_time_of_the_payments(labelled: Labelled) -> None:
    planted = labelled.payments.join(labelled.truth, on="transaction_id")
    innocent = labelled.payments.join(labelled.truth, on="transaction_id", how="anti")
    last = planted.filter(pl.col("rule") != "TF-N03").group_by("planting_id").agg(pl.col("booked_at").max())
    assert last["booked_at"].is_between(innocent["booked_at"].min(), innocent["booked_at"].max()).all()


def test_no_two_plantings_share_an_account(labelled: Labelled) -> None:
    rows = labelled.payments.join(labelled.truth, on="transaction_id", how="left")
    both = pl.concat(
        [rows.select("planting_id", account=f"{side}_account") for side in ("originator", "beneficiary")]
    ).drop_nulls("account")
    assert (both.group_by("account").agg(pl.col("planting_id").n_unique())["planting_id"] == 1).all()


@settings(max_examples=4)
@given(seed=st.integers(0, 99), rules=st.sets(st.sampled_from(sorted(TYPOLOGIES)), max_size=5))
def test_the_same_seed_gives_the_same_payments_whichever_rules_are_asked_for(
    seed: int, rules: set[str]
) -> None:
    one, two = (labelled_payments(50, seed=seed, rules=rules, per_rule=2) for _ in range(2))
    assert all(a.equals(b) for a, b in zip(one, two, strict=True))
    more = labelled_payments(50, seed=seed, rules=rules | {"TF-S01"}, per_rule=3)
    here = one.payments.columns
    same = more.payments.select(here).join(one.payments, on="transaction_id", how="semi")
    assert same.sort("transaction_id").equals(one.payments.sort("transaction_id"))


def test_another_seed_gives_other_payments() -> None:
    one, two = (labelled_payments(0, seed=seed, rules=["TF-S01"]).payments for seed in (1, 2))
    assert one.height == two.height > 0
    assert not one.equals(two)


def test_the_payments_of_the_user_are_not_changed(labelled: Labelled) -> None:
    own = labelled.payments.head(40).select("transaction_id", *TRANSACTIONS.names()[1:6])
    before = own.clone()
    payments, truth, _ = plant_typologies(own, rules=["TF-G01"], per_rule=1, seed=1)
    assert own.equals(before)
    kept = payments.join(truth, on="transaction_id", how="anti").select(own.columns)
    assert kept.equals(own.sort("booked_at", maintain_order=True))
    assert "amount_base_minor" not in payments.columns


def test_what_cannot_be_planted_is_refused(labelled: Labelled) -> None:
    with pytest.raises(PolicyError, match="TF-Q99"):
        labelled_payments(0, seed=1, rules=["TF-Q99"])
    with pytest.raises(PolicyError, match="per_rule"):
        labelled_payments(0, seed=1, per_rule=-1)
    with pytest.raises(SchemaError, match="booked_at"):
        plant_typologies(labelled.payments.drop("booked_at"), seed=1)
    with pytest.raises(SchemaError, match="already"):
        plant_typologies(labelled.payments, seed=1, rules=["TF-S01"])


def test_a_missed_pattern_and_a_flagged_near_miss_are_counted() -> None:
    labelled = labelled_payments(10, seed=1, rules=["TF-S01"], per_rule=2)
    chosen = labelled.truth.filter(planting_id="TF-S01 near miss 1")["transaction_id"].to_list()
    innocent = labelled.payments.join(labelled.truth, on="transaction_id", how="anti")["transaction_id"][0]
    flags = pl.DataFrame({"transaction_id": [*chosen, innocent], "rule": "TF-S01"})
    row = tally(labelled, flags).row(0, named=True)
    assert (row["found"], row["mistaken"], row["disturbed"], row["precision"]) == (0, 1, 1, 0.0)
    assert tally(labelled, flags.clear()).row(0, named=True)["precision"] is None


def test_plantings_know_nothing_of_the_rules() -> None:
    folder = Path(module.__file__).parent
    for path in [folder / "typologies.py", *(folder / "plantings").glob("*.py")]:
        imported = {
            getattr(node, "module", None) or alias.name
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        assert not any("screening.rules" in str(name) for name in imported), path


def test_every_rule_is_frozen() -> None:
    path = Path(__file__).parents[2] / "benchmarks/frozen/typologies.csv"
    frozen = pl.read_csv(path).group_by("measure").agg(pl.col("item").sort())
    assert frozen.height == 4
    assert all(list(items) == sorted(TYPOLOGIES) for items in frozen["item"])
