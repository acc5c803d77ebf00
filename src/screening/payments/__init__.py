"""Payments from tables and files, as the TRANSACTIONS table."""

from screening.payments.tables import Conformed, conform

__all__ = ["Conformed", "conform"]
