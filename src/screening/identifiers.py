"""Identifiers of payments that are those of listed parties: documents, LEIs and BICs."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

import polars as pl

from screening.designations import NOT_DOCUMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["listed_numbers", "numbers_met"]

_BANK: Final = 8  # letters of a BIC that name the bank; the rest names a branch
_SHORT_NUMBER: Final = 0.9  # score of a document number that others may have by chance: it is for review
_SIGNS: Final = r"[^\p{L}\p{N}]"
_PIECES: Final = re.compile(r"[^\W_]+")
_BETWEEN: Final = re.compile(r"[,;:/|()\[\]\n]")  # numbers, not parts of one


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
    words = values.to_frame("query").with_columns(
        part=pl.col("query").str.to_uppercase().str.extract_all(r"[A-Z0-9]+")
    )
    return words.explode("part").with_columns(part=pl.col("part").str.slice(0, _BANK))


def _numbers(values: pl.Series, keys: pl.Series, shortest: int) -> pl.DataFrame:
    """Each value as one number, and beside the listed numbers that it holds among other words."""
    plain = values.to_frame("query").with_columns(text=pl.col("query").str.to_uppercase())
    foreign = values.filter(values.str.contains(r"[^\x00-\x7f]"))
    if len(foreign):
        read = pl.DataFrame({"query": foreign, "read": [_in_ascii_digits(text) for text in foreign]})
        plain = plain.join(read, on="query", how="left", maintain_order="left")
        plain = plain.with_columns(text=pl.coalesce("read", "text"))
    plain = plain.with_columns(part=pl.col("text").str.replace_all(_SIGNS, ""))
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
    """The numbers that a text may hold: signs may stand inside one, and words without digits beside it."""
    for part in _BETWEEN.split(text):
        pieces = _PIECES.findall(part)
        digits = [place for place, piece in enumerate(pieces) if any(map(str.isdigit, piece))]
        if not digits:
            continue
        number, before, behind = "".join(pieces[digits[0] : digits[-1] + 1]), digits[0], digits[-1] + 1
        while len(number) <= longest:
            run = number
            for piece in ("", *pieces[behind:]):
                run += piece
                if len(run) > longest:
                    break
                yield run
            if not before:
                break
            before -= 1
            number = pieces[before] + number
