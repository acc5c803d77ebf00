"""What a transfer must carry by Recommendation 16, and what stands there instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from screening.errors import PolicyError
from screening.rules.findings import Finding
from screening.rules.rule import choice, rule

if TYPE_CHECKING:
    import numpy.typing as npt

    from screening.rules.book import Book

__all__ = ["missing_items", "missing_party_data"]

_CARD_PURCHASES = (
    "card_pos",
    "card_atm",
    "cash_dep",
    "cash_wd",
    "fx",
    "loan_disb",
    "internal",
    "prepaid_load",
)


@rule(
    "TF-D01",
    "Missing originator or beneficiary data",
    definition="A transfer lacks items that Recommendation 16 asks for in its case.",
    source="FATF INR.16 para 5-9, 17-21; FFIEC Manual App. F",
    weight=10,
    parameters=(
        choice("profile", "r16_2012", "field profile in the reference table of fields"),
        choice("threshold", "r16_de_minimis", "code in the reference table of thresholds"),
    ),
    requires=(
        "originator_place", "beneficiary_place", "originator_name", "beneficiary_name",
    ),
    keys=("amount",),
    optional=(
        "originator_account", "beneficiary_account", "uetr", "originator_address", "originator_national_id",
        "originator_customer_id", "originator_birth_date", "originator_birth_place", "originator_lei",
        "originator_bic", "beneficiary_town", "beneficiary_country",
    ),
    reason="{case} transfer lacks {items} ({profile})",
)  # fmt: skip
def missing_party_data(book: Book, *, profile: str, threshold: str) -> Finding:
    """Look for items missing from a transfer."""
    missing, case, unclear = missing_items(book, profile=profile, threshold=threshold)
    count = np.zeros(book.size, np.int64)
    for lacking in missing.values():
        count += lacking
    rows = np.flatnonzero(count > 0)
    names = [
        pl.select(pl.when(pl.Series(lacking[rows])).then(pl.lit(item.replace("|", " or "))))
        .to_series()
        .alias(item)
        for item, lacking in missing.items()
    ]
    items = pl.DataFrame(names).select(pl.concat_str(pl.all(), separator=", ", ignore_nulls=True)).to_series()
    words = np.array(["domestic", "small cross-border", "cross-border", "unplaced"])
    return Finding(
        rows=rows,
        value=count[rows],
        threshold=1.0,
        facts={"case": pl.Series(words[case[rows]]), "items": items},
        unclear=unclear,
    )


def missing_items(
    book: Book, *, profile: str, threshold: str
) -> tuple[
    dict[str, npt.NDArray[np.bool_]], npt.NDArray[np.int8], tuple[tuple[npt.NDArray[np.bool_], str], ...]
]:
    """Find which rows lack which item.

    Returns:
        Item -> rows that lack it; the case of each row (0 domestic, 1 small cross-border, 2 cross-border,
        3 none of them); rows whose case is not known.
    """
    table = book.table("fields")
    profiles = sorted({row["profile"] for row in table.rows})
    if profile not in profiles:
        raise PolicyError(
            f"TF-D01: unknown profile '{profile}'; the reference table has {', '.join(profiles)}"
        )
    limit, abroad = book.threshold(threshold), book.cross_border()
    transfer = ~book.is_in("channel", *_CARD_PURCHASES)
    case = np.where(abroad == 0, 0, np.where(book.amount <= limit, 1, 2)).astype(np.int8)
    case[(abroad < 0) | ((abroad == 1) & (limit < 0))] = 3
    case[~transfer] = 3
    missing: dict[str, npt.NDArray[np.bool_]] = {}
    for number, name in enumerate(("domestic", "cross_border_small", "cross_border")):
        for row in table.rows:
            if row["profile"] == profile and row["case"] == name:
                lacking = (case == number) & ~_filled(book, row["item"])
                if row["item"] in missing:
                    lacking |= missing[row["item"]]
                missing[row["item"]] = lacking
    unclear = (
        (transfer & (abroad < 0), "no country on one side: domestic or cross-border is not known"),
        (transfer & (abroad == 1) & (limit < 0), f"no threshold '{threshold}' for the currency"),
    )
    return missing, case, unclear


def _filled(book: Book, item: str) -> npt.NDArray[np.bool_]:
    """Whether one of an item's alternatives holds; parts joined by + must all hold."""
    held = np.zeros(book.size, np.bool_)
    for one in item.split("|"):
        held |= np.logical_and.reduce([book.known(part) for part in one.split("+")])
    return held
