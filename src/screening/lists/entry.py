"""One INDIVIDUAL or ENTITY on its way into the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from screening.errors import ListError
from screening.lists.mentions import bics_in, imo_numbers_in, normalise_number, references_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from screening.lists.dates import Interval
    from screening.lists.tables import Tables
    from screening.lists.tree import Node

__all__ = ["Entry"]

_KINDS: Final = {"INDIVIDUAL": "individual", "ENTITY": "entity"}
_AROUND: Final = 60  # letters of context kept with a cross-reference


class Entry:
    """Its element, its reference, and the ways to add rows about it."""

    def __init__(self, node: Node, tables: Tables, source: str) -> None:
        node.use = ("used", "designation")
        self.node = node
        self.kind = _KINDS[node.tag]
        self._tables = tables
        self._source = source
        self.reference = ""
        found = dict.fromkeys(node.take("REFERENCE_NUMBER", "designations.reference"))
        if len(found) != 1:
            what = f"{len(found)} reference numbers: {', '.join(found)}" if found else "no reference number"
            raise self.error(f"an entry has {what}", reason="no single reference")
        self.reference = next(iter(found))

    def error(self, message: str, *, reason: str) -> ListError:
        """An error that names file, line and entry."""
        details = {"line": self.node.line, "reference": self.reference or None, "reason": reason}
        return ListError(message, source=self._source, **details)

    def add(self, table: str, **values: Any) -> None:
        """Add a row about this entry."""
        self._tables.add(table, reference=self.reference, **values)

    def warn(self, code: str, message: str, line: int | None = None) -> None:
        """Add a warning about this entry."""
        self._tables.warn(self.reference, line or self.node.line, code, message)

    def add_births(
        self, births: Iterable[Interval], origin: str, *, alias: int, date_type: str = "", note: str = ""
    ) -> None:
        """Add birth dates; one that cannot be read keeps its text and is warned about."""
        for birth in births:
            if birth.earliest is None:
                self.warn("unreadable_date", f"no interval could be read from {birth.text!r}")
            self.add(
                "births",
                earliest=birth.earliest,
                latest=birth.latest,
                approximate=birth.approximate,
                date_type=date_type,
                text=birth.text,
                note=note,
                origin=origin,
                alias=alias,
            )

    def scan(self, text: str, origin: str) -> None:
        """Take BICs, IMO numbers and references to other entries out of running text."""
        for kind, numbers in (("bic", bics_in(text)), ("imo", imo_numbers_in(text))):
            for number in dict.fromkeys(numbers):
                code = normalise_number(number)
                self.add(
                    "identifiers", kind=kind, number=number, normalised=code, type="", note="", origin=origin
                )
        for reference, start, end in references_in(text):
            if reference != self.reference:
                around = text[max(0, start - _AROUND) : end + _AROUND].strip()
                self.add("links", linked_reference=reference, origin=origin, text=around)
