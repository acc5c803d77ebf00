"""Tables of payments wherever they are: data frames of several libraries, and files of several formats.

A source is one or more parts; each part is a lazy polars frame whose column `#row` numbers its data rows
from 1. Files without types (CSV, JSON lines) are read as text, so that no leading zero is lost and no
amount passes through a binary float. Files of one layout that follow one another are scanned as one: a plan
of its own for each costs more than the rows of a small file.
"""

from __future__ import annotations

import datetime as dt
import glob
import gzip
import math
import os
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import narwhals as nw
import numpy as np
import polars as pl
from polars.io.plugins import register_io_source

from screening.errors import SchemaError
from screening.payments.lines import LINE_PROBLEMS, find_broken_json, find_fault, find_line_problems

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from screening.policy import PaymentsPolicy

__all__ = [
    "KEY",
    "PART_BITS",
    "ROW",
    "UNREADABLE",
    "Part",
    "as_polars",
    "find_files",
    "find_left_out",
    "key_of",
    "open_files",
    "open_parts",
    "scan",
    "stretches_of",
]

ROW: Final = "#row"

KEY: Final = "#key"
"""Number of the part and, in its lower PART_BITS, of the row in it."""

PART_BITS: Final = 40

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
_FEW_ROWS: Final = 10_000  # of a file, for which what is done once a file would cost more than they do
_BATCH: Final = 50_000
_KEPT: Final = 50_000
_HEAD: Final = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """What files have in common that can be scanned as one: format, columns in their order, and types."""

    kind: str
    columns: tuple[tuple[str, pl.DataType], ...]
    delimiter: str = ""

    def scan(self, paths: Sequence[Path]) -> pl.LazyFrame:
        """The rows of files of this layout below each other, numbered through in ROW."""
        numbered: dict[str, Any] = {"row_index_name": ROW, "row_index_offset": 1}
        names = [name for name, _ in self.columns]
        if self.kind == "csv":
            return pl.scan_csv(
                [*paths],
                truncate_ragged_lines=True,
                # a header such as " amount" is found as "amount"
                with_column_names=lambda _: names,
                **_csv_options(self.delimiter),
                **numbered,
            )
        if self.kind == "jsonl":
            exact = [_exact(path) for path in paths]
            return pl.scan_ndjson(exact, schema=dict.fromkeys(names, pl.String), **numbered)
        scan_typed = pl.scan_parquet if self.kind == "parquet" else pl.scan_ipc
        return scan_typed([*paths], glob=False, **numbered)

    def scan_in_batches(self, paths: Sequence[Path]) -> pl.LazyFrame:
        """As `scan`, but rows of several small files come together: polars hands on those of each alone."""

        def read(
            columns: list[str] | None, predicate: pl.Expr | None, rows: int | None, _: int | None
        ) -> Iterator[pl.DataFrame]:
            frame = self.scan(paths)
            frame = frame if rows is None else frame.head(rows)
            frame = frame if columns is None else frame.select(columns)
            frame = frame if predicate is None else frame.filter(predicate)
            for batch in frame.collect_batches(chunk_size=_BATCH, maintain_order=True, engine="streaming"):
                yield batch.rechunk()

        schema = {ROW: pl.get_index_type(), **dict(self.columns)}
        return register_io_source(read, schema=schema, is_pure=True)


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
        number: Its place in the source.
        path: Its file, if it is one.
        layout: Files of equal layouts can be scanned as one; None where that cannot be.
        kept: Rows of a stretch that begins here, by the numbers of its parts, where they are few.
    """

    source: str
    frame: pl.LazyFrame
    columns: tuple[str, ...]
    imprecise: bool = False
    lines: pl.DataFrame | None = None
    rows: int | None = None
    broken_at: Callable[[], str | None] = lambda: None
    number: int = 0
    path: Path | None = None
    layout: _Layout | None = None
    kept: dict[tuple[int, ...], pl.DataFrame] = field(default_factory=dict, repr=False, compare=False)


def stretches_of(parts: Sequence[Part]) -> list[list[Part]]:
    """Parts that follow one another and can be scanned as one."""
    found: list[list[Part]] = []
    for part in parts:
        last = found[-1][-1] if found else None
        known = last is not None and last.rows is not None and part.rows is not None
        if known and last is not None and part.layout is not None and part.layout == last.layout:
            found[-1].append(part)
        else:
            found.append([part])
    return found


def scan(stretch: Sequence[Part]) -> pl.LazyFrame:
    """The rows of a stretch, numbered through in ROW."""
    first = stretch[0]
    if len(stretch) == 1 or first.layout is None:
        return first.frame
    paths = [part.path for part in stretch if part.path is not None]
    rows = sum(part.rows or 0 for part in stretch)
    if rows >= _FEW_ROWS * len(stretch):
        return first.layout.scan(paths)
    if rows > _KEPT:
        return first.layout.scan_in_batches(paths)
    numbers = tuple(part.number for part in stretch)
    if numbers not in first.kept:  # opening all the files again takes longer than all that is done with them
        first.kept[numbers] = first.layout.scan(paths).collect(engine="streaming").rechunk()
    return first.kept[numbers].lazy()


def key_of(stretch: Sequence[Part]) -> pl.Expr:
    """KEY of the rows of `scan(stretch)`."""
    row = pl.col(ROW).cast(pl.Int64)
    if len(stretch) == 1:
        return row + (stretch[0].number << PART_BITS)
    ends = np.cumsum([part.rows for part in stretch])
    starts = np.concatenate([[0], ends[:-1]])
    shifts = np.array([part.number << PART_BITS for part in stretch]) - starts

    def keys(rows: pl.Series) -> pl.Series:
        numbers = rows.to_numpy()
        # of several files that begin at one row, all but the last are empty
        return pl.Series(rows.name, numbers + shifts[np.searchsorted(starts, numbers, side="left") - 1])

    return row.map_batches(keys, return_dtype=pl.Int64, is_elementwise=True)


def open_parts(
    transactions: Any,
    policy: PaymentsPolicy,
    *,
    opened: Callable[[int, int], None] = lambda _file, _files: None,
) -> list[Part]:
    """The parts of a data frame, a file, a folder or a glob pattern.

    Args:
        transactions: The table, or where it is.
        policy: How to read it.
        opened: Told of each file that was opened: the how manyth it is, and how many there are.

    Raises:
        SchemaError: There is no such file, or it is no table that can be read.
    """
    if isinstance(transactions, str | os.PathLike):
        where = os.fspath(transactions)
        files = find_files(where)
        if files == [(Path(where).name, Path(where))]:
            return [*open_files(files, policy)]
        try:
            parts = []
            for part in open_files(files, policy):
                parts.append(_counted(part))
                opened(len(parts), len(files))
        except SchemaError as error:
            raise SchemaError(
                f"{error}; every file of '{where}' is read, as one table: leave others out"
            ) from error
        return parts
    frame = as_polars(transactions, what="payments")
    return [Part(source="table", frame=_numbered(frame, "table"), columns=tuple(frame.columns))]


def open_files(files: Sequence[tuple[str, Path]], policy: PaymentsPolicy) -> Iterator[Part]:
    """The parts that some files are, each under its name.

    Raises:
        SchemaError: One is no table that can be read.
    """
    for number, (name, path) in enumerate(files):
        yield replace(_open(path, policy, source=name), number=number, path=path)


def _counted(part: Part) -> Part:
    if part.rows is not None or part.layout is None:
        return part
    try:
        return replace(part, rows=part.frame.select(pl.len()).collect(engine="streaming").item())
    except pl.exceptions.PolarsError as error:
        raise SchemaError(f"{part.source}: cannot be read: {_first_line(error)}") from error


def _numbered(frame: pl.DataFrame, source: str) -> pl.LazyFrame:
    _refuse_taken(frame.columns, source)
    return frame.lazy().with_row_index(ROW, offset=1)


def _refuse_taken(columns: Collection[str], source: str) -> None:
    if ROW in columns:
        raise SchemaError(
            f"{source}: a column is named '{ROW}', as rows are numbered here; name it otherwise"
        )


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
        except UNREADABLE as error:
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
        found = [item for item in _within(path) if _is_file(item)]
        if not found:
            raise SchemaError(
                f"{where}: the folder holds no files to read; files that begin with '.' or '_' and folders "
                "within it are left out"
            )
        name = path.name if path.name not in ("", "..") else path.resolve().name  # of "." and the like
        return [(f"{name}/{item.name}", item) for item in found]
    if os.path.lexists(where) and _is_file(path):
        return [(path.name, path)]
    matches = _matches(where)
    found = [item for item in matches if _is_file(item)]
    if not found:
        if matches:
            raise SchemaError(
                f"{where}: only folders fit this pattern, such as {matches[0]}; name their files"
            )
        raise SchemaError(
            f"{where}: no file fits this pattern; names that begin with '.' or '_' do only if it says so"
            if glob.has_magic(where)
            else f"{where}: no such file"
        )
    return [(str(item), item) for item in found]


def _within(folder: Path) -> list[Path]:
    """What a folder holds that is meant to be read."""
    return sorted(item for item in folder.iterdir() if not _is_hidden(item.name))


def _matches(pattern: str) -> list[Path]:
    """What fits a pattern and is meant to be read: hidden names only where a word of the pattern says so."""
    asked = [word for word in Path(pattern).parts if _is_hidden(word)]
    found = map(Path, glob.glob(pattern, recursive=True))  # noqa: PTH207 - it may be absolute
    return sorted(
        path
        for path in found
        if all(any(fnmatchcase(name, word) for word in asked) for name in path.parts if _is_hidden(name))
    )


def _is_file(path: Path) -> bool:
    """Whether it is a file; a folder is none, and `find_left_out` tells of it.

    Raises:
        SchemaError: It is a link to nothing, or what can be read only once: rows would be missing silently.
    """
    if path.is_file():
        return True
    if path.is_dir():
        return False
    if not path.exists():
        to = f"is a link to '{path.readlink()}', which" if path.is_symlink() else "was taken away:"
        raise SchemaError(f"{path}: {to} is not there; put it back, or take the name away as well")
    raise SchemaError(f"{path}: is no file that can be read twice; save what comes from a pipe to a file")


def find_left_out(where: str, *, beside: Collection[Path] = ()) -> dict[str, int]:
    """Folders within a folder or among what fits a pattern, and how many files each holds that nobody reads.

    Folders and files that begin with "." or "_" are meant to be left out, and are not told of.

    Args:
        where: The path.
        beside: Folders that hold no payments wherever they are, such as that of the outputs.

    Raises:
        SchemaError: A folder within may not be looked at.
    """
    path, held = Path(where), dict[str, int]()
    try:
        if path.is_file():
            return held
        matched = set[Path]() if path.is_dir() else {*_matches(where)}
        items = {str(item): item for item in sorted(matched)} or {item.name: item for item in _within(path)}
        for name, item in items.items():
            if item.is_dir():
                files = sum(_is_meant(file, item, beside) for file in item.rglob("*") if file not in matched)
                held |= {name: files} if files else {}
    except OSError as error:
        raise SchemaError(f"{where}: cannot be looked at: {error.strerror}") from error
    return held


def _is_meant(path: Path, within: Path, beside: Collection[Path]) -> bool:
    if path.is_dir() or any(map(_is_hidden, path.relative_to(within).parts)):
        return False
    place = path.parent.resolve()
    return not any(place.is_relative_to(folder.resolve()) for folder in beside)


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "_"))


def _open(path: Path, policy: PaymentsPolicy, *, source: str) -> Part:
    kind = _kind(path, source)
    readers: dict[str, Callable[[Path, PaymentsPolicy, str], Part]] = {
        "csv": _open_csv,
        "jsonl": _open_jsonl,
        "parquet": lambda path, _, source: _open_typed(path, "parquet", source),
        "ipc": lambda path, _, source: _open_typed(path, "ipc", source),
        "ipc_stream": lambda path, _, source: _typed(_numbered(pl.read_ipc_stream(path), source), source),
    }
    try:
        return readers[kind](path, policy, source)
    except pl.exceptions.DuplicateError as error:
        _refuse_taken([ROW] if ROW in str(error) else [], source)
        raise SchemaError(f"{source}: two columns of one name: {_first_line(error)}") from error
    except UNREADABLE as error:
        place = find_broken_json(path) if kind == "jsonl" else None
        raise SchemaError(
            f"{source}: not a readable {kind} file: {f'{place}: ' if place else ''}{_first_line(error)}"
        ) from error


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def _typed(frame: pl.LazyFrame, source: str) -> Part:
    names = tuple(name for name in frame.collect_schema() if name != ROW)
    return Part(source=source, frame=frame, columns=names)


def _open_typed(path: Path, kind: str, source: str) -> Part:
    frame = _Layout(kind=kind, columns=()).scan([path])
    columns = tuple((name, dtype) for name, dtype in frame.collect_schema().items() if name != ROW)
    layout = _Layout(kind=kind, columns=columns)
    return Part(source=source, frame=frame, columns=tuple(name for name, _ in columns), layout=layout)


_BEGINNINGS: Final = {
    b"PAR1": "parquet",
    b"ARROW1": "ipc",
    b"\xff\xff\xff\xff": "ipc_stream",
}
_UTF_16: Final = "text in UTF-16; save it as UTF-8"
_PACKED: Final = "compressed by {}; decompress it first (of compressed text only gzip is read)"
_BINARY: Final = "{}, and no table that is read here; save it as CSV or Parquet"
_REFUSED: Final = {
    b"PK\x03\x04": "a spreadsheet or zip archive; save it as CSV or Parquet",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet; save it as CSV or Parquet",
    b"\xff\xfe": _UTF_16,
    b"\xfe\xff": _UTF_16,
    b"<": "XML or HTML, not a table",
    b"\x28\xb5\x2f\xfd": _PACKED.format("zstd"),
    b"\xfd7zXZ\x00": _PACKED.format("xz"),
    b"\x04\x22\x4d\x18": _PACKED.format("lz4"),
    b"\xff\x06\x00\x00sNaPpY": _PACKED.format("snappy"),
    b"\x1f\x9d": _PACKED.format("compress"),
    b"\x1f\x8b": _PACKED.format("gzip twice"),
    b"7z\xbc\xaf\x27\x1c": _PACKED.format("7-Zip"),
    b"Rar!\x1a\x07": _PACKED.format("RAR"),
    b"SQLite format 3\x00": _BINARY.format("a SQLite database"),
    b"Obj\x01": _BINARY.format("an Avro file"),
    b"PARE": "an encrypted Parquet file; decrypt it first",
    b"%PDF-": _BINARY.format("a PDF document"),
}
_MARKS: Final = {
    (4, b"1AY&SY"): _PACKED.format("bzip2"),
    (257, b"ustar"): "a tar archive; unpack it first",
}
"""Where a mark stands that tells what a file is, where what it begins with might be text."""


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
    if reason := _foreign(head, start):
        raise SchemaError(f"{source}: {reason}")
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    named = _SUFFIXES.get(suffixes[-1] if suffixes else "")
    if named in _BEGINNINGS.values():
        raise SchemaError(f"{source}: not a readable {named} file: it does not begin like one")
    if b"\x00" in (line := head.split(b"\n", 1)[0]):
        # of UTF-16 the mark that it should begin with is missing, and letters have a byte that is 0
        wide = not any(line[::2]) or not any(line[1::2])
        binary = _BINARY.format("no text: it holds bytes that are 0")
        raise SchemaError(f"{source}: {_UTF_16 if wide else binary}")
    if named == "jsonl" and start.startswith(b"["):
        raise SchemaError(f"{source}: one JSON array; write JSON lines, one object on each line")
    return named or ("jsonl" if start.startswith(b"{") else "csv")


def _foreign(head: bytes, start: bytes) -> str | None:
    """What a file is that is read by others only; `start` is its head without what may stand before text."""
    begun = (reason for beginning, reason in _REFUSED.items() if start.startswith(beginning))
    marked = (reason for (place, mark), reason in _MARKS.items() if head[place:].startswith(mark))
    if head.startswith(b"ORC") and b"\x00" in head:  # a header of text may begin so
        return _BINARY.format("an ORC file")
    return next(begun, None) or next(marked, None)


def _head(path: Path, size: int = _HEAD) -> bytes:
    with path.open("rb") as file:
        head = file.read(size)
    if head.startswith(b"\x1f\x8b"):
        with gzip.open(path, "rb") as file:
            head = file.read(size)
    return head


def _open_csv(path: Path, policy: PaymentsPolicy, source: str) -> Part:
    start = _head(path)
    head = start.decode("utf-8-sig", errors="ignore")
    _refuse_header(head.split("\n", 1)[0], source)
    delimiter = policy.delimiter or _delimiter(head)
    if len(start) < _HEAD and (plain := _plain_csv(path, start, delimiter, source)):
        return plain
    where = partial(find_fault, path, delimiter=delimiter)
    try:
        header = head.split("\n", 1)[0] if "\n" in head else ""  # which may go on
        return _scan_csv(path, header, delimiter, where, source)
    except pl.exceptions.PolarsError as error:
        place = where()
        raise SchemaError(
            f"{source}: not a readable csv file: {f'{place}: ' if place else ''}{_first_line(error)}"
        ) from error


def _refuse_header(header: str, source: str) -> None:
    """Refuse a first line that is no header, before the reader finds other words for it."""
    if not header.strip():
        raise SchemaError(f"{source}: the first line is blank, and should name the columns; delete it")
    if "\r" in header.rstrip("\r"):
        raise SchemaError(
            f"{source}: the lines end in bare carriage returns, so that all of it reads as one header; "
            "save it with line feeds"
        )
    if header.lstrip('"').lower().startswith("sep="):
        raise SchemaError(
            f"{source}: the first line is {header.strip()!r}, a note to spreadsheets and no header; delete it"
        )


def _plain_csv(path: Path, content: bytes, delimiter: str, source: str) -> Part | None:
    """A small file in which nothing is quoted and every line has as many fields as the header.

    What `_scan_csv` finds out about it is plain to see; only its ways through the file would take longer
    than all that is done with the rows.
    """
    if b'"' in content or b"\n" not in content:
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    lines = text.removesuffix("\n").split("\n")
    columns = tuple(name.strip() for name in lines[0].split(delimiter))
    marks, free = len(columns) - 1, {*columns} - {ROW}
    if marks == 0 or len(free) <= marks or any(line.count(delimiter) != marks for line in lines):
        return None
    layout = _text_layout("csv", columns, delimiter)
    return Part(
        source=source, frame=layout.scan([path]), columns=columns, lines=LINE_PROBLEMS.to_frame(),
        rows=len(lines) - 1, broken_at=partial(find_fault, path, delimiter=delimiter), layout=layout,
    )  # fmt: skip


def _scan_csv(path: Path, header: str, delimiter: str, where: Callable[[], str | None], source: str) -> Part:
    columns = tuple(name.strip() for name in header.split(delimiter))
    if not header.strip() or '"' in header:
        options = _csv_options(delimiter)
        names = pl.scan_csv(path, has_header=False, n_rows=1, truncate_ragged_lines=True, **options)
        columns = tuple("" if name is None else str(name).strip() for name in names.collect().row(0))
    _refuse_taken(columns, source)
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise SchemaError(f"{source}: the header holds {', '.join(map(repr, twice))} more than once")
    layout = _text_layout("csv", columns, delimiter)
    frame = layout.scan([path])
    rows = frame.select(pl.len()).collect(engine="streaming").item()
    lines = find_line_problems(path, delimiter=delimiter, fields=len(columns), rows=rows, source=source)
    return Part(
        source=source, frame=frame, columns=columns, lines=lines, rows=rows, broken_at=where, layout=layout
    )


def _csv_options(delimiter: str) -> dict[str, Any]:
    return {"separator": delimiter, "infer_schema": False, "glob": False}


def _text_layout(kind: str, columns: Sequence[str], delimiter: str = "") -> _Layout:
    typed = tuple((name, pl.String()) for name in columns)
    return _Layout(kind=kind, columns=typed, delimiter=delimiter)


def _delimiter(head: str) -> str:
    header = head.split("\n", 1)[0]
    outside = "".join(header.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)


def _open_jsonl(path: Path, policy: PaymentsPolicy, source: str) -> Part:
    del policy
    # every line is looked at: a column that first appears in the last line holds names as well
    found = pl.scan_ndjson(_exact(path), infer_schema_length=None).collect_schema().names()
    _refuse_taken(found, source)
    layout = _text_layout("jsonl", found)
    return Part(
        source=source, frame=layout.scan([path]), columns=tuple(found), imprecise=True, layout=layout,
        broken_at=partial(find_broken_json, path),
    )  # fmt: skip


def _exact(path: Path) -> str:
    return glob.escape(str(path))  # the JSON reader takes every path for a pattern
