"""Payments for tests of rules, written as short rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from screening.schemas import TRANSACTIONS

START = datetime(2026, 3, 2, tzinfo=UTC)
Row = dict[str, Any]
Table = Callable[[list[Row]], pl.DataFrame]


def table(rows: list[Row]) -> pl.DataFrame:
    """TRANSACTIONS of rows with `hour` (since START), `amount` (major units of two decimals) and more."""
    plain = [
        {
            "transaction_id": f"t{number:04d}",
            "status": "executed",
            "channel": "wire",
            "currency": "EUR",
            "booked_at": START + timedelta(hours=row.get("hour", 0)),
            "amount_minor": round(row.get("amount", 100) * 100),
            **{key: value for key, value in row.items() if key not in ("hour", "amount")},
        }
        for number, row in enumerate(rows)
    ]
    names = [name for name in TRANSACTIONS if any(name in row for row in plain)]
    return pl.DataFrame(plain, schema={name: TRANSACTIONS[name] for name in names}, orient="row")


@pytest.fixture
def payments() -> Table:
    return table
