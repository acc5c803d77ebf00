"""Why a hit is one, in words."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import polars as pl

from screening.index.windows import parted
from screening.names import compare
from screening.names.comparison import Listed, Query
from screening.names.explanation import explain_best
from screening.names.normalise import prepare, prepare_readings
from screening.schemas import TEXT_COLUMNS

if TYPE_CHECKING:
    from screening.names.explanation import Comparison
    from screening.names.tokens import Kind

__all__ = ["PLACE", "compare_inside", "with_reasons"]

PLACE: Final = pl.Schema({"start": pl.Int64(), "end": pl.Int64()})
"""Where in a text or a field the listed name stands; null where it is compared as a whole."""

_REMEMBERED: Final = 1 << 14  # pairs whose reasons are kept: many payments hold the same names


def with_reasons(found: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Hits, and rows that could not be judged, with their reasons; worked out once per pair of names.

    Args:
        found: HITS without what follows from them, and PLACE.
        names: LISTED_NAMES that were searched.
    """
    keys = ["query", "field", "reference", "listed_name", "name_type", *PLACE]
    pairs = found.filter(pl.col("status") == "hit").select(keys).unique(maintain_order=True)
    kinds = dict(names.select("reference", "kind").iter_rows())
    reasons = [
        (f"equals the listed identifier {listed_name}",)
        if name_type == "identifier"
        else _reasons(query, listed_name, kinds[reference])
        if start is None
        else _reasons_inside(query[start:end], listed_name, kinds[reference], column in TEXT_COLUMNS)
        for query, column, reference, listed_name, name_type, start, end in pairs.iter_rows()
    ]
    explained = pairs.with_columns(pl.Series("reasons", reasons, dtype=pl.List(pl.String())))
    blank = (
        pl.when((pl.col("status") == "unscreenable") & pl.col("query").is_null())
        .then(pl.lit(["the payment names no party"]))
        .when(pl.col("status") == "unscreenable")
        .then(pl.lit(["cannot be judged as a name"]))
    )
    return found.join(explained, on=keys, how="left", nulls_equal=True).with_columns(
        reasons=blank.otherwise("reasons")
    )


@lru_cache(maxsize=_REMEMBERED)
def _reasons(query: str, listed_name: str, kind: Kind) -> tuple[str, ...]:
    """Why a name resembles a listed one."""
    return compare(query, listed_name, kind=kind).reasons


@lru_cache(maxsize=_REMEMBERED)
def _reasons_inside(words: str, listed_name: str, kind: Kind, in_text: bool) -> tuple[str, ...]:  # noqa: FBT001
    """Why words of a text, or of a field, resemble a listed name."""
    why = compare_inside(words, listed_name, kind=kind)
    return f"'{words}' stands inside the {'text' if in_text else 'field'}", *why.reasons


def compare_inside(words: str, listed_name: str, *, kind: Kind) -> Comparison:
    """The comparison of words of a text with a listed name: as they stand or parted, whichever is better."""
    readings = prepare_readings(words, lambda text: [text, *parted(pl.Series([text]))[1]])
    return explain_best(words, map(Query.ready, readings), Listed.ready(prepare(listed_name), kind))
