"""The script for a cluster: nothing is done for nothing, and every failure is one line and a code."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import screening
from screening.validation.typologies import labelled_payments

if TYPE_CHECKING:
    from types import ModuleType

    from screening.index import NameIndex

ROOT = Path(__file__).parents[2]
LIST = str(ROOT / "sanctions_lists" / "sample" / "consolidated.xml")
pytestmark = pytest.mark.filterwarnings("ignore")  # of libraries that are not ours


@pytest.fixture(scope="module")
def script() -> ModuleType:
    place = importlib.util.spec_from_file_location("screen_on_spark", ROOT / "scripts" / "screen_on_spark.py")
    assert place is not None
    assert place.loader is not None
    module = importlib.util.module_from_spec(place)
    place.loader.exec_module(module)
    return module


@pytest.fixture
def no_work(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def start() -> None:
        raise AssertionError("Spark was started for nothing")

    monkeypatch.setattr(script, "start", start)


def refused(script: ModuleType, capsys: pytest.CaptureFixture[str], *given: object) -> tuple[int, str]:
    """The exit code of a command that fails, and the one line it says."""
    with pytest.raises(SystemExit) as end:
        script.main([str(value) for value in given])
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert isinstance(end.value.code, int)
    return end.value.code, said.err


@pytest.mark.usefixtures("no_work")
def test_a_folder_with_anything_else_in_it_is_refused_before_any_work(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stray = tmp_path / "run" / "notes.txt"
    stray.parent.mkdir()
    stray.write_text("mine")
    code, line = refused(script, capsys, "payments.parquet", "no list", stray.parent)
    assert code == 3
    assert "holds something other than a run; name another folder" in line
    assert stray.read_text() == "mine"


@pytest.mark.usefixtures("no_work")
def test_a_folder_that_cannot_be_made_is_refused_before_any_work(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    code, line = refused(script, capsys, "payments.parquet", "no list", file / "run" / "deep")
    assert code == 3
    assert "cannot be" in line


@pytest.mark.usefixtures("no_work")
@pytest.mark.parametrize("name", ["payments.csv", "in/payments.CSV.gz", "payments.jsonl", "payments.tsv"])
@pytest.mark.parametrize("place", ["payments", "history"])
def test_text_is_refused_and_the_line_says_what_is_read_and_what_to_do(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, place: str
) -> None:
    given = [name, LIST, tmp_path / "run"]
    if place == "history":
        given = ["payments.parquet", LIST, tmp_path / "run", "--history", name]
    code, line = refused(script, capsys, *given)
    assert code == 3
    for words in (name, "Parquet or a table of the catalogue", "`screening run`"):
        assert words in line


@pytest.mark.usefixtures("no_work")
@pytest.mark.parametrize(
    "given", [[], ["payments.parquet"], ["a/", LIST, "run", "--parts", "0"], ["a/", LIST, "run", "--what"]]
)
def test_a_mistyped_command_ends_with_2(script: ModuleType, given: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        script.main(given)
    assert end.value.code == 2


@pytest.mark.usefixtures("no_work")
@pytest.mark.parametrize("missing", ["list", "policy"])
def test_a_list_or_policy_that_is_not_there_is_one_line(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str], missing: str
) -> None:
    nowhere = tmp_path / "nowhere"
    given = ["a/", nowhere, tmp_path / "run"] if missing == "list" else []
    given = given or ["a/", LIST, tmp_path / "run", "--policy", nowhere]
    code, line = refused(script, capsys, *given)
    assert code == 3
    assert str(nowhere) in line


@pytest.mark.usefixtures("no_work")
def test_help_teaches(script: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        script.main(["--help"])
    assert end.value.code == 0
    said = capsys.readouterr().out
    for words in ("Examples:", "Exit codes:", "--history", "--parties", "--policy", "--parts", "Parquet"):
        assert words in said


def test_a_fault_of_the_program_looks_like_no_result(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def start() -> None:
        raise ZeroDivisionError("one\ntwo")

    monkeypatch.setattr(script, "start", start)
    code, line = refused(script, capsys, "a/", LIST, tmp_path / "run")
    assert code == 4
    assert "ZeroDivisionError" in line
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("name", ["nothing.parquet", "nothing", "no such; table", "broken.parquet"])
def test_a_table_that_spark_cannot_read_is_one_line(
    session: Any, script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    shutil.copy(LIST, tmp_path / "broken.parquet")
    given = str(tmp_path / name) if name.endswith(".parquet") else name
    code, line = refused(script, capsys, given, LIST, tmp_path / "run")
    assert code == 3
    assert f"{given}: cannot be read as" in line
    assert len(line) < 600
    assert not (tmp_path / "run").exists()


def test_the_script_leaves_what_one_machine_finds_with_history_and_parties(
    session: Any, index: NameIndex, script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    payments = labelled_payments(800, seed=6, per_rule=1).payments.sort("booked_at")
    listed = pl.when(pl.int_range(pl.len()) == pl.len() - 1).then(pl.lit("Tarsis Dawn Front"))
    payments = payments.with_columns(beneficiary_name=listed.otherwise("beneficiary_name"))
    early, late = payments.head(400), payments.tail(-400)
    parties = late.select(party_id="originator_party_id").drop_nulls().unique().sort("party_id")
    parties = parties.with_columns(opened_at=pl.lit("2026-01-05T00:00:00Z"))
    early.write_parquet(tmp_path / "early.parquet")
    late.write_parquet(tmp_path / "late.parquet")
    parties.write_csv(tmp_path / "parties.csv")
    known = str(tmp_path / "parties.csv")
    local = screening.screen(late, index, history=early, parties=known)
    script.main(
        [
            str(tmp_path / "late.parquet"), LIST, str(tmp_path / "run"),
            "--history", str(tmp_path / "early.parquet"), "--parties", known, "--parts", "2",
        ]
    )  # fmt: skip
    assert "alerts" in capsys.readouterr().out
    manifest = screening.audit.read_manifest(tmp_path / "run")
    assert manifest["history"]["rows"] == 400
    for key in ("parties", "rules"):
        assert manifest[key] == local.manifest[key]
    for name in ("flags", "hits", "alerts"):
        there, here = pl.read_parquet(tmp_path / "run" / f"{name}.parquet"), local.tables[name]
        assert there.height > 0
        keys = here.select(pl.exclude(pl.List(pl.String))).columns
        assert_frame_equal(there.sort(keys), here.sort(keys))
