"""The manifest and the run folder: equal runs leave equal bytes, and half a run is never read as one."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.audit import (
    account_for_rows,
    check_folder,
    describe_input,
    digest_rows,
    discard,
    draw_manifest,
    publish,
    read_manifest,
    reference_data,
    write_run,
)
from screening.designations import Provenance
from screening.errors import RunError
from screening.hits import FIELDS
from screening.policy import NamePolicy, Policy
from screening.rules.structuring import structuring
from screening.schemas import ALERTS, COVERAGE, FLAGS, HITS, REJECTS

TABLES = {
    "alerts": pl.DataFrame(
        [{"transaction_id": "t1", "outcome": "SUSPEND"}, {"transaction_id": "t2", "outcome": "REVIEW"}],
        schema=ALERTS,
    ),
    "hits": pl.DataFrame(
        [{"transaction_id": "t1", "status": "hit", "reference": "X.1"}, {"status": "unscreenable"}],
        schema=HITS,
    ),
    "flags": FLAGS.to_frame(),
    "rejects": REJECTS.to_frame(),
}


def manifest(**changes: Any) -> dict[str, Any]:
    content: dict[str, Any] = {
        "source": {"kind": "file", "rows": 2},
        "provenance": Provenance(source="list.xml", individuals=1),
        "index": {"fingerprint": "f"},
        "policy": Policy(),
        "fields": FIELDS.to_frame(),
        "rules": [structuring()],
        "coverage": pl.DataFrame(
            [{"rule": "TF-S01", "status": "not_evaluable", "missing": ["booked_at"]}], schema=COVERAGE
        ),
        "tables": TABLES,
        "clock": {"started_at": "2026-01-01T00:00:00Z"},
    }
    return draw_manifest(**(content | changes))


def test_a_row_that_went_missing_voids_the_run() -> None:
    with pytest.raises(RunError, match="missing silently"):
        account_for_rows(came_in=10, screened=8, rejected=1)


def test_counts_of_the_manifest_come_from_the_tables() -> None:
    drawn = manifest()
    assert drawn["alerts"] == {"SUSPEND": 1, "HOLD": 0, "REVIEW": 1, "MONITOR": 0}
    assert drawn["hits"] == {"hit": 1, "unscreenable": 1, "designations": 1}
    assert drawn["policy"]["sha256"] == Policy().sha256
    assert drawn["list"]["individuals"] == 1
    assert set(drawn["reference_data"]) == set(reference_data())


def test_the_run_id_depends_on_everything_but_the_clock() -> None:
    first = manifest()["run_id"]
    assert manifest(clock={"started_at": "2027-07-07T00:00:00Z"})["run_id"] == first
    assert manifest(policy=Policy(names=NamePolicy(threshold=0.9)))["run_id"] != first
    assert manifest(warnings=["w"])["run_id"] != first


def test_equal_runs_leave_equal_bytes(tmp_path: Path) -> None:
    folders = [write_run(tmp_path / name, TABLES, manifest()) for name in ("a", "b")]
    contents = [{path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders]
    assert contents[0] == contents[1]
    assert set(contents[0]) == {f"{name}.parquet" for name in TABLES} | {"manifest.json"}
    assert read_manifest(folders[0])["outputs"]["alerts.parquet"]["rows"] == 2


def test_an_earlier_run_is_replaced_and_nothing_else_is(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", TABLES, manifest())
    write_run(folder, TABLES, manifest(warnings=["second"]))
    assert read_manifest(folder)["warnings"] == ["second"]
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(RunError, match=r"notes\.txt"):
        write_run(folder, TABLES, manifest())
    other = tmp_path / "other"
    other.mkdir()
    (other / "precious.csv").write_text("a")
    with pytest.raises(RunError, match="something other than a run"):
        write_run(other, TABLES, manifest())
    with pytest.raises(RunError, match="is a file"):
        write_run(other / "precious.csv", TABLES, manifest())
    assert (other / "precious.csv").read_text() == "a"


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_an_interrupted_write_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interruption: Any
) -> None:
    folder = write_run(tmp_path / "run", TABLES, manifest())
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def stop(*_: Any, **__: Any) -> None:
        raise interruption

    drawn = manifest()
    monkeypatch.setattr(json, "dumps", stop)
    with pytest.raises((KeyboardInterrupt, RunError)):
        write_run(folder, TABLES, drawn)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_half_a_run_is_not_read_as_one(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", TABLES, manifest())
    (folder / "manifest.json").unlink()
    with pytest.raises(RunError, match="no finished run"):
        read_manifest(folder)


def test_a_file_is_named_by_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "payments.csv"
    path.write_text("a\n")
    assert (
        describe_input(path)["sha256"] == "87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7"
    )
    assert describe_input(str(path)) == describe_input(path)


cells: dict[pl.DataType, st.SearchStrategy[Any]] = {
    pl.String(): st.text(max_size=4),
    pl.Int64(): st.integers(-3, 3),
    pl.Float64(): st.floats(allow_nan=False, width=16),
    pl.Boolean(): st.booleans(),
    pl.Date(): st.dates(),
    pl.Decimal(10, 2): st.decimals(-9, 9, places=2),
    pl.List(pl.String()): st.lists(st.text(max_size=2) | st.none(), max_size=2),
    pl.Struct({"a": pl.Int64(), "b": pl.String()}): st.fixed_dictionaries(
        {"a": st.integers(0, 2), "b": st.text()}
    ),
}


@given(st.data())
def test_rows_have_one_digest_however_they_lie_in_memory(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(list(cells)))
    values = data.draw(st.lists(cells[kind] | st.none(), max_size=6))
    frame = pl.DataFrame({"a": pl.Series(values, dtype=kind)})
    cut = data.draw(st.integers(0, len(values)))
    padded = pl.concat([frame, frame, frame], rechunk=True).slice(len(values), len(values))
    for same in (pl.concat([frame[:cut], frame[cut:]], rechunk=False), padded):
        assert digest_rows(same) == digest_rows(frame)
    other = data.draw(st.lists(cells[kind] | st.none(), max_size=6).filter(lambda other: other != values))
    assert digest_rows(pl.DataFrame({"a": pl.Series(other, dtype=kind)})) != digest_rows(frame)
    assert digest_rows(frame.rename({"a": "b"})) != digest_rows(frame)


@pytest.mark.parametrize(
    "column",
    [
        pl.Series([2**70, None], dtype=pl.Int128),
        pl.Series([2**70, None], dtype=pl.UInt128),
        pl.Series([Path("a"), None], dtype=pl.Object),
        pl.Series([dt.timedelta(1), None]),
        pl.Series([None, None], dtype=pl.Null),
    ],
)
def test_rows_of_any_kind_of_column_have_a_digest(column: pl.Series) -> None:
    frame = column.alias("a").to_frame()
    assert digest_rows(frame) == digest_rows(frame.clone()) != digest_rows(frame.head(1))


def test_a_folder_that_may_not_be_looked_into_is_a_typed_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(type(tmp_path), "iterdir", refuse)
    with pytest.raises(RunError, match="cannot be looked into: Permission denied; name another folder"):
        check_folder(tmp_path)


def test_what_comes_into_the_folder_while_a_run_works_is_never_deleted(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", TABLES, manifest())
    fresh, aside = tmp_path / "new", tmp_path / "old"
    fresh.mkdir()
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(RunError, match=r"run: while the run was working, files came into it .*notes\.txt"):
        publish(fresh, folder, aside=aside)
    assert (folder / "notes.txt").read_text() == "mine"
    assert read_manifest(folder)
    folder.rename(aside)
    with pytest.raises(RunError, match=r"old: holds files that no run wrote \(notes\.txt\)"):
        discard(aside)
    assert len([*aside.iterdir()]) == len(TABLES) + 2


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, OSError(16, "Device or resource busy")])
def test_a_run_that_cannot_take_its_place_gives_it_back_to_the_earlier_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interruption: Any
) -> None:
    folder = write_run(tmp_path / "run", TABLES, manifest())
    rename = Path.rename

    def stop(path: Path, target: Path) -> Path:
        if path.name == "new":
            raise interruption
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", stop)
    with pytest.raises((KeyboardInterrupt, RunError)):
        write_run(folder, TABLES, manifest(warnings=["second"]))
    assert read_manifest(folder)["warnings"] == []
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_link_to_the_folder_stays_a_link_and_what_it_points_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    link = tmp_path / "run"
    link.symlink_to(tmp_path / "disk" / "there")
    for warning in ("first", "second"):
        assert write_run(link, TABLES, manifest(warnings=[warning])) == tmp_path / "disk" / "there"
        assert link.is_symlink()
        assert read_manifest(link)["warnings"] == [warning]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["disk", "run"]
    assert [path.name for path in (tmp_path / "disk").iterdir()] == ["there"]
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(RunError, match="leads back to itself"):
        check_folder(tmp_path / "loop")


@pytest.mark.parametrize(
    ("place", "answer", "words"),
    [
        ((Path, "is_mount"), True, "a disk is mounted here.* name a folder in it, such as .*run/run"),
        ((os, "access"), False, "may not be written, and so not be replaced; name another folder"),
    ],
)
def test_a_folder_that_cannot_be_replaced_is_refused_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: tuple[Any, str], answer: Any, words: str
) -> None:
    (tmp_path / "run").mkdir()
    monkeypatch.setattr(*place, lambda *_: answer)
    with pytest.raises(RunError, match=words):
        check_folder(tmp_path / "run")
