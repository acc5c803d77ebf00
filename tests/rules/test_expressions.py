"""A test of texts is made once for each text only where it looks at each payment alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from screening.rules.book import Book
from screening.rules.expressions import looks_at_each_row_alone, looks_beyond_its_row

CURRENCY, TEXT = pl.col("currency"), pl.col("remittance_text")
LENGTH = TEXT.str.len_chars()

ALONE = (
    CURRENCY == "EUR",
    CURRENCY.is_in(["EUR", "USD"]),
    CURRENCY.fill_null("EUR").str.to_lowercase().str.contains("e"),
    pl.any_horizontal(CURRENCY.is_null(), ~TEXT.str.contains_any(["gift"])),
    pl.when(CURRENCY == "EUR").then(TEXT).otherwise(pl.lit("none")).is_not_null(),
    (LENGTH.cast(pl.Float64) > 3).alias("long"),
)
TOGETHER = (
    pl.len().over("currency") > 1,
    LENGTH.mean() < LENGTH,
    CURRENCY.shift() == CURRENCY,
    CURRENCY.is_duplicated(),
    CURRENCY.is_first_distinct(),
    CURRENCY.str.join("").str.len_chars() > 3,
    LENGTH.rank() > 2,
    LENGTH.cum_sum() > 9,
    pl.lit(pl.Series([3, 4, 4, 5, 6])) == LENGTH,
    TEXT.sort() == TEXT,
    TEXT.reverse() == TEXT,
)


@pytest.mark.parametrize("test", ALONE, ids=str)
def test_what_looks_at_each_row_alone_is_known(test: pl.Expr) -> None:
    assert looks_at_each_row_alone(test)


@pytest.mark.parametrize("test", TOGETHER, ids=str)
def test_what_looks_beyond_a_row_is_never_taken_for_alone(test: pl.Expr) -> None:
    assert not looks_at_each_row_alone(test)


@pytest.mark.parametrize("test", [test for test in TOGETHER if "Series" not in str(test)], ids=str)
def test_what_looks_beyond_a_row_for_certain_is_known(test: pl.Expr) -> None:
    assert looks_beyond_its_row(test)


@pytest.mark.parametrize(
    "test",
    [
        *ALONE,
        CURRENCY == "Over",
        pl.col("Len") == "Rank",
        pl.col("booked_at").dt.hour() > 1,
        LENGTH.abs() > 1,
    ],
    ids=str,
)
def test_what_looks_at_its_row_is_never_taken_for_more(test: pl.Expr) -> None:
    assert not looks_beyond_its_row(test)


@pytest.mark.parametrize("test", [*ALONE, *TOGETHER], ids=str)
def test_a_selection_is_what_polars_says_of_all_payments(test: pl.Expr) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    payments = pl.DataFrame(
        {
            "transaction_id": [f"t{row}" for row in range(5)],
            "booked_at": [start + timedelta(hours=row) for row in range(5)],
            "amount_minor": [100] * 5,
            "status": ["booked"] * 5,
            "channel": ["wire"] * 5,
            "currency": ["EUR", "USD", "EUR", None, "CHF"],
            "remittance_text": ["gift", "rent", "gift", None, "donation"],
        }
    )
    expected = payments.select(test.fill_null(value=False)).to_series().to_list()
    assert Book(payments).select(test).tolist() == expected
