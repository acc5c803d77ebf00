"""Birth dates as intervals, however they are written; nothing is guessed.

What can mean one day only is that day. A bare year is the whole year, a bare month the whole month. Where day
and month cannot be told apart (01/07/1970) both days are kept, and no day between them.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from functools import lru_cache
from typing import Final, NamedTuple

__all__ = ["Birth", "birth_text", "read_birth"]


class Birth(NamedTuple):
    """First and last day that a birth date can be; both None when it is stated but not readable.

    Attributes:
        earliest: The first day.
        latest: The last day.
        approximate: Whether it may be somewhat earlier or later.
        either: Whether it is one of these two days and none between them, since which of two numbers is
            the day and which the month cannot be told.
    """

    earliest: dt.date | None
    latest: dt.date | None
    approximate: bool = False
    either: bool = False

    def __str__(self) -> str:
        if self.earliest is None or self.latest is None:
            return "not readable"
        first, last = self.earliest, self.latest
        if self.either:
            text = f"{first} or {last}"
        elif (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
            text = f"{first.year:04}" if first.year == last.year else f"{first.year:04}..{last.year:04}"
        else:
            text = f"{first}" if first == last else f"{first}..{last}"
        return f"about {text}" if self.approximate else text


_REMEMBERED: Final = 1 << 16  # texts that are kept read: there are fewer days in a lifetime
_HYPHENS: Final = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))
_ABOUT: Final = re.compile(
    r"(?:circa|approximately|approx\.?|about|abt\.?|around|estimated|est\.?|ca?\.?|~) ?(?=[\da-z])"
)
_BETWEEN: Final = ("..", " to ", " and ", " - ", "/")  # the two ends of an interval
_YEARS: Final = re.compile(r"(\d{4})-(\d{4})")
_EITHER: Final = " or "
_HIJRI_BEGIN, _LATEST = 1250, 2100  # years between which eight digits are taken for a day before a month
_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_NAME: Final = r"(?P<name>[a-z]{3,9})\.?"
_TIME: Final = r"(?:[t ]\d{1,2}:\d{2}.*|t\d{4}.*|z|[-+]\d{2}:\d{2})?"
_FORMS: Final = tuple(
    re.compile(form)
    for form in (
        r"(?P<y>\d{4})(?P<s>[-/. ])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})" + _TIME,
        r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})" + _TIME,
        r"(?P<y>\d{4})[-/](?P<m>\d{1,2})",
        r"(?P<y>\d{4})",
        r"(?P<a>\d{1,2})(?P<s>[-/. ])(?P<b>\d{1,2})(?P=s)(?P<y>\d{4})" + _TIME,
        r"(?P<a>\d{2})(?P<b>\d{2})(?P<y>\d{4})",
        r"(?P<m>\d{1,2})[-/.](?P<y>\d{4})",
        r"(?P<d>\d{1,2})(?:st|nd|rd|th)?[-/. ]?" + _NAME + r"[-/., ]{0,2}(?P<y>\d{4})" + _TIME,
        _NAME + r" ?(?P<d>\d{1,2})(?:st|nd|rd|th)?(?:, ?| )(?P<y>\d{4})" + _TIME,
        r"(?P<y>\d{4})[-/. ]?" + _NAME + r"[-/. ]?(?P<d>\d{1,2})" + _TIME,
        _NAME + r"[-/., ]{0,2}(?P<y>\d{4})",
    )
)

_Days = tuple[dt.date, dt.date, bool]


def read_birth(text: str | dt.date | None) -> Birth | None:
    """A day, a month, a year, one of two days, or an interval of two of these; None for anything else.

    Example:
        >>> [
        ...     str(read_birth(t))
        ...     for t in ("13.07.1970", "01-JUL-1970", "19700701", "circa 1970", "1970-00-00")
        ... ]
        ['1970-07-13', '1970-07-01', '1970-07-01', 'about 1970', '1970']
        >>> [str(read_birth(t)) for t in ("01/07/1970", "07/1970", "1968..1972")]
        ['1970-01-07 or 1970-07-01', '1970-07-01..1970-07-31', '1968..1972']
        >>> read_birth("13.07.70") is None, read_birth("1970-13-01") is None
        (True, True)
    """
    if isinstance(text, dt.date):
        day = dt.date(text.year, text.month, text.day)
        return Birth(day, day)
    return None if text is None else _read(text)


def birth_text(text: str) -> str | None:
    """A birth date in the one way in which `Birth` writes it; None where there is none to be read.

    Example:
        >>> birth_text("1 Jul 1970"), birth_text("long ago")
        ('1970-07-01', None)
    """
    birth = _read(text)
    return None if birth is None else str(birth)


@lru_cache(maxsize=_REMEMBERED)
def _read(text: str) -> Birth | None:
    words = " ".join(text.casefold().translate(_HYPHENS).split())
    about = _ABOUT.match(words)
    days = _span(words[about.end() :] if about else words)
    return None if days is None else Birth(days[0], days[1], about is not None, days[2])


def _span(words: str) -> _Days | None:
    """What a text states: as one date, as one of two days, or as what lies between two dates."""
    alone = _days(words)
    if alone is not None:
        return alone
    if words.count(_EITHER) == 1:
        ends = [_days(part) for part in words.split(_EITHER)]
        return _either(*[end[0] for end in ends if end is not None and end[0] == end[1]])
    if years := _YEARS.fullmatch(words):
        ends = [_days(year) for year in years.groups()]
    else:
        words = words.removeprefix("between ").removeprefix("from ")
        separator = next((mark for mark in _BETWEEN if words.count(mark) == 1), None)
        ends = [_days(part.strip()) for part in words.split(separator)] if separator else [None]
    known = [end for end in ends if end is not None]
    if len(known) < len(ends):
        return None
    return min(first for first, _, _ in known), max(last for _, last, _ in known), False


def _either(*days: dt.date) -> _Days | None:
    """Two days that are one another with day and month swapped."""
    if len(days) != 2:
        return None
    first, last = sorted(days)
    swapped = (first.year, first.month, first.day) == (last.year, last.day, last.month)
    return (first, last, True) if swapped and first != last else None


def _days(words: str) -> _Days | None:
    """One date, in the first of the forms that it has and that is a date."""
    for form in _FORMS:
        match = form.fullmatch(words)
        found = None if match is None else _dated(match.groupdict())
        if found is not None:
            return found
    return None


def _dated(parts: dict[str, str | None]) -> _Days | None:
    year = int(parts["y"] or 0)
    if parts.get("a") is not None:
        a, b = int(parts["a"] or 0), int(parts["b"] or 0)
        if parts.get("s") is None and not _HIJRI_BEGIN <= year <= _LATEST:
            return None
        if not a or not b:  # no day is stated
            return _interval(year, a or b, 0)
        found = {made[0] for made in (_interval(year, a, b), _interval(year, b, a)) if made}
        return _either(*found) or next(((day, day, False) for day in found), None)
    if name := parts.get("name"):
        month = next((i for i, full in enumerate(_MONTHS, start=1) if full.startswith(name)), None)
        return None if month is None else _interval(year, month, int(parts.get("d") or 0))
    return _interval(year, int(parts.get("m") or 0), int(parts.get("d") or 0))


def _interval(year: int, month: int, day: int) -> _Days | None:
    """A day, or all days of a month or year; 0 is what is not stated."""
    if day and not month:
        return None
    try:
        if day:
            first = last = dt.date(year, month, day)
        else:
            first = dt.date(year, month or 1, 1)
            last = dt.date(year, month or 12, calendar.monthrange(year, month or 12)[1])
    except ValueError:  # IllegalMonthError is one too
        return None
    return first, last, False
