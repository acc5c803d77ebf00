"""A table of hits is judged exactly as its rows one by one, and no row is lost."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.corroboration import (
    PARTY,
    Listed,
    Party,
    Verdict,
    corroborate,
    gather,
    unreadable,
    with_corroboration,
)
from screening.designations import FACTS
from screening.policy import ATTRIBUTES

YEAR = {"earliest": dt.date(1970, 1, 1), "latest": dt.date(1970, 12, 31), "approximate": False}
ROWS = [
    {"reference": "X.1", "attribute": "kind", "value": "individual"},
    {"reference": "X.1", "attribute": "birth_date", **YEAR},
    {"reference": "X.1", "attribute": "birth_date", "text": "in his youth"},
    {"reference": "X.1", "attribute": "country", "value": "IQ", "text": "Iraq"},
    {"reference": "X.1", "attribute": "gender", "value": "Male"},
    {"reference": "X.1", "attribute": "document", "value": "A123456", "document_kind": "passport"},
    {"reference": "X.2", "attribute": "kind", "value": "entity"},
    {"reference": "X.3", "attribute": "birth_date", **YEAR},
]
ENTRIES = pl.DataFrame(ROWS, schema=FACTS)

values = st.fixed_dictionaries(
    {
        "reference": st.sampled_from(["X.1", "X.2", "X.3", "X.4", None]),
        "party_kind": st.sampled_from(["person", "company", None]),
        "party_birth_date": st.sampled_from(["1970-07-01", "2001", "unknown", None]),
        "party_country": st.sampled_from(["IQ", "BR", "nowhere", None]),
        "party_gender": st.sampled_from(["m", "f", None]),
        "party_document": st.sampled_from(["a-123456", "B7", None]),
    }
)
SCHEMA = {name: pl.String() for name in ("reference", *(f"party_{a}" for a in PARTY.values()))}


@given(rows=st.lists(values, max_size=8))
@settings(deadline=None, max_examples=60)
def test_a_table_is_judged_as_its_rows_one_by_one(rows: list[dict[str, Any]]) -> None:
    table = pl.DataFrame(rows, schema=SCHEMA).with_row_index("row")
    judged = with_corroboration(table, ENTRIES)
    assert judged.select(table.columns).equals(table)
    entries = gather(ENTRIES)
    for row, found in zip(rows, judged.iter_rows(named=True), strict=True):
        known = {attribute: row[f"party_{attribute}"] for attribute in PARTY.values()}
        listed = entries.get(row["reference"], Listed())
        expected = corroborate(Party(**known), listed) if row["reference"] else ()
        assert found["corroboration"] == [finding.words for finding in expected if finding.words]
        for column, verdict in (("agrees", Verdict.AGREE), ("contradicts", Verdict.CONTRADICT)):
            assert found[column] == [f.attribute for f in expected if f.verdict is verdict]


@given(rows=st.lists(values, max_size=6))
@settings(deadline=None, max_examples=30)
def test_a_column_that_is_not_there_is_unknown(rows: list[dict[str, Any]]) -> None:
    table = pl.DataFrame(rows, schema=SCHEMA)
    blank = table.with_columns(pl.lit(None, pl.String).alias("party_country"))
    columns = ["corroboration", "agrees", "contradicts"]
    without = with_corroboration(table.drop("party_country"), ENTRIES)
    assert without.select(columns).equals(with_corroboration(blank, ENTRIES).select(columns))


def test_every_attribute_is_judged_in_one_order() -> None:
    assert tuple(finding.attribute for finding in corroborate(Party(), Listed())) == ATTRIBUTES
    assert sorted(PARTY.values()) == sorted(ATTRIBUTES)


@given(known=values, order=st.permutations(ROWS))
@settings(deadline=None, max_examples=40)
def test_the_order_of_facts_is_irrelevant(known: dict[str, Any], order: list[dict[str, Any]]) -> None:
    party = Party(
        **{name.removeprefix("party_"): value for name, value in known.items() if name != "reference"}
    )
    for reference in ("X.1", "X.2", "X.3"):
        shuffled = gather(pl.DataFrame(order, schema=FACTS))[reference]
        assert corroborate(party, shuffled) == corroborate(party, gather(ENTRIES)[reference])


def test_a_birth_that_nobody_can_read_forbids_a_contradiction() -> None:
    (_, birth, *_) = corroborate(Party(birth_date="2001-01-01"), gather(ENTRIES)["X.1"])
    assert birth.verdict is Verdict.UNKNOWN
    (_, birth, *_) = corroborate(Party(birth_date="2001-01-01"), gather(ENTRIES)["X.3"])
    assert birth.verdict is Verdict.CONTRADICT


@pytest.mark.parametrize(
    "party",
    [Party(birth_date="July"), Party(country="Atlantis"), Party(gender="x"), Party(kind="thing")],
)
def test_what_cannot_be_read_is_told(party: Party) -> None:
    (line,) = unreadable(party)
    assert "is not" in line
    assert unreadable(Party(birth_date="1970", country="iraq", gender="F", kind="npo", document="7")) == []
