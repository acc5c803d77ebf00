"""The board of typologies: what each rule finds of its planted patterns, and whom it disturbs.

    python benchmarks/typologies.py             print, and compare with benchmarks/frozen/typologies.csv
    python benchmarks/typologies.py --freeze    keep the rows of today

Payments are drawn with a seed, so that a row moves only when a rule, a parameter or a reference table does.
Numbers of the plantings are those of the catalogue of typologies, not those of the rules. Precision depends
on how many patterns there are for so many innocent payments: compare it with its own past only.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import board
from accuracy import ruling
from screening.rules import RULES, assess
from screening.validation.typologies import labelled_payments, tally

if TYPE_CHECKING:
    import polars as pl

    from board import Row

FROZEN = Path(__file__).parent / "frozen" / "typologies.csv"
SECTION = "typologies"
DISTURBED = "innocent payments flagged, of 1000"
SEED, ROWS, PER_RULE = 2026, 30_000, 10


def measured(*, rows: int, per_rule: int, seed: int) -> pl.DataFrame:
    """The tally of all rules, those shipped switched off included."""
    labelled = labelled_payments(rows, seed=seed, per_rule=per_rule)
    rules = [dataclasses.replace(rule, enabled=True) for rule in RULES]
    return tally(labelled, assess(labelled.payments, rules, parties=labelled.parties).flags)


def rows_of(table: pl.DataFrame) -> list[Row]:
    """Four rows of the board for each rule."""
    rows = []
    for one in table.iter_rows(named=True):
        rule, share = one["rule"], partial(board.share, SECTION)
        rate = share(DISTURBED, rule, one["disturbed"], one["innocent"], better="lower", per=1000)
        rows += [
            share("patterns found", rule, one["found"], one["planted"], reach=1.0),
            share(
                "near misses flagged", rule, one["mistaken"], one["near_misses"], better="lower", reach=0.0
            ),
            # a frozen file keeps six digits
            dataclasses.replace(rate, value=None if rate.value is None else round(rate.value, 2)),
            board.plain(SECTION, "precision", rule, one["precision"]),
        ]
    return sorted(rows, key=lambda row: (row.measure, row.item))


def print_table(table: pl.DataFrame) -> None:
    """One line per rule."""
    print(f"{'':8} {'planted':>7} {'found':>6} {'near misses':>12} {'flagged':>8}", end="")
    print(f" {'innocent flags of 1000':>23} {'precision':>10}")
    for one in table.iter_rows(named=True):
        rate = 1000 * one["disturbed"] / max(one["innocent"], 1)
        precision = "-" if one["precision"] is None else f"{one['precision']:.3f}"
        marks = f"{'MISSED' if one['found'] < one['planted'] else ''} {'MISTAKEN' if one['mistaken'] else ''}"
        print(f"{one['rule']:8} {one['planted']:7} {one['found']:6} {one['near_misses']:12}", end="")
        print(f" {one['mistaken']:8} {rate:23.2f} {precision:>10} {marks}".rstrip())


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--freeze", action="store_true", help="keep the measured rows")
    parser.add_argument("--reason", default="", help="why rows may be worse, kept beside them")
    parser.add_argument("--seed", type=int, default=SEED, help="other payments; then nothing is compared")
    parser.add_argument("--rows", type=int, default=ROWS, help="innocent payments; the same holds")
    parser.add_argument("--per-rule", type=int, default=PER_RULE, help="plantings of a kind; the same holds")
    given = parser.parse_args()
    start = time.perf_counter()
    table = measured(rows=given.rows, per_rule=given.per_rule, seed=given.seed)
    print(f"typologies in {given.rows:,} innocent payments, seed {given.seed}")
    print_table(table)
    rows = rows_of(table)
    print(f"\n{len(table)} rules in {time.perf_counter() - start:.0f} s")
    if (given.seed, given.rows, given.per_rule) != (SEED, ROWS, PER_RULE):
        return 0
    frozen = board.read(FROZEN)
    if given.freeze:
        try:
            board.write(board.refreeze(rows, frozen, reason=given.reason), FROZEN)
        except board.UnexplainedLossError as problem:
            print(problem, file=sys.stderr)
            return 1
        return 0
    judged = board.compare(rows, frozen)
    for line in board.lines([one for one in judged if one[2] not in ("same", "counts")]):
        print(line)
    return ruling([sign for _, _, sign in judged])


if __name__ == "__main__":
    sys.exit(main())
