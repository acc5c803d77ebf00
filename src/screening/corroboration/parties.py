"""A party against a designation, and a table of hits against a list: one definition for both."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from screening.corroboration.attributes import (
    Document,
    compare_countries,
    compare_documents,
    compare_genders,
    compare_kinds,
    read_gender,
    read_kind,
)
from screening.corroboration.births import Birth, compare_births, read_birth
from screening.corroboration.verdict import Finding, Verdict
from screening.policy import CorroborationPolicy
from screening.reference.countries import country_code

if TYPE_CHECKING:
    import datetime as dt

__all__ = ["PARTY", "Listed", "Party", "corroborate", "gather", "unreadable", "with_corroboration"]

PARTY: Final = {
    "type": "kind",
    "birth_date": "birth_date",
    "country": "country",
    "gender": "gender",
    "national_id": "document",
}
"""Column of a party, after `originator_` or `beneficiary_` -> attribute."""

_GIVEN: Final = {attribute: f"party_{attribute}" for attribute in PARTY.values()}
_OUTCOME: Final = pl.Schema(
    {
        "corroboration": pl.List(pl.String()),
        "agrees": pl.List(pl.String()),
        "contradicts": pl.List(pl.String()),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """What is known of a party beside its name; None for what is not.

    Attributes:
        kind: "person", "company" or another word of the column `type`.
        birth_date: A day, or as text a day, month, year ("1970") or interval ("1968..1972").
        country: Code or name.
        gender: "male", "f", ...
        document: Number of a document.
        document_kind: What it is, in the words of `SanctionsList.identifiers`: passport, national_id, ...
        document_country: Who issued it, by code or name.
    """

    kind: str | None = None
    birth_date: str | dt.date | None = None
    country: str | None = None
    gender: str | None = None
    document: str | None = None
    document_kind: str | None = None
    document_country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What a list says of one designation beside its names; see `gather`."""

    kind: str | None = None
    births: tuple[Birth, ...] = ()
    countries: tuple[str | None, ...] = ()
    gender: str | None = None
    documents: tuple[Document, ...] = ()


def unreadable(party: Party) -> list[str]:
    """Values that nobody can read, each with what would do; to be told to who typed them.

    In a file of payments such a value is unknown, which is neither for nor against.

    Example:
        >>> unreadable(Party(birth_date="July 1970", country="IQ", kind="thing"))[1]
        "type 'thing' is not a kind of party, such as person, company, npo or bank"
    """
    day = "a day, month, year or interval (1970-07-01, 1970-07, 1970, 1968..1972)"
    read = (
        ("birth date", party.birth_date, read_birth(party.birth_date), day),
        ("country", party.country, country_code(party.country), "a country by code or name"),
        ("gender", party.gender, read_gender(party.gender), "male or female"),
        ("type", party.kind, read_kind(party.kind), "a kind of party, such as person, company, npo or bank"),
    )
    return [
        f"{name} {given!r} is not {hint}"
        for name, given, value, hint in read
        if given is not None and value is None
    ]


def gather(facts: pl.DataFrame) -> dict[str, Listed]:
    """FACTS by reference.

    Example:
        >>> from screening.designations import SanctionsList
        >>> gather(SanctionsList.from_names([("X.1", "entity", "Belvane Maritime")]).facts)["X.1"].kind
        'entity'
    """
    found: dict[str, dict[str, Any]] = defaultdict(lambda: defaultdict(list))
    for row in facts.iter_rows(named=True):
        entry = found[row["reference"]]
        value: Any = row["value"]
        if row["attribute"] == "birth_date":
            value = Birth(row["earliest"], row["latest"], bool(row["approximate"]))
        elif row["attribute"] == "document":
            value = Document(value, row["document_kind"], row["document_country"])
        entry[row["attribute"]].append(value)
    return {
        reference: Listed(
            kind=next(iter(entry["kind"]), None),
            births=tuple(entry["birth_date"]),
            countries=tuple(entry["country"]),
            gender=next(iter(entry["gender"]), None),
            documents=tuple(entry["document"]),
        )
        for reference, entry in found.items()
    }


def corroborate(
    party: Party, listed: Listed, *, policy: CorroborationPolicy | None = None
) -> tuple[Finding, ...]:
    """Every attribute of a party against a designation, in the order of `ATTRIBUTES`.

    Example:
        >>> listed = Listed(kind="individual", births=(read_birth("1970"),), countries=("IQ",))
        >>> [f.words for f in corroborate(Party(birth_date="1970-07-01", country="IQ"), listed) if f.words]
        ['birth date agrees (listed: 1970; payment: 1970-07-01)', 'country agrees (IQ)']
    """
    policy = policy or CorroborationPolicy()
    document = party.document and Document(
        party.document, party.document_kind, country_code(party.document_country)
    )
    return (
        compare_kinds(party.kind, listed.kind),
        compare_births(read_birth(party.birth_date), listed.births, policy=policy),
        compare_countries(party.country, listed.countries),
        compare_genders(party.gender, listed.gender),
        compare_documents(document or None, listed.documents, policy=policy),
    )


def with_corroboration(
    hits: pl.DataFrame, facts: pl.DataFrame, *, policy: CorroborationPolicy | None = None
) -> pl.DataFrame:
    """Hits with `corroboration` in words, and the attributes that agree and contradict.

    Args:
        hits: A table with `reference` and any of `party_kind`, `party_birth_date`, `party_country`,
            `party_gender` and `party_document` as text. Each combination is judged once.
        facts: FACTS.
        policy: How wide is wide.

    Returns:
        The same rows in the same order, with `corroboration`, `agrees` and `contradicts`.
    """
    given = {attribute: column for attribute, column in _GIVEN.items() if column in hits.columns}
    keys = ["reference", *given.values()]
    said = pl.any_horizontal(
        pl.lit(value=False), *[pl.col(column).is_not_null() for column in given.values()]
    )
    pairs = hits.filter(said & pl.col("reference").is_not_null()).select(keys).unique(maintain_order=True)
    listed = gather(facts.join(pairs.select("reference").unique(), on="reference", how="semi"))
    rows = []
    for reference, *values in pairs.iter_rows():
        party = Party(**dict(zip(given, values, strict=True)))
        found = corroborate(party, listed.get(reference, Listed()), policy=policy)
        rows.append(
            (
                [finding.words for finding in found if finding.words],
                [finding.attribute for finding in found if finding.verdict is Verdict.AGREE],
                [finding.attribute for finding in found if finding.verdict is Verdict.CONTRADICT],
            )
        )
    judged = pl.concat([pairs, pl.DataFrame(rows, schema=_OUTCOME, orient="row")], how="horizontal")
    return hits.join(judged, on=keys, how="left", nulls_equal=True, maintain_order="left").with_columns(
        pl.col(name).fill_null([]) for name in _OUTCOME
    )
