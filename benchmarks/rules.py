"""Time and peak memory of every rule and of all, over generated payments.

    python benchmarks/rules.py --rows 1000000            each rule and all, one size
    python benchmarks/rules.py --rows 10000000 --all     all rules together only
    python benchmarks/rules.py --fit                     four sizes, and how cost grows

Accounts: 500,000, and one with 40,000 rows. Half of a year of payments.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
import polars as pl

from screening.rules import RULES, Book, assess
from screening.rules.coded import hold
from screening.rules.findings import flags_of

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNTS = 500_000
HOT_ROWS = 40_000
DAYS = 180


def payments(rows: int, *, seed: int = 7) -> pl.DataFrame:
    """TRANSACTIONS with every column that a rule may want."""
    rng = np.random.default_rng(seed)
    accounts = pl.Series([f"DE{number:020d}" for number in range(ACCOUNTS)])
    payer, payee = rng.integers(0, ACCOUNTS, rows), rng.integers(0, ACCOUNTS, rows)
    payee[rng.choice(rows, min(HOT_ROWS, rows // 4), replace=False)] = 0
    start = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
    seconds = np.sort(rng.integers(0, DAYS * 86_400, rows)) + start
    names = pl.Series([f"Person {number % 997} Family{number % 4999}" for number in range(ACCOUNTS)])
    words = pl.Series(
        [f"invoice {number} of order" for number in range(50_000)] + ["donation", "rent", "salary"] * 500
    )
    channels = "wire instant p2p card_pos card_atm cash_dep cash_wd fx va loan_disb prepaid_load"
    channel = rng.choice(
        channels.split(),
        rows,
        p=[0.36, 0.2, 0.1, 0.2, 0.04, 0.02, 0.03, 0.01, 0.02, 0.01, 0.01],
    )
    country = np.array(["DE", "FR", "GB", "PL", "ES", "IT", "TR", "SY", "US", "KE"])
    weights = [0.6, 0.1, 0.08, 0.05, 0.05, 0.05, 0.02, 0.002, 0.038, 0.01]

    kinds = np.array(["person", "company", "npo", "merchant"])
    regions = rng.choice(["TR-27", "DE-BE", "FR-75"], rows, p=[0.01, 0.6, 0.39])

    def sparse(values: pl.Series, part: float) -> pl.Series:
        empty = pl.Series(rng.random(rows) >= part)
        return pl.select(pl.when(~empty).then(values)).to_series()

    def pick(values: pl.Series, index: np.ndarray) -> pl.Series:
        return values.gather(index)

    amount = np.round(np.exp(rng.normal(4.5, 1.5, rows)) * 100).astype(np.int64) + 1
    amount[rng.random(rows) < 0.1] = rng.choice([10_000, 20_000, 50_000, 950_000])
    home = rng.choice(country, ACCOUNTS, p=weights)
    terminal = sparse(pl.Series(rng.choice(country, rows, p=weights)), 0.25)
    return pl.DataFrame(
        {
            "transaction_id": pl.select(pl.format("T{}", pl.int_range(rows))).to_series(),
            "booked_at": pl.Series(seconds * 1_000_000).cast(pl.Datetime("us", "UTC")),
            "status": pl.Series(
                rng.choice(["executed", "attempted", "held", "rejected"], rows, p=[0.96, 0.03, 0.005, 0.005])
            ),
            "channel": pl.Series(channel),
            "amount_minor": amount,
            "currency": pl.Series(["EUR"]).new_from_index(0, rows),
            "amount_base_minor": amount,
            "originator_name": pick(names, payer),
            "originator_account": pick(accounts, payer),
            "originator_party_id": pick(accounts, payer // 2),
            "originator_country": pl.Series(home[payer]),
            "originator_type": pl.Series(kinds[payer % 50 // 17]),
            "originator_agent_bic": pl.Series([f"BANKDE{i:02d}XXX" for i in range(90)]).gather(payer % 90),
            "originator_address": pl.Series([f"{i % 300} Market Street {i}" for i in range(20_000)]).gather(
                payer % 20_000
            ),
            "beneficiary_name": pick(names, payee),
            "beneficiary_account": pick(accounts, payee),
            "beneficiary_party_id": pick(accounts, payee // 2),
            "beneficiary_country": pl.Series(home[payee]),
            "beneficiary_type": pl.Series(kinds[payee % 50 // 17]),
            "beneficiary_town": pl.Series([f"Town {i}" for i in range(900)]).gather(payee % 900),
            "ultimate_originator_name": sparse(pick(names, rng.integers(0, ACCOUNTS, rows)), 0.02),
            "remittance_text": sparse(pick(words, rng.integers(0, len(words), rows)), 0.8),
            "purpose_code": sparse(pl.Series(rng.choice(["SALA", "SUPP", "GDDS"], rows)), 0.2),
            "branch_id": sparse(
                pl.Series([f"B{i}" for i in range(400)]).gather(rng.integers(0, 400, rows)), 0.1
            ),
            "terminal_country": terminal,
            "terminal_admin1": sparse(pl.Series(regions), 0.2),
            "merchant_category_code": sparse(
                pl.Series(rng.choice(["5411", "4511", "5941", "5812"], rows)), 0.2
            ),
            "device_id": sparse(pl.Series([f"dev{i}" for i in range(300_000)]).gather(payer % 300_000), 0.5),
            "ip_country": sparse(pl.Series(rng.choice(country, rows, p=weights)), 0.5),
            "wallet_kind": sparse(pl.Series(rng.choice(["vasp", "unhosted", "mixer"], rows)), 0.02),
            "wallet_from": sparse(
                pl.Series([f"w{i}" for i in range(1000)]).gather(rng.integers(0, 1000, rows)), 0.02
            ),
            "travel_rule_complete": pl.Series(rng.random(rows) < 0.9),
            "card_id": sparse(pick(accounts, payer), 0.25),
            "terminal_latitude": sparse(pl.Series(rng.uniform(35, 60, rows)), 0.25),
            "terminal_longitude": sparse(pl.Series(rng.uniform(-5, 40, rows)), 0.25),
            "vasp_id": sparse(pl.Series([f"vasp{i}" for i in range(200)]).gather(payee % 200), 0.02),
            "vasp_country": sparse(pl.Series(rng.choice(country, rows, p=weights)), 0.02),
            "invoice_reference": sparse(
                pl.Series([f"INV{i}" for i in range(900_000)]).gather(rng.integers(0, 900_000, rows)), 0.1
            ),
            "goods_country": sparse(pl.Series(rng.choice(country, rows, p=weights)), 0.1),
        }
    )


def parties(seed: int = 2) -> pl.DataFrame:
    """What is known of the parties of these payments."""
    rng = np.random.default_rng(seed)
    count = ACCOUNTS // 2
    opened = (
        datetime(2020, 1, 1, tzinfo=UTC)
        + pl.Series(rng.integers(0, 6 * 365, count)).cast(pl.Duration("us")) * 86_400_000_000
    )
    ids = pl.Series([f"DE{number:020d}" for number in range(count)])
    return pl.DataFrame(
        {
            "party_id": ids,
            "opened_at": opened,
            "holder_name": [f"Person {number % 997} Family{number % 4999}" for number in range(count)],
            "case_status": pl.Series(
                rng.choice(["", "suspended", "confirmed"], count, p=[0.998, 0.001, 0.001])
            ),
            "officer_of": pl.select(
                pl.when(pl.Series(rng.random(count) < 0.02)).then(ids.gather(rng.integers(0, count, count)))
            ).to_series(),
        }
    ).with_columns(pl.col("case_status").replace("", None))


@contextmanager
def stored(rows: int) -> Iterator[pl.LazyFrame]:
    """Payments in a file, made by another process: generating them costs memory of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "payments.parquet"
        subprocess.run([sys.executable, __file__, "--rows", str(rows), "--write", str(file)], check=True)
        yield pl.scan_parquet(file)


def peak() -> float:
    """Largest resident memory of this process so far, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


class Watch:
    """Largest resident memory while something runs, in GB."""

    def __enter__(self) -> Self:
        self.peak, self._done = 0.0, threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(0.02):
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            self.peak = max(self.peak, pages * 4096 / 1e9)


def one_by_one(rows: int) -> None:
    with stored(rows) as file:
        book = Book(hold(file, {}), parties=parties(), rules=RULES)
    print(f"{rows:,} payments; reading them brings the process to {peak():.1f} GB")
    print(f"{'rule':8} {'s':>6} {'cpu s':>6} {'peak GB':>8} {'flags':>9}  missing")
    total = 0.0
    for rule in RULES:
        missing = [name for name in rule.requires if not book.has(name)]
        with Watch() as watch:
            start, cpu = time.perf_counter(), time.process_time()
            flags = 0 if missing else len(flags_of(book.findings(rule), rule, book))
            spent, cpu = time.perf_counter() - start, time.process_time() - cpu
        total += spent
        print(
            f"{rule.id:8} {spent:6.2f} {cpu:6.2f} {watch.peak:8.2f} {flags:9,}  {', '.join(missing)}",
            flush=True,
        )
    print(f"sum      {total:6.2f} {time.process_time():6.2f} {peak():8.2f}")
    print("shared preparation is counted where it is first asked for")


def all_at_once(rows: int) -> None:
    """All rules over payments in a file; reading it is counted."""
    with stored(rows) as file:
        start, cpu = time.perf_counter(), time.process_time()
        result = assess(file, parties=parties())
        spent, cpu = time.perf_counter() - start, time.process_time() - cpu
    looked = result.coverage.filter(pl.col("status") == "evaluable")["rule"].n_unique()
    size = f"{rows:>11,} payments  {looked} rules  {spent:7.2f} s  ({cpu:.1f} s of cpu)"
    print(f"{size}  {len(result.flags):,} flags  peak {peak():.1f} GB")


def fit(sizes: tuple[int, ...]) -> None:
    """How cost grows, in processor time: wall time is also that of whatever else runs."""
    times = []
    for size in sizes:  # a fresh process each, so that nothing is warm
        command = [sys.executable, __file__, "--all", "--rows", str(size)]
        line = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
        print(line, flush=True)
        times.append(float(line.split("(")[1].split(" s ")[0]))
    work = np.log([size * np.log2(size) for size in sizes])
    slope = np.polyfit(work, np.log(times), 1)[0]
    print(f"processor time grows as (n log n) to the power {slope:.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--all", action="store_true", help="all rules together only")
    parser.add_argument("--fit", action="store_true", help="four sizes, and the exponent")
    parser.add_argument("--write", type=Path, help="only write the payments to a Parquet file")
    options = parser.parse_args()
    if options.write:
        payments(options.rows).write_parquet(options.write)
    elif options.fit:
        fit((250_000, 500_000, 1_000_000, 2_000_000))
    elif options.all:
        all_at_once(options.rows)
    else:
        one_by_one(options.rows)
