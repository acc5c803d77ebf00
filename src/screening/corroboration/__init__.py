"""Corroboration: what speaks for or against a hit beside the name, and which tier follows from both."""

from screening.births import Birth, read_birth
from screening.corroboration.attributes import (
    Document,
    compare_countries,
    compare_documents,
    compare_genders,
    compare_kinds,
)
from screening.corroboration.births import compare_births, compare_intervals
from screening.corroboration.parties import (
    PARTY,
    Listed,
    Party,
    corroborate,
    gather,
    unreadable,
    with_corroboration,
)
from screening.corroboration.tiers import with_tiers
from screening.corroboration.verdict import Finding, Verdict

__all__ = [
    "PARTY",
    "Birth",
    "Document",
    "Finding",
    "Listed",
    "Party",
    "Verdict",
    "compare_births",
    "compare_countries",
    "compare_documents",
    "compare_genders",
    "compare_intervals",
    "compare_kinds",
    "corroborate",
    "gather",
    "read_birth",
    "unreadable",
    "with_corroboration",
    "with_tiers",
]
