"""What a measurement ran on, and what a process cost.

Standard library only: the environments of peers import it.
"""

from __future__ import annotations

import json
import os
import platform
import re
import resource
import subprocess
import time
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parents[1]


class Spent:
    """Wall and processor seconds of a block."""

    wall = cpu = 0.0

    def __enter__(self) -> Self:
        self._start = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall = time.perf_counter() - self._start[0]
        self.cpu = time.process_time() - self._start[1]


def peak_mib() -> float:
    """Largest resident memory of this process so far.

    Linux's `ru_maxrss` begins at what the parent process held; VmHWM does not.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    unit = 2**20 if platform.system() == "Darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def describe() -> str:
    """Cores and memory; no name of the machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.machine()}"


def versions(distributions: Iterable[str]) -> dict[str, str]:
    """Installed versions, by name; what is not installed is left out."""
    found = {}
    for name in distributions:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def commit() -> str:
    """Short id of the checked-out commit, with a word if the sources differ from it."""
    try:
        git = ["git", "-C", str(ROOT)]
        head = subprocess.run(
            [*git, "rev-parse", "--short=8", "HEAD"], capture_output=True, text=True, check=True
        )
        sources = [*git, "status", "--porcelain", "--", "src", "benchmarks/*.py", "benchmarks/peers"]
        changed = subprocess.run(sources, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return head.stdout.strip() + (" with changes" if changed else "")


def score_version() -> str:
    """Version of the score that is measured, from the sources: results of another are of another score."""
    source = ROOT / "src" / "screening" / "names" / "comparison.py"
    found = re.search(r'^SCORE_VERSION\b.* = "(.+)"$', source.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else "unknown"


def circumstances(more: Iterable[str] = ()) -> dict[str, Any]:
    """What stands at the head of every file of results; `more` are other distributions it names."""
    return {
        "machine": describe(),
        "python": platform.python_version(),
        "date": datetime.now(tz=UTC).date().isoformat(),
        "commit": commit(),
        "score_version": score_version(),
        "versions": versions(("screening", "polars", "rapidfuzz", "numpy", "scipy", *more)),
    }


def markdown(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table for the terminal and the documents."""
    head = tuple(head)
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def write_results(results: dict[str, Any], file: Path | None) -> None:
    """Results as JSON, if there is a file to write them to."""
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
