"""Ways in which a listed party once passed unseen; each is kept here so that it cannot return."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

import screening
from screening.designations import SanctionsList
from screening.errors import ListError, SchemaError
from screening.hit_reasons import compare_inside
from screening.hits import find_hits
from screening.party_fields import more_than_a_name
from screening.payments import conform

if TYPE_CHECKING:
    from pathlib import Path

LISTED = [("XXi.001", "individual", "Ardo Belvane"), ("XXi.002", "individual", "Mirwal Dostakhan Orlank")]


@pytest.fixture(scope="module")
def index() -> screening.NameIndex:
    return screening.NameIndex(SanctionsList.from_names(LISTED))


@pytest.mark.parametrize(
    "field",
    [
        "Ardo Belvane AND WIFE",
        "Estate of the late Ardo Belvane",
        "Maria Lopez Garcia / Ardo Belvane",
        "Acme Trading LLC for Ardo Belvane",
        "Ardo Belvane c/o Acme Bank Ltd London",
        "Ardo Belvane 12 Main Street Kabul Afghanistan",
    ],
)
def test_a_listed_name_that_is_a_part_of_a_party_field_is_a_hit(
    index: screening.NameIndex, field: str
) -> None:
    payments = pl.DataFrame(
        {
            "transaction_id": ["P1"],
            "booked_at": ["2026-03-01T09:00:00Z"],
            "amount": ["1.00"],
            "currency": ["EUR"],
            "beneficiary_name": [field],
        }
    )
    alerts = screening.screen(payments, index).alerts
    assert alerts.select("transaction_id", "outcome", "references").rows() == [("P1", "SUSPEND", ["XXi.001"])]


@pytest.mark.parametrize(
    "field",
    [
        "{}, Paul Dunmore",
        "{}, Dunmore Street, Torvash",
        "{}\nDunmore Street\nTorvash",
        "{}+Paul Dunmore",
        "{} | Paul Dunmore",
        "{}|Paul Dunmore",
        "{}!Paul Dunmore",
        "{}: Paul Dunmore",
        "{}\tPaul Dunmore",
        "{} - Paul Dunmore",
        "{} aka Paul Dunmore",
        "{} a.k.a. Paul Dunmore",
        "{} DBA Dunmore Plumbing",
        "{} t/a Dunmore Plumbing",
        "Dunmore Ltd {}",
        "{0} {0}",
        "Paul Dunmore Junior {}",
        "{} paul@example.com",
        'Paul Dunmore "{}"',
        "{} Torvash UAE",
        "{} school fees",
        "Paula Dunmore née {}",
        "Paul Dunmore FBO {}",
    ],
)
@pytest.mark.parametrize("name", ["Ardo Belvane", "Mirwal Dostakhan Orlank"])
def test_nothing_beside_a_listed_name_hides_it(field: str, name: str, index: screening.NameIndex) -> None:
    table = pl.DataFrame({"transaction_id": ["t1"], "beneficiary_name": [field.format(name)]})
    assert name in find_hits(table, index).table["listed_name"].to_list()


def test_a_surname_before_a_comma_is_no_second_name() -> None:
    fields = pl.Series(["Dunmore, Paul", "DUNMORE, PAUL JOHN", "Paul Dunmore", "Paul Dunmore Al Torvash Ltd"])
    assert more_than_a_name(fields).to_list() == [False] * 4


@pytest.mark.parametrize("threshold", [None, 0.7, 0.85, 0.99])
def test_a_threshold_of_the_caller_holds_for_what_stands_inside_a_field(
    threshold: float | None, index: screening.NameIndex
) -> None:
    table = pl.DataFrame({"transaction_id": ["t1"], "beneficiary_name": ["1/Mirwal Dostakxan Orlank 2/Rue"]})
    (score,) = find_hits(table, index).table["score"]
    assert index.policy.names.text_threshold <= score < 0.99
    needed = max(threshold or 0.0, index.policy.names.text_threshold)
    assert find_hits(table, index, threshold=threshold).table.height == int(score >= needed)


@pytest.mark.parametrize(
    ("field", "column", "words"),
    [
        ("1/Ardo Belvane 2/Rue Torvash 3/FR/Paris", "beneficiary_name", "Ardo Belvane"),
        ("inv 7.Ardo Belvame.Thanks", "remittance_text", "Ardo Belvame"),
        ("for l'Ardo Belvane's car", "remittance_text", "Ardo Belvane"),
    ],
)
def test_a_hit_inside_is_explained_by_the_words_it_was_found_in(
    field: str, column: str, words: str, index: screening.NameIndex
) -> None:
    table = pl.DataFrame({"transaction_id": ["t1"], column: [field]})
    (hit,) = find_hits(table, index).table.rows(named=True)
    inside = "field" if column == "beneficiary_name" else "text"
    why = compare_inside(words, hit["listed_name"], kind="individual")
    assert why.score == pytest.approx(hit["score"])
    assert hit["reasons"] == [f"'{words}' stands inside the {inside}", *why.reasons]
    assert not any("extra in query" in reason for reason in hit["reasons"])


def test_a_lone_text_is_one_name_and_not_its_letters(index: screening.NameIndex) -> None:
    assert index.search("Ardo Belvane").equals(index.search(["Ardo Belvane"]))
    assert index.search("Ardo Belvane")["reference"].to_list() == ["XXi.001"]


def test_entries_under_an_unknown_name_are_refused(sample_list: Path) -> None:
    renamed = sample_list.read_bytes().replace(b"INDIVIDUAL>", b"individual>")
    with pytest.raises(ListError, match="individual"):
        screening.read_un_list(renamed)


def test_warnings_of_the_list_stand_in_the_manifest(index: screening.NameIndex, sample_list: Path) -> None:
    payments = pl.DataFrame(
        {
            "transaction_id": ["P1"],
            "booked_at": ["2026-03-01T09:00:00Z"],
            "amount": ["1.00"],
            "currency": ["EUR"],
            "beneficiary_name": ["Jane Doe"],
        }
    )
    sanctions = screening.read_un_list(sample_list)
    told = screening.screen(payments, screening.NameIndex(sanctions)).manifest["warnings"]
    codes = set(sanctions.warnings["code"])
    assert codes
    assert codes == {line.split(" ")[1] for line in told if line.startswith("list: ")}
    assert not any(
        line.startswith("list: ") for line in screening.screen(payments, index).manifest["warnings"]
    )


def test_a_file_of_bare_carriage_returns_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "payments.csv"
    file.write_bytes(
        b"transaction_id,booked_at,amount,currency,originator_name\r1,2026-03-01T10:00:00Z,5.00,EUR,Jo\r"
    )
    with pytest.raises(SchemaError, match="carriage returns"):
        screening.conform(file)


def test_a_payment_that_names_nobody_is_reviewed_and_counted(index: screening.NameIndex) -> None:
    payments = pl.DataFrame(
        {
            "transaction_id": ["P1", "P2"],
            "booked_at": ["2026-03-01T09:00:00Z"] * 2,
            "amount": ["1.00"] * 2,
            "currency": ["EUR"] * 2,
            "originator_name": [" ", "Jo Example"],
            "beneficiary_name": [None, None],
        },
        schema_overrides={"beneficiary_name": pl.String},
    )
    result = screening.screen(payments, index)
    assert result.alerts.select("transaction_id", "outcome", "reasons").rows() == [
        ("P1", "REVIEW", ["the payment names no party"])
    ]
    assert any("1 payments name no party at all" in line for line in result.manifest["warnings"])
    allowed = screening.Policy.from_dict({"payments": {"names_required": False}})
    assert screening.screen(payments, index, policy=allowed).alerts.is_empty()


def _payments(*names: str, field: str = "beneficiary_name") -> pl.DataFrame:
    return pl.DataFrame(
        {
            "transaction_id": [f"P{number}" for number in range(len(names))],
            "booked_at": ["2026-03-01T09:00:00Z"] * len(names),
            "amount": ["1.00"] * len(names),
            "currency": ["EUR"] * len(names),
            "originator_name": ["Jo Example"] * len(names),
            field: list(names),
        }
    )


def _told(payments: pl.DataFrame, index: screening.NameIndex) -> list[str]:
    warnings: list[str] = screening.screen(payments, index, rules=()).manifest["warnings"]
    return [line for line in warnings if "no names" in line]


@pytest.mark.parametrize(
    "value",
    [
        "DE89 3704 0044 0532 0130 00", "GB29NWBK60161331926819", "MT84MALT011000012345MTLCAST001S",
        "11420031", "CUST0001234", "****4711", "ABCDFRPP", "ABCDFRPPXXX", "1,250.00", "EUR 12.50", "-3",
        "2026-03-01", "01 MAR 2026",
    ],
)  # fmt: skip
def test_a_column_that_holds_no_names_is_told(value: str, index: screening.NameIndex) -> None:
    swapped = _payments(value, value.replace("1", "2"), "Jane Doe").with_columns(
        beneficiary_account=pl.lit("Ardo Belvane")
    )
    (line,) = _told(swapped, index)
    assert line == (
        "column 'beneficiary_name' seems to hold numbers, codes or dates and no names in 2 of 3 payments: "
        "hardly anybody is found there; if the names stand in another column, name it under "
        "[payments.columns]"
    )


def test_names_that_hold_numbers_are_no_reason_to_warn(index: screening.NameIndex) -> None:
    names = [
        "Hotel 21 LLC",
        "11420 CORP",
        "Brigade 55",
        "3 Guys Ltd",
        "MOHAMMED",
        "Jane Doe",
        "23andMe",
        "R2D2",
    ]
    assert _told(_payments(*names), index) == []
    assert _told(_payments(*names[:1] * 3), index) == []
    assert _told(_payments("...", "", "?"), index) == []  # cannot be judged, which is told elsewhere


def test_a_column_of_no_names_is_told_by_rows_and_not_by_values(index: screening.NameIndex) -> None:
    names = ["Jane Doe", "Ana Example", "11420031", *["11420032"] * 7]
    assert len(_told(_payments(*names), index)) == 1
    assert _told(_payments(*names[:3], *["Jane Doe"] * 7), index) == []


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("JÃ©rÃ´me Dostakhan", "beneficiary_name"),
        ("JÃ©rÃ´me Dostakhan", "remittance_text"),
        ("ÐœÐ¾Ñ…Ð°Ð¼Ð¼ÐµÐ´ ÐžÑ€Ð»Ð°Ð½ÐºÐ¾Ð²", "beneficiary_name"),
        ("ÐœÐ¾Ñ…Ð°Ð¼Ð¼ÐµÐ´ ÐžÑ€Ð»Ð°Ð½ÐºÐ¾Ð²", "remittance_text"),
    ],
)
def test_a_listed_name_whose_letters_were_misread_is_a_hit(name: str, column: str) -> None:
    listed = [("XXi.001", "individual", "Jérôme Dostakhan"), ("XXi.002", "individual", "Мохаммед Орланков")]
    index = screening.NameIndex(SanctionsList.from_names(listed))
    field = name if column == "beneficiary_name" else f"rent, {name}; thanks"
    result = screening.screen(_payments(field, field=column), index, rules=())
    (hit,) = result.hits.rows(named=True)
    assert hit["query"] == field
    assert hit["score"] == pytest.approx(0.995)
    assert hit["reasons"][-1] == "warning sign in the query: misread letters"
    assert (hit["reasons"][0] == f"'{name}' stands inside the text") == (column == "remittance_text")
    assert result.alerts["outcome"].to_list() == ["SUSPEND"]


WEAK = SanctionsList.from_names(
    [
        ("XXi.001", "individual", "Mirwal Dostakhan Orlank"),
        ("XXi.001", "individual", "Hummingbird", "alias", "Low"),
        ("XXi.001", "individual", "Abu Torvash Belvane", "alias", "Low"),
    ]
)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("two tickets for the hummingbird film", "REVIEW"),
        ("for Abu Torvash Belvane with thanks", "SUSPEND"),
        ("for Mirwal Dostakhan Orlank with thanks", "SUSPEND"),
        ("hummingbird tickets for Mirwal Dostakxan Orlank", "SUSPEND"),
    ],
)
def test_a_weak_alias_of_one_word_of_prose_is_reviewed_and_hides_no_name(text: str, outcome: str) -> None:
    index = screening.NameIndex(WEAK)
    result = screening.screen(_payments(text, field="remittance_text"), index, rules=())
    assert result.alerts.select("outcome", "references").rows() == [(outcome, ["XXi.001"])]


@pytest.mark.parametrize("reverse", [False, True])
def test_a_weak_alias_that_does_not_suspend_hides_no_name_in_a_party_field(reverse: bool) -> None:  # noqa: FBT001
    listed = [
        ("XXi.001", "individual", "Mirwal Dostakhan Orlank"),
        ("XXi.001", "individual", "Abu Torvash Belvane", "alias", "Low"),
    ]
    index = screening.NameIndex(SanctionsList.from_names(listed))
    both = ["Mirwal Dostakxan Orlank", "Abu Torvash Belvane"]
    field = " / ".join(both[::-1] if reverse else both)
    policy = screening.Policy.from_dict({"outcomes": {"suspend_weak_at": 1.01}})
    index = screening.NameIndex(SanctionsList.from_names(listed), policy=policy)
    (hit,) = find_hits(_payments(field), index, policy=policy).table.rows(named=True)
    assert (hit["listed_name"], hit["tier"]) == ("Mirwal Dostakhan Orlank", "SUSPEND")


@pytest.mark.parametrize(
    "field", ["BELVANE, Ardo", "Belvane,Ardo", "ARDO, Belvane", "Ardo , BELVANE", "Orlank, Mirwal Dostakhan"]
)
def test_a_comma_between_surname_and_given_names_hides_nobody_in_either_order(
    field: str, index: screening.NameIndex
) -> None:
    assert screening.screen(_payments(field), index, rules=()).alerts["outcome"].to_list() == ["SUSPEND"]


@pytest.mark.parametrize("column", ["beneficiary_name", "remittance_text"])
@pytest.mark.parametrize(
    "name",
    ["Ardo Be|vane", "Ardo Be!vane", "Ardo|Belvane", "Mirwa| Dostakhan Orlank", "M!rwal Dostakhan Or|ank"],
)
def test_a_stroke_in_a_listed_name_hides_nobody(name: str, column: str, index: screening.NameIndex) -> None:
    result = screening.screen(_payments(name, field=column), index, rules=())
    assert result.hits["reference"].len() == 1
    assert result.alerts["outcome"].to_list() == ["SUSPEND"]


def test_a_misspelt_column_of_names_is_told_first_of_all(index: screening.NameIndex) -> None:
    payments = _payments("Ardo Belvane").rename({"beneficiary_name": "beneficary_name"})
    payments = payments.with_columns(originator_name=pl.lit("Jane Doe"))
    first = screening.screen(payments, index, rules=()).manifest["warnings"][0]
    assert first.startswith("no column for the beneficiary's name: nobody on that side is screened by name")
    assert "'beneficary_name'" in first
    assert conform(payments).unnamed_sides == [first]


def test_files_that_a_folder_holds_further_within_are_told(
    index: screening.NameIndex, tmp_path: Path
) -> None:
    (tmp_path / "payments" / "day=2").mkdir(parents=True)
    _payments("Jane Doe").write_parquet(tmp_path / "payments" / "1.parquet")
    _payments("Ardo Belvane").write_parquet(tmp_path / "payments" / "day=2" / "2.parquet")
    told = screening.screen(tmp_path / "payments", index, rules=()).manifest["warnings"]
    (line,) = [line for line in told if "were not read" in line]
    assert line == (
        "(whole table): 1 files in folders within 'payments' were not read: 'day=2' (1); "
        "the pattern 'payments/**/*.parquet' takes them in"
    )
