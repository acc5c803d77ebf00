"""Words of scripts that write few vowels, and the Latin words that may be the same.

A letter has a few usual spellings, and between two of them a short vowel may be spoken. So a word may be many
Latin words, which its consonants find and its letters decide: the Arabic letters h-m-d are `hamad` and
`hamd`, and never `humaid`, whose long vowel would be written.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache, lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from screening.names.lexicon import equivalents, letters, rarity

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "ABJADS",
    "GUESSED",
    "JOINT",
    "SYLLABARIES",
    "UNVOWELLED",
    "commonest",
    "consonants_beside",
    "consonants_left",
    "consonants_left_of",
    "consonants_written",
    "joined",
    "may_be",
    "spellings_of_first",
    "usual_spelling",
    "which_may_be",
]

ABJADS: Final = ("arabic", "hebrew", "syriac")
"""Scripts of consonants; a mark upon one says nothing that a name is not written without."""
GUESSED: Final = (
    *ABJADS,
    *("devanagari", "bengali", "gurmukhi", "gujarati", "oriya"),
    *("tamil", "telugu", "kannada", "malayalam", "sinhala"),
)
"""Scripts that leave vowels out, all or some: a word of theirs in Latin letters is a guess."""
SYLLABARIES: Final = ("katakana", "hiragana")
"""Scripts that write a vowel behind every consonant, whether one is spoken or not."""
UNVOWELLED: Final = (*GUESSED, *SYLLABARIES)
"""Scripts of which a word may be many Latin words."""

_SUN_LETTERS: Final = frozenset(
    "\u062a\u062b\u062f\u0630\u0631\u0632\u0633\u0634\u0635\u0636\u0637\u0638\u0644\u0646"
)
"""Before these the l of an article is spoken as they are."""
JOINT: Final = "\u200c"
"""Stands between two words that are read as one."""

_MOST: Final = 32  # ways to write the consonants of a word: more are none that anybody bears
_MOST_OF_KANA: Final = 256  # which tell fewer consonants apart
_LONGEST: Final = 32  # letters of a word
_COMMON: Final = 0.75  # weight of a word that is common; a rarer one weighs nearly as much as an unknown one
_SHORT_VOWELS: Final = ("ou", "a", "e", "i", "o", "u")
_CONSONANTS: Final = frozenset("bcdfghjklmnpqrstvwxyz")
_SPOKEN: Final = str.maketrans("pcq", "bkk", "aeiouywvh")
_REPEATED: Final = re.compile(r"([^\n])\1+")
_GEMINATE: Final = re.compile("(.)[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca]\\1")
"""A doubled consonant of an Indian script; in Latin letters it may be written once."""
_ARTICLE_WITHIN: Final = re.compile(f"(?<={JOINT})\u0627\u0644(?=.)|(?<=..)\u0627\u0644(?=\u0644\u0647$)")

_CARRIER: Final = re.compile("\u0627[\u0648\u06cc].")
"""An alif that may only carry the vowel behind it."""

Spellings = tuple[tuple[str, ...], ...]


@lru_cache(maxsize=1 << 18)
def may_be(native: str, script: str, form: str) -> bool:
    """Whether a word of such a script may be spelled so in Latin letters.

    Example:
        >>> [may_be("\u062d\u0645\u062f", "arabic", form) for form in ("hamad", "hamd", "humaid")]
        [True, True, False]
    """
    return bool(which_may_be(native, script, (form,)))


def usual_spelling(native: str, script: str) -> tuple[str, ...]:
    """The first spelling of each letter of a word; nothing where a letter has none.

    Example:
        >>> usual_spelling("\u062e\u0627\u0645\u062f", "arabic")
        ('kh', 'a', 'm', 'd')
    """
    return tuple([spellings[0] for spellings in _spelled(native, script)])


def spellings_of_first(native: str, script: str) -> tuple[str, ...]:
    """The spellings of the first letter of a word; nothing where that is not heard."""
    spelled = _spelled(native, script)
    return tuple(filter(None, spelled[0])) if spelled else ()


def which_may_be(native: str, script: str, forms: Sequence[str]) -> list[int]:
    """Positions of the Latin words that a word of such a script may be."""
    spelled = _spelled(native, script)
    if not spelled:
        return []
    first, last = _edges(spelled[0]), _edges(spelled[-1])
    vowels = () if script in SYLLABARIES else _SHORT_VOWELS
    found = [
        place
        for place, form in enumerate(forms)
        if form.startswith(first[0]) and form.endswith(last[1]) and _reaches_end(spelled, form, vowels)
    ]
    return found if found and consonants_written(native, script) else []


def _reaches_end(spelled: Spellings, form: str, vowels: tuple[str, ...]) -> bool:
    """Whether a word is spelled so, where one of some vowels may stand behind a letter."""
    places = {0}
    for number, spellings in enumerate(spelled, 1):
        places = _behind(form, places, spellings)
        if number < len(spelled) and spellings[0] != "a":  # no other vowel behind a long one
            places |= _behind(form, places, vowels)
        if not places:
            return False
    return len(form) in places


@lru_cache(maxsize=1 << 10)
def _edges(spellings: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a word may begin with, or end with, of which this is the first, or the last letter."""
    if "" in spellings:
        return ("",), ("",)
    return tuple({spelling[0] for spelling in spellings}), tuple({spelling[-1] for spelling in spellings})


def _behind(form: str, places: set[int], spellings: tuple[str, ...]) -> set[int]:
    """Where a word goes on behind one of some spellings; a consonant may be doubled."""
    behind = set()
    for place in places:
        for spelling in spellings:
            if form.startswith(spelling, place):
                end = place + len(spelling)
                behind.add(end)
                if spelling in _CONSONANTS and form.startswith(spelling, end):
                    behind.add(end + 1)
    return behind


def consonants_left(form: str) -> str:
    """What is left of a Latin word without its vowels, and without what may be written or not."""
    left = _REPEATED.sub(r"\1", form.translate(_SPOKEN))
    return _REPEATED.sub(r"\1", left.replace("x", "ks")) if "x" in left else left


def consonants_left_of(forms: Sequence[str]) -> list[str]:
    """The same of many words, which is quicker all at once."""
    return consonants_left("\n".join(forms)).split("\n") if forms else []


@lru_cache(maxsize=1 << 10)
def _all_left(spellings: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(consonants_left, spellings)))


@lru_cache(maxsize=1 << 16)
def consonants_written(native: str, script: str) -> frozenset[str]:
    """The same of every Latin word that a word of such a script may be.

    None of a word whose reading is known already, and of one that could be written in too many ways.
    """
    if native in equivalents("both"):
        return frozenset()
    return _ways(_spelled(native, script), _most(script))


@lru_cache(maxsize=1 << 16)
def consonants_beside(native: str, script: str, *, first: bool) -> frozenset[str]:
    """The same of the first or second of two words that are read as one; `joined` puts them together."""
    if first:
        return _ways(_spelled(native + JOINT, script), _most(script))
    # Behind a first word two of them may become one, as the letter that both share is said once.
    return _ways(_spelled(JOINT + native, script), 2 * _most(script))


def _most(script: str) -> int:
    return _MOST_OF_KANA if script in SYLLABARIES else _MOST


def joined(consonants: str, more: str) -> str:
    """Consonants of a word, and more behind them."""
    return consonants + (more[1:] if consonants[-1:] == more[:1] else more)


def _ways(spelled: Spellings, most: int) -> frozenset[str]:
    """The consonants of all that letters may be; nothing if that is too much."""
    ways = [""] if spelled else []
    for spellings in spelled:
        left = _all_left(spellings)
        ways = [joined(way, more) for way in ways for more in left]
        if len(left) > 1:
            ways = list(dict.fromkeys(ways))
            if len(ways) > most:
                return frozenset()
    return frozenset(ways)


def commonest(native: str, script: str, kind: str) -> float:
    """The least `lexicon.rarity` of the common words that a word of such a script may be."""
    common, least = _by_consonants(kind), 1.0
    for consonants in consonants_written(native, script):
        weights, forms = common.get(consonants, ((), ()))
        fitting = which_may_be(native, script, forms)
        if fitting:
            least = min(least, weights[fitting[0]])
    return least


@cache
def _by_consonants(kind: str) -> dict[str, tuple[list[float], list[str]]]:
    """The consonants of common words -> their weights, the least first, and the words in Latin letters."""
    found: dict[str, tuple[list[float], list[str]]] = defaultdict(lambda: ([], []))
    common = [one for one in rarity(kind).items() if one[1] <= _COMMON]
    table = sorted(common, key=itemgetter(1))
    forms = [key.replace("S", "sh") for key, _ in table]
    for consonants, form, (_, weight) in zip(consonants_left_of(forms), forms, table, strict=True):
        weights, words = found[consonants]
        weights.append(weight)
        words.append(form)
    return dict(found)


@lru_cache(maxsize=1 << 16)
def _spelled(native: str, script: str) -> Spellings:
    """The spellings of each letter; nothing if one is not known, or they are more than any word has."""
    if len(native) > _LONGEST:
        return ()
    known = letters().get(script, {})
    native = _GEMINATE.sub(r"\1", native)
    places = ["start", *[""] * (len(native) - 2), "end"]
    for article in _ARTICLE_WITHIN.finditer(native):
        following = native[article.end()]
        places[slice(*article.span())] = ["article", "sun" if following in _SUN_LETTERS else "article"]
    if _CARRIER.match(native):
        places[0] = "carrier"
    found, at = [], 0
    while at < len(native):
        if native[at] == JOINT:
            at += 1
            continue
        spellings = known.get((native[at : at + 2], "")) if at + 1 < len(native) else None
        at += 2 if spellings else 1
        if spellings is None:
            spellings = known.get((native[at - 1], places[at - 1])) or known.get((native[at - 1], ""))
        if spellings is None:
            return ()
        found.append(spellings)
    return tuple(found)
