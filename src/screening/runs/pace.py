"""How far a run has come: rows a second, and the time that is left at that pace."""

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
        unit: What is counted.
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
        done: int = 0,
        note: Callable[[], str] = str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._say, self._stage, self._total, self._unit = say, stage, total, unit
        self._done, self._start, self._clock = done, done, clock
        self._began = self._told = clock()
        self._note = note

    def advance(self, count: int) -> None:
        """So much more is done."""
        self._done += count
        now = self._clock()
        if now - self._told < _EVERY:
            return
        self._told = now
        rate = (self._done - self._start) / (now - self._began)
        left = max(self._total - self._done, 0) / rate if rate else float("inf")
        self._say(
            f"{self._stage}: {self._done:,} of {self._total:,} {self._unit}, "
            f"{rate:,.0f} {self._unit}/s, {_duration(left)} left{self._note()}"
        )


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < float("inf") else "unknown time"
