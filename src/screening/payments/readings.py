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
from screening.payments.words import channel_of, currency_of, flag_of, recode, status_of
from screening.reference.countries import country_code
from screening.reference.currencies import exponents
from screening.schemas import REQUIRED_COLUMNS, TRANSACTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from screening.policy import PaymentsPolicy, Policy

__all__ = ["KEY", "PART_BITS", "PROBLEM", "RAW", "read_part"]

KEY: Final = "#key"
"""Number of the part and, in its lower PART_BITS, of the row in it."""

PART_BITS: Final = 40

RAW: Final = "raw:"
"""Prefix of the user's values; PROBLEM is that of what is wrong with them."""

PROBLEM: Final = "problem:"

_READ: Final = "read:"
_EXPONENT: Final = "#exponent"
_COUNTRIES: Final = ("country", "residence")


def read_part(
    part: Part, columns: Mapping[str, str], policy: Policy, *, number: int, parts: int
) -> pl.LazyFrame:
    """Key, canonical values, problems and raw values of one part, lazily.

    Args:
        part: The table to read.
        columns: Canonical column -> the user's column.
        policy: How to read it.
        number: Position of the part in its source.
        parts: How many parts the source has.

    Raises:
        SchemaError: A column holds tables or objects instead of plain values.
    """
    schema = part.frame.collect_schema()
    kinds = {target: schema[name] for target, name in columns.items()}
    for target, kind in kinds.items():
        if kind.is_nested() and not (isinstance(kind, pl.List) and kind.inner == pl.String):
            raise SchemaError(f"{part.source}: column '{columns[target]}' holds {kind}, not plain values")
    extra = pl.col(EXTRA_FIELD) if EXTRA_FIELD in schema else pl.lit(None, pl.String)
    frame = part.frame.select(
        (pl.col(ROW).cast(pl.Int64) + (number << PART_BITS)).alias(KEY),
        ROW,
        extra.alias(RAW + EXTRA_FIELD),
        *(pl.col(name).alias(RAW + target) for target, name in columns.items()),
    )
    payments = policy.payments
    row_id = pl.format("row-{}", ROW) if parts == 1 else pl.format(f"row-{number + 1}-{{}}", ROW)
    frame = frame.with_columns(
        *_identity(kinds, row_id if payments.number_rows else None),
        *_word("status", kinds, status_of(payments.statuses), payments.status, Problem.STATUS),
        *_word("channel", kinds, channel_of(payments.channels), payments.channel, Problem.CHANNEL),
        *_word("currency", kinds, currency_of(payments.currencies), payments.currency, Problem.CURRENCY),
        *_extra_field(),
        *(expression for target, kind in kinds.items() for expression in _optional(target, kind)),
        *(
            _moment(target, kind, payments)
            for target, kind in kinds.items()
            if isinstance(TRANSACTIONS.get(target), pl.Datetime)
        ),
    )
    frame = frame.with_columns(
        pl.col("currency")
        .replace_strict(dict(exponents()), default=None, return_dtype=pl.Int8)
        .alias(_EXPONENT)
    )
    frame = frame.with_columns(
        _money(target, kind, policy, imprecise=part.imprecise)
        for target, kind in kinds.items()
        if MAJOR.get(target, target) in MAJOR.values()
    )
    frame = frame.with_columns(*_unpack(frame), _minor_unit())
    names = frame.collect_schema().names()
    return frame.select(
        KEY,
        *(name for name in TRANSACTIONS if name in names),
        *(name for name in names if name.startswith((PROBLEM, RAW))),
    )


def _text(target: str, kind: Any) -> pl.Expr:
    """The raw value as text without outer blanks; empty text is null."""
    raw = pl.col(RAW + target)
    if kind.is_float():
        # ids that a table library turned into floats because one of them was missing
        whole = raw.is_finite() & (raw == raw.floor()) & (raw.abs() < 2**53)
        text = pl.when(whole).then(raw.cast(pl.Int64, strict=False).cast(pl.String))
        return pl.when(raw.is_not_nan()).then(text.otherwise(raw.cast(pl.String)))
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


def _recoded(text: pl.Expr, meaning: Callable[[str], str | None]) -> pl.Expr:
    return text.map_batches(partial(recode, meaning=meaning), return_dtype=pl.String, is_elementwise=True)


def _word(
    target: str,
    kinds: Mapping[str, Any],
    meaning: Callable[[str], str | None],
    default: str | None,
    unknown: Problem,
) -> list[pl.Expr]:
    fallback = pl.lit(default, pl.String)
    if target not in kinds:
        return [fallback.alias(target), _problem(pl.lit(0), target)]
    text = _text(target, kinds[target])
    known = _recoded(text, meaning)
    empty = Problem.EMPTY if default is None else Problem.DEFAULTED
    problem = pl.when(text.is_null()).then(empty).when(known.is_null()).then(unknown).otherwise(0)
    return [
        pl.when(text.is_null()).then(fallback).otherwise(known).alias(target),
        _problem(problem, target),
    ]


def _extra_field() -> list[pl.Expr]:
    text = pl.col(RAW + EXTRA_FIELD).str.strip_chars()
    return [_problem(pl.when(text != "").then(Problem.FIELDS).otherwise(0), EXTRA_FIELD)]


def _moment(target: str, kind: Any, policy: PaymentsPolicy) -> pl.Expr:
    raw = pl.col(RAW + target)
    if not kind.is_temporal() and not (kind.is_numeric() and policy.time_format in EPOCHS):
        raw = raw.cast(pl.String, strict=False)
    read = partial(to_utc, timezone=policy.timezone, time_format=policy.time_format)
    return raw.map_batches(read, return_dtype=READ_TIME, is_elementwise=True).alias(_READ + target)


def _optional(target: str, kind: Any) -> list[pl.Expr]:
    """Columns whose unreadable values are set aside with a warning; any text is readable as text."""
    wanted = TRANSACTIONS.get(target)
    if target in (*REQUIRED_COLUMNS, *MAJOR, *MAJOR.values()) or isinstance(wanted, pl.Datetime):
        return []
    text = _text(target, kind)
    if target.endswith(_COUNTRIES):
        read, wrong = _recoded(text, country_code), Problem.COUNTRY
    elif wanted == pl.Boolean:
        read, wrong = _recoded(text, flag_of) == "true", Problem.FLAG
    elif wanted == pl.Float64:
        number = text.cast(pl.Float64, strict=False)
        read, wrong = pl.when(number.is_finite()).then(number), Problem.DEGREES
    elif wanted == pl.Date:
        days = pl.col(RAW + target).map_batches(to_date, return_dtype=pl.Date, is_elementwise=True)
        read, wrong = days, Problem.DATE
    else:
        return [text.alias(target)]
    problem = pl.when(text.is_not_null() & read.is_null()).then(wrong).otherwise(0)
    return [read.alias(target), _problem(problem, target)]


def _money(target: str, kind: Any, policy: Policy, *, imprecise: bool) -> pl.Expr:
    minor = MAJOR.get(target, target)
    raw = pl.col(RAW + target)
    if not kind.is_numeric():
        raw = raw.cast(pl.String, strict=False)
    if target == minor:
        exponent = pl.lit(0, pl.Int8)
    elif target in ("amount_base", "originator_income"):
        exponent = pl.lit(exponents().get(policy.rules.base_currency), pl.Int8)
    else:
        exponent = pl.col(_EXPONENT)
    convert = partial(
        _read_money,
        decimal_mark="." if target == minor else policy.payments.decimal_mark,
        signed=minor == "balance_after_minor",
        imprecise=imprecise,
    )
    return (
        pl.struct(raw.alias("amount"), exponent.alias("exponent"))
        .map_batches(convert, return_dtype=READ_AMOUNT, is_elementwise=True)
        .alias(_READ + minor)
    )


def _read_money(both: pl.Series, *, decimal_mark: str | None, signed: bool, imprecise: bool) -> pl.Series:
    return to_minor(
        both.struct.field("amount"),
        both.struct.field("exponent"),
        decimal_mark=decimal_mark,
        signed=signed,
        imprecise=imprecise,
    )


def _unpack(frame: pl.LazyFrame) -> list[pl.Expr]:
    """Values and problems out of the readings; only a required column may reject its row."""
    made = []
    for name in frame.collect_schema():
        if not name.startswith(_READ):
            continue
        target = name.removeprefix(_READ)
        problem = pl.col(name).struct.field("problem")
        if target not in REQUIRED_COLUMNS:
            milder = Problem.MOMENT if isinstance(TRANSACTIONS[target], pl.Datetime) else Problem.SUM
            harmless = (problem == 0) | (problem == Problem.EMPTY) | (problem == Problem.TWICE)
            problem = pl.when(harmless).then(0).otherwise(milder)
        elif target == "amount_minor":
            # the row is rejected for its currency already
            problem = pl.when(problem == Problem.NO_CURRENCY).then(0).otherwise(problem)
        made += [pl.col(name).struct.field("value").alias(target), _problem(problem, target)]
    return made


def _minor_unit() -> pl.Expr:
    none = (pl.col(PROBLEM + "currency") == 0) & pl.col(_EXPONENT).is_null()
    problem = pl.when(none).then(Problem.NO_MINOR_UNIT).otherwise(PROBLEM + "currency")
    return _problem(problem, "currency")
