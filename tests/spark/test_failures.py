"""Errors over Spark are this library's own, and say what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl
import pytest

from screening import spark as over_spark
from screening.errors import ArgumentError, ListError, RunError, SchemaError
from screening.spark.driver import _hear
from screening.spark.failures import _told, typed
from screening.spark.tasks import TOLD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from screening.index import NameIndex

pytestmark = pytest.mark.filterwarnings("ignore")  # of libraries that are not ours
FRAMES = (pl.DataFrame({"a": [1]}), pl.LazyFrame({"a": [1]}), pd.DataFrame({"a": [1]}), "payments.csv")
FULL = (  # two ways in which Spark tells of a driver whose memory is full
    "An error occurred.\n: java.lang.OutOfMemoryError: Java heap space\n\tat org.apache.spark",
    "Job aborted due to stage failure: Lost task 4.0 in stage 8.0: TaskResultLost (result lost)",
)


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: type(frame).__module__.partition(".")[0])
def test_what_is_no_spark_table_is_refused_with_the_function_for_it(
    session: Any, index: NameIndex, frame: Any
) -> None:
    with pytest.raises(ArgumentError, match=r"payments must be .* use screening\.screen"):
        over_spark.screen(frame, index)
    with pytest.raises(ArgumentError, match=r"history must be .* use screening\.screen"):
        over_spark.screen(session.range(1), index, history=frame)


@pytest.fixture
def little_room(session: Any) -> Iterator[None]:
    """A driver that may gather next to nothing; jobs read this setting when they begin."""
    settings = session.sparkContext._jsc.sc().conf()
    settings.set("spark.driver.maxResultSize", "2k")
    yield
    settings.remove("spark.driver.maxResultSize")


@pytest.mark.usefixtures("little_room")
def test_more_than_the_driver_may_gather_is_an_error_that_names_the_settings(
    session: Any, index: NameIndex
) -> None:
    listed = pl.DataFrame(
        {
            "transaction_id": [str(number) for number in range(150)],
            "booked_at": "2026-03-01T10:00:00Z",
            "amount": "1",
            "currency": "EUR",
            "originator_name": [f"Tarsis Dawn Front {number}" for number in range(150)],
        }
    )
    twice = pl.concat([listed.head(2).with_columns(originator_name=pl.lit("Jo Doe"))] * 2)
    for payments in (listed, twice):  # many hits; ids that come twice, which are gathered too
        table = session.createDataFrame(payments.to_arrow(compat_level=pl.CompatLevel.oldest()))
        with pytest.raises(RunError, match=r"2\.0 KiB.*spark\.driver\.maxResultSize.*spark\.driver\.memory"):
            over_spark.screen(table, index, rules=())


def broken(batches: Any) -> Iterator[Any]:
    for _ in batches:
        raise SchemaError("a column is missing: supply it")
    yield from ()  # a part without rows fails with nothing of its own


def missing(batches: Any) -> Iterator[Any]:
    import no_such_library  # type: ignore[import-not-found]  # noqa: F401, PLC0415

    yield


@pytest.mark.parametrize(
    ("task", "error", "line"),
    [
        (broken, SchemaError, "a column is missing: supply it"),
        (missing, RunError, "a job of Spark failed: ModuleNotFoundError: No module named 'no_such_library'"),
    ],
)
def test_an_error_in_a_task_is_the_same_error_on_the_driver(
    session: Any, task: Any, error: type[Exception], line: str
) -> None:
    with pytest.raises(error) as raised:
        _hear(session.range(1).mapInArrow(task, TOLD), ("flags",))
    assert str(raised.value) == line


def test_errors_of_ours_pass_as_they_are(session: Any) -> None:
    with pytest.raises(ListError, match="no list"), typed():
        raise ListError("no list")


@pytest.mark.parametrize("text", FULL)
def test_memory_that_ran_out_names_its_settings(text: str) -> None:
    for words in ("spark.driver.memory", "spark.executor.memory"):
        assert words in str(_told(text))
