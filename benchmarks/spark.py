"""Spark beside a `mapInArrow` that does nothing, over the same rows in the same session.

    python benchmarks/spark.py --rows 1000000 10000000 --list consolidated.xml

The list channel is `spark.screen` with no rules. Start-up is left out: both are run over some rows first, in
as many tasks as there are cores. Processor time is of the JVM and of Python's workers together, and other
load on the machine leaves it alone; seconds are wall time. The table for other sizes multiplies the cost per
row of the largest size that was measured, and says so.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from polars.testing import assert_frame_equal

import screening
from machine import circumstances, markdown, write_results
from names import list_measured
from screening import NameIndex, read_un_list, spark
from screening.payments.columns import MAJOR, match_columns
from screening.rules import RULES
from screening.rules.partitions import plan
from screening.spark.tasks import bytes_of
from screening.validation.payments import payment_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

SEED: Final = 1
GOAL: Final = 1.6  # times the no-op that the list channel may cost
GOAL_ROWS: Final = 10_000_000  # payments that the goal speaks of
FAR: Final = (1_000_000, 10_000_000, 100_000_000)
TITLES: Final = {
    "nothing, all columns": "`mapInArrow` that does nothing, all columns",
    "nothing, columns read": "the same, only the columns that the list channel reads",
    "list channel": "list channel",
    "both channels": "both channels, all rules",
}


def processor_seconds() -> float:
    """Of this process and all that it started, and they in turn."""
    spent: dict[int, tuple[int, int]] = {}  # number of a process -> its parent, ticks
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        spent[int(status.parent.name)] = int(fields[1]), sum(map(int, fields[11:15]))
    mine = {os.getpid()}
    while more := {number for number, (parent, _) in spent.items() if parent in mine} - mine:
        mine |= more
    return sum(spent[number][1] for number in mine if number in spent) / os.sysconf("SC_CLK_TCK")


def cost(act: Callable[[], object], repeats: int) -> tuple[dict[str, float], object]:
    """Wall and processor seconds, of several runs those of the one that took the least of the processor;
    and what came of it.
    """
    runs = []
    for _ in range(repeats):
        start, before = time.perf_counter(), processor_seconds()
        outcome = act()
        wall, spent = time.perf_counter() - start, processor_seconds() - before
        runs.append({"seconds": round(wall, 2), "cpu_seconds": round(spent, 2)})
    return min(runs, key=lambda run: run["cpu_seconds"]), outcome


def nothing(batches: Iterable[Any]) -> Iterable[Any]:
    for batch in batches:
        yield batch.slice(0, 0)


def point(session: Any, index: NameIndex, folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    """What one size costs."""
    table = session.read.parquet(str(folder))
    rows = table.count()
    columns = match_columns(table.columns, index.policy.payments, source="the payments")
    read = spark.columns_read(table, columns, plan(columns, ()))
    drawn = plan({MAJOR.get(name, name) for name in columns}, RULES)
    read_by_all = spark.columns_read(table, columns, drawn)

    def noop(names: Iterable[str]) -> None:
        chosen = table.select(*names)
        chosen.mapInArrow(nothing, chosen.schema).count()

    acts: dict[str, Callable[[], object]] = {
        "nothing, all columns": lambda: noop(table.columns),
        "nothing, columns read": lambda: noop(read.values()),
        "list channel": lambda: spark.screen(table, index, rules=()),
    }
    if rows <= given.rules:
        acts["both channels"] = lambda: spark.screen(table, index)
    costs: dict[str, dict[str, float]] = {}
    gathered: dict[str, dict[str, list[int]]] = {}
    for name, act in acts.items():
        # names are judged once per worker: a second run over the same would find them judged
        costs[name], outcome = cost(act, given.repeats if name.startswith("nothing") else 1)
        if isinstance(outcome, spark.SparkResult):
            gathered[name] = to_the_driver(outcome.result)
        print(f"  {rows:,} rows, {name}: {costs[name]}", file=sys.stderr, flush=True)
    measured = {"rows": rows, "partitions": table.rdd.getNumPartitions(), "costs": costs}
    measured |= {"columns": len(table.columns), "columns_read": len(read)}
    measured |= {"columns_read_by_all": len(read_by_all), "to_the_driver": gathered}
    if rows <= given.check:
        measured["hits"] = equal_hits(table, index, folder)
    return measured


def to_the_driver(result: screening.Result) -> dict[str, list[int]]:
    """Rows, and bytes as tasks send them, of the tables that the driver gathers."""
    tables = {name: result.tables[name] for name in ("hits", "flags", "rejects")}
    return {name: [table.height, len(bytes_of(table))] for name, table in tables.items()}


def equal_hits(table: Any, index: NameIndex, folder: Path) -> int:
    """How many hits there are, if Spark and one machine give the same; else an error."""
    there = spark.screen(table, index, rules=()).result.tables["hits"]
    here = screening.screen(str(folder), index, rules=()).tables["hits"]
    assert_frame_equal(there, here)
    return there.height


def warm_up(session: Any, index: NameIndex, folder: Path, *, rules: bool) -> None:
    """Everything once over a few rows, in every worker."""
    some = session.read.parquet(str(folder)).limit(4_000).repartition(session.sparkContext.defaultParallelism)
    some.mapInArrow(nothing, some.schema).count()
    spark.screen(some, index, rules=())
    if rules:
        spark.screen(some, index)


def table(results: Mapping[str, Any]) -> str:
    """The measurements as Markdown, the same in the terminal and in the documents."""
    head = ("payments", "what", "seconds", "processor seconds", "a payment, us", "times the first")
    rows = []
    for measured in results["points"]:
        base = measured["costs"]["nothing, all columns"]
        for name, spent in measured["costs"].items():
            rows.append(
                [
                    f"{measured['rows']:,}",
                    TITLES[name],
                    f"{spent['seconds']:.1f}",
                    f"{spent['cpu_seconds']:.1f}",
                    f"{1e6 * spent['cpu_seconds'] / measured['rows']:.1f}",
                    f"{spent['cpu_seconds'] / base['cpu_seconds']:.2f}",
                ]
            )
    return markdown(head, rows)


def extrapolated(results: Mapping[str, Any]) -> str:
    """Processor seconds at other sizes, by the cost per row of the largest that was measured."""
    last = max(results["points"], key=lambda measured: measured["rows"])
    names = [name for name in last["costs"] if name != "nothing, columns read"]
    head = ("payments", *(TITLES[name] for name in names), "which is")
    told_rows = []
    for rows in FAR:
        exact = next((measured for measured in results["points"] if measured["rows"] == rows), None)
        costs, times = (last["costs"], rows / last["rows"]) if exact is None else (exact["costs"], 1.0)
        spent = [
            f"{costs[name]['cpu_seconds'] * times:,.0f} s" if name in costs else "not measured"
            for name in names
        ]
        told = "measured" if exact else f"extrapolated from {last['rows']:,}, not measured"
        told_rows.append([f"{rows:,}", *spent, told])
    return markdown(head, told_rows)


def times_nothing(measured: Mapping[str, Any], name: str) -> float:
    """Processor time of something, in that of the task that does nothing over all columns."""
    costs = measured["costs"]
    return float(costs[name]["cpu_seconds"] / costs["nothing, all columns"]["cpu_seconds"])


def verdict(results: Mapping[str, Any]) -> str:
    """Whether the goal is reached, at the size that it names; and what the other sizes and the rules cost."""
    said = []
    for measured in results["points"]:
        spent = times_nothing(measured, "list channel")
        goal = "of which the goal does not speak"
        if measured["rows"] == GOAL_ROWS:
            goal = f"where the goal of {GOAL} is {'reached' if spent <= GOAL else '**not reached**'}"
        least = times_nothing(measured, "nothing, columns read")
        line = f"- {measured['rows']:,} payments: the list channel costs {spent:.2f} times the first line,\n"
        line += f"  {goal}. To carry the columns that it reads costs {least:.2f} times."
        if "both channels" in measured["costs"]:
            spent = times_nothing(measured, "both channels")
            line += f"\n  With all rules, as `screen` runs them by default, it is {spent:.2f} times."
        said.append(line)
    return "\n".join(said)


def gathered(results: Mapping[str, Any]) -> str:
    """What comes to the driver, of the largest size at which all rules were measured."""
    told = [measured for measured in results["points"] if "both channels" in measured["to_the_driver"]]
    if not told:
        return "What comes to the driver was not measured with rules."
    tables = told[-1]["to_the_driver"]["both channels"]
    parts = [f"{rows:,} {name} in {size / 1e6:.1f} MB" for name, (rows, size) in tables.items() if rows]
    return f"Of {told[-1]['rows']:,} payments {' and '.join(parts)} came to the driver with all rules."


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--list", type=Path, default=Path("sanctions_lists/sample/consolidated.xml"))
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--rules", type=int, default=0, help="measure all rules too, up to so many rows")
    parser.add_argument("--check", type=int, default=0, help="compare hits with one machine's, up to so many")
    parser.add_argument("--folder", type=Path, help="where the payments are kept, to be used again")
    parser.add_argument("--out", type=Path, help="results as JSON (results/spark.json for the documents)")
    given = parser.parse_args()
    results: dict[str, Any] = {**circumstances(("pyspark", "pyarrow")), "load": os.getloadavg()[0]}
    os.environ["PYSPARK_PYTHON"] = sys.executable
    from pyspark.sql import SparkSession  # noqa: PLC0415  # after its Python is named

    builder = SparkSession.builder.master("local[2]").config("spark.driver.memory", "4g")
    builder = builder.config("spark.ui.enabled", "false").config("spark.sql.session.timeZone", "UTC")
    session = builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", "100000").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    index = NameIndex(read_un_list(given.list))
    results |= {"list": list_measured(index.sanctions), "points": []}
    with tempfile.TemporaryDirectory() as scratch:
        for rows in given.rows:
            folder = (given.folder or Path(scratch)) / str(rows)
            if not folder.exists():
                folder.mkdir(parents=True)
                for number, (part, _) in enumerate(payment_parts(rows, listed=index.sanctions, seed=SEED)):
                    part.write_parquet(folder / f"{number:04}.parquet", row_group_size=100_000)
            if not results["points"]:
                warm_up(session, index, folder, rules=given.rules > 0)
            results["points"].append(point(session, index, folder, given))
            write_results(results, given.out)  # of every size, for a larger one may not end
    print(table(results), verdict(results), gathered(results), extrapolated(results), sep="\n")


if __name__ == "__main__":
    main()
