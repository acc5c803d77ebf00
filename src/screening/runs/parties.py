"""The table of parties from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from screening.rules.parties import open_parties

if TYPE_CHECKING:
    import os

    import polars as pl

    from screening.policy import Policy

__all__ = ["read_parties"]


def read_parties(path: str | os.PathLike[str], *, policy: Policy) -> pl.DataFrame:
    """Read `party_id` and any of `screening.rules.PARTY_FIELDS` from a file of any format of payments.

    Args:
        path: The file; what is in its columns is told by `screening.rules.parties.conform_parties`.
        policy: Its section [payments] gives the zone of times that carry none.

    Raises:
        SchemaError: A column is missing or unknown, a value cannot be read, or a party stands there twice.
    """
    return open_parties(path, policy=policy)
