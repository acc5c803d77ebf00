"""A party against a designation, and a table of hits against a list: one definition for both."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from screening.births import Birth, read_birth
from screening.corroboration.attributes import (
    Document,
    compare_countries,
    compare_documents,
    compare_genders,
    compare_kinds,
    read_gender,
    read_kind,
)
from screening.corroboration.births import compare_births
from screening.corroboration.verdict import Finding, Verdict
from screening.policy import ATTRIBUTES, CorroborationPolicy
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

_OUTCOME: Final = ("corroboration", "agrees", "contradicts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """What is known of a party beside its name; None for what is not.

    Attributes:
        kind: "person", "company" or another word of the column `type`.
        birth_date: A day, or as text what `births.read_birth` reads: a day, month, year or interval.
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
        >>> unreadable(Party(birth_date="July", country="IQ", kind="thing"))[1]
        "type 'thing' is not a kind of party, such as person, company, npo or bank"
    """
    day = "a day, month, year or interval (1970-07-01, 1 Jul 1970, 1970-07, 1970, 1968..1972)"
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
    return tuple(_judged(attribute, party, listed, policy) for attribute in ATTRIBUTES)


def _judged(attribute: str, party: Party, listed: Listed, policy: CorroborationPolicy) -> Finding:
    """One attribute of a party against a designation."""
    if attribute == "kind":
        return compare_kinds(party.kind, listed.kind)
    if attribute == "birth_date":
        return compare_births(read_birth(party.birth_date), listed.births, policy=policy)
    if attribute == "country":
        return compare_countries(party.country, listed.countries)
    if attribute == "gender":
        return compare_genders(party.gender, listed.gender)
    number, country = party.document, country_code(party.document_country)
    document = Document(number, party.document_kind, country) if number else None
    return compare_documents(document, listed.documents, policy=policy)


def with_corroboration(
    hits: pl.DataFrame, facts: pl.DataFrame, *, policy: CorroborationPolicy | None = None
) -> pl.DataFrame:
    """Hits with `corroboration` in words, and the attributes that agree and contradict.

    Args:
        hits: A table with `reference` and any of `party_kind`, `party_birth_date`, `party_country`,
            `party_gender` and `party_document` as text. Each value is judged once per designation.
        facts: FACTS.
        policy: How wide is wide.

    Returns:
        The same rows in the same order, with `corroboration`, `agrees` and `contradicts`.
    """
    policy = policy or CorroborationPolicy()
    listed = gather(facts.join(hits.select("reference").unique(), on="reference", how="semi"))
    judged = hits
    present = [attribute for attribute in ATTRIBUTES if f"party_{attribute}" in hits.columns]
    for attribute in present:
        given = f"party_{attribute}"
        pairs = hits.select("reference", given).drop_nulls().unique(maintain_order=True)
        found = [
            _judged(attribute, Party(**{attribute: value}), listed.get(reference, Listed()), policy)
            for reference, value in pairs.iter_rows()
        ]
        verdicts = pl.DataFrame(
            [finding[1:] for finding in found],
            schema={f"_verdict_{attribute}": pl.String, f"_words_{attribute}": pl.String},
            orient="row",
        )
        judged = judged.join(
            pl.concat([pairs, verdicts], how="horizontal"),
            on=["reference", given], how="left", maintain_order="left",
        )  # fmt: skip
    words = [pl.col(f"_words_{attribute}") for attribute in present]
    return judged.with_columns(
        corroboration=_those(words, [column != "" for column in words]),
        agrees=_named(present, Verdict.AGREE),
        contradicts=_named(present, Verdict.CONTRADICT),
    ).select(*hits.columns, *_OUTCOME)


def _named(attributes: list[str], verdict: Verdict) -> pl.Expr:
    """Attributes with a verdict, in the order of `ATTRIBUTES`."""
    return _those(
        [pl.lit(attribute) for attribute in attributes],
        [pl.col(f"_verdict_{attribute}") == verdict.value for attribute in attributes],
    )


def _those(values: list[pl.Expr], kept: list[pl.Expr]) -> pl.Expr:
    if not values:
        return pl.lit([], dtype=pl.List(pl.String()))
    return pl.concat_list(
        pl.when(keep).then(value) for value, keep in zip(values, kept, strict=True)
    ).list.drop_nulls()
