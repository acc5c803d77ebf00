"""What a piece of text on a sanctions list is: a script, an acronym, a description, a name.

Pure predicates over short texts. They know words of the trade ("combat name", "previously listed as"),
never words of one list.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from rapidfuzz.distance import Levenshtein

from screening.reference.countries import names_country

__all__ = [
    "is_acronym",
    "is_description",
    "is_geographic",
    "is_latin",
    "is_name_like",
    "is_placeholder",
    "is_usable",
    "languages",
    "resembles",
    "squeeze",
    "unspaced",
]

languages: Final = (
    "Amharic|Arabic|Armenian|Azeri|Bengali|Burmese|Chinese|Cyrillic|Dari|Devanagari|English|Farsi|French|"
    "Georgian|German|Greek|Hangul|Hanja|Hebrew|Hindi|Italian|Japanese|Korean|Kurdish|Latin|Pashto|Persian|"
    "Portuguese|Russian|Sindhi|Somali|Spanish|Tajik|Tamil|Tigrinya|Turkish|Urdu|Uyghur|Uzbek"
)

_DESCRIPTION: Final = re.compile(
    r"""
    \b(?: born | d\.?o\.?b\b | d?pob\b | date\ of\ birth | place\ of\ birth | birth\ name | maiden\ name
        | nom\ de\ guerre | nom\ de\ plume | combat\ name | war\ name | code\ ?name | pen\ name | nickname
        | call\ sign | kunya | (?:previously|formerly|also)\ listed | listed\ (?:as|under|on)
        | false\ identity | false\ name | alternat(?:e|ive)\ (?:spelling|name) | spelling | variant
        | sub-?unit | branch\ (?:located|office) | located\ (?:in|at) | based\ in | headquarters\ in
        | (?:original|arabic|cyrillic)\ script | transliterat\w* | translat\w* | initials | abbreviat\w*
        | passport | identity\ card | identification | tazkira | nationality | citizenship | address
        | mother|father ) \b
    | \d{4,}
    | \b[A-Z]{2}[ieIE]\.\s?\d{3}\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_LANGUAGE: Final = re.compile(rf"(?:in\s+)?(?:{languages})(?:\s+script)?", re.IGNORECASE)
_GEOGRAPHIC: Final = re.compile(
    r"\b(?:area|region|province|district|branch|office|zone|city|north\w*|south\w*|east\w*|west\w*|central|"
    r"middle)\b",
    re.IGNORECASE,
)
_PARTICLE_WORDS: Final = (
    "a ag al bin ben bint ibn abu abd da de del della der di dit do dos du e el en et fi i in la le of ould "
    "the ul ur van von wa wal y z zu"
)
_PARTICLES: Final = frozenset(_PARTICLE_WORDS.split())
_GENERIC_WORDS: Final = (
    "co corp dba gmbh inc ingo intl jsc jv jvc llc llp lp ltd ngo npo ojsc ooo plc pte pty pvt sa sae sal "
    "sarl spa srl"
)
_GENERIC_ACRONYMS: Final = frozenset(_GENERIC_WORDS.split())
_WORD: Final = re.compile(r"[^\W\d_]+")
_MARKS: Final = "'’‘ʼʿʾ`´-–.,"


def squeeze(text: str) -> str:
    """Line breaks and runs of spaces become one space.

    Example:
        >>> squeeze(" Ardo    Belvane ")
        'Ardo Belvane'
    """
    return " ".join(text.split())


def is_placeholder(text: str) -> bool:
    """Words that fill an empty cell. A capitalised "Na" is a surname and stays a name."""
    return text in {"na", "n/a", "N/A", "n.a.", "N.A.", "-"}


def is_usable(text: str) -> bool:
    """At least one letter or digit: what is left could be met in a payment."""
    return any(c.isalnum() for c in text)


def is_latin(text: str) -> bool:
    """Most letters are Latin; a text without letters counts as Latin."""
    if text.isascii():
        return True
    letters = [c for c in text if c.isalpha()]
    return 2 * sum(map(_latin_letter, letters)) >= len(letters)


def _latin_letter(c: str) -> bool:
    return c < "\u0250" or "\u1e00" <= c <= "\u1eff" or "\uff21" <= c <= "\uff5a"


def unspaced(c: str) -> bool:
    """A letter of a script that writes words without spaces between them."""
    return "\u2e80" <= c <= "\u9fff" or "\uf900" <= c <= "\ufaff"


def is_description(text: str) -> bool:
    """Words about a name, not a name: "combat name", "born in 1953", "martyrs", "Tigrinya", "QDe.001"."""
    if _DESCRIPTION.search(text) or _LANGUAGE.fullmatch(text.strip()):
        return True
    words = _WORD.findall(text)
    cased = [word for word in words if _latin_letter(word[0])]
    return bool(words) and len(cased) == len(words) and all(word == word.lower() for word in words)


def is_geographic(text: str) -> bool:
    """A place or a part of one: says which branch is meant, and is no name by itself."""
    return names_country(text) or _GEOGRAPHIC.search(text) is not None


def is_acronym(text: str, name: str) -> bool:
    """Whether a short text in brackets abbreviates the name before it.

    Its letters must occur in the name in order, a third of them at the start of a word. Where the two do
    not agree, only a text that cannot be read aloud passes: "(NGO)" and "(KENYA)" are no names.

    Example:
        >>> is_acronym("GRC-T", "Grey River Company in Tarsis"), is_acronym("KENYA", "GREY RIVER COMPANY")
        (True, False)
    """
    letters = "".join(c for c in _plain(text) if c.isalnum())
    if not 2 <= len(letters) <= 12 or len(text.split()) > 2 or not is_latin(text):
        return False
    if sum(c.isupper() or c.isdigit() for c in text) < 2 or letters in _GENERIC_ACRONYMS:
        return False
    words = [word for word in re.split(r"[^a-z0-9]+", _plain(name)) if word]
    if letters == "".join(words) or names_country(text):
        return False
    if _abbreviates(letters, words):
        return True
    return len(text.split()) == 1 and len(letters) >= 3 and not set(letters) & set("aeiouy")


def _abbreviates(letters: str, words: list[str]) -> bool:
    # best[i]: most letters at word starts when the first i letters have been found, or -1
    best = [0] + [-1] * len(letters)
    for word in words:
        for place, c in enumerate(word):
            for i in range(len(letters) - 1, -1, -1):
                if best[i] >= 0 and letters[i] == c and (i > 0 or place == 0):
                    best[i + 1] = max(best[i + 1], best[i] + (place == 0))
    return 3 * best[-1] >= len(letters)


def resembles(left: str, right: str) -> bool:
    """Two spellings of one word: "Butavin" and "Butevin".

    Example:
        >>> resembles("Belvane", "Belvan"), resembles("Belvane", "Ardo")
        (True, False)
    """
    left, right = _plain(left), _plain(right)
    return min(len(left), len(right)) >= 3 and Levenshtein.distance(left, right) <= max(1, len(left) // 4)


def is_name_like(text: str) -> bool:
    """Words that could stand as a name: capitalised or particles, no digits, no description, no country."""
    words = text.split()
    if not 1 <= len(words) <= 7 or any(c.isdigit() or c == ":" for c in text) or is_description(text):
        return False
    bare = [word.strip(_MARKS) for word in words]
    good = all(word and (not word[0].islower() or word.partition("-")[0] in _PARTICLES) for word in bare)
    return good and any(word[:1].isupper() or not is_latin(word) for word in bare) and not names_country(text)


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))
