"""Everything this library raises on purpose.

```
ScreeningError
├── ListError            a sanctions list cannot be trusted as read (file, line, reference)
├── SchemaError          a table lacks a column or holds the wrong kind (also ValueError)
├── PolicyError          a policy asks for something that does not exist (also ValueError)
├── IndexFormatError     a saved name index cannot be read, is of another version, or damaged
├── ArgumentError        a function was given something of the wrong kind (also TypeError)
├── RunError             a run cannot start, or its outputs or an index cannot be written
└── MissingExtraError    an optional package is needed (also ImportError)
```

Every error takes its message first and its details as keywords with defaults, so that it survives
pickling on its way back from a worker process.
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "ArgumentError",
    "IndexFormatError",
    "ListError",
    "MissingExtraError",
    "PolicyError",
    "RunError",
    "SchemaError",
    "ScreeningError",
    "check_kind",
]


class ScreeningError(Exception):
    """Base of all errors of this library; `details` names what, where and what to do."""

    def __init__(self, message: str = "", **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = {key: value for key, value in details.items() if value is not None}

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.message, self.details)


def _rebuild(kind: type[ScreeningError], message: str, details: dict[str, Any]) -> ScreeningError:
    return kind(message, **details)


class ListError(ScreeningError):
    """A sanctions list is broken, hostile or incomplete; no part of it is returned.

    `details` may hold `source`, `line`, `reference` and `reason`.
    """

    def __str__(self) -> str:
        place = self.details.get("source", "")
        if "line" in self.details:
            place = f"{place}:{self.details['line']}"
        return f"{place}: {self.message}" if place else self.message


class SchemaError(ScreeningError, ValueError):
    """A table does not hold what it must; `details` may hold `missing`, `found` and `hint`."""


class PolicyError(ScreeningError, ValueError):
    """A policy holds an unknown key or an impossible value."""


class ArgumentError(ScreeningError, TypeError):
    """A function was given something of the wrong kind."""


def check_kind(name: str, given: object, kind: type, *, instead: str) -> None:
    """Refuse an argument of the wrong kind.

    Raises:
        ArgumentError: It is of another kind.

    Example:
        >>> check_kind("index", "list.xml", dict, instead="build it first")
        Traceback (most recent call last):
        ...
        screening.errors.ArgumentError: index must be a dict, not a str: build it first
    """
    if not isinstance(given, kind):
        raise ArgumentError(f"{name} must be a {kind.__name__}, not a {type(given).__name__}: {instead}")


class IndexFormatError(ScreeningError):
    """A saved name index cannot be read by this version of the library."""


class RunError(ScreeningError):
    """A run cannot start, or its outputs or an index cannot be written.

    `details` may hold `resumable`: it is finished by --resume once what stands in the way is mended.
    """


class MissingExtraError(ScreeningError, ImportError):
    """An optional package is not installed; the message names it and the extra that brings it."""
