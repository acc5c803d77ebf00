"""Broken and hostile lists: a typed error that names file, line and reason, and never a partial list."""

from __future__ import annotations

import codecs
import gzip
import io
import pickle
from collections.abc import Callable
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.errors import ListError
from screening.lists import read_un_list

if TYPE_CHECKING:
    from pathlib import Path

Build = Callable[..., bytes]

BOMB = (
    '<!DOCTYPE CONSOLIDATED_LIST [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
    + "]>"
)
EXTERNAL = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>\n'
DTD = '<?xml version="1.0"?>\n<!-- a comment first -->\n<!DOCTYPE CONSOLIDATED_LIST SYSTEM "list.dtd">\n'


def refused(xml: bytes) -> ListError:
    with pytest.raises(ListError) as caught:
        read_un_list(xml)
    error = caught.value
    assert error.details["source"] == "<bytes>"
    assert pickle.loads(pickle.dumps(error)).details == error.details
    return error


def reason_and_line(xml: bytes) -> tuple[str, int | None]:
    error = refused(xml)
    return error.details["reason"], error.details.get("line")


@pytest.mark.parametrize(("head", "line"), [(BOMB, 1), (EXTERNAL, 1), (DTD, 3)])
def test_document_types_and_entities_are_refused_before_parsing(
    list_xml: Build, head: str, line: int
) -> None:
    assert reason_and_line(list_xml("<COMMENTS1>&a;</COMMENTS1>", head=head)) == ("document type", line)


def test_an_undefined_entity_is_refused(list_xml: Build) -> None:
    assert reason_and_line(list_xml("<COMMENTS1>&who;</COMMENTS1>")) == ("broken XML", 2)


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_refused(list_xml: Build, cut: float) -> None:
    xml = list_xml("<COMMENTS1>text</COMMENTS1>")
    assert reason_and_line(xml[: int(len(xml) * cut)])[0] == "broken XML"


@given(cut=st.integers(1, 600))
@settings(max_examples=60)
def test_no_prefix_of_a_list_is_a_list(list_xml: Build, cut: int) -> None:
    xml = list_xml("<COMMENTS1>text</COMMENTS1>")
    refused(xml[: -min(cut, len(xml) - 1)])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty file"),
        (b"  \n ", "empty file"),
        (b"<html><body>Not found</body></html>", "wrong root"),
        (b"<!DOCTYPE html><html></html>", "document type"),
        (b"<SANCTIONS><INDIVIDUALS/></SANCTIONS>", "wrong root"),
        (b"<CONSOLIDATED_LIST/>", "empty list"),
        (b"<CONSOLIDATED_LIST><INDIVIDUALS/><ENTITIES/></CONSOLIDATED_LIST>", "empty list"),
        (b'{"list": []}', "not XML"),
        (b"reference,name\nX,Ardo\n", "not XML"),
        (gzip.compress(b"<CONSOLIDATED_LIST/>", mtime=0), "not XML"),
        (b"PK\x03\x04....", "not XML"),
        (b'<?xml version="1.0" encoding="klingon"?><CONSOLIDATED_LIST/>', "wrong encoding"),
        (b'<?xml version="1.0" encoding="unicode_escape"?><CONSOLIDATED_LIST/>', "wrong encoding"),
        (b'<?xml version="1.0" encoding="zip"?><CONSOLIDATED_LIST/>', "wrong encoding"),
        (b'<?xml version="1.0" encoding="UTF-16"?><CONSOLIDATED_LIST/>', "empty list"),
        (b"<CONSOLIDATED_LIST>&#" + b"9" * 5000 + b";</CONSOLIDATED_LIST>", "empty list"),
        (b"<!-- only a remark -->", "not XML"),
        (b"<CONSOLIDATED_LIST>\n\xff\xfe</CONSOLIDATED_LIST>", "wrong encoding"),
        (b"<CONSOLIDATED_LIST></CONSOLIDATED_LIST><CONSOLIDATED_LIST/>", "broken XML"),
    ],
)
def test_what_is_no_list_is_refused(content: bytes, reason: str) -> None:
    assert reason_and_line(content)[0] == reason


ENTRY = (
    "\n<INDIVIDUAL><FIRST_NAME>{name}</FIRST_NAME>"
    "<REFERENCE_NUMBER>{reference}</REFERENCE_NUMBER></INDIVIDUAL>"
)


@pytest.mark.parametrize(
    ("extra", "reason"),
    [
        (ENTRY.format(name="Tam", reference="XAi.001"), "duplicate reference"),
        (ENTRY.format(name="Tam", reference=" xai.001 "), "duplicate reference"),
        (ENTRY.format(name="na", reference="XAi.002"), "no usable name"),
        (ENTRY.format(name="?!", reference="XAi.002"), "no usable name"),
        (ENTRY.format(name="Tam", reference=""), "no single reference"),
        (
            ENTRY.format(name="Tam", reference="X</REFERENCE_NUMBER><REFERENCE_NUMBER>Y"),
            "no single reference",
        ),
        ("\n<INDIVIDUAL><ENTITY/></INDIVIDUAL>", "nested entry"),
        (ENTRY.format(name="Tam", reference="X<INDIVIDUAL/>"), "nested entry"),
        (ENTRY.format(name="A" * 200_001, reference="XAi.002"), "gigantic text"),
    ],
)
def test_a_damaged_entry_refuses_the_whole_list(list_xml: Build, extra: str, reason: str) -> None:
    assert reason_and_line(list_xml(extra=extra)) == (reason, 3)


def test_a_text_beyond_the_parsers_own_limit_is_refused(list_xml: Build) -> None:
    assert refused(list_xml(f"<COMMENTS1>{'a' * 10_000_001}</COMMENTS1>")).details["line"] >= 2


def test_nesting_without_end_is_refused(list_xml: Build) -> None:
    assert reason_and_line(list_xml("<A>" * 5000 + "</A>" * 5000))[0] == "broken XML"


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.xml"):
        with pytest.raises(ListError, match="cannot read the list") as caught:
            read_un_list(path)
        assert caught.value.details["source"] == str(path)
    with pytest.raises(ListError, match="binary mode"):
        read_un_list(io.StringIO("<CONSOLIDATED_LIST/>"))  # type: ignore[arg-type]
    with pytest.raises(ListError, match="not a path"):
        read_un_list("bad\0name")


# What is odd but must load -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "encode"),
    [
        ("utf-8", lambda text: codecs.BOM_UTF8 + text.encode()),
        ("UTF-16", lambda text: text.encode("utf-16")),
        ("UTF-16", lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be")),
        ("UTF-16LE", lambda text: text.encode("utf-16-le")),
        ("UTF-32", lambda text: text.encode("utf-32")),
        ("ISO-8859-1", lambda text: text.encode("latin-1")),
        ("windows-1252", lambda text: text.encode("cp1252")),
    ],
)
def test_every_declared_encoding_gives_the_same_tables(
    list_xml: Build, label: str, encode: Callable[[str], bytes]
) -> None:
    head = f'<?xml version="1.0" encoding="{label}"?>\n'
    text = list_xml("<THIRD_NAME>Désirée</THIRD_NAME>", head=head).decode()
    plain = read_un_list(text.replace(label, "utf-8").encode())
    assert read_un_list(encode(text)).names.equals(plain.names)


def test_a_declaration_that_the_bytes_contradict_is_not_believed(list_xml: Build) -> None:
    head = '<?xml version="1.0" encoding="UTF-16"?>'
    assert len(read_un_list(list_xml(head=head))) == 2


@pytest.mark.parametrize(
    "bad", ["\x01", "\x0b", "\x1f", "&#x1;", "&#0;", "&#31;", "&#xFFFE;", "&#x110000;", "\ufffe"]
)
def test_forbidden_characters_are_removed_one_by_one_and_reported(list_xml: Build, bad: str) -> None:
    xml = list_xml("<THIRD_NAME>é\nOr@so</THIRD_NAME><COMMENTS1>@</COMMENTS1>")
    clean = read_un_list(xml.replace(b"@", b""))
    read = read_un_list(xml.replace(b"@", bad.encode("utf-8", "surrogatepass")))
    assert read.names.equals(clean.names)
    assert len(read) == len(clean)
    removed = read.ledger.filter(pl.col("path").str.starts_with("char("))
    first = xml.index(b"@")
    second = xml.replace(b"@", bad.encode(), 1).index(b"@")
    assert sorted(removed["reason"]) == sorted(
        f"character forbidden in XML, removed at byte {place}" for place in (first, second)
    )
    assert removed["first_line"].to_list() == [3, 3]
    assert read.warnings["code"].to_list() == ["illegal_character"] * 2


def test_allowed_references_and_literal_text_are_left_alone(list_xml: Build) -> None:
    read = read_un_list(list_xml("<COMMENTS1>&#233;&amp;#x1; <![CDATA[&#x1; <b>]]></COMMENTS1>"))
    assert read.comments["comment"].to_list() == ["é&#x1; &#x1; <b>"]
    assert read.warnings.is_empty()


def test_line_breaks_and_namespaces_do_not_matter(list_xml: Build) -> None:
    plain = read_un_list(list_xml())
    spread = list_xml(head='<?xml version="1.0"\n?>\n').replace(b"><", b">\r\n\t <")
    assert read_un_list(spread).names.equals(plain.names)
    spaced = list_xml().replace(b"<CONSOLIDATED_LIST", b'<CONSOLIDATED_LIST xmlns="urn:x"')
    assert read_un_list(spaced).names.equals(plain.names)


def test_line_numbers_hold_behind_a_declaration_and_beyond_65535(list_xml: Build) -> None:
    xml = list_xml(head='<?xml version="1.0"\n?>\n' + "\n" * 70_000)
    assert read_un_list(xml).designations["line"].max() == 70_005
