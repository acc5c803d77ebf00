"""Speed of the names engine, beside RapidFuzz on the same names in the same process.

    python benchmarks/names.py --names 1000000 --list consolidated.xml

Every throughput is measured in a process of its own, so that no cache is warm. RapidFuzz gets names that are
folded to lower-case ASCII beforehand, outside its time; it runs on a sample, since all would take minutes.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import rapidfuzz
from anyascii import anyascii
from rapidfuzz import fuzz, process

from screening import __version__
from screening.index import NameIndex
from screening.index import index as stages_of_search
from screening.lists import read_un_list
from screening.names import explanation
from screening.names.explanation import compare
from screening.names.normalise import MAX_TOKENS
from screening.names.tokens import KINDS
from screening.validation.manipulations import manipulate
from screening.validation.people import companies, people

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from screening.designations import SanctionsList

CUTOFF = 85
CHUNK = 2_000
STAGES = {
    "analysing words": "tokenise_batch",
    "similar tokens, and their worth": "appraise",
    "candidate pairs": "candidates",
    "aligning unit by unit": "scores",
}
COMPANIES = 0.1  # share of the generated names


def peak_gb() -> float:
    """Largest resident memory of this process so far."""
    return (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        * (1 if platform.system() == "Darwin" else 1024)
        / 1e9
    )


def generated(n: int, *, seed: int) -> pl.Series:
    """Distinct names of people and companies, mixed."""
    firms = int(n * COMPANIES)
    crowd = pl.concat([people(n - firms, seed=seed)["name"], companies(firms, seed=seed)["name"]])
    return crowd.unique(maintain_order=True).sample(fraction=1.0, shuffle=True, seed=seed)


def list_measured(sanctions: SanctionsList) -> dict[str, str | int]:
    """Which list a measurement read: its day and its size, not its place."""
    day = str(sanctions.provenance.generated)[:10]
    return {"day": day, "designations": len(sanctions), "names": sanctions.names.height}


@dataclass(frozen=True, slots=True)
class Throughput:
    """Names per second on both sides, on the same names and list."""

    names: int
    seconds: float
    hits: int
    peak: float
    sample: int
    cdist_seconds: float
    stages: dict[str, float]

    @property
    def ours(self) -> float:
        return self.names / self.seconds

    @property
    def cdist(self) -> float:
        return self.sample / self.cdist_seconds

    @property
    def ratio(self) -> float:
        return self.ours / self.cdist


def timed_stages() -> dict[str, float]:
    """Processor seconds of each stage of the searches to come; filled while they run."""
    spent: dict[str, float] = {}

    def watched(stage: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any, **options: Any) -> Any:
            start = time.process_time()
            answer = work(*given, **options)
            spent[stage] = spent.get(stage, 0.0) + time.process_time() - start
            return answer

        return run

    for stage, name in STAGES.items():
        setattr(stages_of_search, name, watched(stage, getattr(stages_of_search, name)))
    return spent


def throughput(index: NameIndex, names: pl.Series, *, sample: int, workers: int = 2) -> Throughput:
    """Our search over all names, then `cdist(token_sort_ratio)` over the first of them."""
    spent = timed_stages()
    start, at_work = time.perf_counter(), time.process_time()
    found = index.search(names)
    seconds = time.perf_counter() - start
    at_work = time.process_time() - at_work
    stages = {**spent, "aligning, and the rest": at_work - sum(spent.values())}
    peak = peak_gb()
    listed = sorted({anyascii(name).lower() for name in index.names["name"]})
    queries = [anyascii(name).lower() for name in names.head(sample)]
    start = time.perf_counter()
    for place in range(0, len(queries), CHUNK):
        part = queries[place : place + CHUNK]
        process.cdist(
            part, listed, scorer=fuzz.token_sort_ratio, score_cutoff=CUTOFF, dtype=np.uint8, workers=workers
        )
    cdist_seconds = time.perf_counter() - start
    return Throughput(len(names), seconds, found.height, peak, len(queries), cdist_seconds, stages)


def cold(names: int, listed: Path, *, sample: int, seed: int) -> Throughput:
    """The same in a fresh process."""
    command = [sys.executable, __file__, "--child", "--names", str(names), "--list", str(listed)]
    command += ["--sample", str(sample), "--seed", str(seed)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Throughput(**json.loads(done.stdout))


def microseconds(pairs: Iterable[tuple[str, str, str]], *, forgetting: bool = False) -> list[float]:
    """Time of each pair, compared once: what was not seen before, or is forgotten, is made ready too."""
    spent = []
    for a, b, kind in pairs:
        if forgetting:
            explanation._asked.cache_clear()  # noqa: SLF001
            explanation._listed.cache_clear()  # noqa: SLF001
        start = time.perf_counter_ns()
        compare(a, b, kind=kind)  # type: ignore[arg-type]
        spent.append((time.perf_counter_ns() - start) / 1000)
    return spent


def hostile(variant: int) -> dict[str, tuple[str, str]]:
    """Long and awkward pairs, other letters in every variant so that nothing is cached."""
    most = MAX_TOKENS  # with more, a name is unscreenable at once
    rng = Random(variant)
    letters = "abcdefghiklmnorstuz"

    def word(length: int) -> str:
        return "".join(rng.choices(letters, k=length))

    base = word(8)
    near = [base[:k] + rng.choice(letters) + base[k + 1 :] for k in range(8)]
    many = [word(8) for _ in range(most)]
    return {
        f"{most} tokens each, all different": (" ".join(many), " ".join(word(8) for _ in range(most))),
        f"{most} tokens each, shuffled": (" ".join(many), " ".join(rng.sample(many, most))),
        f"{most} tokens each, all alike": (
            " ".join(rng.choices(near, k=most)),
            " ".join(rng.choices(near, k=most)),
        ),
        f"{most} initials each": (
            " ".join(rng.choices(letters, k=most)),
            " ".join(rng.choices(letters, k=most)),
        ),
        f"initials against {most} words": (" ".join(rng.choices(letters, k=most)), " ".join(many)),
        "one word of 400 letters": (word(400), word(400)),
        f"{most} glued into one": ("".join(many)[:400], " ".join(many)),
        f"{most} Arabic words": (
            " ".join("".join(rng.choices("ابتثجحخدذرزسشصضطظعغفقكلمنهوي", k=6)) for _ in range(most)),
            " ".join(many),
        ),
        f"{most} Han characters": tuple(  # type: ignore[dict-item]
            "".join(chr(rng.randrange(0x4E00, 0x9FA5)) for _ in range(most)) for _ in range(2)
        ),
        "500 characters of marks": ("a" + "\u0301" * 499, " ".join(many)),
        "a million characters": (word(1000) * 1000, " ".join(many)),
    }


def hostile_times() -> dict[str, float]:
    """Microseconds of each awkward pair: the best of five variants, as the worse kind of name."""
    best: dict[tuple[str, str], float] = {}
    for variant in range(5):
        for place, kind in enumerate(KINDS):
            for name, (a, b) in hostile(len(KINDS) * variant + place).items():
                spent = microseconds([(a, b, kind)])[0]
                best[name, kind] = min(spent, best.get((name, kind), spent))
    return {name: max(best[name, kind] for kind in KINDS) for name, _ in best}


def quantiles(times: Sequence[float]) -> str:
    p50, p95 = np.quantile(times, [0.5, 0.95])
    return f"p50 {p50:6.1f}   p95 {p95:6.1f}   max {max(times):7.1f} us"


def typical_pairs(listed: Path, cases: Path | None, seed: int) -> dict[str, list[tuple[str, str, str]]]:
    """Pairs to time: listed names with their manipulations, with strangers, and labelled pairs."""
    names = read_un_list(listed).names
    planted = manipulate(names, seed=seed, per_class=40)
    rng = Random(seed)
    strangers = people(1000, seed=seed)["name"].to_list()
    listed_names = names.select("name", "kind").rows()
    pairs = {
        "manipulated with listed": planted.select("query", "listed_name", "kind").rows(),
        "innocent with listed": [(name, *rng.choice(listed_names)) for name in strangers],
    }
    if cases is not None:
        frame = pl.read_csv(cases, infer_schema=False)
        kind = pl.when(pl.col("schema") == "Person").then(pl.lit("individual")).otherwise(pl.lit("entity"))
        pairs["labelled pairs"] = frame.select("name1", "name2", kind).rows()
    return pairs


def print_scalar(listed: Path, cases: Path | None, seed: int) -> None:
    print("\nscalar compare, microseconds per pair (goal: typical under 60, none over 5,000)")
    compare("warm", "\u062c\u062f\u0648\u0644")  # the tables are read from their files once
    for name, pairs in typical_pairs(listed, cases, seed).items():
        first = microseconds(pairs)
        again = np.min([microseconds(pairs) for _ in range(5)], axis=0).tolist()
        new = np.min([microseconds(pairs, forgetting=True) for _ in range(5)], axis=0).tolist()
        print(f"  {name:32} first time             {quantiles(first)}")
        print(f"  {'':32} words known, names new {quantiles(new)}")
        print(f"  {'':32} names known            {quantiles(again)}")
    for name, spent in hostile_times().items():
        print(f"  {name:32} {spent:9.1f} us")


def print_throughput(runs: Sequence[Throughput]) -> None:
    run = sorted(runs, key=lambda run: run.ratio)[len(runs) // 2]
    print(f"\nthroughput, median of {len(runs)} fresh processes by ratio")
    print(
        f"  ours        {run.ours:>12,.0f} names/s, {run.names:,} in {run.seconds:.2f} s, {run.hits:,} hits"
    )
    print(f"  RapidFuzz   {run.cdist:>12,.0f} names/s, cdist(token_sort_ratio, cutoff {CUTOFF}, workers=2)")
    print(f"  {'':24} on {run.sample:,} of these names; all would take {run.names / run.cdist:,.0f} s")
    print(f"  ratio       {run.ratio:>12.1f}")
    print(f"  peak memory {run.peak:>12.2f} GB, names and index included")
    total = sum(run.stages.values())
    for stage, spent in run.stages.items():
        print(f"  {spent / total:>8.0%} of {total:.2f} s of processor time: {stage}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--names", type=int, default=1_000_000)
    parser.add_argument("--list", type=Path, required=True, help="UN consolidated list (XML)")
    parser.add_argument("--cases", type=Path, help="labelled pairs (CSV), for the time per pair")
    parser.add_argument("--sample", type=int, default=20_000, help="names that RapidFuzz gets")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        names = generated(given.names, seed=given.seed)
        run = throughput(NameIndex(read_un_list(given.list)), names, sample=given.sample)
        print(json.dumps({name: getattr(run, name) for name in Throughput.__slots__}))
        return
    versions = f"screening {__version__}, RapidFuzz {rapidfuzz.__version__}, polars {pl.__version__}"
    print(f"{versions}, Python {platform.python_version()}, {platform.machine()}")
    print_throughput(
        [cold(given.names, given.list, sample=given.sample, seed=given.seed) for _ in range(given.repeats)]
    )
    print_scalar(given.list, given.cases, given.seed)


if __name__ == "__main__":
    main()
