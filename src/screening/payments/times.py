"""Times, as people and systems write them, to UTC microseconds."""

from __future__ import annotations

from typing import Final

import polars as pl

from screening.payments.problems import Problem

__all__ = ["EPOCHS", "READ_TIME", "to_date", "to_utc"]

READ_TIME: Final = pl.Struct({"value": pl.Datetime("us", "UTC"), "problem": pl.UInt8})

EPOCHS: Final = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}
"""Values of `time_format` for numbers that count from 1970 -> microseconds in one unit."""

_AWARE: Final = (
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%.f %#z",
    "%Y-%m-%dT%H:%M%#z",
    "%Y-%m-%d %H:%M%#z",
    "%Y%m%dT%H%M%S%.f%#z",
)
_NAIVE: Final = (
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
    "%Y%m%dT%H%M%S%.f",
)
_DAYS: Final = ("%Y-%m-%d", "%Y%m%d")


def to_utc(times: pl.Series, *, timezone: str | None = None, time_format: str | None = None) -> pl.Series:
    """UTC times and problems, as a series of structs `value`, `problem`.

    Args:
        times: Datetimes, dates, text, or (only with an epoch as `time_format`) numbers.
        timezone: Zone of times that carry none; without it they are a problem.
        time_format: A strptime layout for text that is not ISO 8601, or a key of EPOCHS.

    Example:
        >>> read = to_utc(pl.Series(["2026-03-01T10:00:00+02:00", "2026-03-01"]), timezone="Asia/Tokyo")
        >>> [str(time) for time in read.struct.field("value")]
        ['2026-03-01 08:00:00+00:00', '2026-02-28 15:00:00+00:00']
    """
    kind = times.dtype
    empty = times.is_null()
    if isinstance(kind, pl.Datetime):
        if kind.time_zone is not None:
            aware = times.dt.convert_time_zone("UTC").cast(READ_TIME.fields[0].dtype)
            naive = pl.repeat(None, len(times), dtype=pl.Datetime("us"), eager=True)
        else:
            aware, naive = _none(times), times.cast(pl.Datetime("us"))
    elif kind == pl.Date:
        aware, naive = _none(times), times.cast(pl.Datetime("us"))
    elif time_format in EPOCHS:
        aware, naive = _from_epoch(times, EPOCHS[time_format])
    elif kind == pl.String:
        words = times.str.strip_chars()
        empty = empty | (words == "")
        aware, naive = _from_text(words, time_format)
    else:
        aware, naive = _none(times), pl.repeat(None, len(times), dtype=pl.Datetime("us"), eager=True)
    return _settle(aware, naive, empty.fill_null(value=True), timezone=timezone)


def _none(times: pl.Series) -> pl.Series:
    return pl.repeat(None, len(times), dtype=READ_TIME.fields[0].dtype, eager=True)


def _from_epoch(times: pl.Series, unit: int) -> tuple[pl.Series, pl.Series]:
    if times.dtype.is_float():
        count = (times * unit).round(0)
        # a year beyond 2199 is refused anyway, and would not fit
        count = pl.select(pl.when(count.abs() < 8e15).then(count))[count.name].cast(pl.Int64, strict=False)
    else:
        number = times.cast(pl.Int64, strict=False)
        small = number.is_between(-8_000_000_000_000_000 // unit, 8_000_000_000_000_000 // unit)
        count = pl.select(pl.when(small).then(number).alias("n"))["n"] * unit
    aware = count.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    return aware, pl.repeat(None, len(times), dtype=pl.Datetime("us"), eager=True)


def _from_text(words: pl.Series, time_format: str | None) -> tuple[pl.Series, pl.Series]:
    aware = _none(words)
    naive = pl.repeat(None, len(words), dtype=pl.Datetime("us"), eager=True)
    if time_format is not None:
        layouts = [(time_format, "%z" in time_format or "%#z" in time_format)]
    else:
        layouts = [(layout, True) for layout in _AWARE]
        layouts += [(layout, False) for layout in (*_NAIVE, *_DAYS)]
        # four digits of year: chrono would read the year 26 out of "26-01-02"
        shaped = words.str.contains(r"^[0-9]{4}-?[0-9]{2}-?[0-9]{2}")
        words = pl.select(pl.when(shaped).then(words).alias("w"))["w"]
        sample = words.drop_nulls().head(1)
        layouts.sort(key=lambda layout: _parse(sample, *layout).null_count())
    rest = words.is_not_null().arg_true()
    for layout, zoned in layouts:
        if rest.is_empty():
            break
        read = _parse(words.gather(rest), layout, zoned)
        found = read.is_not_null()
        target = aware if zoned else naive
        target = target.scatter(rest.filter(found), read.filter(found))
        aware, naive = (target, naive) if zoned else (aware, target)
        rest = rest.filter(~found)
    return aware, naive


def _parse(words: pl.Series, layout: str, zoned: bool) -> pl.Series:  # noqa: FBT001 - private, by position in a pair
    if zoned:
        return words.str.to_datetime(layout, strict=False, time_unit="us", time_zone="UTC")
    if "%H" not in layout and "%I" not in layout and "%T" not in layout:
        return words.str.to_date(layout, strict=False).cast(pl.Datetime("us"))
    return words.str.to_datetime(layout, strict=False, time_unit="us")


def _settle(aware: pl.Series, naive: pl.Series, empty: pl.Series, *, timezone: str | None) -> pl.Series:
    frame = pl.select(aware=aware, naive=naive, empty=empty)
    local = pl.col("naive")
    if timezone is None:
        placed = later = pl.lit(None, READ_TIME.fields[0].dtype)
    else:
        placed, later = (
            local.dt.replace_time_zone(timezone, ambiguous=which, non_existent="null").dt.convert_time_zone(
                "UTC"
            )
            for which in ("earliest", "latest")
        )
    frame = frame.with_columns(value=pl.coalesce("aware", placed), twice=(placed != later))
    plausible = pl.col("value").dt.year().is_between(1900, 2199)
    problem = (
        pl.when("empty")
        .then(Problem.EMPTY)
        .when(pl.col("aware").is_null() & local.is_null())
        .then(Problem.TIME)
        .when(pl.col("value").is_null())
        .then(Problem.NAIVE if timezone is None else Problem.NO_SUCH_TIME)
        .when(~plausible)
        .then(Problem.IMPLAUSIBLE_TIME)
        .when(pl.col("twice").fill_null(value=False))
        .then(Problem.TWICE)
        .otherwise(0)
        .cast(pl.UInt8)
    )
    frame = frame.with_columns(problem=problem)
    kept = pl.col("problem").is_in([0, int(Problem.TWICE)])
    return frame.select(pl.struct(value=pl.when(kept).then("value"), problem="problem").alias("read"))["read"]


def to_date(dates: pl.Series) -> pl.Series:
    """Calendar dates; null where the text is not one. A time is cut to its day as written.

    Example:
        >>> [str(day) for day in to_date(pl.Series(["1970-01-31", "19700131", "31 Jan"]))]
        ['1970-01-31', '1970-01-31', 'None']
    """
    if dates.dtype.is_temporal() and dates.dtype != pl.Time:
        return dates.cast(pl.Date)
    words = (
        dates.cast(pl.String, strict=False)
        .str.strip_chars()
        .str.extract(r"^([0-9]{4}-?[0-9]{2}-?[0-9]{2})(?:[T ].*)?$")
    )
    return words.str.replace_all("-", "", literal=True).str.to_date("%Y%m%d", strict=False)
