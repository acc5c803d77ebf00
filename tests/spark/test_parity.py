"""Spark gives what one machine gives: the same hits, flags and alerts, however rows are dealt out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import screening
from screening import spark as over_spark
from screening.errors import PolicyError, SchemaError
from screening.policy import Policy
from screening.spark import tasks
from screening.validation.typologies import labelled_payments

if TYPE_CHECKING:
    from screening.index import NameIndex

SAMPLE = Path(__file__).parents[2] / "sanctions_lists" / "sample"
pytestmark = pytest.mark.filterwarnings("ignore")  # of libraries that are not ours


def table(session: Any, frame: pl.DataFrame, partitions: int) -> Any:
    arrow = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    return session.createDataFrame(arrow).repartition(partitions)


def in_order(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.sort(frame.select(pl.exclude(pl.List(pl.String))).columns)


def assert_same(spark: over_spark.SparkResult, local: screening.Result, *names: str) -> None:
    for name in names:
        there = pl.DataFrame(getattr(spark, name).toArrow())
        here = local.tables[name]
        assert there.height == here.height > 0
        assert_frame_equal(in_order(spark.result.tables[name]), in_order(here))


def test_the_sample_gives_the_same_hits_flags_and_alerts(session: Any, index: NameIndex) -> None:
    payments = pl.read_csv(SAMPLE / "payments.csv", infer_schema=False)
    local = screening.screen(payments, index)
    spark = over_spark.screen(table(session, payments, 3), index)
    assert_same(spark, local, "flags")
    assert spark.manifest["input"]["rows"] == local.manifest["input"]["rows"] == payments.height
    assert spark.manifest["input"]["rejected"] == local.manifest["input"]["rejected"]
    assert spark.manifest["rules"] == local.manifest["rules"]
    named = ~pl.col("transaction_id").str.contains("row-")
    for name in ("hits", "alerts"):
        here, there = local.tables[name], spark.result.tables[name]
        assert here.height == there.height
        assert_frame_equal(in_order(there.filter(named)), in_order(here.filter(named)))
    columns = ["column", "value", "reason"]
    assert_frame_equal(
        spark.result.tables["rejects"].select(columns).sort(columns),
        local.tables["rejects"].select(columns).sort(columns),
    )


@pytest.mark.parametrize("partitions", [1, 4])
def test_planted_typologies_give_the_same_flags_however_rows_are_dealt_out(
    session: Any, index: NameIndex, partitions: int
) -> None:
    payments = labelled_payments(1_500, seed=5, per_rule=1).payments
    local = screening.screen(payments, index)
    spark = over_spark.screen(table(session, payments, partitions), index, parts=2)
    assert_same(spark, local, "flags", "alerts")
    assert spark.manifest["rules"] == local.manifest["rules"]


@pytest.mark.parametrize("partitions", [1, 4])
def test_a_column_that_holds_no_names_is_told_however_rows_are_dealt_out(
    session: Any, index: NameIndex, partitions: int
) -> None:
    payments = pl.read_csv(SAMPLE / "payments.csv", infer_schema=False)
    payments = payments.with_columns(beneficiary_name=pl.format("DE89{}", 10**9 + pl.int_range(pl.len())))
    local = screening.screen(payments, index, rules=()).manifest
    spark = over_spark.screen(table(session, payments, partitions), index, rules=()).manifest
    told = [line for line in local["warnings"] if "'beneficiary_name' seems to hold" in line]
    assert told
    assert [line for line in spark["warnings"] if "'beneficiary_name' seems to hold" in line] == told


def test_history_is_looked_back_into(session: Any, index: NameIndex) -> None:
    payments = labelled_payments(1_000, seed=6, per_rule=1).payments.sort("booked_at")
    early, late = payments.head(payments.height // 2), payments.tail(-(payments.height // 2))
    local = screening.screen(late, index, history=early)
    spark = over_spark.screen(table(session, late, 2), index, history=table(session, early, 2))
    assert_same(spark, local, "flags")
    for batch, past in (
        (late.with_columns(amount_base_minor="amount_minor"), early.drop("beneficiary_country", "device_id")),
        (late.drop("beneficiary_country", "device_id"), early.drop("remittance_text")),
    ):
        local = screening.screen(batch, index, history=past)
        spark = over_spark.screen(table(session, batch, 2), index, history=table(session, past, 2))
        assert_same(spark, local, "flags")
        assert spark.manifest["rules"] == local.manifest["rules"]
        lines = [line for line in local.manifest["warnings"] if "history" in line]
        assert lines
        rows = ("rows", "read", "rejected", "columns")
        here, there = local.manifest["history"], spark.manifest["history"]
        assert [there[name] for name in rows] == [here[name] for name in rows]
        assert [line for line in spark.manifest["warnings"] if "history" in line] == lines
    with pytest.raises(SchemaError, match="counted twice"):
        over_spark.screen(table(session, late, 2), index, history=table(session, late, 2))


def test_an_id_used_twice_is_a_payment_once(session: Any, index: NameIndex) -> None:
    payments = pl.read_csv(SAMPLE / "payments.csv", infer_schema=False).head(40)
    twice = pl.concat([payments, payments.head(3)])
    spark = over_spark.screen(table(session, twice, 4), index, rules=())
    local = screening.screen(twice, index, rules=())
    assert spark.manifest["input"]["rejected"] == local.manifest["input"]["rejected"] == 3
    assert spark.manifest["input"]["rows"] == 43


def test_ids_that_differ_in_white_space_alone_are_the_same_id(session: Any, index: NameIndex) -> None:
    payments = pl.read_csv(SAMPLE / "payments.csv", infer_schema=False).head(20)
    own = screening.conform(payments).columns["transaction_id"]
    again = payments.head(3).with_columns(pl.format("{}\t", own).alias(own))
    twice = pl.concat([payments, again])
    spark, local = (
        over_spark.screen(table(session, twice, 3), index, rules=()),
        screening.screen(twice, index, rules=()),
    )
    assert spark.manifest["input"]["rejected"] == local.manifest["input"]["rejected"] == 3


def test_rows_that_share_an_id_are_never_judged_in_two_chunks() -> None:
    batches = pl.DataFrame({"a": range(6)}).to_arrow().to_batches(max_chunksize=2)
    assert [chunk.height for chunk in tasks._chunks(batches, None)] == [6]
    assert [chunk.height for chunk in tasks._chunks(batches, 2)] == [2, 2, 2]


def test_rows_of_a_spark_table_have_no_numbers(session: Any, index: NameIndex) -> None:
    policy = Policy.from_dict({"payments": {"number_rows": True}})
    with pytest.raises(PolicyError, match="number_rows"):
        over_spark.screen(table(session, pl.DataFrame({"a": [1]}), 1), index, policy=policy)
