"""screen_into(): a file of payments of any size into a folder, within bounds of memory.

    read -> settle -> distinct names and texts -> judge -> find hits -> assess -> raise alerts -> write

Each stage seals its parts in the folder beside the output. A part that is sealed is not made again, so that
an interrupted run is finished by doing what is missing. Every part is a function of what was sealed before
it; so neither batches nor workers nor interruptions show in the outputs.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from screening.audit import (
    check_folder,
    describe_input,
    describe_rule,
    library_versions,
    reference_data,
)
from screening.errors import ArgumentError, RunError, ScreeningError, check_kind
from screening.payments import STATE_SIZE, Source, file_states, open_source, readable, reading, take_files
from screening.pipeline import Steps, check_arguments, describe_index, summarise, take_parties
from screening.reference.dated import hashes
from screening.rules import RULES, Rule
from screening.rules.catalogue import by_id
from screening.rules.rule import apply_policy
from screening.runs.budget import Budget, cores, machine_memory
from screening.runs.crew import Crew, Desk, refuse_unguarded
from screening.runs.pace import Pace
from screening.runs.plan import PLAN_FORMAT, refuse_changes
from screening.runs.stages import OUTPUTS, Stages
from screening.runs.workplace import Workplace, unfinished

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from screening.index import NameIndex
    from screening.payments import InputFile
    from screening.policy import Policy

__all__ = ["Run", "screen_into"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A finished run.

    Attributes:
        folder: Where its outputs are.
        manifest: What was looked at, and with what.
        unread_alerts: How many of the alerts are on rows that could not be read.
    """

    folder: Path
    manifest: dict[str, Any]
    unread_alerts: int = 0

    @property
    def tables(self) -> dict[str, pl.LazyFrame]:
        """The outputs, read when they are asked for."""
        return {name: pl.scan_parquet(self.folder / f"{name}.parquet", glob=False) for name in OUTPUTS}

    def summary(self) -> str:
        """The run in a few plain lines."""
        return summarise(self.manifest)


def screen_into(
    folder: str | os.PathLike[str],
    transactions: str | os.PathLike[str],
    index: NameIndex,
    *,
    policy: Policy | None = None,
    rules: Iterable[Rule] = RULES,
    history: str | os.PathLike[str] | None = None,
    parties: Any = None,
    facts: pl.DataFrame | None = None,
    threshold: float | None = None,
    budget: Budget | None = None,
    resume: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Run:
    """Screen a file of payments into a folder; the outputs are those of `screen(...).write(folder)`.

    What is done so far stands in `FOLDER.unfinished`, for as long as the run is not finished.

    Several workers (`budget`) load the script that calls this: the call must stand in a file, under
    `if __name__ == "__main__":`.

    Args:
        folder: Where the outputs go: whole at the end, untouched until then.
        transactions: Path of a file, a folder of files, or a pattern.
        index: The sanctions list, ready to be searched.
        policy: Every choice of the bank; the index's own by default.
        rules: Rules to evaluate.
        history: Path of earlier payments, for rules that look back.
        parties: What is known of parties, as for `screening.screen`; held in memory.
        facts: FACTS of the list; those behind the index by default.
        threshold: Score from which a name is a hit, in place of the policy's.
        budget: Memory and workers; half of the machine's memory and one worker by default.
        resume: Finish a run that was interrupted; begin where there is none.
        progress: Told in words what is being done.

    Raises:
        SchemaError: The payments cannot be read, or lack a column that nothing can be done without.
        PolicyError: The policy asks for something that does not exist.
        RunError: The run cannot begin, be resumed, or be written, or a file changed while it was read.
    """
    refuse_unguarded()
    target = check_folder(folder)
    rules = tuple(rules)  # read more than once
    policy, index = check_arguments(index, policy, rules)
    rules = apply_policy(rules, policy, known=by_id())  # what cannot hold is refused before any work
    steps = Steps(progress)
    budget = budget or Budget(memory=max(machine_memory() // 2, 1_000_000_000))
    check_kind("budget", budget, Budget, instead="Budget(memory=read_memory('4GB'), workers=2), say")
    known, parties_source = take_parties(parties, policy=policy)
    paths = {"payments": transactions} if history is None else {"payments": transactions, "history": history}
    for role, path in paths.items():
        if not isinstance(path, str | os.PathLike):
            raise ArgumentError(
                f"{role} must be a path, not a {type(path).__name__}: screening.screen takes tables in memory"
            )
    states = {role: file_states(path) for role, path in paths.items()}
    own = (target, unfinished(target))
    sources = {role: _open(role, path, policy, steps.say, own) for role, path in paths.items()}
    facts = index.facts if facts is None else facts
    place = Workplace.begin(target)
    try:
        with steps.step("taking stock"):
            size = sum(state[STATE_SIZE] for those in states.values() for _, state in those)
            read = Pace(steps.say, "taking stock", size, "MB", each=10**6).advance
            files = {role: take_files(path, read=read) for role, path in paths.items()}
            for role, path in paths.items():
                if states[role] != [(file.name, file.state) for file in files[role]]:
                    # what was opened may be another; what is opened now is held against its description
                    sources[role] = _open(role, path, policy, steps.say, own)
                _check_names(path, sources[role], files[role])
            described = {role: describe_input(path, files=files[role]) for role, path in paths.items()}
            inputs = {
                "input": described["payments"],
                "history": described.get("history"),
                "parties": parties_source,
                "index": describe_index(index, facts, threshold),
            }
            plan = _agree(
                place, sources["payments"], files["payments"], index=index, policy=policy, rules=rules,
                inputs=inputs, budget=budget, resume=resume,
            )  # fmt: skip
        desk = Desk(
            place=place, index=index, facts=facts, policy=policy, threshold=threshold,
            tables=plan["rule_tables"],
        )  # fmt: skip
        work = Stages(
            desk=desk, crew=Crew(desk, workers=budget.workers, threads=cores()), plan=plan, budget=budget,
            steps=steps, source=sources["payments"], earlier=sources.get("history"), rules=rules,
            parties=known, inputs=inputs, files=files,
        )  # fmt: skip
        work.do()
        manifest = work.write(target)
        unread = work.count_unread_alerts()
    except BaseException as error:
        useless = isinstance(error, ScreeningError) and not isinstance(error, RunError)
        kept = not useless and bool(place.sealed(""))
        if not kept:
            place.remove()
        place.release()
        if isinstance(error, RunError) and error.details.get("resumable"):
            raise RunError(f"{error}; {_what_is_left(place, kept=kept)}", **error.details) from error
        raise
    place.remove()
    return Run(folder=target, manifest=manifest, unread_alerts=unread)


def _open(
    role: str,
    path: str | os.PathLike[str],
    policy: Policy,
    say: Callable[[str], None],
    own: Sequence[Path],
) -> Source:
    say(f"opening {role}")
    paces = list[Pace]()

    def opened(_: int, files: int) -> None:
        if not paces:  # how many there are is known with the first
            paces.append(Pace(say, f"opening {role}", files, "files"))
        paces[0].advance(1)

    row_name = "row" if role == "payments" else role
    return open_source(os.fspath(path), policy=policy, row_name=row_name, beside=own, opened=opened)


def _check_names(path: str | os.PathLike[str], source: Source, files: Sequence[InputFile]) -> None:
    if [part.source for part in source.parts] != [file.name for file in files]:
        raise RunError(f"{os.fspath(path)}: files came or went while they were looked at", resumable=True)


def _what_is_left(place: Workplace, *, kept: bool) -> str:
    if not kept:
        return "nothing was sealed yet; the same command begins anew"
    return f"what is sealed stays in {place.folder}; the same command with --resume goes on from there"


def _agree(
    place: Workplace,
    source: Source,
    files: Sequence[InputFile],
    *,
    index: NameIndex,
    policy: Policy,
    rules: Sequence[Rule],
    inputs: Mapping[str, Any],
    budget: Budget,
    resume: bool,
) -> dict[str, Any]:
    """The plan of the run that stands here, if it may be resumed, or a new one."""
    now: dict[str, Any] = {
        "format": PLAN_FORMAT,
        **inputs,
        "list": index.provenance.sha256,
        "policy": policy.sha256,
        "reference_data": reference_data(),
        "rule_tables": hashes(policy.rules.reference),
        "rules": {rule.id: describe_rule(rule) for rule in rules},
        "library": library_versions(),
    }
    now = dict(json.loads(json.dumps(now, ensure_ascii=False)))
    before = place.plan
    if before is not None:
        if not resume:
            raise RunError(
                f"{place.folder}: an unfinished run stands here; --resume finishes it; or remove the folder"
            )
        refuse_changes(before, now, folder=place.folder)
        place.verify()
        return before
    with reading(files), readable(source):
        sample = source.read().select(source.values).head(2_000).collect()
    size = sample.estimated_size() / max(sample.height, 1) + 8 * len(sample.columns)
    now["batch_rows"], now["names"] = budget.rows(size), budget.names
    place.write_plan(now)
    return now
