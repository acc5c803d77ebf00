"""Keys of payments: which columns stand for one, and whole numbers in place of its texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from screening.rules.scopes import SIDES
from screening.rules.windows import NO_KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import numpy.typing as npt

__all__ = [
    "ALTERNATIVES",
    "blank_is_null",
    "combine",
    "key_parts",
    "key_texts",
    "worded",
]

ALTERNATIVES: Final = {
    "originator_party": ("originator_party_id", "originator_customer_id", "originator_account"),
    "beneficiary_party": ("beneficiary_party_id", "beneficiary_customer_id", "beneficiary_account"),
    "originator_place": ("originator_country", "originator_admin1", "originator_agent_bic"),
    "beneficiary_place": ("beneficiary_country", "beneficiary_admin1", "beneficiary_agent_bic"),
    "originator_home": ("originator_residence", "originator_country"),
    "beneficiary_home": ("beneficiary_residence", "beneficiary_country"),
    "terminal_place": ("terminal_country", "terminal_admin1"),
    "ip_place": ("ip_country", "ip_admin1"),
    "cash_point": ("branch_id", "terminal_id"),
}
"""Name a rule may ask for -> columns of which the first that holds a value stands for it."""


def key_parts(name: str, columns: Collection[str]) -> list[tuple[str, str | None]]:
    """Columns that stand for a key, the first that holds a value, each with the word added to its texts.

    The word keeps an account from passing for a party's id.

    Args:
        name: Name of a key.
        columns: Columns that the table has.
    """
    if name not in SIDES["party"]:
        return [(name, None)]
    kinds = [
        kind
        for kind in ("party_id", "customer_id", "account")
        if any(f"{side}_{kind}" in columns for side in ("originator", "beneficiary"))
    ]
    parts = [(part, part.split("_", 1)[1]) for part in ALTERNATIVES[name] if part in columns]
    return [(part, None if word == kinds[0] else word) for part, word in parts]


def key_texts(name: str, columns: Collection[str], column: Callable[[str], pl.Series]) -> pl.Series:
    """The texts that stand for a key, null without it: a function of the payment alone.

    Args:
        name: Name of a key.
        columns: Columns that the table has.
        column: Gives a column by its name.
    """
    values: pl.Series | None = None
    for part, word in key_parts(name, columns):
        if values is not None and not values.null_count():
            break
        own = worded(blank_is_null(column(part)), word)
        values = own if values is None else pl.select(pl.coalesce(values, own)).to_series()
    if values is None:
        return pl.Series([None], dtype=pl.String).new_from_index(0, len(column("transaction_id")))
    return values


def worded(texts: pl.Series, word: str | None) -> pl.Series:
    """Texts with the kind of id that they are."""
    return texts if word is None else pl.select(pl.format("{} ({})", texts, pl.lit(word))).to_series()


def blank_is_null(values: pl.Series) -> pl.Series:
    """The same column with null for the empty text."""
    if values.dtype != pl.String:
        return values
    return values if not (values == "").any() else values.replace("", None)


def combine(*parts: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """One key out of several; without any of them there is none."""
    total = parts[0].astype(np.uint64)
    missing = parts[0] == NO_KEY
    for part in parts[1:]:
        missing = missing | (part == NO_KEY)
        present = part[~missing]
        width = int(present.max()) + 1 if len(present) else 1
        total = total * np.uint64(width) + np.where(missing, 0, part).astype(np.uint64)
        largest = int(total[~missing].max()) if len(present) else 0
        if largest >= 2**32 - 1:  # too wide to pack with a row number: number the combinations instead
            total[~missing] = np.unique(total[~missing], return_inverse=True)[1].astype(np.uint64)
    total[missing] = NO_KEY
    return total.astype(np.uint32)
