"""The tier of a hit: what it alone makes of a payment. Worked out here and nowhere else.

The score of the name gives a tier. What agrees may raise it, what contradicts may lower it by one step,
and nothing removes a hit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from screening.schemas import TEXT_COLUMNS

if TYPE_CHECKING:
    from screening.policy import OutcomePolicy

__all__ = ["suspends_at", "with_tiers"]

_NONE: Final = pl.lit([], dtype=pl.List(pl.String()))


def suspends_at(policy: OutcomePolicy) -> pl.Expr:
    """Score from which the name of a hit suspends on its own."""
    return policy.suspends_at(pl.col("field").is_in(list(TEXT_COLUMNS)))


def with_tiers(hits: pl.DataFrame, *, policy: OutcomePolicy) -> pl.DataFrame:
    """Hits with their `tier`; a tier that differs from what the name alone gives says so.

    Args:
        hits: HITS with `agrees` and `contradicts`; without these two by the name alone.
        policy: Bands, and what raises and lowers.

    Returns:
        The same rows in the same order, with `tier`, and the change of tier added to `corroboration`.
    """
    blank = {"agrees", "contradicts", "corroboration"} - set(hits.columns)
    hits = hits.with_columns(_NONE.alias(name) for name in sorted(blank))
    weak = pl.col("weak").fill_null(value=False)
    agrees, contradicts = pl.col("agrees").fill_null([]), pl.col("contradicts").fill_null([])
    raising = (
        pl.when(weak).then(_those(agrees, policy.weak_raised_by)).otherwise(_those(agrees, policy.raised_by))
    )
    outweighed = _those(agrees, policy.raised_by).list.len() > 0
    certain = (pl.col("name_type") == "identifier") & ~weak  # a number is the party's, whatever else is said
    against = pl.when(outweighed | certain | (pl.col("score") >= policy.exact_at)).then(_NONE)
    lowering = against.otherwise(_those(contradicts, policy.lowered_by))
    judged = hits.with_columns(_alone=_by_name(policy), _raising=raising, _lowering=lowering)
    raised = pl.when(pl.col("_raising").list.len() > 0).then(pl.lit("SUSPEND")).otherwise("_alone")
    lowered = (
        pl.when(raised == "SUSPEND")
        .then(pl.lit("REVIEW"))
        .when(weak & (raised == "REVIEW"))
        .then(pl.lit("MONITOR"))
        .otherwise(raised)
    )
    tier = pl.when(pl.col("status") == "unscreenable").then(pl.lit(policy.unscreenable)).otherwise(
        pl.when(pl.col("_lowering").list.len() > 0).then(lowered).otherwise(raised)
    )  # fmt: skip
    return (
        judged.with_columns(tier=tier)
        .with_columns(corroboration=pl.concat_list(pl.col("corroboration").fill_null([]), _change()))
        .drop("_alone", "_raising", "_lowering", *sorted(blank - {"corroboration"}))
    )


def _those(found: pl.Expr, names: tuple[str, ...]) -> pl.Expr:
    """Attributes of a list column that are among `names`."""
    return found.list.filter(pl.element().is_in(list(names)))


def _by_name(policy: OutcomePolicy) -> pl.Expr:
    """Tier by the score of the name alone; a full identifier is as good as a name can be."""
    weak = pl.col("weak").fill_null(value=False)
    identifier = (pl.col("name_type") == "identifier") & ~weak
    return (
        pl.when(pl.col("status") == "unscreenable")
        .then(pl.lit(policy.unscreenable))
        .when(identifier | (pl.col("score") >= suspends_at(policy)))
        .then(pl.lit("SUSPEND"))
        .when(weak & (pl.col("score") < policy.review_weak_at))
        .then(pl.lit("MONITOR"))
        .otherwise(pl.lit("REVIEW"))
    )


def _change() -> pl.Expr:
    """One line where the tier is not what the name alone gives."""
    moved = pl.col("tier") != pl.col("_alone")
    why = pl.concat_list("_raising", "_lowering").list.join(", ").str.replace_all("_", " ", literal=True)
    line = pl.format("{} by the name, {} by {}", "_alone", "tier", why)
    return pl.when(moved).then(pl.concat_list(line)).otherwise(_NONE)
