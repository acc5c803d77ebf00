"""Payments from tables and files, as the TRANSACTIONS table."""

from screening.payments.accounts import ID, Settled, Source, settle, slim
from screening.payments.readings import KEY, PROBLEM
from screening.payments.sources import find_files
from screening.payments.tables import Conformed, conform, open_source, readable

__all__ = [
    "ID",
    "KEY",
    "PROBLEM",
    "Conformed",
    "Settled",
    "Source",
    "conform",
    "find_files",
    "open_source",
    "readable",
    "settle",
    "slim",
]
