"""Times are moments in UTC, or a problem that says why they are not."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.payments.problems import Problem
from screening.payments.times import day_as_written, likely_layout, to_utc

FIRST, LAST = dt.datetime.fromisoformat("1900-01-02"), dt.datetime.fromisoformat("2199-12-30")
MOMENTS = st.datetimes(FIRST, LAST, timezones=st.just(dt.UTC))
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: dt.timezone(dt.timedelta(minutes=minutes)))


def one(time: object, **options: str | None) -> dt.datetime | Problem:
    value, problem = to_utc(pl.Series([time]), **options).row(0)
    if problem and problem != Problem.TWICE:
        assert value is None
        return Problem(problem)  # type: ignore[call-arg]
    assert isinstance(value, dt.datetime)
    return value


@given(st.lists(st.tuples(MOMENTS, OFFSETS), min_size=1), st.sampled_from("T "))
def test_iso_text_with_any_offset_is_the_same_moment(
    moments: list[tuple[dt.datetime, dt.timezone]], between: str
) -> None:
    texts = [moment.astimezone(offset).isoformat(between) for moment, offset in moments]
    made = to_utc(pl.Series(texts))
    assert made["value"].to_list() == [moment for moment, _ in moments]
    assert made["problem"].sum() == 0


@given(st.lists(MOMENTS, min_size=1), st.sampled_from(["us", "ms", "ns"]))
def test_typed_times_of_any_zone_are_the_same_moment(moments: list[dt.datetime], unit: str) -> None:
    whole = [moment.replace(microsecond=moment.microsecond // 1000 * 1000) for moment in moments]
    typed = pl.Series(whole).cast(pl.Datetime(unit, "UTC")).dt.convert_time_zone("Asia/Tokyo")  # type: ignore[arg-type]
    assert to_utc(typed)["value"].to_list() == whole


@given(st.lists(MOMENTS, min_size=1))
def test_a_naive_time_is_placed_in_the_declared_zone(moments: list[dt.datetime]) -> None:
    zone = ZoneInfo("Africa/Nairobi")
    texts = [moment.astimezone(zone).replace(tzinfo=None).isoformat() for moment in moments]
    expected = [dt.datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(dt.UTC) for text in texts]
    assert to_utc(pl.Series(texts), timezone="Africa/Nairobi")["value"].to_list() == expected


@settings(max_examples=25)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=4), st.sampled_from(["T", " "]))
def test_what_comes_first_changes_nothing(texts: list[str], between: str) -> None:
    """The layout that is tried first depends on a sample, the result does not."""
    times = [*texts, f"2026-03-01{between}10:00:00Z", "2026-03-01"]
    alone = [to_utc(pl.Series([time]), timezone="UTC").row(0) for time in times]
    assert to_utc(pl.Series(times), timezone="UTC").rows() == alone


@pytest.mark.parametrize(
    ("text", "microsecond"),
    [
        ("2026-03-01T10:00:00Z", 0),
        ("2026-03-01 10:00:00 +00:00", 0),
        ("2026-03-01T10:00:00.5+0000", 500000),
        ("2026-03-01T10:00+00", 0),
        ("20260301T100000Z", 0),
        (" 2026-03-01T12:30:00+02:30 ", 0),
    ],
)
def test_layouts_of_iso_8601(text: str, microsecond: int) -> None:
    assert one(text) == dt.datetime(2026, 3, 1, 10, 0, 0, microsecond, tzinfo=dt.UTC)


@pytest.mark.parametrize("text", ["2026-03-01", "20260301", "2026-03-01T00:00", "2026-03-01 00:00:00"])
def test_a_day_begins_at_midnight_in_the_declared_zone(text: str) -> None:
    assert one(text) == Problem.NAIVE
    assert one(text, timezone="Europe/Paris") == dt.datetime(2026, 2, 28, 23, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", Problem.EMPTY),
        ("yesterday", Problem.TIME),
        ("26-03-01", Problem.TIME),
        ("01/03/2026", Problem.TIME),
        ("2026-02-30", Problem.TIME),
        ("2026-3-1", Problem.TIME),
        ("1767225600", Problem.TIME),
        ("1899-12-31T00:00:00Z", Problem.IMPLAUSIBLE_TIME),
        ("9999-12-31", Problem.IMPLAUSIBLE_TIME),
    ],
)
def test_other_texts_are_a_problem(text: str, problem: Problem) -> None:
    assert one(text, timezone="UTC") == problem


def test_an_hour_that_daylight_saving_skips_does_not_exist() -> None:
    assert one("2026-03-29T02:30:00", timezone="Europe/Paris") == Problem.NO_SUCH_TIME


def test_of_an_hour_that_comes_twice_the_earlier_is_taken_and_told() -> None:
    made = to_utc(pl.Series(["2026-10-25T02:30:00"]), timezone="Europe/Paris")
    assert made.rows() == [(dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC), Problem.TWICE)]


def test_numbers_count_from_1970_only_when_declared() -> None:
    moment = dt.datetime(2023, 11, 14, 22, 13, 20, tzinfo=dt.UTC)
    assert one(1_700_000_000) == Problem.TIME
    assert one(1_700_000_000, time_format="epoch_s") == moment
    assert one("1700000000", time_format="epoch_s") == moment
    assert one(1_700_000_000.0, time_format="epoch_s") == moment
    assert one(1_700_000_000_000, time_format="epoch_ms") == moment
    assert one(2**62, time_format="epoch_s") == Problem.TIME


def test_a_declared_layout_is_the_only_one() -> None:
    options = {"time_format": "%d/%m/%Y", "timezone": "UTC"}
    assert one("01/03/2026", **options) == dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    assert one("2026-03-01", **options) == Problem.TIME
    moment = one("01.03.2026 10:00 +0100", time_format="%d.%m.%Y %H:%M %z")
    assert moment == dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)


def test_the_likely_layout_is_the_one_that_reads_most() -> None:
    likely = likely_layout(pl.Series(["2026-03-01", "2026-03-02", "2026-03-01T10:00:00Z"]), None)
    assert likely is not None
    assert likely[0] == "%Y-%m-%d"


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York", "UTC", None])
def test_a_typed_date_of_birth_is_the_day_as_written_whatever_its_zone(zone: str | None) -> None:
    times = pl.Series("d", [dt.datetime(1971, 4, 9), dt.datetime(1971, 4, 9, 23, 59)])  # noqa: DTZ001 - zoned below
    times = times.dt.replace_time_zone(zone)
    read = times.to_frame().select(day_as_written(pl.col("d")))["d"]
    assert read.to_list() == ["1971-04-09"] * 2
