"""Code words (status, channel, currency, country, yes and no) from the words that banks use."""

from __future__ import annotations

import csv
from functools import cache, partial
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import polars as pl

from screening.reference.currencies import currency_code
from screening.schemas import CHANNELS, STATUSES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["channel_of", "currency_of", "flag_of", "plain", "recode", "status_of", "synonyms", "trim"]

_FLAGS: Final = {
    **dict.fromkeys(("true", "t", "yes", "y", "1"), "true"),
    **dict.fromkeys(("false", "f", "no", "n", "0"), "false"),
}


def plain(text: str) -> str:
    """A word without case, blanks and punctuation, as headers and code words are compared.

    Example:
        >>> plain("Debtor Name") == plain("debtor_name") == plain("debtorName")
        True
    """
    return "".join(letter for letter in text.casefold() if letter.isalnum())


@cache
def synonyms(name: str) -> Mapping[str, str]:
    """One synonym table of the package (columns, statuses, channels): plain word -> canonical word."""
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
    known = {**synonyms(table), **{plain(word): word for word in allowed}}
    known |= {plain(word): means for word, means in extra.items()}
    return lambda word: known.get(plain(word))


def status_of(extra: Mapping[str, str]) -> Callable[[str], str | None]:
    """What a status word means, the policy's own words first."""
    return _of("statuses", STATUSES, extra)


def channel_of(extra: Mapping[str, str]) -> Callable[[str], str | None]:
    """What a channel word means, the policy's own words first."""
    return _of("channels", CHANNELS, extra)


def currency_of(extra: Mapping[str, str]) -> Callable[[str], str | None]:
    """What a currency word means, the policy's own words first."""
    own = {word.strip().casefold(): code for word, code in extra.items()}
    return lambda word: own.get(word.strip().casefold()) or currency_code(word)


def flag_of(word: str) -> str | None:
    """The text "true" or "false" for a word that says so."""
    return _FLAGS.get(word.strip().casefold())
