"""What is said about rows that were rejected, and about values that were set aside."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from screening.payments.columns import MAJOR
from screening.payments.problems import Problem
from screening.payments.readings import KEY, LINE, PART_BITS, PROBLEM, RAW
from screening.schemas import REJECTS, TRANSACTIONS, WARNINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from screening.payments.sources import Part

__all__ = [
    "draw_rejected_rows",
    "draw_rejects",
    "draw_warnings",
    "find_warnings",
    "name_rejected",
    "with_left_out",
    "with_lines",
]

_ROW_MASK: Final = (1 << PART_BITS) - 1


def with_lines(details: pl.DataFrame, parts: Sequence[Part]) -> pl.DataFrame:
    """Rows with the whole text of those whose fields do not fit the header."""
    lines = [pl.DataFrame(schema={KEY: pl.Int64, RAW + LINE: pl.String})]
    lines += [
        part.lines.select(
            (pl.col("row") + (number << PART_BITS)).alias(KEY), pl.col("line").alias(RAW + LINE)
        )
        for number, part in enumerate(parts)
        if part.lines is not None and part.lines.height
    ]
    return details.join(pl.concat(lines), on=KEY, how="left", maintain_order="left")


def draw_rejects(details: pl.DataFrame, parts: Sequence[Part], columns: Mapping[str, str]) -> pl.DataFrame:
    """REJECTS: one row for each row of `with_lines`, the first problem in front, others in the reason."""
    texts = {problem.value: problem.text for problem in Problem if problem.rejects}
    problems = []
    for name in (LINE, *TRANSACTIONS):
        if PROBLEM + name not in details.columns:
            continue
        target = _supplied(name, columns)
        value = pl.col(RAW + target) if RAW + target in details.columns else pl.lit(None)
        reason = pl.col(PROBLEM + name).replace_strict(texts, default=None, return_dtype=pl.String)
        problems.append(
            details.select(
                KEY,
                pl.lit("(whole row)" if name == LINE else columns.get(target, name)).alias("column"),
                value.cast(pl.String).alias("value"),
                reason.alias("reason"),
                "transaction_id",
            ).filter(pl.col("reason").is_not_null())
        )
    if not problems:
        return pl.DataFrame(schema=REJECTS)
    also = pl.format("; {} '{}': {}", "column", pl.col("value").fill_null(""), "reason")
    sources = {number: part.source for number, part in enumerate(parts)}
    return (
        pl.concat(problems)
        .with_columns(also=also)
        .group_by(KEY, maintain_order=True)
        .agg(
            pl.col("column", "value", "reason", "transaction_id").first(),
            pl.col("also").slice(1).str.join(""),
        )
        .sort(KEY)
        .select(
            source=(pl.col(KEY) // (1 << PART_BITS)).replace_strict(sources, return_dtype=pl.String),
            row=pl.col(KEY) % (1 << PART_BITS),
            column="column",
            value="value",
            reason=pl.col("reason") + pl.col("also"),
            transaction_id="transaction_id",
        )
        .cast(REJECTS)
    )


def _supplied(name: str, columns: Mapping[str, str]) -> str:
    """The canonical column as the user supplied it: `amount` for `amount_minor`, say."""
    return next((target for target in columns if MAJOR.get(target, target) == name), name)


def name_rejected(
    details: pl.DataFrame,
    select: Callable[[Callable[[pl.LazyFrame], pl.LazyFrame]], pl.Series],
    *,
    parts: int,
    row_name: str,
) -> pl.DataFrame:
    """Rejected rows with a `name` that is the id of no other row: their own id, or one made of their place.

    Args:
        details: Rejected rows, as `with_lines` returns them.
        select: Some of the ids of payments; asked a second time only where a name is taken.
        parts: How many parts the source has.
        row_name: What an id begins with that is made.
    """
    id_, part, row = "transaction_id", pl.col(KEY) // (1 << PART_BITS) + 1, pl.col(KEY) % (1 << PART_BITS)
    made = pl.format(f"{row_name}-{{}}", row) if parts == 1 else pl.format(f"{row_name}-{{}}-{{}}", part, row)
    details = details.with_columns(made.alias("name"))
    own = details[id_].drop_nulls()
    asked = pl.concat([own, details["name"]]).unique().alias(id_).to_frame().lazy()
    payments = select(lambda ids: ids.join(asked, on=id_, how="semi"))
    free = pl.col(id_).is_not_null() & ~pl.col(id_).is_in(payments.implode()) & ~pl.col(id_).is_duplicated()
    used = pl.concat([own, payments])
    clashes = details.filter(~free & pl.col("name").is_in(used.implode()))["name"]
    longer = {}
    if len(clashes):
        lengthened = pl.col(id_).str.contains(rf"^{re.escape(row_name)}-[0-9-]+\*+$")
        taken = {*used, *select(lambda ids: ids.filter(lengthened))}
        longer = {name: _lengthened(name, taken) for name in clashes}
    name = pl.col("name").replace(list(longer), list(longer.values()))
    return details.with_columns(pl.when(free).then(id_).otherwise(name).alias("name"))


def _lengthened(name: str, used: Collection[str]) -> str:
    while name in used:
        name += "*"
    return name


def draw_rejected_rows(details: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """What could be read of rejected rows, under their `name`.

    Args:
        details: Rejected rows, as `name_rejected` returns them.
        columns: Columns of TRANSACTIONS to keep.
    """
    made = [pl.col("name").alias("transaction_id")]
    if details[RAW + LINE].is_not_null().any():
        # names may stand in any field of such a row, so all of it is text to be searched
        columns = [name for name in TRANSACTIONS if name in columns or name == "remittance_text"]
        made.append(
            pl.coalesce(
                RAW + LINE, *(["remittance_text"] if "remittance_text" in details.columns else [])
            ).alias("remittance_text")
        )
    return details.with_columns(made).select(columns)


def find_warnings(kept: pl.LazyFrame) -> pl.DataFrame:
    """Every (column, problem) of rows that are kept, how often it occurs, and the KEY of its first row."""
    nothing = pl.DataFrame(schema={"name": pl.String, "problem": pl.UInt8, "rows": pl.Int64, KEY: pl.Int64})
    found = [nothing.lazy()]
    for column in (name for name in kept.collect_schema().names() if name.startswith(PROBLEM)):
        cases = kept.filter(pl.col(column) >= Problem.TWICE).group_by(pl.col(column).alias("problem"))
        found.append(
            cases.agg(pl.len().cast(pl.Int64).alias("rows"), pl.col(KEY).min()).select(
                pl.lit(column.removeprefix(PROBLEM)).alias("name"), "problem", "rows", KEY
            )
        )
    return pl.concat(pl.collect_all(found, engine="streaming"))


def draw_warnings(
    found: pl.DataFrame, first: pl.DataFrame, parts: Sequence[Part], columns: Mapping[str, str]
) -> pl.DataFrame:
    """WARNINGS: what was set aside or settled in rows that were kept, with the first case of each.

    Args:
        found: What `find_warnings` found.
        first: The rows it names.
        parts: The parts of the source.
        columns: Canonical column -> the user's column.
    """
    values = {row[KEY]: row for row in first.to_dicts()}
    rows: list[dict[str, Any]] = []
    for case in found.to_dicts():
        key, target = case[KEY], _supplied(case["name"], columns)
        rows.append(
            {
                "column": "(whole row)" if target == LINE else columns[target],
                "reason": Problem.told(case["problem"]),
                "rows": case["rows"],
                "first_source": parts[key >> PART_BITS].source,
                "first_row": key & _ROW_MASK,
                "first_value": values[key].get(RAW + target),
            }
        )
    return pl.DataFrame(rows, schema=WARNINGS).sort("column", "reason")


def with_left_out(warnings: pl.DataFrame, left_out: Sequence[str], source: str) -> pl.DataFrame:
    """WARNINGS, with what was not read at all before them: it has no rows, for nobody counted them."""
    rows = [
        {"column": "(whole table)", "reason": reason, "rows": 0, "first_source": source, "first_row": 0}
        for reason in left_out
    ]
    return pl.concat([pl.DataFrame(rows, schema=WARNINGS), warnings])
