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
from screening.names.comparison import (
    GLUED,
    SHORTEST_CUT,
    SCORE_VERSION,
    cut_option,
    listed_spans,
    pair_option,
    score,
    span_option,
    units,
)
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
        self._listed: list[Name] = [prepare(name) for name in self.names["name"]]
        self._kind = np.array([KINDS.index(kind) for kind in self.names["kind"]], dtype=np.int64)
        number: dict[Token, int] = {}
        postings: dict[tuple[int, int], list[int]] = defaultdict(list)
        spans: dict[str, list[tuple[int, float, float]]] = defaultdict(list)
        weight = np.zeros(len(self._listed))
        for place, (name, kind) in enumerate(zip(self._listed, self._kind, strict=True)):
            if not name.screenable:
                continue
            weights = [token.weights[kind] for token in name.tokens]
            weight[place] = sum(weights)
            for token in dict.fromkeys(token for _, token in units(name)):
                postings[number.setdefault(token, len(number)), int(kind)].append(place)
            for text, (span, alike) in listed_spans(name, KINDS[kind]).items():  # type: ignore[arg-type]
                if len(text) > 1:
                    spans[text].append((place, sum(weights[j] for j in span), alike))
        self._vocabulary = list(number)
        slots = [postings.get((u, k), []) for u in range(len(number)) for k in (0, 1)]
        self._counts = np.array([len(slot) for slot in slots], dtype=np.int64).reshape(-1, 2).T
        self._posting_starts = np.concatenate([[0], np.cumsum([len(slot) for slot in slots])]).astype(
            np.int64
        )
        self._postings = np.array([place for slot in slots for place in slot], dtype=np.int64)
        self._spans = dict(spans)
        self._by_surface: dict[str, list[int]] = defaultdict(list)
        self._by_prefix: dict[str, list[int]] = defaultdict(list)
        for u, token in enumerate(self._vocabulary):
            if len(token.surface) > 1:
                self._by_surface[token.surface].append(u)
            for cut in range(1, len(token.form)):
                self._by_prefix[token.form[:cut]].append(u)
        self._prefixes = {surface[:cut] for surface in self._by_surface for cut in range(1, len(surface))}
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
        spans = list(self._query_spans(batch))
        cuts = self._cuts(batch, first=len(tokens) + len(spans))
        parts = [
            self._spread(self._similarities(tokens)),
            self._from_listed_spans(tokens),
            self._from_query_spans(batch, spans),
            self._spread(self._cut_options(tokens, cuts)),
        ]
        data = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
        width = len(tokens) + len(spans) + len(cuts)
        code = data["token"] * len(self) + data["name"]
        order = np.argsort(code, kind="stable")
        code = code[order]
        first = np.flatnonzero(np.diff(code, prepend=-1))
        if not len(first):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        best = {
            key: np.maximum.reduceat(data[key][order], first) for key in ("earn", "own", "cover", "agree")
        }
        rows = np.repeat(np.arange(len(batch)), np.diff(batch.starts))
        last = batch.ids[batch.starts[1:] - 1]
        ends = np.flatnonzero(np.isin(last, list(cuts)) & (np.diff(batch.starts) > 1))
        all_rows = np.concatenate(
            [rows, batch.whole_rows, np.array([row for row, _ in spans], dtype=np.int64), ends]
        )
        cut_ids = np.array([cuts[token] for token in last[ends].tolist()], dtype=np.int64)
        all_ids = np.concatenate(
            [batch.ids, batch.whole_ids, np.arange(len(tokens), len(tokens) + len(spans)), cut_ids]
        )
        token_weight = np.array([token.weights for token in tokens]).reshape(-1, 2)
        query_weight = np.stack(
            [np.bincount(rows, token_weight[batch.ids, k], minlength=len(batch)) for k in (0, 1)], axis=1
        )
        worth = Worth(token=code[first] // len(self), name=code[first] % len(self), width=width, **best)
        return candidates(
            all_rows, all_ids, query_weight, batch.full_line, worth, self._weight, self._kind, threshold
        )

    def _similarities(self, tokens: list[Token]) -> list[tuple[float, ...]]:
        """Every pair of similar tokens, for each kind: what it is worth on both sides."""
        return [
            (t, u, k, o.weight * o.alike, o.own, o.cover, o.weight)
            for t, u in similar_pairs(tokens, self._vocabulary)
            for k in (0, 1)
            if self._counts[k, u]
            and (o := pair_option((), tokens[t], (), self._vocabulary[u], KINDS[k])) is not None  # type: ignore[arg-type]
        ]

    def _cuts(self, batch: Batch, *, first: int) -> dict[int, int]:
        """Tokens that end a query and begin a longer listed token, each with an id of its own."""
        long = np.diff(batch.starts) > 1
        last = batch.ids[batch.starts[1:] - 1]
        ending = np.unique(last[long]).tolist()
        short = set(last[long & batch.full_line].tolist())
        ending = [
            t
            for t in ending
            if (form := batch.tokens[t].form) in self._by_prefix and (len(form) >= SHORTEST_CUT or t in short)
        ]
        return {t: first + place for place, t in enumerate(ending)}

    def _cut_options(self, tokens: list[Token], cuts: dict[int, int]) -> list[tuple[float, ...]]:
        return [
            (pseudo, u, k, o.weight * o.alike, o.own, o.cover, o.weight)
            for t, pseudo in [*cuts.items(), *((t, t) for t, token in enumerate(tokens) if token.abbreviated)]
            for u in self._by_prefix.get(tokens[t].form, ())
            for k in (0, 1)
            if self._counts[k, u]
            and (o := cut_option((), tokens[t], (), self._vocabulary[u], KINDS[k])) is not None  # type: ignore[arg-type]
        ]

    def _spread(self, options: list[tuple[float, ...]]) -> dict[str, Any]:
        """Options between tokens, spread over the listed names that hold the listed token."""
        token, listed, kind, *values = np.array(options, dtype=np.float64).reshape(-1, 7).T
        slot = (listed * 2 + kind).astype(np.int64)
        count = self._posting_starts[slot + 1] - self._posting_starts[slot]
        return {
            "token": np.repeat(token.astype(np.int64), count),
            "name": self._postings[ranges(self._posting_starts[slot], count)],
            **{
                key: np.repeat(v, count)
                for key, v in zip(("earn", "own", "cover", "agree"), values, strict=True)
            },
        }

    def _from_listed_spans(self, tokens: list[Token]) -> dict[str, Any]:
        """One token of the query that spells several neighbouring tokens of a listed name."""
        found = []
        for t, token in enumerate(tokens):
            for place, cover, alike in self._spans.get(token.surface, ()):
                o = span_option((), token.weights[self._kind[place]], (), cover, alike)
                found.append((t, place, o.weight * o.alike, o.own, o.cover, o.weight))
        return _columns(found)

    def _from_query_spans(self, batch: Batch, spans: list[tuple[int, tuple[int, ...]]]) -> dict[str, Any]:
        """Neighbouring tokens of the query that spell one token of a listed name."""
        found = []
        for position, (_, span) in enumerate(spans, start=len(batch.tokens)):
            text = "".join(batch.tokens[t].surface for t in span)
            for u in self._by_surface[text]:
                for k in (0, 1):
                    own = sum(batch.tokens[t].weights[k] for t in span)
                    o = span_option((), own, (), self._vocabulary[u].weights[k], GLUED)
                    slot = 2 * u + k
                    for place in self._postings[self._posting_starts[slot] : self._posting_starts[slot + 1]]:
                        found.append((position, place, o.weight * o.alike, o.own, o.cover, o.weight))
        return _columns(found)

    def _query_spans(self, batch: Batch) -> Iterable[tuple[int, tuple[int, ...]]]:
        """Neighbouring tokens of a query that spell one listed token when written together."""
        surfaces = [token.surface for token in batch.tokens]
        begins = np.array([surface in self._prefixes for surface in surfaces], dtype=bool)
        begin = np.flatnonzero(begins[batch.ids])
        row_of = np.repeat(np.arange(len(batch)), np.diff(batch.starts))
        end_of_row = batch.starts[row_of[begin] + 1]
        for position, end in zip(begin.tolist(), end_of_row.tolist(), strict=True):
            text = surfaces[batch.ids[position]]
            for last in range(position + 1, end):
                text += surfaces[batch.ids[last]]
                if text in self._by_surface:
                    yield int(row_of[position]), tuple(batch.ids[position : last + 1].tolist())
                if text not in self._prefixes:
                    break


def _columns(found: list[tuple[float, ...]]) -> dict[str, Any]:
    token, name, *values = np.array(found, dtype=np.float64).reshape(-1, 6).T
    return {
        "token": token.astype(np.int64),
        "name": name.astype(np.int64),
        **dict(zip(("earn", "own", "cover", "agree"), values, strict=True)),
    }
