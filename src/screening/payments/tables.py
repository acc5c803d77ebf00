"""`conform`: any table of payments to the TRANSACTIONS table, with every row accounted for.

One pass over the source decides which rows can be read and keeps only their numbers; the transactions
themselves stay lazy, so that a file larger than memory can be screened.
"""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

import polars as pl

from screening.errors import PolicyError, SchemaError
from screening.payments.columns import match_columns
from screening.payments.problems import Problem
from screening.payments.readings import KEY, PART_BITS, PROBLEM, read_part
from screening.payments.rejects import (
    draw_rejected_rows,
    draw_rejects,
    draw_warnings,
    find_warnings,
    with_lines,
)
from screening.payments.sources import ROW, Part, open_parts
from screening.payments.times import EPOCHS
from screening.policy import Policy
from screening.reference.currencies import exponents
from screening.schemas import CHANNELS, STATUSES, TRANSACTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from screening.policy import PaymentsPolicy

__all__ = ["Conformed", "conform"]

_PART: Final = 1 << PART_BITS
_ID: Final = "#id"
_BAD: Final = "#bad"
_LAST_REJECTING: Final = max(problem for problem in Problem if problem.rejects)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Conformed:
    """Payments that were read, and all that is to be said about those that were not.

    Attributes:
        transactions: TRANSACTIONS, lazily; only the columns that were supplied, besides the required ones.
        rejects: REJECTS, one row for each rejected row.
        rejected_rows: The rejected rows with what could be read of them, in the columns of `transactions`, so
            that their parties can still be screened. The id is the payment's own where it has one that
            no other row uses, else "row-<n>". A CSV row whose fields do not fit the header stands as a
            whole in `remittance_text`, for a name may be in any of its fields.
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


def conform(transactions: Any, *, policy: Policy | None = None) -> Conformed:
    """Read payments into the TRANSACTIONS table.

    Args:
        transactions: A polars (eager or lazy), pandas or Arrow table, or the path of a CSV, Parquet,
            JSON lines or Arrow IPC file, of a folder of such files, or a glob pattern.
        policy: Its section [payments] says how to read them.

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
    policy = policy or Policy()
    _check(policy.payments)
    parts = open_parts(transactions, policy.payments)
    columns = match_columns(parts[0].columns, policy.payments, source=parts[0].source)
    for part in parts[1:]:
        _same_columns(part, parts[0], columns)
    try:
        return _account(_Plan(parts=parts, columns=columns, policy=policy))
    except pl.exceptions.PolarsError as error:
        names = ", ".join(part.source for part in parts[:3])
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise SchemaError(f"{names}: cannot be read: {reason}") from error


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


def _same_columns(part: Part, first: Part, columns: Mapping[str, str]) -> None:
    if set(part.columns) != set(first.columns):
        differing = sorted(set(part.columns) ^ set(first.columns))
        raise SchemaError(
            f"{part.source}: not the same columns as {first.source}; "
            f"they differ in {', '.join(map(repr, differing))}",
            missing=[name for name in columns.values() if name not in part.columns],
            found=list(part.columns),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """How to read all rows of a source, or some of them."""

    parts: Sequence[Part]
    columns: Mapping[str, str]
    policy: Policy

    def read(self) -> pl.LazyFrame:
        """All rows."""
        return self._read(self.parts)

    def read_only(self, keys: pl.Series) -> pl.DataFrame:
        """The rows with these keys; the others are dropped before anything is made of them."""
        parts = [self._join(part, keys, number, how="semi") for number, part in enumerate(self.parts)]
        return self._read(parts).collect(engine="streaming").sort(KEY)

    def read_without(self, keys: pl.Series) -> pl.LazyFrame:
        """All rows but those with these keys."""
        return self._read(
            [self._join(part, keys, number, how="anti") for number, part in enumerate(self.parts)]
        )

    def _join(self, part: Part, keys: pl.Series, number: int, *, how: Literal["semi", "anti"]) -> Part:
        rows = pl.select((keys.filter(keys // _PART == number) % _PART).alias(ROW)).to_series()
        if rows.is_empty():
            return part if how == "anti" else replace(part, frame=part.frame.head(0))
        table = rows.cast(part.frame.collect_schema()[ROW]).to_frame().lazy()
        frame = part.frame.join(table, on=ROW, how=how, maintain_order="left")
        return replace(part, frame=frame)

    def _read(self, parts: Sequence[Part]) -> pl.LazyFrame:
        return pl.concat(
            read_part(part, self.columns, self.policy, number=number, parts=len(parts))
            for number, part in enumerate(parts)
        )


def _account(plan: _Plan) -> Conformed:
    staged, parts, columns = plan.read(), plan.parts, plan.columns
    names = staged.collect_schema().names()
    problems = [name for name in names if name.startswith(PROBLEM)]
    values = [name for name in names if name in TRANSACTIONS]
    slim = staged.select(KEY, *problems, pl.col("transaction_id").hash().alias(_ID)).collect(
        engine="streaming"
    )
    _refuse_naive(slim, parts, columns)
    bad = pl.any_horizontal(pl.col(name).is_between(1, _LAST_REJECTING) for name in problems)
    slim = slim.with_columns(bad.alias(_BAD))
    readable = slim.filter(~pl.col(_BAD))
    repeated = _repeated(plan, readable)
    rejected = pl.concat([slim.filter(_BAD)[KEY], repeated]).sort()
    kept, kept_ids = staged, pl.Series([], dtype=pl.String)
    details = plan.read_only(rejected)
    if len(rejected):
        kept = plan.read_without(rejected)
        own_ids = details.lazy().select("transaction_id").drop_nulls()
        taken = kept.select("transaction_id").join(own_ids, on="transaction_id", how="semi")
        kept_ids = taken.collect(engine="streaming")["transaction_id"]
        duplicate = pl.when(pl.col(KEY).is_in(repeated.implode())).then(Problem.DUPLICATE).cast(pl.UInt8)
        name = PROBLEM + "transaction_id"
        details = details.with_columns(pl.coalesce(duplicate, name).alias(name))
    if len(repeated):
        readable = readable.filter(~pl.col(KEY).is_in(repeated.implode()))
    details = with_lines(details, parts)
    found = find_warnings(readable)
    return Conformed(
        transactions=kept.select(values),
        rejects=draw_rejects(details, parts, columns),
        rejected_rows=draw_rejected_rows(details, values, kept_ids, parts=len(parts)),
        warnings=draw_warnings(found, plan.read_only(found[KEY].unique()), parts, columns),
        columns=dict(columns),
        unused_columns=tuple(name for name in parts[0].columns if name not in columns.values()),
        rows_in=slim.height,
        rows_out=slim.height - len(rejected),
    )


def _refuse_naive(slim: pl.DataFrame, parts: Sequence[Part], columns: Mapping[str, str]) -> None:
    found = slim[PROBLEM + "booked_at"]
    naive = (found == Problem.NAIVE).sum()
    if naive and naive == ((found != Problem.EMPTY) & (found != Problem.TIME)).sum():
        raise SchemaError(
            f"{parts[0].source}: the times in '{columns['booked_at']}' carry no zone; "
            'set timezone under [payments], such as timezone = "Europe/Paris" (or "UTC")',
            hint="timezone",
        )


def _repeated(plan: _Plan, readable: pl.DataFrame) -> pl.Series:
    """Keys of rows whose id an earlier readable row has."""
    nothing = pl.Series(KEY, [], dtype=pl.Int64)
    # equal ids have equal hashes, so as many hashes as rows prove that no id repeats
    if readable[_ID].n_unique() == readable.height:
        return nothing
    suspects = readable.filter(pl.col(_ID).is_duplicated())[KEY]
    ids = plan.read_only(suspects).select(KEY, "transaction_id")
    return ids.filter(~pl.col("transaction_id").is_first_distinct())[KEY]
