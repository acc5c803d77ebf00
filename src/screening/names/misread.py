r"""Texts whose letters are not those that were written.

Their UTF-8 was read as Latin-1 or Windows-1252 ("JÃ©rÃ´me" for "Jérôme"), or they were escaped for HTML, an
address of the web or JSON, and never turned back ("O&#39;Hara", "Vel%20Kari", "J\u00e9rome"). Nobody writes
so on purpose, but nothing forbids it either: a name of that kind is read both ways.
"""

from __future__ import annotations

import html
import re
from typing import Final
from urllib.parse import unquote_to_bytes

__all__ = ["MISREAD", "reread", "reread_with_places"]

_HIGH: Final = range(0x80, 0x100)
_BYTES: Final = {chr(byte): byte for byte in _HIGH} | {
    letter: byte for byte in _HIGH if (letter := bytes([byte]).decode("cp1252", "ignore"))
}
"""What a byte was read as -> the byte."""


def _read_from(first: int, last: int) -> str:
    return "".join(letter for letter, byte in _BYTES.items() if first <= byte <= last)


_AFTER: Final = f"[{_read_from(0x80, 0xBF)}]"
_HEX: Final = "[0-9A-Fa-f]"
_NEXT: Final = f"%[89ABab]{_HEX}"
_ESCAPED: Final = (
    f"&(?:#[0-9]{{1,7}}|#[xX]{_HEX}{{1,6}}|[A-Za-z][A-Za-z0-9]{{1,9}});"
    f"|%[0-7]{_HEX}|%[CDcd]{_HEX}{_NEXT}|%[Ee]{_HEX}(?:{_NEXT}){{2}}|%[Ff][0-4](?:{_NEXT}){{3}}"
    rf"|\\u[Dd][89ABab]{_HEX}{{2}}\\u[Dd][C-Fc-f]{_HEX}{{2}}|\\u{_HEX}{{4}}"
)
"""A letter as HTML, an address of the web, or JSON writes it."""
MISREAD: Final = f"[{_read_from(0xC2, 0xF4)}]{_AFTER}|{_ESCAPED}"
"""What every such text holds, to Python and to polars: how a letter of two bytes begins, or an escape."""
_SUSPECT: Final = re.compile(MISREAD)
_ROUNDS: Final = 4  # a text is misread or escaped once or twice; each round reads it whole
_LOST: Final = "\ufffd"
_REPLACED: Final = f"{_LOST}?"
"""What stands for the five bytes that Windows-1252 leaves open, if the reader did not let them pass."""
_COMMONEST: Final = {"Ð": "А", "Ñ": "с", "Ù": "ف"}  # of the five letters that begin so


def _letter(after: str) -> re.Pattern[str]:
    return re.compile(
        f"{_ESCAPED}|[{_read_from(0xC2, 0xDF)}]{after}"
        f"|[{_read_from(0xE0, 0xEF)}]{after}{{2}}"
        f"|[{_read_from(0xF0, 0xF4)}]{after}{{3}}"
    )


_LETTER: Final = _letter(_AFTER)
_ANY_LETTER: Final = _letter(f"[{_AFTER[1:-1]}{_REPLACED}]")


def reread(text: str) -> str:
    r"""A text as it was written, also if it was misread twice; the same text if nothing was.

    A letter of which a byte was lost is the commonest that begins so in Cyrillic or Arabic, else a lost one.

    Example:
        >>> reread("JÃ©rÃ´me"), reread("JÃƒÂ©rÃƒÂ´me"), reread("JOSÉ")
        ('Jérôme', 'Jérôme', 'JOSÉ')
        >>> reread("Ð¥Ð°Ð»Ð¸Ð´ Ð�Ð±Ñƒ"), reread("CAFÉ? OLÉ!")
        ('Халид Абу', 'CAFÉ? OLÉ!')
        >>> reread("O&#39;Hara"), reread("Vel%20Kari"), reread(r"J\u00e9rome"), reread("Vel & Kari; 5%")
        ("O'Hara", 'Vel Kari', 'Jérome', 'Vel & Kari; 5%')
    """
    return reread_with_places(text)[0] if _SUSPECT.search(text) else text


def reread_with_places(text: str) -> tuple[str, list[int]]:
    """A text as it was written, and where each of its letters, and its end, stands in the one given."""
    places = list(range(len(text) + 1))
    for _ in range(_ROUNDS):
        letters: list[str] = []
        starts: list[int] = []
        end = 0
        # "É?" is a letter only beside others that are misread beyond doubt.
        sure = any(found[0] in _BYTES and _decoded(found) for found in _LETTER.findall(text))
        letter = _ANY_LETTER if sure else _LETTER
        for match in letter.finditer(text):
            read = _decoded(match[0])
            if read:
                letters += [*text[end : match.start()], read]
                starts += [*places[end : match.start()], places[match.start()]]
                end = match.end()
        if not end:
            break
        text, places = "".join([*letters, text[end:]]), [*starts, *places[end:]]
    return text, places


def _decoded(letters: str) -> str:
    """The letter that was written: the likeliest if a byte was replaced, none if there is no such."""
    if letters[0] in "&%\\":
        return _unescaped(letters)
    if any(replaced in letters for replaced in _REPLACED):
        return _COMMONEST.get(letters[0], _LOST)
    return bytes([_BYTES[letter] for letter in letters]).decode("utf-8", "ignore")


def _unescaped(letters: str) -> str:
    if letters[0] == "&":
        read = html.unescape(letters)
        return read if len(read) == 1 else ""
    if letters[0] == "%":
        return unquote_to_bytes(letters).decode("utf-8", "ignore")
    units = bytes.fromhex(letters.replace("\\u", ""))
    return units.decode("utf-16-be", "ignore")
