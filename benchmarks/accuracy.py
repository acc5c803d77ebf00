"""The accuracy board: what is found, what is disturbed, and whether any of it got worse.

    python benchmarks/accuracy.py             print, and compare with benchmarks/frozen/accuracy.csv
    python benchmarks/accuracy.py --smoke     the fictional list only, in seconds
    python benchmarks/accuracy.py --freeze    keep the rows of today, and write docs/threshold.md

All names are drawn with a seed, so that a row moves only when the code, a table or a list moves. The real
list and the labelled pairs stay outside the project (CONTRIBUTING.md); without them their rows are left
alone.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import board
import curve
import measures
import names
import readings
from screening.lists import read_un_list
from screening.policy import Policy

if TYPE_CHECKING:
    from board import Row

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "sanctions_lists" / "sample" / "consolidated.xml"
FROZEN = ROOT / "benchmarks" / "frozen" / "accuracy.csv"
PAGE = ROOT / "docs" / "threshold.md"
REAL_LIST = "un/2026-02-27.xml"
CASES = "names/cases_dev.csv"
SEED = 2026


def real_data() -> Path | None:
    """Folder of the real list and the labelled pairs, if it is there."""
    folder = Path(os.environ.get("SCREENING_DATA", ROOT.parent / "shared" / "data"))
    return folder if (folder / REAL_LIST).exists() else None


def measured(*, smoke: bool, seed: int) -> tuple[list[Row], measures.Scores | None]:
    """Rows of the fictional list, and of the real one with its scores."""
    policy = Policy()
    sample = measures.measure(read_un_list(SAMPLE), size=measures.SMOKE, seed=seed)
    rows = readings.rows_of(sample, "fictional list", policy)
    data = real_data()
    if smoke or data is None:
        return rows, None
    cases = data / CASES
    real = measures.measure(
        read_un_list(data / REAL_LIST), size=measures.FULL, seed=seed, cases=cases if cases.exists() else None
    )
    section = f"UN list of {Path(REAL_LIST).stem}"
    return [*rows, *readings.rows_of(real, section, policy)], real


def print_speed(data: Path | None) -> None:
    """Printed, never frozen: it depends on the machine and on who else uses it."""
    listed = SAMPLE if data is None else data / REAL_LIST
    print("\nspeed (not frozen; see benchmarks/names.py)")
    names.print_throughput([names.cold(200_000, listed, sample=8_000, seed=SEED)])
    for name, pairs in names.typical_pairs(listed, None if data is None else data / CASES, SEED).items():
        print(f"  {name:24} {names.quantiles(names.microseconds(pairs))}")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--smoke", action="store_true", help="the fictional list only")
    parser.add_argument("--freeze", action="store_true", help="keep the measured rows and write the curve")
    parser.add_argument("--reason", default="", help="why rows may be worse, kept beside them")
    parser.add_argument("--speed", action="store_true", help="time the engine too")
    parser.add_argument("--seed", type=int, default=SEED, help="other names; then nothing is compared")
    given = parser.parse_args()
    start = time.perf_counter()
    default = Policy().names.threshold
    rows, real = measured(smoke=given.smoke, seed=given.seed)
    frozen = board.read(FROZEN) if given.seed == SEED else []
    judged = board.compare(rows, frozen)
    print(f"threshold {default:g}, seed {given.seed}", end="")
    for line in board.lines(judged):
        print(line)
    if given.speed:
        print_speed(real_data())
    for section in board.elsewhere(judged):
        print(f"\n{section}: not measured here")
    print(f"\n{len(rows)} rows in {time.perf_counter() - start:.0f} s")
    if given.seed != SEED:
        return 0
    if given.freeze:
        try:
            board.write(board.refreeze(rows, frozen, reason=given.reason), FROZEN)
        except board.UnexplainedLossError as problem:
            print(problem, file=sys.stderr)
            return 1
        if real is not None:
            text = curve.page(curve.table(real), day=Path(REAL_LIST).stem, names=Policy().names)
            PAGE.write_text(text, encoding="utf-8")
        return 0
    return ruling([sign for _, _, sign in judged])


def ruling(signs: list[board.Verdict]) -> int:
    """Exit code: 1 if a row is worse than its frozen twin, or gone."""
    lost = sum(sign in ("worse", "gone") for sign in signs)
    moved = sum(sign in ("better", "new", "counts") for sign in signs)
    if moved:
        print(f"{moved} rows are better, new or counted otherwise: keep them with `make accuracy-freeze`")
    if lost:
        print(f"{lost} rows are worse or gone: mend it, or `make accuracy-freeze REASON='...'` in one commit")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
