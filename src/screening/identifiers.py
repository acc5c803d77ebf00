"""Identifiers of payments that are those of listed parties: documents, LEIs and BICs."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final, Literal

import polars as pl

from screening.designations import NOT_DOCUMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["listed_numbers", "numbers_met"]

_BIC: Final = (8, 11, 12)  # characters of a BIC, without and with a branch (ISO 9362), and with a terminal
_BANK: Final = 8  # of them name the bank
_SHORT_NUMBER: Final = 0.9  # score of a document number that others may have by chance: it is for review
_SIGNS: Final = r"[^\p{L}\p{N}]"
_PIECES: Final = re.compile(r"[0-9A-Za-z]+|[^\W_0-9A-Za-z]+")
# what seldom stands inside a number
_ENDS: Final = re.compile(r"[^\w\s./'\u2019\u2010\u2011-]|[_\n]")


def listed_numbers(identifiers: pl.DataFrame) -> pl.DataFrame:
    """What identifiers of payments are compared with.

    Args:
        identifiers: As in `SanctionsList.identifiers`.

    Returns:
        `reference`, `number` as the list gives it, `kind` (bic, lei, ... or document) and `key`.
    """
    kind = pl.when(pl.col("kind").is_in(list(NOT_DOCUMENTS))).then("kind").otherwise(pl.lit("document"))
    key = pl.when(kind == "bic").then(pl.col("normalised").str.slice(0, _BANK)).otherwise("normalised")
    return (
        identifiers.select("reference", "number", kind=kind, key=key)
        .filter(pl.col("key").fill_null("") != "")
        .unique(["reference", "kind", "key"], keep="first", maintain_order=True)
    )


def numbers_met(values: pl.Series, listed: pl.DataFrame, shortest: int) -> pl.DataFrame:
    """Values that hold a listed number, whatever the names around them say.

    Args:
        values: Distinct values of a column.
        listed: `listed_numbers` of the kind that the column holds.
        shortest: A document number of fewer characters is weak, for others may have it by chance, and must be
            all that the value holds.

    Returns:
        SEARCH without `query_id`, one row per value and designation.
    """
    bank = bool((listed["kind"] == "bic").any())
    parts = _banks(values) if bank else _numbers(values, listed["key"], shortest)
    short = pl.lit(not bank) & (pl.col("key").str.len_chars() < shortest)
    return (
        parts.join(listed.with_columns(part="key"), on="part")
        .select(
            "query",
            "reference",
            status=pl.lit("hit"),
            listed_name=pl.coalesce("number", "key"),  # some stand only in a remark of the list
            name_type=pl.lit("identifier"),
            quality=pl.lit(""),
            weak=short,
            score=pl.when(short).then(_SHORT_NUMBER).otherwise(1.0),
        )
        .unique(["query", "reference"], keep="first", maintain_order=True)
    )


def _banks(values: pl.Series) -> pl.DataFrame:
    """Each value beside the banks that it names."""
    texts = _in_usual_letters(values)
    words = texts.select("query", part=pl.col("text").str.extract_all("[A-Z0-9]+")).explode("part")
    parts = texts.select("query", part=pl.col("text").str.replace_all(_ENDS.pattern, "/").str.split("/"))
    in_groups = parts.explode("part").with_columns(pl.col("part").str.replace_all(_SIGNS, ""))
    bics = pl.concat([words, in_groups]).filter(pl.col("part").str.len_chars().is_in(_BIC))
    return bics.with_columns(part=pl.col("part").str.slice(0, _BANK))


def _in_usual_letters(values: pl.Series) -> pl.DataFrame:
    """Each value as `query`, and as `text` in capitals, usual digits and letters of usual width."""
    plain = values.to_frame("query").with_columns(text=pl.col("query").str.to_uppercase())
    foreign = values.filter(values.str.contains(r"[^\x00-\x7f]"))
    if not len(foreign):
        return plain
    read = pl.DataFrame({"query": foreign, "read": [_in_ascii_digits(text) for text in foreign]})
    joined = plain.join(read, on="query", how="left", maintain_order="left")
    return joined.select("query", text=pl.coalesce("read", "text"))


def _numbers(values: pl.Series, keys: pl.Series, shortest: int) -> pl.DataFrame:
    """Each value as one number, and beside the listed numbers that it holds among other words."""
    plain = _in_usual_letters(values).with_columns(part=pl.col("text").str.replace_all(_SIGNS, ""))
    long = keys.filter(keys.str.len_chars() >= shortest)
    holding = plain.filter(pl.col("part").str.contains_any(long.implode()))
    wanted, longest = set(long), int(long.str.len_chars().max() or 0)  # type: ignore[arg-type]
    held = [
        (query, number)
        for query, text, whole in holding.select("query", "text", "part").iter_rows()
        for number in dict.fromkeys(_within(text, longest))
        if number in wanted and number != whole
    ]
    more = pl.DataFrame(held, schema={"query": pl.String, "part": pl.String}, orient="row")
    return pl.concat([plain.select("query", "part"), more])


def _in_ascii_digits(text: str) -> str:
    """In capitals, letters and digits of any width and digits of any script as the usual ones."""
    # a sign such as the numero sign would turn into letters of the number
    plain = "".join(unicodedata.normalize("NFKC", c) if c.isalnum() else c for c in text).upper()
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in plain)


def _within(text: str, longest: int) -> Iterator[str]:
    """The numbers that a text may hold: signs, blanks and words may stand inside one, other words beside it.

    Digits in groups are one number: what only a blank parts from another number is a number of its own if it
    holds a letter or no blank.
    """
    pieces = _PIECES.findall(text)
    gaps = ["|", *_PIECES.split(text)[1:-1], "|"]
    numbered = [False, *(any(map(str.isdigit, piece)) for piece in pieces), False]
    for first in range(len(pieces)):
        opens = _edge(gaps[first], beside_digits=numbered[first])
        if not opens:
            continue
        number = ""
        for last in range(first, len(pieces)):
            number += pieces[last]
            if len(number) > longest:
                break
            closes = _edge(gaps[last + 1], beside_digits=numbered[last + 2])
            grouped = last > first and number.isdigit()
            if (
                closes
                and not (grouped and "blank" in (opens, closes))
                and any(numbered[first + 1 : last + 2])
            ):
                yield number
            if _ENDS.search(gaps[last + 1]):
                break


def _edge(gap: str, *, beside_digits: bool) -> Literal["", "blank", "free"]:
    """Whether a number may begin or end at signs, beside another number or not."""
    if not beside_digits or "/" in gap or _ENDS.search(gap):
        return "free"
    return "blank" if any(map(str.isspace, gap)) else ""
