"""What payment texts say: terms of the lexicon, and one text from many unrelated originators."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from screening.rules.findings import Finding
from screening.rules.graph import COMMERCIAL
from screening.rules.rule import count, duration, ratio, rule
from screening.rules.windows import NO_KEY, Distinct, Ledger, is_among, meeting
from screening.rules.wording import found_terms, letters_of

if TYPE_CHECKING:
    from screening.rules.book import Book

__all__ = ["lexicon_terms", "same_text"]


@rule(
    "TF-T01",
    "Lexicon terms in the text",
    definition="The payment text holds a term of the lexicon as a whole word; tier A names groups and "
    "campaigns, "
    "B operations, C giving.",
    source="FINTRAC-2022-OA001; FinCEN alerts 2023 and 2024 (notes on peer-to-peer payments)",
    weight=35,
    parameters=(
        ratio("tier_a", 1, "times the weight: a term of tier A"),
        ratio("tier_b", 15 / 35, "times the weight: a term of tier B"),
        ratio("tier_c", 5 / 35, "times the weight: a term of tier C"),
    ),
    requires=("remittance_text",),
    scope=("row",),
    reason="text holds {term} (tier {tier})",
)
def lexicon_terms(book: Book, *, tier_a: float, tier_b: float, tier_c: float) -> Finding:
    """Look for terms of the lexicon."""
    factors = {"A": float(tier_a), "B": float(tier_b), "C": float(tier_c)}
    found = found_terms(book).with_columns(
        factor=pl.col("tier").replace_strict(factors, return_dtype=pl.Float64, default=tier_c)
    )
    best = found.sort("row", "factor", "term", descending=[False, True, False]).unique(
        "row", keep="first", maintain_order=True
    )
    return Finding(
        rows=best["row"].to_numpy(),
        value=None,
        threshold=0.0,
        factor=best["factor"].to_numpy(),
        facts={"term": pl.select(pl.format("'{}'", best["term"])).to_series(), "tier": best["tier"]},
    )


@rule(
    "TF-T02",
    "One text from unrelated originators",
    definition="Many originators write the same text, apart from digits, to one or two beneficiaries.",
    source="Tazama rule 007; FATF Crowdfunding for TF 2023",
    weight=15,
    parameters=(
        count("originators", 8, "different originators within the window"),
        count("beneficiaries", 2, "at most"),
        duration("window", 7),
        count("letters", 4, "fewest letters in the text"),
    ),
    requires=("remittance_text", "originator_party", "beneficiary_party"),
    keys=("originator_party", "beneficiary_party"),
    optional=("beneficiary_type",),
    window="7 days",
    key="text without digits",
    flows=True,
    scope=("remittance_text",),
    reason="{value} originators wrote the same text to {payees} beneficiaries within {window}",
)
def same_text(book: Book, *, originators: int, beneficiaries: int, window: int, letters: int) -> Finding:
    """Look for one text from many originators."""
    text = book.coded("remittance_text")
    plain = letters_of(text.texts)
    key = text.renamed(pl.select(pl.when(plain.str.len_chars() >= letters).then(plain)).to_series()).keys()
    rows = np.flatnonzero((key != NO_KEY) & book.moved & ~book.is_in("beneficiary_type", *COMMERCIAL))
    key = key[rows]
    payer, payee = book.key("originator_party")[rows], book.key("beneficiary_party")[rows]
    known = (payer != NO_KEY) & (payee != NO_KEY)
    rows, key, payer, payee = rows[known], key[known], payer[known], payee[known]
    several = is_among(key, meeting(key, payer, originators))
    rows, key, payer, payee = rows[several], key[several], payer[several], payee[several]
    ledger = Ledger.of(key, rows, book.clock).crowded(window, originators)
    span = ledger.within(window)
    keep = span.count >= originators
    span, keys = span[keep], ledger.keys[keep]
    among = is_among(key, keys)
    rows, key, payer, payee = rows[among], key[among], payer[among], payee[among]
    payers = Distinct(key, payer, rows, book.clock, window).count(keys, span.rows)
    payees = Distinct(key, payee, rows, book.clock, window).count(keys, span.rows)
    fired = (payers >= originators) & (payees <= beneficiaries)
    span = span[fired]
    return Finding(
        rows=span.rows,
        value=payers[fired],
        threshold=float(originators),
        window=window,
        spans=(span,),
        facts={"payees": payees[fired]},
    )
