"""Country names, adjectives and codes in many spellings to ISO 3166-1 alpha-2."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache, lru_cache
from importlib import resources
from typing import Final

import polars as pl

__all__ = ["country_code", "country_codes", "country_names", "fold", "names_country"]

_NOT_A_WORD: Final = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """Case, accents and punctuation away; the form in which the table holds every spelling.

    Example:
        >>> fold("Côte d'Ivoire"), fold("Iran (Islamic Republic of)")
        ('cote d ivoire', 'iran islamic republic of')
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    return _NOT_A_WORD.sub(" ", "".join(c for c in plain if not unicodedata.combining(c))).strip()


@lru_cache(maxsize=65536)
def country_code(text: str | None) -> str | None:
    """The country a text names, as ISO 3166-1 alpha-2.

    A text that names no country, or more than one, gives None: a wrong country would contradict a
    true match, an absent one does not.

    Example:
        >>> country_code("Democratic People's Republic of Korea"), country_code("Saudi Arabian passport")
        ('KP', 'SA')
        >>> country_code("Sudan/South Sudan") is None, country_code("Atlantis") is None
        (True, True)
    """
    if text is None or not (key := fold(text)):
        return None
    return _table().get(key) or _mentioned(key)


def names_country(text: str) -> bool:
    """Whether a text is the full name or the adjective of a country, not merely a code.

    Example:
        >>> names_country("Greece"), names_country("GRC")
        (True, False)
    """
    key = fold(text)
    return key in _names() or (bool(key) and _mentioned(key) is not None and len(key.split()) > 1)


@cache
def country_names() -> frozenset[str]:
    """Names of countries as `fold` leaves them, and the short forms that people use as names.

    Example:
        >>> {"yemen", "uae"} <= country_names(), "ye" in country_names()
        (True, False)
    """
    return frozenset(text for _, use, text in _rows() if use == "name")


def country_codes(texts: pl.Series) -> pl.Series:
    """`country_code` of every value, computed once per distinct text.

    Example:
        >>> country_codes(pl.Series("country", ["Iraq", None, "iraq"])).to_list()
        ['IQ', None, 'IQ']
    """
    distinct = texts.drop_nulls().unique()
    codes = {text: country_code(text) for text in distinct}
    return pl.Series(texts.name, [codes.get(text) for text in texts], dtype=pl.String)


def _mentioned(key: str) -> str | None:
    names = _names()
    codes = {names[found[0]] for found in _pattern().finditer(key)}
    return codes.pop() if len(codes) == 1 else None


@cache
def _rows() -> tuple[tuple[str, str, str], ...]:
    file = resources.files("screening.reference") / "data" / "countries.csv"
    lines = (line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return tuple((row["code"], row["use"], row["text"]) for row in csv.DictReader(lines))


@cache
def _table() -> dict[str, str]:
    return {text: code for code, _, text in _rows()}


@cache
def _names() -> dict[str, str]:
    """Spellings that may be looked for inside a longer text: full names and adjectives only."""
    return {text: code for code, use, text in _rows() if use in ("name", "adjective") and len(text) > 3}


@cache
def _pattern() -> re.Pattern[str]:
    # Longest first, so that "south sudan" is not also read as "sudan".
    longest_first = sorted(_names(), key=lambda text: (-len(text), text))
    return re.compile(r"\b(?:" + "|".join(map(re.escape, longest_first)) + r")\b")
