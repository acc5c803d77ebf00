"""What a reader of a result must know beside it, one line each: the warnings of a manifest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from screening.hits import IDENTIFIER_COLUMNS
from screening.identifiers import listed_numbers
from screening.payments.columns import MAJOR, unnamed_sides
from screening.payments.problems import Problem
from screening.schemas import REQUIRED_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from screening.index import NameIndex

__all__ = ["notes", "notes_of_history"]

_MAJORITY: Final = 0.6  # of the values of a column; below it a few odd parties would speak for all
_REJECTING: Final = "|".join(
    re.escape(text) for text in sorted((one.text for one in Problem if one.rejects), key=len, reverse=True)
)


def notes(
    index: NameIndex,
    warnings: pl.DataFrame,
    *,
    columns: Iterable[str],
    unused_columns: Sequence[str],
    fields: pl.DataFrame,
    hits: pl.DataFrame | pl.LazyFrame,
    facts: pl.DataFrame,
) -> list[str]:
    """What a reader of the result must know, one line each.

    Args:
        index: The index, for what the reader of the list warned about.
        warnings: WARNINGS of the payments.
        columns: Columns of TRANSACTIONS that the payments have.
        unused_columns: Columns of the payments that nothing reads.
        fields: FIELDS.
        hits: HITS of the payments that were screened.
        facts: FACTS of the list.
    """
    columns = list(columns)  # read more than once
    lines = [*unnamed_sides(columns, unused_columns), *_of_the_list(index)]
    lines += [f"column '{name}' of the payments is read by nothing" for name in unused_columns]
    lines += [_of_no_names(row) for row in fields.to_dicts() if row["not_names"] > _MAJORITY * row["filled"]]
    lines += _of_nothing_listed(index, columns, fields, facts)
    blank = hits.lazy().filter((pl.col("status") == "unscreenable") & pl.col("query").is_null())
    nameless = blank.select(pl.len()).collect(engine="streaming").item()
    if nameless:
        lines.append(
            f"{nameless:,} payments name no party at all and cannot be judged; where that is right, "
            "set names_required = false under [payments]"
        )
    return lines + [_of_rows(row) for row in warnings.to_dicts()]


def notes_of_history(
    history: Mapping[str, Any], rejects: pl.DataFrame, *, columns: Iterable[str]
) -> list[str]:
    """What rules that look back did not see, one line each.

    Args:
        history: `describe_history` of the earlier payments.
        rejects: REJECTS of them.
        columns: Columns of TRANSACTIONS that the payments have.
    """
    reason = pl.coalesce(pl.col("reason").str.extract(f"^({_REJECTING})"), "reason")  # the first of several
    reasons = rejects.group_by(reason).agg(pl.len(), pl.col("row").min()).sort("reason")
    lines = [
        f"history: {words} ({rows:,} rows, first in row {first:,}): these earlier payments are not seen by "
        "rules that look back"
        for words, rows, first in reasons.iter_rows()
    ]
    if not history["read"]:
        return lines
    held = {*REQUIRED_COLUMNS, *(MAJOR.get(name, name) for name in history["columns"])}
    return lines + [
        f"column '{name}' is not in the history: earlier payments are seen without it"
        for name in columns
        if MAJOR.get(name, name) not in held
    ]


def _of_the_list(index: NameIndex) -> list[str]:
    """What the reader of the list warned about, one line per kind."""
    warnings = index.sanctions.warnings.group_by("code", maintain_order=True).agg(
        pl.len(), pl.first("message")
    )
    lines = [f"list: {code} ({count:,} times): {message}" for code, count, message in warnings.iter_rows()]
    held = index.sanctions.designations["list_type"].unique()
    return lines + [
        f"lists.exclude_list_types names '{name}', and the list holds nothing of that type"
        for name in index.policy.lists.exclude_list_types
        if name not in held
    ]


def _of_nothing_listed(
    index: NameIndex, columns: Iterable[str], fields: pl.DataFrame, facts: pl.DataFrame
) -> list[str]:
    """Which columns were compared with nothing, because the list says nothing of the kind."""
    lines = []
    if facts.filter(pl.col("attribute") == "birth_date").is_empty():
        lines += [
            f"column '{name}' was compared with nothing: no birth dates of listed persons were supplied"
            for name in columns
            if name.endswith("_birth_date")
        ]
    listed = listed_numbers(index.identifiers)["kind"].unique()
    filled = fields.filter((pl.col("channel") == "identifier") & (pl.col("filled") > 0))["column"]
    words = {"document": "numbers of documents", "bic": "BICs", "lei": "LEIs"}
    return lines + [
        f"column '{name}' was compared with nothing: the list holds no {words[IDENTIFIER_COLUMNS[name][1]]}"
        for name in filled
        if IDENTIFIER_COLUMNS[name][1] not in listed
    ]


def _of_rows(row: Mapping[str, Any]) -> str:
    """One of WARNINGS; what was not read at all has no rows."""
    said = f"{row['column']}: {row['reason']}"
    return f"{said} ({row['rows']:,} rows, first in row {row['first_row']:,})" if row["rows"] else said


def _of_no_names(row: Mapping[str, Any]) -> str:
    """That a column of names holds something else, so that the names may stand where nobody looks."""
    return (
        f"column '{row['column']}' seems to hold numbers, codes or dates and no names in "
        f"{row['not_names']:,} of {row['filled']:,} payments: hardly anybody is found there; if the names "
        "stand in another column, name it under [payments.columns]"
    )
