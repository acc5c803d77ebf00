"""How far a run has come: what is done a second, and the time that is left at that pace."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Pace"]

_EVERY: Final = 2.0  # seconds between two lines


class Pace:
    """Tells how far a stage has come, now and then.

    Args:
        say: Who is told.
        stage: What is being done.
        total: How much there is to do.
        unit: What is counted; of "%" only the share is told.
        each: How many make one unit.
        done: How much of it an earlier session has done.
        note: What else is told each time.
        clock: Seconds, ever upward.

    Example:
        >>> times = iter([0.0, 4.0])
        >>> Pace(print, "reading", 100, "rows", clock=lambda: next(times)).advance(20)
        reading: 20 of 100 rows, 5 rows/s, 16 s left
    """

    def __init__(
        self,
        say: Callable[[str], None],
        stage: str,
        total: int,
        unit: str,
        *,
        each: int = 1,
        done: int = 0,
        note: Callable[[], str] = str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._say, self._stage, self._total, self._unit = say, stage, total, unit
        self._done, self._start, self._clock = done, done, clock
        self._began = self._told = clock()
        self._note, self._each = note, each

    def advance(self, count: int) -> None:
        """So much more is done."""
        self._done += count
        now = self._clock()
        if now - self._told < _EVERY:
            return
        self._told = now
        rate = (self._done - self._start) / (now - self._began)
        if not rate:
            return  # nothing has come of it yet, and that is no news
        told = [self._far()]
        if self._unit != "%" and rate >= self._each:
            told.append(f"{rate / self._each:,.0f} {self._unit}/s")
        told.append(f"{_duration(max(self._total - self._done, 0) / rate)} left")
        self._say(f"{self._stage}: {', '.join(told)}{self._note()}")

    def _far(self) -> str:
        if self._unit == "%":
            return f"{100 * self._done // max(self._total, 1)} %"
        return f"{self._done // self._each:,} of {self._total // self._each:,} {self._unit}"


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
