"""All five real lists: counted against the file's own tags, and clean by pattern, never by name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl
import pytest

from screening.lists import read_un_list

if TYPE_CHECKING:
    from pathlib import Path

    from screening.designations import SanctionsList

pytestmark = pytest.mark.real_lists
LISTS = ("2018-10-29", "2020-11-30", "2025-04-19", "2025-08-02", "2026-02-27")
COUNTS = {
    "2018-10-29": (703, 390),
    "2020-11-30": (713, 305),
    "2025-04-19": (684, 193),
    "2025-08-02": (684, 195),
} | {"2026-02-27": (730, 273)}


@pytest.fixture(scope="module", params=LISTS)
def real(request: pytest.FixtureRequest, shared_data: Path) -> tuple[str, bytes, SanctionsList]:
    path = shared_data / "un" / f"{request.param}.xml"
    return request.param, path.read_bytes(), read_un_list(path)


def test_every_entry_is_read(real: tuple[str, bytes, SanctionsList]) -> None:
    day, raw, read = real
    kinds = dict(read.designations["kind"].value_counts().rows())
    assert (kinds["individual"], kinds["entity"]) == COUNTS[day]
    assert (raw.count(b"<INDIVIDUAL>"), raw.count(b"<ENTITY>")) == COUNTS[day]
    assert read.names["reference"].n_unique() == sum(COUNTS[day])


def test_the_ledger_adds_up_to_the_files_own_tags(real: tuple[str, bytes, SanctionsList]) -> None:
    _, raw, read = real
    elements = read.ledger.filter(~pl.col("path").str.contains(r"[@()]"))
    assert elements["count"].sum() == len(re.findall(rb"<[A-Z]", raw))
    by_tag = elements.group_by(tag=pl.col("path").str.split("/").list.last()).agg(pl.col("count").sum())
    for tag, count in by_tag.rows():
        assert count == len(re.findall(rb"<%s[\s/>]" % tag.encode(), raw)), tag


def test_only_empty_and_placeholder_elements_are_ignored(real: tuple[str, bytes, SanctionsList]) -> None:
    read = real[2]
    ignored = read.ledger.filter(pl.col("disposition") == "ignored")
    assert set(ignored["reason"]) <= {"empty element", "placeholder", "attribute without meaning"}
    assert set(read.warnings["code"]) <= {"unreadable_date", "damaged_character"}
    assert read.warnings.height <= 3


def test_every_alias_with_text_gives_names(real: tuple[str, bytes, SanctionsList]) -> None:
    _, raw, read = real
    written = re.findall(rb"<ALIAS_NAME>\s*[^\s<]", raw)
    assert read.names.filter(pl.col("alias") > 0).select("reference", "alias").n_unique() == len(written)


def test_names_are_clean(real: tuple[str, bytes, SanctionsList]) -> None:
    names = real[2].names
    dirty = (
        r"[;()\[\]\"“”\n\t]|  |^\s|\s$|\b[a-z]\) |(?i)original script|combat name|\bborn\b|listed as|passport"
    )
    assert names.filter(pl.col("name").str.contains(dirty)).height == 0
    people = names.filter(pl.col("kind") == "individual")
    assert people.filter(pl.col("name").str.contains(r"[,:/]")).height == 0
    assert people.filter(pl.col("name").str.contains(r"\d\d")).height == 0


def test_the_primary_name_is_the_joined_name_parts(real: tuple[str, bytes, SanctionsList]) -> None:
    read = real[2]
    primary = read.names.filter((pl.col("name_type") == "primary") & (pl.col("kind") == "individual"))
    changed = primary.filter(pl.col("name") != pl.col("source_text"))
    assert changed.height <= 2  # a comma inside a name part
    assert read.names.filter(pl.col("name_type") == "primary").height == len(read)


def test_scripts_acronyms_and_former_names_are_marked(real: tuple[str, bytes, SanctionsList]) -> None:
    names = real[2].names
    foreign = names.filter(pl.col("name_type") == "original_script")
    letters = r"[\p{Arabic}\p{Cyrillic}\p{Han}\p{Hangul}\p{Ethiopic}\p{Hebrew}]"
    assert foreign.filter(~pl.col("name").str.contains(letters)).height == 0
    latin = names.filter(pl.col("name_type") != "original_script")
    assert latin.filter(pl.col("name").str.contains(letters)).height == 0
    acronyms = names.filter(pl.col("name_type") == "acronym")
    assert acronyms.height > 60
    assert set(acronyms["kind"]) == {"entity"}
    assert names.filter(pl.col("name_type") == "former").height > 10


def test_dates_are_intervals_within_a_lifetime(real: tuple[str, bytes, SanctionsList]) -> None:
    births = real[2].births
    known = births.filter(pl.col("earliest").is_not_null())
    assert births.height - known.height <= 3
    assert known.filter(pl.col("earliest") > pl.col("latest")).height == 0
    assert known["earliest"].dt.year().min() >= 1900  # type: ignore[operator]
    assert known["latest"].dt.year().max() <= 2015  # type: ignore[operator]
    years = known.filter(pl.col("text").str.contains(r"^\d{4}$"))
    whole = (pl.col("latest") - pl.col("earliest")).dt.total_days() >= 364
    assert years.height > 300
    assert years.filter(~whole).height == 0


def test_countries_have_codes(real: tuple[str, bytes, SanctionsList]) -> None:
    read = real[2]
    for table in (read.addresses, read.places, read.nationalities):
        text = "nationality" if "nationality" in table.columns else "country"
        stated = table.filter(pl.col(text).is_not_null())
        assert stated.filter(pl.col("country_code").is_null()).height <= 0.01 * stated.height


def test_codes_and_references_are_found_in_comments(real: tuple[str, bytes, SanctionsList]) -> None:
    day, _, read = real
    kinds = dict(read.identifiers["kind"].value_counts().rows())
    assert kinds["bic"] >= 4
    assert kinds["imo"] >= (16 if day > "2025" else 3)
    assert read.links["on_list"].mean() > 0.9  # type: ignore[operator]
    documents = read.identifiers.filter((pl.col("origin") == "document") & pl.col("number").is_not_null())
    assert documents["normalised"].null_count() == 0
    assert documents.filter(pl.col("normalised").str.contains(r"PASSPORT|NUMBER|ISSUED")).height == 0


def test_one_hidden_control_character_changes_nothing_else(real: tuple[str, bytes, SanctionsList]) -> None:
    _, raw, read = real
    place = raw.index(b"</FIRST_NAME>")
    again = read_un_list(raw[:place] + b"\x0b" + raw[place:])
    assert again.names.equals(read.names)
    assert len(again) == len(read)
    assert "illegal_character" in again.warnings["code"]
