"""Every row in is a row out or a rejected row, whatever the table and whatever carries it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from tests.payments.conftest import save

from screening.births import read_birth
from screening.errors import PolicyError, SchemaError
from screening.payments import Conformed, conform
from screening.policy import Policy
from screening.schemas import REJECTS, REQUIRED_COLUMNS, TRANSACTIONS, WARNINGS

if TYPE_CHECKING:
    from pathlib import Path

PAYMENTS: dict[str, list[str | None]] = {
    "Payment ID": ["007", "008", "009"],
    "Date": ["2026-03-01T10:00:00Z", "2026-03-01T11:00:00+01:00", "2026-03-02 08:00:00Z"],
    "Amount": ["1,250.00", "12", "0.10"],
    "Currency": ["EUR", "jpy", "978"],
    "Status": ["settled", "RJCT", None],
    "Debtor Name": ["Anna Muster", " Otto Beispiel ", ""],
    "Creditor": ["Muster GmbH", "Café Ünïcode", None],
    "Creditor Country": ["Germany", "fr", "KEN"],
}


def policy(**payments: Any) -> Policy:
    return Policy.from_dict({"payments": payments})


def table(**changes: Any) -> pl.DataFrame:
    return pl.DataFrame({**PAYMENTS, **changes}, strict=False)


def only(**changes: Any) -> pl.DataFrame:
    """One payment, changed."""
    values = {name: [column[0]] for name, column in PAYMENTS.items()}
    return pl.DataFrame({**values, **{name: [value] for name, value in changes.items()}})


def check_count(read: Conformed) -> None:
    transactions = read.transactions.collect()
    assert read.rows_in == read.rows_out + read.rows_rejected
    assert transactions.height == read.rows_out
    assert read.rejects.height == read.rejected_rows.height == read.rows_rejected
    assert read.rejects.schema == REJECTS
    assert read.warnings.schema == WARNINGS
    assert set(REQUIRED_COLUMNS) <= set(transactions.columns)
    assert transactions.schema == {
        name: kind for name, kind in TRANSACTIONS.items() if name in transactions.columns
    }
    assert transactions["transaction_id"].is_unique().all()
    assert transactions.select(REQUIRED_COLUMNS).null_count().row(0) == (0,) * len(REQUIRED_COLUMNS)


def test_a_small_table_becomes_transactions() -> None:
    read = conform(table())
    check_count(read)
    assert read.transactions.select(
        "transaction_id", "amount_minor", "currency", "status", "originator_name", "beneficiary_country"
    ).collect().rows() == [
        ("007", 125000, "EUR", "executed", "Anna Muster", "DE"),
        ("008", 12, "JPY", "rejected", "Otto Beispiel", "FR"),
        ("009", 10, "EUR", "executed", None, "KE"),
    ]
    assert read.columns["beneficiary_name"] == "Creditor"
    assert read.warnings.select("column", "rows", "first_row").rows() == [("Status", 1, 3)]


JUNK = (
    st.none() | st.text(max_size=8) | st.sampled_from(["007", "5", "1,234.5", "EUR", "2026-03-01T10:00:00Z"])
)
MIXED = (
    JUNK
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.booleans()
    | st.decimals()
    | st.dates()
    | st.binary(max_size=3)
)
HEADERS = [
    "id",
    "Payment ID",
    "Date",
    "Amount",
    "Currency",
    "Status",
    "Channel",
    "Debtor",
    "Creditor Country",
    "dbtr dob",
]


@settings(max_examples=20)
@given(
    st.integers(0, 6).flatmap(
        lambda rows: st.tuples(*[st.lists(JUNK, min_size=rows, max_size=rows)] * len(HEADERS))
    )
)
def test_no_table_of_texts_loses_a_row(columns: tuple[list[str | None], ...]) -> None:
    frame = pl.DataFrame(dict(zip(HEADERS, columns, strict=True)), schema=dict.fromkeys(HEADERS, pl.String))
    read = conform(frame, policy=policy(timezone="UTC"))
    check_count(read)
    assert read.rows_in == frame.height
    assert read.unused_columns == ("id",)
    assert sorted(read.rejects["row"]) == read.rejects["row"].to_list()


@settings(max_examples=20)
@given(
    st.integers(1, 5).flatmap(
        lambda rows: st.tuples(*[st.lists(MIXED, min_size=rows, max_size=rows)] * len(HEADERS))
    )
)
def test_no_table_of_mixed_objects_loses_a_row(columns: tuple[list[Any], ...]) -> None:
    frame = pd.DataFrame(
        {name: pd.Series(values, dtype=object) for name, values in zip(HEADERS, columns, strict=True)}
    )
    read = conform(frame, policy=policy(timezone="UTC"))
    check_count(read)
    assert read.rows_in == len(frame)


@settings(max_examples=10)
@given(st.permutations(list(PAYMENTS)))
def test_the_order_of_columns_is_irrelevant(names: list[str]) -> None:
    assert_frame_equal(
        conform(table().select(names)).transactions.collect(), conform(table()).transactions.collect()
    )


def test_the_callers_table_is_not_changed() -> None:
    frame, copy = table(), table()
    conform(frame)
    assert_frame_equal(frame, copy)


@settings(max_examples=20)
@given(st.lists(st.tuples(JUNK, JUNK, JUNK), min_size=2, max_size=8), st.data())
def test_splitting_the_table_changes_nothing(rows: list[tuple[str | None, ...]], data: st.DataObject) -> None:
    """Apart from ids that repeat across the parts, which only the whole can see."""
    frame = pl.DataFrame(rows, schema=dict.fromkeys(["Date", "Amount", "Debtor"], pl.String), orient="row")
    frame = (
        frame.with_row_index("id").with_columns(pl.lit("EUR").alias("Currency")).rename({"id": "payment id"})
    )
    cut = data.draw(st.integers(1, len(rows) - 1))
    asked = policy(timezone="UTC")
    whole = conform(frame, policy=asked)
    parts = [conform(part, policy=asked) for part in (frame[:cut], frame[cut:])]
    assert_frame_equal(
        pl.concat([part.transactions.collect() for part in parts]), whole.transactions.collect()
    )
    assert sum(part.rows_rejected for part in parts) == whole.rows_rejected


def test_a_conformed_table_conforms_to_itself() -> None:
    once = conform(table()).transactions.collect()
    assert_frame_equal(conform(once).transactions.collect(), once)


@pytest.mark.parametrize(
    "carrier", ["lazy", "pandas", "arrow", "csv", "csv.gz", "tsv", "parquet", "jsonl", "arrow file"]
)
def test_every_carrier_gives_the_same_transactions(carrier: str, tmp_path: Path) -> None:
    frame = table()
    path = tmp_path / f"payments.{carrier.replace('arrow file', 'arrow')}"
    given_as: Any = path
    if carrier == "lazy":
        given_as = frame.lazy()
    elif carrier == "pandas":
        given_as = frame.to_pandas()
    elif carrier == "arrow":
        given_as = frame.to_arrow()
    elif carrier.startswith("csv"):
        frame.write_csv(path, compression="gzip" if carrier.endswith("gz") else "uncompressed")
    elif carrier == "tsv":
        frame.write_csv(path, separator="\t")
    else:
        save(frame, path)
    read = conform(given_as)
    check_count(read)
    assert_frame_equal(read.transactions.collect(), conform(frame).transactions.collect())
    assert read.columns == conform(frame).columns


def test_typed_columns_read_like_text() -> None:
    typed = table(
        **{
            "Payment ID": [7, 8, 9],
            "Amount": [Decimal("1250.00"), Decimal("12.00"), Decimal("0.10")],
            "Date": [dt.datetime(2026, 3, 1, 10, tzinfo=dt.UTC)] * 3,
            "Currency": pl.Series(["EUR", "JPY", "EUR"], dtype=pl.Categorical),
        }
    )
    read = conform(typed)
    assert read.transactions.select("transaction_id", "amount_minor").collect().rows() == [
        ("7", 125000),
        ("8", 12),
        ("9", 10),
    ]


def test_ids_that_a_missing_value_turned_into_floats_are_read_as_integers() -> None:
    read = conform(table(**{"Payment ID": [7.0, None, 2.0**53]}))
    assert read.transactions.collect()["transaction_id"].to_list() == ["7"]
    assert [reason.split(";")[0] for reason in read.rejects["reason"]] == [
        "empty",
        "more digits than a binary number holds exactly",
    ]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("Payment ID", None, "empty"),
        ("Payment ID", "  ", "empty"),
        ("Date", None, "empty"),
        ("Date", "soon", "not a time"),
        ("Amount", None, "empty"),
        ("Amount", "-5", "negative amount"),
        ("Amount", "NaN", "not a number"),
        ("Amount", "1,234", "may be read in two ways"),
        ("Amount", "0.001", "more decimals"),
        ("Amount", "9" * 30, "does not fit"),
        ("Currency", None, "empty"),
        ("Currency", "ZZZ", "unknown currency"),
        ("Currency", "XAU", "currency without a minor unit"),
        ("Status", "teleported", "unknown status"),
    ],
)
def test_an_unreadable_row_is_rejected_with_its_reason_and_its_names(
    column: str, value: str | None, reason: str
) -> None:
    read = conform(only(**{column: value}))
    check_count(read)
    assert read.rejects.select("row", "column", "value").rows() == [(1, column, value)]
    assert read.rejects["reason"][0].startswith(reason)
    assert read.rejected_rows["originator_name"].to_list() == ["Anna Muster"]
    assert read.rejected_rows["transaction_id"].to_list() == ["row-1" if column == "Payment ID" else "007"]


def test_a_row_with_several_problems_is_rejected_once_and_names_them_all() -> None:
    read = conform(only(Amount="five", Currency="ZZZ"))
    assert read.rejects.select("column", "reason").rows() == [
        ("Amount", "not a number; Currency 'ZZZ': unknown currency; map it under [payments.currencies]")
    ]


def test_of_equal_ids_the_first_readable_row_is_kept_and_the_others_can_still_be_screened() -> None:
    frame = pl.concat([only(Amount="?"), only(), only(**{"Debtor Name": "Second Payer"}), only()])
    read = conform(frame)
    check_count(read)
    assert read.transactions.collect()["transaction_id"].to_list() == ["007"]
    assert read.rejects.select("row", "reason").rows() == [
        (1, "not a number"),
        (3, "transaction id already used by an earlier row"),
        (4, "transaction id already used by an earlier row"),
    ]
    assert read.rejected_rows["transaction_id"].to_list() == ["row-1", "row-3", "row-4"]
    assert read.rejected_rows["originator_name"].to_list() == ["Anna Muster", "Second Payer", "Anna Muster"]


@pytest.mark.parametrize("name", ["x" * 10_000, "\x00\x07", "a\x00b", "\u200b", "محمد", "名前", "two\nlines"])
def test_strange_names_are_kept_as_they_are(name: str) -> None:
    assert conform(only(**{"Debtor Name": name})).transactions.collect()["originator_name"].to_list() == [
        name
    ]


@pytest.mark.parametrize("name", ["", " ", "\t\n", "\u00a0", None])
def test_names_of_nothing_are_null(name: str | None) -> None:
    assert conform(only(**{"Debtor Name": name})).transactions.collect()["originator_name"].to_list() == [
        None
    ]


def test_values_that_are_set_aside_are_counted_and_the_payment_is_kept() -> None:
    frame = table(
        **{
            "Creditor Country": ["Atlantis", "DE", "Atlantis"],
            "Debtor DOB": ["31.01.1970", "in his youth", None],
            "travel rule": ["yes", "perhaps", "0"],
            "Balance": ["-5.00", "1,000", "12.345"],
            "terminal latitude": ["48.2", "north", None],
        }
    )
    read = conform(frame)
    check_count(read)
    assert read.rows_rejected == 0
    told = {
        row["column"]: (row["rows"], row["first_row"], row["first_value"]) for row in read.warnings.to_dicts()
    }
    assert told == {
        "Creditor Country": (2, 1, "Atlantis"),
        "Debtor DOB": (1, 2, "in his youth"),
        "travel rule": (1, 2, "perhaps"),
        "Balance": (2, 2, "1,000"),
        "terminal latitude": (1, 2, "north"),
        "Status": (1, 3, None),
    }
    assert read.transactions.select(
        "originator_birth_date", "travel_rule_complete", "balance_after_minor", "terminal_latitude"
    ).collect().rows() == [
        ("1970-01-31", True, -500, 48.2),
        (None, None, None, None),
        (None, False, None, None),
    ]


BORN = [
    "13.07.1970",
    "01/07/1970",
    "1 Jul 1970",
    "07/1970",
    "1970",
    "circa 1970",
    "1970-07-01",
    "13.07.70",
    None,
]


@given(born=st.lists(st.sampled_from(BORN), min_size=3, max_size=3))
@settings(max_examples=30, deadline=None)
def test_births_of_a_table_are_read_as_one_by_one(born: list[str | None]) -> None:
    read = conform(table(**{"Debtor DOB": pl.Series(born, dtype=pl.String)}))
    found = [None if text is None else read_birth(text) for text in born]
    expected = [None if birth is None else str(birth) for birth in found]
    assert read.transactions.collect()["originator_birth_date"].to_list() == expected
    unread = sum(text is not None and birth is None for text, birth in zip(born, found, strict=True))
    assert read.warnings.filter(column="Debtor DOB")["rows"].sum() == unread


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (pl.Series([dt.date(1970, 7, 1), None, dt.date(1899, 12, 31)]), ["1970-07-01", None, "1899-12-31"]),
        (pl.Series([19700701, 1970, 7]), ["1970-07-01", "1970", None]),
        (pl.Series([19700701.0, None, 1970.0]), ["1970-07-01", None, "1970"]),
    ],
)
def test_births_of_other_types_are_read_as_their_text(born: pl.Series, expected: list[str | None]) -> None:
    read = conform(table(**{"Debtor DOB": born}))
    assert read.transactions.collect()["originator_birth_date"].to_list() == expected


def test_sums_in_base_currency_are_read_by_its_exponent() -> None:
    asked = Policy.from_dict({"rules": {"base_currency": "KWD"}})
    read = conform(only(amount_base="1.5"), policy=asked)
    assert read.transactions.collect()["amount_base_minor"].to_list() == [1500]


def test_a_whole_column_of_naive_times_is_one_error() -> None:
    naive = [dt.datetime(2026, 3, 1, 10), dt.datetime(2026, 3, 2, 10), None]  # noqa: DTZ001
    with pytest.raises(SchemaError, match=r"'Date' carry no zone; set timezone under \[payments\]"):
        conform(table(Date=naive))
    assert conform(table(Date=naive), policy=policy(timezone="UTC")).rows_out == 2


def test_a_single_naive_time_is_a_rejected_row() -> None:
    read = conform(table(Date=["2026-03-01T10:00:00Z", "2026-03-01T10:00:00", "2026-03-01T10:00:00Z"]))
    assert read.rejects.select("row", "reason").rows() == [
        (2, "time without a zone; set timezone under [payments]")
    ]


def test_an_edge_list_is_enough_when_the_policy_says_so() -> None:
    edges = pl.DataFrame({"source": ["A", "B"], "target": ["B", "C"], "weight": [2.5, 3.0], "time": [0, 60]})
    asked = policy(
        columns={"amount": "weight"},
        currency="USD",
        number_rows=True,
        names_required=False,
        time_format="epoch_s",
    )
    read = conform(edges, policy=asked)
    assert read.transactions.select(
        "transaction_id", "amount_minor", "originator_account", "beneficiary_account"
    ).collect().rows() == [("row-1", 250, "A", "B"), ("row-2", 300, "B", "C")]


def test_numbered_rows_fill_only_ids_that_are_missing() -> None:
    read = conform(table(**{"Payment ID": ["X", None, ""]}), policy=policy(number_rows=True))
    assert read.transactions.collect()["transaction_id"].to_list() == ["X", "row-2", "row-3"]


def test_the_policys_own_words_come_first() -> None:
    asked = policy(
        statuses={"teleported": "held"},
        channels={"owl": "p2p"},
        currencies={"RMB": "CNY"},
        status="attempted",
    )
    frame = table(Status=["teleported", "settled", None], Currency=["rmb"] * 3, Channel=["Owl", "SEPA", None])
    read = conform(frame, policy=asked).transactions.select("status", "channel", "currency").collect()
    assert read.rows() == [("held", "p2p", "CNY"), ("executed", "wire", "CNY"), ("attempted", "wire", "CNY")]


@pytest.mark.parametrize(
    "asked",
    [
        {"timezone": "Mars/Olympus"},
        {"decimal_mark": ";"},
        {"delimiter": "::"},
        {"time_format": "iso"},
        {"currency": "XAU"},
        {"status": "done"},
        {"channel": "owl"},
        {"statuses": {"x": "done"}},
        {"channels": {"x": "owl"}},
        {"currencies": {"x": "euro"}},
        {"columns": {"amout": "Amount"}},
    ],
)
def test_a_policy_that_asks_for_what_does_not_exist_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(PolicyError, match=r"\[payments"):
        conform(table(), policy=policy(**asked))


@pytest.mark.parametrize(
    "asked",
    [
        {"statuses": {"A": "executed", "a": "rejected"}},
        {"channels": {"Desk": "wire", " desk": "instant"}},
        {"currencies": {"eu": "EUR", "EU": "USD"}},
    ],
)
def test_one_word_with_two_meanings_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(PolicyError, match="are one word"):
        conform(table(), policy=policy(**asked))


def test_statuses_of_signs_alone_are_told_apart() -> None:
    signs = policy(statuses={"*": "executed", "!": "rejected"})
    read = conform(table(Status=["*", "!", "*"]), policy=signs)
    assert read.transactions.collect()["status"].to_list() == ["executed", "rejected", "executed"]


def test_an_empty_table_gives_empty_typed_tables() -> None:
    read = conform(table().clear())
    check_count(read)
    assert read.rows_in == 0


NAMES_OF_ROWS = st.sampled_from(["row-1", "row-2", "row-2*", "row-2**", "row-3", "row-4*", "x"])


@pytest.mark.parametrize("numbered", [False, True])
@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.none() | NAMES_OF_ROWS, st.sampled_from(["5", "a lot"])), min_size=1, max_size=7)
)
def test_a_rejected_row_never_takes_the_id_of_another_row(
    numbered: bool,  # noqa: FBT001 - drawn by hypothesis
    rows: list[tuple[str | None, str]],
) -> None:
    ids, amounts = zip(*rows, strict=True)
    values = {name: [column[0]] * len(rows) for name, column in PAYMENTS.items()}
    frame = pl.DataFrame({**values, "Payment ID": ids, "Amount": amounts}, strict=False)
    read = conform(frame, policy=policy(number_rows=numbered))
    check_count(read)
    made = read.rejected_rows["transaction_id"].to_list()
    paid = read.transactions.collect()["transaction_id"].to_list()
    assert len({*made, *paid}) == len(rows)


@pytest.mark.parametrize("files", [1, 2])
def test_earlier_payments_can_be_numbered_by_another_name(files: int, tmp_path: Path) -> None:
    for number in range(files):
        table(**{"Payment ID": [None] * 3, "Amount": ["1", "a lot", "2"]}).write_csv(
            tmp_path / f"{number}.csv"
        )
    numbered = policy(number_rows=True)
    batch = conform(tmp_path, policy=numbered)
    earlier = conform(tmp_path, policy=numbered, row_name="history")
    ids = [read.transactions.collect()["transaction_id"].to_list() for read in (batch, earlier)]
    assert ids[1] == [name.replace("row", "history") for name in ids[0]]
    assert ids[1][0] == ("history-1" if files == 1 else "history-1-1")
    assert earlier.rejected_rows["transaction_id"][0] == ("history-2" if files == 1 else "history-1-2")


def test_the_id_of_a_rejected_row_is_lengthened_where_a_payment_has_it() -> None:
    frame = table(**{"Payment ID": ["row-2", None, "row-2*"]})
    read = conform(frame)
    assert read.transactions.collect()["transaction_id"].to_list() == ["row-2", "row-2*"]
    assert read.rejected_rows.select("transaction_id", "originator_name").rows() == [
        ("row-2**", "Otto Beispiel")
    ]


def test_columns_of_tables_are_refused() -> None:
    with pytest.raises(SchemaError, match="'Debtor Name' holds Struct"):
        conform(only(**{"Debtor Name": {"first": "Anna"}}))


def test_lists_of_codes_are_joined() -> None:
    read = conform(only(**{"intermediary bics": ["AAAADEFF", "BBBBFRPP"]}))
    assert read.transactions.collect()["intermediary_bics"].to_list() == ["AAAADEFF,BBBBFRPP"]


def test_what_is_no_table_is_a_typed_error() -> None:
    with pytest.raises(SchemaError, match="cannot read payments from int"):
        conform(5)
    with pytest.raises(SchemaError, match="lazy frame cannot be collected"):
        conform(table().lazy().select("absent"))
    with pytest.raises(SchemaError, match=r"table: column 'Amount' holds List\(String\), not plain values"):
        conform(table().with_columns(pl.concat_list("Amount").alias("Amount")))
    with pytest.raises(SchemaError, match="two columns of one name"):
        conform(pd.DataFrame([[1, 2]], columns=["id", "id"]))


def test_columns_without_a_name_of_their_own_are_no_obstacle() -> None:
    frame = table().to_pandas()
    frame[5] = 1
    assert conform(frame).unused_columns == ("5",)


def test_columns_named_like_inner_ones_are_no_obstacle() -> None:
    frame = table(**{"#text": ["x"] * 3, "problem:amount_minor": [1] * 3, "raw:status": [None] * 3})
    assert conform(frame).rows_out == 3
