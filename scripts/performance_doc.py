"""Writes the generated blocks of docs/performance.md from benchmarks/results; `--check` only compares.

What was learnt is written by hand and stays as it is; only what stands between the markers is replaced.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "docs" / "performance.md"
RESULTS = ROOT / "benchmarks" / "results"
sys.path.insert(0, str(ROOT / "benchmarks"))

import curves  # noqa: E402 (scripts beside each other, no package)
import reading  # noqa: E402
import spark  # noqa: E402
from machine import score_version  # noqa: E402
from peers import board  # noqa: E402

SIDE_BY_SIDE = """\
{about}

{table}

- **names/s**: distinct invented names of people and companies, cold, at the threshold. Ours is the median of
  {runs} processes spread over the run ({rates} names/s).
- **asked**: on how many names, planted variants and innocents a peer was measured; the slower, the fewer.
- **recall**: manipulated listed names that reach their own entry, mean of manipulations; ours on the same.
- **alerts per 1,000** invented people, with the exact 95 % interval; ours on the same.
- **recall at our alerts**: at the threshold, in brackets, at which the peer raises no more alerts than ours
  on the same innocents. A recall beside ten times the alerts says little.
- RapidFuzz, TF-IDF, DuckDB and splink get names folded to lower-case ASCII words, outside their time; ours,
  EMM and logic-v2 get them as written, and folding is part of their time.

{thresholds}
"""

COST_CURVES = """\
{about}

{table}

An exponent is the slope of time or memory over size, both axes logarithmic; in brackets the flattest and the
steepest between neighbouring sizes. Memory is the largest that was resident in the process, interpreter and
list included. Points under {short:g} s are medians of three processes, others are single.
{sentences}
"""


ON_SPARK = """\
{about}

{table}

`local[2]`, start-up aside; one run, names cold but for the few of the warm-up. Of {columns} columns the list
channel reads {read}, and both channels {read_by_all}. Processor time is of the JVM and of Python's workers
together, and ratios are of processor time. Seconds are of a machine with other work (load average {load:.0f}
when the run began, and more later).

{verdict}

{gathered}

{far}
"""

READING = """\
{about}

{table}

{rows:,} payments of {columns} columns are a file of {megabytes:,.0f} MB. The first and the third line decode
columns and throw them away: what looks at these payments cannot cost less. Ratios are of processor time, of
{rounds}. Seconds are of a machine with other work (load average {load:.0f} when it began).
{sentence}
"""


def about(results: Mapping[str, Any], command: str) -> str:
    """What was measured, on what, when; and that it is of another score than the library's, where it is."""
    listed, of = results["list"], results["versions"]
    versions = ", ".join(f"{name} {version}" for name, version in of.items())
    scored, now = results["score_version"], score_version()
    older = (
        f" **The library's score is version {now}: measure anew before comparing.**" if scored != now else ""
    )
    return (
        f"`{command}` on {results['machine']}, Python {results['python']}, commit {results['commit']},\n"
        f"{results['date']}: the list of {listed['day']} with {listed['designations']:,} designations and "
        f"{listed['names']:,} names.\nScore version {scored}; {versions}.{older}"
    )


def side_by_side(results: Mapping[str, Any]) -> str:
    """The peers' board."""
    lines = [
        "| peer | threshold, and why | threshold in its documentation | versions |",
        "|---|---|---|---|",
    ]
    for row in results["rows"]:
        versions = ", ".join(f"{name} {version}" for name, version in row.get("versions", {}).items())
        told = versions or f"{row['status']}: {row['because']}"
        lines.append(f"| {row['title']} | {row['threshold']:g}, {row['why']} | {row['default']} | {told} |")
    rates = results["rows"][0]["rates_of_runs"]
    return SIDE_BY_SIDE.format(
        about=about(results, "make bench LIST=list"),
        table=board.table(results),
        runs=len(rates),
        rates=", ".join(f"{rate:,}" for rate in rates),
        thresholds="\n".join(lines),
    )


def cost_curves(results: Mapping[str, Any]) -> str:
    """Curves and dearest inputs."""
    return COST_CURVES.format(
        about=about(results, "make bench LIST=list"),
        table=curves.table(results),
        short=curves.FULL.short,
        sentences=curves.sentences(results),
    )


def on_spark(results: Mapping[str, Any]) -> str:
    """Spark beside a task that does nothing."""
    last = results["points"][-1]
    sizes = " ".join(str(measured["rows"]) for measured in results["points"])
    ruled = max(
        (point["rows"] for point in results["points"] if "both channels" in point["costs"]), default=0
    )
    sizes += f" --rules {ruled}" if ruled else ""
    return ON_SPARK.format(
        about=about(results, f"python benchmarks/spark.py --rows {sizes} --list LIST"),
        table=spark.table(results),
        columns=last["columns"],
        read=last["columns_read"],
        read_by_all=last["columns_read_by_all"],
        load=results["load"],
        verdict=spark.verdict(results),
        gathered=spark.gathered(results),
        far=spark.extrapolated(results),
    )


def on_reading(results: Mapping[str, Any]) -> str:
    """The floor of reading, and what stands on it."""
    rounds = results["rounds"]
    return READING.format(
        about=about(results, f"python benchmarks/reading.py --rows {results['rows']} --list LIST"),
        table=reading.table(results),
        rows=results["rows"],
        columns=results["columns"],
        megabytes=results["bytes"] / 1e6,
        rounds=f"the cheapest of {rounds} rounds" if rounds > 1 else "one round",
        load=results["load"],
        sentence=reading.sentence(results),
    )


def with_block(text: str, file: str, body: str) -> str:
    """The page with what stands between the markers of a file of results replaced."""
    start = f"<!-- generated by `make docs` from benchmarks/results/{file} -->"
    end = f"<!-- end of {file} -->"
    before, found, rest = text.partition(start)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        sys.exit(f"{TARGET.name}: there must be a block from '{start}' to '{end}'")
    return f"{before}{start}\n\n{body}\n{end}{after}"


def page(text: str) -> str:
    """The page with its generated blocks written anew."""
    blocks = {
        "peers.json": side_by_side,
        "curves.json": cost_curves,
        "spark.json": on_spark,
        "reading.json": on_reading,
    }
    for file, render in blocks.items():
        results = json.loads((RESULTS / file).read_text(encoding="utf-8"))
        text = with_block(text, file, render(results))
    return text


if __name__ == "__main__":
    before = TARGET.read_text(encoding="utf-8")
    after = page(before)
    if "--check" in sys.argv:
        sys.exit(None if before == after else f"{TARGET.name} is stale: run `make docs`")
    TARGET.write_text(after, encoding="utf-8")
