"""Times, as people and systems write them, to UTC microseconds."""

from __future__ import annotations

from functools import partial
from typing import Any, Final, NamedTuple

import polars as pl

from screening.payments.problems import Problem

__all__ = ["EPOCHS", "day_as_written", "likely_layout", "to_utc", "with_utc"]

EPOCHS: Final = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}
"""Values of `time_format` for numbers that count from 1970 -> microseconds in one unit."""


class _Layout(NamedTuple):
    """A strptime layout, and whether the text says its zone: by offset, by a literal Z, or not at all."""

    text: str
    zone: str


_OFFSET, _ZULU, _NONE = "offset", "zulu", "none"
_UTC: Final = pl.Datetime("us", "UTC")
_LOCAL: Final = pl.Datetime("us")
_FOUND: Final = pl.Struct({"aware": _UTC, "naive": _LOCAL})

# layouts without fractions come first: polars reads them several times faster
_LAYOUTS: Final = (
    *(_Layout(f"%Y-%m-%d{t}%H:%M:%SZ", _ZULU) for t in "T "),
    *(_Layout(f"%Y-%m-%d{t}%H:%M:%S", _NONE) for t in "T "),
    _Layout("%Y-%m-%d", _NONE),
    *(_Layout(f"%Y-%m-%d{t}%H:%M:%S%.f", _NONE) for t in "T "),
    *(_Layout(f"%Y-%m-%d{t}%H:%M:%S%.f%#z", _OFFSET) for t in "T "),
    *(_Layout(f"%Y-%m-%d{t}%H:%M:%S%.f %#z", _OFFSET) for t in "T "),
    *(_Layout(f"%Y-%m-%d{t}%H:%M", _NONE) for t in "T "),
    *(_Layout(f"%Y-%m-%d{t}%H:%M%#z", _OFFSET) for t in "T "),
    _Layout("%Y%m%dT%H%M%S%.f", _NONE),
    _Layout("%Y%m%dT%H%M%S%.f%#z", _OFFSET),
    _Layout("%Y%m%d", _NONE),
)
# all digits of year, month and day: else chrono reads the year 26 out of "26-01-02"
_SHAPE: Final = r"^[0-9]{4}(?:-[0-9]{2}-[0-9]{2}(?:$|[T ])|[0-9]{4}(?:$|T[0-9]{6}))"
_MOST_MICROSECONDS: Final = 8_000_000_000_000_000  # year 2223: later is refused, and may not fit


def to_utc(times: pl.Series, *, timezone: str | None = None, time_format: str | None = None) -> pl.DataFrame:
    """UTC times (`value`) and problems (`problem`) of a series of times.

    Args:
        times: Datetimes, dates, text, or (only with an epoch as `time_format`) numbers.
        timezone: Zone of times that carry none; without it they are a problem.
        time_format: A strptime layout for text that is not ISO 8601, or a key of EPOCHS.

    Example:
        >>> read = to_utc(pl.Series(["2026-03-01T10:00:00+02:00", "2026-03-01"]), timezone="Asia/Tokyo")
        >>> [str(time) for time in read["value"]]
        ['2026-03-01 08:00:00+00:00', '2026-02-28 15:00:00+00:00']
    """
    made = with_utc(
        pl.LazyFrame([times.alias("time")]),
        time="time",
        kind=times.dtype,
        value="value",
        problem="problem",
        likely=likely_layout(times, time_format),
        timezone=timezone,
        time_format=time_format,
    )
    return made.select("value", "problem").collect()


def likely_layout(sample: pl.Series, time_format: str | None) -> tuple[str, str] | None:
    """The layout that reads most of a sample: tried first, so a matter of speed alone."""
    if sample.dtype != pl.String or time_format in EPOCHS:
        return None
    words = sample.str.strip_chars().drop_nulls()
    return max(_layouts(time_format), key=lambda layout: _parsed(words, layout, time_format).count())


def with_utc(
    frame: pl.LazyFrame,
    *,
    time: str,
    kind: Any,
    value: str,
    problem: str,
    likely: tuple[str, str] | None,
    timezone: str | None,
    time_format: str | None,
) -> pl.LazyFrame:
    """The frame with columns `value` and `problem`, from the column `time` of type `kind`."""
    raw = pl.col(time)
    aware, naive = pl.lit(None, _UTC), pl.lit(None, _LOCAL)
    empty = raw.is_null()
    if isinstance(kind, pl.Datetime) and kind.time_zone is not None:
        aware = raw.dt.convert_time_zone("UTC").cast(_UTC)
    elif isinstance(kind, pl.Datetime | pl.Date):
        naive = raw.cast(_LOCAL)
    elif time_format in EPOCHS:
        aware = _from_epoch(raw, kind, EPOCHS[time_format])
        if kind.is_float():
            empty = empty | raw.is_nan()
        elif kind == pl.String:
            empty = empty | (raw.str.strip_chars() == "")
    elif kind == pl.String:
        words = raw.str.strip_chars()
        empty = empty | (words == "")
        first = _Layout(*likely) if likely else _LAYOUTS[0]
        frame = frame.with_columns(_read(words, first, time_format).alias("#quick"))
        rest = pl.when(pl.col("#quick").is_null() & ~empty).then(words)
        slow = partial(_from_text, time_format=time_format)
        frame = frame.with_columns(
            rest.map_batches(slow, return_dtype=_FOUND, is_elementwise=True).alias("#slow")
        )
        aware, naive = (pl.col("#slow").struct.field(name) for name in ("aware", "naive"))
        if first.zone == _NONE:
            naive = pl.coalesce("#quick", naive)
        else:
            aware = pl.coalesce("#quick", aware)
    elif kind != pl.Null:
        empty = raw.is_null()
    frame = frame.with_columns(aware.alias("#aware"), naive.alias("#naive"), empty.alias("#empty"))
    return _settled(frame, value=value, problem=problem, timezone=timezone)


def _from_epoch(raw: pl.Expr, kind: Any, unit: int) -> pl.Expr:
    if kind.is_float():
        count = (raw * unit).round(0)
    else:
        number = raw.str.strip_chars() if kind == pl.String else raw
        count = number.cast(pl.Int64, strict=False)
        most = _MOST_MICROSECONDS // unit
        count = pl.when(count.is_between(-most, most)).then(count) * unit
    count = pl.when(count.is_between(-_MOST_MICROSECONDS, _MOST_MICROSECONDS)).then(count)
    return count.cast(pl.Int64, strict=False).cast(_LOCAL).dt.replace_time_zone("UTC")


def _layouts(time_format: str | None) -> tuple[_Layout, ...]:
    if time_format is None:
        return _LAYOUTS
    return (_Layout(time_format, _OFFSET if "%z" in time_format or "%#z" in time_format else _NONE),)


def _read(words: pl.Expr, layout: _Layout, time_format: str | None) -> pl.Expr:
    if time_format is None:
        words = pl.when(words.str.contains(_SHAPE)).then(words)
    if layout.zone == _OFFSET:
        return words.str.to_datetime(layout.text, strict=False, time_unit="us", time_zone="UTC")
    if any(mark in layout.text for mark in ("%H", "%I", "%T", "%R", "%X", "%c", "%s")):
        local = words.str.to_datetime(layout.text, strict=False, time_unit="us")
    else:
        local = words.str.to_date(layout.text, strict=False).cast(_LOCAL)
    return local.dt.replace_time_zone("UTC") if layout.zone == _ZULU else local


def _parsed(words: pl.Series, layout: _Layout, time_format: str | None) -> pl.Series:
    return pl.DataFrame({"w": words}).select(_read(pl.col("w"), layout, time_format).alias("t"))["t"]


def _from_text(words: pl.Series, *, time_format: str | None) -> pl.Series:
    """Every layout in turn on what the ones before it could not read."""
    aware = pl.repeat(None, len(words), dtype=_UTC, eager=True)
    naive = pl.repeat(None, len(words), dtype=_LOCAL, eager=True)
    rest = words.is_not_null().arg_true()
    for layout in _layouts(time_format) if len(rest) else ():
        read = _parsed(words.gather(rest), layout, time_format)
        found = read.is_not_null()
        if layout.zone == _NONE:
            naive = naive.scatter(rest.filter(found), read.filter(found))
        else:
            aware = aware.scatter(rest.filter(found), read.filter(found))
        rest = rest.filter(~found)
        if rest.is_empty():
            break
    return pl.DataFrame({"aware": aware, "naive": naive}).to_struct(words.name)


def _settled(frame: pl.LazyFrame, *, value: str, problem: str, timezone: str | None) -> pl.LazyFrame:
    local = pl.col("#naive")
    placed = later = pl.lit(None, _UTC)
    if timezone is not None:
        placed, later = (
            local.dt.replace_time_zone(timezone, ambiguous=which, non_existent="null")
            .dt.convert_time_zone("UTC")
            .cast(_UTC)
            for which in ("earliest", "latest")
        )
    frame = frame.with_columns(
        pl.coalesce("#aware", placed).alias("#time"), (placed != later).alias("#twice")
    )
    wrong = (
        pl.when("#empty")
        .then(Problem.EMPTY)
        .when(pl.col("#aware").is_null() & local.is_null())
        .then(Problem.TIME)
        .when(pl.col("#time").is_null())
        .then(Problem.NAIVE if timezone is None else Problem.NO_SUCH_TIME)
        .when(~pl.col("#time").dt.year().is_between(1900, 2199))
        .then(Problem.IMPLAUSIBLE_TIME)
        .when(pl.col("#twice").fill_null(value=False))
        .then(Problem.TWICE)
        .otherwise(0)
        .cast(pl.UInt8)
    )
    frame = frame.with_columns(wrong.alias(problem))
    kept = (pl.col(problem) == 0) | (pl.col(problem) == Problem.TWICE)
    return frame.with_columns(pl.when(kept).then("#time").alias(value))


def day_as_written(times: pl.Expr) -> pl.Expr:
    """The day of typed dates or times as text; a time is cut to its day in its own zone.

    Example:
        >>> import datetime as dt
        >>> days = pl.DataFrame({"d": [dt.date(1970, 1, 31), None]})
        >>> days.select(day_as_written(pl.col("d")))["d"].to_list()
        ['1970-01-31', None]
    """
    return times.dt.to_string("%Y-%m-%d")
