"""Processes that are killed: whatever was written is finished later, and nothing half-written counts."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
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
from screening.runs import crew
from screening.runs.budget import Budget
crew._WORTH_BEGINNING = 0.0
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


# the plan is larger than the first, and the manifest than the second
@pytest.mark.parametrize(("size", "words"), [(9_000, "begins anew"), (24_000, "with --resume goes on")])
def test_a_file_that_may_not_grow_is_an_error_and_the_run_goes_on_later(
    desk: Path, size: int, words: str
) -> None:
    assert call(desk, -1, "--out", "whole").returncode == ExitCode.CLEAN

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    failed = call(desk, -1, "--out", "run", "--workers", "1", before=limit)
    assert failed.returncode == ExitCode.BAD_INPUT
    assert words in failed.stderr
    assert "Traceback" not in failed.stderr
    assert not (desk / "run").exists()
    assert call(desk, -1, "--out", "run", "--resume").returncode == ExitCode.CLEAN
    assert outputs(desk / "run") == outputs(desk / "whole")


# -- real processes, killed from outside ---------------------------------------------------------------------

# small batches, for which workers begin whatever that takes
SMALL = """
from screening.cli import main
from screening.runs import Budget, crew
crew._WORTH_BEGINNING = 0.0
Budget.rows = lambda self, size: 12
"""
SHARED = ("run", "payments", "--list", str(LIST), "--workers", "2", "--memory", "3GB")
IN_PROC = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc to find processes")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Payments in files that two workers share, and what a run over them leaves that is not killed."""
    desk = tmp_path_factory.mktemp("shared")
    (desk / "payments").mkdir()
    (desk / "payments.csv").write_text(payments_csv(48))
    table = pl.read_csv(desk / "payments.csv", infer_schema=False)
    for number, part in enumerate(table.iter_slices(8)):
        part.write_parquet(desk / "payments" / f"{number}.parquet")
    with begin(desk, "whole") as process:
        assert process.wait(120) == ExitCode.CLEAN
    return desk


def begin(desk: Path, out: str) -> subprocess.Popen[str]:
    """A run with workers of its own, in a group of its own."""
    command = [sys.executable, "-c", f"{SMALL}main()", *SHARED, "--out", out, "--resume"]
    return subprocess.Popen(
        command,
        cwd=desk,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def processes(*, parent: int | None = None, session: int | None = None) -> list[int]:
    """Living processes that are workers of one, or in a session."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state, ppid, _, sid = (entry / "stat").read_text().rpartition(")")[2].split()[:4]
            worker = b"spawn_main" in (entry / "cmdline").read_bytes()
            if state != "Z" and ((worker and int(ppid) == parent) or int(sid) == session):
                found.append(int(entry.name))
    return found


def lines_until(process: subprocess.Popen[str], count: int) -> None:
    """Wait until a process has told so much, or ends."""
    assert process.stderr is not None
    for _ in range(count):
        process.stderr.readline()


def test_a_group_of_processes_killed_at_any_moment_is_finished_later(shared: Path) -> None:
    dice = random.Random(3)
    for _ in range(2):
        with begin(shared, "group") as process:
            lines_until(process, dice.randint(3, 9))
            time.sleep(dice.random() / 4)
            with contextlib.suppress(ProcessLookupError):  # it was quicker
                os.killpg(process.pid, signal.SIGKILL)
        assert process.returncode in (-signal.SIGKILL, ExitCode.CLEAN)
    with begin(shared, "group") as process:
        _, told = process.communicate(timeout=120)
    assert process.returncode == ExitCode.CLEAN, told
    assert outputs(shared / "group") == outputs(shared / "whole")
    assert not (shared / "group.unfinished").exists()


@IN_PROC
def test_a_worker_killed_at_any_moment_is_an_error_and_the_run_is_finished_later(shared: Path) -> None:
    dice, kills = random.Random(4), 0
    for waits in (1, 2):
        with begin(shared, "worker") as process:
            for _ in range(waits):  # for the workers of one stage, then of a later one
                while process.poll() is None and not (workers := processes(parent=process.pid)):
                    time.sleep(0.01)
                time.sleep(dice.random() / 2)
            if workers:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(dice.choice(workers), signal.SIGKILL)
                    kills += 1
            _, told = process.communicate(timeout=120)
        assert process.returncode in (ExitCode.BAD_INPUT, ExitCode.CLEAN), told
        assert "Traceback" not in told
        if process.returncode == ExitCode.BAD_INPUT:
            assert "a worker died" in told.splitlines()[-1]
    assert kills
    with begin(shared, "worker") as process:
        _, told = process.communicate(timeout=120)
    assert process.returncode == ExitCode.CLEAN, told
    assert outputs(shared / "worker") == outputs(shared / "whole")


TERMINATED = f"""
import os, pathlib, signal, sys, time
{SMALL}
def waiting(futures):
    if any(pathlib.Path(sys.argv[-1] + ".unfinished").glob("payments-*.json")):
        to = os.killpg if sys.argv[-1] == "all" else os.kill
        to(os.getpid(), signal.SIGTERM)
        time.sleep(60)
    return as_completed(futures)
if __name__ == "__main__":
    as_completed, crew.as_completed = crew.as_completed, waiting
    main()
"""


@IN_PROC
@pytest.mark.parametrize("whom", ["one", "all"])
def test_a_run_that_is_terminated_ends_its_workers_and_says_how_to_go_on(shared: Path, whom: str) -> None:
    (shared / "terminated.py").write_text(TERMINATED)
    command = [sys.executable, "terminated.py", *SHARED, "--quiet", "--out", whom]
    with subprocess.Popen(
        command, cwd=shared, stderr=subprocess.PIPE, text=True, start_new_session=True,
    ) as process:  # fmt: skip
        _, told = process.communicate(timeout=120)
    assert process.returncode == ExitCode.TERMINATED, told
    stands = f"what is done so far stands in {whom}.unfinished, --resume goes on from there"
    assert told == f"screening: terminated: {stands}\n"
    while processes(session=process.pid):
        time.sleep(0.01)  # they end on their own, or this test never does


@IN_PROC
@pytest.mark.parametrize("waits", [0.0, 0.05, 0.3])
def test_ctrl_c_while_workers_begin_is_one_line(shared: Path, waits: float) -> None:
    out = f"ctrl-c-{waits}"
    with begin(shared, out) as process:
        while process.poll() is None and not processes(parent=process.pid):
            time.sleep(0.001)
        time.sleep(waits)
        os.killpg(process.pid, signal.SIGINT)
        _, told = process.communicate(timeout=120)
    assert process.returncode == ExitCode.INTERRUPTED, told
    assert "Traceback" not in told
    assert told.splitlines()[-1].startswith("screening: interrupted")
    while processes(session=process.pid):
        time.sleep(0.01)  # they end on their own, or this test never does


UNGUARDED = f"""
import sys, screening
from screening.runs import screen_into
{SMALL}
index = screening.NameIndex(screening.read_un_list(sys.argv[1]))
screen_into("unguarded", "payments", index, budget=Budget(memory=4 * 10**9, workers=2))
"""


def test_a_script_without_a_guard_is_told_of_it_and_not_of_memory(shared: Path) -> None:
    (shared / "unguarded.py").write_text(UNGUARDED)
    done = subprocess.run(
        [sys.executable, "unguarded.py", str(LIST)], cwd=shared, capture_output=True, text=True, check=False,
        timeout=120,
    )  # fmt: skip
    assert done.returncode == 1
    assert "put the call under `if __name__ == '__main__':`" in done.stderr.splitlines()[-1]
    assert "memory" not in done.stderr.splitlines()[-1]
    assert done.stderr.count("unguarded.py") == 1  # the trace of the first process, and of no worker
