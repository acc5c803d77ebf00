"""Columns are found by any sensible name, and never by guess."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.errors import PolicyError, SchemaError
from screening.payments.columns import MAJOR, match_columns, unnamed_sides
from screening.payments.words import plain, synonyms
from screening.policy import PaymentsPolicy
from screening.schemas import REQUIRED_COLUMNS, TRANSACTIONS

FOUND = ["Transaction ID", "booking-date", "Amt", "ccy", "Debtor Name"]


def match(found: list[str], **options: object) -> dict[str, str]:
    return match_columns(found, PaymentsPolicy(**options), source="payments.csv")  # type: ignore[arg-type]


def test_every_canonical_name_is_found_as_itself() -> None:
    others = [name for name in TRANSACTIONS if not name.startswith("amount")]
    assert match([*others, "amount_minor"]) == {
        name: name for name in TRANSACTIONS if name in [*others, "amount_minor"]
    }


def test_every_synonym_means_a_column_that_exists() -> None:
    assert set(synonyms("columns").values()) <= {*TRANSACTIONS, *MAJOR}
    assert not {plain(name) for name in TRANSACTIONS} & synonyms("columns").keys()


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("dbtr_nm", "originator_name"),
        ("Sender", "originator_name"),
        ("ORDERING CUSTOMER", "originator_name"),
        ("payee", "beneficiary_name"),
        ("Creditor IBAN", "beneficiary_account"),
        ("payerCountryCode", "originator_country"),
        ("UltmtCdtr", "ultimate_beneficiary_name"),
        ("remittance information", "remittance_text"),
        ("MCC", "merchant_category_code"),
    ],
)
def test_usual_names_are_known(name: str, canonical: str) -> None:
    assert match([*FOUND[:4], name], names_required=False)[canonical] == name


@given(
    st.sampled_from(sorted(synonyms("columns"))),
    st.sampled_from([str.upper, str.title, lambda text: f" {text}_"]),
)
def test_case_blanks_and_punctuation_are_irrelevant(word: str, change: object) -> None:
    assert plain(change(word)) == word  # type: ignore[operator]


def test_two_columns_that_mean_the_same_are_an_error_that_names_both() -> None:
    with pytest.raises(
        SchemaError, match=r"'Debtor Name', 'payer' may all mean 'originator_name'; set originator_name = "
    ):
        match([*FOUND, "payer"])
    with pytest.raises(SchemaError, match="'Amt', 'amount_minor' may all mean 'amount_minor'"):
        match([*FOUND, "amount_minor"])


def test_the_policy_settles_which_of_them_it_is() -> None:
    columns = match([*FOUND, "payer"], columns={"originator_name": "payer"})
    assert columns["originator_name"] == "payer"
    assert match([*FOUND, "amount_minor"], columns={"amount": "Amt"})["amount"] == "Amt"


def test_a_mapped_column_that_is_not_there_is_an_error_with_a_suggestion() -> None:
    with pytest.raises(
        SchemaError, match=r"no column 'Debtor Nmae', .* did you mean 'Debtor Name'\?; found: "
    ):
        match(FOUND, columns={"originator_name": "Debtor Nmae"})


def test_a_mapping_to_no_column_of_transactions_is_an_error_with_a_suggestion() -> None:
    with pytest.raises(PolicyError, match="did you mean 'originator_name'"):
        match(FOUND, columns={"orginator_name": "Debtor Name"})


def test_both_major_and_minor_units_cannot_be_mapped() -> None:
    with pytest.raises(SchemaError, match="both 'amount' and 'amount_minor'"):
        match([*FOUND, "x"], columns={"amount": "Amt", "amount_minor": "x"})


def test_all_that_is_missing_is_one_error_that_says_what_was_found() -> None:
    with pytest.raises(SchemaError) as caught:
        match(["colour"])
    for word in ("transaction_id", "booked_at", "amount", "currency", "party's name", "'colour'"):
        assert word in str(caught.value)


def test_the_policy_may_stand_in_for_columns() -> None:
    columns = match(["date", "amount"], number_rows=True, currency="EUR", names_required=False)
    assert set(columns) == {"booked_at", "amount"}
    assert set(REQUIRED_COLUMNS) - {"booked_at", "amount_minor"} == {
        "transaction_id",
        "status",
        "channel",
        "currency",
    }


@pytest.mark.parametrize("name", ["beneficary_name", "counterparty_name", "Begünstigter"])
def test_a_side_without_a_column_of_names_is_told_with_the_closest_column(name: str) -> None:
    (line,) = unnamed_sides(match(FOUND), [name, "colour"])
    assert line.startswith("no column for the beneficiary's name: nobody on that side is screened by name; ")
    assert f"nothing reads: '{name}', 'colour')" in line


def test_both_sides_are_told_of_alike() -> None:
    (line,) = unnamed_sides(["beneficiary_name"], [])
    assert line.endswith("set originator_name under [payments.columns]")
    assert len(unnamed_sides(["passenger_name"], [])) == 2


@pytest.mark.parametrize("columns", [["originator_name", "beneficiary_name"], ["amount"]])
def test_there_is_nothing_to_tell_of_sides_that_are_both_named_or_need_no_names(columns: list[str]) -> None:
    assert unnamed_sides(columns, ["beneficary_name"]) == []
