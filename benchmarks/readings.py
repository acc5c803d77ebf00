"""Scores read off at a threshold: the rows of the board."""

from __future__ import annotations

from math import fsum
from typing import TYPE_CHECKING, Final

import polars as pl

from board import Row, plain, share
from measures import IN_TEXTS, NOBODY, OWN_SCRIPT, SOMEBODY
from screening.validation.manipulations import MANIPULATIONS

if TYPE_CHECKING:
    from measures import Scores
    from screening.policy import Policy

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


def mean_recall(planted: pl.DataFrame, threshold: float, channel: str = "name") -> float:
    recalls = class_recalls(planted.filter(pl.col("channel") == channel), threshold)
    return fsum(recalls.values()) / len(recalls) if recalls else 0.0


def rows_of(scores: Scores, section: str, policy: Policy) -> list[Row]:
    """The board at the default thresholds of a policy."""
    return [
        *_pair_rows(scores.pairs, section, policy.names.threshold),
        *_recall_rows(scores.planted, section, policy),
        *_field_rows(scores.fields, section, policy),
        *_alone_rows(scores.alone, section, policy.names.text_threshold),
        *_alias_rows(scores, section, policy.names.threshold),
        *_innocent_rows(scores.innocents, section, policy),
        *_peer_rows(scores.peers, section),
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


def _field_rows(fields: pl.DataFrame, section: str, policy: Policy) -> list[Row]:
    names, measure = policy.names, "listed names found in a party field with more"
    found = (fields["as_name"] >= names.threshold) | (fields["as_text"] >= names.text_threshold)
    settings = fields.select("setting", found=found).partition_by("setting", maintain_order=True)
    return [
        share(section, measure, part["setting"][0], int(part["found"].sum()), len(part)) for part in settings
    ]


def _alone_rows(alone: pl.DataFrame, section: str, threshold: float) -> list[Row]:
    primary = alone.filter(pl.col("name_type") == "primary")
    return [
        share(
            section,
            "listed names found in a text that is the name",
            item,
            count(part["score"], threshold),
            len(part),
        )
        for item, part in (("all", alone), ("primary", primary))
    ]


def _recall_rows(planted: pl.DataFrame, section: str, policy: Policy) -> list[Row]:
    rows = []
    firm = planted.filter(~pl.col("weak"))
    for manipulation in sorted(MANIPULATIONS, key=lambda each: each.channel):
        threshold = policy.names.threshold if manipulation.channel == "name" else policy.names.text_threshold
        part = firm.filter(pl.col("manipulation") == manipulation.name)["score"]
        if len(part):
            measure = f"recall of manipulated names, {manipulation.channel} channel"
            found, least = count(part, threshold), manipulation.minimum_recall
            rows.append(share(section, measure, manipulation.name, found, len(part), reach=least))
    for name in IN_TEXTS:
        part = firm.filter(pl.col("manipulation") == f"{name} in a text")["score"]
        measure, found = "recall of manipulated names, text channel", count(part, policy.names.text_threshold)
        rows.append(share(section, measure, f"{name} in a text", found, len(part)))
    measure = "recall of manipulated names, mean of classes"
    threshold = policy.names.threshold
    slices = {
        "people": firm.filter(pl.col("kind") == "individual"),
        "entities": firm.filter(pl.col("kind") == "entity"),
        "low-quality aliases": planted.filter("weak"),
    }
    return [
        *rows,
        plain(section, measure, "all", mean_recall(firm, threshold), reach=_RECALL),
        *(plain(section, measure, item, mean_recall(part, threshold)) for item, part in slices.items()),
        plain(section, measure, "all, suspended", mean_recall(firm, policy.outcomes.suspend_at)),
    ]


def _alias_rows(scores: Scores, section: str, threshold: float) -> list[Row]:
    rows = []
    for quality, reach in (("Good", _GOOD_ALIASES), ("Low", None), (OWN_SCRIPT, None)):
        measure = "alias found through the other names of its entry"
        part = scores.aliases.filter(pl.col("quality") == quality)["score"]
        if len(part):
            rows.append(share(section, measure, quality, count(part, threshold), len(part), reach=reach))
    for quality, reach in (("Good", _STRANGERS), ("Low", None), (OWN_SCRIPT, None)):
        measure = "other entries per alias asked"
        asked = scores.aliases.filter(pl.col("quality") == quality).height
        others = count(scores.strangers.filter(pl.col("quality") == quality)["score"], threshold)
        if asked:
            rows.append(plain(section, measure, quality, others / asked, better="lower", reach=reach))
    return rows


def _innocent_rows(innocents: pl.DataFrame, section: str, policy: Policy) -> list[Row]:
    names, outcomes = policy.names, policy.outcomes
    judged = innocents.select(
        "group",
        "region",
        hit=pl.col("any") >= names.threshold,
        text_hit=pl.col("any") >= names.text_threshold,
        in_field=(pl.col("any") >= names.threshold) | (pl.col("in_field") >= names.text_threshold),
        strong=pl.col("strong") >= names.threshold,
        suspended=(pl.col("strong") >= outcomes.suspend_at) | (pl.col("weak") >= outcomes.suspend_weak_at),
    )
    groups = {group: judged.filter(pl.col("group") == group) for group in judged["group"].unique()}
    rows = []

    def add(item: str, alerts: pl.Series, *, reach: float | None = None) -> None:
        measure, found = "alerts per 1,000 innocents", int(alerts.sum())
        rows.append(share(section, measure, item, found, len(alerts), better="lower", per=1000, reach=reach))

    for group, reach in (("people", _PEOPLE), ("recombined", _RECOMBINED), ("companies", None)):
        add(group, groups[group]["hit"], reach=reach)
        add(f"{group}, weak aliases aside", groups[group]["strong"])
        add(f"{group}, suspended", groups[group]["suspended"])
        add(f"{group}, as a party field is read", groups[group]["in_field"])
    for region in sorted(groups["people"]["region"].unique()):
        add(f"people, {region}", groups["people"].filter(pl.col("region") == region)["hit"])
    for group in (SOMEBODY, NOBODY):
        add(group, groups[group]["text_hit"])
    return rows


def _peer_rows(peers: pl.DataFrame, section: str) -> list[Row]:
    """RapidFuzz's scorers on the same names, for the scale."""
    rows = []
    for scorer, alerts, people, found, aliases, strangers in peers.rows():
        measure = f"for the scale: {scorer}"
        rows += [
            share(section, measure, "alerts per 1,000 people", alerts, people, better="lower", per=1000),
            share(section, measure, "Good aliases found", found, aliases),
            plain(section, measure, "other entries per Good alias", strangers / aliases, better="lower"),
        ]
    return rows
