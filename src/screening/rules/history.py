"""Earlier payments in the columns of the batch that looks back into them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import polars as pl

from screening.reference.dated import read_table
from screening.reference.thresholds import brought_over

if TYPE_CHECKING:
    from collections.abc import Mapping

    from screening.policy import RulesPolicy

__all__ = ["as_the_batch"]

_BASE: Final = "amount_base_minor"
_TOLD: Final = ("amount_minor", "currency", "booked_at")
"""Columns that an amount in base currency is made of."""


def as_the_batch(
    history: pl.LazyFrame, columns: Mapping[str, pl.DataType], *, policy: RulesPolicy
) -> pl.LazyFrame:
    """Earlier payments with the columns of the batch, and no others.

    A column that they lack is null, so that a rule knows nothing of it, as of any null. An amount in base
    currency is made of amount and currency by `currency_scale`, or those payments would count in no sum.

    Args:
        history: TRANSACTIONS of earlier days; of them REQUIRED_COLUMNS are there.
        columns: Columns of the batch that are wanted, and their types.
        policy: Section [rules] of the policy.
    """
    held = history.collect_schema()
    made = pl.struct(_TOLD).map_batches(
        partial(_in_base, policy=policy), return_dtype=pl.Int64, is_elementwise=True
    )
    return history.select(
        pl.col(name) if name in held else (made if name == _BASE else pl.lit(None, kind)).alias(name)
        for name, kind in columns.items()
    )


def _in_base(told: pl.Series, *, policy: RulesPolicy) -> pl.Series:
    """Amounts in base currency; null where the scale does not tell."""
    amount, currency, time = (told.struct.field(name) for name in _TOLD)
    base = pl.Series([policy.base_currency]).new_from_index(0, len(told))
    made = brought_over(
        read_table("currency_scale", policy.reference.get("currency_scale")),
        amount.fill_null(-1).to_numpy(),
        currency.cast(pl.String),
        base,
        time.dt.timestamp("us").to_numpy(),
    )
    return pl.select(pl.when(pl.Series(made >= 0)).then(pl.Series(made))).to_series()
