"""What reading alone costs, and how far from that floor the list channel and a whole run are.

    python benchmarks/reading.py --rows 1000000 --list consolidated.xml

The floor is to decode the columns that something reads, and to throw them away: nothing that looks at these
payments can cost less. Every step runs in a process of its own. Of those within one process neither start nor
list is counted; of `screening run` both are.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import polars as pl

import screening
from end_to_end import timed
from machine import Spent, circumstances, markdown, write_results
from names import list_measured
from screening.payments.columns import MAJOR, match_columns
from screening.policy import Policy
from screening.rules import RULES
from screening.rules.partitions import plan
from screening.spark import columns_read
from screening.validation.payments import payment_parts

if TYPE_CHECKING:
    from collections.abc import Mapping

SEED: Final = 1
SLOW: Final = 100  # MB a second of a slow disk


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is measured; `floor` is the step that it cannot be cheaper than."""

    title: str
    rules: bool
    floor: str | None = None


STEPS: Final = {
    "decoded for the list": Step(title="decoding the columns that the list channel reads", rules=False),
    "list channel": Step(
        title="list channel, `screen(file, index, rules=())`", rules=False, floor="decoded for the list"
    ),
    "decoded for all": Step(title="decoding the columns that both channels read", rules=True),
    "run": Step(
        title="whole run, `screening run`, start and list included", rules=True, floor="decoded for all"
    ),
}


def columns(file: Path, *, rules: bool) -> list[str]:
    """The columns that are read of a file, as a job of Spark would send them."""
    schema = pl.read_parquet_schema(file)
    matched = match_columns(list(schema), Policy().payments, source="the payments")
    drawn = plan({MAJOR.get(name, name) for name in matched}, RULES if rules else ())
    kinds = [(name, "string" if kind == pl.String else "other") for name, kind in schema.items()]
    read = columns_read(SimpleNamespace(columns=list(schema), dtypes=kinds), matched, drawn)
    return list(dict.fromkeys(read.values()))


def bytes_of(file: Path, names: list[str]) -> int:
    """Bytes of columns as they lie in the file, compressed."""
    from pyarrow import parquet  # noqa: PLC0415  # only where bytes are counted

    held = parquet.ParquetFile(file).metadata
    chunks = (held.row_group(group) for group in range(held.num_row_groups))
    return sum(
        chunk.column(number).total_compressed_size
        for chunk in chunks
        for number in range(chunk.num_columns)
        if chunk.column(number).path_in_schema.partition(".")[0] in names
    )


def spend(key: str, file: Path, source: Path) -> dict[str, float]:
    """Wall and processor seconds of one step, in this process."""
    if key == "run":
        with tempfile.TemporaryDirectory() as scratch:
            out = str(Path(scratch) / "run")
            cost = timed(["screening", "run", str(file), "--list", str(source), "--out", out, "--quiet"])
        return {"seconds": cost.seconds, "cpu_seconds": cost.processor}
    if key == "list channel":
        index = screening.NameIndex(screening.read_un_list(source))
        with Spent() as spent:
            screening.screen(str(file), index, rules=())
    else:
        names = columns(file, rules=STEPS[key].rules)
        with Spent() as spent:
            for _ in pl.scan_parquet(file).select(names).collect_batches():
                pass
    return {"seconds": spent.wall, "cpu_seconds": spent.cpu}


def measure(file: Path, source: Path, *, repeats: int) -> dict[str, Any]:
    """All steps in turn; of several rounds the cheapest of each."""
    found: dict[str, list[dict[str, float]]] = {key: [] for key in STEPS}
    for _ in range(repeats):
        for key in STEPS:
            command = [sys.executable, __file__, "--step", key, "--folder", str(file), "--list", str(source)]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            found[key].append(json.loads(done.stdout))
            print(f"  {key}: {found[key][-1]}", file=sys.stderr, flush=True)
    steps = {}
    for key, costs in found.items():
        names = columns(file, rules=STEPS[key].rules)
        least = min(costs, key=lambda cost: cost["cpu_seconds"])
        steps[key] = {
            "columns": len(names),
            "bytes": bytes_of(file, names),
            **{unit: round(value, 3) for unit, value in least.items()},
        }
    return steps


def table(results: Mapping[str, Any]) -> str:
    """The measurements as Markdown, the same in the terminal and in the documents."""
    head = ("what", "columns", "MB", "seconds", "processor seconds", "a payment, us", "times its floor")
    rows = []
    for key, spent in results["steps"].items():
        floor = STEPS[key].floor
        times = spent["cpu_seconds"] / results["steps"][floor]["cpu_seconds"] if floor else 1
        rows.append(
            [
                STEPS[key].title,
                f"{spent['columns']}",
                f"{spent['bytes'] / 1e6:,.0f}",
                f"{spent['seconds']:.2f}",
                f"{spent['cpu_seconds']:.2f}",
                f"{1e6 * spent['cpu_seconds'] / results['rows']:.2f}",
                f"{times:.0f}",
            ]
        )
    return markdown(head, rows)


def sentence(results: Mapping[str, Any]) -> str:
    """Whether bytes are what limits a run, in words."""
    listed, run = results["steps"]["list channel"], results["steps"]["run"]
    return (
        f"From a disk or a network that gives {SLOW:,} MB a second, the columns of the list channel take "
        f"{listed['bytes'] / SLOW / 1e6:.1f} s,\nthose of a run {run['bytes'] / SLOW / 1e6:.1f} s; "
        f"the list channel takes {listed['cpu_seconds']:.1f} s of a processor, the run "
        f"{run['cpu_seconds']:.1f} s."
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--list", type=Path, default=Path("sanctions_lists/sample/consolidated.xml"))
    parser.add_argument("--repeats", type=int, default=3, help="rounds, of which the cheapest is told")
    parser.add_argument("--folder", type=Path, help="where the payments are kept, to be used again")
    parser.add_argument("--out", type=Path, help="results as JSON (results/reading.json for the documents)")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        print(json.dumps(spend(given.step, given.folder, given.list)))
        return
    results: dict[str, Any] = {**circumstances(), "load": os.getloadavg()[0]}
    sanctions = screening.read_un_list(given.list)
    with tempfile.TemporaryDirectory() as scratch:
        file = (given.folder or Path(scratch)) / f"{given.rows}.parquet"
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            parts = [part for part, _ in payment_parts(given.rows, listed=sanctions, seed=SEED)]
            pl.concat(parts).write_parquet(file, row_group_size=100_000)
        steps = measure(file, given.list, repeats=given.repeats)
        results |= {
            "list": list_measured(sanctions),
            "rows": given.rows,
            "columns": len(pl.read_parquet_schema(file)),
        }
        results |= {"bytes": file.stat().st_size, "rounds": given.repeats, "steps": steps}
    write_results(results, given.out)
    print(table(results), sentence(results), sep="\n")


if __name__ == "__main__":
    main()
