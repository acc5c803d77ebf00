"""The fictional sample: valid against the UN's schema, shows every oddity, names nobody real."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
from lxml import etree
from rapidfuzz import fuzz, process

from screening.lists import read_un_list

if TYPE_CHECKING:
    from pathlib import Path

    from screening.designations import SanctionsList


@pytest.fixture(scope="module")
def read(sample_list: Path) -> SanctionsList:
    return read_un_list(sample_list)


def test_the_sample_is_of_a_useful_size(read: SanctionsList) -> None:
    assert 40 <= read.provenance.individuals <= 60
    assert 20 <= read.provenance.entities <= 40
    assert set(read.warnings["code"]) == {"unreadable_date"}


def test_the_sample_shows_every_kind_of_name(read: SanctionsList) -> None:
    assert set(read.names["name_type"]) == {"primary", "alias", "former", "acronym", "original_script"}
    assert set(read.names["quality"]) == {"", "Good", "Low", "a.k.a.", "f.k.a."}
    several = read.names.filter(pl.col("alias") > 0).group_by("reference", "alias").len()
    assert several.filter(pl.col("len") >= 3).height >= 5
    scripts = ("Arabic", "Cyrillic", "Han", "Hangul", "Ethiopic", "Hebrew", "Greek", "Bengali", "Tamil")
    for script in scripts:
        assert read.names["name"].str.contains(rf"\p{{{script}}}").any(), script
    for note in (
        "combat name",
        "born",
        "false identity",
        "original script",
        "previously listed",
        "son of",
        "third",
    ):
        assert read.names["note"].str.contains(note).any(), note


def test_the_sample_shows_every_kind_of_fact(read: SanctionsList) -> None:
    assert set(read.births["date_type"]) >= {"EXACT", "APPROXIMATELY", "BETWEEN"}
    assert set(read.births["origin"]) == {"main", "alias", "alias_text"}
    assert {"bic", "imo", "passport", "national_id"} <= set(read.identifiers["kind"])
    assert set(read.links["on_list"]) == {True, False}
    assert {"1737"} < set(read.designations["list_type"])
    assert set(read.ledger["reason"]) >= {"empty element", "placeholder", "XML comment"}


def test_the_sample_is_valid_against_the_published_schema(sample_list: Path, shared_data: Path) -> None:
    schema = etree.XMLSchema(etree.parse(str(shared_data / "un" / "sc-sanctions.xsd")))
    assert schema.validate(etree.parse(str(sample_list))), schema.error_log


def test_nobody_in_the_sample_resembles_anybody_listed(read: SanctionsList, shared_data: Path) -> None:
    real = set()
    for path in sorted((shared_data / "un").glob("*.xml")):
        listed = read_un_list(path)
        assert set(listed.designations["reference"]).isdisjoint(read.designations["reference"])
        real |= {name.casefold() for name in listed.names["name"]}
    sample = sorted({name.casefold() for name in read.names["name"]})
    assert real.isdisjoint(sample)
    scores = process.cdist(sample, sorted(real), scorer=fuzz.token_sort_ratio, score_cutoff=85)
    close = [name for name, row in zip(sample, scores, strict=True) if len(name) > 8 and row.max() >= 85]
    assert close == []
