from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from screening.validation.traffic import innocent_payments, shares
from screening.validation.world import make_world


@pytest.fixture(scope="module")
def payments() -> pl.DataFrame:
    rng = np.random.default_rng(1)
    return innocent_payments(make_world(800, seed=1), rng, 4000, first=10, window=(0.5, 0.6))


def test_ids_go_on_and_times_keep_to_their_window(payments: pl.DataFrame) -> None:
    assert payments["transaction_id"][0] == "T000000011"
    times = payments["booked_at"].to_list()
    span = times[-1] - times[0]
    assert 17 < span.total_seconds() / 86_400 <= 18  # a tenth of 180 days


def test_cash_stays_with_its_owner_and_cards_pay_companies(payments: pl.DataFrame) -> None:
    cash = payments.filter(pl.col("channel").is_in(["cash_dep", "cash_wd", "card_atm"]))
    assert cash.height > 100
    assert (cash["originator_account"] == cash["beneficiary_account"]).all()
    shops = payments.filter(pl.col("channel") == "card_pos")
    assert set(shops["beneficiary_type"]) <= {"company", "npo"}


@pytest.mark.parametrize(
    ("column", "channels"),
    [
        ("wallet_to", {"va"}),
        ("uetr", {"wire"}),
        ("merchant_category_code", {"card_pos"}),
        ("terminal_country", {"card_pos", "card_atm"}),
        ("branch_id", {"cash_dep", "cash_wd", "cheque", "loan_disb"}),
    ],
)
def test_context_is_there_where_the_channel_has_it(
    payments: pl.DataFrame, column: str, channels: set[str]
) -> None:
    assert set(payments.filter(pl.col(column).is_not_null())["channel"]) == channels
    there = payments.filter(pl.col("channel").is_in(channels))
    assert there[column].null_count() == 0


def test_a_uetr_is_a_random_uuid(payments: pl.DataFrame) -> None:
    uetr = payments["uetr"].drop_nulls()
    assert uetr.str.contains("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$").all()
    assert uetr.n_unique() == uetr.len()


def test_texts_come_in_several_languages_and_carry_no_loose_blanks(payments: pl.DataFrame) -> None:
    texts = payments["remittance_text"].drop_nulls()
    assert not texts.str.contains(r"^\s|\s$").any()
    for sign in ("INVOICE", "Rechnung", "Facture", "счету", "فاتورة"):
        assert texts.str.contains(sign).any()


def test_shares_add_up() -> None:
    assert shares([1, 3]).tolist() == [0.25, 0.75]
