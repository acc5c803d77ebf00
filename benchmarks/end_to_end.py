"""The real command line over generated payments: time and peak memory.

    python benchmarks/end_to_end.py --rows 1000000 --list consolidated.xml

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
from pathlib import Path

import polars as pl

from screening import __version__


def timed(arguments: list[str]) -> tuple[float, float]:
    """Wall seconds, and peak memory in GB of the largest child so far."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", *arguments], check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return seconds, peak * (1 if platform.system() == "Darwin" else 1024) / 1e9


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
        command += ["--policy", str(given.policy)] if given.policy else []
        generated = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e9
        seconds, peak = timed(command)
        manifest = json.loads((run / "manifest.json").read_text())
        rows = manifest["input"]["rows"]
        size = table.stat().st_size / 1e6
        planted, found = planted_and_found(truth, run)
        names = sum(field["distinct"] for field in manifest["fields"] if field["channel"] == "name")
        print(f"screening {__version__}, Python {platform.python_version()}, {platform.machine()}")
        print(f"list       {manifest['list']['source']}, {manifest['list']['generated']}")
        print(f"payments   {rows:,} rows, {size:,.0f} MB {given.format}, {names:,} distinct names by column")
        print(f"time       {seconds:.1f} s = {rows / seconds:,.0f} rows/s, process start and list included")
        for step, taken in manifest["clock"]["seconds"].items():
            print(f"           {taken:7.1f} s {step}")
        at_most = "" if peak > generated else "at most, set while generating: "
        print(f"memory     {at_most}{peak:.2f} GB peak")
        print(f"alerts     {manifest['alerts']}")
        print(f"planted    {found:,} of {planted:,} planted names are hits")


if __name__ == "__main__":
    main()
