"""Scores read off at a threshold: the rows of the board."""

from __future__ import annotations

from math import fsum
from typing import TYPE_CHECKING, Final

import polars as pl

from board import Row, plain, share
from screening.validation.manipulations import MANIPULATIONS

if TYPE_CHECKING:
    from measures import Scores
    from screening.policy import Policy

NOT_PEOPLE: Final = ("companies", "recombined", "texts")
"""Groups of innocents that are none of the world's people."""

# To reach, at the default policy.
_F1: Final = 0.84
_RECALL: Final = 0.975
_GOOD_ALIASES: Final = 0.75
_STRANGERS: Final = 1.0
_PEOPLE: Final = 1.0
_RECOMBINED: Final = 80.0


def count(scores: pl.Series, threshold: float) -> int:
    return int((scores >= threshold).sum())


def confusion(pairs: pl.DataFrame, threshold: float) -> tuple[int, int, int]:
    """Pairs found, predicted and true."""
    hit = pairs["score"] >= threshold
    return int((hit & pairs["is_match"]).sum()), int(hit.sum()), int(pairs["is_match"].sum())


def f1(pairs: pl.DataFrame, threshold: float) -> float | None:
    found, predicted, true = confusion(pairs, threshold)
    return 2 * found / (predicted + true) if predicted + true else None


def class_recalls(planted: pl.DataFrame, threshold: float) -> dict[str, float]:
    shares = planted.group_by("manipulation").agg((pl.col("score") >= threshold).mean()).sort("manipulation")
    return dict(shares.rows())


def mean_recall(planted: pl.DataFrame, threshold: float) -> float:
    recalls = class_recalls(planted.filter(pl.col("channel") == "name"), threshold)
    return fsum(recalls.values()) / len(recalls) if recalls else 0.0


def rows_of(scores: Scores, section: str, policy: Policy) -> list[Row]:
    """The board at the default thresholds of a policy."""
    threshold = policy.names.threshold
    return [
        *_pair_rows(scores.pairs, section, threshold),
        *_recall_rows(scores.planted, section, threshold, policy.outcomes.suspend_at),
        *_alias_rows(scores, section, threshold),
        *_innocent_rows(scores.innocents, section, policy),
    ]


def _pair_rows(pairs: pl.DataFrame, section: str, threshold: float) -> list[Row]:
    if pairs.is_empty():
        return []
    slices = {"all": pairs}
    for column in ("schema", "quality"):
        parts = pairs.filter(pl.col("is_match").any().over(column))  # without a true pair there is no recall
        for value in sorted(parts[column].unique()):
            slices[value] = parts.filter(pl.col(column) == value)
    counts = {item: confusion(part, threshold) for item, part in slices.items()}
    firm = pairs.filter(pl.col("quality") == "STRONG")
    failed = int(((firm["score"] >= threshold) != firm["is_match"]).sum())
    return [
        *(
            share(section, "labelled pairs, precision", item, found, predicted)
            for item, (found, predicted, _) in counts.items()
        ),
        *(
            share(section, "labelled pairs, recall", item, found, true)
            for item, (found, _, true) in counts.items()
        ),
        *(
            plain(
                section, "labelled pairs, F1", item, f1(part, threshold), reach=_F1 if item == "all" else None
            )
            for item, part in slices.items()
        ),
        share(
            section, "labelled pairs, STRONG failures", "all", failed, firm.height, better="lower", reach=0
        ),
    ]


def _recall_rows(planted: pl.DataFrame, section: str, threshold: float, suspend_at: float) -> list[Row]:
    rows = []
    firm = planted.filter(~pl.col("weak"))
    for channel in ("name", "text"):
        measure = f"recall of manipulated names, {channel} channel"
        for manipulation in MANIPULATIONS:
            part = firm.filter((pl.col("manipulation") == manipulation.name) & (pl.col("channel") == channel))
            if part.is_empty():
                continue
            if part["score"].null_count():
                rows.append(plain(section, measure, manipulation.name, None))
                continue
            least = manipulation.minimum_recall
            rows.append(
                share(
                    section,
                    measure,
                    manipulation.name,
                    count(part["score"], threshold),
                    part.height,
                    reach=least,
                )
            )
    measure = "recall of manipulated names, mean of classes"
    rows += [
        plain(section, measure, "hit", mean_recall(firm, threshold), reach=_RECALL),
        plain(section, measure, "hit that suspends", mean_recall(firm, suspend_at)),
        plain(
            section,
            measure,
            "hit, people",
            mean_recall(firm.filter(pl.col("kind") == "individual"), threshold),
        ),
        plain(
            section, measure, "hit, entities", mean_recall(firm.filter(pl.col("kind") == "entity"), threshold)
        ),
        plain(section, measure, "hit, low-quality aliases", mean_recall(planted.filter("weak"), threshold)),
    ]
    return rows


def _alias_rows(scores: Scores, section: str, threshold: float) -> list[Row]:
    rows = []
    for quality, reach in (("Good", _GOOD_ALIASES), ("Low", None)):
        part = scores.aliases.filter(pl.col("quality") == quality)["score"]
        if len(part):
            found = count(part, threshold)
            rows.append(
                share(
                    section,
                    "alias found through the other names of its entry",
                    quality,
                    found,
                    len(part),
                    reach=reach,
                )
            )
    for quality in ("Good", "Low"):
        asked = scores.aliases.filter(pl.col("quality") == quality).height
        others = count(scores.strangers.filter(pl.col("quality") == quality)["score"], threshold)
        if asked:
            measure = "other entries per alias asked"
            reach = _STRANGERS if quality == "Good" else None
            rows.append(plain(section, measure, quality, others / asked, better="lower", reach=reach))
    return rows


def _innocent_rows(innocents: pl.DataFrame, section: str, policy: Policy) -> list[Row]:
    firm_at, weak_at = policy.outcomes.suspend_at, policy.outcomes.suspend_weak_at
    judged = innocents.select(
        "group",
        hit=(pl.col("any") >= policy.names.threshold).fill_null(value=False),
        strong=(pl.col("strong") >= policy.names.threshold).fill_null(value=False),
        suspends=((pl.col("strong") >= firm_at).fill_null(value=False))
        | ((pl.col("weak") >= weak_at).fill_null(value=False)),
    )
    crowd = judged.filter(~pl.col("group").is_in(list(NOT_PEOPLE)))
    rows = []

    def add(item: str, part: pl.Series, *, reach: float | None = None) -> None:
        measure = "alerts per 1,000 innocents"
        rows.append(
            share(section, measure, item, int(part.sum()), len(part), better="lower", per=1000, reach=reach)
        )

    add("people", crowd["hit"], reach=_PEOPLE)
    add("people, weak aliases aside", crowd["strong"])
    add("people, suspended", crowd["suspends"])
    for region in sorted(crowd["group"].unique()):
        add(f"people, {region}", crowd.filter(pl.col("group") == region)["hit"])
    mixed = judged.filter(pl.col("group") == "recombined")
    add("recombined", mixed["hit"], reach=_RECOMBINED)
    add("recombined, weak aliases aside", mixed["strong"])
    add("recombined, suspended", mixed["suspends"])
    firms = judged.filter(pl.col("group") == "companies")
    add("companies", firms["hit"])
    add("companies, suspended", firms["suspends"])
    texts = judged.filter(pl.col("group") == "texts")
    if texts.is_empty():
        rows.append(plain(section, "alerts per 1,000 innocents", "texts", None, better="lower"))
    else:
        add("texts", texts["hit"])
    return rows
