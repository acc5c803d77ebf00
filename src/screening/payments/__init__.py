"""Payments from tables and files, as the TRANSACTIONS table."""

from screening.payments.accounts import ID, Settled, Source, settle, slim
from screening.payments.readings import KEY, PROBLEM, is_plain_text
from screening.payments.sources import Part, as_polars, find_files, open_files, scan
from screening.payments.tables import Conformed, conform, open_source, open_source_table, readable
from screening.payments.times import to_utc

__all__ = [
    "ID",
    "KEY",
    "PROBLEM",
    "Conformed",
    "Part",
    "Settled",
    "Source",
    "as_polars",
    "conform",
    "find_files",
    "is_plain_text",
    "open_files",
    "open_source",
    "open_source_table",
    "readable",
    "scan",
    "settle",
    "slim",
    "to_utc",
]
