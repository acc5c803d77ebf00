"""The table of parties: what a bank knows of its customers beside their payments, for rules that ask."""

from __future__ import annotations

import difflib
import os
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from screening.errors import SchemaError
from screening.payments import as_polars, open_source_table, to_utc
from screening.payments.words import party_type_of
from screening.reference.countries import country_code
from screening.rules.columns import PARTY_FIELDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from screening.policy import Policy

__all__ = ["CASE_STATUSES", "conform_parties", "open_parties"]

CASE_STATUSES: Final = ("suspended", "confirmed")
"""What `case_status` of a party may be; it is empty for all others."""

_COLUMNS: Final = ("party_id", *PARTY_FIELDS)
_BETWEEN: Final = {"expected_countries": " ", "holder_aliases": ";"}
"""Column that may be a list of texts -> what stands between them where it is one text."""
_HINTS: Final = {
    "case_status": f"; known are {', '.join(CASE_STATUSES)}, and it is empty for all other parties",
    "opened_at": "; a time needs a zone, or set timezone under [payments]",
    "income_minor": "; it is a whole number of minor units",
}


def open_parties(parties: Any, *, policy: Policy) -> pl.DataFrame:
    """`conform_parties` of a table of any library, or of a file of any format of payments.

    Raises:
        SchemaError: It cannot be read, or does not hold what it must.
    """
    if isinstance(parties, str | os.PathLike):
        name, table = open_source_table(os.fspath(parties), policy=policy)
        return conform_parties(table, policy=policy, source=name)
    return conform_parties(as_polars(parties, what="parties"), policy=policy)


def conform_parties(
    parties: pl.DataFrame | pl.LazyFrame, *, policy: Policy, source: str = "parties"
) -> pl.DataFrame:
    """`party_id` and any of `PARTY_FIELDS` as rules want them; a table that is so already stays as it is.

    Args:
        parties: `opened_at` is a time, `income_minor` a whole number, `residence` a country, `case_status`
            one of `CASE_STATUSES`; all else is text, `expected_countries` and `holder_aliases` may be lists
            of texts.
        policy: Its section [payments] gives the zone of times that carry none.
        source: What the table is called in errors.

    Raises:
        SchemaError: A column is missing or unknown, a value cannot be read, or a party stands there twice.
    """
    table = parties.lazy().collect()
    _check_columns(source, table)
    table = table.with_columns(_in_one_text(source, values) for values in table if values.dtype.is_nested())
    made = {column: _read(table[column], policy) for column in table.columns}
    for column, values in made.items():
        given = _texts(table[column])
        lost = (values.is_null() & given.is_not_null()).arg_true()
        if len(lost):
            raise SchemaError(
                f"{source}: row {lost[0] + 1:,}: {column} '{given[int(lost[0])]}' cannot be read"
                f"{_HINTS.get(column, '')}",
                column=column,
            )
    ids = made["party_id"]
    if ids.null_count():
        raise SchemaError(f"{source}: row {int(ids.is_null().arg_true()[0]) + 1:,} has no party_id")
    if ids.is_duplicated().any():
        raise SchemaError(
            f"{source}: party '{ids.filter(ids.is_duplicated())[0]}' stands there more than once"
        )
    return pl.DataFrame(made)


def _check_columns(source: str, table: pl.DataFrame) -> None:
    columns: Sequence[str] = table.columns
    for column in columns:
        if column not in _COLUMNS:
            close = difflib.get_close_matches(column, _COLUMNS, n=1)
            hint = f"; did you mean '{close[0]}'?" if close else ""
            raise SchemaError(
                f"{source}: unknown column '{column}' of parties{hint}; known are {', '.join(_COLUMNS)}",
                found=columns,
            )
    if "party_id" not in columns:
        raise SchemaError(f"{source}: parties lack party_id", missing=["party_id"], found=columns)
    if table.schema["party_id"].is_float():  # 2.0 would never meet the '2' of a payment
        raise SchemaError(
            f"{source}: party_id holds numbers of type {table.schema['party_id']}; supply it as text",
            column="party_id",
        )


def _in_one_text(source: str, values: pl.Series) -> pl.Series:
    """A column of lists with what rules want between their texts."""
    kind = values.dtype
    if values.name not in _BETWEEN or not isinstance(kind, pl.List) or kind.inner != pl.String:
        several = " and ".join(f"'{column}'" for column in _BETWEEN)
        raise SchemaError(
            f"{source}: column '{values.name}' holds values of type {kind}; a text is wanted, and lists of "
            f"texts are read in {several} only",
            column=values.name,
        )
    return values.list.join(_BETWEEN[values.name], ignore_nulls=True)


def _texts(values: pl.Series) -> pl.Series:
    return values.cast(pl.String).str.strip_chars().replace("", None)


def _read(values: pl.Series, policy: Policy) -> pl.Series:
    """Values of a column as rules want them; null where one cannot be read."""
    texts = _texts(values)
    if values.name == "opened_at":
        times = texts if values.dtype == pl.String else values
        return to_utc(times, timezone=policy.payments.timezone)["value"]
    if values.name == "income_minor":
        # a column of whole numbers with gaps is one of floats in pandas
        whole = texts.str.strip_suffix(".0") if values.dtype.is_float() else texts
        return whole.cast(pl.Int64, strict=False)
    if values.name == "residence":
        codes = {text: country_code(text) for text in texts.drop_nulls().unique()}
        return texts.replace_strict(codes, default=None, return_dtype=pl.String)
    if values.name == "type":  # as in payments; of other kinds than those nothing is known
        kinds = {text: party_type_of(text) or text.lower() for text in texts.drop_nulls().unique()}
        return texts.replace(kinds)
    if values.name == "case_status":
        words = {text: text.lower() for text in texts.drop_nulls().unique()}
        known = {text: word for text, word in words.items() if word in CASE_STATUSES}
        return texts.replace_strict(known, default=None, return_dtype=pl.String)
    return texts
