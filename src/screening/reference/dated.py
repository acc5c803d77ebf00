"""Dated tables: rows that hold from one day to another, read from CSV, hashed, and looked up as of a time."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from screening.errors import PolicyError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy.typing as npt

__all__ = ["TABLES", "DatedTable", "coded", "codes", "hashes", "instant", "read_table"]

TABLES: Final = {
    "country_risk": ("country", "admin1", "dimension", "class", "action"),
    "thresholds": ("code", "jurisdiction", "amount", "currency"),
    "currency_scale": ("currency", "units"),
    "areas": ("area", "country"),
    "placeholders": ("term",),
    "lexicon": ("term", "language", "tier"),
    "merchants": ("code", "class", "title"),
    "occupations": ("term", "class"),
    "fields": ("profile", "case", "item"),
    "calendar": ("event", "country"),
}
"""Table -> its columns, besides `valid_from`, `valid_to` and `source`."""


@dataclass(frozen=True, slots=True, eq=False)
class DatedTable:
    """One reference table.

    Attributes:
        name: Key of `TABLES`.
        sha256: Digest of the file as it was read.
        rows: Its rows, each with the days `valid_from` (inclusive) and `valid_to` (exclusive, or None).
        edges: Instants, in microseconds since 1970, at which any row begins or ends; between two edges
            nothing changes.
    """

    name: str
    sha256: str
    rows: tuple[Mapping[str, Any], ...]
    edges: npt.NDArray[np.int64]

    def periods(self, time: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Number of the period each time falls into; 0 is before the first edge."""
        return np.searchsorted(self.edges, time, side="right")

    def in_force(self, period: int) -> list[Mapping[str, Any]]:
        """Rows that hold during a period."""
        if period == 0:
            return [row for row in self.rows if row["valid_from"] is None]
        now = int(self.edges[period - 1])
        return [row for row in self.rows if instant(row["valid_from"]) <= now < instant(row["valid_to"])]

    def lookup(
        self,
        values: pl.Series,
        time: npt.NDArray[np.int64],
        find: Callable[[list[Mapping[str, Any]], str | None], int],
        *,
        kind: Any = np.int64,
    ) -> npt.NDArray[Any]:
        """A whole number for each (value, time), found once per distinct value and period.

        Args:
            values: Texts, such as country codes.
            time: Microseconds since 1970, one per value.
            find: From the rows in force and a value (None for null) to the number.
            kind: Type of the result.
        """
        numbers, distinct = codes(values)
        known = [*distinct, None]
        table = np.zeros((len(self.edges) + 1, len(known)), kind)
        periods = self.periods(time)
        for period in np.unique(periods):
            rows = self.in_force(int(period))
            table[period] = [find(rows, value) for value in known]
        return table[periods, np.minimum(numbers, len(distinct))]


def read_table(name: str, path: str | Path | None = None) -> DatedTable:
    """Read a reference table, by default the one that comes with the package.

    Args:
        name: Key of `TABLES`.
        path: CSV file of your own with the same columns; lines that begin with # are remarks.

    Raises:
        PolicyError: No such table, or a file that lacks a column or holds an impossible day.

    Example:
        >>> read_table("areas").rows[0]["area"]
        'eea'
    """
    if name not in TABLES:
        raise PolicyError(f"unknown reference table '{name}'; there are: {', '.join(TABLES)}", table=name)
    return _read(name, None if path is None else str(path))


def hashes(paths: Mapping[str, str] | None = None) -> dict[str, str]:
    """Digest of every reference table, for the manifest of a run.

    Args:
        paths: Table -> file that takes the place of the packaged one.
    """
    return {name: read_table(name, (paths or {}).get(name)).sha256 for name in TABLES}


def codes(values: pl.Series) -> tuple[npt.NDArray[np.uint32], list[str]]:
    """Texts as small whole numbers (2**32 - 1 for null), and the texts they stand for.

    Example:
        >>> codes(pl.Series(["TR", None, "SY", "TR"]))[0].tolist()
        [0, 4294967295, 1, 0]
    """
    numbers, texts = coded(values)
    return numbers, texts()


def coded(values: pl.Series) -> tuple[npt.NDArray[np.uint32], Callable[[], list[str]]]:
    """As `codes`, with the texts to be asked for only when they are needed."""
    if values.null_count() == len(values):
        return np.full(len(values), 2**32 - 1, np.uint32), list
    column = values.cast(pl.String).alias("value")
    first = column[0]
    if first is not None and not column.null_count() and (column == first).all():
        return np.zeros(len(values), np.uint32), lambda: [first]
    many = column.head(_SAMPLE).n_unique() > _FEW  # a guess that only decides which way is quicker
    distinct = column.head(0) if many else column.drop_nulls().unique(maintain_order=True)
    if many or len(distinct) > _FEW:
        pool = pl.Categories.random()  # one of our own, so that codes are dense and its memory is freed
        held = column.cast(pl.Categorical(pool))

        def texts() -> list[str]:
            known = pl.DataFrame({"number": held.to_physical(), "text": held}).drop_nulls().unique("number")
            return known.sort("number")["text"].cast(pl.String).to_list()

        return held.to_physical().fill_null(2**32 - 1).to_numpy(), texts
    numbers = column.replace_strict(
        distinct, pl.Series(range(len(distinct)), dtype=pl.UInt32), default=2**32 - 1, return_dtype=pl.UInt32
    )
    return numbers.to_numpy(), distinct.to_list


_SAMPLE: Final = 20_000
_FEW: Final = 4_096


@cache
def _read(name: str, path: str | None) -> DatedTable:
    place = path or f"the packaged {name}.csv"
    try:
        file = Path(path) if path else resources.files("screening.reference") / "data" / f"{name}.csv"
        content = file.read_bytes()
    except OSError as error:
        raise PolicyError(
            f"{place}: cannot read the reference table: {error.strerror}", table=name
        ) from error
    lines = [line for line in content.decode("utf-8").splitlines() if not line.startswith("#")]
    reader = csv.DictReader(io.StringIO("\n".join(lines)))
    wanted = (*TABLES[name], "valid_from", "valid_to", "source")
    missing = [column for column in wanted if column not in (reader.fieldnames or ())]
    if missing:
        raise PolicyError(f"{place}: lacks the columns {', '.join(missing)}", table=name)
    rows = tuple(_dated(row, place=place) for row in reader)
    edges = sorted({instant(row["valid_from"]) for row in rows} | {instant(row["valid_to"]) for row in rows})
    return DatedTable(
        name, hashlib.sha256(content).hexdigest(), rows, np.array(edges[: _open(edges)], np.int64)
    )


def _open(edges: list[int]) -> int:
    return len(edges) - 1 if edges and edges[-1] == _NEVER else len(edges)


def _dated(row: Mapping[str, str], *, place: str) -> Mapping[str, Any]:
    if None in row or None in row.values():
        raise PolicyError(f"{place}: a row has too many or too few values: {dict(row)}")
    result: dict[str, Any] = dict(row)
    for column in ("valid_from", "valid_to"):
        try:
            result[column] = date.fromisoformat(row[column]) if row[column] else None
        except ValueError as error:
            raise PolicyError(f"{place}: {column} is no day (YYYY-MM-DD): {row[column]!r}") from error
    if result["valid_from"] is None:
        raise PolicyError(f"{place}: a row has no valid_from: {dict(row)}")
    return result


_NEVER: Final = 2**62


def instant(day: date | None) -> int:
    """Microseconds since 1970 at which a day begins, in UTC; None is never."""
    if day is None:
        return _NEVER
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return int(midnight.timestamp()) * 1_000_000
