"""Tables of payments wherever they are: data frames of several libraries, and files of several formats.

A source is one or more parts; each part is a lazy polars frame whose column `#row` numbers its data rows
from 1. Files without types (CSV, JSON lines) are read as text, so that no leading zero is lost and no
amount passes through a binary float.
"""

from __future__ import annotations

import datetime as dt
import glob
import gzip
import math
import os
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import narwhals as nw
import polars as pl

from screening.errors import SchemaError
from screening.payments.lines import find_fault, find_line_problems

if TYPE_CHECKING:
    from collections.abc import Callable

    from screening.policy import PaymentsPolicy

__all__ = ["ROW", "UNREADABLE", "Part", "as_polars", "find_files", "find_left_out", "open_parts"]

ROW: Final = "#row"
_SUFFIXES: Final = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".psv": "csv",
    ".parquet": "parquet", ".pq": "parquet",
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl",
    ".arrow": "ipc", ".ipc": "ipc", ".feather": "ipc", ".arrows": "ipc_stream",
}  # fmt: skip
UNREADABLE: Final = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)
"""What is raised where a file cannot be read; of one that is cut while it is read, polars panics."""

_MISSING: Final = {"NoneType", "NAType", "NaTType"}
_DELIMITERS: Final = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One table.

    Attributes:
        source: Name that rejected rows are reported under.
        frame: Its rows, with the row number in column ROW.
        columns: Names of the user's columns.
        imprecise: Numbers may have passed through binary floats before they became text.
        lines: LINE_PROBLEMS of a CSV file.
        rows: How many rows there are, where that is known beforehand.
        broken_at: Where a CSV file breaks that could not be read to its end, looked for when asked.
    """

    source: str
    frame: pl.LazyFrame
    columns: tuple[str, ...]
    imprecise: bool = False
    lines: pl.DataFrame | None = None
    rows: int | None = None
    broken_at: Callable[[], str | None] = lambda: None


def open_parts(transactions: Any, policy: PaymentsPolicy) -> list[Part]:
    """The parts of a data frame, a file, a folder or a glob pattern.

    Raises:
        SchemaError: There is no such file, or it is no table that can be read.
    """
    if isinstance(transactions, str | os.PathLike):
        where = os.fspath(transactions)
        files = find_files(where)
        if files == [(Path(where).name, Path(where))]:
            return [_open(files[0][1], policy, source=files[0][0])]
        try:
            return [_open(path, policy, source=name) for name, path in files]
        except SchemaError as error:
            raise SchemaError(
                f"{error}; every file of '{where}' is read, as one table: leave others out"
            ) from error
    frame = as_polars(transactions, what="payments")
    return [Part(source="table", frame=_numbered(frame), columns=tuple(frame.columns))]


def _numbered(frame: pl.DataFrame) -> pl.LazyFrame:
    return frame.lazy().with_row_index(ROW, offset=1)


def as_polars(given: Any, *, what: str) -> pl.DataFrame:
    """The rows of a table of any library.

    Args:
        given: A polars (eager or lazy), pandas or Arrow table.
        what: What its rows are, for the error.

    Raises:
        SchemaError: It is no table, or cannot be collected.
    """
    if isinstance(given, pl.DataFrame):
        return given
    if isinstance(given, pl.LazyFrame):
        # collected once: the order of rows of an arbitrary plan may differ from one run of it to the next
        try:
            return given.collect(engine="streaming")
        except pl.exceptions.PolarsError as error:
            raise SchemaError(f"the lazy frame cannot be collected: {_first_line(error)}") from error
    try:
        table = nw.from_native(given)
    except nw.exceptions.DuplicateError as error:
        raise SchemaError(f"table: two columns of one name: {_first_line(error)}") from error
    except TypeError as error:
        if hasattr(given, "__arrow_c_stream__") or hasattr(given, "__arrow_c_array__"):
            return pl.DataFrame(given)
        raise SchemaError(
            f"cannot read {what} from {type(given).__name__}: pass a polars, pandas or Arrow table, "
            "or the path of a CSV, Parquet, JSON lines or Arrow file"
        ) from error
    if isinstance(table, nw.LazyFrame):
        table = table.collect()
    return pl.DataFrame([_column(table.get_column(name), str(name)) for name in table.columns])


def _column(series: Any, name: str) -> pl.Series:
    if series.dtype != nw.Object:
        return pl.Series(name, series.to_polars())
    # a pandas column of Python objects may hold anything; what is not all of one kind becomes text
    values = [None if _is_missing(value) else value for value in series.to_list()]
    kinds = {type(value) for value in values if value is not None}
    if len(kinds) == 1 and kinds <= {dt.datetime, dt.date, list, float, int, bool}:
        try:
            return pl.Series(name, values)
        except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError):
            pass  # integers beyond 64 bits, times of several zones: as text, like other mixtures
    if kinds == {Decimal} and all(value is None or value.is_finite() for value in values):
        # each as it is written, for a common scale may not fit 38 digits
        return pl.Series(name, [None if value is None else format(value, "f") for value in values])
    return pl.Series(name, [None if value is None else _text(value) for value in values], dtype=pl.String)


def _is_missing(value: Any) -> bool:
    # pandas' own markers are known by name, for pandas is not imported here
    return math.isnan(value) if isinstance(value, float) else type(value).__name__ in _MISSING


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)


def find_files(where: str) -> list[tuple[str, Path]]:
    """The files of a path, a folder or a pattern, each under the name that its rows are reported with.

    Raises:
        SchemaError: There are none.
    """
    if not where.strip():  # Path("") is the current folder, which nobody named
        raise SchemaError("the path of the table is empty; name a file, a folder or a pattern")
    try:
        return _find_files(where)
    except OSError as error:
        raise SchemaError(f"{where}: cannot be looked at: {error.strerror}") from error


def _find_files(where: str) -> list[tuple[str, Path]]:
    path = Path(where)
    if path.is_dir():
        found = sorted(item for item in path.iterdir() if item.is_file() and not _is_hidden(item.name))
        if not found:
            raise SchemaError(
                f"{where}: the folder holds no files to read; files that begin with '.' or '_' and folders "
                "within it are left out"
            )
        name = path.name if path.name not in ("", "..") else path.resolve().name  # of "." and the like
        return [(f"{name}/{item.name}", item) for item in found]
    if path.is_file():
        return [(path.name, path)]
    if path.exists():
        raise SchemaError(
            f"{where}: is no file that can be read twice; save what comes from a pipe to a file"
        )
    matches = sorted(Path(item) for item in glob.glob(str(where), recursive=True) if Path(item).is_file())  # noqa: PTH207 - the pattern may be absolute
    if not matches:
        raise SchemaError(
            f"{where}: no file fits this pattern" if glob.has_magic(where) else f"{where}: no such file"
        )
    return [(str(item), item) for item in matches]


def find_left_out(where: str) -> dict[str, int]:
    """Folders within a folder that is read, and how many files each holds, which nobody reads.

    Folders and files that begin with "." or "_" are meant to be left out, and are not told of.

    Raises:
        SchemaError: A folder within may not be looked at.
    """
    held: dict[str, int] = {}
    if not Path(where).is_dir():
        return held
    try:
        for item in sorted(Path(where).iterdir()):
            if item.is_dir() and not _is_hidden(item.name):
                files = sum(_is_read(path, item) for path in item.rglob("*"))
                held |= {item.name: files} if files else {}
    except OSError as error:
        raise SchemaError(f"{where}: cannot be looked at: {error.strerror}") from error
    return held


def _is_read(path: Path, within: Path) -> bool:
    return path.is_file() and not any(map(_is_hidden, path.relative_to(within).parts))


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "_"))


def _open(path: Path, policy: PaymentsPolicy, *, source: str) -> Part:
    kind = _kind(path, source)
    readers: dict[str, Callable[[Path, PaymentsPolicy, str], Part]] = {
        "csv": _open_csv,
        "jsonl": _open_jsonl,
        "parquet": lambda path, _, source: _typed(
            pl.scan_parquet(path, glob=False, row_index_name=ROW, row_index_offset=1), source
        ),
        "ipc": lambda path, _, source: _typed(
            pl.scan_ipc(path, glob=False, row_index_name=ROW, row_index_offset=1), source
        ),
        "ipc_stream": lambda path, _, source: _typed(_numbered(pl.read_ipc_stream(path)), source),
    }
    try:
        return readers[kind](path, policy, source)
    except UNREADABLE as error:
        raise SchemaError(f"{source}: not a readable {kind} file: {_first_line(error)}") from error


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def _typed(frame: pl.LazyFrame, source: str) -> Part:
    names = tuple(name for name in frame.collect_schema() if name != ROW)
    return Part(source=source, frame=frame, columns=names)


_BEGINNINGS: Final = {
    b"PAR1": "parquet",
    b"ARROW1": "ipc",
    b"\xff\xff\xff\xff": "ipc_stream",
}
_UTF_16: Final = "text in UTF-16; save it as UTF-8"
_REFUSED: Final = {
    b"PK\x03\x04": "a spreadsheet or zip archive; save it as CSV or Parquet",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet; save it as CSV or Parquet",
    b"\xff\xfe": _UTF_16,
    b"\xfe\xff": _UTF_16,
    b"<": "XML or HTML, not a table",
}


def _kind(path: Path, source: str) -> str:
    """Format of a file, by how it begins and then by its name."""
    try:
        head = _head(path)
    except (OSError, EOFError) as error:
        raise SchemaError(f"{source}: cannot be read: {error}") from error
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        raise SchemaError(f"{source}: the file is empty")
    for beginning, kind in _BEGINNINGS.items():
        if head.startswith(beginning):
            return kind
    for beginning, reason in _REFUSED.items():
        if start.startswith(beginning):
            raise SchemaError(f"{source}: {reason}")
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    named = _SUFFIXES.get(suffixes[-1] if suffixes else "")
    if named in _BEGINNINGS.values():
        raise SchemaError(f"{source}: not a readable {named} file: it does not begin like one")
    if b"\x00" in start.split(b"\n", 1)[0]:
        # the mark that it should begin with is missing
        raise SchemaError(f"{source}: {_UTF_16}")
    if named == "jsonl" and start.startswith(b"["):
        raise SchemaError(f"{source}: one JSON array; write JSON lines, one object on each line")
    return named or ("jsonl" if start.startswith(b"{") else "csv")


def _head(path: Path, size: int = 1 << 16) -> bytes:
    with path.open("rb") as file:
        head = file.read(size)
    if head.startswith(b"\x1f\x8b"):
        with gzip.open(path, "rb") as file:
            head = file.read(size)
    return head


def _open_csv(path: Path, policy: PaymentsPolicy, source: str) -> Part:
    head = _head(path).decode("utf-8-sig", errors="ignore")
    _refuse_header(head.split("\n", 1)[0], source)
    delimiter = policy.delimiter or _delimiter(head)
    where = partial(find_fault, path, delimiter=delimiter)
    try:
        return _scan_csv(path, delimiter, where, source)
    except pl.exceptions.PolarsError as error:
        place = where()
        raise SchemaError(
            f"{source}: not a readable csv file: {f'{place}: ' if place else ''}{_first_line(error)}"
        ) from error


def _refuse_header(header: str, source: str) -> None:
    """Refuse a first line that is no header, before the reader finds other words for it."""
    if "\r" in header.rstrip("\r"):
        raise SchemaError(
            f"{source}: the lines end in bare carriage returns, so that all of it reads as one header; "
            "save it with line feeds"
        )
    if header.lstrip('"').lower().startswith("sep="):
        raise SchemaError(
            f"{source}: the first line is {header.strip()!r}, a note to spreadsheets and no header; delete it"
        )


def _scan_csv(path: Path, delimiter: str, where: Callable[[], str | None], source: str) -> Part:
    options: dict[str, Any] = {"separator": delimiter, "infer_schema": False, "glob": False}
    names = pl.scan_csv(path, has_header=False, n_rows=1, truncate_ragged_lines=True, **options)
    columns = tuple("" if name is None else str(name).strip() for name in names.collect().row(0))
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise SchemaError(f"{source}: the header holds {', '.join(map(repr, twice))} more than once")
    # a header such as " amount" is found as "amount"
    frame = pl.scan_csv(
        path,
        truncate_ragged_lines=True,
        with_column_names=lambda _: list(columns),
        row_index_name=ROW,
        row_index_offset=1,
        **options,
    )
    rows = frame.select(pl.len()).collect(engine="streaming").item()
    lines = find_line_problems(path, delimiter=delimiter, fields=len(columns), rows=rows, source=source)
    return Part(source=source, frame=frame, columns=columns, lines=lines, rows=rows, broken_at=where)


def _delimiter(head: str) -> str:
    header = head.split("\n", 1)[0]
    outside = "".join(header.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)


def _open_jsonl(path: Path, policy: PaymentsPolicy, source: str) -> Part:
    del policy
    exact = glob.escape(str(path))  # the JSON reader takes every path for a pattern
    # every line is looked at: a column that first appears in the last line holds names as well
    found = pl.scan_ndjson(exact, infer_schema_length=None).collect_schema().names()
    schema = dict.fromkeys(found, pl.String)
    frame = pl.scan_ndjson(exact, schema=schema, row_index_name=ROW, row_index_offset=1)
    return Part(source=source, frame=frame, columns=tuple(found), imprecise=True)
