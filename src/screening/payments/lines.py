"""The lines of a CSV file: rows that have lost or swallowed something; and where a file of lines breaks.

A CSV reader fills short rows with nulls, cuts long ones, and takes all lines between two quotes for one
field. Half a row may have lost the very name that is listed, so such rows are found here, from the lines
themselves. Lines are looked at in batches, so that a file may be larger than memory.
"""

from __future__ import annotations

import codecs
import gzip
import json
import re
from typing import IO, TYPE_CHECKING, Final, cast

import polars as pl

from screening.errors import SchemaError
from screening.payments.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["LINE_PROBLEMS", "find_broken_json", "find_fault", "find_line_problems"]

LINE_PROBLEMS: Final = pl.Schema({"row": pl.Int64(), "line": pl.String(), "problem": pl.UInt8()})
"""Number of a data row (from 1), its text where it is rejected for it, and the `Problem`."""

_QUOTE: Final = '"'
_BATCH: Final = 250_000
_FEW: Final = 10_000
_LONGEST_FIELD: Final = 1_000_000  # characters; a quoted field that runs on further was never closed
_BLOCK: Final = 1 << 20


def find_line_problems(path: Path, *, delimiter: str, fields: int, rows: int, source: str) -> pl.DataFrame:
    """Rows with too few or too many fields, with a field that runs over lines, or that swallowed others.

    Args:
        path: The CSV file.
        delimiter: What stands between two fields.
        fields: How many fields the header has.
        rows: How many data rows the CSV reader sees; lines must add up to as many.
        source: Name of the file for messages.

    Returns:
        LINE_PROBLEMS.

    Raises:
        SchemaError: Quotes do not pair up, so that rows may have swallowed one another.
    """
    lines = pl.scan_lines(path, glob=False, row_index_name="row")
    if rows < _FEW:  # each way through a small file takes longer than all its lines
        lines = lines.collect().lazy()
    blank = int(lines.head(1000).collect()["line"].str.strip_chars().eq("").cum_prod().sum())
    total = lines.select(pl.len()).collect(engine="streaming").item() - blank
    lines = lines.select(pl.col("row").cast(pl.Int64) - blank, "line").filter(pl.col("row") >= 0)
    if total == rows + 1:
        ragged = lines.filter(pl.col("row") > 0).filter(_is_ragged(delimiter, fields)).select("row", "line")
        return ragged.collect(engine="streaming").sort("row").select(*_rejected(Problem.FIELDS))
    found, seen = [LINE_PROBLEMS.to_frame()], 0
    for batch in _joined(lines, skipped=blank, source=source):
        seen += batch.height
        data = batch.filter(pl.col("row") > 0)
        cut, inner = _is_ragged(delimiter, fields), _holds_rows(delimiter, fields)
        spans = pl.col("line").str.contains("\n", literal=True)
        found += [
            data.filter(cut).select(*_rejected(Problem.FIELDS)),
            data.filter(~cut & spans & inner).select(*_rejected(Problem.SWALLOWED)),
            data.filter(~cut & spans & ~inner).select(
                "row", pl.lit(None, pl.String).alias("line"), _numbered(Problem.LINES)
            ),
        ]
    if seen != rows + 1:
        raise SchemaError(f"{source}: {_unpaired(find_fault(path, delimiter=delimiter))}")
    return pl.concat(found).sort("row")


def _rejected(problem: Problem) -> tuple[pl.Expr, ...]:
    return pl.col("row"), pl.col("line"), _numbered(problem)


def _numbered(problem: Problem) -> pl.Expr:
    return pl.lit(int(problem), pl.UInt8).alias("problem")


def _unpaired(where: str | None) -> str:
    return (
        f"{where or 'quotes'}: quotes do not pair up, so that some rows cannot be told apart; "
        "write a quote inside a quoted field twice"
    )


def _is_ragged(delimiter: str, fields: int) -> pl.Expr:
    mark = re.escape(delimiter)
    # only a quote right behind a delimiter begins a quoted field, as in the reader: behind a blank it is a
    # letter like any other, and a delimiter between two such quotes cuts the field in two
    quoted = pl.when(pl.col("line").str.contains(_QUOTE, literal=True)).then("line")
    bare = quoted.str.replace_all(rf'(^|{mark})"(?:[^"]|"")*"', "${1}x")
    bare = pl.coalesce(bare, "line").str.strip_chars_end("\r")
    found = bare.str.count_matches(delimiter, literal=True) + 1
    # delimiters at the end of a line, with nothing behind them, take nothing away
    ended = bare.str.strip_chars_end(delimiter + " ").str.count_matches(delimiter, literal=True) + 1
    return (found < fields) | ((found > fields) & (ended > fields))


def _holds_rows(delimiter: str, fields: int) -> pl.Expr:
    """Whether a line inside a quoted field has the delimiters of a row."""
    quoted = pl.col("line").str.extract_all(r'"(?:[^"]|"")*"').list.eval(
        (
            pl.element().str.split("\n").list.slice(1)
            .list.eval(pl.element().str.count_matches(delimiter, literal=True)).list.max() + 1 >= fields
        ).fill_null(value=False)
    )  # fmt: skip
    return quoted.list.any()


def _joined(lines: pl.LazyFrame, *, skipped: int, source: str) -> Iterator[pl.DataFrame]:
    """Lines of one row put together, where a quoted field runs over several of them."""
    begun = pl.DataFrame(schema={"at": pl.Int64, "line": pl.String})  # the row that has not ended yet
    row = 0
    ordered = lines.rename({"row": "at"})
    for batch in ordered.collect_batches(chunk_size=_BATCH, maintain_order=True, engine="streaming"):
        frame = pl.concat([begun, batch.select("at", "line")])
        odd = pl.col("line").str.count_matches(_QUOTE, literal=True) % 2
        frame = frame.with_columns(odd=odd)
        inside = (pl.col("odd").cum_sum() - pl.col("odd")) % 2 == 1
        frame = frame.with_columns(row=(~inside).cum_sum().cast(pl.Int64) - 1 + row)
        whole = frame.group_by("row", maintain_order=True).agg(
            pl.col("at").first(), pl.col("line").str.join("\n"), odd=pl.col("odd").sum() % 2
        )
        row += whole.height
        begun = whole.tail(1).filter(pl.col("odd") == 1)
        row -= begun.height
        if begun.height and len(begun["line"][0]) > _LONGEST_FIELD:
            break
        begun = begun.select("at", "line")
        yield whole.head(whole.height - begun.height).select("row", "line")
    if begun.height:
        line = begun["at"][0] + skipped + 1
        raise SchemaError(f"{source}: {_unpaired(f'line {line:,}')}")


def find_fault(path: Path, *, delimiter: str) -> str | None:
    """Where a CSV file breaks, as "line 7"; None where nothing is found.

    Looks for the first line that is not UTF-8, then for the first with a quote in the middle of a field.
    """
    at = _not_utf8(path)
    if at is not None:
        return f"line {at:,} is not UTF-8 (save the file as UTF-8)"
    mark = re.escape(delimiter)
    # a field is quoted as a whole, or holds no quote
    field = rf'(?:"(?:[^"]|"")*"|[^"{mark}]*)'
    good = re.compile(rf"{field}(?:{mark}{field})*")
    with _opened(path) as file:
        line, number, start = "", 0, 1
        for raw in file:
            number += 1
            line += raw.decode("utf-8").rstrip("\r\n")
            if line.count(_QUOTE) % 2 and len(line) < _LONGEST_FIELD:
                line += "\n"
                continue
            if not good.fullmatch(line):
                return f"line {start:,} has a quote inside a field, or a blank beside a quoted field"
            line, start = "", number + 1
    return f"line {start:,}" if line else None


def find_broken_json(path: Path) -> str | None:
    """Which line of a file of JSON lines is no object, in words; None where all are, or none can be read."""
    try:
        with _opened(path) as file:
            for number, line in enumerate(file, start=1):
                if line.strip() and not _is_object(line):
                    return f"line {number:,} is no JSON object"
    except (OSError, EOFError):
        pass
    return None


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _not_utf8(path: Path) -> int | None:
    """Number of the first line that is not UTF-8."""
    decoder, lines = codecs.getincrementaldecoder("utf-8")(), 1
    with _opened(path) as file:
        while True:
            block = file.read(_BLOCK)
            held = decoder.getstate()[0]
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                return lines + (held + block)[: error.start].count(b"\n")
            if not block:
                return None
            lines += block.count(b"\n")


def _opened(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return cast("IO[bytes]", gzip.open(path, "rb")) if packed else path.open("rb")
