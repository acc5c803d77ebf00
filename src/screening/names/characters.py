"""Classes of characters, for regular expressions that mean the same to Python and to polars, and scripts."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import chain
from typing import Final

__all__ = [
    "BY_SYLLABLE",
    "FILLERS",
    "GLUE",
    "HAN",
    "HANGUL",
    "INVISIBLE",
    "LETTER",
    "LOSSES",
    "MARKS",
    "SIGNS",
    "SYLLABIC",
    "WITHIN",
    "WORD",
    "script_of",
    "script_of_text",
]

WORD: Final = r"[^\s\x1c-\x1f]+"
"""A word: white space of any kind ends it. Means the same to Python and to polars."""

LETTER: Final = r"[^\W\d_]"

HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
HANGUL: Final = "\uac00-\ud7af"
SYLLABIC: Final = HAN + HANGUL
"""Scripts that write a syllable as one character."""

BY_SYLLABLE: Final = ("han", "hangul")
"""The same scripts by name: each syllable is a token."""

GLUE: Final = "'`´‘’‚‛ʻʼʽʾʿˈ′＇ʹʺ\"“”„"
"""What is left out of a word, and joins what stands around it."""
_WITH_MARKS: Final = (range(0x300, 0x3100), range(0xA600, 0xAC00), range(0xFB00, 0xFE30))
_SELECTORS: Final = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
MARKS: Final = (
    "".join([c for c in map(chr, chain(*_WITH_MARKS)) if unicodedata.category(c)[0] == "M"]) + _SELECTORS
)
"""Signs written upon, under or behind a letter, of all scripts but a few that hardly anybody writes today."""
LOSSES: Final = "?*\ufffd"
"""What stands in place of a letter that could not be written."""
SIGNS: Final = "@$"
"""What imitates a letter."""
WITHIN: Final = LOSSES + SIGNS
"""Signs that mean something between two letters of a word, and nothing beside it."""
FILLERS: Final = f"{_SELECTORS}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\uffa0"
"""Marks and letters that nobody sees behind another letter: variation selectors and the like."""
INVISIBLE: Final = ("Cf", "Cc", "Co", "Cn", "Cs")
"""Categories of characters that nobody sees."""


def script_of_text(text: str) -> str:
    """Script of the first letter that has one; Latin if none has."""
    for character in text:
        script = script_of(character)
        if script is not None:
            return script
    return "latin"


@lru_cache(maxsize=1 << 16)
def script_of(character: str) -> str | None:
    """Script of a character; None if it stands in texts of any script."""
    if character.isascii():
        return "latin" if character.isalpha() else None
    name = unicodedata.name(character, "").split(" ")[0].lower()
    if name in ("cjk", "ideographic", "kangxi"):
        return "han"
    return None if name in ("digit", "combining", "modifier") else name
