"""Texts that may be read in other ways are searched in all of them, and the best answer counts."""

from __future__ import annotations

from typing import Final

import polars as pl

from screening.index.threads import in_threads, slices
from screening.names.comparison import FOLDED
from screening.names.korean import korean_name
from screening.names.misread import reread
from screening.names.readings import READ_OTHERWISE, other_readings

__all__ = ["READINGS", "as_given", "unjudged", "with_readings"]

READINGS: Final = pl.Schema({"text": pl.String(), "query": pl.String()})
"""A text as it is given, and another way to read it."""


def with_readings(texts: pl.Series, *, names: bool) -> tuple[pl.Series, pl.DataFrame]:
    """Distinct texts and the other readings of some of them, each once; and which those are (READINGS).

    `names`: whether each is a name as a whole.
    """
    # hardly any is: the others cost one look
    pattern = f"{READ_OTHERWISE}|{korean_name()}" if names else READ_OTHERWISE
    suspect = pl.concat(in_threads(lambda part: part.filter(part.str.contains(pattern)), slices(texts)))
    read = [(text, reading) for text in suspect for reading in other_readings(text, name=names)]
    others = pl.DataFrame(read, schema=READINGS, orient="row")
    if not read:
        return texts, others
    return pl.concat([texts, others["query"].alias(texts.name)]).unique(maintain_order=True), others


def as_given(found: pl.DataFrame, texts: pl.Series, others: pl.DataFrame) -> pl.DataFrame:
    """What was found, by the texts that were given; another reading is never the same text."""
    if others.is_empty():
        return found
    own = found.join(texts.alias("query").to_frame(), on="query", how="semi")
    more = found.join(others, on="query").with_columns(
        pl.min_horizontal("score", pl.lit(FOLDED)), query="text"
    )
    return pl.concat([own, more.drop("text")])


def unjudged(unread: pl.Series, texts: pl.Series, others: pl.DataFrame) -> pl.Series:
    """Which texts cannot be judged, of those readings that cannot.

    A misread text is judged as it was written, however long its misread letters are. Strokes that part are
    what stands there: words that are too many are not few because strokes might join them.
    """
    suspect = others["text"].unique().to_list()
    written, unread = pl.Series([reread(text) for text in suspect], dtype=pl.String), unread.implode()
    plain = texts.filter(texts.is_in(unread) & ~texts.is_in(others["text"].implode()))
    return pl.concat([plain, pl.Series(texts.name, suspect, dtype=pl.String).filter(written.is_in(unread))])
