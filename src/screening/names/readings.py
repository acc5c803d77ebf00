"""How else a text may be read: what was misread, a number in words, a stroke for a letter, a Korean name."""

from __future__ import annotations

import re
import unicodedata
from itertools import cycle, product
from typing import TYPE_CHECKING, Final

from screening.names.characters import GLUE, INVISIBLE, LETTER, LOSSES, SIGNS, WITHIN
from screening.names.korean import spelled_otherwise
from screening.names.misread import MISREAD, reread, reread_with_places
from screening.names.numbers import NUMBER_IN_WORDS, in_digits, in_digits_with_places

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["READ_OTHERWISE", "other_readings", "written_with_places"]

_STROKES: Final = "|!"
_IMITATES: Final = f"[013-578{WITHIN}]"
_STROKE = re.compile(
    rf"(?:(?<={LETTER})|(?<={LETTER}{_IMITATES}))[{_STROKES}]{{1,4}}(?={_IMITATES}?{LETTER})"
)
_BETWEEN_STROKES: Final = str.maketrans(LOSSES + SIGNS, "'" * len(LOSSES) + "as")
_TURNS: Final = 4
_LONGEST: Final = 1 << 15  # characters of a name, however many stand for each of its letters
READ_OTHERWISE: Final = rf"{MISREAD}|{NUMBER_IN_WORDS}|\S[{_STROKES}]+\S"
"""What every text holds, to Python and to polars, that has other readings; few that hold it have none."""


def other_readings(text: str, *, name: bool = False) -> list[str]:
    """How else a text may be read: letters as they were written, a number in digits, a stroke as a letter.

    If it is a name as a whole, a Korean one may also be spelled otherwise.

    What stands there stays a reading too: a stroke may part two names, and no letters are misread for sure. A
    stroke looks like an `i` and like an `l`, as the digit 1 does, whose place it takes. Each of a few strokes
    may be a letter or not. Of more than four, all are letters in one reading, every fourth in four others.

    Example:
        >>> other_readings("JÃ©rÃ´me"), other_readings("Kha|id"), other_readings("Khalid")
        (['Jérôme'], ['Kha1id'], [])
        >>> other_readings("Ardo|Kha|id")
        ['Ardo1Kha1id', 'Ardo1Kha|id', 'Ardo|Kha1id']
    """
    if name and len(text) > _LONGEST:
        return []
    written = in_digits(reread(text))
    korean = spelled_otherwise(text) if name else ()
    return [reading for reading in dict.fromkeys((written, *_stroked(written), *korean)) if reading != text]


def written_with_places(text: str) -> tuple[str, list[int]]:
    """Without misread letters and numbers in words, and where each letter, and the end, stands in it."""
    letters, of_letters = reread_with_places(text)
    written, of_written = in_digits_with_places(letters)
    return written, [of_letters[place] for place in of_written]


def _stroked(text: str) -> Iterator[str]:
    """A text with some of its strokes read as letters."""
    if "|" not in text and "!" not in text:
        return
    places = [place for place, character in enumerate(text) if _seen(character)]
    seen = "".join(text[place] for place in places)
    strokes = [place for found in _STROKE.finditer(seen) for place in range(*found.span())]
    if not strokes:
        return
    few = len(strokes) <= _TURNS
    turns = product((True, False), repeat=len(strokes) if few else _TURNS)
    for chosen in turns:
        if not any(chosen) or not (few or sum(chosen) in (1, _TURNS)):
            continue
        letters = list(text)
        for stroke, is_letter in zip(strokes, cycle(chosen), strict=False):
            if is_letter:
                letters[places[stroke]] = "1"
                for beside in (places[stroke - 1], places[stroke + 1]):  # a digit hides what these stand for
                    letters[beside] = letters[beside].translate(_BETWEEN_STROKES)
        yield "".join(letters)


def _seen(character: str) -> bool:
    """Whether a character parts those around it: an apostrophe, a mark and what is invisible do not."""
    hidden = character in GLUE or unicodedata.category(character) in (*INVISIBLE, "Mn")
    return not hidden or character.isspace()
