"""Where money goes and by which way: exposure, first payments, small repeated payments, conduits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from screening.reference.country_risk import RiskClass
from screening.rules.findings import Finding
from screening.rules.rule import ratio, rule

if TYPE_CHECKING:
    from screening.rules.book import Book

__all__ = ["jurisdiction_exposure"]

_LEGS = (
    "originator_country", "originator_admin1", "beneficiary_country", "beneficiary_admin1",
    "originator_agent_bic", "beneficiary_agent_bic", "terminal_country", "terminal_admin1", "ip_country",
    "ip_admin1",
)  # fmt: skip


@rule(
    "TF-C01",
    "Jurisdiction exposure",
    definition="A leg of the payment touches a classified jurisdiction as of its day.",
    source="FATF R.19; lists of the FATF plenary 2026-06-19; own classes of terrorism and conflict",
    weight=25,
    parameters=(
        ratio("countermeasure", 25, "points: FATF call for action with countermeasures"),
        ratio("sanctioned", 25, "points: territory under a territorial measure"),
        ratio("call_for_action", 20, "points: FATF call for action, enhanced due diligence"),
        ratio("conflict", 20, "points: terrorism or conflict area"),
        ratio("border", 15, "points: border of a conflict area"),
        ratio("conduit", 8, "points: conduit to a conflict area"),
        ratio("increased_monitoring", 3, "points: FATF increased monitoring"),
    ),
    requires=("|".join(_LEGS),),
    optional=_LEGS,
    keys=("|".join(_LEGS),),
    context=True,
    reason="touches {place} ({label})",
)
def jurisdiction_exposure(book: Book, **points: float) -> Finding:
    """Look for classified places among the legs of a payment."""
    order = sorted(points.items(), key=lambda item: -item[1])
    best = np.zeros(book.size, np.int64)  # position in `order`, counted from 1; the leg is kept beside it
    where = np.zeros(book.size, np.int8)
    legs = [name for name in _LEGS if name in book.columns]
    value_of = np.array([0.0, *(value for _, value in order)])
    # all 128 sets of classes, each with the position of its gravest
    gravest = np.array(
        [
            next((i for i, (name, _) in enumerate(order, 1) if classes & RiskClass[name.upper()]), 0)
            for classes in range(128)
        ]
    )
    for number, name in enumerate(legs):
        here = gravest[book.classes(name)]
        better = value_of[here] > value_of[best]
        best[better], where[better] = here[better], number
    rows = np.flatnonzero(value_of[best] > 0)
    labels = np.array(["", *(name.replace("_", " ") for name, _ in order)])
    value = value_of[best[rows]]
    places = pl.Series(np.array(legs)[where[rows]]) if len(rows) else pl.Series([], dtype=pl.String)
    for number, name in enumerate(legs):
        here = where[rows] == number
        if here.any():
            texts = book.column(name).gather(rows)
            places = texts.zip_with(pl.Series(here), places)
    return Finding(
        rows=rows, value=value, threshold=value, weight=value,
        facts={"place": places, "label": pl.Series(labels[best[rows]])},
    )  # fmt: skip
