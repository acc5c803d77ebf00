"""What a run rests on: a run may be resumed only if nothing of it has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from screening.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PLAN_FORMAT", "refuse_changes"]

PLAN_FORMAT: Final = "screening.plan/9"

_WORDS: Final = {
    "format": "the format of unfinished runs",
    "input": "the payments",
    "history": "the earlier payments",
    "parties": "the table of parties",
    "list": "the list",
    "index": "the index, its threshold or what hits are corroborated with",
    "policy": "the policy",
    "reference_data": "the reference data",
    "rule_tables": "the reference tables of the policy",
    "rules": "the rules",
    "library": "the versions of the library or of what it computes with",
}


def refuse_changes(before: Mapping[str, Any], now: Mapping[str, Any], *, folder: object) -> None:
    """Compare what an unfinished run rests on with what it would rest on now.

    Raises:
        RunError: Something has changed; the message names it.

    Example:
        >>> refuse_changes({"policy": "a"}, {"policy": "a"}, folder="run.unfinished")
    """
    changed = [words for key, words in _WORDS.items() if before.get(key) != now.get(key)]
    if changed:
        raise RunError(
            f"{folder}: cannot be resumed, because since it was begun there changed {', '.join(changed)}; "
            "put it back, or remove the folder and begin anew",
            changed=changed,
        )
