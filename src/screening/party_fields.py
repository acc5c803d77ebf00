"""Which party fields hold more than a name, and which hold none.

A name is compared as a whole, and what stands beside it would hide it: joint holders, an address. Such fields
are read as texts as well. Account numbers in a column of names meet nobody, which must be told.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

import polars as pl

from screening.names.lexicon import field_words
from screening.reference.countries import country_codes, country_names

__all__ = ["more_than_a_name", "no_name"]

_SEPARATORS: Final = (
    r"[/&(;\d+|!:@\"“”„«»%\t\r\n\x0b\x0c\u0085\u2028\u2029=*<>\[\]{}_~•·–—…、，；：]"
    r"|\s-+\s|-{2}|\s{3,}\S"
    r"|\S\s+\S+,\s*\S|,.*,"  # one word and a comma is a surname before given names
)
_MANY: Final = r"(?:\S+\s+){4}\S"
_MOST: Final = r"(?:\S+\s+){5}\S"
_SEVERAL: Final = 4  # words, of which one is there twice or a country is last; "Ali Ali" is a name


_BIC: Final = r"^[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?$"


def no_name(fields: pl.Series) -> pl.Series:
    """Which party fields look like an account number, a code, an amount or a date.

    A single field may look so and be a name; a column of them is none of names.

    Args:
        fields: Party fields, without nulls.

    Example:
        >>> import polars as pl
        >>> fields = pl.Series(["DE89 3704 0044 0532 0130 00", "ABCDESGH", "5.00 EUR", "BELVANES"])
        >>> no_name(fields).to_list()
        [True, True, True, False]
    """
    suspect = fields.str.contains(rf"\d|{_BIC}")  # few names are: the others cost one look
    asked = fields.filter(suspect)
    digits, letters = (asked.str.count_matches(kind) for kind in (r"\d", r"\p{L}"))
    country = country_codes(asked.str.slice(4, 2)) == asked.str.slice(4, 2)
    code = asked.str.contains(_BIC) & country.fill_null(value=False)
    return suspect.scatter(suspect.arg_true(), (digits >= letters) | code)


def more_than_a_name(fields: pl.Series) -> pl.Series:
    """Which party fields may hold more than one name.

    Args:
        fields: Party fields, without nulls.

    Example:
        >>> import polars as pl
        >>> fields = pl.Series(["Ardo Belvane", "BELVANE, ARDO", "Ardo Belvane aka Orlank"])
        >>> more_than_a_name(fields).to_list()
        [False, False, True]
    """
    words = fields.str.to_lowercase().str.extract_all(r"\S+")
    several = words.list.len() >= _SEVERAL
    repeated = several & (words.list.n_unique() < words.list.len())
    beside, lengthening = _patterns()
    many = fields.str.replace_all(lengthening, "").str.contains(_MANY)
    last = words.list.get(-1, null_on_oob=True).str.strip_chars(".,;)")
    abroad = several & last.is_in(_last_of_countries().implode())
    return fields.str.contains(beside) | many | repeated | abroad


@cache
def _patterns() -> tuple[str, str]:
    """What stands between a name and something else, or more words than a name; what makes names longer."""
    joins, ends, lengthens = ("|".join(field_words(use)) for use in ("joins", "ends", "lengthens"))
    renames = "|".join(map(_dotted, field_words("renames")))
    beside = rf"{_SEPARATORS}|\b(?:{joins}|{renames})\b|\b(?:{ends})\b[.,]*\s+\S|{_MOST}"
    return f"(?i){beside}", rf"(?i)(?:^|\s)(?:{lengthens})\b[.,]*"


@cache
def _last_of_countries() -> pl.Series:
    """The last words of the names of countries."""
    return pl.Series(sorted({name.split()[-1] for name in country_names()}))


def _dotted(word: str) -> str:
    """A word with or without full stops between its letters; any blanks between its words."""
    return r"\s+".join(r"\.?".join(map(re.escape, part)) for part in word.split())
