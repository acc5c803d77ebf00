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
_LETTER: Final = re.compile(
    f"[{_read_from(0xC2, 0xDF)}]{_AFTER}"
    f"|[{_read_from(0xE0, 0xEF)}]{_AFTER}{{2}}"
    f"|[{_read_from(0xF0, 0xF4)}]{_AFTER}{{3}}"
)


def reread(text: str) -> str:
    """A text as it was written, also if it was misread twice; the same text if nothing was.

    Example:
        >>> reread("JÃ©rÃ´me"), reread("JÃƒÂ©rÃƒÂ´me"), reread("JOSÉ")
        ('Jérôme', 'Jérôme', 'JOSÉ')
    """
    return text if text.isascii() else reread_with_places(text)[0]


def reread_with_places(text: str) -> tuple[str, list[int]]:
    """A text as it was written, and where each of its letters, and its end, stands in the one given."""
    places = list(range(len(text) + 1))
    while True:
        letters: list[str] = []
        starts: list[int] = []
        end = 0
        for match in _LETTER.finditer(text):
            letter = _decoded(match[0])
            if letter:
                letters += [*text[end : match.start()], letter]
                starts += [*places[end : match.start()], places[match.start()]]
                end = match.end()
        if not end:
            return text, places
        text, places = "".join([*letters, text[end:]]), [*starts, *places[end:]]


def _decoded(letters: str) -> str:
    return bytes([_BYTES[letter] for letter in letters]).decode("utf-8", "ignore")
