"""Country, gender, document and kind of a party against what is listed."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final, NamedTuple

from screening.corroboration.verdict import Finding, Verdict, stated
from screening.policy import CorroborationPolicy
from screening.reference.countries import country_code

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

__all__ = [
    "Document",
    "compare_countries",
    "compare_documents",
    "compare_genders",
    "compare_kinds",
    "read_gender",
    "read_kind",
]

_GENDERS: Final = {
    "m": "male", "male": "male", "man": "male", "mr": "male",
    "f": "female", "female": "female", "woman": "female", "w": "female", "mrs": "female", "ms": "female",
}  # fmt: skip
# Words of the column `type`. "fi", "vasp" and the like are entities; what is not here is unknown.
_KINDS: Final = {
    **dict.fromkeys(
        ("person", "individual", "natural", "natural person", "natural_person", "private", "private person"),
        "individual",
    ),
    **dict.fromkeys(
        (
            "entity", "company", "corporate", "corporation", "organisation", "organization", "legal",
            "legal entity", "legal_entity", "legal person", "legal_person", "npo", "ngo", "charity", "fi",
            "bank", "vasp", "msb", "government",
        ),
        "entity",
    ),
}  # fmt: skip


class Document(NamedTuple):
    """A document number, and as far as known what it is of and who issued it."""

    number: str
    kind: str | None = None
    country: str | None = None  # ISO 3166-1 alpha-2


def compare_countries(payment: str | None, listed: Collection[str | None]) -> Finding:
    """A country against those of nationality, address and birth.

    Args:
        payment: Country of the party, by code or name.
        listed: ISO codes; None for one that the list states and nobody can read, so that the others may
            not be all.

    Example:
        >>> compare_countries("Brazil", ["IQ", "AF"]).words
        'country contradicts (listed: AF, IQ; payment: BR)'
        >>> compare_countries("BR", ["IQ", None]).verdict, compare_countries("BR", []).verdict
        (<Verdict.UNKNOWN: 'unknown'>, <Verdict.UNKNOWN: 'unknown'>)
    """
    code = country_code(payment)
    known = {country for country in listed if country is not None}
    if code is None or not known or (code not in known and len(known) < len(set(listed))):
        return Finding("country", Verdict.UNKNOWN)
    if code in known:
        return stated("country", Verdict.AGREE, listed=[code], payment=code)
    return stated("country", Verdict.CONTRADICT, listed=known, payment=code)


def compare_genders(payment: str | None, listed: str | None) -> Finding:
    """Male and female, in the usual words and letters.

    Example:
        >>> compare_genders("M", "Male").words, compare_genders("x", "Male").words
        ('gender agrees (male)', '')
    """
    return _compare_words("gender", read_gender(payment), read_gender(listed))


def compare_kinds(payment: str | None, listed: str | None) -> Finding:
    """Whether both are a person, or both are not.

    Example:
        >>> compare_kinds("person", "entity").words
        'kind contradicts (listed: entity; payment: individual)'
    """
    return _compare_words("kind", read_kind(payment), read_kind(listed))


def read_gender(text: str | None) -> str | None:
    """`male` or `female`, or None for another word.

    Example:
        >>> read_gender("F"), read_gender("n/a")
        ('female', None)
    """
    return _word(text, _GENDERS)


def read_kind(text: str | None) -> str | None:
    """`individual` or `entity`, or None for another word.

    Example:
        >>> read_kind("person"), read_kind("npo"), read_kind("other")
        ('individual', 'entity', None)
    """
    return _word(text, _KINDS)


def _word(text: str | None, table: dict[str, str]) -> str | None:
    return None if text is None else table.get(text.strip().rstrip(".").casefold())


def _compare_words(attribute: str, payment: str | None, listed: str | None) -> Finding:
    if payment is None or listed is None:
        return Finding(attribute, Verdict.UNKNOWN)
    verdict = Verdict.AGREE if payment == listed else Verdict.CONTRADICT
    return stated(attribute, verdict, listed=[listed], payment=payment)


def compare_documents(
    payment: Document | None, listed: Iterable[Document], *, policy: CorroborationPolicy | None = None
) -> Finding:
    """A document number against all that are listed.

    Another number never contradicts: people hold several documents. Equal digits of a document of another
    country or kind, with other letters around them, or too short, are possible and no more.

    Example:
        >>> compare_documents(Document("a-123 456"), [Document("A123456", "passport", "IQ")]).words
        'document agrees (listed: A123456; payment: a-123 456)'
        >>> compare_documents(
        ...     Document("A123456", country="BR"), [Document("A123456", "passport", "IQ")]
        ... ).words
        'document is possible (of another country; A123456)'
    """
    policy = policy or CorroborationPolicy()
    best: tuple[Verdict, str, str] | None = None
    for document in sorted(listed, key=lambda d: (d.number, d.kind or "", d.country or "")):
        found = None if payment is None else _same_document(payment, document, policy)
        if found and (best is None or found[0] is Verdict.AGREE is not best[0]):
            best = (*found, document.number)
    if payment is None or best is None:
        return Finding("document", Verdict.UNKNOWN)
    verdict, why, number = best
    return stated("document", verdict, listed=[number], payment=payment.number, why=why)


def _same_document(a: Document, b: Document, policy: CorroborationPolicy) -> tuple[Verdict, str] | None:
    plain_a, plain_b = _plain(a.number), _plain(b.number)
    if plain_a != plain_b:
        digits_a, digits_b = ("".join(c for c in plain if c.isdigit()) for plain in (plain_a, plain_b))
        alike = digits_a == digits_b and len(digits_a) >= policy.shortest_document
        return (Verdict.POSSIBLE, "the same digits") if alike else None
    if not plain_a:
        return None
    if a.country and b.country and a.country != b.country:
        return Verdict.POSSIBLE, "of another country"
    if a.kind and b.kind and a.kind != b.kind:
        return Verdict.POSSIBLE, "of another kind"
    if len(plain_a) < policy.shortest_document:
        return Verdict.POSSIBLE, "a short number"
    return Verdict.AGREE, ""


def _plain(number: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", number).upper() if c.isalnum())
