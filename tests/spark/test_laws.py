"""The laws that apply, on Spark: nothing is lost, nothing is cleared silently, order does not matter."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import polars as pl
import polars.selectors as cs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import screening
from screening import spark as over_spark
from screening.hits import find_hits
from screening.policy import Policy
from screening.rules import RULES
from screening.rules.partitions import plan
from screening.spark import tasks
from screening.validation.typologies import labelled_payments

if TYPE_CHECKING:
    from screening.index import NameIndex

pytestmark = pytest.mark.filterwarnings("ignore")  # of libraries that are not ours

ORDINARY = {
    "booked_at": "2026-03-01T10:00:00Z",
    "status": "executed",
    "channel": "wire",
    "amount": "250.00",
    "currency": "EUR",
    "originator_name": "Anna Muster",
    "originator_country": "DE",
    "originator_account": "DE1",
    "beneficiary_name": "Otto Beispiel",
    "beneficiary_birth_date": "1980-05-01",
    "beneficiary_national_id": "77001",
    "beneficiary_address": "Airport Road 1",
    "beneficiary_agent_bic": "QKLAGHEL",
    "remittance_text": "invoice 22",
    "uetr": "f81d4fae",
    "travel_rule_complete": "true",
}
UNUSUAL: dict[str, dict[str, str | None]] = {
    "listed": {"beneficiary_name": "Tarsis Dawn Front"},
    "listed, again": {"originator_name": "Tarsis Dawn Front"},
    "in the text": {"remittance_text": "rent of Tarsis Dawn Front for May"},
    "in the address": {"beneficiary_address": "c/o Tarsis Dawn Front, Airport Road 1"},
    "bic": {"beneficiary_agent_bic": "HILXSYDA"},
    "document": {"beneficiary_national_id": "ZX 418822"},
    "names nobody": {"originator_name": " ", "beneficiary_name": None},
    "nothing to compare": {"originator_name": "..."},
    "58 words": {"originator_name": " ".join(["Dawn"] * 58)},
    "no amount": {"amount": "twelve", "beneficiary_name": "Tarsis Dawn Front"},
    "no time": {"booked_at": "31/31/2026", "remittance_text": "for Tarsis Dawn Front"},
    "no currency": {"currency": "QQQ"},
    "unknown country": {"originator_country": "Atlantis"},
    "unknown date": {"beneficiary_birth_date": "long ago"},
    "unknown flag": {"travel_rule_complete": "perhaps"},
    "unknown status": {"status": "who knows"},
}
"""What a payment has that is not ordinary, by its id."""


def unusual() -> pl.DataFrame:
    """Payments of which each is to be told; two of them come twice, and some have no id."""
    rows = [{"transaction_id": name, **ORDINARY, **given} for name, given in UNUSUAL.items()]
    rows += [{"transaction_id": f"ordinary {number}", **ORDINARY} for number in range(8)]
    again = {**rows[0], "transaction_id": " listed\t"}
    nameless = {**rows[0], "transaction_id": None}
    return pl.DataFrame([*rows, rows[8], again, nameless, {**nameless, "transaction_id": " "}])


def spread(session: Any, frame: pl.DataFrame, partitions: int) -> Any:
    """Rows in as many partitions, in their order: of two rows of one id the first is the payment."""
    slices = [
        session.createDataFrame(part.to_arrow(compat_level=pl.CompatLevel.oldest())).coalesce(1)
        for part in frame.iter_slices(-(-len(frame) // partitions))
    ]
    return reduce(lambda table, part: table.unionAll(part), slices)


def dealt(session: Any, frame: pl.DataFrame, cuts: list[float]) -> Any:
    """Rows in partitions of any size, some of them empty: cut where it is told, as shares of the rows."""
    ends = [0, *sorted(int(cut * frame.height) for cut in cuts), frame.height]
    slices = [
        session.createDataFrame(part.to_arrow(compat_level=pl.CompatLevel.oldest())).coalesce(1)
        for part in (frame.slice(first, last - first) for first, last in pairwise(ends))
    ]
    return reduce(lambda table, part: table.unionAll(part), slices)


def in_order(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.sort(frame.select(pl.exclude(pl.List(pl.String))).columns, nulls_last=True)


def without_places(frame: pl.DataFrame) -> pl.DataFrame:
    """A row without an id of its own is named by its place, which is another one in Spark."""
    place = pl.col("transaction_id").str.replace(r"^.*row-\d+$", "row")
    return in_order(frame.with_columns(place))


def warnings_of(result: screening.Result) -> list[str]:
    return [line.partition(", first in row")[0] for line in result.manifest["warnings"]]


def fields_of(result: screening.Result) -> list[dict[str, Any]]:
    """What was looked at; a distinct value is counted once for every task that met it."""
    return [{**row, "distinct": None} for row in result.manifest["fields"]]


@pytest.mark.parametrize("partitions", [1, 3])
def test_every_row_is_a_payment_or_rejected_and_none_is_cleared_silently(
    session: Any, index: NameIndex, partitions: int
) -> None:
    payments = unusual()
    local = screening.screen(payments, index, rules=())
    spark = over_spark.screen(spread(session, payments, partitions), index, rules=()).result
    for name in ("hits", "alerts"):
        assert spark.tables[name].height > 0
        assert_frame_equal(without_places(spark.tables[name]), without_places(local.tables[name]))
    there, here = (
        without_places(result.tables["rejects"].drop("source", "row")) for result in (spark, local)
    )
    assert_frame_equal(there, here)
    for count in ("rows", "screened", "rejected"):
        assert spark.manifest["input"][count] == local.manifest["input"][count] > 0
    assert warnings_of(spark) == warnings_of(local)
    assert fields_of(spark) == fields_of(local)
    alerted = set(spark.tables["alerts"]["transaction_id"])
    assert {"listed", "in the text", "in the address", "bic", "names nobody", "58 words"} <= alerted
    assert {"no amount", "no time"} <= alerted  # rejected, and their parties screened all the same


def test_a_column_that_nothing_reads_stays_in_spark_unless_its_values_may_be_set_aside(
    session: Any, index: NameIndex
) -> None:
    table = spread(session, unusual().with_columns(originator_party_id=pl.lit("P1")), 1)
    columns = dict(zip(table.columns, table.columns, strict=True))
    for_the_list = over_spark.columns_read(table, columns, plan(columns, ()))
    # an account may hold a name, which is told
    assert set(columns) - set(for_the_list) == {"originator_party_id", "uetr"}
    for_all = over_spark.columns_read(table, columns, plan(columns, RULES))
    assert "originator_party_id" in for_all


def test_columns_may_have_any_name(session: Any, index: NameIndex) -> None:
    named = {"transaction_id": "Txn.Id", "originator_name": "Payer`s name", "uetr": "my uetr"}
    policy = Policy()
    policy = replace(policy, payments=replace(policy.payments, columns=named))
    payments = unusual().rename(named)
    local = screening.screen(payments, index, policy=policy, rules=())
    spark = over_spark.screen(spread(session, payments, 2), index, policy=policy, rules=()).result
    assert_frame_equal(without_places(spark.tables["hits"]), without_places(local.tables["hits"]))
    assert spark.manifest["input"]["rejected"] == local.manifest["input"]["rejected"]


def test_rules_do_not_mind_ties_nor_rows_that_come_twice(session: Any, index: NameIndex) -> None:
    payments = labelled_payments(800, seed=8, per_rule=1).payments
    tied = payments.with_columns(pl.col("booked_at").dt.truncate("1d")).sort("transaction_id")
    twice = pl.concat([tied, tied.sample(40, seed=1)])
    local = screening.screen(tied, index)
    spark = over_spark.screen(spread(session, twice, 3), index, parts=2).result
    assert local.tables["flags"].height > 0
    assert_frame_equal(in_order(spark.tables["flags"]), in_order(local.tables["flags"]))
    assert spark.manifest["rules"] == local.manifest["rules"]  # what hindered a rule is counted alike
    assert spark.manifest["input"]["rejected"] == 40


@pytest.fixture(scope="module")
def mixed(index: NameIndex) -> tuple[pl.DataFrame, screening.Result]:
    """Planted, innocent and unusual payments, some twice or without an id; and what one machine finds."""
    times = cs.datetime().dt.to_string("iso:strict")
    planted = labelled_payments(200, seed=4, per_rule=1).payments.with_columns(times)
    odd = unusual().filter(
        pl.col("transaction_id").ne_missing(" listed\t")
    )  # unequal rows of one id: the first is the payment
    odd = odd.with_columns(amount_minor=pl.col("amount").str.replace(".", "", literal=True)).drop("amount")
    planted = planted.with_columns(pl.all().cast(pl.String))
    payments = pl.concat([planted, odd, planted.head(12)], how="diagonal")
    return payments, screening.screen(payments, index)


@settings(max_examples=2, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 2**32 - 1),
    cuts=st.lists(st.floats(0, 1), min_size=1, max_size=3),
    parts=st.integers(1, 3),
)
def test_neither_the_order_of_payments_nor_their_division_changes_a_result(
    session: Any,
    index: NameIndex,
    mixed: tuple[pl.DataFrame, screening.Result],
    *,
    seed: int,
    cuts: list[float],
    parts: int,
) -> None:
    payments, local = mixed
    shuffled = payments.sample(fraction=1, shuffle=True, seed=seed)
    spark = over_spark.screen(dealt(session, shuffled, cuts), index, parts=parts).result
    for name in ("hits", "flags", "alerts", "rejects"):
        there, here = (result.tables[name] for result in (spark, local))
        if name == "rejects":
            there, here = there.drop("source", "row"), here.drop("source", "row")
        assert here.height > 0
        assert_frame_equal(without_places(there), without_places(here))
    assert spark.manifest["rules"] == local.manifest["rules"]
    for count in ("rows", "screened", "rejected"):
        assert spark.manifest["input"][count] == local.manifest["input"][count] > 0


def test_earlier_payments_that_come_twice_are_looked_back_into_once(session: Any, index: NameIndex) -> None:
    payments = labelled_payments(600, seed=9, per_rule=1).payments.sort("booked_at")
    early, late = payments.head(400), payments.tail(-400)
    again = pl.concat([early, early.tail(30)])
    local = screening.screen(late, index, history=again)
    spark = over_spark.screen(spread(session, late, 2), index, history=spread(session, again, 2)).result
    assert local.tables["flags"].height > 0
    assert_frame_equal(in_order(spark.tables["flags"]), in_order(local.tables["flags"]))


@pytest.mark.parametrize("remembered", [0, 5, 1_000])
def test_a_worker_that_remembers_names_finds_what_it_would_find_anew(
    index: NameIndex, monkeypatch: pytest.MonkeyPatch, remembered: int
) -> None:
    monkeypatch.setattr(tasks, "_REMEMBERED", remembered)
    policy = Policy()
    judge = tasks._Judge(index, index.facts, None)
    payments = screening.conform(unusual()).transactions.collect()
    for piece in (payments.head(9), payments.tail(9), payments.reverse(), payments.head(0)):
        hits, held = judge.hits(piece, policy)
        anew = find_hits(piece, index, policy=policy, named=policy.payments.names_required)
        assert_frame_equal(hits, anew.table)
        kept = anew.fields.filter(pl.col("column").is_in(held["column"].implode()))
        assert_frame_equal(held.sort("column"), kept.select(held.columns).sort("column"))


def test_what_is_read_once_is_what_is_read_twice() -> None:
    once, twice = screening.conform(unusual(), held=True), screening.conform(unusual())
    assert_frame_equal(once.transactions.collect(), twice.transactions.collect())
    assert_frame_equal(once.rejected_rows, twice.rejected_rows)
    assert_frame_equal(once.rejects, twice.rejects)
    assert_frame_equal(once.warnings, twice.warnings)
