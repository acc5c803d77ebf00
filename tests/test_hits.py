"""Hits: every field that names someone is looked at, once per distinct text, and nothing is lost."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.alerts import raise_alerts
from screening.designations import FACTS, IDENTIFIERS, document_facts
from screening.hits import HIT_COLUMNS, find_hits
from screening.names import compare
from screening.policy import Policy
from screening.schemas import FLAGS, HITS, LISTED_NAMES, NAME_COLUMNS, SEARCH, TEXT_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping

LISTED = {"ardo belvane": "X.1", "mirelle osk": "X.2", "osk trading": "X.3"}


class Plain:
    """An index that finds equal names, whatever their case."""

    def __init__(self, identifiers: list[dict[str, str | None]] | None = None) -> None:
        self.identifiers = pl.DataFrame(identifiers or [], schema=IDENTIFIERS)
        self.names = pl.DataFrame(
            [
                {"reference": r, "kind": "entity" if r == "X.3" else "individual", "name": n}
                for n, r in LISTED.items()
            ],
            schema=LISTED_NAMES,
        )
        kinds = self.names.select("reference", value="kind", attribute=pl.lit("kind"))
        gathered = [FACTS.to_frame(), kinds, document_facts(self.identifiers)]
        self.facts = pl.concat(gathered, how="diagonal_relaxed").select(FACTS.names())
        self.policy = Policy()
        self.asked: list[str] = []

    def search(self, names: pl.Series, *, threshold: float | None = None) -> pl.DataFrame:
        self.asked += names.to_list()
        rows: list[dict[str, Any]] = []
        for number, name in enumerate(names):
            reference = LISTED.get(name.casefold().strip())
            if not any(letter.isalnum() for letter in name):
                rows.append({"query_id": number, "query": name, "status": "unscreenable"})
            elif reference:
                rows.append(
                    {
                        "query_id": number, "query": name, "status": "hit", "reference": reference,
                        "listed_name": name.upper(), "name_type": "primary", "quality": "", "weak": False,
                        "score": 1.0,
                    }
                )  # fmt: skip
        return pl.DataFrame(rows, schema=SEARCH)

    def scan_text(self, texts: pl.Series, *, threshold: float | None = None) -> pl.DataFrame:
        schema = {**SEARCH, "start": pl.UInt32(), "end": pl.UInt32()}
        del schema["status"]
        rows = [
            {
                "query_id": number, "query": text, "reference": reference, "listed_name": name.upper(),
                "name_type": "primary", "quality": "", "weak": False, "score": 0.95,
                "start": place, "end": place + len(name),
            }
            for number, text in enumerate(texts)
            for name, reference in LISTED.items()
            for place in range(len(text))
            if text.casefold().startswith(name, place)
        ]  # fmt: skip
        return pl.DataFrame(rows, schema=schema)


def payments(*rows: Mapping[str, str | None]) -> pl.DataFrame:
    columns = sorted({key for row in rows for key in row} - {"transaction_id"})
    schema = {"transaction_id": pl.String(), **dict.fromkeys(columns, pl.String())}
    return pl.DataFrame([{"transaction_id": f"t{n}", **row} for n, row in enumerate(rows, 1)], schema=schema)


def test_every_party_column_is_screened_with_its_role() -> None:
    table = payments(*({column: "Ardo Belvane"} for column in NAME_COLUMNS))
    found = find_hits(table, Plain()).table
    assert found.schema == HITS
    assert dict(found.select("field", "role").iter_rows()) == NAME_COLUMNS
    assert found["transaction_id"].sort().to_list() == [f"t{n}" for n in range(1, len(NAME_COLUMNS) + 1)]


def test_a_name_is_judged_once_however_many_payments_carry_it() -> None:
    index = Plain()
    table = payments(*[{"originator_name": "Ardo Belvane", "beneficiary_name": "Jo Innocent"}] * 50)
    found = find_hits(table, index).table
    assert sorted(index.asked) == ["Ardo Belvane", "Jo Innocent"]
    assert found.height == 50
    assert found["reasons"].to_list() == [list(compare("Ardo Belvane", "ARDO BELVANE").reasons)] * 50


def test_what_cannot_be_judged_is_kept_and_counted() -> None:
    result = find_hits(payments({"originator_name": "---"}, {"originator_name": None}), Plain())
    assert result.table.select("transaction_id", "status", "reference", "score").rows() == [
        ("t1", "unscreenable", None, None)
    ]
    row = result.fields.row(by_predicate=pl.col("column") == "originator_name", named=True)
    assert row == {
        "column": "originator_name", "channel": "name", "status": "screened", "filled": 1, "distinct": 1,
        "unscreenable": 1, "not_names": 0, "hits": 0,
    }  # fmt: skip


def test_a_column_that_is_not_there_is_counted_as_absent() -> None:
    fields = find_hits(payments({"originator_name": "Jo"}), Plain()).fields
    absent = set(fields.filter(pl.col("status") == "absent")["column"])
    assert "beneficiary_name" in absent
    assert "originator_name" not in absent


def test_a_listed_name_inside_a_text_is_one_hit_by_its_best_place() -> None:
    text = "invoice 22 for Ardo Belvane, attention Ardo Belvane"
    found = find_hits(payments({"remittance_text": text}), Plain()).table
    assert found.select("role", "field", "reference", "score").rows() == [
        ("message", "remittance_text", "X.1", 0.95)
    ]


def test_identifiers_meet_whatever_the_names_say() -> None:
    index = Plain(
        [
            {"reference": "X.3", "kind": "bic", "number": "TESTXK22XXX", "normalised": "TESTXK22XXX"},
            {"reference": "X.1", "kind": "passport", "number": "A-123 456", "normalised": "A123456"},
            {"reference": "X.2", "kind": "national_id", "number": "77", "normalised": "77"},
        ]
    )
    table = payments(
        {"intermediary_bics": "OTHRXK22, testxk22abc"},
        {"originator_national_id": "a 123456"},
        {"beneficiary_national_id": "77"},
        {"originator_agent_bic": "TESTXK33"},
        {"originator_national_id": "TESTXK22"},
    )
    found = find_hits(table, index).table
    assert found.select("transaction_id", "field", "reference", "score", "weak").rows() == [
        ("t1", "intermediary_bics", "X.3", 1.0, False),
        ("t2", "originator_national_id", "X.1", 1.0, False),
        ("t3", "beneficiary_national_id", "X.2", 0.9, True),  # too short to suspend on
    ]
    assert found["name_type"].unique().to_list() == ["identifier"]
    longer = Policy.from_dict({"corroboration": {"shortest_document": 8}})
    assert find_hits(table, index, policy=longer).table["weak"].to_list() == [False, True, True]


def test_a_number_that_stands_in_a_remark_of_the_list_is_named_in_the_reasons() -> None:
    index = Plain([{"reference": "X.1", "kind": "passport", "number": None, "normalised": "A123456"}])
    table = payments({"originator_national_id": "A 123456"})
    hits = find_hits(table, index).table
    assert hits["reasons"].to_list() == [["equals the listed identifier A123456"]]
    (reasons,) = raise_alerts(hits, FLAGS.to_frame())["reasons"].to_list()
    beside = "document agrees (listed: A123456; payment: A 123456)"
    assert reasons == [
        f"originator_national_id 'A 123456' matches 'A123456' of X.1 (identifier) at 1.0; {beside}"
    ]


@pytest.mark.parametrize(
    ("given", "met"),
    [
        ("ZX418822", True),
        ("zx-418.822", True),
        ("Passport ZX418822", True),
        ("passport no. ZX 418 822", True),
        ("CCPT/IQ/ZX418822", True),
        ("ZX418822 (IQ)", True),
        ("AB123,ZX418822", True),
        ("\u2116ZX 418822", True),
        ("ZX418822\u2122", True),
        ("\uff3a\uff38\uff14\uff11\uff18\uff18\uff12\uff12", True),
        ("ZX\u0664\u0661\u0668\u0668\u0662\u0662", True),
        ("XZX418822", False),
        ("ZX4188221", False),
        ("7-ZX418822-7", False),
        ("ZX418822 issued 2004", True),
        ("issued 2004: ZX418822", True),
        ("ZX418822 2004", True),
        ("ZX 418 822 12.03.2004", True),
        ("AB 123 ZX 418822", True),
        ("Passport ZX41/8822", True),
        ("passport 4455667 issued 2004", True),
        ("4455667 AB12", True),
        ("44 55 667 12", False),
        ("12 445 5667", False),
        ("\u62a4\u7167ZX418822", True),
        ("\u62a4\u7167\u53f7\u7801\uff1aZX418822\uff1b2001", True),
        ("2001=ZX418822", True),
        ("id#1#ZX418822", True),
        ("12_ZX418822", True),
        ("ZX41/8822", True),
        ("passport 77", False),
        ("77", True),
    ],
)
def test_a_listed_number_is_met_among_words_and_in_other_digits_and_never_inside_another(
    given: str,
    met: bool,  # noqa: FBT001
) -> None:
    index = Plain(
        [
            {"reference": "X.1", "kind": "passport", "number": "ZX 418822", "normalised": "ZX418822"},
            {"reference": "X.2", "kind": "national_id", "number": "77", "normalised": "77"},
            {"reference": "X.3", "kind": "national_id", "number": "4455667", "normalised": "4455667"},
        ]
    )
    found = find_hits(payments({"originator_national_id": given}), index).table
    assert found.height == met


@pytest.mark.parametrize(
    ("given", "met"),
    [
        ("OTHRXK22, testxk22abc", True),
        ("TEST XK 22", True),
        ("test-xk-22-abc; OTHRXK22", True),
        ("\uff34\uff25\uff33\uff34\uff38\uff2b\uff12\uff12", True),
        ("TEST XK 22 9", False),
        ("TEST, XK22", False),
        ("TESTXK22AXXX", True),
        ("TESTXK22X", False),
        ("TESTXK22123456", False),
    ],
)
def test_a_listed_bank_is_met_however_its_bic_is_spaced(given: str, met: bool) -> None:  # noqa: FBT001
    index = Plain([{"reference": "X.3", "kind": "bic", "number": "TESTXK22", "normalised": "TESTXK22"}])
    assert find_hits(payments({"intermediary_bics": given}), index).table.height == met


def test_a_field_of_many_numbers_is_read_in_time_that_grows_with_its_length() -> None:
    index = Plain([{"reference": "X.1", "kind": "passport", "number": "1", "normalised": "11111111"}])
    many = ";".join(["11111111"] * 20_000)
    assert find_hits(payments({"originator_national_id": many}), index).table.height == 1
    for asked in ("1 " * 20_000, "a " * 20_000 + "11111111", "11111111" + " a" * 20_000):
        found = find_hits(payments({"originator_national_id": asked}), index).table
        assert found.height == asked.count("11111111")


def test_a_short_number_is_called_that_in_an_alert() -> None:
    index = Plain([{"reference": "X.1", "kind": "passport", "number": "77", "normalised": "77"}])
    hits = find_hits(payments({"originator_national_id": "77"}), index).table
    (reasons,) = raise_alerts(hits, FLAGS.to_frame())["reasons"].to_list()
    assert "(a short document number)" in reasons[0]


BORN_1970 = {
    "reference": "X.1", "attribute": "birth_date", "earliest": dt.date(1970, 1, 1),
    "latest": dt.date(1970, 12, 31), "approximate": False,
}  # fmt: skip


def test_a_hit_is_corroborated_by_the_side_it_is_on_and_by_no_other() -> None:
    facts = pl.DataFrame([BORN_1970], schema=FACTS)
    table = payments(
        {"originator_name": "Ardo Belvane", "originator_birth_date": "1970-05-05"},
        {"originator_name": "Ardo Belvane", "beneficiary_birth_date": "1970-05-05"},
        {"beneficiary_name": "Ardo Belvane", "beneficiary_birth_date": "1999-05-05"},
        {"ultimate_originator_name": "Ardo Belvane", "originator_birth_date": "1999-05-05"},
        {"originator_address": "c/o Ardo Belvane", "originator_birth_date": "1999-05-05"},
    )
    found = find_hits(table, Plain(), facts=facts).table
    assert dict(found.select("transaction_id", pl.col("corroboration").list.join("; ")).iter_rows()) == {
        "t1": "birth date agrees (listed: 1970; payment: 1970-05-05)",
        "t2": "",
        "t3": "birth date contradicts (more than 5 years apart; listed: 1970; payment: 1999-05-05); "
        "SUSPEND by the name, REVIEW by birth date",
        "t4": "",
        "t5": "",
    }
    assert found["tier"].to_list() == ["SUSPEND", "SUSPEND", "REVIEW", "SUSPEND", "SUSPEND"]


def test_a_birth_date_may_be_a_date_or_a_text() -> None:
    facts = pl.DataFrame([BORN_1970], schema=FACTS)
    texts = payments(
        {"originator_name": "Ardo Belvane", "originator_birth_date": "1970-05-05"},
        {"originator_name": "Ardo Belvane", "originator_birth_date": "2001-05-05"},
    )
    dates = texts.with_columns(pl.col("originator_birth_date").str.to_date())
    assert find_hits(dates, Plain(), facts=facts).table.equals(find_hits(texts, Plain(), facts=facts).table)


def test_an_index_without_facts_still_compares_kinds_and_documents() -> None:
    index = Plain([{"reference": "X.1", "kind": "passport", "number": "A-123 456", "normalised": "A123456"}])
    table = payments(
        {"originator_name": "Ardo Belvane", "originator_type": "company", "originator_national_id": "A123456"}
    )
    found = find_hits(table, index).table.filter(pl.col("field") == "originator_name")
    assert found["corroboration"].to_list() == [
        [
            "kind contradicts (listed: individual; payment: entity)",
            "document agrees (A123456)",
        ]
    ]


def test_a_text_that_cannot_be_judged_is_no_hit_and_no_clear() -> None:
    class TooLong(Plain):
        def scan_text(self, texts: pl.Series, *, threshold: float | None = None) -> pl.DataFrame:
            rows = [{"query_id": n, "query": text, "status": "unscreenable"} for n, text in enumerate(texts)]
            return pl.DataFrame(rows, schema={**SEARCH, "start": pl.UInt32(), "end": pl.UInt32()})

    found = find_hits(payments({"remittance_text": "long"}), TooLong()).table
    assert found.select("status", "reference", "tier").rows() == [("unscreenable", None, "REVIEW")]


facts_of_births = st.lists(
    st.builds(lambda year: {**BORN_1970, "earliest": dt.date(year, 1, 1), "latest": dt.date(year, 12, 31)},
              st.integers(1940, 2000)), max_size=3,
)  # fmt: skip


@given(
    listed=facts_of_births,
    born=st.lists(st.sampled_from(["1970-01-05", "1999", "?", None]), min_size=1, max_size=5),
)
@settings(max_examples=25, deadline=None)
def test_corroboration_removes_no_hit(listed: list[dict[str, Any]], born: list[str | None]) -> None:
    table = payments(*({"originator_name": "Ardo Belvane", "originator_birth_date": day} for day in born))
    facts = pl.DataFrame(listed, schema=FACTS)
    found = find_hits(table, Plain(), facts=facts).table
    plain = find_hits(table.drop("originator_birth_date"), Plain()).table
    beside = ["corroboration", "tier"]
    assert found.drop(beside).equals(plain.drop(beside))


def test_an_empty_table_gives_an_empty_typed_table() -> None:
    assert find_hits(payments().clear(), Plain()).table.schema == HITS
    assert find_hits(payments({"originator_name": "x"}).clear(), Plain()).table.height == 0


names = st.sampled_from(["Ardo Belvane", "ARDO BELVANE", "Mirelle Osk", "Jo Innocent", "--", None])
rows = st.lists(st.fixed_dictionaries({"originator_name": names, "beneficiary_name": names}), max_size=12)


@given(rows=rows, cut=st.integers(0, 12))
@settings(max_examples=40)
def test_splitting_and_shuffling_the_batch_changes_no_hit(rows: list[dict[str, Any]], cut: int) -> None:
    table = payments(*rows) if rows else payments({"originator_name": "x"}).clear()
    whole = find_hits(table, Plain()).table
    parts = [find_hits(part, Plain()).table for part in (table[cut:].reverse().lazy(), table[:cut].lazy())]
    assert pl.concat(parts).sort(whole.columns[:4]).equals(whole.sort(whole.columns[:4]))
    expected = [
        (row["transaction_id"], column)
        for row in table.to_dicts()
        for column in ("beneficiary_name", "originator_name")
        if row.get(column) and (row[column] == "--" or row[column].casefold() in LISTED)
    ]
    assert sorted(expected) == sorted(whole.select("transaction_id", "field").rows())


def test_hits_are_made_of_the_columns_that_are_named_and_of_no_others() -> None:
    facts = pl.DataFrame([BORN_1970], schema=FACTS)
    index = Plain([{"reference": "X.1", "kind": "passport", "number": "A-123 456", "normalised": "A123456"}])
    named = dict.fromkeys((*NAME_COLUMNS, *TEXT_COLUMNS), "Ardo Belvane")
    beside = {
        f"{side}_{field}": value
        for side in ("originator", "beneficiary")
        for field, value in [
            ("birth_date", "1999-05-05"), ("country", "FR"), ("type", "company"), ("national_id", "A123456"),
        ]
    }  # fmt: skip
    table = payments({**named, **beside, "currency": "EUR", "channel": "wire"})
    read = [name for name in table.columns if name in HIT_COLUMNS]
    assert set(table.columns) - set(read) == {"currency", "channel"}
    hits = find_hits(table, index, facts=facts).table
    assert find_hits(table.select(read), index, facts=facts).table.equals(hits)
    for side in ("originator", "beneficiary"):
        fewer = find_hits(table.drop(f"{side}_birth_date"), index, facts=facts).table
        assert not fewer.equals(hits)  # what is known of a party shows
