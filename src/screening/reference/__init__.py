"""Dated, sourced reference data: what may change without the code changing."""
