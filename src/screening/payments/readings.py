"""One expression per canonical column: the user's values in, a value and a problem out."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from screening.errors import SchemaError
from screening.payments.amounts import READ_AMOUNT, to_minor
from screening.payments.columns import MAJOR
from screening.payments.problems import Problem
from screening.payments.sources import EXTRA_FIELD, ROW, Part
from screening.payments.times import EPOCHS, READ_TIME, to_date, to_utc
from screening.payments.words import channel_of, country_of, currency_of, flag_of, recode, status_of
from screening.reference.currencies import exponents
from screening.schemas import REQUIRED_COLUMNS, TRANSACTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from screening.policy import PaymentsPolicy

__all__ = ["KEY", "PROBLEM", "RAW", "read_part"]

KEY: Final = "#key"
"""Number of the part and of the row in it, as one number."""

RAW: Final = "raw:"
"""Prefix of the user's values, PROBLEM of what is wrong with them."""

PROBLEM: Final = "problem:"

_COUNTRIES: Final = tuple(name for name in TRANSACTIONS if name.endswith("country"))
_FLAGS: Final = tuple(name for name, kind in TRANSACTIONS.items() if kind == pl.Boolean)
_DATES: Final = tuple(name for name, kind in TRANSACTIONS.items() if kind == pl.Date)
_PART_BITS: Final = 40


def read_part(part: Part, columns: Mapping[str, str], policy: PaymentsPolicy, *, number: int, parts: int) -> pl.LazyFrame:
    """Key, raw values, canonical values and problems of one part, lazily."""
    schema = part.frame.collect_schema()
    key = (pl.col(ROW).cast(pl.Int64) + (number << _PART_BITS)).alias(KEY)
    extra = pl.col(EXTRA_FIELD) if EXTRA_FIELD in schema else pl.lit(None, pl.String)
    raw = part.frame.select(
        key,
        extra.alias(RAW + EXTRA_FIELD),
        *(pl.col(name).alias(RAW + target) for target, name in columns.items()),
    )
    kinds = {target: schema[name] for target, name in columns.items()}
    for target, kind in kinds.items():
        if isinstance(kind, pl.Struct | pl.Object | pl.Array) or (isinstance(kind, pl.List) and kind.inner != pl.String):
            raise SchemaError(f"{part.source}: column '{columns[target]}' holds {kind}, not plain values")
    row_id = pl.format("row-{}", ROW) if parts == 1 else pl.format("row-{}-{}", pl.lit(number + 1), ROW)
    frame = raw.with_columns((pl.col(KEY) - (number << _PART_BITS)).alias(ROW))
    frame = frame.with_columns(
        *_identity(kinds, row_id if policy.number_rows else None),
        *_word("status", kinds, status_of(policy.statuses), policy.status, Problem.STATUS),
        *_word("channel", kinds, channel_of(policy.channels), policy.channel, Problem.CHANNEL),
        *_word("currency", kinds, currency_of(policy.currencies), policy.currency, Problem.CURRENCY),
        _time(kinds["booked_at"], policy).alias("#time"),
        _extra_field(),
        *(expression for target, kind in kinds.items() for expression in _optional(target, kind)),
    )
    frame = frame.with_columns(
        pl.col("currency").replace_strict(dict(exponents()), default=None, return_dtype=pl.Int8).alias("#exponent")
    )
    money = [_money(target, kinds[target], policy, part) for target in kinds if target in (*MAJOR, *MAJOR.values())]
    frame = frame.with_columns(*money).with_columns(
        pl.col("#time").struct.field("value").alias("booked_at"),
        pl.col("#time").struct.field("problem").alias(PROBLEM + "booked_at"),
        *(
            expression
            for target in kinds
            if (minor := MAJOR.get(target, target)) in MAJOR.values()
            for expression in (
                pl.col(f"#{minor}").struct.field("value").alias(minor),
                pl.col(f"#{minor}").struct.field("problem").alias(PROBLEM + minor),
            )
        ),
    )
    frame = frame.with_columns(
        # a currency without minor unit would otherwise show as an amount without currency
        pl.when((pl.col(PROBLEM + "currency") == 0) & pl.col("#exponent").is_null())
        .then(pl.lit(Problem.NO_MINOR_UNIT, pl.UInt8))
        .otherwise(pl.col(PROBLEM + "currency"))
        .alias(PROBLEM + "currency")
    )
    made = {*REQUIRED_COLUMNS, *(MAJOR.get(target, target) for target in kinds)}
    problems = [name for name in frame.collect_schema() if name.startswith(PROBLEM)]
    return frame.select(
        KEY,
        *(pl.col(name) for name in TRANSACTIONS if name in made),
        *problems,
        *(RAW + name for name in (EXTRA_FIELD, *kinds)),
    )


def _text(target: str, kind: Any) -> pl.Expr:
    """The raw value as text without outer blanks; empty text is null."""
    raw = pl.col(RAW + target)
    if kind.is_float():
        # ids that a table library turned into floats because one of them was missing
        whole = raw.is_finite() & (raw == raw.floor()) & (raw.abs() < 2**53)
        text = pl.when(whole).then(raw.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(raw.cast(pl.String))
        return pl.when(raw.is_not_nan()).then(text)
    if isinstance(kind, pl.List):
        raw = raw.list.join(",", ignore_nulls=True)
    text = raw.cast(pl.String, strict=False).str.strip_chars()
    return pl.when(text != "").then(text)


def _problem(expression: pl.Expr, target: str) -> pl.Expr:
    return expression.cast(pl.UInt8).alias(PROBLEM + target)


def _identity(kinds: Mapping[str, Any], row_id: pl.Expr | None) -> list[pl.Expr]:
    name = "transaction_id"
    text = _text(name, kinds[name]) if name in kinds else pl.lit(None, pl.String)
    imprecise = pl.lit(value=False)
    if name in kinds and kinds[name].is_float():
        imprecise = pl.col(RAW + name).abs() >= 2**53
    if row_id is not None:
        text = pl.coalesce(text, row_id)
    problem = pl.when(text.is_null()).then(Problem.EMPTY).when(imprecise).then(Problem.IMPRECISE).otherwise(0)
    return [text.alias(name), _problem(problem, name)]


def _word(
    target: str,
    kinds: Mapping[str, Any],
    meaning: Callable[[str], str | None],
    default: str | None,
    unknown: Problem,
) -> list[pl.Expr]:
    fallback = pl.lit(default, pl.String)
    if target not in kinds:
        return [fallback.alias(target), _problem(pl.lit(0 if default else Problem.EMPTY), target)]
    text = _text(target, kinds[target])
    known = text.map_batches(partial(recode, meaning=meaning), return_dtype=pl.String, is_elementwise=True)
    empty = Problem.EMPTY if default is None else Problem.DEFAULTED
    problem = pl.when(text.is_null()).then(empty).when(known.is_null()).then(unknown).otherwise(0)
    return [
        pl.when(text.is_null()).then(fallback).otherwise(known).alias(target),
        _problem(problem, target),
    ]


def _time(kind: Any, policy: PaymentsPolicy) -> pl.Expr:
    raw = pl.col(RAW + "booked_at")
    if not kind.is_temporal() and not (kind.is_numeric() and policy.time_format in EPOCHS):
        raw = raw.cast(pl.String, strict=False)
    read = partial(to_utc, timezone=policy.timezone, time_format=policy.time_format)
    return raw.map_batches(read, return_dtype=READ_TIME, is_elementwise=True)


def _extra_field() -> pl.Expr:
    problem = pl.when(pl.col(RAW + EXTRA_FIELD).str.strip_chars() != "").then(Problem.FIELDS).otherwise(0)
    return _problem(problem, EXTRA_FIELD)


def _optional(target: str, kind: Any) -> list[pl.Expr]:
    if target in (*REQUIRED_COLUMNS, *MAJOR, *MAJOR.values()):
        return []
    text = _text(target, kind)
    if target in _COUNTRIES:
        read = text.map_batches(partial(recode, meaning=country_of), return_dtype=pl.String, is_elementwise=True)
        wrong = Problem.COUNTRY
    elif target in _FLAGS:
        word = text.map_batches(partial(recode, meaning=flag_of), return_dtype=pl.String, is_elementwise=True)
        read, wrong = word == "true", Problem.FLAG
    elif target in _DATES:
        raw = pl.col(RAW + target)
        read = raw.map_batches(to_date, return_dtype=pl.Date, is_elementwise=True)
        wrong = Problem.DATE
    else:
        return [text.alias(target)]
    problem = pl.when(text.is_not_null() & read.is_null()).then(wrong).otherwise(0)
    return [read.alias(target), _problem(problem, target)]


def _money(target: str, kind: Any, policy: PaymentsPolicy, part: Part) -> pl.Expr:
    minor = MAJOR.get(target, target)
    raw = pl.col(RAW + target)
    if not kind.is_numeric():
        raw = raw.cast(pl.String, strict=False)
    if target == minor:
        exponent = pl.lit(0, pl.Int8)
    elif target == "amount_base":
        known = exponents().get(policy.base_currency or "")
        exponent = pl.lit(known, pl.Int8)
    else:
        exponent = pl.col("#exponent")
    signed = minor == "balance_after_minor"
    convert = partial(
        _read_money,
        decimal_mark="." if target == minor else policy.decimal_mark,
        signed=signed,
        imprecise=part.imprecise,
    )
    return (
        pl.struct(raw.alias("amount"), exponent.alias("exponent"))
        .map_batches(convert, return_dtype=READ_AMOUNT, is_elementwise=True)
        .alias(f"#{minor}")
    )


def _read_money(both: pl.Series, *, decimal_mark: str | None, signed: bool, imprecise: bool) -> pl.Series:
    return to_minor(
        both.struct.field("amount"),
        both.struct.field("exponent"),
        decimal_mark=decimal_mark,
        signed=signed,
        imprecise=imprecise,
    )
