"""Rows of a CSV file whose number of fields is not that of its header.

A CSV reader fills short rows with nulls and cuts long ones. Half a row may have lost the very name that
is listed, so such rows are found here, from the lines themselves, and rejected.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import polars as pl

from screening.errors import SchemaError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ragged_rows"]

_QUOTE: Final = '"'


def ragged_rows(path: Path, *, delimiter: str, fields: int, rows: int, source: str) -> pl.DataFrame:
    """Number of each row (from 1) that has too few or too many fields, and its text.

    Args:
        path: The CSV file.
        delimiter: What stands between two fields.
        fields: How many fields the header has.
        rows: How many data rows the CSV reader sees; lines must add up to as many.
        source: Name of the file for messages.

    Raises:
        SchemaError: Quotes do not pair up, so that rows may have swallowed one another.
    """
    lines = pl.scan_lines(path, glob=False, row_index_name="row")
    blank = int(lines.head(1000).collect()["line"].str.strip_chars().eq("").cum_prod().sum())
    total = lines.select(pl.len()).collect(engine="streaming").item() - blank
    lines = lines.select(pl.col("row").cast(pl.Int64) - blank, "line").filter(pl.col("row") >= 0)
    if total != rows + 1:
        lines = _joined(lines)
        if lines.select(pl.len()).collect().item() != rows + 1:
            raise SchemaError(
                f"{source}: quotes do not pair up, so that some rows cannot be told apart; "
                "write a quote inside a quoted field twice"
            )
    return (
        lines.filter(pl.col("row") > 0)
        .filter(_is_ragged(delimiter, fields))
        .select("row", "line")
        .collect(engine="streaming")
        .sort("row")
    )


def _is_ragged(delimiter: str, fields: int) -> pl.Expr:
    mark = re.escape(delimiter)
    quoted = pl.when(pl.col("line").str.contains(_QUOTE, literal=True)).then("line")
    bare = quoted.str.replace_all(rf'(^|{mark}) *"(?:[^"]|"")*"', "${1}x")
    bare = pl.coalesce(bare, "line").str.strip_chars_end("\r")
    found = bare.str.count_matches(delimiter, literal=True) + 1
    # delimiters at the end of a line, with nothing behind them, take nothing away
    ended = bare.str.strip_chars_end(delimiter + " ").str.count_matches(delimiter, literal=True) + 1
    return (found < fields) | ((found > fields) & (ended > fields))


def _joined(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Lines of one row put together, where a quoted field runs over several of them."""
    frame = lines.collect(engine="streaming").sort("row")
    odd = pl.col("line").str.count_matches(_QUOTE, literal=True) % 2
    frame = frame.with_columns(odd=odd)
    inside = (pl.col("odd").cum_sum() - pl.col("odd")) % 2 == 1
    frame = frame.with_columns(row=(~inside).cum_sum().cast(pl.Int64) - 1)
    return frame.group_by("row", maintain_order=True).agg(pl.col("line").str.join("\n")).lazy()
