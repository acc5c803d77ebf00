"""Proof that an index lost nothing: every pair scored again, one by one, without the index.

Reach for this after a change of list or version, or when somebody asks how one can know. It is slow by
design: it takes no short cut that it would have to trust.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import polars as pl

from screening.names.comparison import Listed, score
from screening.names.normalise import prepare

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["DIFFERENCES", "RecallAudit", "recall_audit"]

DIFFERENCES: Final = pl.Schema(
    {
        "query": pl.String(),
        "reference": pl.String(),
        "score": pl.Float64(),  # by comparing every pair; null where it stays below the threshold
        "found": pl.Float64(),  # by the index; null where it said nothing
    }
)


class Searchable(Protocol):
    """What is audited: an index with its listed names."""

    names: pl.DataFrame

    @property
    def threshold(self) -> float:
        """Score from which a name is a hit."""
        ...

    def search(self, names: Iterable[str], *, threshold: float | None = None) -> pl.DataFrame:
        """One row per (query, designation) at or above the threshold."""
        ...


@dataclass(frozen=True, slots=True)
class RecallAudit:
    """What scoring every pair gave, next to what the index gave.

    Attributes:
        queries: Distinct names of the sample.
        pairs: How many pairs were scored.
        threshold: From which score a pair was to be found.
        hits: (query, designation) at or above the threshold, by scoring every pair.
        lost: Rows of DIFFERENCES that the index did not find.
        differing: Rows of DIFFERENCES that it found with another score, or without cause.
    """

    queries: int
    pairs: int
    threshold: float
    hits: int
    lost: pl.DataFrame
    differing: pl.DataFrame

    @property
    def clean(self) -> bool:
        """Whether the index answered exactly as scoring every pair."""
        return self.lost.is_empty() and self.differing.is_empty()

    def __str__(self) -> str:
        also = "" if self.differing.is_empty() else f", {self.differing.height:,} scored otherwise"
        return (
            f"{self.lost.height:,} lost of {self.pairs:,} pairs{also} "
            f"({self.queries:,} names, {self.hits:,} hits at {self.threshold:g})"
        )


def recall_audit(index: Searchable, sample: Iterable[str], *, threshold: float | None = None) -> RecallAudit:
    """Score every pair of a sample and every listed name, and compare with what the index finds.

    Args:
        index: A NameIndex.
        sample: Names to search for. Each is compared with the whole list, so a few hundred take a while.
        threshold: Score from which a pair must be found; that of the index by default.

    Example:
        >>> from screening.designations import SanctionsList
        >>> from screening.index import NameIndex
        >>> listed = [
        ...     ("XXi.001", "individual", "Khalid Abdul-Rahman AL-TESTI"),
        ...     ("XXe.002", "entity", "Testi Co"),
        ... ]
        >>> index = NameIndex(SanctionsList.from_names(listed))
        >>> print(recall_audit(index, ["Khaled Abdulrahman Al Testi", "Jane Doe"]))
        0 lost of 4 pairs (2 names, 1 hits at 0.74)
    """
    limit = index.threshold if threshold is None else threshold
    queries = list(dict.fromkeys(sample))
    expected = _every_pair(queries, index.names, limit)
    answer = index.search(queries, threshold=limit).filter(pl.col("status") == "hit")
    found = answer.select("query", "reference", found="score")
    both = expected.join(found, on=["query", "reference"], how="full", coalesce=True).match_to_schema(
        DIFFERENCES
    )
    return RecallAudit(
        queries=len(queries),
        pairs=len(queries) * index.names.height,
        threshold=limit,
        hits=expected.height,
        lost=both.filter(pl.col("found").is_null()),
        differing=both.filter(pl.col("found").is_not_null() & pl.col("found").ne_missing(pl.col("score"))),
    )


def _every_pair(queries: list[str], names: pl.DataFrame, limit: float) -> pl.DataFrame:
    """The best score of every (query, designation) that reaches the limit."""
    listed = [
        (reference, Listed.ready(prepare(name), kind))
        for reference, kind, name in names.select("reference", "kind", "name").iter_rows()
    ]
    best: dict[tuple[str, str], float] = {}
    for query in queries:
        prepared = prepare(query)
        for reference, name in listed:
            reached = score(prepared, name)
            if reached >= limit:
                key = query, reference
                best[key] = max(best.get(key, 0.0), reached)
    rows = [(query, reference, reached) for (query, reference), reached in best.items()]
    schema = {name: DIFFERENCES[name] for name in ("query", "reference", "score")}
    return pl.DataFrame(rows, schema=schema, orient="row")
