"""Texts whose letters were misread are searched as they stand and as they were written; the better counts."""

from __future__ import annotations

from typing import Final

import polars as pl

from screening.names.comparison import FOLDED
from screening.names.misread import MISREAD, reread

__all__ = ["WRITTEN", "as_given", "with_written"]

WRITTEN: Final = pl.Schema({"text": pl.String(), "query": pl.String()})
"""A text as it is given, and as it was written."""


def with_written(texts: pl.Series) -> tuple[pl.Series, pl.DataFrame]:
    """Distinct texts and what some of them were written as, each once; and which those are (WRITTEN)."""
    suspect = texts.filter(texts.str.contains(MISREAD))  # hardly any is: the others cost one look
    read = [(text, again) for text in suspect if (again := reread(text)) != text]
    written = pl.DataFrame(read, schema=WRITTEN, orient="row")
    if not read:
        return texts, written
    return pl.concat([texts, written["query"].alias(texts.name)]).unique(maintain_order=True), written


def as_given(found: pl.DataFrame, texts: pl.Series, written: pl.DataFrame) -> pl.DataFrame:
    """What was found, by the texts that were given; one that was only written so is never the same text."""
    if written.is_empty():
        return found
    own = found.join(texts.alias("query").to_frame(), on="query", how="semi")
    others = found.join(written, on="query").with_columns(query="text").drop("text")
    if "score" in found.columns:
        others = others.with_columns(pl.min_horizontal("score", pl.lit(FOLDED)))
    return pl.concat([own, others])
