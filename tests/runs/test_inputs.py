"""What a manifest says was read is what was screened, whatever happens to the files meanwhile."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from tests.runs.conftest import outputs, payments_csv, small

import screening
from screening import Policy, RunError, SchemaError, pipeline, screen
from screening.cli import ExitCode
from screening.runs import parts, run, screen_into, stages, unfinished
from screening.runs.stages import Stages
from screening.runs.workplace import Workplace

if TYPE_CHECKING:
    from collections.abc import Callable

    from screening import NameIndex

ROOT = Path(__file__).parents[2]
LIST = ROOT / "sanctions_lists" / "sample" / "consolidated.xml"
WRITERS = {"csv": "write_csv", "parquet": "write_parquet", "jsonl": "write_ndjson", "arrow": "write_ipc"}
CHANGED = "was changed or replaced while it was being screened"


def written(path: Path, content: str) -> Path:
    """Payments in the format that a path asks for."""
    source = path.with_suffix(".draft.csv")
    source.write_text(content)
    getattr(pl.read_csv(source, infer_schema=False), WRITERS[path.suffix[1:]])(path)
    source.unlink()
    return path


def innocent(content: str) -> str:
    """As many rows, of which none names a listed party."""
    for name in ("Khaled Abdulrahman Al Testi", "Testi General Trading LLC", "Khalid Abdul-Rahman Al-Testi"):
        content = content.replace(name, "Otto Beispiel")
    return content


def before(
    monkeypatch: pytest.MonkeyPatch, holder: Any, name: str, act: Callable[[], object], *, times: int = 1
) -> None:
    """Let something happen just before a function is called for the first time, or the n-th."""
    function, left = getattr(holder, name), [times]

    def called(*given: Any, **options: Any) -> Any:
        left[0] -= 1
        if left[0] == 0:
            act()
        return function(*given, **options)

    monkeypatch.setattr(holder, name, called)


@pytest.mark.parametrize(
    ("suffix", "workers", "sealed"),
    [("parquet", 1, 0), ("parquet", 2, 0), ("parquet", 1, 3), ("arrow", 2, 0), ("csv", 1, 0), ("csv", 1, 3)],
)
def test_a_file_replaced_while_it_is_read_is_no_result_and_its_rows_are_not_kept(  # noqa: PLR0917
    tmp_path: Path, index: NameIndex, monkeypatch: pytest.MonkeyPatch, suffix: str, workers: int, sealed: int
) -> None:
    path = written(tmp_path / f"payments.{suffix}", payments_csv())
    other = written(tmp_path / f"other.{suffix}", innocent(payments_csv()))
    kept = shutil.copy2(path, tmp_path / "kept")
    expected = outputs(screen(path, index).write(tmp_path / "whole"))
    budget = small(7, 2, workers=workers)
    with monkeypatch.context() as patched:
        swap = lambda: other.replace(path)  # noqa: E731
        if sealed:
            before(patched, Workplace, "seal", swap, times=sealed)
        else:
            before(patched, Stages, "do", swap)
        with pytest.raises(RunError, match=rf"^payments\.{suffix}: {CHANGED}"):
            screen_into(tmp_path / "run", path, index, budget=budget)
    assert not (tmp_path / "run").exists()
    if sealed:
        with pytest.raises(RunError, match="changed the payments"):
            screen_into(tmp_path / "run", path, index, budget=budget, resume=True)
    shutil.copy2(kept, path)
    assert outputs(screen_into(tmp_path / "run", path, index, budget=budget, resume=True).folder) == expected


def test_a_file_replaced_before_its_rejected_rows_are_looked_up_is_no_result(
    tmp_path: Path, payments: Path, index: NameIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    before(monkeypatch, stages, "settle", lambda: payments.write_text(innocent(payments_csv())))
    with pytest.raises(RunError, match=CHANGED):
        screen_into(tmp_path / "run", payments, index)
    assert not list(unfinished(tmp_path / "run").glob("*rejected*"))


def test_a_file_of_a_folder_and_a_history_are_held_to_what_they_were(
    tmp_path: Path, payments: Path, index: NameIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "history"
    folder.mkdir()
    past = payments_csv().replace("\nP", "\nH").replace("2026-03", "2026-02")
    for name in ("a", "b"):
        written(folder / f"{name}.parquet", past.replace("\nH", f"\nH{name}"))
    other = written(tmp_path / "other.parquet", innocent(past).replace("\nH", "\nHb"))
    before(monkeypatch, Stages, "do", lambda: other.replace(folder / "b.parquet"))
    with pytest.raises(RunError, match=rf"^history/b\.parquet: {CHANGED}"):
        screen_into(tmp_path / "run", payments, index, history=folder)


def test_a_file_that_joins_a_folder_meanwhile_is_not_read_in_place_of_another(
    tmp_path: Path, index: NameIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "payments"
    folder.mkdir()
    written(folder / "b.parquet", payments_csv())
    expected = outputs(screen(folder, index).write(tmp_path / "whole"))
    before(monkeypatch, Stages, "do", lambda: written(folder / "a.parquet", innocent(payments_csv())))
    assert outputs(screen_into(tmp_path / "run", folder, index).folder) == expected


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_file_that_is_touched_copied_or_linked_is_the_same_file(
    tmp_path: Path, index: NameIndex, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    path = written(tmp_path / f"payments.{suffix}", payments_csv())
    expected = outputs(screen(path, index).write(tmp_path / "whole"))
    copy = shutil.copy(path, tmp_path / "copy")
    before(monkeypatch, run, "take_files", lambda: os.utime(path, (1, 1)))
    before(monkeypatch, Stages, "do", lambda: Path(copy).replace(path))
    before(monkeypatch, Workplace, "seal", lambda: (tmp_path / "link").hardlink_to(path), times=3)
    assert outputs(screen_into(tmp_path / "run", path, index, budget=small(7, 2)).folder) == expected


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_a_file_replaced_between_its_opening_and_its_description_is_screened_as_described(
    tmp_path: Path, index: NameIndex, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    path = written(tmp_path / f"payments.{suffix}", payments_csv(20))
    other = written(tmp_path / f"other.{suffix}", payments_csv())
    before(monkeypatch, run, "take_files", lambda: other.replace(path))
    found = outputs(screen_into(tmp_path / "run", path, index).folder)
    assert found == outputs(screen(path, index).write(tmp_path / "whole"))


def test_parties_replaced_while_they_are_read_are_refused(
    tmp_path: Path, payments: Path, index: NameIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path := tmp_path / "parties.csv").write_text("party_id,type\nA1,npo\n")
    before(monkeypatch, pipeline, "open_parties", lambda: path.write_text("party_id,type\nA1,bank\n"))
    with pytest.raises(RunError, match=rf"^parties\.csv: {CHANGED}"):
        screen_into(tmp_path / "run", payments, index, parties=path)


def test_a_reference_table_replaced_before_the_workers_read_it_is_refused(
    tmp_path: Path, payments: Path, index: NameIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = Path(screening.__file__).parent / "reference" / "data" / "placeholders.csv"
    table = Path(shutil.copy(shipped, tmp_path / "placeholders.csv"))
    policy = Policy.from_dict({"rules": {"reference": {"placeholders": str(table)}}})
    before(monkeypatch, Stages, "do", lambda: table.write_text(table.read_text() + "\n"))
    with pytest.raises(RunError, match=r"placeholders\.csv: the reference table was changed"):
        screen_into(tmp_path / "run", payments, index, policy=policy, budget=small(9, 9, workers=2))


def test_a_file_replaced_while_it_is_screened_as_a_whole_is_no_result(
    payments: Path, index: NameIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    before(monkeypatch, pipeline, "conform", lambda: payments.write_text(innocent(payments_csv())))
    with pytest.raises(RunError, match=CHANGED):
        screen(payments, index)


def test_a_file_that_is_taken_away_is_told_as_such(
    tmp_path: Path, index: NameIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "payments.parquet", payments_csv())
    before(monkeypatch, Stages, "do", path.unlink)
    with pytest.raises(RunError, match=r"cannot be read any more \(No such file"):
        screen_into(tmp_path / "run", path, index)


def test_a_file_that_breaks_by_itself_is_bad_input(
    tmp_path: Path, index: NameIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "payments.parquet", payments_csv())

    def panicking(*_: object) -> None:
        raise pl.exceptions.PanicException("assertion failed")

    monkeypatch.setattr(parts, "conformed", panicking)
    with pytest.raises(SchemaError, match=r"^payments\.parquet: cannot be read: assertion failed"):
        screen_into(tmp_path / "run", path, index)


# The payments are cut short or overwritten when some of them are about to be read, in whichever process.
CUT = """
import os, shutil
from screening.runs import budget, crew, parts, stages
budget.Budget.rows = lambda self, size: 9
crew._WORTH_BEGINNING = 0.0
act, path = os.environ["CUT"].split()
def cut(function):
    def called(*given, **options):
        if act == "cut" and os.path.getsize(path) > 100:
            os.truncate(path, 100)
        if act == "copy":
            shutil.copyfile("other", path)
        return function(*given, **options)
    return called
parts.conformed = cut(parts.conformed)
stages.conformed = cut(stages.conformed)
if __name__ == "__main__":
    from screening.cli import main
    main()
"""


@pytest.mark.parametrize(
    ("suffix", "act", "workers"),
    [
        ("parquet", "cut", 1), ("parquet", "cut", 2), ("parquet", "copy", 2), ("arrow", "cut", 2),
        ("csv", "cut", 1), ("csv", "copy", 1),
    ],
)  # fmt: skip
def test_a_file_cut_or_overwritten_while_it_is_read_is_one_line_and_no_alert(
    tmp_path: Path, suffix: str, act: str, workers: int
) -> None:
    path = written(tmp_path / f"payments.{suffix}", payments_csv())
    written(tmp_path / f"other.{suffix}", payments_csv(30)).rename(tmp_path / "other")
    (tmp_path / "cut.py").write_text(CUT)
    command = [sys.executable, "cut.py", "run", path.name, "--list", str(LIST), "--out", "run"]
    options = ["--workers", str(workers), "--quiet", "--fail-on-alerts"]
    done = subprocess.run(
        [*command, *options], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "CUT": f"{act} {path.name}"},
    )  # fmt: skip
    assert done.returncode == ExitCode.BAD_INPUT, done.stderr
    assert f"screening: payments.{suffix}: {CHANGED}" in done.stderr
    assert "Traceback" not in done.stderr
    assert "stack backtrace" not in done.stderr
    if workers == 2:
        assert done.stderr.count("\n") == 1, done.stderr
