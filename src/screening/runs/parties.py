"""The table of parties: what a bank knows of its customers beside their payments, for rules that ask."""

from __future__ import annotations

import difflib
import os
from typing import TYPE_CHECKING, Final

import polars as pl

from screening.errors import SchemaError
from screening.payments import open_source_table, to_utc
from screening.reference.countries import country_code
from screening.rules.book import PARTY_FIELDS

if TYPE_CHECKING:
    from screening.policy import Policy

__all__ = ["read_parties"]

_COLUMNS: Final = ("party_id", *PARTY_FIELDS)
_BETWEEN: Final = {"expected_countries": " ", "holder_aliases": ";"}
"""Column that may be a list of texts -> what stands between them where it is one text."""


def read_parties(path: str | os.PathLike[str], *, policy: Policy) -> pl.DataFrame:
    """Read `party_id` and any of `screening.rules.PARTY_FIELDS` from a file of any format of payments.

    Args:
        path: The file. `opened_at` is a time, `income_minor` a whole number, `residence` a country;
            all else is text, `expected_countries` and `holder_aliases` may be lists of texts.
        policy: Its section [payments] gives the zone of times that carry none.

    Raises:
        SchemaError: A column is missing or unknown, a value cannot be read, or a party stands there twice.
    """
    name, table = open_source_table(os.fspath(path), policy=policy)
    _check_columns(name, table.columns)
    table = table.with_columns(_in_one_text(name, values) for values in table if values.dtype.is_nested())
    made = {column: _read(table[column], policy) for column in table.columns}
    for column, values in made.items():
        given = table[column].cast(pl.String).str.strip_chars().replace("", None)
        lost = (values.is_null() & given.is_not_null()).arg_true()
        if len(lost):
            raise SchemaError(
                f"{name}: row {lost[0] + 1:,}: {column} '{given[int(lost[0])]}' cannot be read", column=column
            )
    parties = pl.DataFrame(made)
    ids = parties["party_id"]
    if ids.null_count():
        raise SchemaError(f"{name}: row {int(ids.is_null().arg_true()[0]) + 1:,} has no party_id")
    if ids.is_duplicated().any():
        raise SchemaError(f"{name}: party '{ids.filter(ids.is_duplicated())[0]}' stands there more than once")
    return parties


def _check_columns(name: str, columns: list[str]) -> None:
    for column in columns:
        if column not in _COLUMNS:
            close = difflib.get_close_matches(column, _COLUMNS, n=1)
            hint = f"; did you mean '{close[0]}'?" if close else ""
            raise SchemaError(
                f"{name}: unknown column '{column}' of parties{hint}; known are {', '.join(_COLUMNS)}",
                found=columns,
            )
    if "party_id" not in columns:
        raise SchemaError(f"{name}: parties lack party_id", missing=["party_id"], found=columns)


def _in_one_text(name: str, values: pl.Series) -> pl.Series:
    """A column of lists with what rules want between their texts."""
    kind = values.dtype
    if values.name not in _BETWEEN or not isinstance(kind, pl.List) or kind.inner != pl.String:
        several = " and ".join(f"'{column}'" for column in _BETWEEN)
        raise SchemaError(
            f"{name}: column '{values.name}' holds values of type {kind}; a text is wanted, and lists of "
            f"texts are read in {several} only",
            column=values.name,
        )
    return values.list.join(_BETWEEN[values.name], ignore_nulls=True)


def _read(values: pl.Series, policy: Policy) -> pl.Series:
    """Values of a column as rules want them; null where one cannot be read."""
    texts = values.cast(pl.String).str.strip_chars().replace("", None)
    if values.name == "opened_at":
        times = texts if values.dtype == pl.String else values
        return to_utc(times, timezone=policy.payments.timezone)["value"]
    if values.name == "income_minor":
        return texts.cast(pl.Int64, strict=False)
    if values.name == "residence":
        return texts.map_elements(country_code, return_dtype=pl.String)
    return texts
