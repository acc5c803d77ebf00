"""Which rows of a source are payments and which are not: every row is settled one way, with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from screening.errors import SchemaError
from screening.payments.problems import Problem
from screening.payments.readings import KEY, PART_BITS, PROBLEM, read_rows
from screening.payments.rejects import (
    draw_rejected_rows,
    draw_rejects,
    draw_warnings,
    find_warnings,
    name_rejected,
    with_left_out,
    with_lines,
)
from screening.payments.sources import Part, key_of, scan, stretches_of
from screening.schemas import TRANSACTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from screening.policy import Policy

__all__ = ["ID", "Settled", "Source", "find_troubled", "settle", "slim"]

ID: Final = "#id"
"""Hash of the transaction id: equal ids have equal hashes."""

_PART: Final = 1 << PART_BITS
_LAST_REJECTING: Final = max(problem for problem in Problem if problem.rejects)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """How to read all rows of a source, or some of them: KEY, values, problems and raw values.

    Attributes:
        parts: Its tables.
        columns: Canonical column -> the user's column.
        policy: Its section [payments] says how to read them.
        row_name: What the id begins with that a row gets which has none.
        left_out: What of the source is not read at all, one sentence each.
        alone: Whether one part is all of it.
    """

    parts: Sequence[Part]
    columns: Mapping[str, str]
    policy: Policy
    row_name: str = "row"
    left_out: Sequence[str] = ()
    alone: bool = True

    @property
    def values(self) -> list[str]:
        """Columns of TRANSACTIONS that can be read."""
        return [name for name in self.read().collect_schema().names() if name in TRANSACTIONS]

    @property
    def unused_columns(self) -> tuple[str, ...]:
        """The user's columns that nothing reads."""
        return tuple(name for name in self.parts[0].columns if name not in self.columns.values())

    @property
    def stretches(self) -> list[list[Part]]:
        """Its parts, those together that can be scanned as one."""
        return stretches_of(self.parts)

    def read(self) -> pl.LazyFrame:
        """All rows."""
        return pl.concat(self.read_some(stretch, scan(stretch)) for stretch in self.stretches)

    def read_some(
        self, stretch: Sequence[Part], frame: pl.LazyFrame, *, sample: pl.LazyFrame | None = None
    ) -> pl.LazyFrame:
        """Some rows of `scan(stretch)`."""
        return read_rows(
            frame,
            stretch,
            self.columns,
            self.policy,
            sample=frame if sample is None else sample,
            alone=self.alone,
            row_name=self.row_name,
        )

    def read_only(self, keys: pl.Series) -> pl.DataFrame:
        """The rows with these keys; the others are dropped before anything is made of them."""
        numbers = {*(keys // _PART).unique()}
        held = [part for part in self.parts if part.number in numbers] or self.parts[:1]
        return self._filtered(held, keys, only=True).collect(engine="streaming").sort(KEY)

    def read_without(self, keys: pl.Series) -> pl.LazyFrame:
        """All rows but those with these keys."""
        return self._filtered(self.parts, keys, only=False)

    def _filtered(self, parts: Sequence[Part], keys: pl.Series, *, only: bool) -> pl.LazyFrame:
        frames = []
        for stretch in stretches_of(parts):
            rows = scan(stretch)
            wanted = keys.filter(keys.is_between(*_bounds(stretch)))
            held = key_of(stretch).is_in(wanted.implode())
            # no join: one that keeps the order of rows holds all of them
            frame = rows.filter(~held)
            if only:  # few, and found before anything is made of them
                frame = _around(rows, stretch, wanted).filter(held).collect(engine="streaming").lazy()
            frames.append(self.read_some(stretch, frame, sample=rows))
        return pl.concat(frames)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Settled:
    """What was made of the rows of a source.

    Attributes:
        rejected: KEY of each rejected row, in order.
        rejects: REJECTS.
        rejected_rows: See `Conformed`.
        warnings: WARNINGS.
        rows_in: Rows of the source.
        rows_out: Rows that are payments.
    """

    rejected: pl.Series
    rejects: pl.DataFrame
    rejected_rows: pl.DataFrame
    warnings: pl.DataFrame
    rows_in: int
    rows_out: int


def _around(rows: pl.LazyFrame, stretch: Sequence[Part], keys: pl.Series) -> pl.LazyFrame:
    """No more of the rows of a stretch than must be read to find some of them."""
    first, last = keys.min(), keys.max()
    if not isinstance(first, int) or not isinstance(last, int):
        return rows.head(0)
    return rows.slice(first % _PART - 1, last - first + 1) if len(stretch) == 1 else rows


def _bounds(stretch: Sequence[Part]) -> tuple[int, int]:
    return stretch[0].number << PART_BITS, (stretch[-1].number + 1 << PART_BITS) - 1


def slim(staged: pl.LazyFrame) -> pl.LazyFrame:
    """Of rows that were read, what settles them: KEY, problems, and the hash of the id."""
    problems = [name for name in staged.collect_schema().names() if name.startswith(PROBLEM)]
    return staged.select(KEY, *problems, pl.col("transaction_id").hash().alias(ID))


def find_troubled(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Of rows that were read, or of `slim`, those with a problem: KEY and problems. Mostly there are few."""
    problems = [name for name in rows.collect_schema().names() if name.startswith(PROBLEM)]
    return rows.select(KEY, *problems).filter(pl.any_horizontal(pl.col(name) != 0 for name in problems))


def settle(
    source: Source,
    ids: pl.LazyFrame,
    troubled: pl.LazyFrame,
    without: Callable[[pl.Series], pl.LazyFrame],
    *,
    shares: int = 1,
    check: Callable[[int], None] = lambda _: None,
    advance: Callable[[int], None] = lambda _: None,
) -> Settled:
    """Decide which rows are payments.

    Args:
        source: Where the rows come from; of rejected rows it is asked again for what the user wrote.
        ids: KEY and ID of all its rows.
        troubled: `find_troubled` of them.
        without: All rows but those of some KEYs, with their values.
        shares: In how many shares ids are compared; more of them take less memory and more time.
        check: Told how many rows are rejected before they are read.
        advance: Told of each share that was compared.

    Raises:
        SchemaError: No time carries a zone.
    """
    rows_in = ids.select(pl.len()).collect(engine="streaming").item()
    _refuse_naive(source, troubled, rows_in)
    problems = [name for name in troubled.collect_schema().names() if name.startswith(PROBLEM)]
    bad = pl.any_horizontal(pl.col(name).is_between(1, _LAST_REJECTING) for name in problems)
    unreadable = troubled.filter(bad).select(KEY).collect(engine="streaming")[KEY]
    check(len(unreadable))
    repeated = _repeated(source, _without(ids, unreadable), shares, check, advance)
    rejected = pl.concat([unreadable, repeated]).sort()
    check(len(rejected))
    details = source.read_only(rejected)
    if len(rejected):
        duplicate = pl.when(pl.col(KEY).is_in(repeated.implode())).then(Problem.DUPLICATE).cast(pl.UInt8)
        name = PROBLEM + "transaction_id"
        details = details.with_columns(pl.coalesce(duplicate, name).alias(name))
    details = with_lines(details, source.parts)

    def select(some: Callable[[pl.LazyFrame], pl.LazyFrame]) -> pl.Series:
        if rejected.is_empty():
            return pl.Series([], dtype=pl.String)
        ids = some(without(rejected).select("transaction_id"))
        return ids.collect(engine="streaming")["transaction_id"]

    named = name_rejected(details, select, parts=len(source.parts), row_name=source.row_name)
    found = find_warnings(_without(troubled, rejected))
    firsts = source.read_only(found[KEY].unique())
    return Settled(
        rejected=rejected,
        rejects=draw_rejects(details, source.parts, source.columns),
        rejected_rows=draw_rejected_rows(named, source.values),
        warnings=with_left_out(
            draw_warnings(found, firsts, source.parts, source.columns),
            source.left_out,
            source.parts[0].source,
        ),
        rows_in=rows_in,
        rows_out=rows_in - len(rejected),
    )


def _without(rows: pl.LazyFrame, keys: pl.Series) -> pl.LazyFrame:
    return rows.filter(~pl.col(KEY).is_in(keys.implode())) if len(keys) else rows


def _refuse_naive(source: Source, troubled: pl.LazyFrame, rows_in: int) -> None:
    found = pl.col(PROBLEM + "booked_at")
    unwritten = (found == Problem.EMPTY) | (found == Problem.TIME)
    counted = troubled.select(naive=(found == Problem.NAIVE).sum(), unwritten=unwritten.sum())
    naive, without = counted.collect(engine="streaming").row(0)
    if naive and naive == rows_in - without:
        raise SchemaError(
            f"{source.parts[0].source}: the times in '{source.columns['booked_at']}' carry no zone; "
            'set timezone under [payments], such as timezone = "Europe/Paris" (or "UTC")',
            hint="timezone",
        )


def _repeated(
    source: Source,
    readable: pl.LazyFrame,
    shares: int,
    check: Callable[[int], None],
    advance: Callable[[int], None],
) -> pl.Series:
    """Keys of rows whose id an earlier readable row has."""
    found = [pl.Series(KEY, [], dtype=pl.Int64)]
    for share in range(shares):
        advance(min(share, 1))
        ids = readable.select(KEY, ID).filter(pl.col(ID) % shares == share).collect(engine="streaming")
        # equal ids have equal hashes, so as many hashes as rows prove that no id repeats
        if ids[ID].n_unique() == ids.height:
            continue
        suspects = ids.filter(pl.col(ID).is_duplicated())[KEY].sort()
        check(len(suspects))
        texts = source.read_only(suspects).select(KEY, "transaction_id")
        found.append(texts.filter(~pl.col("transaction_id").is_first_distinct())[KEY])
    return pl.concat(found).sort()
