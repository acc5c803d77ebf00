"""Rows gathered entry by entry, then put into the typed, sorted tables of a `SanctionsList`."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from screening import designations as d
from screening.designations import Provenance, SanctionsList

__all__ = ["Tables"]

_SCHEMAS: Final = {
    "designations": d.DESIGNATIONS,
    "names": d.NAMES,
    "births": d.BIRTHS,
    "places": d.PLACES,
    "nationalities": d.NATIONALITIES,
    "addresses": d.ADDRESSES,
    "identifiers": d.IDENTIFIERS,
    "positions": d.POSITIONS,
    "comments": d.COMMENTS,
    "list_types": d.LIST_TYPES,
    "updates": d.UPDATES,
    "links": d.LINKS,
    "warnings": d.WARNINGS,
}


class Tables:
    """Collects rows by table name."""

    def __init__(self) -> None:
        self._rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _SCHEMAS}

    def add(self, table: str, **values: Any) -> None:
        """Add one row; columns that are not given are null."""
        self._rows[table].append(values)

    def warn(self, reference: str | None, line: int | None, code: str, message: str) -> None:
        """Add one warning."""
        self.add("warnings", reference=reference, line=line, code=code, message=message)

    def build(
        self, provenance: Provenance, ledger: list[tuple[str, str, str, int, int | None]]
    ) -> SanctionsList:
        """The finished list: by reference, and within an entry in the order of the source."""
        known = {row["reference"] for row in self._rows["designations"]}
        for row in self._rows["links"]:
            row["on_list"] = row["linked_reference"] in known
        frames = {name: self._frame(name) for name in _SCHEMAS}
        return SanctionsList(
            **frames, provenance=provenance, ledger=pl.DataFrame(ledger, schema=d.LEDGER, orient="row")
        )

    def _frame(self, name: str) -> pl.DataFrame:
        schema = _SCHEMAS[name]
        rows = self._rows[name]
        columns = {column: [row.get(column) for row in rows] for column in schema}
        return pl.DataFrame(columns, schema=schema).sort("reference", maintain_order=True, nulls_last=False)
