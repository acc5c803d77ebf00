"""How Korean is written in Latin letters: in Seoul, in Pyongyang and abroad.

A syllable has some spellings, and all of them are told. Whether a Latin word is a Korean syllable is shown
only by its company: three such words are a Korean name, or nearly always, and two of which the first is a
common surname. Then `Gim Jeong Deok` may be `Kim Chong Tok`, for the same letter begins `gim` and `kim`;
elsewhere `g` and `k` are two. The surname, first or else last, is also read as the North or the South
writes it, where no other table tells (`Noh` is `Ro`).
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import product
from typing import Final

from screening.names.lexicon import hangul, hangul_in_cyrillic

__all__ = ["korean_in_cyrillic", "korean_name", "korean_spellings", "spelled_otherwise"]

# How Unicode puts Korean syllables in order; some of the last letters are two, and stand in no name.
_FIRST_SYLLABLE: Final = 0xAC00
_STARTS: Final = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_MIDDLES: Final = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_ENDS: Final = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"

_PLACES: Final = ("start", "middle", "end")
_SYLLABLES: Final = 3  # of a name: one of the family, two of the person
_BETWEEN: Final = "[ ,-]+"
_VOWELS: Final = frozenset("aeiouwy")
_TWO_WAYS: Final = "ㄱㄷㅂㅈ"  # at the start of a syllable: g and k, d and t, b and p, j and ch


@lru_cache(maxsize=1 << 14)
def korean_spellings(syllable: str) -> frozenset[str]:
    """All ways to write a Korean syllable in Latin letters.

    Example:
        >>> sorted(korean_spellings("\uae40"))
        ['geem', 'gim', 'keem', 'kim']
    """
    number = ord(syllable) - _FIRST_SYLLABLE
    if not 0 <= number < len(_STARTS) * len(_MIDDLES) * len(_ENDS):
        return frozenset()
    start, rest = divmod(number, len(_MIDDLES) * len(_ENDS))
    middle, end = divmod(rest, len(_ENDS))
    table = hangul()
    parts = [table["start", _STARTS[start]], table["middle", _MIDDLES[middle]]]
    if end:
        parts.append(table.get(("end", _ENDS[end]), ()))
    return frozenset(["".join(part) for part in product(*parts)]).union(table.get(("syllable", syllable), ()))


@lru_cache(maxsize=1 << 14)
def korean_in_cyrillic(word: str) -> frozenset[str]:
    """The same of a word in Russian letters, if it is a Korean syllable; a single letter is an initial.

    Example:
        >>> sorted(korean_in_cyrillic("\u0438\u043b\u044c"))
        ['eel', 'il']
        >>> korean_in_cyrillic("\u0438\u0432\u0430\u043d\u043e\u0432")
        frozenset()
    """
    parts = _syllable_in_cyrillic().fullmatch(word) if len(word) > 1 else None
    if parts is None:
        return frozenset()
    table = hangul_in_cyrillic()
    letters = [table[place][parts[place]] for place in _PLACES]
    return frozenset().union(*[korean_spellings(_composed(*syllable)) for syllable in product(*letters)])


@cache
def _syllable_in_cyrillic() -> re.Pattern[str]:
    table = hangul_in_cyrillic()
    longest_first = ("|".join(sorted(table[place], key=len, reverse=True)) for place in _PLACES)
    return re.compile(
        "".join(f"(?P<{place}>{any_of})" for place, any_of in zip(_PLACES, longest_first, strict=True))
    )


def _composed(start: str, middle: str, end: str) -> str:
    number = _STARTS.index(start) * len(_MIDDLES) + _MIDDLES.index(middle)
    return chr(_FIRST_SYLLABLE + number * len(_ENDS) + _ENDS.index(end))


@cache
def korean_name() -> str:
    """A pattern, to Python and to polars, of Latin texts that are the name of a Korean and nothing else."""
    starts, middles, ends, wholes = (
        _any_of({s for (where, _), spelled in hangul().items() if where == place for s in spelled if s})
        for place in (*_PLACES, "syllable")
    )
    w = _any_of({"woo", "wu"})
    syllable = f"(?:(?:(?:{starts})?(?:{middles})|{w})(?:{ends})?|{wholes})"
    surname = f"(?:{_any_of(set(_surnames()))})"
    three = f"{syllable}(?:{_BETWEEN}{syllable}){{{_SYLLABLES - 1}}}"
    return f"^ *(?:{three}|{surname}{_BETWEEN}{syllable}) *$"


@cache
def _surnames() -> dict[str, tuple[str, ...]]:
    """A spelling of a common surname, and how else the surname is read."""
    found: dict[str, tuple[str, ...]] = {}
    for (place, syllable), spellings in hangul().items():
        if place == "surname":
            read = tuple(filter(None, spellings))
            for spelling in sorted({*korean_spellings(syllable), *read}):
                found[spelling] = (*found.get(spelling, ()), *read)
    return found


def _any_of(spellings: set[str]) -> str:
    # Not by a flag: which letters are one in any case is another matter in polars.
    return "|".join(
        "".join([f"[{c}{c.upper()}]" for c in spelling])
        for spelling in sorted(spellings, key=lambda s: (-len(s), s))
    )


def spelled_otherwise(name: str) -> list[str]:
    """A Korean name in Latin letters, its syllables begun and its surname spelled as others do; else nothing.

    Example:
        >>> spelled_otherwise("Gim Na-dong")
        ['gim na-tong', 'kim na-dong', 'kim na-tong']
        >>> spelled_otherwise("Noh Min")
        ['ro min']
        >>> spelled_otherwise("Ardo Belvane")
        []
    """
    if not _pattern().fullmatch(name):  # a line's end is no end to polars
        return []
    parts = re.split(f"({_BETWEEN})", name.strip(" ").lower())
    ways = [_begun_otherwise(part) for part in parts]
    place = next((place for place in (0, -1) if parts[place] in _surnames()), None)
    if place is not None:
        ways[place] = list(dict.fromkeys([*ways[place], *_surnames()[parts[place]]]))
    return ["".join(way) for way in product(*ways)][1:]


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(korean_name())


@lru_cache(maxsize=1 << 14)
def _begun_otherwise(syllable: str) -> list[str]:
    """A syllable as it is begun, and as others begin it."""
    if syllable.startswith(("woo", "wu")):
        return [syllable, "u" + syllable.removeprefix("woo").removeprefix("wu")]
    if syllable in {"u", "uk", "ung"}:
        return [syllable, "woo" + syllable[1:]]
    for letter in _TWO_WAYS:
        spellings = hangul()["start", letter]
        for spelling in spellings:
            rest = syllable[len(spelling) :]
            if syllable.startswith(spelling) and rest[:1] in _VOWELS:
                return [syllable, *[other + rest for other in spellings if other != spelling]]
    return [syllable]
