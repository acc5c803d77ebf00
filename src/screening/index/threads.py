"""Work on blocks of arrays and tables, which leaves Python's lock to others, on all cores."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, TypeVar

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["in_threads", "slices"]

_ROWS: Final = 1 << 16  # worked on together: their arrays stay in the cache of a core

Block = TypeVar("Block")
Result = TypeVar("Result")


def in_threads(work: Callable[[Block], Result], blocks: Iterable[Block]) -> list[Result]:
    """What the work makes of each block, in order; with as many threads as polars may use."""
    blocks = list(blocks)
    if len(blocks) < 2:
        return [work(block) for block in blocks]  # threads take longer to start than most of it takes
    with ThreadPoolExecutor(max_workers=pl.thread_pool_size()) as pool:
        return list(pool.map(work, blocks))


def slices(values: pl.Series) -> list[pl.Series]:
    """The values in blocks, at least one."""
    return [values.slice(begin, _ROWS) for begin in range(0, max(1, len(values)), _ROWS)]
