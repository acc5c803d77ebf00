"""A sanctions list as typed, immutable tables.

A *designation* is one listed person or entity, under its permanent reference number. Everything the
list says about it hangs off that number, one table per kind of fact, so that nothing is squeezed into
a cell: a person with four birth dates has four rows in `births`.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import partial
from typing import Any, Final, Self

import polars as pl

from screening.errors import ListError
from screening.schemas import LISTED_NAMES

__all__ = [
    "ADDRESSES",
    "BIRTHS",
    "COMMENTS",
    "DESIGNATIONS",
    "FACTS",
    "IDENTIFIERS",
    "KINDS",
    "LEDGER",
    "LINKS",
    "LIST_TYPES",
    "NAMES",
    "NAME_TYPES",
    "NATIONALITIES",
    "NOT_DOCUMENTS",
    "PLACES",
    "POSITIONS",
    "UPDATES",
    "WARNINGS",
    "AliasQuality",
    "Provenance",
    "SanctionsList",
    "document_facts",
]

KINDS: Final = ("individual", "entity")
NOT_DOCUMENTS: Final = ("bic", "imo", "lei")
"""Kinds of identifiers that name a bank, a ship or a company, and no document."""

NAME_TYPES: Final = ("primary", "alias", "former", "acronym", "original_script")


class AliasQuality(StrEnum):
    """The UN's own words for how good an alias is.

    Example:
        >>> AliasQuality.read(" low "), AliasQuality.read("Low").weak
        (<AliasQuality.LOW: 'Low'>, True)
        >>> AliasQuality.read("Medium") is None
        True
    """

    GOOD = "Good"
    LOW = "Low"
    AKA = "a.k.a."
    FKA = "f.k.a."
    UNSTATED = ""

    @property
    def weak(self) -> bool:
        """Broad or generic: too many innocent people bear it to suspend on it alone."""
        return self is AliasQuality.LOW

    @classmethod
    def read(cls, word: str) -> AliasQuality | None:
        """The quality a word stands for, whatever its case, or None for a word not known."""
        return _QUALITIES.get(word.strip().casefold())


_QUALITIES: Final = {quality.casefold(): quality for quality in AliasQuality}


_ALIAS: Final = {"alias": pl.UInt32()}  # which alias element of the entry, from 1; 0 is the entry itself

DESIGNATIONS: Final = pl.Schema(
    {
        "reference": pl.String(),  # permanent reference number, such as "QDi.001"
        "kind": pl.String(),  # one of KINDS
        "primary_name": pl.String(),
        "name_original_script": pl.String(),
        "list_type": pl.String(),  # the regime: "Al-Qaida", "1737", ...
        "listed_on": pl.Date(),
        "gender": pl.String(),
        "titles": pl.List(pl.String()),
        "submitted_by": pl.String(),
        "submitted_on": pl.Date(),
        "delisted_on": pl.Date(),
        "data_id": pl.String(),
        "version_number": pl.String(),
        "sort_key": pl.String(),
        "sort_key_last_modified": pl.String(),
        "line": pl.Int64(),  # where the entry starts in the source
    }
)
"""One row per listed individual or entity."""

NAMES: Final = pl.Schema(
    {
        **LISTED_NAMES,
        **_ALIAS,
        "source_text": pl.String(),  # the whole cell the name was read from
    }
)
"""LISTED_NAMES, and where each name came from. One cell may hold several names."""

BIRTHS: Final = pl.Schema(
    {
        "reference": pl.String(),
        "earliest": pl.Date(),  # first and last day it can be; both null when only the text is known
        "latest": pl.Date(),
        "approximate": pl.Boolean(),  # the list says "approximately": the interval is what it states
        "date_type": pl.String(),  # the list's own word: EXACT, APPROXIMATELY, BETWEEN, or empty
        "text": pl.String(),  # as it stood
        "note": pl.String(),
        "origin": pl.String(),  # main, alias (a field beside the alias), alias_text (inside its name cell)
        **_ALIAS,
    }
)
"""Birth dates as intervals. A bare year is the whole year, never 1 January."""

PLACES: Final = pl.Schema(
    {
        "reference": pl.String(),
        "street": pl.String(),
        "city": pl.String(),
        "state_province": pl.String(),
        "country": pl.String(),
        "country_code": pl.String(),  # ISO 3166-1 alpha-2, null where the text names no single country
        "note": pl.String(),
        "origin": pl.String(),  # main, alias
        **_ALIAS,
    }
)
"""Places of birth."""

NATIONALITIES: Final = pl.Schema(
    {"reference": pl.String(), "nationality": pl.String(), "country_code": pl.String(), "origin": pl.String()}
)

ADDRESSES: Final = pl.Schema(
    {
        "reference": pl.String(),
        "street": pl.String(),
        "city": pl.String(),
        "state_province": pl.String(),
        "zip_code": pl.String(),
        "country": pl.String(),
        "country_code": pl.String(),
        "note": pl.String(),
    }
)

IDENTIFIERS: Final = pl.Schema(
    {
        "reference": pl.String(),
        "kind": pl.String(),  # passport, national_id, bic, imo, ... or "other"
        "number": pl.String(),  # as it stood
        "normalised": pl.String(),  # upper-case letters and digits only
        "type": pl.String(),  # the list's own words
        "country": pl.String(),
        "country_code": pl.String(),
        "issued_on": pl.String(),  # as it stood
        "city": pl.String(),
        "note": pl.String(),
        "origin": pl.String(),  # document, comment, address, alias_text
    }
)

POSITIONS: Final = pl.Schema({"reference": pl.String(), "position": pl.String()})
"""Job titles: what the UN's file calls <DESIGNATION>."""

COMMENTS: Final = pl.Schema(
    {
        "reference": pl.String(),
        "comment": pl.String(),
        "origin": pl.String(),  # comment, alias (text beside or in an alias that holds no name)
    }
)

LIST_TYPES: Final = pl.Schema(
    {"reference": pl.String(), "list_type": pl.String(), "origin": pl.String()}  # origin: element name
)

UPDATES: Final = pl.Schema({"reference": pl.String(), "updated_on": pl.Date(), "text": pl.String()})

LINKS: Final = pl.Schema(
    {
        "reference": pl.String(),
        "linked_reference": pl.String(),
        "on_list": pl.Boolean(),  # False: the other entry is not (or no longer) on this list
        "origin": pl.String(),  # comment, alias, address, ...
        "text": pl.String(),  # the words around it
    }
)
"""Entries that mention one another."""

LEDGER: Final = pl.Schema(
    {
        "path": pl.String(),  # element path, "@name" for an attribute, "text()" for loose text
        "disposition": pl.String(),  # used, ignored
        "reason": pl.String(),  # what it became, or why it was left
        "count": pl.Int64(),
        "first_line": pl.Int64(),
    }
)
"""Every element and attribute of the source, used or ignored with a reason. Totals add up."""

WARNINGS: Final = pl.Schema(
    {"reference": pl.String(), "line": pl.Int64(), "code": pl.String(), "message": pl.String()}
)

FACTS: Final = pl.Schema(
    {
        "reference": pl.String(),
        "attribute": pl.String(),  # kind, birth_date, country, gender, document
        "value": pl.String(),  # ISO code, normalised number, the list's word; null where it is not known
        "earliest": pl.Date(),  # of a birth date
        "latest": pl.Date(),
        "approximate": pl.Boolean(),
        "document_kind": pl.String(),
        "document_country": pl.String(),
        "text": pl.String(),  # as it stood
    }
)
"""What a hit may be corroborated with, one row per statement of the list."""

_LEADING: Final = ("reference", "kind", "name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Which file, which day, read by which reader.

    Attributes:
        source: File name, or "<bytes>".
        generated: When the publisher made the file, as stated in it.
        sha256: Digest of the bytes as they came.
        size: Number of those bytes.
        individuals: Number of INDIVIDUAL elements.
        entities: Number of ENTITY elements.
        encoding: Encoding that was read.
        reader: Name and version of the reader, so that an old result can be repeated.
    """

    source: str
    generated: str | None = None
    sha256: str | None = None
    size: int | None = None
    individuals: int = 0
    entities: int = 0
    encoding: str | None = None
    reader: str = "names-1"

    @property
    def generated_at(self) -> dt.datetime | None:
        """`generated` as a time, or None when it is absent or not a time."""
        try:
            return dt.datetime.fromisoformat(self.generated) if self.generated else None
        except ValueError:
            return None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SanctionsList:
    """One edition of a sanctions list.

    Every table has `reference` first, a fixed schema (the constants of this module), and a fixed order.

    Example:
        >>> own = SanctionsList.from_names([("X.1", "individual", "Ardo Belvane")])
        >>> len(own), own.names["name_type"].to_list()
        (1, ['primary'])
    """

    designations: pl.DataFrame
    names: pl.DataFrame
    provenance: Provenance
    births: pl.DataFrame = field(default_factory=partial(pl.DataFrame, schema=BIRTHS))
    places: pl.DataFrame = field(default_factory=partial(pl.DataFrame, schema=PLACES))
    nationalities: pl.DataFrame = field(default_factory=partial(pl.DataFrame, schema=NATIONALITIES))
    addresses: pl.DataFrame = field(default_factory=partial(pl.DataFrame, schema=ADDRESSES))
    identifiers: pl.DataFrame = field(default_factory=partial(pl.DataFrame, schema=IDENTIFIERS))
    positions: pl.DataFrame = field(default_factory=partial(pl.DataFrame, schema=POSITIONS))
    comments: pl.DataFrame = field(default_factory=partial(pl.DataFrame, schema=COMMENTS))
    list_types: pl.DataFrame = field(default_factory=partial(pl.DataFrame, schema=LIST_TYPES))
    updates: pl.DataFrame = field(default_factory=partial(pl.DataFrame, schema=UPDATES))
    links: pl.DataFrame = field(default_factory=partial(pl.DataFrame, schema=LINKS))
    ledger: pl.DataFrame = field(default_factory=partial(pl.DataFrame, schema=LEDGER))
    warnings: pl.DataFrame = field(default_factory=partial(pl.DataFrame, schema=WARNINGS))

    def __len__(self) -> int:
        return self.designations.height

    def __repr__(self) -> str:
        counts = f"{self.provenance.individuals} individuals, {self.provenance.entities} entities"
        return f"SanctionsList({self.provenance.source!r}, {counts}, {self.names.height} names)"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SanctionsList):
            return NotImplemented
        return all(_same(getattr(self, part.name), getattr(other, part.name)) for part in fields(self))

    __hash__ = None  # type: ignore[assignment]  # tables are compared by content

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """Every table by name, the ledger and the warnings included."""
        parts = {part.name: getattr(self, part.name) for part in fields(self)}
        return {name: value for name, value in parts.items() if isinstance(value, pl.DataFrame)}

    @property
    def facts(self) -> pl.DataFrame:
        """FACTS: kinds, birth dates, countries, genders and documents, gathered from their tables."""
        countries = [
            table.select("reference", pl.lit("country").alias("attribute"), value="country_code", text=text)
            for table, text in (
                (self.nationalities, "nationality"), (self.addresses, "country"), (self.places, "country"),
            )
        ]  # fmt: skip
        named = pl.concat(countries).filter(pl.col("text").is_not_null() | pl.col("value").is_not_null())
        births = self.births.select(
            "reference", "earliest", "latest", "approximate", "text", attribute=pl.lit("birth_date")
        )
        entries = self.designations
        gathered = pl.concat(
            [
                entries.select("reference", attribute=pl.lit("kind"), value="kind", text="kind"),
                births,
                named.unique(["reference", "value", "text"], maintain_order=True),
                entries.select("reference", attribute=pl.lit("gender"), value="gender", text="gender")
                .filter(pl.col("value").is_not_null()),
                document_facts(self.identifiers),
            ],
            how="diagonal",
        )  # fmt: skip
        return gathered.select(pl.col(name).cast(kind) for name, kind in FACTS.items()).sort(
            "reference", maintain_order=True
        )

    @classmethod
    def from_names(
        cls,
        names: pl.DataFrame | pl.LazyFrame | Iterable[Mapping[str, Any] | tuple[Any, ...]],
        *,
        source: str = "<names>",
    ) -> Self:
        """Build a list from names alone: a bank's own list, or a test.

        Args:
            names: Rows of (reference, kind, name[, name_type, quality, note]). Without a name_type the
                first name of a reference is its primary name and the others are aliases.
            source: What to call it in the provenance.

        Raises:
            ListError: A row lacks its reference or name, a kind or name_type is unknown, one reference
                has two kinds, or there are no rows.
        """
        rows = _rows_of(names)
        if not rows:
            raise ListError("no names: an empty list would clear everything", source=source)
        kinds: dict[str, str] = {}
        seen: Counter[str] = Counter()
        listed: list[dict[str, Any]] = []
        for number, row in enumerate(rows, start=1):
            _check_row(row, number, kinds, source)
            reference = row["reference"]
            first = not seen[reference]
            kinds.setdefault(reference, row["kind"])
            quality = row.get("quality") or ""
            known = AliasQuality.read(quality)
            listed.append(
                {
                    "reference": reference,
                    "kind": row["kind"],
                    "name": row["name"],
                    "name_type": row.get("name_type") or ("primary" if first else "alias"),
                    "quality": quality,
                    "weak": known is not None and known.weak,
                    "note": row.get("note") or "",
                    "alias": seen[reference],
                    "source_text": row["name"],
                }
            )
            seen[reference] += 1
        frame = pl.DataFrame(listed, schema=NAMES).sort("reference", maintain_order=True)
        primary = (
            frame.sort(pl.col("name_type") != "primary", maintain_order=True)
            .unique("reference", keep="first", maintain_order=True)
            .select("reference", "kind", primary_name="name")
            .sort("reference")
        )
        missing = [pl.lit(None, kind).alias(name) for name, kind in DESIGNATIONS.items()][3:]
        return cls(
            designations=primary.with_columns(missing),
            names=frame,
            provenance=Provenance(
                source=source,
                individuals=sum(kind == "individual" for kind in kinds.values()),
                entities=sum(kind == "entity" for kind in kinds.values()),
            ),
        )


def document_facts(identifiers: pl.DataFrame) -> pl.DataFrame:
    """Documents among IDENTIFIERS, as rows of FACTS; codes of banks and ships are no documents."""
    numbered = pl.col("normalised").fill_null("") != ""
    return identifiers.filter(numbered & ~pl.col("kind").is_in(NOT_DOCUMENTS)).select(
        "reference", attribute=pl.lit("document"), value="normalised", text="number",
        document_kind="kind", document_country="country_code",
    )  # fmt: skip


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, pl.DataFrame) and isinstance(right, pl.DataFrame):
        return left.schema == right.schema and left.equals(right)
    return bool(left == right)


def _rows_of(names: Any) -> list[dict[str, Any]]:
    if isinstance(names, pl.LazyFrame):
        names = names.collect()
    if isinstance(names, pl.DataFrame):
        return names.to_dicts()
    keys = ("reference", "kind", "name", "name_type", "quality", "note")
    return [dict(row) if isinstance(row, Mapping) else dict(zip(keys, row, strict=False)) for row in names]


def _check_row(row: dict[str, Any], number: int, kinds: dict[str, str], source: str) -> None:
    for key in _LEADING:
        value = row.get(key)
        if not isinstance(value, str) or not value.strip():
            raise ListError(f"row {number} has no {key}", source=source, line=number, reason=f"no {key}")
    if row["kind"] not in KINDS:
        raise ListError(
            f"row {number}: kind {row['kind']!r} is not one of {', '.join(KINDS)}", source=source, line=number
        )
    if row.get("name_type") and row["name_type"] not in NAME_TYPES:
        raise ListError(
            f"row {number}: name_type {row['name_type']!r} is not one of {', '.join(NAME_TYPES)}",
            source=source,
            line=number,
        )
    if kinds.get(row["reference"], row["kind"]) != row["kind"]:
        raise ListError(
            f"row {number}: {row['reference']} is both an individual and an entity",
            source=source,
            line=number,
            reference=row["reference"],
        )
