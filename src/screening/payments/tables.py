"""`conform`: any table of payments to the TRANSACTIONS table, with every row accounted for.

One pass over the source decides which rows can be read and keeps only their numbers; the transactions
themselves stay lazy, so that a file larger than memory can be screened.
"""

from __future__ import annotations

import os
import zoneinfo
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from screening.errors import PolicyError, SchemaError
from screening.payments.accounts import ID, Source, find_troubled, settle, slim
from screening.payments.columns import match_columns, unnamed_sides
from screening.payments.readings import KEY
from screening.payments.sources import UNREADABLE, Part, find_left_out, open_parts
from screening.payments.times import EPOCHS
from screening.payments.words import two_meanings
from screening.policy import Policy
from screening.reference.currencies import exponents
from screening.schemas import CHANNELS, STATUSES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from screening.policy import PaymentsPolicy

__all__ = ["Conformed", "conform", "open_source", "open_source_table", "readable"]

_SHOWN: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Conformed:
    """Payments that were read, and all that is to be said about those that were not.

    Attributes:
        transactions: TRANSACTIONS, lazily; only the columns that were supplied, besides the required ones.
        rejects: REJECTS, one row for each rejected row.
        rejected_rows: The rejected rows with what could be read of them, in the columns of `transactions`, so
            that their parties can still be screened. The id is the payment's own where it has one that
            no other row uses, else "row-<n>", with "*" behind it where another row has that too. A CSV row
            whose fields do not fit the header stands as a whole in `remittance_text`, for a name may be in
            any of its fields.
        warnings: WARNINGS, what was set aside or settled in rows that were kept.
        columns: Canonical column -> the user's column.
        unused_columns: The user's columns that nothing reads.
        rows_in: Data rows of the source.
        rows_out: Rows of `transactions`; together with the rejected ones, all rows.
    """

    transactions: pl.LazyFrame
    rejects: pl.DataFrame
    rejected_rows: pl.DataFrame
    warnings: pl.DataFrame
    columns: Mapping[str, str]
    unused_columns: tuple[str, ...]
    rows_in: int
    rows_out: int

    @property
    def rows_rejected(self) -> int:
        """How many rows are in `rejects`."""
        return self.rejects.height

    @property
    def unnamed_sides(self) -> list[str]:
        """That a side of the payments has no column of names, one line each."""
        return unnamed_sides(self.columns, self.unused_columns)


def conform(
    transactions: Any, *, policy: Policy | None = None, held: bool = False, row_name: str = "row"
) -> Conformed:
    """Read payments into the TRANSACTIONS table.

    Args:
        transactions: A polars (eager or lazy), pandas or Arrow table, or the path of a CSV, Parquet,
            JSON lines or Arrow IPC file, of a folder of such files, or a glob pattern.
        policy: Its section [payments] says how to read them.
        held: Whether what was read is kept, where it fits into memory twice: every row is read once then.
        row_name: What the id begins with that a row gets which has none: "history" for payments beside
            others, say, so that the first row of each has an id of its own.

    Raises:
        SchemaError: The source cannot be read as a table, or lacks a column that must be there.
        PolicyError: The policy asks for what does not exist.

    Example:
        >>> read = conform(
        ...     pl.DataFrame(
        ...         {
        ...             "Payment ID": ["P1", "P2"],
        ...             "Date": ["2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z"],
        ...             "Amount": ["1,250.00", "twelve"],
        ...             "Currency": ["EUR", "EUR"],
        ...             "Debtor": ["Anna Muster", "Otto Beispiel"],
        ...         }
        ...     )
        ... )
        >>> read.transactions.select("transaction_id", "amount_minor", "originator_name").collect().rows()
        [('P1', 125000, 'Anna Muster')]
        >>> read.rejects.select("row", "column", "value", "reason").rows()
        [(2, 'Amount', 'twelve', 'not a number')]
        >>> read.rejected_rows["originator_name"].to_list()
        ['Otto Beispiel']
    """
    source = open_source(transactions, policy=policy, row_name=row_name)
    with readable(source):
        staged = source.read().collect().lazy() if held else source.read()
        slimmed = slim(staged).collect(engine="streaming").lazy()
        settled = settle(source, slimmed.select(KEY, ID), find_troubled(slimmed), source.read_without)
        kept = staged
        if len(settled.rejected):
            numbers = pl.col(KEY).is_in(settled.rejected.implode())
            kept = staged.filter(~numbers) if held else source.read_without(settled.rejected)
        return Conformed(
            transactions=kept.select(source.values),
            rejects=settled.rejects,
            rejected_rows=settled.rejected_rows,
            warnings=settled.warnings,
            columns=dict(source.columns),
            unused_columns=source.unused_columns,
            rows_in=settled.rows_in,
            rows_out=settled.rows_out,
        )


def open_source(
    transactions: Any,
    *,
    policy: Policy | None = None,
    row_name: str = "row",
    beside: Collection[Path] = (),
    opened: Callable[[int, int], None] = lambda _file, _files: None,
) -> Source:
    """Find the tables of a source and what their columns are; no row is read yet.

    Args:
        transactions: What `conform` reads.
        policy: Its section [payments] says how to read them.
        row_name: What the id begins with that a row gets which has none: "history" for payments beside
            others, say, so that the first row of each has an id of its own.
        beside: Folders that hold no payments wherever they are, such as that of the outputs.
        opened: Told of each file that was opened: the how manyth it is, and how many there are.

    Raises:
        SchemaError: The source cannot be read as a table, or lacks a column that must be there.
        PolicyError: The policy asks for what does not exist.
    """
    policy = policy or Policy()
    _check(policy.payments)
    parts = open_parts(transactions, policy.payments, opened=opened)
    columns = match_columns(parts[0].columns, policy.payments, source=parts[0].source)
    for part in parts[1:]:
        _same_columns(part, parts[0], columns)
    left_out = _left_out(transactions, parts[0].source, beside)
    return Source(
        parts=parts, columns=columns, policy=policy, row_name=row_name, left_out=left_out,
        alone=len(parts) == 1,
    )  # fmt: skip


def _left_out(transactions: Any, source: str, beside: Collection[Path]) -> list[str]:
    """That files of folders within a folder, or of folders that fit a pattern, are not read.

    Args:
        transactions: What `conform` reads.
        source: Name of its first file, with that of the folder.
        beside: Folders that hold no payments.
    """
    if not isinstance(transactions, str | os.PathLike):
        return []
    where = os.fspath(transactions)
    held = find_left_out(where, beside=beside)
    if not held:
        return []
    shown = [f"{name!r} ({files:,})" for name, files in held.items()]
    more = f" and {len(held) - _SHOWN:,} more" if len(held) > _SHOWN else ""
    folder = source.split("/", maxsplit=1)[0] if Path(where).is_dir() else ""
    which = f"within '{folder}'" if folder else f"that fit '{where}'"
    reach = folder or Path(where).parent.as_posix()
    told = (
        f"{sum(held.values()):,} files in folders {which} were not read: "
        f"{', '.join(shown[:_SHOWN])}{more}; the pattern '{reach}/**/*{Path(source).suffix}' takes them in"
    )
    return [told]


def open_source_table(path: str, *, policy: Policy) -> tuple[str, pl.DataFrame]:
    """Name and rows of one file beside the payments, as they are written.

    Raises:
        SchemaError: There is no such file, or it is no table that can be read.
    """
    parts = open_parts(path, policy.payments)
    if len(parts) > 1:
        raise SchemaError(f"{path}: one file is wanted, and these are {len(parts)}")
    (part,) = parts
    if part.lines is not None and len(broken := part.lines.filter(pl.col("line").is_not_null())):
        raise SchemaError(f"{part.source}: row {broken['row'][0]:,} has not as many fields as the header")
    try:
        return part.source, part.frame.select(part.columns).collect()
    except UNREADABLE as error:
        raise SchemaError(f"{part.source}: cannot be read: {error}") from error


@contextmanager
def readable(source: Source) -> Iterator[None]:
    """Turn what goes wrong while rows are read into an error that says where.

    Raises:
        SchemaError: A file breaks in its middle.
    """
    try:
        yield
    except UNREADABLE as error:
        more = f" and {len(source.parts) - 3:,} more" if len(source.parts) > 3 else ""
        names = ", ".join(part.source for part in source.parts[:3]) + more
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        for part in source.parts:
            if place := _broken_at(part):
                raise SchemaError(f"{part.source}: cannot be read: {place}: {reason}") from error
        raise SchemaError(f"{names}: cannot be read: {reason}") from error


def _broken_at(part: Part) -> str | None:
    try:
        return part.broken_at()
    except (OSError, EOFError, ValueError):  # it is broken too much to look for the place
        return None


def _check(policy: PaymentsPolicy) -> None:
    layouts = ("a strptime layout or one of " + ", ".join(EPOCHS), lambda text: text in EPOCHS or "%" in text)
    codes = ("an ISO 4217 code with a minor unit", lambda code: code in exponents())
    statuses = (f"one of {', '.join(STATUSES)}", lambda word: word in STATUSES)
    channels = (f"one of {', '.join(CHANNELS)}", lambda word: word in CHANNELS)
    rules: dict[str, tuple[str, Callable[[str], bool]]] = {
        "timezone": (
            "an IANA zone such as 'Europe/Paris'",
            lambda zone: zone in zoneinfo.available_timezones(),
        ),
        "decimal_mark": ("'.' or ','", lambda mark: mark in {".", ","}),
        "delimiter": ("one ASCII character", lambda mark: len(mark) == 1 and mark.isascii() and mark != '"'),
        "time_format": layouts,
        "currency": codes,
        "currencies": codes,
        "status": statuses,
        "statuses": statuses,
        "channel": channels,
        "channels": channels,
    }
    for key, (known, holds) in rules.items():
        asked = getattr(policy, key)
        for value in asked.values() if isinstance(asked, dict) else [asked]:
            if value is not None and not holds(value):
                raise PolicyError(f"[payments] {key}: {value!r} is not {known}", key=key)
        if isinstance(asked, dict) and (pair := two_meanings(asked)):
            one, other = pair
            raise PolicyError(
                f"[payments.{key}]: {one!r} and {other!r} are one word, for case does not count, and mean "
                f"{asked[one]!r} and {asked[other]!r}; keep one of them",
                key=key,
            )


def _same_columns(part: Part, first: Part, columns: Mapping[str, str]) -> None:
    if set(part.columns) != set(first.columns):
        differing = sorted(set(part.columns) ^ set(first.columns))
        raise SchemaError(
            f"{part.source}: not the same columns as {first.source}; "
            f"they differ in {', '.join(map(repr, differing))}",
            missing=[name for name in columns.values() if name not in part.columns],
            found=list(part.columns),
        )
