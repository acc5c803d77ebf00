"""The command line as a user meets it: a real process, its two streams and its exit code."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import polars as pl
import pytest

from screening.audit import read_manifest
from screening.cli import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

LIST = """<?xml version="1.0" encoding="UTF-8"?>
<CONSOLIDATED_LIST dateGenerated="2026-01-15T00:00:00Z">
<INDIVIDUALS><INDIVIDUAL><DATAID>1</DATAID><VERSIONNUM>1</VERSIONNUM><FIRST_NAME>ARDO</FIRST_NAME>
<SECOND_NAME>BELVANE</SECOND_NAME><UN_LIST_TYPE>Testland</UN_LIST_TYPE>
<REFERENCE_NUMBER>TSi.001</REFERENCE_NUMBER><LISTED_ON>2020-01-01</LISTED_ON>
<INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Ardho Belwane</ALIAS_NAME></INDIVIDUAL_ALIAS>
</INDIVIDUAL></INDIVIDUALS>
<ENTITIES><ENTITY><DATAID>2</DATAID><VERSIONNUM>1</VERSIONNUM>
<FIRST_NAME>BELVANE MARITIME HOLDINGS</FIRST_NAME><UN_LIST_TYPE>Testland</UN_LIST_TYPE>
<REFERENCE_NUMBER>TSe.002</REFERENCE_NUMBER><LISTED_ON>2020-01-01</LISTED_ON></ENTITY></ENTITIES>
</CONSOLIDATED_LIST>
"""
PAYMENTS = """transaction_id,booked_at,amount,currency,originator_name,beneficiary_name
P1,2026-03-01T09:00:00Z,120.50,EUR,Jo Example,Ardo Belvane
P2,2026-03-01T09:00:00Z,80.00,EUR,Jo Example,Otto Beispiel
P3,2026-03-01T09:00:00Z,eighty,EUR,Jo Example,Otto Beispiel
"""


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    (tmp_path / "list.xml").write_text(LIST)
    (tmp_path / "payments.csv").write_text(PAYMENTS)
    return tmp_path


def call(desk: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "screening", *arguments]
    return subprocess.run(command, cwd=desk, capture_output=True, text=True, check=False, timeout=120)


RUN = ("run", "payments.csv", "--list", "list.xml", "--out", "run")


def test_a_run_leaves_its_outputs_and_says_where(desk: Path) -> None:
    done = call(desk, *RUN)
    assert done.returncode == ExitCode.CLEAN, done.stderr
    assert {path.name for path in (desk / "run").iterdir()} == {
        "alerts.parquet", "hits.parquet", "flags.parquet", "rejects.parquet", "manifest.json",
    }  # fmt: skip
    assert pl.read_parquet(desk / "run" / "alerts.parquet")["outcome"].to_list() == ["SUSPEND"]
    for words in ("rows in", "SUSPEND", "TSi.001", "row 3", "Outputs in run"):
        assert words in done.stdout
    assert "screening 3 distinct names" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr  # plain lines in a pipe


def test_what_payments_hold_is_shown_as_data(desk: Path) -> None:
    hidden = PAYMENTS.replace("Ardo Belvane", "[red]Ardo\u200b \x1b[31mBelvane").replace(
        "EUR,Jo", "XXQ,Jo", 1
    )
    (desk / "payments.csv").write_text(hidden)
    shown = call(desk, *RUN).stdout
    assert "\x1b" not in shown
    assert "[payments.currencies]" in shown  # brackets of a reason are no markup


def test_a_payment_that_names_nobody_is_shown_like_any_other(desk: Path) -> None:
    (desk / "payments.csv").write_text(PAYMENTS.replace("Jo Example,Ardo Belvane", ","))
    done = call(desk, *RUN)
    assert done.returncode == ExitCode.CLEAN, done.stderr
    assert "cannot be judged" in done.stdout


def test_fewer_workers_than_were_asked_for_are_told(desk: Path) -> None:
    done = call(desk, *RUN, "--workers", "2", "--memory", "1GB")
    assert "screening: 1 worker works, not 2: more do not fit into the memory\n" in done.stderr
    assert "worker" not in call(desk, *RUN, "--workers", "1", "--memory", "1GB").stderr


def test_rejected_rows_without_an_alert_are_no_clear(desk: Path) -> None:
    shown = call(desk, *RUN).stdout
    clear, rejected = (int(line.split()[-1]) for line in shown.splitlines() if "no alert" in line)
    counts = json.loads((desk / "run" / "manifest.json").read_text())
    assert clear + rejected + sum(counts["alerts"].values()) == counts["input"]["rows"]
    assert 0 < rejected <= counts["input"]["rejected"]


def test_alerts_set_the_exit_code_only_when_asked(desk: Path) -> None:
    assert call(desk, *RUN, "--fail-on-alerts", "--quiet").returncode == ExitCode.ALERTS
    (desk / "payments.csv").write_text(PAYMENTS.replace("Ardo Belvane", "Jo Doe").replace("eighty", "80"))
    quiet = call(desk, *RUN, "--fail-on-alerts", "--quiet")
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (ExitCode.CLEAN, "", "")
    (desk / "payments.csv").write_text(PAYMENTS.replace("Ardo Belvane", "Jo Doe"))
    assert call(desk, *RUN, "--fail-on-alerts", "--quiet").returncode == ExitCode.ALERTS  # a rejected row


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("run", "payments.csv", "--list", "gone.xml", "--out", "run"), ExitCode.BAD_INPUT, "main.un.org"),
        (("run", "gone.csv", "--list", "list.xml", "--out", "run"), ExitCode.BAD_INPUT, "no such file"),
        (
            ("run", "payments.csv", "--list", "payments.csv", "--out", "run"),
            ExitCode.BAD_INPUT,
            "payments.csv",
        ),
        ((*RUN, "--policy", "policy.toml"), ExitCode.BAD_INPUT, "did you mean 'threshold'"),
        ((*RUN[:-1], "."), ExitCode.BAD_INPUT, "other than a run"),
        (("run", "", "--list", "list.xml", "--out", "run"), ExitCode.BAD_INPUT, "path of the table is empty"),
        (("run", ".", "--list", "list.xml", "--out", "run"), ExitCode.BAD_INPUT, "every file of '.' is read"),
        (("run", "payments.csv", "--list", ".", "--out", "run"), ExitCode.BAD_INPUT, "name the XML file"),
        (("run", "payments.csv"), ExitCode.USAGE, "--list"),
        ((*RUN, "--threshold", "7"), ExitCode.USAGE, "--threshold"),
        ((*RUN, "--memory", ""), ExitCode.USAGE, "'' is no size of memory; write 4GB"),
        ((*RUN, "--memory", "lots"), ExitCode.USAGE, "'lots' is no size of memory; write 4GB"),
        (("runn",), ExitCode.USAGE, "runn"),
        (("name", "X", "--list", "list.xml", "--why-not", "TSi.01"), ExitCode.BAD_INPUT, "TSi.001"),
    ],
)
def test_errors_are_one_readable_line(
    desk: Path, arguments: tuple[str, ...], code: ExitCode, words: str
) -> None:
    (desk / "policy.toml").write_text("[names]\ntreshold = 0.9\n")
    failed = call(desk, *arguments)
    assert failed.returncode == code
    assert words in failed.stderr
    assert "Traceback" not in failed.stderr
    assert failed.stdout == ""
    assert not (desk / "run").exists()
    if code == ExitCode.BAD_INPUT:
        assert (
            failed.stderr.rstrip("\n").count("\nscreening: ") + failed.stderr.startswith("screening: ") == 1
        )


@pytest.mark.parametrize("folder", [".", "../empty", ".."])
def test_a_folder_that_the_command_is_run_in_is_not_replaced(desk: Path, folder: str) -> None:
    inside = desk / "desk" / "empty"
    inside.mkdir(parents=True)
    failed = call(inside, "run", "../../payments.csv", "--list", "../../list.xml", "--out", folder)
    assert (failed.returncode, failed.stdout) == (ExitCode.BAD_INPUT, "")
    assert "run inside this folder" in failed.stderr or "other than a run" in failed.stderr
    assert [path.name for path in (desk / "desk").rglob("*")] == ["empty"]


def test_more_memory_than_there_is_harms_nothing(desk: Path) -> None:
    assert call(desk, *RUN, "--memory", "999999TB").returncode == ExitCode.CLEAN
    failed = call(desk, *RUN, "--memory", "99999999999TB")
    assert failed.returncode == ExitCode.USAGE
    assert "more memory than any machine has" in failed.stderr


@pytest.mark.parametrize("arguments", [("name", "Jos\udce9", "--list", "list.xml"), (*RUN[:-1], "r\udce9")])
def test_an_argument_that_is_no_text_is_mistyped(desk: Path, arguments: tuple[str, ...]) -> None:
    failed = call(desk, *arguments)
    assert (failed.returncode, failed.stdout) == (ExitCode.USAGE, "")
    assert "is not UTF-8" in failed.stderr
    assert sorted(path.name for path in desk.iterdir()) == ["list.xml", "payments.csv"]


def test_list_types_that_the_policy_leaves_out_are_told_in_the_summary(desk: Path) -> None:
    (desk / "policy.toml").write_text('[lists]\nexclude_list_types = ["Elsewhere"]\n')
    (desk / "list.xml").write_text(LIST.replace("Testland", "Elsewhere", 1))
    done = call(desk, *RUN, "--policy", "policy.toml")
    assert done.returncode == ExitCode.CLEAN, done.stderr
    words = " ".join(done.stdout.split())
    assert "1 of 2 designations, list types left out by the policy: Elsewhere" in words


def test_a_policy_that_cannot_hold_is_refused_before_the_list_is_read(desk: Path) -> None:
    (desk / "policy.toml").write_text('[rules]\njurisdiction = "DE"\n')
    failed = call(
        desk, "run", "payments.csv", "--list", "gone.xml", "--out", "run", "--policy", "policy.toml"
    )
    assert failed.returncode == ExitCode.BAD_INPUT
    assert "no thresholds of 'DE'" in failed.stderr


def test_a_fault_of_the_program_is_no_result(desk: Path) -> None:
    code = "import screening.runs as r, screening.cli as c; r.screen_into = None; c.main()"
    command = [sys.executable, "-c", code, *RUN]
    failed = subprocess.run(command, cwd=desk, capture_output=True, text=True, check=False)
    assert failed.returncode == ExitCode.INTERNAL
    assert "fault of the program" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert not (desk / "run").exists()


def test_a_name_is_explained(desk: Path) -> None:
    found = call(desk, "name", "Ardo Belvane", "--list", "list.xml")
    assert found.returncode == ExitCode.CLEAN, found.stderr
    assert "ARDO BELVANE" in found.stdout
    assert "TSi.001" in found.stdout
    answer = json.loads(call(desk, "name", "Belvane, Ardo", "--list", "list.xml", "--json").stdout)
    assert answer["status"] == "hit"
    assert [hit["reference"] for hit in answer["hits"]] == ["TSi.001"]
    assert answer["hits"][0]["score"] > 0.9


def test_what_is_known_of_a_party_is_told_beside_its_name(desk: Path) -> None:
    born = "<INDIVIDUAL_DATE_OF_BIRTH><YEAR>1970</YEAR></INDIVIDUAL_DATE_OF_BIRTH>"
    (desk / "list.xml").write_text(LIST.replace("</INDIVIDUAL_ALIAS>", f"</INDIVIDUAL_ALIAS>{born}"))
    name = ("name", "Ardo Belvan", "--list", "list.xml", "--type", "person", "--json")
    tiers = {}
    for day in ("1970-07-01", "1999"):
        answer = json.loads(call(desk, *name, "--born", day).stdout)
        (hit,) = answer["hits"]
        assert answer["party"] == {"type": "person", "birth_date": day}
        tiers[day] = (hit["tier"], hit["corroboration"][1].split(" (")[0])
    assert tiers == {
        "1970-07-01": ("SUSPEND", "birth date agrees"), "1999": ("REVIEW", "birth date contradicts"),
    }  # fmt: skip
    assert "birth date agrees" in call(desk, *name[:-1], "--born", "1970").stdout
    wrong = call(desk, *name, "--born", "July")
    assert (wrong.returncode, wrong.stdout) == (ExitCode.USAGE, "")
    assert "'July' is not a day" in wrong.stderr


def test_a_name_that_is_no_hit_says_how_far_it_was(desk: Path) -> None:
    arguments = ("name", "Jo Example", "--list", "list.xml", "--why-not", "TSi.001")
    answer = json.loads(call(desk, *arguments, "--json").stdout)
    assert answer["status"] == "clear"
    assert answer["why_not"]["score"] < answer["threshold"]
    assert "short of" in call(desk, *arguments).stdout


@pytest.mark.parametrize(
    ("name", "threshold", "counted", "words"),
    [
        ("Rose Meyer c/o ARDO BELVANE", None, "text", "ARDO BELVANE"),
        ("ARDO BELVANE/12 HIGH ST/LONDON", None, "text", "ARDO BELVANE"),
        ("ARDO BELVANE/12 HIGH ST/LONDON", "0.9", "text", "ARDO BELVANE"),
        ("Rose Meyer c/o ARDO BELVAMK", "0.95", None, "ARDO BELVAMK"),
        ("Rose Meyer c/o Tom Smith", None, None, None),
        ("ARDO (BELVANE)", None, "name", "ARDO (BELVANE"),
        ("Ardo Belvane", None, "name", "not read as a text"),
    ],
)
def test_why_not_says_what_a_run_finds_in_a_field_that_holds_more_than_a_name(
    desk: Path, name: str, threshold: str | None, counted: str | None, words: str | None
) -> None:
    limit = () if threshold is None else ("--threshold", threshold)
    arguments = ("name", name, "--list", "list.xml", *limit, "--why-not", "TSi.001")
    answer = json.loads(call(desk, *arguments, "--json").stdout)
    why = answer["why_not"]
    assert why["counted"] == counted
    assert (counted is not None) == any(hit["reference"] == "TSi.001" for hit in answer["hits"])
    assert why["threshold"] == float(threshold or 0.75)
    if words == "not read as a text":
        assert why["as_text"] is None
        return
    text = why["as_text"]
    assert (text["words"], text["threshold"]) == (words, max(0.8, why["threshold"]))
    assert (counted == "text") <= (text["score"] >= text["threshold"] and why["score"] < text["score"])
    shown = call(desk, *arguments).stdout
    told = {None: "neither reading is a hit", "name": "as one name counts", "text": "as a text counts"}
    assert (told[counted] if words else "no name of TSi.001 stands in it") in " ".join(shown.split())


def test_a_name_that_cannot_be_judged_is_no_clear(desk: Path) -> None:
    assert "not a clear" in call(desk, "name", "...", "--list", "list.xml").stdout
    assert (
        json.loads(call(desk, "name", "...", "--list", "list.xml", "--json").stdout)["status"]
        == "unscreenable"
    )


def test_a_list_shows_where_it_comes_from_and_every_name(desk: Path) -> None:
    shown = call(desk, "list", "show", "list.xml").stdout
    for words in ("2026-01-15", "individuals", "Ledger", "Good"):
        assert words in shown
    names = call(desk, "list", "show", "list.xml", "--names").stdout.splitlines()
    assert names[0].split("\t") == ["reference", "kind", "name_type", "quality", "name"]
    assert len(names) == 4
    facts = json.loads(call(desk, "list", "show", "list.xml", "--json").stdout)
    assert facts["tables"]["designations"] == 2


def test_history_is_looked_back_into_and_not_screened(desk: Path) -> None:
    (desk / "history.csv").write_text(PAYMENTS.replace("P", "H").replace("2026-03-01", "2026-02-01"))
    done = call(desk, *RUN, "--history", "history.csv")
    assert done.returncode == ExitCode.CLEAN, done.stderr
    manifest = read_manifest(desk / "run")
    assert manifest["input"]["rows"] == 3
    assert manifest["history"]["sha256"]


def test_an_interrupted_run_leaves_no_outputs(desk: Path) -> None:
    code = """
import os, signal, time
import screening.runs.run
from screening.cli import main
def interrupted(*_, **__):
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(20)
screening.runs.run.settle = screening.runs.run.describe_input = interrupted
main()
"""
    command = [sys.executable, "-c", code, *RUN]
    done = subprocess.run(command, cwd=desk, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == ExitCode.INTERRUPTED
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in desk.iterdir()) == ["list.xml", "payments.csv"]


def test_a_reader_that_leaves_early_is_no_fault(desk: Path) -> None:
    command = f"{sys.executable} -m screening list show list.xml --names | true"
    done = subprocess.run(["bash", "-c", command], cwd=desk, capture_output=True, text=True, check=False)
    assert done.stderr == ""


TOLD = "screening: 1,250,000 of 10,000,000 names, 139,000 names/s, 63 s left; 3 of 12 parts are done"
TELLING = f"""
import time
from screening.cli import console
with console.progress() as say:
    say({TOLD!r})
    time.sleep(0.3)
"""


def on_a_terminal(desk: Path, *command: str, term: str) -> bytes:
    """What a command tells a terminal of 80 columns."""
    parent, child = pty.openpty()
    environment = {**os.environ, "TERM": term, "COLUMNS": "80"}
    with subprocess.Popen(
        [sys.executable, *command], cwd=desk, stdin=child, stdout=subprocess.DEVNULL, stderr=child,
        env=environment,
    ) as process:  # fmt: skip
        os.close(child)
        seen = b""
        try:
            while chunk := os.read(parent, 4096):
                seen += chunk
        except OSError:  # the other end is closed
            pass
    os.close(parent)
    assert process.returncode == ExitCode.CLEAN
    return seen


def test_a_terminal_gets_a_moving_line(desk: Path) -> None:
    assert b"\x1b[" in on_a_terminal(desk, "-m", "screening", *RUN, term="xterm-256color")


def test_a_narrow_terminal_shows_the_time_and_the_rate(desk: Path) -> None:
    seen = on_a_terminal(desk, "-c", TELLING, term="xterm-256color").decode()
    assert "0:00:00" in seen
    assert "139,000 names/s, 63 s left" in seen


def test_a_terminal_that_cannot_move_a_line_gets_plain_ones(desk: Path) -> None:
    seen = on_a_terminal(desk, "-c", TELLING, term="dumb").decode()
    assert TOLD in seen
    assert "\x1b" not in seen


def test_a_run_that_finds_nothing_to_resume_says_that_it_begins_anew(desk: Path) -> None:
    begun = call(desk, *RUN, "--resume")
    assert begun.returncode == ExitCode.CLEAN
    assert "screening: no unfinished run stands in run.unfinished: this one begins anew\n" in begun.stderr
    assert "anew" not in call(desk, *RUN).stderr


@pytest.mark.parametrize("command", [(), ("run",), ("name",), ("list",), ("list", "show")])
def test_every_command_teaches(desk: Path, command: tuple[str, ...]) -> None:
    helped = call(desk, *command, "--help")
    assert helped.returncode == ExitCode.CLEAN
    assert "Usage: screening" in helped.stdout
    if command != ("list",):
        assert "Examples:\n" in helped.stdout
    assert "\\b" not in helped.stdout


def test_the_version_is_told(desk: Path) -> None:
    assert call(desk, "--version").stdout.startswith("screening 0.")


@pytest.mark.parametrize(
    "streams", [">&-", "2>&-", ">&- 2>&-", ">/dev/full", "2>/dev/full", ">/dev/full 2>/dev/full"]
)
def test_a_stream_that_cannot_be_written_changes_neither_outputs_nor_exit_code(
    desk: Path, streams: str
) -> None:
    command = f"{sys.executable} -m screening {' '.join(RUN)} --fail-on-alerts {streams}"
    done = subprocess.run(["bash", "-c", command], cwd=desk, capture_output=True, text=True, check=False)
    assert done.returncode == ExitCode.ALERTS
    assert read_manifest(desk / "run")["alerts"]["SUSPEND"] == 1
    assert "Traceback" not in done.stdout + done.stderr
    if "2>" not in streams:
        assert "the outputs are in run" in done.stderr


@pytest.mark.parametrize("stream", [">&-", ">/dev/full"])
def test_a_result_that_cannot_be_printed_is_no_success(desk: Path, stream: str) -> None:
    command = f"{sys.executable} -m screening name 'Ardo Belvane' --list list.xml {stream}"
    done = subprocess.run(["bash", "-c", command], cwd=desk, capture_output=True, text=True, check=False)
    assert done.returncode == ExitCode.BAD_INPUT
    assert "standard output cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_interrupt_while_the_program_loads_shows_no_trace(desk: Path) -> None:
    code = """
import sys
class Interrupted:
    def find_spec(self, name, *_):
        if name == "screening.cli":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupted())
from screening.__main__ import main
main()
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=desk, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (ExitCode.INTERRUPTED, "screening: interrupted\n")


def test_an_interrupt_while_outputs_are_written_says_how_to_go_on(desk: Path) -> None:
    code = """
import os, signal, time
import screening.runs.stages
from screening.cli import main
def interrupted(*_, **__):
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(20)
screening.runs.stages.write_table = interrupted
main()
"""
    command = [sys.executable, "-c", code, *RUN, "--workers", "1"]
    done = subprocess.run(command, cwd=desk, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == ExitCode.INTERRUPTED
    assert "run.unfinished, --resume goes on" in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in desk.iterdir()) == ["list.xml", "payments.csv", "run.unfinished"]
    again = call(desk, *RUN)
    assert again.returncode == ExitCode.BAD_INPUT
    assert "--resume" in again.stderr
    assert call(desk, *RUN, "--resume").returncode == ExitCode.CLEAN
    assert sorted(path.name for path in desk.iterdir()) == ["list.xml", "payments.csv", "run"]


def test_parties_are_read_from_a_file(desk: Path) -> None:
    (desk / "parties.csv").write_text("party_id,opened_at,occupation\nA1,2026-01-01T00:00:00Z,clerk\n")
    assert call(desk, *RUN, "--parties", "parties.csv").returncode == ExitCode.CLEAN
    (desk / "parties.csv").write_text("party_id,opened\nA1,2026-01-01T00:00:00Z\n")
    failed = call(desk, *RUN, "--parties", "parties.csv")
    assert (failed.returncode, failed.stdout) == (ExitCode.BAD_INPUT, "")
    assert "did you mean 'opened_at'" in failed.stderr


@pytest.mark.parametrize(
    "fault",
    [
        "pl.exceptions.PanicException('boom')",
        "EOFError('boom')",
        "BrokenPipeError(32, 'boom')",
        "GeneratorExit('boom')",
    ],
)
def test_no_fault_ends_with_the_code_of_alerts(desk: Path, fault: str) -> None:
    code = f"""
import sys
import polars as pl
import screening.cli
import screening.runs
def faulty(*_, **__):
    raise {fault}
screening.runs.screen_into = faulty
screening.cli.main()
"""
    command = [sys.executable, "-c", code, *RUN, "--quiet", "--fail-on-alerts"]
    done = subprocess.run(command, cwd=desk, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr.count("\n")) == (ExitCode.INTERNAL, 1), done.stderr
    assert "boom (a fault of the program" in done.stderr


def test_a_program_that_cannot_be_loaded_does_not_end_with_the_code_of_alerts(desk: Path) -> None:
    code = """
import sys
sys.modules["screening.cli"] = None
from screening.__main__ import main
main()
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=desk, capture_output=True, text=True, check=False)
    assert done.returncode == ExitCode.INTERNAL
    assert done.stderr.startswith("screening: cannot be loaded: ")
    assert "Traceback" not in done.stderr
