"""Numbers in two words: "Forty-Four", "twenty first". Those in one stand in the table of equivalents."""

from __future__ import annotations

import re
from typing import Final

from screening.names.lexicon import equivalents

__all__ = ["NUMBER_IN_WORDS", "in_digits", "in_digits_with_places"]

_VALUES: Final = {word: int(number) for word, number in equivalents("entity").items() if number.isdigit()}
_TENS: Final = "|".join(word for word in _VALUES if word.endswith("ty"))
_ONES: Final = "|".join(["[1-9]", *(word for word, value in _VALUES.items() if value < 10)])
_DIGITS: Final = 2
_BETWEEN: Final = "[ \t\r\n\u00a0\u2010-\u2015-]{1,3}"  # spelled out: blanks are others to polars
NUMBER_IN_WORDS: Final = f"(?i:(?:{_TENS}){_BETWEEN}(?:{_ONES}))"
"""What every text with such a number holds, to Python and to polars."""
# Not all that looks like such a letter in any case is one to polars, or is folded to it.
_NUMBER: Final = re.compile(rf"(?<!\w)(?ai:({_TENS}){_BETWEEN}({_ONES}))(?!\w)")


def in_digits(text: str) -> str:
    """A text with such numbers in digits.

    Example:
        >>> in_digits("Office Forty-Four"), in_digits("twenty first 12"), in_digits("Twenty")
        ('Office 44', '21 12', 'Twenty')
    """
    return in_digits_with_places(text)[0] if _NUMBER.search(text) else text


def in_digits_with_places(text: str) -> tuple[str, list[int]]:
    """The same, and where each of its letters, and its end, stands in the text given."""
    letters: list[str] = []
    places: list[int] = []
    end = 0
    for number in _NUMBER.finditer(text):
        tens, ones = (_VALUES.get(word.lower()) or int(word) for word in number.groups())
        letters += [text[end : number.start()], str(tens + ones)]
        places += range(end, number.start() + _DIGITS)
        end = number.end()
    return "".join([*letters, text[end:]]), [*places, *range(end, len(text) + 1)]
