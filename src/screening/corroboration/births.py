"""Birth dates as intervals: what is known only roughly is compared roughly."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from screening.corroboration.verdict import Finding, Verdict, stated
from screening.policy import CorroborationPolicy

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Birth", "compare_births", "compare_intervals", "read_birth"]


class Birth(NamedTuple):
    """First and last day that a birth date can be; both None when it is stated but not readable."""

    earliest: dt.date | None
    latest: dt.date | None
    approximate: bool = False

    def __str__(self) -> str:
        if self.earliest is None or self.latest is None:
            return "not readable"
        first, last = self.earliest, self.latest
        if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
            text = f"{first.year:04}" if first.year == last.year else f"{first.year:04}..{last.year:04}"
        else:
            text = f"{first}" if first == last else f"{first}..{last}"
        return f"about {text}" if self.approximate else text


_DATE: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?|(\d{2})(\d{2}))?(?:[T ].*)?")
_BETWEEN: Final = re.compile(r"\.\.|/|(?<=^\d{4})-(?=\d{4}$)")
_DAYS_OF_A_YEAR: Final = 365.2425
_HIJRI: Final = (1250, 1500)  # a year in here is of no living person in the Gregorian calendar
# From most to least telling, over several listed dates: a date that cannot be read may be the true one.
_RANK: Final = (Verdict.AGREE, Verdict.POSSIBLE, Verdict.UNKNOWN, Verdict.CONTRADICT)


def read_birth(text: str | dt.date | None) -> Birth | None:
    """A day, a month, a year, or an interval of two of these; None for anything else.

    Example:
        >>> [str(read_birth(t)) for t in ("1970-07-01", "19700701", "1970", "1968..1972", "1970-07")]
        ['1970-07-01', '1970-07-01', '1970', '1968..1972', '1970-07-01..1970-07-31']
        >>> read_birth("July 1970") is None, read_birth("1970-13-01") is None
        (True, True)
    """
    if isinstance(text, dt.date):
        day = dt.date(text.year, text.month, text.day)
        return Birth(day, day)
    if text is None:
        return None
    parts = [_days(part.strip()) for part in _BETWEEN.split(text.strip(), maxsplit=1)]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    return Birth(min(first for first, _ in known), max(last for _, last in known))


def _days(text: str) -> tuple[dt.date, dt.date] | None:
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day = int(match[1]), match[2] or match[4], match[3] or match[5]
    try:
        if day:
            exact = dt.date(year, int(month), int(day))
            return exact, exact
        if month:
            last = calendar.monthrange(year, int(month))[1]
            return dt.date(year, int(month), 1), dt.date(year, int(month), last)
        return dt.date(year, 1, 1), dt.date(year, 12, 31)
    except ValueError:
        return None


def compare_births(
    payment: Birth | None, listed: Iterable[Birth], *, policy: CorroborationPolicy | None = None
) -> Finding:
    """The birth date of a party against all that are listed for one person; their order is irrelevant.

    One that agrees is enough, and only when none can be true do they contradict.

    Example:
        >>> listed = [Birth(dt.date(1970, 1, 1), dt.date(1970, 12, 31))]
        >>> compare_births(read_birth("1970-07-01"), listed).words
        'birth date agrees (listed: 1970; payment: 1970-07-01)'
        >>> compare_births(read_birth("1988"), listed).verdict, compare_births(None, listed).verdict
        (<Verdict.CONTRADICT: 'contradict'>, <Verdict.UNKNOWN: 'unknown'>)
    """
    policy = policy or CorroborationPolicy()
    found = (
        []
        if payment is None
        else [(*compare_intervals(payment, birth, policy=policy), birth) for birth in listed]
    )
    if payment is None or not found:
        return Finding("birth_date", Verdict.UNKNOWN)
    best = min((verdict for verdict, _, _ in found), key=_RANK.index)
    reasons = sorted({why for verdict, why, _ in found if verdict is best})
    births = [str(birth) for verdict, why, birth in found if verdict is best and why == reasons[0]]
    return stated("birth_date", best, listed=births, payment=str(payment), why=reasons[0])


def compare_intervals(
    a: Birth, b: Birth, *, policy: CorroborationPolicy | None = None
) -> tuple[Verdict, str]:
    """Two birth dates, either way round, and what there is to say about them.

    Example:
        >>> compare_intervals(read_birth("1970-01-07"), read_birth("1970-07-01"))
        (<Verdict.POSSIBLE: 'possible'>, 'day and month swapped')
    """
    policy = policy or CorroborationPolicy()
    if _says_nothing(a, policy) or _says_nothing(b, policy):
        return Verdict.UNKNOWN, ""
    if _hijri(a) != _hijri(b):
        old, new = (a, b) if _hijri(a) else (b, a)
        fits = any(_gap(reading, _widened(new, policy)) == 0 for reading in _gregorian(old))
        return (Verdict.POSSIBLE, "read in the Hijri calendar") if fits else (Verdict.UNKNOWN, "")
    wide_a, wide_b = _widened(a, policy), _widened(b, policy)
    gap = _gap(wide_a, wide_b)
    if gap == 0:
        if max(_span(wide_a), _span(wide_b)) > policy.widest_years:
            return Verdict.POSSIBLE, "within a wide span"
        return Verdict.AGREE, ""
    if any(
        swapped is not None and _gap(swapped, other) == 0
        for swapped, other in ((_swapped(a), wide_b), (_swapped(b), wide_a))
    ):
        return Verdict.POSSIBLE, "day and month swapped"
    return _apart(a, b, gap, policy)


def _apart(a: Birth, b: Birth, gap: int, policy: CorroborationPolicy) -> tuple[Verdict, str]:
    if gap > policy.contradiction_years * _DAYS_OF_A_YEAR:
        doubtful = any(_is_one_of(birth, policy.doubtful_births) for birth in (a, b))
        years = f"more than {policy.contradiction_years} years apart"
        return (Verdict.UNKNOWN, "") if doubtful else (Verdict.CONTRADICT, years)
    years = "less than a year" if gap < _DAYS_OF_A_YEAR else f"about {round(gap / _DAYS_OF_A_YEAR)} years"
    return Verdict.POSSIBLE, f"{years} apart".replace("about 1 years", "about a year")


def _says_nothing(birth: Birth, policy: CorroborationPolicy) -> bool:
    return birth.earliest is None or birth.latest is None or _is_one_of(birth, policy.placeholder_births)


def _is_one_of(birth: Birth, days: tuple[str, ...]) -> bool:
    return birth.earliest == birth.latest and str(birth.earliest) in days


def _ends(birth: Birth) -> tuple[dt.date, dt.date]:
    return birth.earliest or dt.date.min, birth.latest or dt.date.max


def _hijri(birth: Birth) -> bool:
    first, last = _ends(birth)
    return _HIJRI[0] <= first.year and last.year <= _HIJRI[1]


def _gregorian(birth: Birth) -> list[Birth]:
    """Readings of Hijri years, solar and lunar; exact to the year, which is all that is asked of them."""
    first, last = _ends(birth)
    lunar = (int(first.year * 0.970224 + 621.57), int(last.year * 0.970224 + 621.57) + 1)
    solar = (first.year + 621, last.year + 622)
    return [Birth(dt.date(start, 1, 1), dt.date(end, 12, 31)) for start, end in (lunar, solar)]


def _widened(birth: Birth, policy: CorroborationPolicy) -> Birth:
    if not birth.approximate:
        return birth
    first, last = _ends(birth)
    years = policy.approximate_years
    return Birth(_shifted(first, -years), _shifted(last, years), approximate=True)


def _shifted(day: dt.date, years: int) -> dt.date:
    year = min(max(day.year + years, dt.MINYEAR), dt.MAXYEAR)
    return day.replace(year=year, day=min(day.day, calendar.monthrange(year, day.month)[1]))


def _swapped(birth: Birth) -> Birth | None:
    """Day and month the other way round; None where that is no other day."""
    first, last = _ends(birth)
    if first != last or first.day > 12 or first.day == first.month:
        return None
    day = dt.date(first.year, first.day, first.month)
    return Birth(day, day)


def _gap(a: Birth, b: Birth) -> int:
    """Days between two intervals, 0 when they meet."""
    (first_a, last_a), (first_b, last_b) = _ends(a), _ends(b)
    return max((first_b - last_a).days, (first_a - last_b).days, 0)


def _span(birth: Birth) -> int:
    """Calendar years that an interval touches."""
    first, last = _ends(birth)
    return last.year - first.year + 1
