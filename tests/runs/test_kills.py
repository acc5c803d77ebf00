"""Processes that are killed: whatever was written is finished later, and nothing half-written counts."""

from __future__ import annotations

import random
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.runs.conftest import outputs, payments_csv

from screening.cli import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
LIST = ROOT / "sanctions_lists" / "sample" / "consolidated.xml"
RUN = ("run", "payments.csv", "--list", str(LIST), "--quiet")

# Small batches and parts, and death at the n-th time that something is brought to the disk or renamed.
DOOMED = """
import os, signal, sys
from screening.runs.budget import Budget
Budget.rows = lambda self, size: 12
Budget.names = property(lambda self: 20)
Budget.holds = lambda self, size: False
Budget.parts = lambda self, size: 2
def deadly(function):
    def called(*given, **options):
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*given, **options)
    return called
if __name__ == "__main__":
    left = [int(sys.argv.pop(1))]
    # a killed process takes nothing of what it wrote along: the disk need not be waited for
    os.fsync = deadly(lambda _: None)
    os.rename, os.replace = deadly(os.rename), deadly(os.replace)
    from screening.cli import main
    main()
"""


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    (tmp_path / "payments.csv").write_text(payments_csv())
    (tmp_path / "doomed.py").write_text(DOOMED)
    return tmp_path


def call(
    desk: Path, operations: int, *arguments: str, before: Callable[[], None] | None = None
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "doomed.py", str(operations), *RUN, *arguments]
    return subprocess.run(
        command, cwd=desk, capture_output=True, text=True, check=False, timeout=120, preexec_fn=before
    )


@pytest.mark.parametrize(("seed", "workers"), [(1, 1), (2, 2)])
def test_a_run_that_is_killed_again_and_again_ends_in_the_bytes_of_one_that_was_not(
    desk: Path, seed: int, workers: int
) -> None:
    assert call(desk, -1, "--out", "whole", "--workers", "1").returncode == ExitCode.CLEAN
    dice, kills = random.Random(seed), 0
    options = ("--out", "run", "--workers", str(workers), "--resume")
    while True:
        done = call(desk, dice.randint(12, 45), *options)
        if done.returncode == ExitCode.CLEAN:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
        kills += 1
        assert not (desk / "run" / "manifest.json").exists() or outputs(desk / "run") == outputs(
            desk / "whole"
        )
    assert kills > 1
    assert outputs(desk / "run") == outputs(desk / "whole")


@pytest.mark.parametrize("operations_before_the_end", [1, 3, 4])
def test_an_earlier_run_is_there_or_replaced_or_put_back_but_never_mixed(
    desk: Path, operations_before_the_end: int
) -> None:
    counted = DOOMED.replace("left[0] -= 1", "left[0] -= 1; open('count', 'w').write(str(left[0]))")
    (desk / "doomed.py").write_text(counted)
    assert call(desk, 10_000, "--out", "run", "--workers", "1").returncode == ExitCode.CLEAN
    before = outputs(desk / "run")
    used = 10_000 - int((desk / "count").read_text())
    # renames: the old run aside, the new one into its place; with an old run there is one rename more
    done = call(desk, used + 2 - operations_before_the_end, "--out", "run", "--workers", "1")
    assert done.returncode == -signal.SIGKILL
    if (desk / "run").exists():
        assert outputs(desk / "run") == before
    assert call(desk, -1, "--out", "run", "--resume").returncode == ExitCode.CLEAN
    assert outputs(desk / "run") == before
    assert not (desk / "run.unfinished").exists()


def test_a_file_that_may_not_grow_is_an_error_and_the_run_goes_on_later(desk: Path) -> None:
    assert call(desk, -1, "--out", "whole").returncode == ExitCode.CLEAN

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (9_000, 9_000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    failed = call(desk, -1, "--out", "run", "--workers", "1", before=limit)
    assert failed.returncode == ExitCode.BAD_INPUT
    assert "--resume" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert not (desk / "run").exists()
    assert call(desk, -1, "--out", "run", "--resume").returncode == ExitCode.CLEAN
    assert outputs(desk / "run") == outputs(desk / "whole")
