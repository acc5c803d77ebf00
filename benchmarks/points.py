"""One point of the cost curves: its inputs are written first, and measured in a process that only reads.

python benchmarks/points.py KEY LIST FOLDER
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from machine import Spent, peak_mib
from names import generated
from rules import payments as payments_with_everything
from screening.designations import SanctionsList
from screening.hits import find_hits
from screening.index import NameIndex
from screening.lists import read_un_list
from screening.payments import conform
from screening.rules import assess
from screening.validation.people import companies, people
from worst import CASES, near_listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SEED: Final = 1
PARTIES: Final = 10_000  # of the payments whose number varies


def make(key: str, size: float, sanctions: SanctionsList, folder: Path, *, batch: int) -> None:
    """Write the inputs of a point."""
    if key in ("payments", "month"):
        distinct = PARTIES if key == "payments" else max(10, int(size / 10))
        _payments(int(size), generated(distinct, seed=SEED)).write_parquet(folder / "payments.parquet")
    elif key == "names":
        _keep(generated(int(size), seed=SEED), folder)
    elif key == "texts":
        numbers = pl.Series(range(int(size)))
        names = generated(int(size), seed=SEED)
        _keep(pl.select(pl.format("invoice {} of {}, rent for May", numbers, names)).to_series(), folder)
    elif key == "list":
        _keep(generated(batch, seed=SEED), folder)
        _grown(sanctions, int(size)).write_parquet(folder / "listed.parquet")
    elif key == "hits":
        planted = near_listed(sanctions, max(1, int(batch * size)))
        _keep(pl.concat([planted, generated(batch, seed=SEED).head(batch - len(planted))]), folder)
    elif key == "files":
        (folder / "files").mkdir()
        for number, part in enumerate(_cut(payments_with_everything(batch), int(size))):
            part.write_parquet(folder / "files" / f"{number:06}.parquet")
    elif key == "hot":
        _one_account(int(size), folder)
    else:
        case = next(case for case in CASES if case.key == key)
        _keep(case.make(sanctions, max(1, int(size))), folder)


def _keep(names: pl.Series, folder: Path) -> None:
    names.alias("name").to_frame().write_parquet(folder / "names.parquet")


def _payments(rows: int, names: pl.Series) -> pl.DataFrame:
    rng = np.random.default_rng(SEED)
    frame = pl.select(transaction_id=pl.format("T{}", pl.int_range(rows)))
    payer, payee = (names.gather(rng.integers(0, len(names), rows)) for _ in range(2))
    return frame.with_columns(originator_name=payer, beneficiary_name=payee)


def _cut(table: pl.DataFrame, pieces: int) -> Iterator[pl.DataFrame]:
    return table.iter_slices(max(1, -(-table.height // pieces)))


def _grown(sanctions: SanctionsList, times: int) -> pl.DataFrame:
    """The list with invented designations added until it has so many times its names."""
    names = sanctions.names.select("reference", "kind", "name", "name_type", "quality")
    persons = names.filter(pl.col("kind") == "individual").height * (times - 1)
    firms = names.height * (times - 1) - persons
    added = [
        made.select(
            reference=pl.format("{}.{}", pl.lit(prefix), pl.int_range(pl.len())),
            kind=pl.lit(kind),
            name="name",
            name_type=pl.lit("primary"),
            quality=pl.lit(""),
        )
        for made, prefix, kind in (
            (people(persons, seed=SEED + 1), "P", "individual"),
            (companies(firms, seed=SEED + 1), "C", "entity"),
        )
    ]
    return pl.concat([names, *added])


def _one_account(rows: int, folder: Path) -> None:
    """The same payments three times: spread over accounts, all from one, all to one."""
    spread = payments_with_everything(rows).with_columns(
        beneficiary_account=pl.col("originator_account").shuffle(seed=SEED)
    )
    spread.write_parquet(folder / "spread.parquet")
    for side in ("originator", "beneficiary"):
        one = pl.lit(spread[f"{side}_account"][0]).alias(f"{side}_account")
        spread.with_columns(one).write_parquet(folder / f"{side}.parquet")


def measure(key: str, source: Path, folder: Path) -> dict[str, Any]:
    """Cost of a point, cold; inputs are read before the clock starts, payments while it runs."""
    if key in ("spread", "originator", "beneficiary"):
        table = pl.read_parquet(folder / f"{key}.parquet")
        return _timed(lambda: assess(table).flags)
    sanctions = read_un_list(source)
    if key == "list":
        sanctions = SanctionsList.from_names(pl.read_parquet(folder / "listed.parquet"))
    with Spent() as building:
        index = NameIndex(sanctions)
    about = {"listed": len(index), "build_seconds": round(building.wall, 2)}
    if key in ("payments", "month"):
        scanned = pl.scan_parquet(folder / "payments.parquet")
        return about | _timed(lambda: find_hits(scanned, index).table)
    if key == "files":
        return about | _timed(lambda: find_hits(conform(folder / "files").transactions, index).table)
    names = pl.read_parquet(folder / "names.parquet")["name"]
    as_text = key == "texts" or any(case.key == key and case.channel == "text" for case in CASES)
    search = index.scan_text if as_text else index.search
    if any(case.key == key for case in CASES):
        search(generated(100, seed=SEED + 5))  # tables are read once
    return about | {"asked": len(names)} | _timed(lambda: search(names))


def _timed(work: Callable[[], pl.DataFrame]) -> dict[str, Any]:
    before = peak_mib()
    with Spent() as spent:
        found = work()
    unscreenable = 0
    if "status" in found.columns:
        unscreenable = int((found["status"] == "unscreenable").sum())
    return {
        "seconds": round(spent.wall, 3),
        "cpu_seconds": round(spent.cpu, 3),
        "peak_mib": round(peak_mib()),
        "before_mib": round(before),
        "hits": found.height - unscreenable,
        "unscreenable": unscreenable,
    }


if __name__ == "__main__":
    asked, given, place = sys.argv[1:]
    print(json.dumps(measure(asked, Path(given), Path(place))))
