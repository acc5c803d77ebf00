"""Amounts in major units, as people and systems write them, to exact minor units.

Text and decimals never pass through binary floats; a float counts as the shortest decimal that reads
back as itself. What cannot be converted exactly is a problem, never a rounded number.
"""

from __future__ import annotations

import decimal
from functools import partial
from typing import Any, Final

import polars as pl

from screening.payments.problems import Problem

__all__ = ["to_minor", "with_minor"]

_MOST: Final = 2**63 - 1
_SCALE: Final = 4  # most decimals of any currency
_EXACT_FLOAT: Final = 1e15  # below this, a double and its decimal of 15 digits determine each other
_FLOAT_DIGITS: Final = 15

_PLAIN: Final = r"^[0-9]+(?:\.[0-9]*)?$|^\.[0-9]+$"
_TWO_WAYS: Final = r"^[1-9][0-9]{0,2}[.,][0-9]{3}$"  # 1.234: one and a bit, or a thousand and more?
_SPACES: Final = "[\u0020\u00a0\u2009\u202f'\u2019]"  # group separators that never mark decimals

_WRITTEN: Final = pl.Struct({"number": pl.String, "negative": pl.Boolean, "ambiguous": pl.Boolean})
_READ: Final = pl.Struct({"value": pl.Int64, "problem": pl.UInt8})
_OWN_DECIMALS: Final = 3  # a currency with as many writes 1.234 for one and a bit


def to_minor(
    amounts: pl.Series,
    exponents: pl.Series,
    *,
    decimal_mark: str | None = None,
    signed: bool = False,
    imprecise: bool = False,
) -> pl.DataFrame:
    """Minor units (`value`) and problems (`problem`) of a series of amounts.

    Args:
        amounts: Amounts in major units: text, decimals, integers or floats.
        exponents: Decimals of each amount's currency; null where the currency is unknown.
        decimal_mark: "." or "," as declared by the policy; None reads what can be read in one way only.
        signed: Whether negative amounts are welcome (balances) or a problem (payments).
        imprecise: The text was once a binary number, so that long numbers may have lost digits.

    Example:
        >>> amounts = pl.Series(["1,234.50", "(12.00)", "1.005"])
        >>> to_minor(amounts, pl.Series([2, 2, 2]))["value"].to_list()
        [123450, None, None]
    """
    frame = pl.LazyFrame([amounts.alias("amount"), exponents.alias("exponent")])
    made = with_minor(
        frame,
        amount="amount",
        exponent=pl.col("exponent"),
        kind=amounts.dtype,
        value="value",
        problem="problem",
        decimal_mark=decimal_mark,
        signed=signed,
        imprecise=imprecise,
    )
    return made.select("value", "problem").collect()


def with_minor(
    frame: pl.LazyFrame,
    *,
    amount: str,
    exponent: pl.Expr,
    kind: Any,
    value: str,
    problem: str,
    decimal_mark: str | None,
    signed: bool,
    imprecise: bool,
) -> pl.LazyFrame:
    """The frame with columns `value` and `problem`, from the column `amount` of type `kind`."""
    frame = frame.with_columns(exponent.cast(pl.Int64).alias("#e"))
    if kind.is_integer():
        return _with_integers(frame, amount, value=value, problem=problem, signed=signed)
    if kind.is_float():
        # a 32-bit float is its own shortest decimal only before it is widened
        wide = pl.col(amount) if kind == pl.Float64 else pl.col(amount).cast(pl.String).cast(pl.Float64)
        frame = frame.with_columns(wide.alias("#float"))
        return _with_floats(frame, value=value, problem=problem, signed=signed)
    return _with_texts(
        frame.with_columns(pl.col(amount).cast(pl.String, strict=False).str.strip_chars().alias("#text")),
        value=value,
        problem=problem,
        mark="." if kind.is_numeric() else decimal_mark,
        signed=signed,
        imprecise=imprecise and not kind.is_numeric(),
    )


def _with_texts(
    frame: pl.LazyFrame, *, value: str, problem: str, mark: str | None, signed: bool, imprecise: bool
) -> pl.LazyFrame:
    plain = pl.col("#text").str.contains(_PLAIN)
    if mark == ",":
        plain = pl.lit(value=False)
    elif mark is None:
        plain = plain & ~(pl.col("#text").str.contains(_TWO_WAYS) & (pl.col("#e") < _OWN_DECIMALS))
    frame = frame.with_columns(plain.fill_null(value=False).alias("#plain"))
    odd = pl.when(~pl.col("#plain")).then("#text")
    frame = frame.with_columns(
        pl.struct(odd.alias("text"), pl.col("#e").alias("e"))
        .map_batches(partial(_unwrap, mark=mark), return_dtype=_WRITTEN, is_elementwise=True)
        .alias("#odd")
    )
    written = {name: pl.col("#odd").struct.field(name) for name in ("number", "negative", "ambiguous")}
    frame = frame.with_columns(
        pl.when("#plain").then("#text").otherwise(written["number"]).alias("#number"),
        written["negative"].fill_null(value=False).alias("#negative"),
        written["ambiguous"].fill_null(value=False).alias("#ambiguous"),
    )
    frame = _with_units(frame)
    wrong = _wrong(imprecise=imprecise, signed=signed)
    units = pl.col("#units") * pl.lit(10, pl.Int64).pow(pl.col("#e")) + pl.col("#cents")
    frame = frame.with_columns(wrong.cast(pl.UInt8).alias(problem))
    settled = pl.when(pl.col(problem) == 0).then(pl.when("#negative").then(-units).otherwise(units))
    return frame.with_columns(settled.alias(value))


def _with_integers(
    frame: pl.LazyFrame, amount: str, *, value: str, problem: str, signed: bool
) -> pl.LazyFrame:
    units = pl.col(amount).cast(pl.Int64, strict=False)
    power = pl.lit(10, pl.Int64).pow(pl.col("#e"))
    wrong = (
        pl.when(pl.col(amount).is_null())
        .then(Problem.EMPTY)
        .when((pl.col(amount) < 0) & (not signed))
        .then(Problem.NEGATIVE)
        .when(units.is_null())
        .then(Problem.TOO_LARGE)
        .when(pl.col("#e").is_null())
        .then(Problem.NO_CURRENCY)
        .when(~units.is_between(-_MOST // power, _MOST // power))
        .then(Problem.TOO_LARGE)
        .otherwise(0)
    )
    frame = frame.with_columns(wrong.cast(pl.UInt8).alias(problem))
    return frame.with_columns(pl.when(pl.col(problem) == 0).then(units * power).alias(value))


def _with_floats(frame: pl.LazyFrame, *, value: str, problem: str, signed: bool) -> pl.LazyFrame:
    """Minor units of the floats that have them beyond doubt; the others, mostly none, are read as texts."""
    unit = pl.col("#unit")
    frame = frame.with_columns(pl.lit(10.0).pow(pl.col("#e")).alias("#unit"))
    frame = frame.with_columns((pl.col("#float") * unit).round(0, mode="half_away_from_zero").alias("#near"))
    beyond_doubt = (
        pl.col("#float").is_finite()
        & (pl.col("#near").abs() < _EXACT_FLOAT)
        # dividing two exact doubles rounds correctly: equal means `#near` is the decimal that was meant
        & (pl.col("#near") / unit == pl.col("#float"))
        & ((pl.col("#float") >= 0) | signed)
    )
    frame = frame.with_columns(
        pl.when(beyond_doubt).then(pl.col("#near")).cast(pl.Int64, strict=False).alias("#exact")
    )
    other = pl.struct(pl.when(pl.col("#exact").is_null()).then("#float").alias("number"), e="#e")
    read = other.map_batches(partial(_read_floats, signed=signed), return_dtype=_READ, is_elementwise=True)
    frame = frame.with_columns(read.alias("#read"))
    wrong = pl.when(pl.col("#float").is_null()).then(Problem.EMPTY).otherwise(0).cast(pl.UInt8)
    return frame.with_columns(
        pl.coalesce(pl.col("#read").struct.field("problem"), wrong).alias(problem),
        pl.coalesce("#exact", pl.col("#read").struct.field("value")).alias(value),
    )


def _read_floats(both: pl.Series, *, signed: bool) -> pl.Series:
    """Floats read by their shortest decimals, null where there is none."""
    read = pl.DataFrame(
        {
            "value": pl.repeat(None, len(both), dtype=pl.Int64, eager=True),
            "problem": pl.repeat(None, len(both), dtype=pl.UInt8, eager=True),
        }
    )
    rows = both.struct.field("number").is_not_null().arg_true()
    if len(rows):
        some = both.gather(rows).struct.unnest()
        texts = pl.Series([_shortest(number) for number in some["number"]], dtype=pl.String)
        made = _with_texts(
            pl.LazyFrame({"#text": texts, "#e": some["e"]}),
            value="value", problem="problem", mark=".", signed=signed, imprecise=False,
        ).select(read.columns).collect()  # fmt: skip
        read = read.with_columns(read[name].scatter(rows, made[name]) for name in read.columns)
    return read.to_struct(both.name)


def _shortest(number: float) -> str:
    text = repr(number)
    return format(decimal.Decimal(text), "f") if "e" in text else text


def _unwrap(both: pl.Series, *, mark: str | None) -> pl.Series:
    """Take off signs, brackets and group separators; `number` is null where no single reading is left."""
    if both.struct.field("text").null_count() == len(both):
        nothing = pl.repeat(None, len(both), dtype=pl.String, eager=True)
        return pl.DataFrame(
            {
                "number": nothing,
                "negative": nothing.cast(pl.Boolean),
                "ambiguous": nothing.cast(pl.Boolean),
            }
        ).to_struct(both.name)
    frame = both.struct.unnest().with_columns(
        pl.col("text").str.replace_all("\u2212", "-", literal=True)  # the typographic minus
    )
    bracketed = pl.col("text").str.contains(r"^\(.*\)$")
    inner = pl.col("text").str.replace(r"^\((.*)\)$", "${1}").str.strip_chars()
    # one sign at most: "--5", "(-5)" and "-5-" stay unreadable
    unsigned = pl.col("text").str.replace(r"^[-+]|-$", "").str.strip_chars()
    frame = frame.with_columns(
        negative=bracketed | pl.col("text").str.contains(r"^-|-$"),
        bare=pl.when(bracketed).then(inner).otherwise(unsigned),
    )
    as_dot = _written_with(",", r"\.") | _written_with(_SPACES, r"\.")
    as_comma = _written_with(r"\.", ",") | _written_with(_SPACES, ",")
    ambiguous = pl.lit(value=False)
    if mark is None:
        own = pl.col("bare").str.contains(".", literal=True) & (pl.col("e") >= _OWN_DECIMALS)
        ambiguous = pl.col("bare").str.contains(_TWO_WAYS) & ~own.fill_null(value=False)
        as_comma = as_comma & ~as_dot
    elif mark == ",":
        as_dot = pl.lit(value=False)
    else:
        as_comma = pl.lit(value=False)
    dotted = pl.col("bare").str.replace_all(r"[^0-9.]", "")
    from_comma = pl.col("bare").str.replace_all(r"[^0-9,]", "").str.replace(",", ".", literal=True)
    number = pl.when(ambiguous).then(None).when(as_comma).then(from_comma).when(as_dot).then(dotted)
    return frame.select(number=number, negative="negative", ambiguous=ambiguous).to_struct(both.name)


def _written_with(group: str, point: str) -> pl.Expr:
    thousands = rf"[0-9]{{1,3}}(?:{group}[0-9]{{3}})+"
    lakhs = rf"[0-9]{{1,2}}(?:{group}[0-9]{{2}})+{group}[0-9]{{3}}"
    return pl.col("bare").str.contains(rf"^(?:{thousands}|{lakhs}|[0-9]+)(?:{point}[0-9]*)?$|^{point}[0-9]+$")


def _with_units(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Whole units, and the digits behind the point as minor units."""
    pieces = pl.col("#number").str.splitn(".", 2)
    frame = frame.with_columns(
        pieces.struct.field("field_0").alias("#whole"),
        pieces.struct.field("field_1").fill_null("").str.strip_chars_end("0").alias("#part"),
    )
    whole = pl.when(pl.col("#whole") == "").then(pl.lit("0")).otherwise("#whole")
    short = pl.when(pl.col("#part").str.len_bytes() <= _SCALE).then("#part")
    scaled = short.str.pad_end(_SCALE, "0").cast(pl.Int64, strict=False)
    return frame.with_columns(
        whole.cast(pl.Int64, strict=False).alias("#units"),
        (scaled // pl.lit(10, pl.Int64).pow(_SCALE - pl.col("#e"))).alias("#cents"),
    )


def _wrong(*, imprecise: bool, signed: bool) -> pl.Expr:
    too_long = pl.lit(value=False)
    if imprecise:
        too_long = pl.col("#text").str.replace_all(r"[^0-9]", "").str.len_bytes() > _FLOAT_DIGITS
    zero = (pl.col("#units") == 0) & (pl.col("#part") == "")
    fits = pl.col("#units") <= (_MOST - pl.col("#cents")) // pl.lit(10, pl.Int64).pow(pl.col("#e"))
    return (
        pl.when(pl.col("#text").is_null() | (pl.col("#text") == ""))
        .then(Problem.EMPTY)
        .when("#ambiguous")
        .then(Problem.DECIMAL_MARK)
        .when(pl.col("#number").is_null())
        .then(Problem.NOT_A_NUMBER)
        .when(too_long)
        .then(Problem.IMPRECISE)
        .when(pl.col("#negative") & ~zero & (not signed))
        .then(Problem.NEGATIVE)
        .when(pl.col("#units").is_null())
        .then(Problem.TOO_LARGE)
        .when(pl.col("#e").is_null())
        .then(Problem.NO_CURRENCY)
        .when(pl.col("#part").str.len_bytes() > pl.col("#e"))
        .then(Problem.DECIMALS)
        .when(~fits)
        .then(Problem.TOO_LARGE)
        .otherwise(0)
    )
