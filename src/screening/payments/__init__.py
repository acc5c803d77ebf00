"""Payments from tables and files, as the TRANSACTIONS table."""

from screening.payments.accounts import ID, Settled, Source, find_troubled, settle
from screening.payments.files import STATE_SIZE, InputFile, file_states, reading, take_files
from screening.payments.readings import KEY, PROBLEM, is_plain_text
from screening.payments.sources import Part, as_polars, find_files, open_files, scan
from screening.payments.tables import Conformed, conform, open_source, open_source_table, readable
from screening.payments.times import to_utc

__all__ = [
    "ID",
    "KEY",
    "PROBLEM",
    "STATE_SIZE",
    "Conformed",
    "InputFile",
    "Part",
    "Settled",
    "Source",
    "as_polars",
    "conform",
    "file_states",
    "find_files",
    "find_troubled",
    "is_plain_text",
    "open_files",
    "open_source",
    "open_source_table",
    "readable",
    "reading",
    "scan",
    "settle",
    "take_files",
    "to_utc",
]
