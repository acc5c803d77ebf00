"""Code words (status, channel, currency, kind of party, yes and no) from the words that banks use."""

from __future__ import annotations

import csv
import re
from functools import cache, partial
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import polars as pl

from screening.reference.currencies import currency_code
from screening.schemas import CHANNELS, STATUSES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "bic_of",
    "channel_of",
    "currency_of",
    "flag_of",
    "party_type_of",
    "plain",
    "purpose_of",
    "recode",
    "region_of",
    "status_of",
    "synonyms",
    "trim",
    "two_meanings",
    "wallet_kind_of",
]

_FLAGS: Final = {
    **dict.fromkeys(("true", "t", "yes", "y", "1"), "true"),
    **dict.fromkeys(("false", "f", "no", "n", "0"), "false"),
}
_NO_VALUE: Final = frozenset({"", "na", "nil", "none", "null"})
_PURPOSE_LETTERS: Final = 4
_BIC_LETTERS: Final = (8, 11)
# the sign must stand there: "Bern" is no part "RN" of Belgium; nor may it be a blank, as in "La Paz"
_REGION: Final = re.compile(r"([A-Za-z]{2})[-_\u2010-\u2013]([A-Za-z0-9]{1,3})")


def plain(text: str) -> str:
    """A word without case, blanks and punctuation, as headers and code words are compared.

    Example:
        >>> plain("Debtor Name") == plain("debtor_name") == plain("debtorName")
        True
    """
    return "".join(letter for letter in text.casefold() if letter.isalnum())


@cache
def synonyms(name: str) -> Mapping[str, str]:
    """One synonym table of the package, by its name in `data`: plain word -> canonical word."""
    text = resources.files("screening.payments").joinpath(f"data/{name}.csv").read_text("utf-8")
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return MappingProxyType({plain(row["word"]): row["means"] for row in csv.DictReader(lines)})


def recode(words: pl.Expr, meaning: Callable[[str], str | None]) -> pl.Expr:
    """Every word replaced by its meaning, null where it has none; each distinct word is looked up once."""
    look_up = partial(_looked_up, meaning=meaning)
    return words.map_batches(look_up, return_dtype=pl.String, is_elementwise=True)


def _looked_up(words: pl.Series, *, meaning: Callable[[str], str | None]) -> pl.Series:
    table = {word: meaning(word) for word in words.unique().drop_nulls().to_list()}
    if all(word == means for word, means in table.items()):
        return words
    return words.replace_strict(list(table), list(table.values()), default=None, return_dtype=pl.String)


def trim(texts: pl.Expr) -> pl.Expr:
    """Every text without outer blanks, null where nothing is left."""
    return texts.map_batches(_trimmed, return_dtype=pl.String, is_elementwise=True)


def _trimmed(texts: pl.Series) -> pl.Series:
    # most columns hold nothing to trim, and a look at the ends of a text costs half of making it anew:
    # one that begins and ends with visible ASCII stays as it is
    present = texts.drop_nulls() if texts.null_count() else texts
    last = present.cast(pl.Binary).bin.get(-1, null_on_oob=True)
    visible = present.is_between("!", "~") & last.is_between(ord("!"), ord("~"))
    doubtful = present.filter(~visible)
    if doubtful.is_empty() or _are_trimmed(doubtful):
        return texts
    trimmed = texts.str.strip_chars()
    return trimmed.set(trimmed == "", None)


def _are_trimmed(texts: pl.Series) -> bool:
    return bool((texts.str.strip_chars() == texts).all() and (texts != "").all())


def _of(table: str, allowed: tuple[str, ...], extra: Mapping[str, str]) -> Callable[[str], str | None]:
    own = {_written(word): means for word, means in extra.items()}
    known = {**synonyms(table), **{plain(word): word for word in allowed}, **_plain_ones(extra)}
    return lambda word: own.get(_written(word)) or known.get(plain(word))


def _written(word: str) -> str:
    return word.strip().casefold()


def _plain_ones(extra: Mapping[str, str]) -> dict[str, str]:
    """The policy's words without their signs, where that has one meaning: "A+" and "A-" may have two."""
    meanings: dict[str, set[str]] = {}
    for word, means in extra.items():
        meanings.setdefault(plain(word), set()).add(means)
    return {word: means.pop() for word, means in meanings.items() if word and len(means) == 1}


def two_meanings(extra: Mapping[str, str]) -> tuple[str, str] | None:
    """Two words of the policy that are one word with two meanings, case and outer blanks aside.

    Example:
        >>> two_meanings({"A": "executed", "a": "rejected", "A+": "held"})
        ('A', 'a')
    """
    seen: dict[str, str] = {}
    for word, means in extra.items():
        first = seen.setdefault(_written(word), word)
        if extra[first] != means:
            return first, word
    return None


def status_of(extra: Mapping[str, str]) -> Callable[[str], str | None]:
    """What a status word means, the policy's own words first: as written, and then without signs."""
    return _of("statuses", STATUSES, extra)


def channel_of(extra: Mapping[str, str]) -> Callable[[str], str | None]:
    """What a channel word means, the policy's own words first: as written, and then without signs."""
    return _of("channels", CHANNELS, extra)


def currency_of(extra: Mapping[str, str]) -> Callable[[str], str | None]:
    """What a currency word means, the policy's own words first."""
    own = {_written(word): code for word, code in extra.items()}
    return lambda word: own.get(_written(word)) or currency_code(word)


def flag_of(word: str) -> str | None:
    """The text "true" or "false" for a word that says so."""
    return _FLAGS.get(_written(word))


def party_type_of(word: str) -> str | None:
    """The kind of party that a word means.

    Example:
        >>> party_type_of("Natural Person"), party_type_of("N.P.O."), party_type_of("stranger")
        ('person', 'npo', None)
    """
    return synonyms("party_types").get(plain(word))


def wallet_kind_of(word: str) -> str | None:
    """The kind of wallet that a word means; empty where it means that there is none."""
    letters = plain(word)
    return "" if letters in _NO_VALUE else synonyms("wallet_kinds").get(letters)


def purpose_of(word: str) -> str:
    """The purpose code of ISO 20022 that a word is or means; else the word, for a country may have its own.

    Example:
        >>> purpose_of("sala"), purpose_of("Wages"), purpose_of("P0103")
        ('SALA', 'SALA', 'P0103')
    """
    letters = plain(word)
    code = letters.upper() if len(letters) == _PURPOSE_LETTERS else word
    return synonyms("purposes").get(letters, code)


def region_of(word: str) -> str | None:
    """The ISO 3166-2 code that a word is, in capitals.

    Example:
        >>> region_of("tr_31"), region_of("Hatay")
        ('TR-31', None)
    """
    found = _REGION.fullmatch(word.strip())
    return "-".join(found.groups()).upper() if found else None


def bic_of(word: str) -> str:
    """A BIC in capitals and without blanks; else the word."""
    code = "".join(word.split()).upper()
    return code if len(code) in _BIC_LETTERS else word
