"""What the texts of a run weigh, where each different one is held once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from screening.runs.workplace import Workplace

__all__ = ["weigh", "weigh_texts"]

_SAMPLE: Final = 200_000  # rows in which a column shows whether its texts repeat
_TEXT: Final = 20  # bytes that a text takes beside its letters (measured)


def weigh(place: Workplace, role: str) -> dict[str, float]:
    """`weigh_texts` of the payments of a run, or of the earlier ones; counted once."""
    part = f"weights-{role}"
    if place.receipt(part) is None:
        weighed = weigh_texts(place.scan(f"{role}-0"))
        schema = {"column": pl.String, "bytes": pl.Float64}
        place.seal(part, pl.DataFrame([*weighed.items()], schema=schema, orient="row"))
    return dict(place.scan(part).collect().iter_rows())


def weigh_texts(rows: pl.LazyFrame) -> dict[str, float]:
    """Column of texts -> bytes that its different texts take.

    A column whose texts repeat is known from its first rows; others are counted in full, by approximation.
    """
    sampled = _weighed(rows.head(_SAMPLE))
    count = rows.head(_SAMPLE).select(pl.len()).collect().item()
    differing = [name for name, size in sampled.items() if size > max(count, 1)]
    return sampled | _weighed(rows.select(differing))


def _weighed(rows: pl.LazyFrame) -> dict[str, float]:
    texts = [name for name, kind in rows.collect_schema().items() if kind == pl.String]
    found = rows.select(
        pl.col(texts).approx_n_unique().name.suffix(" different"),
        pl.col(texts).str.len_bytes().mean().fill_null(0.0).name.suffix(" long"),
    ).collect(engine="streaming")
    held = found.row(0, named=True) if texts else {}
    return {name: held[f"{name} different"] * (held[f"{name} long"] + _TEXT) for name in texts}
