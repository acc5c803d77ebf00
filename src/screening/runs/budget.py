"""How much may be in memory at once, and what follows for the sizes of batches."""

from __future__ import annotations

import math
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from screening.errors import ArgumentError, RunError

__all__ = ["LEAST_MEMORY", "Budget", "cores", "machine_memory", "read_memory"]

_UNITS: Final = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_BINARY: Final = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
_PROCESS: Final = 400_000_000
"""What Python, polars and the index of the whole UN list take before the first payment (measured)."""

_WORTH_A_PROCESS: Final = 100_000_000  # bytes

LEAST_MEMORY: Final = 1_000_000_000
_MOST_MEMORY: Final = 2**60
_MOST_ROWS, _FEWEST_ROWS = 1_000_000, 1_000
_MOST_NAMES, _FEWEST_NAMES = 250_000, 1_000
_NAME: Final = 2_000  # bytes that a distinct name takes while it is judged (measured: 0.96 GB for a million)
_CGROUPS: Final = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def read_memory(text: str) -> int:
    """Bytes of a size as people write it.

    Raises:
        RunError: It is no size, or too small to work in.

    Example:
        >>> read_memory("4GB"), read_memory("1.5 GiB")
        (4000000000, 1610612736)
    """
    found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([kmgt]?)(i?)b?\s*", text.casefold())
    if not found:
        raise RunError(f"'{text}' is no size of memory; write 4GB, 1.5GB or 1500MB")
    number, unit, binary = found.groups()
    wanted = float(number) * (_BINARY if binary else _UNITS)[unit]
    if wanted > _MOST_MEMORY:
        raise RunError(f"'{text}' is more memory than any machine has; write 4GB, 1.5GB or 1500MB")
    size = int(wanted)
    if size < LEAST_MEMORY:
        raise RunError(f"'{text}' is too little memory to work in; give at least 1GB")
    return size


def machine_memory() -> int:
    """Bytes of memory that this process may use, by the machine and its container."""
    sizes = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    limits = (place.read_text().strip() for place in map(Path, _CGROUPS) if place.is_file())
    return min(sizes + [int(limit) for limit in limits if limit.isdigit()])


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Memory and workers of a run.

    Attributes:
        memory: Bytes that all its processes together shall stay under.
        workers: Processes that work at the same time, fewer where memory does not allow as many.
    """

    memory: int
    workers: int = 1

    def __post_init__(self) -> None:
        for name, number, instead in (
            ("memory", self.memory, "read_memory('4GB') gives the bytes of a size"),
            ("workers", self.workers, "give 2, say"),
        ):
            if not isinstance(number, int | float):
                raise ArgumentError(f"{name} must be a number, not a {type(number).__name__}: {instead}")
        if self.memory < LEAST_MEMORY:
            raise RunError(f"{self.memory:,} bytes are too little memory to work in; give at least 1GB")
        if self.workers < 1:
            raise RunError(f"{self.workers} workers cannot work; give at least 1")
        # beside the first process, which waits, every worker brings the library and the index along
        affordable = max(1, (self.memory - _PROCESS) // (2 * _PROCESS))
        object.__setattr__(self, "workers", int(min(self.workers, affordable)))

    @property
    def room(self) -> int:
        """Bytes of data that one process may hold at once."""
        processes = self.workers + 1 if self.workers > 1 else 1
        return (self.memory - processes * _PROCESS) // self.workers

    def rows(self, size: float) -> int:
        """Rows of a batch, if one takes `size` bytes: some copies of a batch exist at once."""
        return int(min(max(self.room / 16 / max(size, 1), _FEWEST_ROWS), _MOST_ROWS))

    @property
    def names(self) -> int:
        """Names that are judged at once."""
        return int(min(max(self.room / 3 / _NAME, _FEWEST_NAMES), _MOST_NAMES))

    def holds(self, size: float) -> bool:
        """Whether the first process alone may hold so much, while no other works."""
        return size <= self.memory - _PROCESS

    def parts(self, size: float) -> int:
        """Into how many parts something is divided of which each worker holds one."""
        return max(1, math.ceil(size / self.room))

    def spread(self, size: int) -> int:
        """As `shares`, and one for each worker where it is worth a process."""
        return max(self.shares(size), min(self.workers, size // _WORTH_A_PROCESS))

    def shares(self, size: int) -> int:
        """Into how many shares something of `size` bytes is divided, so that one fits four times."""
        return max(1, -(-size // (self.room // 4)))
