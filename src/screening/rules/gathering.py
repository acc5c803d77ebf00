"""What was found in the parts of payments, and how it becomes what is said of the whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import polars as pl

from screening.rules.assessment import Assessment, covered
from screening.schemas import COVERAGE, FLAGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from screening.rules.partitions import Plan

__all__ = ["FIRED", "FOUND_FLAGS", "HINDERED", "Found", "cover", "gather", "settle", "together"]

FOUND_FLAGS: Final = pl.Schema({**FLAGS, "scope": pl.Int64()})
"""FLAGS with the number of the scope that found them."""

HINDERED: Final = pl.Schema(
    {
        "rule": pl.String(),
        "position": pl.Int64(),  # of the reason, in the order in which reasons count
        "reason": pl.String(),
        "transaction_id": pl.String(),  # null where no other part can hinder the same payment
        "rows": pl.Int64(),
    }
)
"""Payments that a rule could not judge, and why."""

FIRED: Final = pl.Schema({"rule": pl.String(), "transaction_id": pl.String()})
"""Payments, earlier ones as well, on which a rule fired that another one builds upon."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """What was found in one part, or in several.

    Attributes:
        flags: FOUND_FLAGS.
        hindered: HINDERED.
        fired: FIRED.
        narrowed: Payments that rules over the whole need, in the columns of the partition "whole".
    """

    flags: pl.DataFrame = field(default_factory=FOUND_FLAGS.to_frame)
    hindered: pl.DataFrame = field(default_factory=HINDERED.to_frame)
    fired: pl.DataFrame = field(default_factory=FIRED.to_frame)
    narrowed: pl.DataFrame | None = None


def together(founds: Sequence[Found]) -> Found:
    """What was found in several parts, as one."""
    narrowed = [found.narrowed for found in founds if found.narrowed is not None]
    return Found(
        flags=pl.concat([FOUND_FLAGS.to_frame(), *(found.flags for found in founds)]),
        hindered=pl.concat([HINDERED.to_frame(), *(found.hindered for found in founds)]),
        fired=pl.concat([FIRED.to_frame(), *(found.fired for found in founds)]),
        narrowed=pl.concat(narrowed).unique("transaction_id", maintain_order=True) if narrowed else None,
    )


def gather(plan: Plan, found: Found, *, rows: int) -> Assessment:
    """What `assess` says of the whole.

    Args:
        plan: The plan.
        found: What was found in all parts of all partitions.
        rows: Payments of the batch.
    """
    flags, hindered = settle(plan, found)
    return Assessment(flags=flags, coverage=cover(plan, hindered, rows=rows), rules=plan.rules)


def settle(plan: Plan, found: Found) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The one flag of each payment and rule, and how many payments each rule could not judge.

    Payments are settled alone: all that was found of some of them may be settled apart from all others.

    Returns:
        FLAGS in order of rule and id; HINDERED with one row for each rule and reason.
    """
    several = [rule.id for rule in plan.looking if len(rule.scopes) > 1]
    best = ["transaction_id", "weight", "value", "evidence_count", "reason", "scope"]
    twice = found.flags.filter(pl.col("rule").is_in(several)).sort(
        ["rule", *best], descending=[False, False, True, True, True, False, False]
    )
    once = found.flags.filter(~pl.col("rule").is_in(several))
    flags = pl.concat([once, twice.unique(["rule", "transaction_id"], keep="first")])
    counted = found.hindered.filter(pl.col("transaction_id").is_null())
    apart = found.hindered.filter(pl.col("transaction_id").is_not_null()).sort("position")
    apart = apart.unique(["rule", "transaction_id", "rows"], keep="first", maintain_order=True)
    undone = pl.col("rows") < 0  # of a payment that is flagged, and so was looked at
    looked_at = apart.filter(~undone).join(flags, on=["rule", "transaction_id"], how="anti")
    hindered = _counted(pl.concat([counted, apart.filter(undone), looked_at]))
    return flags.sort("rule", "transaction_id").select(FLAGS.names()), hindered


def cover(plan: Plan, hindered: pl.DataFrame, *, rows: int) -> pl.DataFrame:
    """COVERAGE of all rules.

    Args:
        plan: The plan.
        hindered: What `settle` told of all payments.
        rows: Payments of the batch.
    """
    hindered = _counted(hindered).filter(pl.col("rows") != 0).sort("rule", "position")
    blind = plan.blind.with_columns(rows=pl.lit(rows, dtype=pl.Int64))
    without = dict(zip(blind["rule"], blind.iter_slices(1), strict=True))
    lines = [COVERAGE.to_frame()]
    for rule in sorted(plan.rules, key=lambda rule: rule.id):
        if rule.id in without:
            lines.append(without[rule.id])
            continue
        groups = hindered.filter(rule=rule.id)
        lines += [
            covered(rule, "not_evaluable", reason, rows=number)
            for reason, number in groups.select("reason", "rows").iter_rows()
        ]
        lines.append(covered(rule, "evaluable", rows=rows - int(groups["rows"].sum())))
    return pl.concat(lines)


def _counted(hindered: pl.DataFrame) -> pl.DataFrame:
    """One row for each rule and reason."""
    counted = hindered.group_by("rule", "reason").agg(pl.col("position").min(), pl.col("rows").sum())
    nobody = pl.lit(None, HINDERED["transaction_id"]).alias("transaction_id")
    return counted.with_columns(nobody).select(HINDERED.names())
