"""NameIndex: built once from a SanctionsList, immutable, exact."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from scipy import sparse

from screening.errors import PolicyError
from screening.index.batch import Batch, tokenise_batch
from screening.index.bound import candidates
from screening.index.neighbours import similar_pairs
from screening.names.comparison import GLUED, INITIAL_COVER, SCORE_VERSION, Name, prepare, score, similarity
from screening.names.lexicon import LEXICON_SHA256
from screening.names.normalise import KINDS
from screening.policy import Policy
from screening.schemas import LISTED_NAMES, SEARCH

if TYPE_CHECKING:
    from screening.designations import SanctionsList
    from screening.names.normalise import Token

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
        self._prepare(names)

    def _prepare(self, names: pl.DataFrame) -> None:
        order = pl.col("name_type").replace_strict({n: i for i, n in enumerate(_TYPE_ORDER)}, default=99)
        names = names.cast(dict(LISTED_NAMES)).sort("reference", order, "weak", "name")  # type: ignore[arg-type]
        self.names = names.unique(["reference", "name"], keep="first", maintain_order=True)
        self._listed: list[Name] = [prepare(name) for name in self.names["name"]]
        self._kind = np.array([KINDS.index(kind) for kind in self.names["kind"]], dtype=np.int64)
        number: dict[Token, int] = {}
        postings: dict[int, list[int]] = defaultdict(list)
        spans: dict[str, list[tuple[int, float]]] = defaultdict(list)
        weight = np.zeros(len(self._listed))
        for place, (name, kind) in enumerate(zip(self._listed, self._kind, strict=True)):
            if not name.screenable:
                continue
            weights = [token.weights[kind] for token in name.tokens]
            weight[place] = sum(weights)
            for token in dict.fromkeys(name.tokens):
                postings[number.setdefault(token, len(number))].append(place)
            for start in range(len(name.tokens)):
                text = name.tokens[start].form
                for end in range(start + 1, len(name.tokens)):
                    text += name.tokens[end].form
                    spans[text].append((place, sum(weights[start : end + 1])))
        self._vocabulary = list(number)
        self._postings = [np.array(postings[u], dtype=np.int64) for u in range(len(number))]
        self._spans = dict(spans)
        self._by_form: dict[str, list[int]] = defaultdict(list)
        for u, token in enumerate(self._vocabulary):
            self._by_form[token.form].append(u)
        self._prefixes = {form[:cut] for form in self._by_form for cut in range(1, len(form))}
        self._weight = weight

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
        rows, places = self._candidates(batch, threshold)
        found = self._score(distinct, rows, places, threshold)
        strange = distinct.filter(pl.Series(batch.unscreenable))
        unscreenable = pl.DataFrame({"query": strange}).with_columns(status=pl.lit("unscreenable"))
        answer = pl.concat([found, unscreenable], how="diagonal")
        return (
            frame.join(answer, on="query", how="inner")
            .select(pl.col(name).cast(kind) for name, kind in SEARCH.items())
            .sort("query_id", pl.col("score"), "reference", descending=[False, True, False], nulls_last=True)
        )

    def _score(self, distinct: pl.Series, rows: Any, places: Any, threshold: float) -> pl.DataFrame:
        texts = distinct.gather(pl.Series(rows, dtype=pl.UInt32)).to_list() if len(rows) else []
        scores = []
        prepared: dict[str, Name] = {}
        for text, place in zip(texts, places, strict=True):
            name = prepared.get(text) or prepared.setdefault(text, prepare(text))
            scores.append(score(name, self._listed[place], KINDS[self._kind[place]]))  # type: ignore[arg-type]
        listed = self.names[places] if len(rows) else self.names.clear()
        return (
            listed.select("reference", pl.col("name").alias("listed_name"), "name_type", "quality", "weak")
            .with_columns(
                query=pl.Series(texts, dtype=pl.String),
                status=pl.lit("hit"),
                score=pl.Series(scores, dtype=pl.Float64),
                place=pl.Series(places, dtype=pl.Int64),
            )
            .filter(pl.col("score") >= threshold)
            .sort("score", "place", descending=[True, False])
            .unique(["query", "reference"], keep="first", maintain_order=True)
            .drop("place")
        )

    def _candidates(self, batch: Batch, threshold: float) -> tuple[Any, Any]:
        tokens = list(batch.tokens)
        columns: list[tuple[int, int, float, float, float, float]] = []
        earn: dict[str, list[Any]] = {key: [] for key in ("token", "name", "earn", "own", "cover", "agree")}

        def add(token: int, places: Any, own: Any, cover: Any, alike: float, agree: Any) -> None:
            earn["token"].append(np.full(len(places), token))
            earn["name"].append(places)
            earn["own"].append(np.broadcast_to(own, len(places)))
            earn["cover"].append(np.broadcast_to(cover, len(places)))
            earn["agree"].append(np.broadcast_to(agree, len(places)))
            earn["earn"].append(np.broadcast_to(agree, len(places)) * alike)

        for t, u in similar_pairs(tokens, self._vocabulary):
            a, b = tokens[t], self._vocabulary[u]
            for k in (0, 1):
                alike, how = similarity(a, b, KINDS[k])  # type: ignore[arg-type]
                if not alike:
                    continue
                places = self._postings[u]
                places = places[self._kind[places] == k]
                if not len(places):
                    continue
                agree = min(a.weights[k], b.weights[k])
                cover = b.weights[k]
                if how == "initial":
                    cover -= (1 - INITIAL_COVER) * max(0.0, b.weights[k] - agree)
                add(t, places, a.weights[k], cover, alike, agree)
        for t, token in enumerate(tokens):
            if len(token.form) > 2 and token.form in self._spans:
                places = np.array([place for place, _ in self._spans[token.form]])
                cover = np.array([w for _, w in self._spans[token.form]])
                own = np.array(token.weights)[self._kind[places]]
                add(t, places, own, cover, GLUED, np.minimum(own, cover))
        extra_rows, extra_ids = [], []
        for row, span in self._query_spans(batch):
            text = "".join(tokens[t].form for t in span)
            pseudo = len(tokens) + len(extra_ids)
            for u in self._by_form[text]:
                places = self._postings[u]
                kinds = self._kind[places]
                own = np.array([sum(tokens[t].weights[k] for t in span) for k in (0, 1)])[kinds]
                cover = np.array(self._vocabulary[u].weights)[kinds]
                add(pseudo, places, own, cover, GLUED, np.minimum(own, cover))
            extra_rows.append(row)
            extra_ids.append(pseudo)
        if not earn["token"]:
            return [], []
        data = {key: np.concatenate(value) for key, value in earn.items()}
        width = len(tokens) + len(extra_ids)
        code = data["token"].astype(np.int64) * len(self) + data["name"]
        order = np.argsort(code, kind="stable")
        code = code[order]
        first = np.concatenate([[True], code[1:] != code[:-1]]).nonzero()[0]
        best = {
            key: np.maximum.reduceat(data[key][order], first) for key in ("earn", "own", "cover", "agree")
        }
        coords = (code[first] // len(self), code[first] % len(self))
        shape = (width, len(self))
        can = sparse.csr_array((best["earn"] + 1j * best["own"], coords), shape=shape)
        covers = sparse.csr_array((best["cover"] + 1j * best["agree"], coords), shape=shape)
        rows = np.repeat(np.arange(len(batch)), np.diff(batch.starts))
        all_rows = np.concatenate([rows, np.array(extra_rows, dtype=np.int64)])
        all_ids = np.concatenate([batch.ids, np.array(extra_ids, dtype=np.int64)])
        queries = sparse.csr_array((np.ones(len(all_rows)), (all_rows, all_ids)), shape=(len(batch), width))
        token_weight = np.array([token.weights for token in tokens]).reshape(-1, 2)
        query_weight = np.stack(
            [np.bincount(rows, token_weight[batch.ids, k], minlength=len(batch)) for k in (0, 1)], axis=1
        )
        return candidates(queries, query_weight, can, covers, self._weight, self._kind, threshold)

    def _query_spans(self, batch: Batch) -> Iterable[tuple[int, tuple[int, ...]]]:
        """Neighbouring tokens of a query that spell one listed token when written together."""
        forms = [token.form for token in batch.tokens]
        starts_one = np.array([form in self._prefixes for form in forms], dtype=bool)
        begin = np.nonzero(starts_one[batch.ids])[0]
        row_of = np.repeat(np.arange(len(batch)), np.diff(batch.starts))
        end_of_row = batch.starts[row_of[begin] + 1]
        for position, end in zip(begin.tolist(), end_of_row.tolist(), strict=True):
            text = forms[batch.ids[position]]
            for last in range(position + 1, end):
                text += forms[batch.ids[last]]
                if text in self._by_form and len(text) > 2:
                    yield int(row_of[position]), tuple(batch.ids[position : last + 1].tolist())
                if text not in self._prefixes:
                    break
