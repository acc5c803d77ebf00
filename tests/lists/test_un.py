"""The UN reader against a second, slow and simple reading of the same XML."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.lists import read_un_list

if TYPE_CHECKING:
    from pathlib import Path

    from screening.designations import SanctionsList

Build = Callable[..., bytes]

PLACEHOLDERS = {"", "na", "n/a", "N/A", "n.a.", "N.A.", "-"}
ALIAS_TAGS = ("INDIVIDUAL_ALIAS", "ENTITY_ALIAS")


# The naive reading ---------------------------------------------------------------------------------


def clean(text: str | None) -> str:
    return " ".join((text or "").split())


def texts(entry: ET.Element, path: str) -> list[str]:
    return [clean(e.text) for e in entry.findall(path) if clean(e.text) not in PLACEHOLDERS]


def naive(xml: bytes) -> dict[str, Any]:
    """What a careful clerk would copy out of the file, fact by fact."""
    root = ET.fromstring(xml)
    facts: dict[str, Any] = {
        "elements": Counter(e.tag for e in root.iter()),
        "kinds": {},
        "primary": {},
        "births": Counter(),
        "words": {},
    }
    tables = ("updates", "nationalities", "positions", "comments", "numbers")
    facts |= {name: Counter() for name in tables}
    for entry in [e for e in root.iter() if e.tag in ("INDIVIDUAL", "ENTITY")]:
        reference = clean(entry.findtext("REFERENCE_NUMBER"))
        facts["kinds"][reference] = entry.tag.lower()
        parts = [clean(entry.findtext(f"{n}_NAME")) for n in ("FIRST", "SECOND", "THIRD", "FOURTH")]
        facts["primary"][reference] = " ".join(p for p in parts if p and p != "na")
        for name, path in (
            ("updates", "LAST_DAY_UPDATED/VALUE"),
            ("nationalities", "NATIONALITY/VALUE"),
            ("positions", "DESIGNATION/VALUE"),
            ("numbers", "INDIVIDUAL_DOCUMENT/NUMBER"),
        ):
            facts[name].update((reference, text) for text in texts(entry, path))
        comments = [clean(e.text) for e in entry.findall("COMMENTS1")]
        facts["comments"].update((reference, text) for text in comments if text)
        for birth in entry.findall("INDIVIDUAL_DATE_OF_BIRTH"):
            for tag, first, last in (("DATE", "", ""), ("YEAR", "-01-01", "-12-31")):
                for text in texts(birth, tag):
                    facts["births"][reference, text[:10] + first, text[:10] + last] += 1
            years = texts(birth, "FROM_YEAR") + texts(birth, "TO_YEAR")
            if years:
                facts["births"][reference, f"{min(years)}-01-01", f"{max(years)}-12-31"] += 1
        told = [clean(e.text) for tag in ALIAS_TAGS for e in entry.findall(f"{tag}/ALIAS_NAME")]
        told += [clean(e.text) for e in entry.findall("NAME_ORIGINAL_SCRIPT")]
        marker = r"(?<!\w)\(?\s?(?:[a-z]|\d{1,2}|i{1,3}|iv|vi{0,3})\s?\)(?=\s)"
        facts["words"][reference] = {
            w for text in told for w in re.findall(r"[^\W_]+", re.sub(marker, " ", text)) if w != "na"
        }
    return facts


def counted(frame: pl.DataFrame, *columns: str) -> Counter[tuple[Any, ...]]:
    return Counter(frame.select("reference", *columns).rows())


def assert_same_reading(read: SanctionsList, xml: bytes) -> None:
    expected = naive(xml)
    assert dict(read.designations.select("reference", "kind").rows()) == expected["kinds"]
    elements = read.ledger.filter(~pl.col("path").str.contains(r"[@()]"))
    tags = elements.with_columns(tag=pl.col("path").str.split("/").list.last()).group_by("tag")
    assert dict(tags.agg(pl.col("count").sum()).rows()) == dict(expected["elements"])
    main = read.births.filter((pl.col("origin") == "main") & pl.col("earliest").is_not_null())
    main = main.filter(pl.col("text") != pl.col("note"))  # those that stand in a note alone are tested apart
    days = main.with_columns(pl.col("earliest", "latest").cast(pl.String))
    assert counted(days, "earliest", "latest") == expected["births"]
    assert counted(read.updates, "text") == expected["updates"]
    assert counted(read.nationalities, "nationality") == expected["nationalities"]
    assert counted(read.positions, "position") == expected["positions"]
    own = read.comments.filter(pl.col("origin") == "comment")
    assert counted(own, "comment") == expected["comments"]
    documents = read.identifiers.filter((pl.col("origin") == "document") & pl.col("number").is_not_null())
    assert counted(documents, "number") == expected["numbers"]
    aside = dict(read.comments.group_by("reference").agg(pl.col("comment").str.join(" ")).rows())
    kept = read.names.group_by("reference").agg((pl.col("name") + " " + pl.col("note")).str.join(" "))
    for reference, text in kept.rows():
        lost = [
            word for word in expected["words"][reference] if word not in f"{text} {aside.get(reference, '')}"
        ]
        assert (reference, lost) == (reference, [])


# Fictional documents -------------------------------------------------------------------------------

WORD = st.sampled_from(
    ["Ardo", "Belvane", "Tam", "Orso", "al-Tarsi", "Bin", "Ардо", "بلوان", "谭伟明", "Köz", "O’Dar"]
)
NAME = st.lists(WORD, min_size=1, max_size=4).map(" ".join)
CELL = st.one_of(
    NAME,
    st.lists(NAME, min_size=2, max_size=3).map("; ".join),
    st.tuples(NAME, NAME).map("{0[0]} ({0[1]})".format),
    st.tuples(NAME, st.sampled_from(["combat name", "born in 1953", "original script: Ардо"])).map(
        "{0[0]} ({0[1]})".format
    ),
    st.sampled_from(["na", "", "  ", ") Ardo", "Belvane, Ardo", "“Tam”", "born 1 Jan. 1953", "?"]),
    st.just("Ardo\n    Belvane"),
)  # fmt: skip
YEAR = st.integers(1900, 2010).map(str)
DAY = st.dates(dt.date(1900, 1, 1), dt.date(2020, 1, 1)).map(str)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=20).map(
    clean
)
KIND_OF_DATE = st.sampled_from(["EXACT", "APPROXIMATELY", "BETWEEN", ""])


def tag(name: str, inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return inner.map(lambda text: f"<{name}>{text}</{name}>")


def leaf(name: str, text: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return tag(name, text.map(lambda t: escape(t).replace("\ufffe", "").replace("\uffff", "")))


def several(*parts: st.SearchStrategy[str], most: int = 3) -> st.SearchStrategy[str]:
    return st.lists(st.one_of(*parts), max_size=most).map("".join)


QUALITY = leaf("QUALITY", st.sampled_from(["Good", "Low", "a.k.a.", "f.k.a.", "", "Medium"]))
BIRTH = tag(
    "INDIVIDUAL_DATE_OF_BIRTH",
    st.tuples(
        leaf("TYPE_OF_DATE", KIND_OF_DATE),
        st.one_of(
            st.just(""),
            leaf("DATE", DAY),
            leaf("DATE", DAY.map("{}-05:00".format)),
            leaf("YEAR", YEAR),
            st.tuples(leaf("FROM_YEAR", YEAR), leaf("TO_YEAR", YEAR)).map("".join),
        ),
    ).map("".join),
)
FACTS = several(
    leaf("COMMENTS1", TEXT),
    tag("LAST_DAY_UPDATED", several(leaf("VALUE", DAY | st.just("")))),
    tag("NATIONALITY", several(leaf("VALUE", st.sampled_from(["Iraq", "na", "", "Sudan/South Sudan"])))),
    tag("DESIGNATION", several(leaf("VALUE", TEXT))),
    tag("INDIVIDUAL_DOCUMENT", several(leaf("NUMBER", st.sampled_from(["A 123", "No. 9/4", ""])), most=1)),
    BIRTH,
    leaf("NAME_ORIGINAL_SCRIPT", st.sampled_from(["اردو بلوان", "Ардо", ""])),
    leaf("SORT_KEY", st.just("")),
    leaf("NEVER_SEEN_BEFORE", TEXT),
    most=6,
)


def alias(name: str) -> st.SearchStrategy[str]:
    inner = st.tuples(QUALITY, leaf("ALIAS_NAME", CELL)).map("".join)
    return tag(name, st.one_of(inner, st.just("")))


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    entries: dict[str, list[str]] = {"INDIVIDUAL": [], "ENTITY": []}
    for number in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(sorted(entries)))
        parts = [
            f"<REFERENCE_NUMBER>XA{kind[0].lower()}.{number:03} </REFERENCE_NUMBER>",
            f"<FIRST_NAME>{draw(st.sampled_from(['Ardo', ' Grey River ', 'BELVANE']))}</FIRST_NAME>",
            draw(leaf("SECOND_NAME", st.sampled_from(["Belvane", "na", ""]))),
            draw(leaf("LISTED_ON", DAY)),
            draw(several(alias(f"{kind}_ALIAS"), most=4)),
            draw(FACTS),
        ]
        inner = "\n".join(draw(st.permutations(parts)))
        entries[kind].append(f"<{kind}>{inner}</{kind}>")
    people, firms = ("\n".join(entries[kind]) for kind in ("INDIVIDUAL", "ENTITY"))
    text = (
        '<?xml version="1.0"?>\n<CONSOLIDATED_LIST dateGenerated="2026-01-02T03:04:05Z">'
        f"<INDIVIDUALS>{people}</INDIVIDUALS><ENTITIES>{firms}</ENTITIES></CONSOLIDATED_LIST>"
    )
    return text.encode()


@given(xml=documents())
@settings(max_examples=150)
def test_a_naive_second_reading_finds_the_same(xml: bytes) -> None:
    assert_same_reading(read_un_list(xml), xml)


@given(xml=documents())
@settings(max_examples=40)
def test_reading_is_deterministic_and_tables_keep_their_contract(xml: bytes) -> None:
    read, again = read_un_list(xml), read_un_list(io.BytesIO(xml))
    for name, frame in read.tables.items():
        assert frame.equals(again.tables[name])
        if name not in ("ledger", "warnings"):
            assert frame["reference"].is_sorted()
            assert frame["reference"].is_in(read.designations["reference"]).all()
    assert read.names.filter(pl.col("name_type") == "primary").height == len(read)


@given(xml=documents())
@settings(max_examples=40)
def test_every_alias_element_is_used_or_ignored_with_a_reason(xml: bytes) -> None:
    read = read_un_list(xml)
    aliases = read.ledger.filter(pl.col("path").str.ends_with("_ALIAS"))
    assert aliases["count"].sum() == len(re.findall(rb"<(?:INDIVIDUAL|ENTITY)_ALIAS>", xml))
    assert set(aliases["disposition"]) <= {"used", "ignored"}
    used = aliases.filter(pl.col("disposition") == "used")["count"].sum()
    assert used == read.names.filter(pl.col("alias") > 0).select("reference", "alias").n_unique()


# Facts one by one ----------------------------------------------------------------------------------


def births(read: SanctionsList) -> list[tuple[Any, ...]]:
    return read.births.select(pl.col("earliest", "latest").cast(pl.String), "approximate", "origin").rows()


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        ("<TYPE_OF_DATE>EXACT</TYPE_OF_DATE><DATE>1971-04-09</DATE>", ("1971-04-09", "1971-04-09", False)),
        (
            "<TYPE_OF_DATE>EXACT</TYPE_OF_DATE><DATE>1971-04-09-05:00</DATE>",
            ("1971-04-09", "1971-04-09", False),
        ),
        ("<TYPE_OF_DATE>EXACT</TYPE_OF_DATE><YEAR>1971</YEAR>", ("1971-01-01", "1971-12-31", False)),
        ("<TYPE_OF_DATE>APPROXIMATELY</TYPE_OF_DATE><YEAR>1971</YEAR>", ("1971-01-01", "1971-12-31", True)),
        ("<NOTE>Approximately</NOTE><YEAR>1971</YEAR>", ("1971-01-01", "1971-12-31", True)),
        ("<TO_YEAR>1974</TO_YEAR><FROM_YEAR>1971</FROM_YEAR>", ("1971-01-01", "1974-12-31", False)),
        ("<NOTE>Between Aug. and Sep. 1977</NOTE>", ("1977-08-01", "1977-09-30", False)),
        ("<NOTE>June 1975</NOTE>", ("1975-06-01", "1975-06-30", False)),
        ("<NOTE>24/06/1402 (Hijri Calendar)</NOTE>", (None, None, False)),
        ("<TYPE_OF_DATE>APPROXIMATELY</TYPE_OF_DATE><NOTE>30-35 years old</NOTE>", (None, None, True)),
    ],
)
def test_birth_dates_are_intervals(list_xml: Build, xml: str, expected: tuple[Any, ...]) -> None:
    read = read_un_list(list_xml(f"<INDIVIDUAL_DATE_OF_BIRTH>{xml}</INDIVIDUAL_DATE_OF_BIRTH>"))
    assert births(read) == [(*expected, "main")]


def test_birth_dates_inside_aliases_are_found(list_xml: Build) -> None:
    read = read_un_list(
        list_xml(
            "<INDIVIDUAL_ALIAS><ALIAS_NAME>Tam, born 3 Mar. 1968 (passport issued 2 May 2001)</ALIAS_NAME>"
            "<DATE_OF_BIRTH>1969</DATE_OF_BIRTH><CITY_OF_BIRTH>Tarsis</CITY_OF_BIRTH>"
            "<COUNTRY_OF_BIRTH>Iraq</COUNTRY_OF_BIRTH><NOTE>DOB: a) 1 Apr. 1970 b) 1971. POB: Tarsis</NOTE>"
            "</INDIVIDUAL_ALIAS>"
        )
    )
    assert births(read) == [
        ("1968-03-03", "1968-03-03", False, "alias_text"),
        ("1970-04-01", "1970-04-01", False, "alias_text"),
        ("1971-01-01", "1971-12-31", False, "alias_text"),
        ("1969-01-01", "1969-12-31", False, "alias"),
    ]
    assert read.places.select("city", "country_code", "origin", "alias").rows() == [
        ("Tarsis", "IQ", "alias", 1)
    ]


@pytest.mark.parametrize(
    ("word", "weak"), [("Good", False), ("Low", True), ("LOW", True), ("", False), ("Medium", False)]
)
def test_alias_quality_is_kept_and_only_low_is_weak(list_xml: Build, word: str, weak: bool) -> None:  # noqa: FBT001 - a test's parameter
    xml = f"<INDIVIDUAL_ALIAS><QUALITY>{word}</QUALITY><ALIAS_NAME>Tam Orso</ALIAS_NAME></INDIVIDUAL_ALIAS>"
    read = read_un_list(list_xml(xml))
    row = read.names.row(by_predicate=pl.col("name") == "Tam Orso", named=True)
    assert (row["quality"], row["weak"]) == (word, weak)
    assert ("unknown_quality" in read.warnings["code"]) == (word == "Medium")


def test_a_former_name_is_marked(list_xml: Build) -> None:
    alias_xml = "<QUALITY>f.k.a.</QUALITY><ALIAS_NAME>Old River (OR) (Старая Река)</ALIAS_NAME>"
    read = read_un_list(list_xml(entity=f"<ENTITY_ALIAS>{alias_xml}</ENTITY_ALIAS>"))
    names = dict(read.names.filter(pl.col("alias") == 1).select("name", "name_type").rows())
    assert names == {"Old River": "former", "OR": "acronym", "Старая Река": "original_script"}


def test_names_in_remarks_and_on_documents_are_names(list_xml: Build) -> None:
    read = read_un_list(
        list_xml(
            "<INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>Tam</ALIAS_NAME>"
            "<NOTE>original script: Там</NOTE></INDIVIDUAL_ALIAS>"
            "<INDIVIDUAL_DOCUMENT><NUMBER>A 1</NUMBER><NOTE>issued under name Tam Orso, expired</NOTE>"
            "</INDIVIDUAL_DOCUMENT>"
        )
    )
    names = read.names.filter(pl.col("name_type") != "primary").select("name", "name_type", "weak").rows()
    assert names == [("Tam", "alias", True), ("Там", "original_script", True), ("Tam Orso", "alias", False)]


def test_documents_numbers_and_references_are_taken_out_of_text(list_xml: Build) -> None:
    read = read_un_list(
        list_xml(
            "<INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT>"
            "<NUMBER>Libyan passport No. 96/18-A</NUMBER>"
            "<ISSUING_COUNTRY>Libya</ISSUING_COUNTRY></INDIVIDUAL_DOCUMENT>",
            "<COMMENTS1>Run by XAi.001 and XAE.777. SWIFT/BIC: GREYTRXX. IMO number: 5000001.</COMMENTS1>",
        )
    )
    rows = read.identifiers.select("reference", "kind", "normalised", "country_code", "origin").rows()
    assert rows == [
        ("XAe.001", "bic", "GREYTRXX", None, "comment"),
        ("XAe.001", "imo", "5000001", None, "comment"),
        ("XAi.001", "passport", "9618A", "LY", "document"),
    ]
    assert read.links.select("linked_reference", "on_list").rows() == [("XAi.001", True), ("XAe.777", False)]


def test_placeholders_are_no_names_but_a_surname_na_is(list_xml: Build) -> None:
    read = read_un_list(list_xml("<THIRD_NAME>na</THIRD_NAME><FOURTH_NAME>Na</FOURTH_NAME>"))
    assert "Ardo Belvane Na" in read.designations["primary_name"].to_list()
    assert read.ledger.filter(pl.col("reason") == "placeholder")["count"].to_list() == [1]


def test_an_entry_without_a_name_of_its_own_goes_by_its_alias_and_warns(list_xml: Build) -> None:
    xml = list_xml("<INDIVIDUAL_ALIAS><ALIAS_NAME>Tam Orso</ALIAS_NAME></INDIVIDUAL_ALIAS>")
    read = read_un_list(
        xml.replace(b"<FIRST_NAME>Ardo", b"<FIRST_NAME>").replace(b"<SECOND_NAME>Belvane", b"<SECOND_NAME>na")
    )
    assert read.designations.row(1, named=True)["primary_name"] == "Tam Orso"
    assert read.warnings["code"].to_list() == ["no_primary_name"]


def test_a_name_part_given_twice_gives_a_name_each(list_xml: Build) -> None:
    read = read_un_list(list_xml("<SECOND_NAME>Belvan</SECOND_NAME>"))
    assert {"Ardo Belvane", "Ardo Belvan"} <= set(read.names["name"])
    assert "repeated_element" in read.warnings["code"]


def test_unknown_elements_attributes_and_loose_text_are_in_the_ledger_and_warned_about(
    list_xml: Build,
) -> None:
    xml = list_xml('<VESSEL flag="XX">Sea Grey</VESSEL>loose', "<ENTITY_ALIAS>Tam River</ENTITY_ALIAS>")
    read = read_un_list(
        xml.replace(b"</ENTITIES>", b"</ENTITIES><VESSELS><V>Sea Grey</V></VESSELS><!-- note -->")
    )
    ignored = read.ledger.filter(pl.col("disposition") == "ignored").select("path", "reason").rows()
    root = "CONSOLIDATED_LIST"
    assert sorted(ignored) == [
        (f"{root}/INDIVIDUALS/INDIVIDUAL/VESSEL", "unknown element"),
        (f"{root}/INDIVIDUALS/INDIVIDUAL/VESSEL/@flag", "attribute without meaning"),
        (f"{root}/INDIVIDUALS/INDIVIDUAL/text()", "text outside a field"),
        (f"{root}/VESSELS", "unknown element"),
        (f"{root}/VESSELS/V", "unknown element"),
        (f"{root}/comment()", "XML comment"),
    ]
    assert {"unknown_element", "text_outside_a_field"} <= set(read.warnings["code"])
    assert "Tam River" in read.names["name"]  # an alias that is plain text


def test_a_damaged_character_in_a_name_is_warned_about(list_xml: Build) -> None:
    xml = list_xml("<NAME_ORIGINAL_SCRIPT>اردو ب\ufffdوان</NAME_ORIGINAL_SCRIPT>")
    assert read_un_list(xml).warnings["code"].to_list() == ["damaged_character"]


def test_provenance_says_which_bytes_were_read(list_xml: Build, tmp_path: Path) -> None:
    path = tmp_path / "list.xml"
    path.write_bytes(list_xml())
    read = read_un_list(path)
    provenance = read.provenance
    assert (provenance.source, provenance.size) == ("list.xml", len(list_xml()))
    assert provenance.generated_at == dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
    assert (provenance.individuals, provenance.entities, len(read)) == (1, 1, 2)
    with path.open("rb") as file:
        assert read_un_list(file).names.equals(read.names)
    assert read_un_list(str(path)) == read


def test_a_list_of_one_kind_only_is_warned_about(list_xml: Build) -> None:
    xml = list_xml()
    assert not {"no_entity", "no_individual"} & set(read_un_list(xml).warnings["code"])
    start, end = xml.index(b"<ENTITY>"), xml.rindex(b"</ENTITY>") + len(b"</ENTITY>")
    assert "no_entity" in read_un_list(xml[:start] + xml[end:]).warnings["code"]


def test_aliases_without_names_are_warned_about_if_most_are(list_xml: Build) -> None:
    named = "<INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Tam River</ALIAS_NAME></INDIVIDUAL_ALIAS>"
    nameless = named.replace("ALIAS_NAME", "ALIASNAME")
    assert "nameless_aliases" not in read_un_list(list_xml(named + nameless)).warnings["code"]
    assert "nameless_aliases" in read_un_list(list_xml(nameless + nameless + named)).warnings["code"]
