"""Sorted parts to one sorted table, a block at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["merge"]


def merge(
    parts: Sequence[Path], *, by: Sequence[str | pl.Expr], descending: Sequence[bool], rows: int
) -> Iterator[pl.DataFrame]:
    """The rows of sorted parts in one order, nulls last.

    Args:
        parts: Parquet files, each in that order.
        by: Columns that tell any two rows apart.
        descending: Of each of them, whether it runs downward.
        rows: About how many rows may be in memory at once.
    """
    sizes = [pl.scan_parquet(path, glob=False).select(pl.len()).collect().item() for path in parts]
    block = max(rows // max(len(parts), 1), 1)
    read = [0] * len(parts)
    held: list[pl.DataFrame] = [pl.scan_parquet(path, glob=False).head(0).collect() for path in parts]
    while True:
        for number, path in enumerate(parts):
            if held[number].is_empty() and read[number] < sizes[number]:
                held[number] = pl.scan_parquet(path, glob=False).slice(read[number], block).collect()
                read[number] += held[number].height
        # of a part that goes on, nothing is known beyond its last row in hand: the first such is the limit
        marked = [
            frame.with_columns(
                pl.lit(number).alias("#part"),
                pl.lit(read[number] < sizes[number])
                .and_(pl.int_range(pl.len()) == pl.len() - 1)
                .alias("#limit"),
            )
            for number, frame in enumerate(held)
            if frame.height
        ]
        if not marked:
            return
        ordered = pl.concat(marked).sort(
            by, descending=list(descending), nulls_last=True, maintain_order=True
        )
        limits = ordered["#limit"].arg_true()
        end = ordered.height if limits.is_empty() else int(limits[0]) + 1
        yield ordered.head(end).drop("#part", "#limit")
        rest = ordered.slice(end)
        held = [
            rest.filter(pl.col("#part") == number).drop("#part", "#limit") for number in range(len(parts))
        ]
