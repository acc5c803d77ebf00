"""The real command line over generated payments: time, processor time and peak memory of all its processes.

    python benchmarks/end_to_end.py --rows 1000000 --list consolidated.xml --memory 8GB --workers 2

Names of the list are planted into some payments, the truth is kept beside, and how many came back is printed.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from screening import __version__


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took.

    Attributes:
        seconds: Of wall time.
        processor: Seconds of all its processes.
        peak: GB of all its processes together, looked at four times a second; of the largest one where the
            system tells no more.
    """

    seconds: float
    processor: float
    peak: float


def timed(arguments: list[str]) -> Cost:
    """Run a module of Python."""
    before, start, peak = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter(), 0
    with subprocess.Popen([sys.executable, "-m", *arguments], stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max(peak, resident(process.pid))
            time.sleep(0.25)
        seconds = time.perf_counter() - start
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, arguments)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    largest = after.ru_maxrss * (1 if platform.system() == "Darwin" else 1024)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(seconds, processor, (peak or largest) / 1e9)


def resident(root: int) -> int:
    """Bytes of a process and all that it began; 0 where there is no /proc."""
    sizes: dict[int, int] = {}
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue  # it has ended
        process = int(path.parent.name)
        sizes[process] = int(fields[21]) * resource.getpagesize()
        children.setdefault(int(fields[1]), []).append(process)
    total, waiting = 0, [root]
    while waiting:
        process = waiting.pop()
        total += sizes.get(process, 0)
        waiting += children.get(process, [])
    return total


def planted_and_found(truth: Path, run: Path) -> tuple[int, int]:
    """Planted names, and how many of them are hits on the planted reference."""
    planted = pl.read_csv(truth, infer_schema=False).select("transaction_id", "reference").unique()
    hits = pl.read_parquet(run / "hits.parquet").select("transaction_id", "reference").unique()
    return planted.height, planted.join(hits, on=["transaction_id", "reference"], how="semi").height


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--list", type=Path, required=True, help="UN consolidated list (XML)")
    parser.add_argument("--format", choices=["parquet", "csv"], default="parquet")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--policy", type=Path, help="policy (TOML) of the run")
    parser.add_argument("--memory", help="as for `screening run`")
    parser.add_argument("--workers", help="as for `screening run`")
    parser.add_argument("--folder", type=Path, help="keep payments and outputs here, and use them again")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        stem = f"payments-{given.rows}-{given.seed}"
        table, truth, run = folder / f"{stem}.{given.format}", folder / f"{stem}-truth.csv", folder / "run"
        if not table.exists():
            # in a process of its own, so that its memory is not taken for that of the run
            generator = [
                "screening.validation.payments",
                "--rows",
                str(given.rows),
                "--seed",
                str(given.seed),
            ]
            outputs = ["--list", str(given.list), "--out", str(table), "--truth", str(truth)]
            subprocess.run(["/usr/bin/env", sys.executable, "-m", *generator, *outputs], check=True)
        command = ["screening", "run", str(table), "--list", str(given.list), "--out", str(run)]
        for option in ("policy", "memory", "workers"):
            value = getattr(given, option)
            command += [f"--{option}", str(value)] if value else []
        cost = timed(command)
        manifest = json.loads((run / "manifest.json").read_text())
        rows = manifest["input"]["rows"]
        size = table.stat().st_size / 1e6
        planted, found = planted_and_found(truth, run)
        names = sum(field["distinct"] for field in manifest["fields"] if field["channel"] == "name")
        print(f"screening {__version__}, Python {platform.python_version()}, {platform.machine()}")
        print(f"list       {manifest['list']['source']}, {manifest['list']['generated']}")
        print(f"payments   {rows:,} rows, {size:,.0f} MB {given.format}, {names:,} distinct names by column")
        print(f"time       {cost.seconds:.1f} s = {rows / cost.seconds:,.0f} rows/s, start and list included")
        print(f"processor  {cost.processor:.1f} s of all processes")
        for step, taken in manifest["clock"]["seconds"].items():
            print(f"           {taken:7.1f} s {step}")
        print(f"memory     {cost.peak:.2f} GB peak")
        print(f"alerts     {manifest['alerts']}")
        print(f"planted    {found:,} of {planted:,} planted names are hits")


if __name__ == "__main__":
    main()
