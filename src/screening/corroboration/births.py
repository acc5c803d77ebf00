"""Birth dates against one another: what is known only roughly is compared roughly."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import TYPE_CHECKING, Final

from screening.births import Birth, read_birth
from screening.corroboration.verdict import Finding, Verdict, stated
from screening.policy import CorroborationPolicy

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Birth", "compare_births", "compare_intervals", "read_birth"]


_DAYS_OF_A_YEAR: Final = 365.2425
_HIJRI: Final = (1250, 1500)  # a year in here is of no living person in the Gregorian calendar
# From most to least telling, over several listed dates: a date that cannot be read may be the true one.
_RANK: Final = (Verdict.AGREE, Verdict.POSSIBLE, Verdict.UNKNOWN, Verdict.CONTRADICT)


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
        >>> compare_intervals(read_birth("01/07/1970"), read_birth("1970-07-01"))
        (<Verdict.AGREE: 'agree'>, 'day and month cannot be told apart')
    """
    policy = policy or CorroborationPolicy()
    found = [_compare(x, y, policy) for x in _readings(a) for y in _readings(b)]
    best = min([verdict for verdict, _ in found], key=_RANK.index)
    if any(verdict is not best for verdict, _ in found):
        return best, "" if best is Verdict.UNKNOWN else "day and month cannot be told apart"
    return best, min(why for _, why in found)


def _readings(birth: Birth) -> list[Birth]:
    """The days that it may be, where it is one of two; else itself."""
    if not birth.either:
        return [birth]
    return [Birth(day, day, birth.approximate) for day in (birth.earliest, birth.latest)]


def _compare(a: Birth, b: Birth, policy: CorroborationPolicy) -> tuple[Verdict, str]:
    """The same of births that are read in one way."""
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
