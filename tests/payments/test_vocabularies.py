"""A word means the same to every rule however a bank writes it, and one that means nothing is told."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from screening.corroboration.attributes import read_kind
from screening.errors import SchemaError
from screening.payments import conform, is_plain_text
from screening.payments.words import (
    bic_of,
    party_type_of,
    plain,
    purpose_of,
    region_of,
    synonyms,
    wallet_kind_of,
)
from screening.policy import Policy
from screening.rules import assess

PAYMENT: dict[str, Any] = {
    "transaction_id": "P1",
    "booked_at": "2026-07-01T10:00:00Z",
    "amount": "900.00",
    "currency": "EUR",
    "originator_name": "Muster Relief",
    "originator_account": "A",
    "originator_country": "DE",
    "beneficiary_name": "Otto Beispiel",
    "beneficiary_account": "B",
    "beneficiary_country": "SY",
}
# words that rules of the catalogue, or corroboration, ask for
TYPES = ("person", "npo", "merchant", "payroll", "utility", "fi", "vasp", "benefit", "pension")
WALLETS = ("vasp", "unhosted", "mixer", "unknown")


def payment(**fields: Any) -> pl.DataFrame:
    return pl.DataFrame({**PAYMENT, **fields}, strict=False)


def fired(**fields: Any) -> set[str]:
    transactions = conform(payment(**fields)).transactions.collect()
    return set(assess(transactions, policy=Policy()).flags["rule"])


def told(column: str, value: str) -> tuple[str | None, list[tuple[Any, ...]]]:
    """What a column holds for a word, and what is said of it."""
    read = conform(payment(**{column: value}))
    assert read.rows_rejected == 0
    warnings = read.warnings.filter(pl.col("column") == column)
    return read.transactions.collect()[column].item(), warnings.select("rows", "first_value").rows()


@pytest.mark.parametrize("table", ["party_types", "wallet_kinds"])
def test_every_word_of_a_vocabulary_means_itself(table: str) -> None:
    known = synonyms(table)
    assert {known[plain(word)] for word in known.values()} == set(known.values())
    assert all(known[plain(word)] == word for word in known.values())


def test_the_words_that_rules_ask_for_are_known() -> None:
    assert [party_type_of(word) for word in TYPES] == list(TYPES)
    assert [wallet_kind_of(word) for word in WALLETS] == list(WALLETS)
    assert all(purpose_of(code) == code for code in ("SALA", "PAYR", "PENS", "SSBE", "BENE", "GOVT"))


@pytest.mark.parametrize("word", ["mixer", "Mixer", "MIXER", " mixer ", "Mixer/Tumbler", "tumbler"])
def test_a_mixer_is_one_however_it_is_written(word: str) -> None:
    assert "TF-X01" in fired(channel="va", wallet_kind=word)


@pytest.mark.parametrize("npo", ["npo", "NPO", "N.P.O.", "Charity", "non-profit organisation"])
@pytest.mark.parametrize("person", ["person", "Person", "Natural person", "INDIVIDUAL"])
def test_a_charity_that_pays_a_person_is_seen_however_they_are_written(npo: str, person: str) -> None:
    assert "TF-N01" in fired(originator_type=npo, beneficiary_type=person)


def test_a_kind_of_party_that_nobody_knows_is_kept_and_told() -> None:
    assert told("originator_type", "Stiftung") == ("Stiftung", [(1, "Stiftung")])
    assert told("originator_type", "-") == ("-", [(1, "-")])


def test_a_kind_of_wallet_that_nobody_knows_is_unknown_and_told() -> None:
    assert told("wallet_kind", "darknet market") == ("unknown", [(1, "darknet market")])
    assert told("wallet_kind", "") == (None, [])


def test_the_code_of_a_place_is_read_in_any_case_and_what_is_none_is_told() -> None:
    assert told("beneficiary_admin1", "tr_31") == ("TR-31", [])
    assert told("beneficiary_admin1", "Hatay") == ("Hatay", [(1, "Hatay")])
    assert [region_of(word) for word in ("Bern", "La Paz", "DE-BY", "sy\u2013al")] == [
        None,
        None,
        "DE-BY",
        "SY-AL",
    ]


def test_a_purpose_is_a_code_in_capitals_or_stays_as_written() -> None:
    assert [told("purpose_code", word) for word in ("sala", "Wages", "P0103", "gift to a friend")] == [
        ("SALA", []),
        ("SALA", []),
        ("P0103", []),
        ("gift to a friend", [(1, "gift to a friend")]),
    ]


def test_a_bank_is_where_its_code_says_in_any_case() -> None:
    assert told("beneficiary_agent_bic", "cbsy sydaxxx") == ("CBSYSYDAXXX", [])
    assert bic_of("my bank") == "my bank"


def test_corroboration_and_rules_read_one_kind_of_party() -> None:
    for word, means in synonyms("party_types").items():
        kind = read_kind(word)
        assert kind is None or kind == read_kind(means) == ("individual" if means == "person" else "entity")


def test_a_column_whose_words_are_told_is_no_plain_text() -> None:
    for column in ("originator_type", "wallet_kind", "terminal_admin1", "purpose_code", "originator_account"):
        assert not is_plain_text(column)
    assert is_plain_text("remittance_text")


@pytest.mark.parametrize("column", ["purpose", "Purpose of payment", "payment purpose"])
def test_a_purpose_of_words_is_read_as_text_and_a_code_is_none(column: str) -> None:
    table = pl.concat([payment(transaction_id=word, **{column: word}) for word in ("SALA", "Donation for X")])
    read = conform(table)
    assert read.columns["remittance_text"] == read.columns["purpose_code"] == column
    assert read.transactions.select("purpose_code", "remittance_text").collect().rows() == [
        ("SALA", None),
        ("Donation for X", "Donation for X"),
    ]
    assert read.warnings.is_empty()


@pytest.mark.parametrize(
    "fields",
    [
        {"purpose_code": "Donation for X"},
        {"purpose": "Donation for X", "remittance_text": "invoice 4711"},
    ],
)
def test_a_purpose_of_words_that_is_no_text_is_told(fields: dict[str, str]) -> None:
    (warning,) = conform(payment(**fields)).warnings.to_dicts()
    assert (warning["rows"], warning["first_value"]) == (1, "Donation for X")
    assert "map it to remittance_text" in warning["reason"]


@pytest.mark.parametrize("code", ["SALA", "Salary", "P0103", "CCT 07", ""])
def test_a_purpose_that_is_a_code_is_no_reason_to_warn(code: str) -> None:
    assert conform(payment(purpose_code=code)).warnings.is_empty()


@pytest.mark.parametrize(
    "name", ["SARKI, Jibrilla", "Otto Beispiel", "Мохаммед Орланков", "Al-Muster Relief e.V."]
)
@pytest.mark.parametrize("column", ["to", "nameDest"])
def test_names_in_a_column_of_accounts_are_told(column: str, name: str) -> None:
    table = payment(**{column: name}).drop("beneficiary_account")
    (warning,) = conform(table).warnings.to_dicts()
    assert (warning["column"], warning["rows"], warning["first_value"]) == (column, 1, name)
    assert warning["reason"].startswith("a name and no account")


@pytest.mark.parametrize(
    "account", ["DE89 3704 0044 0532 0130 00", "C1231006815", "A", "VAULT", "", "****4711"]
)
def test_an_account_is_no_reason_to_warn(account: str) -> None:
    assert conform(payment(beneficiary_account=account)).warnings.is_empty()


@pytest.mark.parametrize("word", ["-", "n/a", "NULL", "none", " "])
def test_a_word_for_no_value_is_none_in_a_column_of_wallets(word: str) -> None:
    table = pl.DataFrame(
        {
            "transaction_id": ["a"], "booked_at": ["2026-03-01T10:00:00Z"], "amount": ["1"],
            "currency": ["EUR"], "originator_name": ["Otto"], "wallet_kind": [word],
        }
    )  # fmt: skip
    with pytest.raises(SchemaError, match="holds Duration"):
        conform(table.with_columns(originator_name=pl.lit(dt.timedelta(1))))
    read = conform(table)
    assert read.transactions.collect()["wallet_kind"].to_list() == [None]
    assert read.warnings.is_empty()
