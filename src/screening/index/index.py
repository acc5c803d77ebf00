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
from screening.index.batch import Batch, Ints, ranges, tokenise_batch
from screening.index.bound import Worth, candidates
from screening.index.neighbours import similar_pairs
from screening.names.comparison import GLUED, INITIAL_COVER, SCORE_VERSION, Name, prepare, score, similarity
from screening.names.lexicon import LEXICON_SHA256
from screening.names.normalise import KINDS
from screening.policy import Policy
from screening.schemas import LISTED_NAMES, SEARCH

if TYPE_CHECKING:
    from screening.designations import Provenance, SanctionsList
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
        self.provenance: Provenance = sanctions.provenance
        self.identifiers: pl.DataFrame = sanctions.identifiers.join(names, on="reference", how="semi")
        self._prepare(names)

    def _prepare(self, names: pl.DataFrame) -> None:
        order = pl.col("name_type").replace_strict({n: i for i, n in enumerate(_TYPE_ORDER)}, default=99)
        names = names.cast(dict(LISTED_NAMES)).sort("reference", order, "weak", "name")  # type: ignore[arg-type]
        self.names = names.unique(["reference", "name"], keep="first", maintain_order=True)
        self._listed: list[Name] = [prepare(name) for name in self.names["name"]]
        self._kind = np.array([KINDS.index(kind) for kind in self.names["kind"]], dtype=np.int64)
        number: dict[Token, int] = {}
        postings: dict[tuple[int, int], list[int]] = defaultdict(list)
        spans: dict[str, list[tuple[int, float]]] = defaultdict(list)
        weight = np.zeros(len(self._listed))
        for place, (name, kind) in enumerate(zip(self._listed, self._kind, strict=True)):
            if not name.screenable:
                continue
            weights = [token.weights[kind] for token in name.tokens]
            weight[place] = sum(weights)
            for token in dict.fromkeys(name.tokens):
                postings[number.setdefault(token, len(number)), int(kind)].append(place)
            for start in range(len(name.tokens)):
                text = name.tokens[start].form
                for end in range(start + 1, len(name.tokens)):
                    text += name.tokens[end].form
                    spans[text].append((place, sum(weights[start : end + 1])))
        self._vocabulary = list(number)
        slots = [postings.get((u, k), []) for u in range(len(number)) for k in (0, 1)]
        self._counts = np.array([len(slot) for slot in slots], dtype=np.int64).reshape(-1, 2).T
        self._posting_starts = np.concatenate([[0], np.cumsum([len(slot) for slot in slots])]).astype(np.int64)
        self._postings = np.array([place for slot in slots for place in slot], dtype=np.int64)
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
        rows, places = self._candidates(batch, threshold)
        texts = distinct.gather(pl.Series(rows, dtype=pl.UInt32))
        prepared = {text: prepare(text) for text in texts.unique()}
        scores = [
            score(prepared[text], self._listed[place], KINDS[self._kind[place]])  # type: ignore[arg-type]
            for text, place in zip(texts, places.tolist(), strict=True)
        ]
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

    def _candidates(self, batch: Batch, threshold: float) -> tuple[Ints, Ints]:
        tokens = batch.tokens
        alike = self._similarities(tokens)
        spans = list(self._query_spans(batch))
        parts = [self._from_tokens(tokens, alike), self._from_listed_spans(tokens), self._from_query_spans(batch, spans)]
        data = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
        width = len(tokens) + len(spans)
        code = data["token"] * len(self) + data["name"]
        order = np.argsort(code, kind="stable")
        code = code[order]
        first = np.flatnonzero(np.diff(code, prepend=-1))
        if not len(first):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        best = {key: np.maximum.reduceat(data[key][order], first) for key in ("earn", "own", "cover", "agree")}
        rows = np.repeat(np.arange(len(batch)), np.diff(batch.starts))
        all_rows = np.concatenate([rows, np.array([row for row, _ in spans], dtype=np.int64)])
        all_ids = np.concatenate([batch.ids, np.arange(len(tokens), width)])
        token_weight = np.array([token.weights for token in tokens]).reshape(-1, 2)
        query_weight = np.stack(
            [np.bincount(rows, token_weight[batch.ids, k], minlength=len(batch)) for k in (0, 1)], axis=1
        )
        worth = Worth(
            token=code[first] // len(self), name=code[first] % len(self), width=width, **best
        )
        return candidates(
            all_rows, all_ids, query_weight, worth, self._weight, self._kind, threshold
        )

    def _similarities(self, tokens: list[Token]) -> dict[str, Any]:
        """Every pair of similar tokens, for each kind: what it is worth on both sides."""
        found: list[tuple[int, int, int, float, float, float, float]] = []
        for t, u in similar_pairs(tokens, self._vocabulary):
            a, b = tokens[t], self._vocabulary[u]
            for k, kind in enumerate(KINDS):
                if not self._counts[k, u]:
                    continue
                alike, how = similarity(a, b, kind)  # type: ignore[arg-type]
                if alike:
                    agree = min(a.weights[k], b.weights[k])
                    cover = b.weights[k]
                    if how == "initial":
                        cover -= (1 - INITIAL_COVER) * max(0.0, b.weights[k] - agree)
                    found.append((t, u, k, alike, a.weights[k], cover, agree))
        columns = ("token", "listed", "kind", "alike", "own", "cover", "agree")
        return dict(zip(columns, np.array(found).reshape(-1, 7).T, strict=True))

    def _from_tokens(self, tokens: list[Token], alike: dict[str, Any]) -> dict[str, Any]:
        """Similar tokens, spread over the listed names that hold them."""
        slot = (alike["listed"] * 2 + alike["kind"]).astype(np.int64)
        count = self._posting_starts[slot + 1] - self._posting_starts[slot]
        spread = {key: np.repeat(alike[key], count) for key in ("token", "alike", "own", "cover", "agree")}
        return {
            "token": spread["token"].astype(np.int64),
            "name": self._postings[ranges(self._posting_starts[slot], count)],
            "earn": spread["alike"] * spread["agree"],
            **{key: spread[key] for key in ("own", "cover", "agree")},
        }

    def _from_listed_spans(self, tokens: list[Token]) -> dict[str, Any]:
        """One token of the query that spells several neighbouring tokens of a listed name."""
        found = [
            (t, place, token.weights[self._kind[place]], cover)
            for t, token in enumerate(tokens)
            if len(token.form) > 2
            for place, cover in self._spans.get(token.form, ())
        ]
        return _glued(found)

    def _from_query_spans(self, batch: Batch, spans: list[tuple[int, tuple[int, ...]]]) -> dict[str, Any]:
        """Neighbouring tokens of the query that spell one token of a listed name."""
        found = []
        for position, (_, span) in enumerate(spans, start=len(batch.tokens)):
            text = "".join(batch.tokens[t].form for t in span)
            for u in self._by_form[text]:
                for k in (0, 1):
                    own = sum(batch.tokens[t].weights[k] for t in span)
                    slot = 2 * u + k
                    for place in self._postings[self._posting_starts[slot] : self._posting_starts[slot + 1]]:
                        found.append((position, place, own, self._vocabulary[u].weights[k]))
        return _glued(found)

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


def _glued(found: list[tuple[int, int, float, float]]) -> dict[str, Any]:
    token, name, own, cover = np.array(found, dtype=np.float64).reshape(-1, 4).T
    agree = np.minimum(own, cover)
    return {
        "token": token.astype(np.int64),
        "name": name.astype(np.int64),
        "earn": agree * GLUED,
        "own": own,
        "cover": cover,
        "agree": agree,
    }
