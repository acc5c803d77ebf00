"""Alias cells: clean names, notes kept, and nothing vanishes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from screening.lists.cells import read_cell

A, F, S, Y = "alias", "former", "original_script", "acronym"


def people(text: str) -> list[Any]:
    return list(read_cell(text, kind="individual").names)


def firms(text: str) -> list[Any]:
    return list(read_cell(text, kind="entity").names)


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("Ardo Belvane", [("Ardo Belvane", A, "")]),
        (
            "Ardo Belvane; Ardu Belvan; A. Belvane",
            [(n, A, "") for n in ("Ardo Belvane", "Ardu Belvan", "A. Belvane")],
        ),
        (
            "Ardo Belvane; Ardu b) Ardou; Arde",
            [(n, A, "") for n in ("Ardo Belvane", "Ardu", "Ardou", "Arde")],
        ),
        ("(a) Ardo Belvane (b) Ardu", [("Ardo Belvane", A, ""), ("Ardu", A, "")]),
        (") Ardo Belvane", [("Ardo Belvane", A, "")]),
        ("1) Ardo Belvane 2) Ardu Belvan", [("Ardo Belvane", A, ""), ("Ardu Belvan", A, "")]),
        (" Ardo \n      Belvane ", [("Ardo Belvane", A, "")]),
        ("Belvane, Ardo", [("Ardo Belvane", A, "")]),
        ("BELVANE, Colonel ARDO", [("Colonel ARDO BELVANE", A, "")]),
        ("Ardo Belvane, III (third)", [("Ardo Belvane III", A, "third")]),
        ("Belvane, Ardo, Jr", [("Ardo Belvane Jr", A, "")]),
        ("Ardo, Ardu, Ardou, Arde", [(n, A, "") for n in ("Ardo", "Ardu", "Ardou", "Arde")]),
        ("“Tam”", [("Tam", A, "")]),
        ('"Tam', [("Tam", A, "")]),
        ("“General” Belvane", [("General Belvane", A, "")]),
        ("(Sheikh) Ardo Belvane", [("Sheikh Ardo Belvane", A, ""), ("Ardo Belvane", A, "")]),
        ("Dr. Ardo ‘Belvane’", [("Dr. Ardo ‘Belvane’", A, "")]),
        ("Ardo (combat name)", [("Ardo", A, "combat name")]),
        ("ARDO (COMBAT NAME)", [("ARDO", A, "COMBAT NAME")]),
        ("Ardo Belvane (previously listed as)", [("Ardo Belvane", A, "previously listed as")]),
        ("Ardo Belvane born in 1963", [("Ardo Belvane", A, "born in 1963")]),
        (
            "Ardo Belvane, born in Tarsis on 01 Jan.1967",
            [("Ardo Belvane", A, "born in Tarsis on 01 Jan.1967")],
        ),
        (
            "Ardo Belvane, born 1 Jan. 1953 (Tarsian passport no.0382, expiry 3 May 2024.)",
            [("Ardo Belvane", A, "born 1 Jan. 1953 (Tarsian passport no.0382, expiry 3 May 2024.)")],
        ),
        (
            "Ardo Sabri (false identity related to fraudulent identification number 691)",
            [("Ardo Sabri", A, "false identity related to fraudulent identification number 691")],
        ),
        ("Ardo Belvane (اردو بلوان)", [("Ardo Belvane", A, ""), ("اردو بلوان", S, "")]),
        ("Ardo (original script: Ардо)", [("Ardo", A, ""), ("Ардо", S, "original script")]),
        (
            "اردو بلوان (Ardo Belvane; Ardu)",
            [("اردو بلوان", S, ""), ("Ardo Belvane", A, ""), ("Ardu", A, "")],
        ),
        ("Ardo Belvane اردو بلوان", [("Ardo Belvane", A, ""), ("اردو بلوان", S, "")]),
        ("شيخ الفجر ، الفجر", [("شيخ الفجر", S, ""), ("الفجر", S, "")]),
        ("Tan Weiming (谭伟明)", [("Tan Weiming", A, ""), ("谭伟明", S, "")]),
        ("ኣርዶ በልቫን (Tigrinya)", [("ኣርዶ በልቫን", S, "Tigrinya")]),
        (
            "Ardo Belvane son of Mir Belvane (اردو ولد مير",
            [
                ("Ardo Belvane son of Mir Belvane", A, ""),
                ("Ardo Belvane", A, "son of Mir Belvane"),
                ("اردو ولد مير", S, ""),
            ],
        ),
        ("Ardo Belvane (Belvan)", [("Ardo Belvane", A, "Belvan"), ("Ardo Belvan", A, "Belvan")]),
        ("Ardo Belvane a.k.a. Tam Orso", [("Ardo Belvane", A, ""), ("Tam Orso", A, "a.k.a.")]),
        ("Ardo Belvane f.k.a. Tam Orso", [("Ardo Belvane", A, ""), ("Tam Orso", F, "f.k.a.")]),
        ("na", []),
        ("", []),
        ("(?)", []),
    ],
)
def test_a_persons_cell_yields_clean_names_and_notes(cell: str, names: list[Any]) -> None:
    assert people(cell) == names


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("Grey River Company (GRC)", [("Grey River Company", A, ""), ("GRC", Y, "")]),
        ("GREY RIVER FUEL / GRF", [("GREY RIVER FUEL", A, ""), ("GRF", Y, "")]),
        ("GREY RIVER PRECISION (GRP) MACHINERY", [("GREY RIVER PRECISION MACHINERY", A, ""), ("GRP", Y, "")]),
        ("Dawn Fort Tar (DFT, DF-T)", [("Dawn Fort Tar", A, ""), ("DFT", Y, ""), ("DF-T", Y, "")]),
        ("DAWN FRONT - TARSIS (DF- T)", [("DAWN FRONT - TARSIS", A, ""), ("DF-T", Y, "")]),
        ("Dawn Movement/Army (DM/A)", [("Dawn Movement/Army", A, ""), ("DM/A", Y, "")]),
        ("AMD/AMX", [("AMD/AMX", A, "")]),
        ("HARVEST FOR ALL (NGO)", [("HARVEST FOR ALL NGO", A, ""), ("HARVEST FOR ALL", A, "")]),
        ("GREY FOUNDATION (KENYA)", [("GREY FOUNDATION KENYA", A, ""), ("GREY FOUNDATION", A, "")]),
        ("Leader (Hong Kong) Grey Limited", [("Leader Hong Kong Grey Limited", A, "")]),
        ("灰河船務(香港)有限公司", [("灰河船務香港有限公司", S, "")]),
        ("ROADS OFFICE (NORTHERN AREA", [("ROADS OFFICE NORTHERN AREA", A, ""), ("ROADS OFFICE", A, "")]),
        ("GREY EXCHANGE (BRANCH LOCATED IN TARSIS)", [("GREY EXCHANGE", A, "BRANCH LOCATED IN TARSIS")]),
        ("Battalion of Dawn (martyrs)", [("Battalion of Dawn", A, "martyrs")]),
        ("Academy of Grey (XAE.018)", [("Academy of Grey", A, "XAE.018")]),
        ("Grey Trading, Ltd", [("Grey Trading, Ltd", A, "")]),
        ("Река (Grey Dawn - sub-unit name)", [("Река", S, ""), ("Grey Dawn", A, "sub-unit name")]),
        ("Река (Grey Rill Tarsis (GRT))", [("Река", S, ""), ("Grey Rill Tarsis", A, ""), ("GRT", Y, "")]),
        (
            "Grey River (GR) (Серая Река (original script); Gray River; River Gray)",
            [
                ("Grey River", A, ""),
                ("GR", Y, ""),
                ("Серая Река", S, "original script"),
                ("Gray River", A, ""),
                ("River Gray", A, ""),
            ],
        ),
        ("7TH OF DAWN", [("7TH OF DAWN", A, "")]),
        ("Office #77", [("Office #77", A, "")]),
        (
            "Grey River (Blue Hill Trading)",
            [("Grey River Blue Hill Trading", A, ""), ("Grey River", A, ""), ("Blue Hill Trading", A, "")],
        ),
    ],
)  # fmt: skip
def test_a_companys_cell_yields_clean_names_and_acronyms(cell: str, names: list[Any]) -> None:
    assert firms(cell) == names


WORDS = st.sampled_from(
    ["Ardo", "Belvane", "al-Tarsi", "GREY", "Company", "born", "1953", "in", "b)", "a)", "(", ")", "[", ";",
     ",", "-", "original script:", "combat name", "اردو", "بلوان", "Ардо", "谭伟明", "“", "”", "a.k.a.",
     "f.k.a.", "/", "son of", "GC", "(GC)", "(third)", "na", "passport", "no.", "Jr", "\n   ", "‘Abd",
     "previously listed as", ":", "—", "\u200b"]
)  # fmt: skip
CELLS = st.one_of(st.lists(WORDS, max_size=12).map(" ".join), st.text(max_size=40))
MARKER = re.compile(r"(?<!\w)\(?\s?(?:[a-z]|\d{1,2}|i{1,3}|iv|vi{0,3})\s?\)(?=\s)", re.IGNORECASE)


@given(cell=CELLS, kind=st.sampled_from(["individual", "entity"]))
@settings(max_examples=400)
@example(cell="Ardo (b) c", kind="individual")
@example(cell="A) Belvane", kind="individual")
def test_no_text_of_a_cell_vanishes(cell: str, kind: str) -> None:
    read = read_cell(cell, kind=kind)
    kept = " ".join([f"{name.name} {name.note}" for name in read.names] + list(read.remarks))
    words = re.findall(r"[^\W_]+", MARKER.sub(" ", cell))  # numbering is a separator
    assert [word for word in words if word not in kept] == []


@given(cell=CELLS, kind=st.sampled_from(["individual", "entity"]))
@settings(max_examples=200)
def test_names_are_clean(cell: str, kind: str) -> None:
    for name in read_cell(cell, kind=kind).names:
        assert name.name == " ".join(name.name.split())
        assert any(c.isalnum() for c in name.name)
        assert not set(name.name) & set(';()[]{}“”"؛|')
        assert name.name_type in {A, F, S, Y}


PLAIN = st.lists(
    st.from_regex(r"[A-ZÀ-Ý][a-zà-ý]{2,8}([-’][a-z]{2,6})?", fullmatch=True), min_size=1, max_size=5
)


@given(words=PLAIN, kind=st.sampled_from(["individual", "entity"]))
@settings(max_examples=100)
def test_a_plain_name_is_read_as_itself(words: list[str], kind: str) -> None:
    name = " ".join(words)
    assert read_cell(name, kind=kind).names == ((name, "alias", ""),)


@given(
    names=st.lists(PLAIN.map(" ".join), min_size=1, max_size=6, unique=True),
    separator=st.sampled_from([";", " ; ", ";\n   "]),
)
@settings(max_examples=100)
def test_names_between_semicolons_are_names_of_their_own(names: list[str], separator: str) -> None:
    assert [name.name for name in read_cell(separator.join(names), kind="individual").names] == names
