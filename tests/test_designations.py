"""SanctionsList: typed tables, compared by content, and lists made from names alone."""

from __future__ import annotations

import dataclasses
import pickle

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening import designations
from screening.designations import AliasQuality, Provenance, SanctionsList
from screening.errors import ListError
from screening.schemas import LISTED_NAMES

ROWS = [
    ("X.2", "entity", "Grey River"),
    ("X.1", "individual", "Ardo"),
    ("X.1", "individual", "Tam", "alias", "Low", "n"),
]


def test_names_begin_with_the_shared_contract() -> None:
    own = SanctionsList.from_names(ROWS)
    assert own.names.schema == designations.NAMES
    assert list(own.names.schema.items())[: len(LISTED_NAMES)] == list(LISTED_NAMES.items())


def test_from_names_fills_what_is_not_given() -> None:
    own = SanctionsList.from_names(ROWS, source="own")
    assert own.names.select("reference", "name", "name_type", "quality", "weak", "note").rows() == [
        ("X.1", "Ardo", "primary", "", False, ""),
        ("X.1", "Tam", "alias", "Low", True, "n"),
        ("X.2", "Grey River", "primary", "", False, ""),
    ]
    assert own.designations.select("reference", "kind", "primary_name").rows() == [
        ("X.1", "individual", "Ardo"),
        ("X.2", "entity", "Grey River"),
    ]
    assert own.designations.schema == designations.DESIGNATIONS
    assert (len(own), own.provenance.individuals, own.provenance.entities) == (2, 1, 1)
    assert repr(own) == "SanctionsList('own', 1 individuals, 1 entities, 3 names)"


def test_tuples_mappings_and_frames_give_the_same_list() -> None:
    keys = ("reference", "kind", "name", "name_type", "quality", "note")
    mappings = [dict(zip(keys, row, strict=False)) for row in ROWS]
    frame = pl.DataFrame(mappings, infer_schema_length=None)
    lists = [SanctionsList.from_names(rows) for rows in (ROWS, mappings, frame, frame.lazy())]
    assert all(other == lists[0] for other in lists)
    assert lists[0].names.equals(SanctionsList.from_names(lists[0].names.select(keys)).names)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "empty list"),
        ([("X.1", "individual", " ")], "row 1 has no name"),
        ([("X.1", "individual", "Ardo"), ("", "individual", "Tam")], "row 2 has no reference"),
        ([("X.1", "person", "Ardo")], "kind 'person' is not one of"),
        ([("X.1", "individual", "Ardo", "nickname")], "name_type 'nickname' is not one of"),
        ([("X.1", "individual", "Ardo"), ("X.1", "entity", "Ardo")], "both an individual and an entity"),
    ],
)
def test_rows_that_cannot_be_screened_are_refused(rows: list[tuple[str, ...]], message: str) -> None:
    with pytest.raises(ListError, match=message) as caught:
        SanctionsList.from_names(rows)
    assert caught.value.details["source"] == "<names>"


@given(
    rows=st.lists(
        st.tuples(st.sampled_from("abc"), st.just("entity"), st.text(min_size=1).filter(str.strip)),
        min_size=1,
    )
)
def test_every_row_becomes_a_name_and_every_reference_has_one_primary(
    rows: list[tuple[str, str, str]],
) -> None:
    own = SanctionsList.from_names(rows)
    assert sorted(own.names.select("reference", "kind", "name").rows()) == sorted(rows)
    assert (
        own.names.filter(pl.col("name_type") == "primary").height == len(own) == len({row[0] for row in rows})
    )
    assert own == pickle.loads(pickle.dumps(own))


def test_lists_are_equal_by_content_and_frozen() -> None:
    own = SanctionsList.from_names(ROWS)
    assert own != SanctionsList.from_names(ROWS[:2])
    assert own != dataclasses.replace(own, provenance=Provenance(source="another"))
    assert own != "a list"
    with pytest.raises(dataclasses.FrozenInstanceError):
        own.names = own.births  # type: ignore[misc]
    with pytest.raises(TypeError):
        hash(own)


def test_every_table_follows_its_schema() -> None:
    own = SanctionsList.from_names(ROWS)
    for name, frame in own.tables.items():
        assert frame.schema == getattr(designations, name.upper()), name


@pytest.mark.parametrize(
    ("stated", "year"), [("2026-02-27T00:00:09.554Z", 2026), (None, None), ("soon", None)]
)
def test_the_date_of_a_list_is_read_where_it_can_be(stated: str | None, year: int | None) -> None:
    generated = Provenance(source="x", generated=stated).generated_at
    assert (generated.year if generated else None) == year


def test_only_low_quality_is_weak() -> None:
    assert [quality for quality in AliasQuality if quality.weak] == [AliasQuality.LOW]


def test_facts_gather_every_statement_a_hit_may_be_compared_with() -> None:
    own = SanctionsList.from_names(ROWS)
    assert own.facts.schema == designations.FACTS
    assert own.facts.select("reference", "attribute", "value").rows() == [
        ("X.1", "kind", "individual"),
        ("X.2", "kind", "entity"),
    ]
    papers = [("passport", "A1"), ("bic", "TESTXK22"), ("imo", "9"), ("other", None)]
    told = dataclasses.replace(
        own,
        births=pl.DataFrame([{"reference": "X.1", "text": "in his youth"}], schema=designations.BIRTHS),
        nationalities=pl.DataFrame(
            [{"reference": "X.1", "nationality": "Nowhere"}], schema=designations.NATIONALITIES
        ),
        addresses=pl.DataFrame(
            [
                {"reference": "X.1", "country_code": "IQ", "country": "Iraq"},
                {"reference": "X.1", "city": "A"},
            ],
            schema=designations.ADDRESSES,
        ),
        identifiers=pl.DataFrame(
            [{"reference": "X.1", "kind": kind, "normalised": number} for kind, number in papers],
            schema=designations.IDENTIFIERS,
        ),
    )
    assert told.facts.filter(pl.col("reference") == "X.1").select("attribute", "value", "text").rows() == [
        ("kind", "individual", "individual"),
        ("birth_date", None, "in his youth"),  # stated and not readable: it forbids a contradiction
        ("country", None, "Nowhere"),
        ("country", "IQ", "Iraq"),
        ("document", "A1", None),
    ]
