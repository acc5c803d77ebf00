"""Spark beside a `mapInArrow` that does nothing, over the same rows in the same session.

    python benchmarks/spark.py --rows 1000000 --list consolidated.xml

The list channel is the tasks over the rows with no rules; start-up is left out by a first run over few rows.
The table for other sizes multiplies the cost per row that was measured, and says so.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from screening import NameIndex, read_un_list, spark
from screening.validation.payments import generate_payments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def seconds(act: Callable[[], object], repeats: int) -> float:
    spent = []
    for _ in range(repeats):
        start = time.perf_counter()
        act()
        spent.append(time.perf_counter() - start)
    return statistics.median(spent)


def nothing(batches: Iterable[Any]) -> Iterable[Any]:
    for batch in batches:
        yield batch.slice(0, 0)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--list", type=Path, default=Path("sanctions_lists/sample/consolidated.xml"))
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--rules", action="store_true", help="time the rules too")
    given = parser.parse_args()
    os.environ["PYSPARK_PYTHON"] = sys.executable
    from pyspark.sql import SparkSession  # noqa: PLC0415  # after its Python is named

    builder = SparkSession.builder.master("local[2]").config("spark.driver.memory", "4g")
    builder = builder.config("spark.ui.enabled", "false").config("spark.sql.session.timeZone", "UTC")
    session = builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", "100000").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    index = NameIndex(read_un_list(given.list))
    payments, _ = generate_payments(given.rows, listed=index.sanctions, seed=1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "payments.parquet"
        payments.write_parquet(path, row_group_size=100_000)
        table = session.read.parquet(str(path))
        names = [name for name in table.columns if name.endswith("_name") or "text" in name]

        def noop(columns: list[str]) -> None:
            chosen = table.select(*columns)
            chosen.mapInArrow(nothing, chosen.schema).count()

        spark.screen(table.limit(1_000), index, rules=())
        noop(names)
        empty = seconds(lambda: noop(names), given.repeats)
        every = seconds(lambda: noop(table.columns), given.repeats)
        listed = seconds(lambda: spark.screen(table, index, rules=()), given.repeats)
        print(f"{given.rows:,} rows, local[2]; seconds, and times the no-op over all columns")
        print(f"  no-op, names and texts only   {empty:8.1f}  {empty / every:6.2f}")
        print(f"  no-op, all columns            {every:8.1f}  {1.0:6.2f}")
        print(f"  list channel                  {listed:8.1f}  {listed / every:6.2f}")
        total = listed
        if given.rules:
            total = seconds(lambda: spark.screen(table, index), given.repeats)
            print(f"  both channels                 {total:8.1f}  {total / every:6.2f}")
    print("by cost per row, not measured:")
    for rows in (1_000_000, 10_000_000, 100_000_000):
        print(f"  {rows:>11,} rows  list channel {listed * rows / given.rows:10.0f} s on two cores")


if __name__ == "__main__":
    main()
