"""Cost curves: time and memory against payments, names, texts, list and hits; and the dearest inputs.

    python benchmarks/curves.py --list consolidated.xml

Every point is measured in a process of its own. One that takes longer than the limit is reported as such, and
what lies beyond it on the same curve is not tried.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from growth import fit_exponent
from machine import ROOT, circumstances, write_results
from names import list_measured
from points import make
from screening.lists import read_un_list
from worst import CASES, HOT_BOUND

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

RESULTS: Final = ROOT / "benchmarks" / "results" / "curves.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """What varies, and how far."""

    key: str
    title: str
    sizes: tuple[float, ...]
    smoke: tuple[float, ...]


CURVES: Final = (
    Curve(
        key="payments",
        title="payments of 10,000 parties, list channel, from Parquet",
        sizes=(1e4, 1e5, 1e6, 1e7),
        smoke=(1e3, 1e4),
    ),
    Curve(
        key="month",
        title="payments with a tenth as many distinct names, list channel, from Parquet",
        sizes=(1e5, 1e6, 1e7),
        smoke=(1e3, 1e4),
    ),
    Curve(key="names", title="distinct names", sizes=(1e4, 1e5, 1e6), smoke=(1e2, 1e3)),
    Curve(key="texts", title="distinct remittance texts", sizes=(1e3, 1e4, 1e5), smoke=(1e2, 1e3)),
    Curve(
        key="list",
        title="times as many listed names as the UN's, {batch:,} names asked",
        sizes=(1, 10, 100),
        smoke=(1, 2),
    ),
    Curve(
        key="files",
        title="files that hold {batch:,} payments between them, read and list channel, from Parquet",
        sizes=(1, 20, 200, 2_000),
        smoke=(1, 20),
    ),
    Curve(
        key="hits",
        title="share of {batch:,} names that resemble a listed one",
        sizes=(0.01, 0.1, 1),
        smoke=(0.1, 1),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much is measured.

    Attributes:
        batch: Names of the curves that vary something else; a worst case makes its share of them.
        rows: Payments of the account that has them all.
        limit: Seconds that a point may take, building the index included.
        short: Points of fewer seconds are measured three times.
    """

    batch: int
    rows: int
    limit: float
    short: float


FULL: Final = Extent(batch=20_000, rows=200_000, limit=180.0, short=3.0)
WORST_LIMIT: Final = 60.0  # of the dearest inputs, some of which would take minutes
SMOKE: Final = Extent(batch=200, rows=2_000, limit=60.0, short=0.0)


class Bench:
    """Measures points of one list, each in fresh processes."""

    def __init__(self, source: Path, extent: Extent) -> None:
        self.source = source
        self.sanctions = read_un_list(source)
        self.extent = extent

    def _measure(self, key: str, folder: Path) -> dict[str, Any]:
        command = [sys.executable, str(ROOT / "benchmarks" / "points.py"), key, str(self.source), str(folder)]
        done = subprocess.run(
            command, check=True, stdout=subprocess.PIPE, text=True, timeout=self.extent.limit
        )
        measured: dict[str, Any] = json.loads(done.stdout)
        return measured

    def points(self, key: str, size: float, *measured: str) -> list[dict[str, Any]]:
        """Make the inputs of a point once, and measure it, or what is named of it."""
        rows: list[dict[str, Any]] = []
        with tempfile.TemporaryDirectory() as scratch:
            make(key, size, self.sanctions, Path(scratch), batch=self.extent.batch)
            for name in measured or (key,):
                row = {"key": name, "size": size, **self._median(name, Path(scratch))}
                print(f"  {name} {size:g}: {row.get('seconds', row['status'])}", file=sys.stderr)
                rows.append(row)
        return rows

    def _median(self, key: str, folder: Path) -> dict[str, Any]:
        """A measurement, or the middle one of three where it is short."""
        runs: list[dict[str, Any]] = []
        while len(runs) < (3 if not runs or runs[0]["seconds"] < self.extent.short else 1):
            try:
                runs.append(self._measure(key, folder))
            except subprocess.TimeoutExpired:
                return {"status": "over the limit", "limit_seconds": self.extent.limit}
            except subprocess.CalledProcessError as error:
                return {"status": "failed", "because": f"exit code {error.returncode}"}
        typical = sorted(runs, key=lambda run: run["seconds"])[len(runs) // 2]
        return {"status": "measured", "runs": len(runs), **typical}

    def curve(self, curve: Curve, sizes: Sequence[float]) -> dict[str, Any]:
        """All points of a curve up to the first that is over the limit, and the fitted exponents."""
        rows: list[dict[str, Any]] = []
        for size in sizes:
            rows += self.points(curve.key, size)
            if rows[-1]["status"] != "measured":
                break
        return {
            "key": curve.key,
            "title": curve.title.format(batch=self.extent.batch),
            "points": rows,
            "exponents": {cost: exponent(rows, cost) for cost in ("seconds", "cpu_seconds", "peak_mib")},
        }

    def worst(self) -> list[dict[str, Any]]:
        """The dearest names and texts, and one account with all payments."""
        rows = []
        for case in CASES:
            count = max(1, int(case.share * self.extent.batch))
            (row,) = self.points(case.key, count)
            each = 1e6 * row.get("seconds", self.extent.limit) / row.get("asked", count)
            rows.append({**row, "title": case.title, "unit": "us each", "cost": each, "bound": case.bound})
        spread, *hot = self.points("hot", self.extent.rows, "spread", "originator", "beneficiary")
        titles = ("rules, all rows from one account", "rules, all rows to one account")
        for row, title in zip(hot, titles, strict=True):
            # of processor time: two points are compared, and other load is not the same in both
            times = row.get("cpu_seconds", self.extent.limit) / spread.get("cpu_seconds", self.extent.limit)
            told = {"title": title, "unit": "times the processor time of spread rows", "cost": times}
            rows.append({**row, **told, "asked": self.extent.rows, "bound": HOT_BOUND})
        for row in rows:
            row["cost"] = round(row["cost"], 2)
            row["met"] = row["status"] == "measured" and row["cost"] <= row["bound"]
        return rows


def exponent(rows: Iterable[Mapping[str, Any]], cost: str) -> dict[str, float] | None:
    """Exponent over the measured points; None where there are not two."""
    points = [(row["size"], row[cost]) for row in rows if row["status"] == "measured"]
    fitted = fit_exponent([size for size, _ in points], [spent for _, spent in points])
    return None if fitted is None else {k: round(v, 3) for k, v in asdict(fitted).items()}


def table(results: Mapping[str, Any]) -> str:
    """Curves and worst cases as Markdown, the same in the terminal and in the documents."""
    head = (
        "what grows",
        "sizes",
        "seconds",
        "peak memory, MiB",
        "exponent of time",
        "of processor time",
        "of memory",
    )
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for curve in results["curves"]:
        points = curve["points"]
        cells = [
            curve["title"],
            " / ".join(f"{point['size']:,.{2 if point['size'] < 1 else 0}f}" for point in points),
            " / ".join(_seconds(point) for point in points),
            " / ".join(f"{point['peak_mib']:,}" if "peak_mib" in point else "-" for point in points),
            _slope(curve["exponents"]["seconds"]),
            _slope(curve["exponents"]["cpu_seconds"]),
            _slope(curve["exponents"]["peak_mib"]),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", "| dearest input | asked | hits | cost | bound | kept |", "|---|---|---|---|---|---|"]
    for row in results["worst"]:
        least = "over " if "limit_seconds" in row else ""
        cost = f"{least}{row['cost']:,.{1 if row['cost'] < 100 else 0}f} {row['unit']}"
        cells = [
            row["title"],
            f"{row.get('asked', row['size']):,.0f}",
            f"{row['hits']:,}" if "hits" in row else "",
            row["status"] if row["status"] == "failed" else cost,
            f"{row['bound']:,.0f}",
            "yes" if row["met"] else "**no**",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def sentences(results: Mapping[str, Any]) -> str:
    """What the ends of two curves say in words: what a longer list costs, and what a hit does."""
    said = []
    for curve in results["curves"]:
        measured = [point for point in curve["points"] if point["status"] == "measured"]
        if len(measured) < 2:
            continue
        first, last = measured[0], measured[-1]
        if curve["key"] == "list":
            times, cost = last["size"] / first["size"], last["seconds"] / first["seconds"]
            said.append(f"A list {times:g} times as long takes {cost:.1f} times as long to search.")
        if curve["key"] == "hits" and last["hits"] > first["hits"]:
            each = 1e6 * (last["seconds"] - first["seconds"]) / (last["hits"] - first["hits"])
            said.append(f"A hit costs {each:,.0f} us more than a name that is none.")
    return " ".join(said)


def _seconds(point: Mapping[str, Any]) -> str:
    if point["status"] != "measured":
        return f"over {point['limit_seconds']:g}" if "limit_seconds" in point else point["status"]
    return f"{point['seconds']:.2f}" if point["seconds"] < 10 else f"{point['seconds']:.0f}"


def _slope(fitted: Mapping[str, float] | None) -> str:
    if fitted is None:
        return "-"
    return f"{fitted['value']:.2f} ({fitted['low']:.2f} to {fitted['high']:.2f})"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--list", type=Path, required=True, help="UN consolidated list (XML)")
    keys = [curve.key for curve in CURVES]
    parser.add_argument("--only", nargs="*", choices=[*keys, "worst"], default=[], help="these curves only")
    parser.add_argument("--smoke", action="store_true", help="tiny sizes, in seconds: does it run at all")
    parser.add_argument("--out", type=Path, help=f"results as JSON ({RESULTS.name} for the documents)")
    given = parser.parse_args()
    extent = SMOKE if given.smoke else FULL
    bench = Bench(given.list, extent)
    chosen = [curve for curve in CURVES if not given.only or curve.key in given.only]
    results = {
        **circumstances(),  # before anything is measured
        "list": list_measured(bench.sanctions),
        "curves": [bench.curve(curve, curve.smoke if given.smoke else curve.sizes) for curve in chosen],
        "worst": [],
    }
    if not given.only or "worst" in given.only:
        results["worst"] = Bench(given.list, replace(extent, limit=WORST_LIMIT)).worst()
    print(table(results))
    write_results(results, given.out)


if __name__ == "__main__":
    main()
