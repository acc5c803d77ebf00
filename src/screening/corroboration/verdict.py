"""What one attribute says about a hit."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Finding", "Verdict", "stated"]

_SHOWN: Final = 5


class Verdict(StrEnum):
    """Whether what is known of a party fits what is listed."""

    AGREE = "agree"
    POSSIBLE = "possible"  # fits not exactly, and is not excluded
    CONTRADICT = "contradict"
    UNKNOWN = "unknown"  # one side says nothing: neither for nor against


class Finding(NamedTuple):
    """The verdict of one attribute, and why in words; no words where it is unknown."""

    attribute: str
    verdict: Verdict
    words: str = ""


_PREDICATES: Final = {
    Verdict.AGREE: "agrees",
    Verdict.POSSIBLE: "is possible",
    Verdict.CONTRADICT: "contradicts",
}


def stated(
    attribute: str, verdict: Verdict, *, listed: Iterable[str], payment: str, why: str = ""
) -> Finding:
    """A finding in words that name both sides.

    Example:
        >>> stated("country", Verdict.CONTRADICT, listed=["IQ", "AF"], payment="BR").words
        'country contradicts (listed: AF, IQ; payment: BR)'
    """
    if verdict is Verdict.UNKNOWN:
        return Finding(attribute, verdict)
    ordered = sorted(set(listed))
    named = ", ".join(ordered[:_SHOWN]) + (f" and {len(ordered) - _SHOWN} more" if ordered[_SHOWN:] else "")
    sides = payment if named == payment else f"listed: {named}; payment: {payment}"
    reason = f"{why}; " if why else ""
    return Finding(
        attribute, verdict, f"{attribute.replace('_', ' ')} {_PREDICATES[verdict]} ({reason}{sides})"
    )
