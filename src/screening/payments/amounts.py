"""Amounts in major units, as people and systems write them, to exact minor units.

Text and decimals never pass through binary floats; a float counts as the shortest decimal that reads
back as itself. What cannot be converted exactly is a problem, never a rounded number.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from screening.payments.problems import Problem

__all__ = ["READ_AMOUNT", "to_minor"]

READ_AMOUNT: Final = pl.Struct({"value": pl.Int64, "problem": pl.UInt8})

_MOST: Final = 2**63 - 1
_SCALE: Final = 4  # most decimals of any currency
_EXACT_FLOAT: Final = 1e15  # below this, a double and its decimal with 15 digits determine each other

_PLAIN: Final = r"^[0-9]+(?:\.[0-9]*)?$|^\.[0-9]+$"
_TWO_WAYS: Final = r"^[1-9][0-9]{0,2}[.,][0-9]{3}$"  # 1.234: one and a bit, or a thousand and more?
_SPACES: Final = "[\u0020\u00a0\u2009\u202f'\u2019]"  # group separators that never mark decimals


def to_minor(
    amounts: pl.Series,
    exponents: pl.Series,
    *,
    decimal_mark: str | None = None,
    signed: bool = False,
    imprecise: bool = False,
) -> pl.Series:
    """Minor units and problems, as a series of structs `value`, `problem`.

    Args:
        amounts: Amounts in major units: text, decimals, integers or floats.
        exponents: Decimals of each amount's currency; null where the currency is unknown.
        decimal_mark: "." or "," as declared by the policy; None reads what can be read in one way only.
        signed: Whether negative amounts are welcome (balances) or a problem (payments).
        imprecise: The text was once a binary number, so that long numbers may have lost digits.

    Example:
        >>> amounts = pl.Series(["1,234.50", "(12.00)", "1.005"])
        >>> to_minor(amounts, pl.Series([2, 2, 2])).struct.field("value").to_list()
        [123450, None, None]
    """
    kind = amounts.dtype
    if kind.is_float() and kind != pl.Float32:
        return _from_floats(amounts, exponents, signed=signed)
    if kind.is_decimal() or kind.is_integer() or kind.is_float():
        # 12.5 as a 32-bit float is shortest as itself only before it is widened, hence text
        return _from_text(amounts.cast(pl.String), exponents, mark=".", signed=signed, typed=True)
    return _from_text(
        amounts.cast(pl.String), exponents, mark=decimal_mark, signed=signed, imprecise=imprecise
    )


def _from_floats(amounts: pl.Series, exponents: pl.Series, *, signed: bool) -> pl.Series:
    frame = pl.select(x=amounts.cast(pl.Float64), e=exponents.cast(pl.Int64))
    unit = pl.lit(10.0).pow(pl.col("e"))
    frame = frame.with_columns(minor=(pl.col("x") * unit).round(0, mode="half_away_from_zero"))
    exact = (
        pl.col("x").is_finite()
        & (pl.col("minor").abs() < _EXACT_FLOAT)
        # dividing two exact doubles rounds correctly: equal means `minor` is the decimal that was meant
        & (pl.col("minor") / unit == pl.col("x"))
        & ((pl.col("x") >= 0) | signed)
    )
    frame = frame.with_columns(exact=exact.fill_null(value=False))
    read = frame.select(
        pl.struct(
            value=pl.when("exact").then(pl.col("minor")).cast(pl.Int64),
            problem=pl.lit(0, pl.UInt8),
        ).alias("read")
    )["read"]
    rest = (~frame["exact"]).arg_true()
    if rest.is_empty():
        return read
    # the few others: large sums, too many decimals, not a number
    words = [None if x is None else _decimal_text(x) for x in amounts.gather(rest).to_list()]
    slow = _from_text(
        pl.Series(words, dtype=pl.String), exponents.gather(rest), mark=".", signed=signed, typed=True
    )
    return _scatter(read, rest, slow)


def _decimal_text(number: float) -> str:
    text = repr(number)
    if "e" not in text:
        return text
    from decimal import Decimal  # noqa: PLC0415 - rare

    return format(Decimal(text), "f")


def _scatter(read: pl.Series, rest: pl.Series, slow: pl.Series) -> pl.Series:
    parts = read.struct.unnest()
    fixed = slow.struct.unnest()
    return parts.with_columns(
        value=parts["value"].scatter(rest, fixed["value"]),
        problem=parts["problem"].scatter(rest, fixed["problem"]),
    ).to_struct("read")


def _from_text(
    texts: pl.Series,
    exponents: pl.Series,
    *,
    mark: str | None,
    signed: bool,
    typed: bool = False,
    imprecise: bool = False,
) -> pl.Series:
    frame = pl.select(text=texts.str.strip_chars(), e=exponents.cast(pl.Int64))
    frame = frame.with_columns(
        plain=(pl.col("text").str.contains(_PLAIN) & (mark != ",")).fill_null(value=False),
    )
    if mark is None:
        doubtful = pl.col("text").str.contains(_TWO_WAYS) & (pl.col("e") < 3)
        frame = frame.with_columns(plain=pl.col("plain") & ~doubtful.fill_null(value=False))
    if not typed and imprecise:
        long = pl.col("text").str.replace_all(r"[^0-9]", "").str.len_bytes() > 15
        frame = frame.with_columns(long=long.fill_null(value=False))
    else:
        frame = frame.with_columns(long=pl.lit(value=False))
    frame = frame.with_columns(
        number=pl.col("text"), negative=pl.lit(value=False), ambiguous=pl.lit(value=False)
    )
    rest = (~frame["plain"] & frame["text"].is_not_null()).arg_true()
    if not rest.is_empty():
        written = _unwrap(frame["text"].gather(rest), frame["e"].gather(rest), mark=mark)
        frame = frame.with_columns(
            frame[name].scatter(rest, written[name]) for name in ("number", "negative", "ambiguous")
        )
    return _minor(frame, signed=signed)


def _unwrap(texts: pl.Series, exponents: pl.Series, *, mark: str | None) -> pl.DataFrame:
    """Take off signs, brackets and group separators; `number` is null where no single reading is left."""
    text = pl.col("text").str.replace_all("\u2212", "-", literal=True)
    frame = pl.select(text=texts, e=exponents).with_columns(text=text)
    bracketed = pl.col("text").str.contains(r"^\(.*\)$")
    negative = bracketed | pl.col("text").str.contains(r"^-|-$")
    bare = pl.col("text").str.replace(r"^\((.*)\)$", "$1").str.strip_chars()
    # one sign at most: "--5", "(-5)" and "-5-" stay unreadable
    bare = pl.when(bracketed).then(bare).otherwise(bare.str.replace(r"^[-+]|-$", "").str.strip_chars())
    frame = frame.with_columns(negative=negative, bare=bare)

    def grouped(group: str, point: str) -> pl.Expr:
        digits = rf"(?:[0-9]{{1,3}}(?:{group}[0-9]{{3}})+|[0-9]{{1,2}}(?:{group}[0-9]{{2}})+{group}[0-9]{{3}}|[0-9]+)"
        return pl.col("bare").str.contains(rf"^{digits}(?:{point}[0-9]*)?$")

    as_dot = grouped(",", r"\.") | grouped(_SPACES, r"\.")
    as_comma = grouped(r"\.", ",") | grouped(_SPACES, ",")
    if mark is None:
        both = pl.col("bare").str.contains(_TWO_WAYS) & ~(
            # a currency with three decimals writes 1.234 with its own number of them
            pl.col("bare").str.contains(".", literal=True) & (pl.col("e") >= 3)
        ).fill_null(value=False)
        only_comma = as_comma & ~as_dot
    else:
        both = pl.lit(value=False)
        only_comma = as_comma & pl.lit(mark == ",")
        as_dot = as_dot & pl.lit(mark == ".")
    keep_dot = pl.col("bare").str.replace_all(r"[^0-9.]", "")
    keep_comma = pl.col("bare").str.replace_all(r"[^0-9,]", "").str.replace(",", ".", literal=True)
    return frame.select(
        number=pl.when(both).then(None).when(only_comma).then(keep_comma).when(as_dot).then(keep_dot),
        negative="negative",
        ambiguous=both,
    )


def _minor(frame: pl.DataFrame, *, signed: bool) -> pl.Series:
    pieces = pl.col("number").str.splitn(".", 2)
    frame = frame.with_columns(
        whole=pieces.struct.field("field_0"),
        part=pieces.struct.field("field_1").fill_null("").str.strip_chars_end("0"),
    )
    whole = pl.when(pl.col("whole") == "").then(pl.lit("0")).otherwise(pl.col("whole"))
    frame = frame.with_columns(
        units=whole.cast(pl.Int64, strict=False),
        part_units=pl.when(pl.col("part").str.len_bytes() <= _SCALE)
        .then(pl.col("part").str.pad_end(_SCALE, "0"))
        .cast(pl.Int64, strict=False),
        power=pl.lit(10, pl.Int64).pow(pl.col("e")),
        rest=pl.lit(10, pl.Int64).pow(_SCALE - pl.col("e")),
    )
    frame = frame.with_columns(cents=pl.col("part_units") // pl.col("rest"))
    fits = pl.col("units") <= (_MOST - pl.col("cents")) // pl.col("power")
    zero = (pl.col("units") == 0) & (pl.col("part_units") == 0)
    negative = pl.col("negative") & ~zero.fill_null(value=False)
    value = pl.col("units") * pl.col("power") + pl.col("cents")
    problem = (
        pl.when(pl.col("text").is_null() | (pl.col("text") == ""))
        .then(Problem.EMPTY)
        .when("ambiguous")
        .then(Problem.DECIMAL_MARK)
        .when(pl.col("number").is_null() | ~pl.col("number").str.contains(_PLAIN))
        .then(Problem.NOT_A_NUMBER)
        .when("long")
        .then(Problem.IMPRECISE)
        .when(negative & (not signed))
        .then(Problem.NEGATIVE)
        .when(pl.col("units").is_null())
        .then(Problem.TOO_LARGE)
        .when(pl.col("e").is_null())
        .then(Problem.NO_CURRENCY)
        .when(pl.col("part").str.len_bytes() > pl.col("e"))
        .then(Problem.DECIMALS)
        .when(~fits)
        .then(Problem.TOO_LARGE)
        .otherwise(0)
        .cast(pl.UInt8)
    )
    frame = frame.with_columns(problem=problem)
    return frame.select(
        pl.struct(
            value=pl.when(pl.col("problem") == 0).then(pl.when(negative).then(-value).otherwise(value)),
            problem="problem",
        ).alias("read")
    )["read"]
