"""Files of every format are read as they are, or refused with one typed error that says why."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import os
import pathlib
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.payments.conftest import save

from screening.errors import SchemaError
from screening.payments import accounts, conform, sources
from screening.payments.sources import open_parts, stretches_of
from screening.policy import PaymentsPolicy, Policy

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEADER = "id,date,amount,currency,payer,payee\n"
ROW = "{},2026-03-01T10:00:00Z,5.00,EUR,Anna Muster,Otto Beispiel\n"
POLICY = Policy.from_dict({"payments": {"columns": {"transaction_id": "id"}}})


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def ids(path: Path | str) -> list[str]:
    return conform(path, policy=POLICY).transactions.collect()["transaction_id"].to_list()


def read_back(path: Path) -> list[dict[str, str]]:
    (part,) = open_parts(path, PaymentsPolicy())
    return part.frame.select(part.columns).collect().to_dicts()


def test_leading_zeros_and_long_numbers_survive(tmp_path: Path) -> None:
    long = "12345678901234567890123"
    assert ids(write(tmp_path / "a.csv", HEADER + ROW.format("007") + ROW.format(long))) == ["007", long]


def test_a_byte_order_mark_and_windows_line_ends_are_no_part_of_the_data(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.csv", b"\xef\xbb\xbf" + (HEADER + ROW.format("1")).replace("\n", "\r\n").encode()
    )
    assert ids(path) == ["1"]
    read = conform(path, policy=POLICY)
    assert read.transactions.collect()["beneficiary_name"].to_list() == ["Otto Beispiel"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_in_the_header(tmp_path: Path, delimiter: str) -> None:
    assert ids(write(tmp_path / "a.csv", (HEADER + ROW.format("1")).replace(",", delimiter))) == ["1"]


def test_a_declared_delimiter_is_taken(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", (HEADER + ROW.format("1")).replace(",", "~"))
    asked = Policy.from_dict({"payments": {"delimiter": "~", "columns": {"transaction_id": "id"}}})
    assert conform(path, policy=asked).rows_out == 1


FIELD = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r\ufeff"), max_size=10
) | st.sampled_from(['"', '""', "a,b", "two\nlines", '5" pipe', ""])


@settings(max_examples=60)
@given(st.lists(st.lists(FIELD, min_size=3, max_size=3), max_size=5))
def test_what_a_csv_writer_wrote_is_what_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([["a", "b", "c"], *rows])
    path = write(tmp_path_factory.mktemp("csv") / "a.csv", text.getvalue())
    (part,) = open_parts(path, PaymentsPolicy())
    assert part.lines is not None
    looks_like_rows = [
        any(line.count(",") >= 2 for field in row for line in field.split("\n")[1:]) for row in rows
    ]
    rejected = part.lines.filter(pl.col("line").is_not_null())
    assert rejected["row"].to_list() == [n for n, odd in enumerate(looks_like_rows, start=1) if odd]
    read = part.frame.select("a", "b", "c").collect().rows()
    assert [[value or "" for value in row] for row in read] == rows


def test_rows_with_too_few_or_too_many_fields_are_rejected_and_still_searchable(tmp_path: Path) -> None:
    content = HEADER + "1,2026-03-01T10:00:00Z,5.00,EUR,Anna Muster\n"
    content += "2,2026-03-01T10:00:00Z,5.00,EUR,Anna Muster,Otto Beispiel,,Third Party\n"
    content += ROW.format("3") + "\n" + ROW.format("4").replace("\n", ",\n")
    content += "5,2026-03-01T10:00:00Z,5.00,EUR,Anna, Muster\n"
    content += '6,2026-03-01T10:00:00Z,5.00,EUR,"Muster, Anna"\n'
    read = conform(write(tmp_path / "a.csv", content), policy=POLICY)
    assert read.transactions.collect()["transaction_id"].to_list() == ["3", "4", "5"]
    assert read.rejects.select("row", "column").rows() == [(row, "(whole row)") for row in (1, 2, 4, 7)]
    assert read.rejects["value"][1].endswith("Third Party")
    assert "Third Party" in read.rejected_rows["remittance_text"][1]
    assert read.rows_in == 7


def test_lines_inside_quotes_are_no_rows(tmp_path: Path) -> None:
    content = HEADER + ROW.format("1").replace("Anna Muster", '"Anna\n\nMuster, ""Annie"""') + "2,x\n"
    read = conform(write(tmp_path / "a.csv", content), policy=POLICY)
    assert read.transactions.collect()["originator_name"].to_list() == ['Anna\n\nMuster, "Annie"']
    assert read.rejects.select("row", "transaction_id").rows() == [(2, "2")]


@pytest.mark.parametrize(
    "content",
    [
        HEADER + ROW.format("1").replace("Anna", '"Anna') + ROW.format("2") + ROW.format("3"),
        HEADER + ROW.format("1").replace("Anna", '"Anna') + ROW.format("2").replace("Anna", '"Anna'),
    ],
)
def test_rows_never_swallow_one_another(tmp_path: Path, content: str) -> None:
    """Either one error, or as many rows as there are lines."""
    try:
        read = conform(write(tmp_path / "a.csv", content), policy=POLICY)
    except SchemaError:
        return
    assert read.rows_in == content.count("\n") - 1


def test_json_lines_take_columns_that_appear_late_and_numbers_of_any_kind(tmp_path: Path) -> None:
    lines = '{"id": 1, "date": "2026-03-01T10:00:00Z", "amount": 5.10, "currency": "EUR"}\n'
    lines += (
        '{"id": "002", "date": "2026-03-01T10:00:00Z", "amount": "7.1", "currency": "EUR", "payer": "Late"}\n'
    )
    lines += '{"id": 3, "date": "2026-03-01T10:00:00Z", "amount": 12345678901234567.89, "currency": "EUR"}\n'
    read = conform(write(tmp_path / "a.jsonl", lines), policy=POLICY)
    assert read.transactions.select("transaction_id", "amount_minor", "originator_name").collect().rows() == [
        ("1", 510, None),
        ("002", 710, "Late"),
    ]
    assert read.rejects["reason"].to_list() == [
        "more digits than a binary number holds exactly; supply it as text"
    ]


def test_content_counts_for_more_than_the_suffix(tmp_path: Path) -> None:
    frame = pl.read_csv(io.StringIO(HEADER + ROW.format("1")), infer_schema=False)
    frame.write_parquet(tmp_path / "a.csv")
    frame.write_ipc(tmp_path / "b.dat")
    frame.write_ipc_stream(tmp_path / "c")
    frame.write_ndjson(tmp_path / "d")
    frame.write_csv(tmp_path / "e")
    for name in ("a.csv", "b.dat", "c", "d", "e"):
        assert ids(tmp_path / name) == ["1"], name


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", b"", "the file is empty"),
        ("a.csv", b"\n \n", "the file is empty"),
        ("a.csv", b"PK\x03\x04rest", "a spreadsheet or zip archive"),
        ("a.csv", b"<html>", "XML or HTML"),
        ("a.csv", HEADER.encode("utf-16"), "UTF-16"),
        ("a.csv", (HEADER + ROW.format("1")).encode("utf-16-le"), "UTF-16"),
        ("a.csv", (HEADER + ROW.format("1")).encode("utf-16-be"), "UTF-16"),
        ("a.csv", (HEADER + ROW.format("1") * 2).replace("\n", "\r").encode(), "bare carriage returns"),
        ("a.csv", b"sep=;\r\n" + HEADER.replace(",", ";").encode(), "the first line is 'sep=;', a note"),
        ("a.csv", b'\xef\xbb\xbf"sep=,"\n' + HEADER.encode(), "a note to spreadsheets and no header; delete"),
        ("a.csv", (HEADER + ROW.format("Ünïque")).encode("latin-1"), "invalid utf"),
        ("a.csv", b"id,id,amount\n1,2,3\n", "the header holds 'id' more than once"),
        ("a.parquet", b"id,amount\n1,2\n", "not a readable parquet file"),
        ("a.parquet", b"PAR1 and then nothing", "not a readable parquet file"),
        ("a.arrow", b"ARROW1 and then nothing", "not a readable ipc file"),
        ("a.jsonl", b'[{"id": 1}]', "one JSON array"),
        ("a.jsonl", b'{"id": 1}\n{"id": 2\n', "not a readable jsonl file: line 2 is no JSON object"),
        ("a.jsonl", b'{"id": 1, "#row": 2}\n', "a column is named '#row', as rows are numbered here"),
        ("a.csv", b"id,#row\n1,2\n", "a column is named '#row', as rows are numbered here"),
        ("a.csv", b"\n" + HEADER.encode(), "the first line is blank, and should name the columns; delete it"),
        ("a.csv.gz", b"\x1f\x8bnot gzip", "cannot be read"),
        ("a.csv.bz2", bz2.compress(HEADER.encode()), "compressed by bzip2; decompress it first"),
        ("a.csv.xz", lzma.compress(HEADER.encode()), "compressed by xz; decompress it first"),
        ("a.csv.zst", b"\x28\xb5\x2f\xfd\x00\x58", "compressed by zstd; decompress it first"),
        ("a.csv.lz4", b"\x04\x22\x4d\x18\x64\x40", "compressed by lz4; decompress it first"),
        ("a.csv.gz", gzip.compress(gzip.compress(b"id")), "compressed by gzip twice; decompress it first"),
        ("a.tar", b"a.csv".ljust(257, b"\x00") + b"ustar\x0000", "a tar archive; unpack it first"),
        ("a.db", b"SQLite format 3\x00\x10\x00", "a SQLite database, and no table that is read here"),
        ("a.orc", b"ORC\x0a\x00\x11", "an ORC file, and no table that is read here; save it as CSV"),
        ("a.avro", b"Obj\x01\x04\x16avro.codec", "an Avro file, and no table that is read here"),
        ("a.csv", b"id,date\x00,amount\n1", "no text: it holds bytes that are 0, and no table"),
    ],
)
def test_unreadable_files_are_typed_errors(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    with pytest.raises(SchemaError, match=reason) as caught:
        conform(write(tmp_path / name, content), policy=POLICY)
    assert str(caught.value).startswith(name)


def test_a_header_alone_is_an_empty_table(tmp_path: Path) -> None:
    read = conform(write(tmp_path / "a.csv", HEADER), policy=POLICY)
    assert (read.rows_in, read.rows_out) == (0, 0)


def test_a_file_that_is_not_there_is_a_typed_error(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="no such file"):
        conform(tmp_path / "absent.csv")
    with pytest.raises(SchemaError, match="holds no files"):
        conform(tmp_path)


def test_a_path_that_names_nothing_says_what_is_wrong_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "a.csv", HEADER)
    (tmp_path / "folder" / "within").mkdir(parents=True)
    for where, words in {
        "": "the path of the table is empty",
        " ": "the path of the table is empty",
        "*.parquet": r"\*\.parquet: no file fits this pattern",
        "folder": "folder: the folder holds no files to read; .* folders within it are left out",
    }.items():
        with pytest.raises(SchemaError, match=words):
            conform(where, policy=POLICY)


def test_a_file_of_a_folder_is_named_with_the_folder_wherever_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "payments"
    (folder / "within").mkdir(parents=True)
    write(folder / "a.csv", HEADER + ROW.format("1").replace("5.00", "x"))
    for place, where in (
        (tmp_path, "payments"),
        (folder, "."),
        (folder / "within", ".."),
        (folder, "../payments"),
    ):
        monkeypatch.chdir(place)
        assert conform(where, policy=POLICY).rejects["source"].to_list() == ["payments/a.csv"]


def test_a_wrong_file_of_a_folder_is_named_and_the_folder_as_well(tmp_path: Path) -> None:
    folder = tmp_path / "payments"
    folder.mkdir()
    write(folder / "a.csv", HEADER)
    write(folder / "z.xml", "<LIST/>")
    with pytest.raises(SchemaError, match=r"^payments/z\.xml: XML .*; every file of '.*payments' is read"):
        conform(folder, policy=POLICY)
    with pytest.raises(SchemaError, match=r"^z\.xml: XML or HTML, not a table$"):
        conform(folder / "z.xml", policy=POLICY)


@pytest.mark.parametrize("method", ["is_dir", "iterdir"])
def test_a_folder_that_may_not_be_looked_at_is_a_typed_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    def refuse(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(pathlib.Path, method, refuse)
    with pytest.raises(SchemaError, match="cannot be looked at: Permission denied"):
        conform(str(tmp_path), policy=POLICY)


def test_a_folder_or_a_pattern_is_read_part_by_part(tmp_path: Path) -> None:
    write(tmp_path / "2.csv", HEADER + ROW.format("3") + ROW.format("1"))
    write(tmp_path / "1.csv", HEADER + ROW.format("1") + ROW.format("2").replace("5.00", "x"))
    write(tmp_path / "_SUCCESS", "")
    for where in (tmp_path, str(tmp_path / "*.csv")):
        read = conform(where, policy=POLICY)
        assert read.transactions.collect()["transaction_id"].to_list() == ["1", "3"]
        assert read.rejects.select("row", "transaction_id").rows() == [(2, "2"), (2, "1")]
        assert [source[-5:] for source in read.rejects["source"]] == ["1.csv", "2.csv"]
        assert read.rejected_rows["transaction_id"].to_list() == ["2", "row-2-2"]


@pytest.mark.parametrize("suffix", ["csv", "parquet", "jsonl", "arrow"])
def test_a_path_that_looks_like_a_pattern_is_still_a_path(tmp_path: Path, suffix: str) -> None:
    frame = pl.read_csv(io.StringIO(HEADER + ROW.format("1")), infer_schema=False)
    path = tmp_path / f"payments [1]*.{suffix}"
    save(frame, path)
    assert ids(path) == ids(str(path)) == ["1"]


def test_parts_must_have_the_same_columns(tmp_path: Path) -> None:
    write(tmp_path / "1.csv", HEADER + ROW.format("1"))
    write(tmp_path / "2.csv", (HEADER + ROW.format("2")).replace("payee", "colour"))
    with pytest.raises(SchemaError, match=r"2\.csv: not the same columns as .*1\.csv"):
        conform(tmp_path, policy=POLICY)


def test_parts_of_different_types_fit_together(tmp_path: Path) -> None:
    frame = pl.read_csv(io.StringIO(HEADER + ROW.format("1")), infer_schema=False)
    frame.write_parquet(tmp_path / "1.parquet")
    frame.with_columns(id=pl.lit(2), amount=pl.lit(7.5)).write_parquet(tmp_path / "2.parquet")
    read = conform(tmp_path, policy=POLICY)
    assert read.transactions.select("transaction_id", "amount_minor").collect().rows() == [
        ("1", 500),
        ("2", 750),
    ]


def many_files(folder: Path, suffix: str) -> Path:
    """Small files of one layout, with all that a file may have of its own."""
    rows = [ROW.format(n % 11) if n % 5 else ROW.format(n).replace("5.00", "much") for n in range(17)]
    cuts = [(0, 3), (3, 3), (3, 4), (4, 9), (9, 9), (9, 16), (16, 17)]
    folder.mkdir()
    for number, (start, end) in enumerate(cuts):
        text, path = HEADER + "".join(rows[start:end]), folder / f"{number}.{suffix}"
        frame = pl.read_csv(io.StringIO(text), infer_schema=False)
        save(frame, path)
    if suffix == "jsonl":  # a file without lines is refused
        for number in (1, 4):
            (folder / f"{number}.jsonl").unlink()
    if suffix == "csv":
        write(folder / "7.csv", "\ufeff" + HEADER + "12,2026-03-01,5\n\n" + ROW.format(13))
        quoted = HEADER + ROW.format(14).replace("Anna Muster", '"Anna\nMaria"')
        write(folder / "8.csv", quoted.replace("\n", "\r\n"))
        write(folder / "9.csv", gzip.compress((HEADER + ROW.format(15)).encode()))
    return folder


@pytest.mark.parametrize(("few", "batch"), [(0, 0), (10_000, 0), (10_000, 50_000)])
@pytest.mark.parametrize("suffix", ["csv", "parquet", "jsonl", "arrow"])
def test_files_that_are_scanned_as_one_give_what_each_gives_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, few: int, batch: int
) -> None:
    folder = many_files(tmp_path / "many", suffix)
    monkeypatch.setattr(sources, "_FEW_ROWS", few)
    monkeypatch.setattr(sources, "_BATCH", batch or 5)
    monkeypatch.setattr(sources, "_KEPT", batch)
    assert len(stretches_of(open_parts(folder, PaymentsPolicy()))) == 1
    together = conform(folder, policy=POLICY)
    tables = [together.transactions.collect(), together.transactions.collect(engine="streaming")]
    monkeypatch.setattr(accounts, "stretches_of", lambda parts: [[part] for part in parts])
    alone = conform(folder, policy=POLICY)
    assert together.rejects.height > 4
    for table in tables:
        assert table.equals(alone.transactions.collect())
    for name in ("rejects", "rejected_rows", "warnings", "rows_in", "rows_out"):
        one, other = getattr(together, name), getattr(alone, name)
        assert one.equals(other) if isinstance(one, pl.DataFrame) else one == other


def test_files_of_differing_layouts_are_scanned_apart(tmp_path: Path) -> None:
    frame = pl.read_csv(io.StringIO(HEADER + ROW.format("1")), infer_schema=False)
    for number, table in enumerate(
        [frame, frame, frame.select(reversed(frame.columns)), frame.cast({"id": pl.Int64}), frame]
    ):
        table.write_parquet(tmp_path / f"{number}.parquet")
    (tmp_path / "5.csv").write_text(HEADER + ROW.format("1"))
    (tmp_path / "6.csv").write_text((HEADER + ROW.format("1")).replace(",", ";"))
    parts = open_parts(tmp_path, PaymentsPolicy())
    assert [len(stretch) for stretch in stretches_of(parts)] == [2, 1, 1, 1, 1, 1]


def test_a_file_that_breaks_among_many_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = many_files(tmp_path / "many", "parquet")
    monkeypatch.setattr(sources, "_KEPT", 0)
    read = conform(folder, policy=POLICY)
    (folder / "3.parquet").write_bytes((folder / "3.parquet").read_bytes()[:-40])
    with pytest.raises(pl.exceptions.PolarsError):
        read.transactions.collect()


@given(st.lists(st.text(alphabet='ab,;"\r\n é\ufeff', max_size=12), min_size=1, max_size=6))
@settings(max_examples=300, deadline=None)
def test_a_small_file_is_seen_through_at_a_glance_as_by_reading_it(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    content = "a,b\n" + "\n".join(lines)
    path = tmp_path_factory.getbasetemp() / "glance.csv"
    path.write_bytes(content.encode())
    glance = sources._plain_csv(path, content.encode(), ",", "glance.csv")
    if glance is not None:
        read = sources._scan_csv(path, "", ",", lambda: None, "glance.csv")
        assert (glance.columns, glance.rows, glance.layout) == (read.columns, read.rows, read.layout)
        assert read.lines is not None
        assert read.lines.is_empty()
        assert glance.frame.collect().equals(read.frame.collect())
        assert glance.frame.collect().height == glance.rows


def test_reading_back_keeps_every_text(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "a,b\n01,1.50\ntrue,2026-03-01\n")
    assert read_back(path) == [{"a": "01", "b": "1.50"}, {"a": "true", "b": "2026-03-01"}]


def test_a_quote_that_swallows_rows_rejects_them_and_their_names_are_searched(tmp_path: Path) -> None:
    swallowed = ROW.format("2").replace("Otto", '"Otto') + ROW.format("3") + ROW.format("4")[:-1] + '"\n'
    path = write(tmp_path / "a.csv", HEADER + ROW.format("1") + swallowed + ROW.format("5"))
    read = conform(path, policy=POLICY)
    assert (read.rows_in, read.rows_out) == (3, 2)
    assert read.rejects.select("row", "column").rows() == [(2, "(whole row)")]
    assert "quote may not be closed" in read.rejects["reason"][0]
    assert read.rejected_rows["remittance_text"][0].count("Otto Beispiel") == 3


def test_a_field_of_several_lines_is_one_row_and_is_counted(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.csv",
        HEADER + ROW.format("1") + ROW.format("2").replace("Otto ", '"Otto\n')[:-1] + '"\n',
    )
    read = conform(path, policy=POLICY)
    assert read.transactions.collect()["beneficiary_name"][1] == "Otto\nBeispiel"
    (warning,) = read.warnings.to_dicts()
    assert (warning["column"], warning["rows"], warning["first_row"]) == ("(whole row)", 1, 2)


@pytest.mark.parametrize("before", [3, 5_000])
@pytest.mark.parametrize(
    ("broken", "reason"),
    [(b"M\xfcller", "not UTF-8"), (b'"Otto"x', "parse"), (b'Ot"to', "quotes do not pair up")],
)
def test_a_broken_csv_file_is_refused_with_the_line_that_breaks_it(
    tmp_path: Path, broken: bytes, reason: str, before: int
) -> None:
    good = b"".join(ROW.format(n).encode() for n in range(before))
    bad = ROW.format("X").encode().replace(b"Otto Beispiel", broken)
    with pytest.raises(SchemaError, match=reason) as raised:
        conform(write(tmp_path / "a.csv", HEADER.encode() + good + bad + good), policy=POLICY)
    assert f"line {before + 2:,}" in str(raised.value)


BLANK_BEFORE_QUOTE = 'Jo Example, "SARKI, Jibrilla Amadou"'


def test_a_row_with_a_blank_before_a_quoted_field_is_rejected_and_its_parties_are_searched(
    tmp_path: Path,
) -> None:
    header = HEADER.replace("\n", ",beneficiary_account\n")
    broken = f"1,2026-03-01T10:00:00Z,5.00,EUR,{BLANK_BEFORE_QUOTE},DE1\n"
    good = ROW.format("2").replace("\n", ",DE2\n")
    read = conform(write(tmp_path / "a.csv", header + broken + good), policy=POLICY)
    assert (read.rows_in, read.rows_out) == (2, 1)
    assert read.rejects.select("row", "reason").rows() == [(1, "row has not as many fields as the header")]
    assert read.rejected_rows["remittance_text"].to_list() == [broken.rstrip("\n")]


def test_a_blank_before_a_quoted_last_field_loses_no_name(tmp_path: Path) -> None:
    broken = f"1,2026-03-01T10:00:00Z,5.00,EUR,{BLANK_BEFORE_QUOTE}\n"
    last = conform(write(tmp_path / "last.csv", HEADER + ROW.format("2") + broken), policy=POLICY)
    assert last.rejected_rows["remittance_text"].to_list() == [broken.rstrip("\n")]
    # followed by others, the reader cannot tell the rows apart: the file is refused, and the line named
    with pytest.raises(SchemaError, match=r"line 2 has a quote inside a field, or a blank beside a quoted"):
        conform(write(tmp_path / "first.csv", HEADER + broken + ROW.format("2")), policy=POLICY)


def test_a_blank_before_a_quoted_field_without_delimiters_takes_nothing_away(tmp_path: Path) -> None:
    row = ROW.format("1").replace("Otto Beispiel", ' "Otto Beispiel"')
    read = conform(write(tmp_path / "a.csv", HEADER + row), policy=POLICY)
    assert read.transactions.collect()["beneficiary_name"].to_list() == ['"Otto Beispiel"']


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_files_of_folders_within_a_folder_are_told(tmp_path: Path, suffix: str) -> None:
    folder = tmp_path / "payments"
    for name in ("a", "day=1/b", "day=2/hour=3/c", "day=2/d", "_temporary/e", "day=2/_f"):
        path = folder / f"{name}.{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        frame = pl.read_csv(io.StringIO(HEADER + ROW.format(name)), infer_schema=False)
        if suffix == "csv":
            frame.write_csv(path)
        else:
            frame.write_parquet(path)
    read = conform(folder, policy=POLICY)
    assert read.transactions.collect()["transaction_id"].to_list() == ["a"]
    (warning,) = read.warnings.to_dicts()
    assert warning["reason"] == (
        "3 files in folders within 'payments' were not read: 'day=1' (1), 'day=2' (2); "
        f"the pattern 'payments/**/*.{suffix}' takes them in"
    )


def test_a_folder_without_folders_leaves_nothing_out(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", HEADER + ROW.format("1"))
    (tmp_path / "empty").mkdir()
    assert conform(tmp_path, policy=POLICY).warnings.is_empty()


def test_a_folder_that_fits_a_pattern_is_told_of_with_the_files_that_nobody_reads(tmp_path: Path) -> None:
    write(tmp_path / "p-01.csv", HEADER + ROW.format("1"))
    (tmp_path / "p-02.csv").mkdir()
    write(tmp_path / "p-02.csv" / "part-0.csv", HEADER + ROW.format("2"))
    write(tmp_path / "p-02.csv" / "_SUCCESS", "")
    (warning,) = conform(tmp_path / "p-*.csv", policy=POLICY).warnings["reason"]
    assert warning == (
        f"1 files in folders that fit '{tmp_path}/p-*.csv' were not read: '{tmp_path}/p-02.csv' (1); "
        f"the pattern '{tmp_path}/**/*.csv' takes them in"
    )
    assert conform(tmp_path / "**/*.csv", policy=POLICY).warnings.is_empty()
    with pytest.raises(SchemaError, match=r"only folders fit this pattern, such as .*p-02\.csv"):
        conform(tmp_path / "p-02*", policy=POLICY)


@pytest.mark.parametrize("make", [lambda path: path.symlink_to("absent"), os.mkfifo])
@pytest.mark.parametrize("where", ["", "*.csv", "p-02.csv"])
def test_what_cannot_be_read_is_never_passed_over(
    tmp_path: Path, make: Callable[[Path], None], where: str
) -> None:
    write(tmp_path / "p-01.csv", HEADER + ROW.format("1"))
    make(tmp_path / "p-02.csv")
    with pytest.raises(
        SchemaError, match=r"p-02\.csv: is (a link to 'absent', which is not|no file that can)"
    ):
        conform(tmp_path / where, policy=POLICY)


def test_a_pattern_leaves_hidden_files_out_as_a_folder_does_unless_it_names_them(tmp_path: Path) -> None:
    for name in ("a.csv", "_b.csv", "_day/c.csv", "day/_d/e.csv", "day/f.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        write(tmp_path / name, HEADER + ROW.format(name[-5]))
    write(tmp_path / "_SUCCESS", "")
    assert ids(tmp_path / "*.csv") == ["a"]
    assert ids(tmp_path / "**/*.csv") == ["a", "f"]
    assert ids(tmp_path / "_*.csv") == ["b"]
    assert ids(tmp_path / "_day" / "*.csv") == ["c"]
    with pytest.raises(SchemaError, match=r"names that begin with '.' or '_' do only if it says so"):
        ids(tmp_path / "*SUCCESS")


@pytest.mark.parametrize("suffix", ["parquet", "arrow", "arrows"])
def test_a_column_named_as_rows_are_numbered_is_told_of_in_every_format(tmp_path: Path, suffix: str) -> None:
    frame, path = pl.DataFrame({"id": ["1"], "#row": ["2"]}), tmp_path / f"a.{suffix}"
    if suffix == "arrows":
        frame.write_ipc_stream(path)
    else:
        save(frame, path)
    for payments in (path, frame):
        with pytest.raises(SchemaError, match="a column is named '#row', as rows are numbered here"):
            conform(payments, policy=POLICY)


def test_a_lazy_frame_over_a_file_that_is_not_there_is_a_typed_error(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"the lazy frame cannot be collected: No such file.*absent"):
        conform(pl.scan_parquet(tmp_path / "absent.parquet"))
