"""NameIndex: built once from a SanctionsList, immutable, exact."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from screening.errors import PolicyError
from screening.index.batch import Batch, tokenise_batch
from screening.index.bound import candidates
from screening.index.worth import Vocabulary, appraise, similar_units
from screening.names.comparison import SCORE_VERSION, Listed, score, units
from screening.names.lexicon import LEXICON_SHA256
from screening.names.normalise import Name, prepare
from screening.names.tokens import KINDS
from screening.policy import Policy
from screening.schemas import LISTED_NAMES, SEARCH

if TYPE_CHECKING:
    from screening.designations import Provenance, SanctionsList
    from screening.names.tokens import Token

__all__ = ["NameIndex"]

_TYPE_ORDER = ("primary", "alias", "former", "acronym", "original_script", "identifier")


class NameIndex:
    """All names of a sanctions list, ready for searching.

    Args:
        sanctions: The list.
        policy: Its `names.threshold` is the default threshold; `lists.exclude_list_types` are left out.

    Example:
        >>> from screening.designations import SanctionsList
        >>> index = NameIndex(
        ...     SanctionsList.from_names([("XXi.001", "individual", "Khalid Abdul-Rahman AL-TESTI")])
        ... )
        >>> index.search(["Khaled Abdulrahman Al Testi", "Jane Doe"]).select("query_id", "reference").rows()
        [(0, 'XXi.001')]
    """

    def __init__(self, sanctions: SanctionsList, *, policy: Policy | None = None) -> None:
        self.policy = policy or Policy()
        excluded = self.policy.lists.exclude_list_types
        names = sanctions.names.select(LISTED_NAMES.names())
        if excluded:
            kept = sanctions.designations.filter(~pl.col("list_type").is_in(excluded))["reference"]
            names = names.filter(pl.col("reference").is_in(kept.implode()))
        self.provenance: Provenance = sanctions.provenance
        self.identifiers: pl.DataFrame = sanctions.identifiers.join(names, on="reference", how="semi")
        self._prepare(names)

    def _prepare(self, names: pl.DataFrame) -> None:
        order = pl.col("name_type").replace_strict({n: i for i, n in enumerate(_TYPE_ORDER)}, default=99)
        names = names.cast(dict(LISTED_NAMES)).sort("reference", order, "weak", "name")  # type: ignore[arg-type]
        self.names = names.unique(["reference", "name"], keep="first", maintain_order=True)
        self._listed = [
            Listed.ready(prepare(name), kind) for name, kind in self.names.select("name", "kind").iter_rows()
        ]
        self._kinds = np.array([KINDS.index(listed.kind) for listed in self._listed], dtype=np.int64)
        self._weights = np.array(
            [
                sum(token.weights[k] for token in listed.name.tokens)
                for listed, k in zip(self._listed, self._kinds, strict=True)
            ],
            dtype=np.float32,
        )
        self._vocabulary = Vocabulary(self._listed)

    def __len__(self) -> int:
        return len(self.names)

    @property
    def threshold(self) -> float:
        """Score from which a name is a hit, unless a search says otherwise."""
        return self.policy.names.threshold

    @property
    def sha256(self) -> str:
        """Digest of everything an answer depends on: names, score version, tables."""
        content = [SCORE_VERSION, LEXICON_SHA256, self.threshold, self.names.rows()]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()

    def search(
        self, names: pl.Series | Iterable[str | None], *, threshold: float | None = None
    ) -> pl.DataFrame:
        """Find every listed party whose name reaches the threshold.

        Args:
            names: Names as they stand in payments; null means that there is none.
            threshold: Score from 0.6 to 1; the policy's by default.

        Returns:
            One row per (name, designation), by the designation's best name, sorted by `query_id`, score and
            reference: see `schemas.SEARCH`. A name that cannot be judged has one row of status "unscreenable".

        Raises:
            PolicyError: The threshold is outside 0.6 to 1.
        """
        threshold = self.threshold if threshold is None else threshold
        if not 0.6 <= threshold <= 1:
            raise PolicyError(f"threshold must be between 0.6 and 1, not {threshold!r}")
        queries = names if isinstance(names, pl.Series) else pl.Series(list(names), dtype=pl.String)
        queries = queries.cast(pl.String).alias("query")
        frame = queries.to_frame().with_row_index("query_id").filter(pl.col("query").is_not_null())
        distinct = frame["query"].unique(maintain_order=True)
        batch = tokenise_batch(distinct)
        found = self._score(distinct, batch, threshold)
        strange = distinct.filter(pl.Series(batch.unscreenable))
        unscreenable = pl.DataFrame({"query": strange}).with_columns(status=pl.lit("unscreenable"))
        answer = pl.concat([found, unscreenable], how="diagonal")
        return (
            frame.join(answer, on="query", how="inner")
            .select(pl.col(name).cast(kind) for name, kind in SEARCH.items())
            .sort("query_id", pl.col("score"), "reference", descending=[False, True, False], nulls_last=True)
        )

    def _pairs(self, distinct: pl.Series, batch: Batch, threshold: float) -> pl.DataFrame:
        """Every (query, listed name) that reaches the threshold: place in the index, and score."""
        known = appraise(batch, self._vocabulary, self._kinds)
        rows, places = candidates(known.rows, known.worth, self._weights, self._kinds, threshold)
        texts = distinct.gather(pl.Series(rows, dtype=pl.UInt32)).to_list()
        number = {token: t for t, token in enumerate(batch.tokens)}
        queries: dict[str, tuple[Name, list[int]]] = {}
        scores = []
        for text, place in zip(texts, places.tolist(), strict=True):
            if text not in queries:
                name = prepare(text)
                queries[text] = name, [number[token] for _, token in units(name)]
            name, mine = queries[text]
            near = known.near[self._kinds[place]]
            scores.append(
                score(name, self._listed[place], similar_units(mine, self._vocabulary.units[place], near))
            )
        return pl.DataFrame(
            {"query": texts, "place": places, "score": scores},
            schema={"query": pl.String, "place": pl.Int64, "score": pl.Float64},
        ).filter(pl.col("score") >= threshold)

    def _score(self, distinct: pl.Series, batch: Batch, threshold: float) -> pl.DataFrame:
        pairs = self._pairs(distinct, batch, threshold)
        listed = self.names[pairs["place"]] if len(pairs) else self.names.clear()
        return (
            listed.select("reference", pl.col("name").alias("listed_name"), "name_type", "quality", "weak")
            .with_columns(pairs, status=pl.lit("hit"))
            .sort("score", "place", descending=[True, False])
            .unique(["query", "reference"], keep="first", maintain_order=True)
            .drop("place")
        )
