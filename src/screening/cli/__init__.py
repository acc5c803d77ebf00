"""The command line: thin, over the functions of the library.

The library loads its parts when they are first used, so that `--help` and `--version` answer at once.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
import typer.core

import screening
from screening.audit import check_folder
from screening.cli import console, views
from screening.corroboration import Party, unreadable
from screening.errors import ListError, RunError, ScreeningError
from screening.policy import WORKED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import polars as pl

    from screening.designations import SanctionsList
    from screening.index import NameIndex
    from screening.policy import Policy

__all__ = ["ExitCode", "app", "main"]


class Terminated(KeyboardInterrupt):
    """The process was asked to end (SIGTERM), and ends as one that is interrupted."""


class ExitCode(IntEnum):
    """What the command line says when it ends."""

    CLEAN = 0
    ALERTS = 1
    USAGE = 2
    BAD_INPUT = 3
    INTERNAL = 4
    INTERRUPTED = 130
    TERMINATED = 143


# \b at the head of a paragraph keeps its lines apart.
_HELP = """Screen payments against the UN sanctions list and for terrorist-financing patterns.

\b
Examples:
  screening run payments.csv --list consolidated.xml --out run/
  screening name "Ardo Belvane" --list consolidated.xml
  screening list show consolidated.xml

\b
Exit codes:
  0    done (and, with --fail-on-alerts, nothing for a person to look at)
  1    with --fail-on-alerts: alerts above MONITOR were raised, or rows could not be read
  2    the command was mistyped
  3    an input or output cannot be used: list, payments, policy, folder
  4    a fault of the program; no outputs were written
  130  interrupted; no outputs were written, and --resume finishes the run
  141  the reader of standard output stopped reading, as `| head` does
  143  terminated (SIGTERM); no outputs were written, and --resume finishes the run
"""


class _Passed(Exception):  # noqa: N818  # carries what was raised
    """What the command line framework would end the program for by codes of its own, 1 among them."""


class _Commands(typer.core.TyperGroup):
    """The commands; what they raise reaches `main`."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (OSError, EOFError, KeyboardInterrupt) as error:
            raise _Passed from error


app = typer.Typer(
    cls=_Commands,
    help=_HELP,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
lists = typer.Typer(help="Look into a sanctions list.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(lists, name="list")
rules = typer.Typer(help="Look into the rules.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(rules, name="rules")

ListOption = Annotated[
    Path, typer.Option("--list", "-l", help="UN consolidated list (XML).", metavar="FILE", show_default=False)
]
PolicyOption = Annotated[
    Path | None,
    typer.Option("--policy", "-p", help="Policy (TOML); without it the defaults.", metavar="FILE"),
]
ThresholdOption = Annotated[
    float | None,
    typer.Option(help="Score from which a name is a hit, in place of the policy's.", min=0.6, max=1.0),
]


def _version(asked: bool) -> None:  # noqa: FBT001  # the command line calls it with the option's value
    if asked:
        console.write(f"screening {screening.__version__}")
        raise typer.Exit


@app.callback()
def _start(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", "-V", help="Print the version and end.", callback=_version, is_eager=True),
    ] = False,
) -> None:
    del version  # answered by its callback


@app.command("run", no_args_is_help=True)
def run(
    table: Annotated[
        str, typer.Argument(help="Payments: CSV, Parquet, JSON lines or Arrow.", metavar="TABLE")
    ],
    list_file: ListOption,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the outputs.", metavar="FOLDER")],
    *,
    policy_file: PolicyOption = None,
    threshold: ThresholdOption = None,
    history: Annotated[
        str | None,
        typer.Option(help="Earlier payments, for rules that look back; not screened again.", metavar="TABLE"),
    ] = None,
    parties_file: Annotated[
        str | None,
        typer.Option(
            "--parties",
            help="What is known of parties (party_id, opened_at, ...), for rules that read it.",
            metavar="TABLE",
        ),
    ] = None,
    memory: Annotated[
        str | None,
        typer.Option(
            help="Memory to aim at, such as 4GB; half of the machine's by default. All payments of one "
            "account, party or text are looked at together and may take more.",
            metavar="SIZE",
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(help="Processes that share the work; one per core by default.", min=1, metavar="NUMBER"),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Finish a run into this folder that was interrupted.")
    ] = False,
    fail_on_alerts: Annotated[
        bool,
        typer.Option(
            "--fail-on-alerts",
            help="End with code 1 if a person must look at anything: an alert above MONITOR, or a row that "
            "could not be read.",
        ),
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")] = False,
) -> None:
    """Screen a table of payments.

    Writes alerts.parquet, hits.parquet, flags.parquet, rejects.parquet and manifest.json into one
    folder. It holds the whole run in the end, or what it held before. An earlier run in it is
    replaced; a folder with anything else in it is refused.

    \b
    Examples:
      screening run payments.parquet --list consolidated.xml --out run/
      screening run today.csv --history 2026.parquet --list consolidated.xml --out run/ --policy bank.toml
      screening run today.csv --list consolidated.xml --out run/ --fail-on-alerts || notify-the-desk

    \b
    Outcomes, the gravest first:
      SUSPEND  a party or a text names someone listed: stop the payment
      HOLD     the pattern is strong: decide before the payment goes on
      REVIEW   a person must look
      MONITOR  kept for sampling

    \b
    Files larger than memory:
      screening run year.parquet --list consolidated.xml --out run/ --memory 4GB --workers 8
      screening run year.parquet --list consolidated.xml --out run/ --memory 4GB --workers 8 --resume
    Work that is done is kept in run.unfinished/ until the end. That takes about as much disk as the payments,
    and several times as much if they do not fit into memory and are divided for the rules on the disk. After
    an interruption of any kind (Ctrl-C, SIGTERM, a full disk, a crash) the same command with --resume goes on
    from there, unless payments, list, policy or version changed. Whatever --memory, --workers and
    interruptions, the outputs are the same bytes; only the clock in the manifest differs.
    """  # noqa: D301  # \b, see above
    from screening import runs

    size = max(runs.machine_memory() // 2, runs.LEAST_MEMORY) if memory is None else _memory(memory)
    out = check_folder(out)
    budget = runs.Budget(
        memory=size,
        workers=workers or runs.cores(),
    )
    if workers and budget.workers < workers and not quiet:
        allowed = "1 worker works" if budget.workers == 1 else f"{budget.workers} workers work"
        console.note(f"screening: {allowed}, not {workers}: more do not fit into the memory")
    if resume and not runs.unfinished(out).exists() and not quiet:
        console.note(f"screening: no unfinished run stands in {runs.unfinished(out)}: this one begins anew")
    with console.progress(quiet=quiet) as say:
        policy = _policy(policy_file)
        index, facts = _index(list_file, policy, say)
        try:
            result = runs.screen_into(
                out, table, index, policy=policy, history=history, parties=parties_file, facts=facts,
                threshold=threshold, budget=budget, resume=resume, progress=say,
            )  # fmt: skip
        except KeyboardInterrupt as error:
            left = runs.unfinished(out)
            if left.exists():
                raise type(error)(
                    f"what is done so far stands in {left}, --resume goes on from there"
                ) from error
            raise
    if not quiet:
        try:
            views.show_result(result)
        except console.Unwritable as error:  # the outputs are whole, and that is what was asked for
            console.note(f"screening: the summary cannot be printed ({error}); the outputs are in {out}")
    alerts = result.manifest["alerts"]
    waiting = sum(alerts[outcome] for outcome in WORKED) + result.manifest["rejects"]
    if fail_on_alerts and waiting:
        raise typer.Exit(ExitCode.ALERTS)


@app.command("name", no_args_is_help=True)
def name(
    query: Annotated[str, typer.Argument(help="A name, in any script.", metavar="NAME")],
    list_file: ListOption,
    *,
    policy_file: PolicyOption = None,
    threshold: ThresholdOption = None,
    born: Annotated[
        str | None,
        typer.Option(help="Birth date: a day, month, year or interval (1968..1972).", metavar="DATE"),
    ] = None,
    country: Annotated[
        str | None, typer.Option(help="Country of the party, by code or name.", metavar="COUNTRY")
    ] = None,
    gender: Annotated[
        str | None, typer.Option(help="Gender of the party: male or female.", metavar="GENDER")
    ] = None,
    document: Annotated[
        str | None, typer.Option(help="Number of a document of the party.", metavar="NUMBER")
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option("--type", help="Kind of party: person, company, npo, bank, ...", metavar="TYPE"),
    ] = None,
    why_not: Annotated[
        str | None,
        typer.Option(
            help="Explain how the name compares with this designation, hit or not.", metavar="REFERENCE"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Look one name up, and see why, word by word.

    What else is known of the party may raise or lower the tier of a hit; it never removes one.

    \b
    Examples:
      screening name "Ardo Belvane" --list consolidated.xml
      screening name "Ardo Belvane" --list consolidated.xml --threshold 0.6
      screening name "Ardo Belvane" --list consolidated.xml --born 1970-07-01 --country IQ
      screening name "Ardo Belvane" --list consolidated.xml --why-not QDi.901
    """  # noqa: D301  # \b, see above
    policy = _policy(policy_file)
    party = _party(kind=kind, birth_date=born, country=country, gender=gender, document=document)
    index, facts = _index(list_file, policy, lambda _: None)
    found = views.lookup(
        query, index, party=party, facts=facts, policy=policy, threshold=threshold, reference=why_not
    )
    if as_json:
        console.write(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        views.show_name(found)


@lists.command("show", no_args_is_help=True)
def show(
    file: Annotated[Path, typer.Argument(help="UN consolidated list (XML).", metavar="FILE")],
    *,
    names: Annotated[bool, typer.Option("--names", help="Print every name, tab-separated.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what a list holds: where it comes from, what was read, what was left out and why.

    \b
    Examples:
      screening list show consolidated.xml
      screening list show consolidated.xml --names | grep -i belvane
    """  # noqa: D301  # \b, see above
    sanctions = _sanctions(file)
    if names:
        columns = ["reference", "kind", "name_type", "quality", "name"]
        console.write(sanctions.names.select(columns).write_csv(separator="\t").rstrip("\n"))
    elif as_json:
        console.write(json.dumps(views.described(sanctions), ensure_ascii=False, indent=2, default=str))
    else:
        views.show_list(sanctions)


@rules.command("list")
def list_catalogue() -> None:
    """List the rules: one line each.

    \b
    Example:
      screening rules list
    """  # noqa: D301  # \b, see above
    views.show_rules()


@rules.command("show", no_args_is_help=True)
def show_rule(
    rule: Annotated[str, typer.Argument(help="Id of a rule, such as TF-S01.", metavar="RULE")],
) -> None:
    """Explain one rule: what it looks for, its source, its numbers, the columns it needs.

    \b
    Example:
      screening rules show TF-S01
    """  # noqa: D301  # \b, see above
    console.write(views.rule_text(rule))


def _policy(path: Path | None) -> Policy:
    if path is None:
        return screening.Policy()
    from screening.rules.catalogue import RULES, by_id
    from screening.rules.rule import apply_policy

    policy = screening.Policy.from_toml(path)
    apply_policy(RULES, policy, known=by_id())  # what cannot hold is refused before the list is read
    return policy


def _memory(given: str) -> int:
    from screening.runs import read_memory

    try:
        return read_memory(given)
    except RunError as error:
        raise typer.BadParameter(str(error), param_hint="--memory") from error


def _party(**given: str | None) -> Party:
    """What is known of a party; a value that nobody can read would be passed over in silence."""
    party = Party(**given)
    for value in unreadable(party):
        raise typer.BadParameter(value)
    return party


def _sanctions(path: Path) -> SanctionsList:
    try:
        return screening.read_un_list(path)
    except ListError as error:
        if not isinstance(error.__cause__, FileNotFoundError):
            raise
        raise ListError(
            f"no such file: {path}. The UN publishes its consolidated list as XML at "
            "https://main.un.org/securitycouncil/en/content/un-sc-consolidated-list; save it and name the "
            "file with --list. A fictional sample is sanctions_lists/sample/consolidated.xml"
        ) from error


def _index(path: Path, policy: Policy, say: Callable[[str], None]) -> tuple[NameIndex, pl.DataFrame]:
    say(f"reading {path}")
    sanctions = _sanctions(path)
    say(f"indexing {sanctions.names.height:,} names of {len(sanctions):,} designations")
    return screening.NameIndex(sanctions, policy=policy), sanctions.facts


def _refuse_broken(arguments: Sequence[str]) -> None:
    """Refuse arguments that are no text: neither tables nor the manifest could hold them."""
    for argument in arguments:
        try:
            argument.encode()
        except UnicodeEncodeError:
            console.fail(f"argument {argument!a} is not UTF-8; write it in UTF-8", ExitCode.USAGE)


def main() -> None:
    """Run the command line; every failure is one readable line and an exit code of `ExitCode`."""
    for number in range(
        3
    ):  # a file that is opened in place of a closed stream would take what is meant for it
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that lacks a letter must not end a run
            stream.reconfigure(errors="backslashreplace")
    _refuse_broken(sys.argv[1:])
    if not sys.flags.dev_mode:  # where polars panics, its trace in Rust is as little use as one in Python
        os.environ["RUST_BACKTRACE"] = "0"
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:  # who began this may have it ignored
        signal.signal(signal.SIGTERM, _terminate)
    try:
        app(prog_name="screening")
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001  # the last resort: a fault must not look like a result
        _end(error.__cause__ or error if isinstance(error, _Passed) else error)


def _terminate(*_: object) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough, and what is being ended may end in peace
    raise Terminated


def _end(error: BaseException) -> NoReturn:
    """End with one line and the code for what was raised; a panic of polars is no `Exception`."""
    if isinstance(error, ScreeningError):
        console.fail(str(error), ExitCode.BAD_INPUT)
    if isinstance(error, console.Unwritable):
        if error.code == console.PIPE_CLOSED:  # as after `| head`: the reader knows
            raise SystemExit(error.code)
        console.fail(f"standard output cannot be written: {error}", error.code)
    if isinstance(error, KeyboardInterrupt):
        ended, code = "interrupted", ExitCode.INTERRUPTED
        if isinstance(error, Terminated):
            ended, code = "terminated", ExitCode.TERMINATED
        console.fail(": ".join(filter(None, (ended, str(error)))), code)
    console.fail(
        f"{type(error).__name__}: {error} (a fault of the program, nothing was written; run "
        "`python -X dev -m screening` with the same arguments for the whole trace)",
        ExitCode.INTERNAL,
        trace=True,
    )
