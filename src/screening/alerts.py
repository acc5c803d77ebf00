"""Hits and flags -> alerts: one row per payment that a person must see, and why.

Two channels that never mix. The list channel looks at hits alone and takes the gravest of their tiers.
The rule channel looks at flags alone: families of rules add up to a score under caps, context raises it,
and the score gives MONITOR, REVIEW or HOLD. The graver of both is the outcome.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from screening.corroboration.tiers import suspends_at, with_tiers
from screening.policy import OUTCOMES, OutcomePolicy
from screening.rules import FAMILIES
from screening.schemas import ALERTS

__all__ = ["gravity", "list_outcomes", "raise_alerts", "rule_outcomes"]

_LEVEL: Final = {outcome: level for level, outcome in enumerate(OUTCOMES, start=1)}
_CLEAR: Final = 0  # level of a rule score too low for any outcome


def raise_alerts(
    hits: pl.DataFrame, flags: pl.DataFrame, *, policy: OutcomePolicy | None = None
) -> pl.DataFrame:
    """Join both channels into ALERTS, the gravest first.

    Args:
        hits: HITS.
        flags: FLAGS, each with its family and weight.
        policy: Bands, caps and forced outcomes.

    Returns:
        One row per payment with an outcome, ordered by outcome, score, rule score and id.

    Example:
        >>> from screening.schemas import FLAGS, HITS
        >>> raise_alerts(HITS.to_frame(), FLAGS.to_frame()).schema == ALERTS
        True
    """
    policy = policy or OutcomePolicy()
    listed = list_outcomes(hits, policy=policy)
    ruled = rule_outcomes(_of_consequence(flags, policy), policy=policy).filter(pl.col("level") > _CLEAR)
    both = listed.join(ruled, on="transaction_id", how="full", coalesce=True, suffix="_ruled")
    level = pl.max_horizontal("level", "level_ruled")
    return (
        both.with_columns(level=level)
        .with_columns(
            outcome=pl.col("level").replace_strict(
                {value: key for key, value in _LEVEL.items()}, return_dtype=pl.String
            ),
            references=pl.col("references").fill_null([]),
            rules=pl.col("rules").fill_null([]),
            reasons=pl.concat_list(pl.col("reasons").fill_null([]), pl.col("reasons_ruled").fill_null([])),
        )
        .sort(
            ["level", "score", "rule_score", "transaction_id"],
            descending=[True, True, True, False],
            nulls_last=True,
        )
        .select(pl.col(name).cast(kind) for name, kind in ALERTS.items())
    )


def gravity() -> pl.Expr:
    """The outcome of an alert as a number, the gravest highest."""
    return pl.col("outcome").replace_strict(_LEVEL, return_dtype=pl.Int32)


def list_outcomes(hits: pl.DataFrame, *, policy: OutcomePolicy | None = None) -> pl.DataFrame:
    """Gather hits, each with its tier, without a look at any rule.

    Returns:
        `transaction_id level score references reasons`, one row per payment with a hit.
    """
    policy = policy or OutcomePolicy()
    # Hits of a table made elsewhere may have no tier: they get the one that the name alone gives.
    alone = with_tiers(hits.drop("tier"), policy=policy)
    judged = alone.with_columns(
        tier=pl.coalesce(hits["tier"], "tier"), band=suspends_at(policy)
    ).with_columns(level=pl.col("tier").replace_strict(_LEVEL, return_dtype=pl.Int32))
    ordered = judged.with_columns(reason=_words_of_a_hit()).sort(
        ["level", "score", "reference", "field", "query"], descending=[True, True, False, False, False],
        nulls_last=True,
    )  # fmt: skip
    return ordered.group_by("transaction_id", maintain_order=True).agg(
        level=pl.col("level").max(),
        score=pl.col("score").max(),
        references=pl.col("reference").drop_nulls().unique(maintain_order=True),
        reasons=pl.col("reason").unique(maintain_order=True),
    )


def _told_apart(score: pl.Expr, bar: pl.Expr) -> pl.Expr:
    """A score with three decimals, or with as many as show that it is below a bar that it is below."""
    shown = score
    for decimals in range(12, 2, -1):
        rounded = score.round(decimals)
        shown = pl.when((rounded < bar) | (score >= bar)).then(rounded).otherwise(shown)
    return shown


def _words_of_a_hit() -> pl.Expr:
    quoted = pl.col("query").str.slice(0, 80)
    kind = (
        pl.when(pl.col("weak") & (pl.col("name_type") == "identifier"))
        .then(pl.lit("a short document number"))
        .when(pl.col("weak").fill_null(False))
        .then(pl.lit("a low-quality alias"))
        .otherwise(pl.col("name_type").fill_null("name").replace({"primary": "the primary name"}))
    )
    needed = pl.format(", below {} needed to suspend", pl.col("band"))
    score = _told_apart(pl.col("score"), pl.col("band"))
    never = pl.lit(", which suspends at no score by itself")
    short = pl.when((pl.col("score") < pl.col("band")) & (pl.col("tier") != "SUSPEND")).then(
        pl.when(pl.col("band") > 1).then(never).otherwise(needed)
    )
    tail = short.otherwise(pl.lit(""))
    beside = pl.col("corroboration").fill_null([]).list.join("; ")
    also = pl.when(beside != "").then(pl.format("; {}", beside)).otherwise(pl.lit(""))
    hit = pl.format(
        "{} '{}' matches '{}' of {} ({}) at {}{}{}",
        "field", quoted, "listed_name", "reference", kind, score, tail, also,
    )  # fmt: skip
    return (
        pl.when((pl.col("status") == "unscreenable") & pl.col("query").is_null())
        .then(pl.lit("the payment names no party"))
        .when(pl.col("status") == "unscreenable")
        .then(pl.format("{} '{}' cannot be judged as a name", "field", quoted))
        .otherwise(hit)
    )


def rule_outcomes(flags: pl.DataFrame, *, policy: OutcomePolicy | None = None) -> pl.DataFrame:
    """Score flags by the capped-family aggregator, without a look at any hit.

    A rule counts once per payment, with its heaviest flag. A family gives its heaviest rule and a share
    of the others, up to its cap. Context rules multiply and never create.

    Returns:
        `transaction_id level rule_score families rules reasons`, one row per payment with a flag.
    """
    policy = policy or OutcomePolicy()
    fired = _fired_rules(flags, policy)
    largest, total = pl.col("weight").max(), pl.col("weight").sum()
    families = (
        fired.filter(~pl.col("context"))
        .group_by("transaction_id", "family")
        .agg(points=largest + policy.family_share * (total - largest), counted=pl.col("counted").any())
    )
    families = families.with_columns(
        capped=pl.min_horizontal("points", _lookup("family", policy.family_caps, default=float("inf")))
    ).sort("transaction_id", "family")
    sums = families.group_by("transaction_id", maintain_order=True).agg(
        base=pl.col("capped").sum(),
        families=pl.col("counted").sum().cast(pl.Int64),
        parts=pl.format("{} {}", "family", _number("capped")).str.join(" + "),
    )
    share = pl.col("weight") / _lookup("rule", policy.context_divisors, default=float("inf"))
    high_risk = (pl.col("rule") == policy.high_risk_rule) & (pl.col("weight") >= policy.high_risk_from)
    own = fired.sort("rule").group_by("transaction_id", maintain_order=True).agg(
        context=1.0 + pl.min_horizontal(share.filter(pl.col("context")).sum(), policy.context_limit),
        heaviest=pl.col("weight").max(),
        high_risk=high_risk.any(),
        holds=(pl.col("weight") >= _lookup("rule", policy.hold_in_high_risk, default=float("inf"))).any(),
        forced=_lookup("rule", {r: _LEVEL[o] for r, o in policy.forced.items()}, default=0).max(),
        rules=pl.col("rule"),
        reasons=pl.format("{}: {}", "rule", pl.col("reason").fill_null("no reason given")),
    )  # fmt: skip
    score = (pl.col("base").fill_null(0.0) * pl.col("context")).round(6)
    scored = own.join(sums, on="transaction_id", how="left", maintain_order="left").with_columns(
        rule_score=score, families=pl.col("families").fill_null(0)
    )
    return scored.with_columns(level=_level_of_a_score(policy)).select(
        "transaction_id",
        "level",
        "rule_score",
        "families",
        "rules",
        reasons=pl.concat_list("reasons", _words_of_a_score()),
    )


def _of_consequence(flags: pl.DataFrame, policy: OutcomePolicy) -> pl.DataFrame:
    """Flags of payments that may come to an outcome.

    Context alone has nothing to multiply. Most flags are of such payments, and no words are made for them.
    """
    if min(policy.monitor_at, policy.review_at, policy.hold_at) <= 0:
        return flags
    heard = (
        ~pl.col("rule").is_in(list(policy.context_divisors))
        | (pl.col("weight") >= policy.review_weight)
        | pl.col("rule").is_in([*policy.forced, *policy.hold_in_high_risk])
    )
    payments = flags.filter(heard).select("transaction_id").unique()
    return flags.join(payments, on="transaction_id", how="semi")


def _fired_rules(flags: pl.DataFrame, policy: OutcomePolicy) -> pl.DataFrame:
    """One row per payment and rule, by its heaviest flag."""
    rule = pl.col("rule")
    keys = ["transaction_id", "rule", "weight", "value", "reason"]
    return (
        flags.sort(keys, descending=[False, False, True, True, False], nulls_last=True)
        .unique(["transaction_id", "rule"], keep="first", maintain_order=True)
        .select(
            "transaction_id",
            "rule",
            "weight",
            "reason",
            family=pl.col("family").replace(FAMILIES).fill_null(rule),  # caps go by the word
            context=rule.is_in(list(policy.context_divisors)),
            counted=~rule.is_in(list(policy.uncounted_rules)),
        )
    )


def _level_of_a_score(policy: OutcomePolicy) -> pl.Expr:
    score, families = pl.col("rule_score"), pl.col("families")
    hold = ((score >= policy.hold_at) & (families >= policy.hold_families)) | (
        pl.col("holds") & pl.col("high_risk")
    )
    review = ((score >= policy.review_at) & (families >= policy.review_families)) | (
        pl.col("heaviest") >= policy.review_weight
    )
    by_score = (
        pl.when(hold)
        .then(_LEVEL["HOLD"])
        .when(review)
        .then(_LEVEL["REVIEW"])
        .when(score >= policy.monitor_at)
        .then(_LEVEL["MONITOR"])
        .otherwise(_CLEAR)
    )
    return pl.max_horizontal(by_score, "forced")


def _words_of_a_score() -> pl.Expr:
    return pl.format(
        "rule score {} = ({}) x context {}; {} families count",
        _number("rule_score"), pl.col("parts").fill_null("0"), pl.col("context").round(4), "families",
    )  # fmt: skip


def _number(column: str) -> pl.Expr:
    """A number without a trailing `.0`."""
    return pl.col(column).round(4).cast(pl.String).str.replace(r"\.0$", "")


def _lookup(column: str, table: dict[str, float] | dict[str, int], *, default: float) -> pl.Expr:
    kind = pl.Int64() if isinstance(default, int) else pl.Float64()
    if not table:
        return pl.lit(default, dtype=kind)
    return pl.col(column).replace_strict(table, default=default, return_dtype=kind)
