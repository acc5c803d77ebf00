"""Texts whose UTF-8 was read as Latin-1 or Windows-1252, such as "JÃ©rÃ´me" for "Jérôme".

Nobody writes such letters on purpose, but nothing forbids them either: a name of that kind is read both ways.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["MISREAD", "reread", "reread_with_places"]

_HIGH: Final = range(0x80, 0x100)
_BYTES: Final = {chr(byte): byte for byte in _HIGH} | {
    letter: byte for byte in _HIGH if (letter := bytes([byte]).decode("cp1252", "ignore"))
}
"""What a byte was read as -> the byte."""


def _read_from(first: int, last: int) -> str:
    return "".join(letter for letter, byte in _BYTES.items() if first <= byte <= last)


_AFTER: Final = f"[{_read_from(0x80, 0xBF)}]"
MISREAD: Final = f"[{_read_from(0xC2, 0xF4)}]{_AFTER}"
"""What every such text holds, to Python and to polars: how a letter of two bytes and more begins."""
_LOST: Final = "\ufffd"
_REPLACED: Final = f"{_LOST}?"
"""What stands for the five bytes that Windows-1252 leaves open, if the reader did not let them pass."""
_COMMONEST: Final = {"Ð": "А", "Ñ": "с", "Ù": "ف"}  # of the five letters that begin so


def _letter(after: str) -> re.Pattern[str]:
    return re.compile(
        f"[{_read_from(0xC2, 0xDF)}]{after}"
        f"|[{_read_from(0xE0, 0xEF)}]{after}{{2}}"
        f"|[{_read_from(0xF0, 0xF4)}]{after}{{3}}"
    )


_LETTER: Final = _letter(_AFTER)
_ANY_LETTER: Final = _letter(f"[{_AFTER[1:-1]}{_REPLACED}]")


def reread(text: str) -> str:
    """A text as it was written, also if it was misread twice; the same text if nothing was.

    A letter of which a byte was lost is the commonest that begins so in Cyrillic or Arabic, else a lost one.

    Example:
        >>> reread("JÃ©rÃ´me"), reread("JÃƒÂ©rÃƒÂ´me"), reread("JOSÉ")
        ('Jérôme', 'Jérôme', 'JOSÉ')
        >>> reread("Ð¥Ð°Ð»Ð¸Ð´ Ð�Ð±Ñƒ"), reread("CAFÉ? OLÉ!")
        ('Халид Абу', 'CAFÉ? OLÉ!')
    """
    return text if text.isascii() else reread_with_places(text)[0]


def reread_with_places(text: str) -> tuple[str, list[int]]:
    """A text as it was written, and where each of its letters, and its end, stands in the one given."""
    places = list(range(len(text) + 1))
    while True:
        letters: list[str] = []
        starts: list[int] = []
        end = 0
        # "É?" is a letter only beside others that are misread beyond doubt.
        letter = _ANY_LETTER if any(_decoded(sure) for sure in _LETTER.findall(text)) else _LETTER
        for match in letter.finditer(text):
            read = _decoded(match[0])
            if read:
                letters += [*text[end : match.start()], read]
                starts += [*places[end : match.start()], places[match.start()]]
                end = match.end()
        if not end:
            return text, places
        text, places = "".join([*letters, text[end:]]), [*starts, *places[end:]]


def _decoded(letters: str) -> str:
    """The letter of some misread bytes: the likeliest if one was replaced, none if there is no such."""
    if any(replaced in letters for replaced in _REPLACED):
        return _COMMONEST.get(letters[0], _LOST)
    return bytes([_BYTES[letter] for letter in letters]).decode("utf-8", "ignore")
