"""Numbers and references that stand inside running text: BICs, IMO numbers, documents, other entries."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

__all__ = [
    "bics_in",
    "document_kind",
    "document_number",
    "imo_numbers_in",
    "normalise_number",
    "references_in",
]

_BIC: Final = re.compile(
    r"\b(?:SWIFT|BIC)\b[^A-Za-z0-9]{0,4}(?:(?:BIC|SWIFT|code|number|no\.?|is)[^A-Za-z0-9]{1,4}){0,4}"
    r"([A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)\b",
)
_IMO: Final = re.compile(r"\bIMO\b\D{0,20}?\b(\d{7})\b")
_REFERENCE: Final = re.compile(r"\b([A-Z]{2})([ie])\s?\.?\s?(\d{3})\b|\b([A-Z]{2})([IE])\.(\d{3})\b")
_FORMER_REFERENCE: Final = re.compile(r"\b[A-Z]{2}\.[A-Z]\.\d{1,3}\.\d{2}\b")
_CODE: Final = re.compile(r"(?:\b[A-Z]{1,4}[- ]{0,2})?\b[A-Z]*\d[\dA-Z/.\-]*(?: \d[\dA-Z/.\-]*)*")
_AFTER_NUMBER: Final = re.compile(r"\b(?:issue|expir|date of|valid|under)\w*", re.IGNORECASE)
_KINDS: Final = (
    ("passport", r"passport|passeport|pasaporte|travel document|reiseausweis"),
    ("tax_id", r"fiscal|tax"),
    ("social_security", r"social security|\bssn\b"),
    ("birth_certificate", r"birth certificate"),
    ("driving_licence", r"driv(?:er|ing)"),
    ("ration_card", r"ration card"),
    ("nationality_certificate", r"certificate of"),
    ("national_id", r"national|identi|tazkira|citizen"),
)


def bics_in(text: str) -> list[str]:
    """Bank identifier codes that are announced as such.

    Example:
        >>> bics_in("SWIFT/BIC: ABCDTRXX. BIC code is WXYZTRXX123; OTHERWORD")
        ['ABCDTRXX', 'WXYZTRXX123']
    """
    return _BIC.findall(text)


def imo_numbers_in(text: str) -> list[str]:
    """Ship and company numbers of the International Maritime Organization.

    Example:
        >>> imo_numbers_in("Company Number IMO 5000001; (IMO) Number: 5000002.")
        ['5000001', '5000002']
    """
    return _IMO.findall(text)


def references_in(text: str) -> list[tuple[str, int, int]]:
    """Permanent reference numbers (start, end), in the form in which entries carry them.

    Example:
        >>> [found[0] for found in references_in("See XAi.001, XAe002, XAE.003 and XI.B.4.01.")]
        ['XAi.001', 'XAe.002', 'XAe.003', 'XI.B.4.01']
    """
    found = []
    for match in _REFERENCE.finditer(text):
        regime, kind, number = match.groups()[:3] if match[1] else match.groups()[3:]
        found.append((f"{regime}{kind.lower()}.{number}", match.start(), match.end()))
    found += [(match[0], match.start(), match.end()) for match in _FORMER_REFERENCE.finditer(text)]
    return sorted(found, key=lambda item: item[1])


def normalise_number(text: str) -> str:
    """Upper-case letters and digits only, the form in which numbers are compared."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).upper() if c.isalnum())


def document_number(text: str) -> str | None:
    """The number inside a text such as "Tarsian passport number L 191609 issued on 28 Feb. 1996".

    Example:
        >>> document_number("Tarsian passport number L 191609 issued on 28 Feb. 1996")
        'L191609'
        >>> document_number("issued in 1993, under name Ardo Belvane") is None
        True
    """
    plain = re.sub(r"\([^)]*\)?|(?<=\d)\s+No\.?\s+(?=\d)", " ", text)
    if cut := _AFTER_NUMBER.search(plain):
        plain = plain[: cut.start()]
    codes = _CODE.findall(re.sub(r"\bNo\.?\s*:?\s*(?=\d)|\bSSN\b", " ", plain, flags=re.IGNORECASE))
    if not codes:
        return None
    return normalise_number(max(codes, key=lambda code: sum(c.isdigit() for c in code)))


def document_kind(*types: str) -> str:
    """One of a few kinds from the list's own words; the later, more particular word decides.

    Example:
        >>> document_kind("National Identification Number", "Fiscal code:"), document_kind("", "Voter card")
        ('tax_id', 'other')
    """
    for text in reversed(types):
        for kind, pattern in _KINDS:
            if re.search(pattern, text, re.IGNORECASE):
                return kind
    return "other"
