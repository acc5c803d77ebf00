"""screen(): payments in, alerts out, every row accounted for.

    conform -> find_hits -> assess -> raise_alerts -> manifest

A step that fails fails the run; there is no result with a part missing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import narwhals as nw
import polars as pl

from screening.alerts import raise_alerts
from screening.audit import account_for_rows, describe_input, draw_manifest, write_run
from screening.errors import MissingExtraError, check_kind
from screening.hits import find_hits, in_order
from screening.index import NameIndex
from screening.notes import notes, notes_of_history
from screening.payments import InputFile, as_polars, conform, reading, take_files
from screening.policy import Policy
from screening.rules import RULES, Rule, assess
from screening.rules.catalogue import by_id
from screening.rules.parties import open_parties
from screening.rules.rule import apply_policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path


__all__ = [
    "Result",
    "Steps",
    "check_arguments",
    "describe_history",
    "describe_index",
    "screen",
    "summarise",
    "take_parties",
]

_POLARS: Final = "polars"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Result:
    """Everything one run found, and the proof of what it looked at.

    The tables come back in the kind of table that the payments came in: polars (eager or lazy), pandas
    or Arrow; polars for payments read from a file.

    Attributes:
        tables: alerts, hits, flags and rejects as polars frames.
        manifest: Counts, digests, versions, policy (docs/architecture.md).
        carrier: Kind of table that `alerts`, `hits`, `flags` and `rejects` come back in.
    """

    tables: Mapping[str, pl.DataFrame]
    manifest: dict[str, Any]
    carrier: str = _POLARS

    @property
    def alerts(self) -> Any:
        """ALERTS: payments with an outcome, the gravest first; MONITOR is kept for sampling."""
        return _carried(self.tables["alerts"], self.carrier)

    @property
    def hits(self) -> Any:
        """HITS: names, texts and identifiers of payments that resemble a listed one."""
        return _carried(self.tables["hits"], self.carrier)

    @property
    def flags(self) -> Any:
        """FLAGS: rules that held on a payment."""
        return _carried(self.tables["flags"], self.carrier)

    @property
    def rejects(self) -> Any:
        """REJECTS: rows that could not be read, with the reason."""
        return _carried(self.tables["rejects"], self.carrier)

    def write(self, folder: str | os.PathLike[str]) -> Path:
        """Write one parquet file per table and manifest.json; the folder is whole or untouched.

        Raises:
            RunError: The folder holds something other than a run, or cannot be written.
        """
        return write_run(folder, self.tables, self.manifest)

    def summary(self) -> str:
        """The run in a few plain lines."""
        return summarise(self.manifest)

    def __repr__(self) -> str:
        return f"<Result {self.manifest['run_id'][:12]}>\n{self.summary()}"


@dataclass(slots=True)
class Steps:
    """Tells what a run is doing, and how long each step took."""

    tell: Callable[[str], None] | None = None
    started_at: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time one step."""
        self.say(name)
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 3)

    def say(self, words: str) -> None:
        """Pass a line on to whoever listens."""
        if self.tell is not None:
            self.tell(words)

    def clock(self) -> dict[str, Any]:
        """The manifest's clock fields."""
        now = dt.datetime.now(dt.UTC)
        return {
            "started_at": self.started_at.isoformat(timespec="seconds"),
            "finished_at": now.isoformat(timespec="seconds"),
            "seconds": dict(self.seconds),
        }


def summarise(manifest: Mapping[str, Any]) -> str:
    """A run in a few plain lines."""
    rows, alerts = manifest["input"], manifest["alerts"]
    hits = manifest["hits"]
    blind = {rule["rule"] for rule in manifest["rules"] if rule["missing"]}
    flags = manifest["flags"]
    outcomes = ", ".join(f"{outcome} {count:,}" for outcome, count in alerts.items())
    return (
        f"{rows['rows']:,} rows in = {rows['screened']:,} screened + {rows['rejected']:,} rejected\n"
        f"hits: {hits['hit']:,} on {hits['designations']:,} designations; "
        f"names that cannot be judged: {hits['unscreenable']:,}\n"
        f"flags: {sum(flags.values()):,} by {len(flags)} rules; rules that could not look: {len(blind)}\n"
        f"alerts: {outcomes}"
    )


def screen(
    transactions: Any,
    index: NameIndex,
    *,
    policy: Policy | None = None,
    rules: Iterable[Rule] = RULES,
    history: Any = None,
    parties: Any = None,
    facts: pl.DataFrame | None = None,
    threshold: float | None = None,
    progress: Callable[[str], None] | None = None,
) -> Result:
    """Screen payments against a sanctions list and for terrorist-financing patterns.

    Args:
        transactions: Payments: a polars, pandas or Arrow table, or the path of a CSV, Parquet, JSON lines
            or Arrow file. Columns are found by name, or mapped in the policy.
        index: The sanctions list, ready to be searched.
        policy: Every choice of the bank; the index's own by default. What it says of names and lists holds
            even if the index was built by another one (`NameIndex.with_policy`).
        rules: Rules to evaluate.
        history: Earlier payments, for rules that look back. Only `transactions` are flagged. A column that
            the history lacks is null in it (`screening.rules.assess`); that, and rows of it that cannot be
            read, stand in the warnings of the manifest.
        parties: What is known of parties, as a table or file of any of these kinds with one row per
            `party_id` and any of `screening.rules.PARTY_FIELDS`.
        facts: FACTS of the list (`SanctionsList.facts`), with which hits are corroborated; those behind
            the index by default.
        threshold: Score from which a name is a hit, in place of the policy's; a name inside a text needs
            `names.text_threshold` besides.
        progress: Told in words what is being done.

    Raises:
        SchemaError: The payments lack a column that nothing can be done without, or the table of parties
            cannot be read.
        PolicyError: The policy asks for something that does not exist.
        ArgumentError: `index`, `policy` or a rule is of the wrong kind.
        RunError: The counts do not add up, or a file was changed while it was read.
    """
    rules = tuple(rules)  # read more than once
    policy, index = check_arguments(index, policy, rules)
    apply_policy(rules, policy, known=by_id())  # what cannot hold is refused before any work
    steps = Steps(progress)
    with steps.step("reading payments"):
        given, source, files = _taken(transactions, "payments")
        payments = conform(given, policy=policy)
        before, earlier_source, earlier_files = _taken(history, "earlier payments")
        earlier = None if before is None else conform(before, policy=policy, row_name="history")
        known, parties_source = take_parties(parties, policy=policy)
    with steps.step("screening names"):
        facts = index.facts if facts is None else facts
        search = partial(find_hits, index=index, facts=facts, policy=policy, threshold=threshold)
        named = policy.payments.names_required
        found = search(payments.transactions, named=named, progress=steps.say)
        # A row that could not be read is no clear: the parties that it names are screened all the same.
        unread = search(payments.rejected_rows)
    with steps.step("evaluating rules"):
        assessment = assess(
            payments.transactions,
            rules,
            history=None if earlier is None else earlier.transactions,
            parties=known,
            policy=policy,
        )
    with steps.step("raising alerts"):
        hits = in_order(pl.concat([found.table, unread.table]))
        alerts = raise_alerts(hits, assessment.flags, policy=policy.outcomes)
    tables = {"alerts": alerts, "hits": hits, "flags": assessment.flags, "rejects": payments.rejects}
    with steps.step("drawing up the manifest"):
        for file in (*files, *earlier_files):  # they were read more than once
            file.check()
        past, unseen = None, []
        if earlier is not None:
            past = describe_history(
                earlier_source or {},
                came_in=earlier.rows_in,
                read=earlier.rows_out,
                rejected=earlier.rows_rejected,
                columns=earlier.columns,
            )
            unseen = notes_of_history(past, earlier.rejects, columns=payments.columns)
        counts = account_for_rows(
            came_in=payments.rows_in, screened=found.rows, rejected=payments.rows_rejected
        )
        manifest = draw_manifest(
            source={**(source or {}), **counts, "columns": dict(payments.columns)},
            provenance=index.provenance,
            index=describe_index(index, facts, threshold),
            policy=policy,
            fields=found.fields,
            rules=assessment.rules,
            coverage=assessment.coverage,
            tables=tables,
            warnings=notes(
                index,
                payments.warnings,
                columns=payments.columns,
                unused_columns=payments.unused_columns,
                fields=found.fields,
                hits=found.table,
                facts=facts,
            )
            + unseen,
            history=past,
            parties=parties_source,
        )
    manifest["clock"] = steps.clock()
    return Result(tables=tables, manifest=manifest, carrier=_carrier_of(transactions))


def check_arguments(
    index: NameIndex, policy: Policy | None, rules: Sequence[Rule]
) -> tuple[Policy, NameIndex]:
    """The policy in force, and the index that searches by it.

    Raises:
        ArgumentError: One of them is of the wrong kind.
        ListError: The policy leaves nothing of the list to screen.
    """
    check_kind("index", index, NameIndex, instead="build one with NameIndex(sanctions)")
    policy = index.policy if policy is None else policy
    check_kind("policy", policy, Policy, instead="use Policy.from_toml(path) or Policy.from_dict(tables)")
    for rule in rules:
        check_kind("every rule", rule, Rule, instead="choose from screening.RULES or make one with @rule")
    return policy, index.with_policy(policy)


def _taken(given: Any, what: str) -> tuple[Any, dict[str, Any] | None, list[InputFile]]:
    """A path, or the rows of a table as a polars frame; what a manifest says of it; and its files."""
    if given is None:
        return None, None, []
    if isinstance(given, str | os.PathLike):
        files = take_files(given)
        return given, describe_input(given, files=files), files
    rows = as_polars(given, what=what)
    return rows, describe_input(given, rows), []


def take_parties(parties: Any, *, policy: Policy) -> tuple[pl.DataFrame | None, dict[str, Any] | None]:
    """The table of parties, cleaned and checked, and what a manifest says of it; None where there is none.

    Raises:
        SchemaError: It cannot be read, or does not hold what it must.
        RunError: The file was changed while it was read.
    """
    if parties is None:
        return None, None
    files = take_files(parties) if isinstance(parties, str | os.PathLike) else []
    with reading(files):
        known = open_parties(parties, policy=policy)
    return known, describe_input(parties, known, files=files)


def describe_index(index: NameIndex, facts: pl.DataFrame, threshold: float | None) -> dict[str, Any]:
    """What names were compared with, and from which score on they are hits."""
    content = json.dumps(facts.rows(), ensure_ascii=False, default=str)
    return {
        "sha256": index.sha256,
        # of what hits were corroborated with: another edition may give another tier
        "facts_sha256": hashlib.sha256(content.encode()).hexdigest(),
        "threshold": index.threshold if threshold is None else threshold,
        "designations": index.names["reference"].n_unique(),
        "names": len(index),
    }


def describe_history(
    source: Mapping[str, Any], *, came_in: int, read: int, rejected: int, columns: Mapping[str, str]
) -> dict[str, Any]:
    """What a manifest says of earlier payments.

    Args:
        source: `describe_input` of them.
        came_in: Rows that came in.
        read: Rows that rules look back into.
        rejected: Rows that could not be read.
        columns: Canonical column -> the user's column.

    Raises:
        RunError: The counts do not add up.
    """
    counts = account_for_rows(came_in=came_in, screened=read, rejected=rejected)
    counts["read"] = counts.pop("screened")
    return {**source, **counts, "columns": dict(columns)}


def _carrier_of(table: Any) -> str:
    """Kind of table that results are given back in."""
    if isinstance(table, str | os.PathLike):
        return _POLARS
    if isinstance(table, pl.LazyFrame):
        return "lazy"
    native = nw.from_native(table, pass_through=True)
    implementation = getattr(native, "implementation", None)
    name = getattr(implementation, "name", "")
    return {"PANDAS": "pandas", "PYARROW": "pyarrow"}.get(name, _POLARS)


def _carried(table: pl.DataFrame, carrier: str) -> Any:
    if carrier == _POLARS:
        return table
    if carrier == "lazy":
        return table.lazy()
    try:
        return table.to_pandas() if carrier == "pandas" else table.to_arrow()
    except ImportError as error:
        raise MissingExtraError(
            f"results as {carrier} need pandas and pyarrow; install this library with its extra `pandas`"
        ) from error
