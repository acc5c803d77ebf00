"""Dates as a list states them, as intervals.

A bare year is the whole year and "Sep. 1977" the whole month: a birth date is never sharpened to a
1 January that nobody stated. "Approximately" is kept as a mark beside the stated interval, because how
wide it reaches is for the comparison to decide.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Interval", "births_in", "read_day", "read_interval"]


class Interval(NamedTuple):
    """First and last day a date can be; both None when only the text is known."""

    earliest: dt.date | None
    latest: dt.date | None
    approximate: bool
    text: str


_MONTHS: Final = {name[:3].casefold(): number for number, name in enumerate(calendar.month_name) if number}
_MONTH: Final = "(?P<{0}>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?"
_FORMS: Final = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"\b(?P<year>\d{4})-(?P<m>\d{2})-(?P<day>\d{2})(?!\d)",
        r"\b(?P<day>\d{1,2})(?:st|nd|rd|th)?\s*" + _MONTH.format("month") + r",?\s*(?P<year>\d{4})\b",
        r"\b" + _MONTH.format("month") + r"\s*(?P<day>\d{1,2}),\s*(?P<year>\d{4})\b",
        r"\b(?P<day>\d{1,2})[./](?P<m>\d{1,2})[./](?P<year>\d{4})\b",
        r"\b" + _MONTH.format("month") + r"\s*(?:and|or|to|-|–)\s*" + _MONTH.format("month2")
        + r"\s*(?P<year>\d{4})\b",
        r"\b" + _MONTH.format("month") + r",?\s*(?P<year>\d{4})\b",
        r"\b(?P<year>\d{4})-(?P<m>\d{2})\b(?!-)",
        r"\b(?P<year>\d{4})\s*(?:and|or|to|-|–|/)\s*(?P<year2>\d{4})\b",
        r"\b(?P<year>\d{4})\b",
    )
)  # fmt: skip
_APPROXIMATE: Final = re.compile(r"\b(?:approx\w*|circa|c\.|about|around|early|late|mid)", re.IGNORECASE)
_BORN: Final = re.compile(r"\b(?:born|d\.?o\.?b|dpob|dates? of birth)\b", re.IGNORECASE)
_ELSE: Final = re.compile(
    r"\b(?:passport|national(?:ity| id)|identi\w+|issue\w*|expir\w*|address|place of birth|died|deceased)\b",
    re.IGNORECASE,
)


def read_day(text: str) -> dt.date | None:
    """A day in ISO form, with or without a zone behind it; None for anything else.

    Example:
        >>> read_day("2011-02-28-05:00"), read_day("2011")
        (datetime.date(2011, 2, 28), None)
    """
    try:
        return dt.date.fromisoformat(text.strip()[:10]) if re.match(r"\s*\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        return None


def read_interval(text: str, *, approximate: bool = False) -> Interval:
    """The first date that a text states.

    Example:
        >>> read_interval("Between Aug. and Sep. 1977")[:2]
        (datetime.date(1977, 8, 1), datetime.date(1977, 9, 30))
        >>> read_interval("circa 1960")[2], read_interval("24/06/1402 (Hijri)").earliest is None
        (True, True)
    """
    found = next(_intervals(text), None)
    unsure = approximate or _APPROXIMATE.search(text) is not None
    earliest, latest = found[1] if found else (None, None)
    return Interval(earliest, latest, unsure, text)


def births_in(text: str) -> list[Interval]:
    """Birth dates stated in running text, each after "born", "DOB" or the like.

    Example:
        >>> [
        ...     str(b.earliest)
        ...     for b in births_in("DOB: a) 11 Apr. 1960 b) 1963. POB: Tarsis; issued 2 May 2001")
        ... ]
        ['1960-04-11', '1963-01-01']
    """
    births: list[Interval] = []
    for keyword in _BORN.finditer(text):
        part = text[keyword.end() :]
        following = [m.start() for m in (_BORN.search(part), _ELSE.search(part)) if m]
        part = part[: min(following)] if following else part
        unsure = _APPROXIMATE.search(part) is not None
        births += [Interval(*days, unsure, stated) for stated, days in _intervals(part)]
    return births


def _intervals(text: str) -> Iterator[tuple[str, tuple[dt.date, dt.date]]]:
    position = 0
    while position < len(text):
        matches = [m for form in _FORMS if (m := form.search(text, position))]
        if not matches:
            return
        first = min(matches, key=lambda m: (m.start(), -m.end()))  # the fullest reading of what comes first
        if days := _days(first.groupdict()):
            yield first[0], days
        position = first.end()


def _days(parts: dict[str, str]) -> tuple[dt.date, dt.date] | None:
    """Interval of a match; None for a date that does not exist or is of another calendar."""
    year, last_year = int(parts["year"]), int(parts.get("year2") or parts["year"])
    if not (min(year, last_year) >= 1850 and max(year, last_year) <= 2100):
        return None
    if "m" in parts:
        month = int(parts["m"])
    else:
        month = _MONTHS[parts["month"].casefold()] if parts.get("month") else 0
    try:
        if parts.get("day"):
            day = dt.date(year, month, int(parts["day"]))
            return day, day
        if month:
            last = _MONTHS[parts["month2"].casefold()] if parts.get("month2") else month
            return dt.date(year, month, 1), dt.date(year, last, calendar.monthrange(year, last)[1])
    except ValueError:
        return None
    first_year, last_year = sorted((year, last_year))
    return dt.date(first_year, 1, 1), dt.date(last_year, 12, 31)
