"""The user's columns in, canonical columns and what is wrong with them out, one lazy plan per stretch.

Everything that can be is a polars expression; only values that are written in an unusual way pass
through Python, a batch of them at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import polars as pl

from screening.births import birth_text
from screening.errors import SchemaError
from screening.payments.amounts import with_minor
from screening.payments.columns import MAJOR
from screening.payments.problems import Problem
from screening.payments.sources import KEY, PART_BITS, Part, key_of
from screening.payments.times import EPOCHS, day_as_written, likely_layout, with_utc
from screening.payments.words import (
    bic_of,
    channel_of,
    currency_of,
    flag_of,
    party_type_of,
    purpose_of,
    recode,
    region_of,
    status_of,
    trim,
    wallet_kind_of,
)
from screening.reference.countries import country_code
from screening.reference.currencies import exponents
from screening.schemas import REQUIRED_COLUMNS, TRANSACTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from screening.policy import Policy

__all__ = ["KEY", "LINE", "PART_BITS", "PROBLEM", "RAW", "is_plain_text", "read_rows"]

RAW: Final = "raw:"
"""Prefix of the user's values; PROBLEM is that of what is wrong with them."""

PROBLEM: Final = "problem:"

LINE: Final = "#line"
"""Stands for the row as a whole, where a column is named."""

_TEXT: Final = "text:"
_KNOWN: Final = "known:"
_EXPONENT: Final = "#exponent"
_SAMPLE: Final = 2_000
_ACCOUNTS: Final = ("originator_account", "beneficiary_account")
_NAME_LIKE: Final = r"^\D*\p{L}{2}[^\d\s]*\s\D*\p{L}{2}\D*$"  # two words and no digit
_CODE: Final = r"^[A-Za-z]{4}$"  # of ISO 20022, ExternalPurpose1Code
_PROSE: Final = r"\p{L}[^\s]*\s+[^\s]*\p{L}"


class _Vocabulary(NamedTuple):
    """Of a column that rules compare with fixed words.

    Attributes:
        meaning: The word of the contract that the user's word means, if any.
        problem: What is said where it means none; None where any word will do.
        other: Taken in place of a word that means none; None keeps it as written.
    """

    meaning: Callable[[str], str | None]
    problem: Problem | None = None
    other: str | None = None


_VOCABULARIES: Final = {
    "_type": _Vocabulary(party_type_of, Problem.PARTY_TYPE),
    "wallet_kind": _Vocabulary(wallet_kind_of, Problem.WALLET_KIND, "unknown"),
    "purpose_code": _Vocabulary(purpose_of),
    "_admin1": _Vocabulary(region_of, Problem.REGION),
    "_bic": _Vocabulary(bic_of),
}
"""End of a column's name -> its words."""


def read_rows(
    frame: pl.LazyFrame,
    stretch: Sequence[Part],
    columns: Mapping[str, str],
    policy: Policy,
    *,
    sample: pl.LazyFrame,
    alone: bool,
    row_name: str = "row",
) -> pl.LazyFrame:
    """Key, canonical values, problems and raw values of rows of a stretch, lazily.

    Args:
        frame: Some or all rows of `scan(stretch)`.
        stretch: The parts that they are of.
        columns: Canonical column -> the user's column.
        policy: How to read it.
        sample: Rows that show how times are written.
        alone: Whether the source has one part only.
        row_name: What the id begins with that a row gets which has none.

    Raises:
        SchemaError: A column holds tables or objects instead of plain values.
    """
    first, schema = stretch[0], frame.collect_schema()
    kinds = {target: schema[name] for target, name in columns.items()}
    for target, kind in kinds.items():
        texts = kind == pl.List(pl.String) and MAJOR.get(target, target) not in MAJOR.values()
        if (kind.is_nested() and not texts) or kind.is_object() or kind == pl.Duration:
            raise SchemaError(f"{first.source}: column '{columns[target]}' holds {kind}, not plain values")
    raws = [pl.col(name).alias(RAW + target) for target, name in columns.items()]
    raw = frame.select(key_of(stretch).alias(KEY), *raws)
    read = [_text(target, kind).alias(_TEXT + target) for target, kind in kinds.items()]
    frame = _with_words(raw.with_columns(read), kinds, policy)
    part, row = pl.col(KEY) // (1 << PART_BITS) + 1, pl.col(KEY) % (1 << PART_BITS)
    row_id = pl.format(f"{row_name}-{{}}", row) if alone else pl.format(f"{row_name}-{{}}-{{}}", part, row)
    frame = frame.with_columns(
        _line(stretch),
        *_identity(kinds, row_id if policy.payments.number_rows else None),
        *(made for target, kind in kinds.items() for made in _optional(target, kind)),
    )
    if "purpose_code" in columns:
        both = columns["purpose_code"] == columns.get("remittance_text")
        frame = frame.with_columns(_purpose_as_text() if both else _purpose_of_words())
    for target, kind in kinds.items():
        if isinstance(TRANSACTIONS.get(target), pl.Datetime):
            frame = _with_time(frame, target, kind, policy, sample.select(raws).head(_SAMPLE))
        elif MAJOR.get(target, target) in MAJOR.values():
            frame = _with_money(frame, target, kind, policy, imprecise=first.imprecise)
    frame = frame.with_columns(_softened(frame))
    names = frame.collect_schema().names()
    return frame.select(
        KEY,
        *(name for name in TRANSACTIONS if name in names),
        *(name for name in names if name.startswith(PROBLEM)),
        *(_shown(target, kind).alias(RAW + target) for target, kind in kinds.items()),
    )


def _shown(target: str, kind: Any) -> pl.Expr:
    """The raw value as REJECTS shows it, of one type in all parts."""
    raw = pl.col(RAW + target)
    if isinstance(kind, pl.List):
        raw = raw.list.join(",", ignore_nulls=True)
    return raw.cast(pl.String, strict=False)


def _text(target: str, kind: Any) -> pl.Expr:
    """The raw value as text without outer blanks; empty text is null."""
    raw = pl.col(RAW + target)
    if kind.is_float():
        # ids that a table library turned into floats because one of them was missing
        whole = raw.is_finite() & (raw == raw.floor()) & (raw.abs() < 2**53)
        number = pl.when(whole).then(raw.cast(pl.Int64, strict=False).cast(pl.String))
        return pl.when(raw.is_not_nan()).then(number.otherwise(raw.cast(pl.String)))
    return trim(_shown(target, kind))


def _with_words(frame: pl.LazyFrame, kinds: Mapping[str, Any], policy: Policy) -> pl.LazyFrame:
    """Code words looked up; `status`, `channel` and `currency` settled, for they can come from the policy."""
    payments = policy.payments
    meanings: dict[str, Callable[[str], str | None]] = {
        "status": status_of(payments.statuses),
        "channel": channel_of(payments.channels),
        "currency": currency_of(payments.currencies),
    }
    for target in kinds:
        if _is_country(target):
            meanings[target] = country_code
        elif _is_birth(target):
            meanings[target] = birth_text
        elif TRANSACTIONS.get(target) == pl.Boolean:
            meanings[target] = flag_of
        elif vocabulary := _vocabulary(target):
            meanings[target] = vocabulary.meaning
    frame = frame.with_columns(
        recode(pl.col(_TEXT + target), meaning).alias(_KNOWN + target)
        for target, meaning in meanings.items()
        if target in kinds and not (_is_birth(target) and _has_days(kinds[target]))
    )
    settled, problems = [], []
    for target, default, unknown in (
        ("status", payments.status, Problem.STATUS),
        ("channel", payments.channel, Problem.CHANNEL),
        ("currency", payments.currency, Problem.CURRENCY),
    ):
        fallback = pl.lit(default, pl.String)
        if target not in kinds:
            settled.append(fallback.alias(target))
            problems.append(_problem(pl.lit(0), target))
            continue
        text, known = pl.col(_TEXT + target), pl.col(_KNOWN + target)
        empty = Problem.EMPTY if default is None else Problem.DEFAULTED
        wrong = pl.when(text.is_null()).then(empty).when(known.is_null()).then(unknown).otherwise(0)
        if target == "currency":
            unit_free = known.is_not_null() & pl.col(_EXPONENT).is_null()
            wrong = pl.when(unit_free).then(Problem.NO_MINOR_UNIT).otherwise(wrong)
        settled.append(pl.when(text.is_null()).then(fallback).otherwise(known).alias(target))
        problems.append(_problem(wrong, target))
    exponent = pl.col("currency").replace_strict(dict(exponents()), default=None, return_dtype=pl.Int8)
    return frame.with_columns(settled).with_columns(exponent.alias(_EXPONENT)).with_columns(problems)


def is_plain_text(target: str) -> bool:
    """Whether any text is a value of this column: reading it rejects no row and gives no warning."""
    text = TRANSACTIONS.get(target) == pl.String and target not in REQUIRED_COLUMNS
    vocabulary = _vocabulary(target)
    checked = target in (*_ACCOUNTS, "purpose_code")
    spoken = (
        checked
        or _is_country(target)
        or _is_birth(target)
        or (vocabulary is not None and vocabulary.problem is not None)
    )
    return text and not spoken


def _vocabulary(target: str) -> _Vocabulary | None:
    return next((words for end, words in _VOCABULARIES.items() if target.endswith(end)), None)


def _is_country(target: str) -> bool:
    return target.endswith(("country", "residence"))


def _is_birth(target: str) -> bool:
    return target.endswith("_birth_date")


def _has_days(kind: Any) -> bool:
    return isinstance(kind, pl.Date | pl.Datetime)


def _problem(expression: pl.Expr, target: str) -> pl.Expr:
    return expression.cast(pl.UInt8).alias(PROBLEM + target)


def _line(stretch: Sequence[Part]) -> pl.Expr:
    wrong = pl.lit(0)
    found = [
        part.lines.select("problem", (pl.col("row") + (part.number << PART_BITS)).alias(KEY))
        for part in stretch
        if part.lines is not None and part.lines.height
    ]
    problems = pl.concat(found).partition_by("problem", as_dict=True) if found else {}
    for (problem,), those in sorted(problems.items()):
        wrong = pl.when(pl.col(KEY).is_in(those[KEY].implode())).then(problem).otherwise(wrong)
    return _problem(wrong, LINE)


def _identity(kinds: Mapping[str, Any], row_id: pl.Expr | None) -> list[pl.Expr]:
    name = "transaction_id"
    text = pl.col(_TEXT + name) if name in kinds else pl.lit(None, pl.String)
    imprecise = pl.lit(value=False)
    if name in kinds and kinds[name].is_float():
        imprecise = pl.col(RAW + name).abs() >= 2**53
    if row_id is not None:
        text = pl.coalesce(text, row_id)
    wrong = pl.when(text.is_null()).then(Problem.EMPTY).when(imprecise).then(Problem.IMPRECISE).otherwise(0)
    return [text.alias(name), _problem(wrong, name)]


def _optional(target: str, kind: Any) -> list[pl.Expr]:
    """Columns whose unreadable values are set aside with a warning; any text is readable as text."""
    wanted = TRANSACTIONS.get(target)
    if target in (*REQUIRED_COLUMNS, *MAJOR, *MAJOR.values()) or isinstance(wanted, pl.Datetime):
        return []
    text = pl.col(_TEXT + target)
    if _is_country(target):
        read, wrong = pl.col(_KNOWN + target), Problem.COUNTRY
    elif wanted == pl.Boolean:
        read, wrong = pl.col(_KNOWN + target) == "true", Problem.FLAG
    elif wanted == pl.Float64:
        number = text.cast(pl.Float64, strict=False)
        read, wrong = pl.when(number.is_finite()).then(number), Problem.DEGREES
    elif _is_birth(target):
        if _has_days(kind):  # nothing to read, and nothing that text could say of it
            return [day_as_written(pl.col(RAW + target)).alias(target), _problem(pl.lit(0), target)]
        read, wrong = pl.col(_KNOWN + target), Problem.DATE
    elif vocabulary := _vocabulary(target):
        return _worded(target, vocabulary)
    elif target in _ACCOUNTS:
        named = text.is_not_null() & text.str.contains(_NAME_LIKE)
        return [text.alias(target), _problem(pl.when(named).then(Problem.ACCOUNT).otherwise(0), target)]
    else:
        return [text.alias(target)]
    problem = pl.when(text.is_not_null() & read.is_null()).then(wrong).otherwise(0)
    return [read.alias(target), _problem(problem, target)]


def _purpose_as_text() -> pl.Expr:
    """The text of a column of purposes that is read as both: a code is no text."""
    text = pl.col(_TEXT + "remittance_text")
    return pl.when(~text.str.contains(_CODE)).then(text).alias("remittance_text")


def _purpose_of_words() -> pl.Expr:
    """That a purpose is prose, where it is read as a code alone."""
    words = pl.col("purpose_code").str.contains(_PROSE)
    return _problem(pl.when(words).then(Problem.PURPOSE).otherwise(0), "purpose_code")


def _worded(target: str, vocabulary: _Vocabulary) -> list[pl.Expr]:
    """A column of known words; one that is not known stays, or becomes the word for that."""
    text, known = pl.col(_TEXT + target), pl.col(_KNOWN + target)
    other = text if vocabulary.other is None else pl.when(text.is_not_null()).then(pl.lit(vocabulary.other))
    meant = pl.when(known != "").then(known)  # a word such as "none" means that there is no value
    made = [pl.when(known.is_null()).then(other).otherwise(meant).alias(target)]
    if vocabulary.problem is not None:
        wrong = pl.when(text.is_not_null() & known.is_null()).then(vocabulary.problem).otherwise(0)
        made.append(_problem(wrong, target))
    return made


def _with_time(
    frame: pl.LazyFrame, target: str, kind: Any, policy: Policy, sample: pl.LazyFrame
) -> pl.LazyFrame:
    payments = policy.payments
    raw, likely = RAW + target, None
    if not kind.is_temporal() and not (kind.is_numeric() and payments.time_format in EPOCHS):
        shown = sample.select(_text(target, kind)).collect().to_series()
        likely = likely_layout(shown, payments.time_format)
        raw, kind = _TEXT + target, pl.String()
    return with_utc(
        frame,
        time=raw,
        kind=kind,
        value=target,
        problem=PROBLEM + target,
        likely=likely,
        timezone=payments.timezone,
        time_format=payments.time_format,
    )


def _with_money(
    frame: pl.LazyFrame, target: str, kind: Any, policy: Policy, *, imprecise: bool
) -> pl.LazyFrame:
    minor = MAJOR.get(target, target)
    if target == minor:
        exponent = pl.lit(0)
    elif target in ("amount_base", "originator_income"):
        exponent = pl.lit(exponents().get(policy.rules.base_currency))
    else:
        exponent = pl.col(_EXPONENT)
    return with_minor(
        frame,
        amount=RAW + target,
        exponent=exponent,
        kind=kind,
        value=minor,
        problem=PROBLEM + minor,
        decimal_mark="." if target == minor else policy.payments.decimal_mark,
        signed=minor == "balance_after_minor",
        imprecise=imprecise,
    )


def _softened(frame: pl.LazyFrame) -> list[pl.Expr]:
    """Only a required column may reject its row, and a bad currency rejects it once."""
    softened = []
    names = frame.collect_schema().names()
    for target in (name for name in names if PROBLEM + name in names):
        problem = pl.col(PROBLEM + target)
        if target == "amount_minor":
            wrong = pl.when(problem == Problem.NO_CURRENCY).then(0).otherwise(problem)
        elif target in MAJOR.values() or (
            isinstance(TRANSACTIONS.get(target), pl.Datetime) and target not in REQUIRED_COLUMNS
        ):
            milder = Problem.SUM if target in MAJOR.values() else Problem.MOMENT
            harmless = (problem == 0) | (problem == Problem.EMPTY) | (problem == Problem.TWICE)
            wrong = pl.when(harmless).then(0).otherwise(milder)
        else:
            continue
        softened.append(_problem(wrong, target))
    return softened
