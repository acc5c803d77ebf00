"""The stages of a run: each finds what it needs among the sealed parts, and seals what it makes."""

from __future__ import annotations

import platform
import resource
from collections import deque
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from screening.alerts import gravity
from screening.audit import (
    CLOCK,
    account_for_rows,
    draw_manifest,
    in_chunks,
    publish,
    write_manifest,
    write_table,
)
from screening.errors import RunError, SchemaError
from screening.hits import HIT_COLUMNS, HITS_ORDER, SCREENED, count_fields
from screening.notes import notes, notes_of_history
from screening.payments import ID, KEY, Source, readable, reading, scan, settle
from screening.pipeline import Steps, describe_history
from screening.rules.partitions import plan
from screening.runs.crew import Crew, Desk, Task
from screening.runs.merging import merge
from screening.runs.pace import Pace
from screening.runs.parts import (
    CHANNELS,
    PROBLEMS,
    REJECTED,
    can_be_sliced,
    conformed,
    find_hits_of_part,
    judge_part,
    raise_alerts_of_share,
    read_slice,
    seal_batch,
    share_values,
)
from screening.runs.ruling import Ruling, check_apart
from screening.runs.weights import weigh
from screening.runs.workplace import Workplace, writing
from screening.schemas import ALERTS, FLAGS, HITS, REJECTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from screening.payments import InputFile, Part
    from screening.rules import Rule
    from screening.runs.budget import Budget

__all__ = ["OUTPUTS", "Stages"]

OUTPUTS: Final = {"alerts": ALERTS, "hits": HITS, "flags": FLAGS, "rejects": REJECTS}
"""Table -> what is in it."""

_ORDERS: Final[dict[str, tuple[tuple[str | pl.Expr, ...], tuple[bool, ...]]]] = {
    "alerts": ((gravity(), "score", "rule_score", "transaction_id"), (True, True, True, False)),
    "hits": (HITS_ORDER, tuple(name == "score" for name in HITS_ORDER)),
    "flags": (("rule", "transaction_id"), (False, False)),
}
_REJECT: Final = 2_000  # bytes of a rejected row while it is told about
_FINDING: Final = 2_000  # bytes of a hit or a flag while it is merged
_MOST_ROWS: Final = 100_000_000  # of them; polars counts rows in 32 bits
_ID: Final = 40  # bytes of a row while ids are compared
_ROWS: Final = 100_000  # that are read or joined with hits a second, and names or texts that are judged, by
_JUDGED: Final = 20_000  # one process; most are quicker


@dataclass(frozen=True, kw_only=True)
class Stages:
    """The work of one run.

    Attributes:
        desk: What workers have before them.
        crew: The workers.
        plan: What the run rests on, and the sizes of its parts.
        budget: Memory and workers.
        steps: Told what is being done, and how long it takes.
        source: The payments.
        earlier: Earlier payments, for rules that look back.
        rules: Rules to evaluate.
        parties: What is known of parties.
        files: Those of the payments and, under "history", of the earlier ones; what is in any other is never
            sealed.
        inputs: `describe_input` of everything that comes in.
    """

    desk: Desk
    crew: Crew
    plan: Mapping[str, Any]
    budget: Budget
    steps: Steps
    source: Source
    earlier: Source | None
    rules: Sequence[Rule]
    parties: pl.DataFrame | None
    files: Mapping[str, Sequence[InputFile]]
    inputs: Mapping[str, Any]

    @property
    def place(self) -> Workplace:
        """Where the parts are."""
        return self.desk.place

    def do(self) -> None:
        """Everything but the outputs."""
        with self.steps.step("reading payments"):
            self._read("payments", self.source)
            self._settle("payments", self.source)
            if self.earlier is not None:
                self._read("history", self.earlier)
                self._settle("history", self.earlier)
                rows = sum(self._noted(name)["rows"] for name in self.place.sealed("history-0"))
                check_apart(self.place, shares=self.budget.shares(rows * _ID))
        with self.steps.step("screening names"), self.crew:
            self._gather()
            self._judge()
            self._find()
        with self.steps.step("evaluating rules"):
            self._assess()
        with self.steps.step("raising alerts"), self.crew:
            self._raise()

    # -- payments -----------------------------------------------------------------------------------------

    def _read(self, role: str, source: Source) -> None:
        """Rows as they are read, in batches, in their order."""
        files, stretches = self.files[role], source.stretches
        with reading(files), readable(source):
            rows = [[self._rows(part) for part in stretch] for stretch in stretches]
            sliced = [can_be_sliced(files[stretch[0].number].path) for stretch in stretches]
        counts = [sum(those) for those in rows]
        pace = Pace(self.steps.say, f"reading {role}", sum(counts), "rows")
        slices: list[Task] = []
        for number, total in enumerate(counts):
            if sliced[number]:
                slices += self._slices(role, source, number, rows[number])
            else:
                self._read_through(role, source, number, total, pace)
        with self.crew:
            self.crew.do(slices, pace.advance)
        for number, total in enumerate(counts):
            read = sum(self._noted(name)["rows"] for name in self.place.sealed(f"{role}-{number:05}-"))
            if read != total:
                first, *others = stretches[number]
                more = f" and {len(others):,} more" if others else ""
                raise RunError(
                    f"{first.source}{more}: {total:,} rows were counted and {read:,} read; "
                    "the file changed while it was read"
                )

    def _slices(self, role: str, source: Source, number: int, counts: Sequence[int]) -> list[Task]:
        """Files of which any rows can be found, for the workers to read."""
        rows, total = self.plan["batch_rows"], sum(counts)
        given = {
            "columns": dict(source.columns), "alone": source.alone, "rows": rows, "row_name": source.row_name,
        }  # fmt: skip
        files = deque(zip(source.stretches[number], counts, strict=True))
        before, tasks = 0, list[Task]()
        for part, start in enumerate(range(0, max(total, 1), rows)):
            while len(files) > 1 and before + files[0][1] <= start:
                before += files.popleft()[1]
            begun = before
            wanted: list[tuple[InputFile, int, int]] = []
            for file, count in files:
                if begun >= start + rows and wanted:
                    break
                wanted.append((self.files[role][file.number], file.number, count))
                begun += count
            tasks.append(
                Task(
                    part=f"{role}-{number:05}-{part:06}", make=read_slice,
                    given={**given, "files": wanted, "start": start - before}, size=min(rows, total - start),
                    pace=_ROWS,
                )
            )  # fmt: skip
        return tasks

    def _read_through(self, role: str, source: Source, number: int, total: int, pace: Pace) -> None:
        """Read files from their beginning, or from where an earlier session came."""
        done = self.place.unbroken(f"{role}-{number:05}-")
        past = sum(self._noted(name)["rows"] for name in done)
        pace.advance(past)
        if past == total and done:
            return
        rows, part, stretch = self.plan["batch_rows"], len(done), source.stretches[number]
        files = [self.files[role][one.number] for one in stretch]
        with reading(files), readable(source):
            # what is made of the rows is no stream to polars: it would hold all of them at once
            raw = scan(stretch).slice(past)
            batches = raw.collect_batches(chunk_size=rows, maintain_order=True, engine="streaming", lazy=True)
            for batch in in_chunks(batches, rows):
                read = conformed(source, stretch, batch.lazy())
                for file in files:
                    file.check()
                seal_batch(self.place, f"{role}-{number:05}-{part:06}", read)
                pace.advance(batch.height)
                part += 1
            if part == 0:
                empty = conformed(source, stretch, raw.head(0))
                seal_batch(self.place, f"{role}-{number:05}-{part:06}", empty)

    @staticmethod
    def _rows(part: Part) -> int:
        if part.rows is not None:
            return part.rows
        return int(part.frame.select(pl.len()).collect(engine="streaming").item())

    def _settle(self, role: str, source: Source) -> None:
        """Which rows are payments, once for all batches."""
        if self.place.receipt(f"{role}-{REJECTED}") is not None:
            return
        looking = f"looking for rows of {role} that cannot be read or come twice"
        self.steps.say(looking)
        staged = self.place.scan(f"{role}-0")
        rows = staged.select(pl.len()).collect(engine="streaming").item()
        shares = self.budget.shares(rows * _ID)
        pace = Pace(self.steps.say, looking, shares, "%")
        with reading(self.files[role]), readable(source):  # rows that are rejected are looked up in it
            settled = settle(
                source,
                staged.select(KEY, ID),
                self.place.scan(f"{PROBLEMS}-{role}-0"),
                lambda keys: staged.filter(~pl.col(KEY).is_in(keys.implode())),
                shares=shares,
                check=self._check_rejected,
                advance=pace.advance,
            )
        tables = {"history-rejects": settled.rejects.cast(REJECTS)}
        if role == "payments":
            tables = {
                "rejects": settled.rejects.cast(REJECTS),
                "unread": settled.rejected_rows,
                "warnings": settled.warnings,
            }
        for name, table in tables.items():
            self.place.seal(name, table)
        # sealed last: with it, the others are there
        self.place.seal(
            f"{role}-{REJECTED}",
            settled.rejected.to_frame(KEY),
            beside=[*tables],
            rows_in=settled.rows_in,
            rows_out=settled.rows_out,
        )

    def _check_rejected(self, rows: int) -> None:
        if rows * _REJECT > self.budget.room:
            raise SchemaError(
                f"{rows:,} rows cannot be read, too many to list in the memory given; look at the first "
                "thousand rows alone to see what hinders them, or give more --memory"
            )

    # -- the list channel ---------------------------------------------------------------------------------

    @cached_property
    def _columns(self) -> list[str]:
        return self.source.values

    def _gather(self) -> None:
        """Distinct names and texts, each once."""
        self.steps.say("gathering names and texts")
        if self.place.receipt("share-values") is None:
            weighed = weigh(self.place, "payments")
            shares = self.budget.shares(int(sum(weighed.get(name, 0.0) for name in SCREENED)))
            self._share("values", shares, beside=("distinct-", "judged-"))  # they are named by the share
        shares = self._noted("share-values")["shares"]
        tasks = [
            Task(
                part=f"values-{share:04}", make=share_values,
                given={"share": share, "shares": shares, "columns": self._columns}, size=1,
            )
            for share in range(shares)
        ]  # fmt: skip
        self.crew.do(tasks, Pace(self.steps.say, "gathering names and texts", shares, "%").advance)

    def _share(self, name: str, shares: int, *, beside: Sequence[str] = ()) -> None:
        """Settle for the whole run into how many shares something is divided.

        Where that is lost, the memory may be another by now, and parts by the old number are no use. They go
        first: with the new number beside them they would be taken for parts by it.
        """
        for prefix in (f"{name}-", *beside):
            self.place.drop(prefix)
        self.place.seal(f"share-{name}", pl.DataFrame(), shares=shares)

    def _judge(self) -> None:
        """What the index says of them: each name and text is judged once in the whole run."""
        for channel in CHANNELS:
            tasks = []
            for source in self.place.sealed(f"distinct-{channel}-"):
                total, length = self._noted(source)["rows"], self.plan["names"]
                tasks += [
                    Task(
                        part=f"judged-{channel}-{source[-4:]}-{start // length:06}",
                        make=judge_part,
                        given={"channel": channel, "source": source, "start": start, "length": length},
                        size=min(length, total - start),
                        pace=_JUDGED,
                    )
                    for start in range(0, max(total, 1), length)
                ]
            size = sum(task.size for task in tasks)
            words = "screening {:,} distinct names" if channel == "names" else "reading {:,} distinct texts"
            self.steps.say(words.format(size))
            self.crew.do(tasks, Pace(self.steps.say, words.split(" ", maxsplit=1)[0], size, channel).advance)

    def _find(self) -> None:
        """Hits of each batch."""
        self.steps.say("joining hits")
        unread = self.place.scan("unread").collect_schema().names()
        read = [name for name in self._columns if name in HIT_COLUMNS]
        tasks = [
            Task(
                part=f"hits-{batch}",
                make=find_hits_of_part,
                given={"batch": batch, "columns": read, "payments": True},
                size=self._noted(batch)["rows"],
                pace=_ROWS,
            )
            for batch in self.place.sealed("payments-0")
        ]
        given = {"batch": "unread", "columns": unread, "payments": False}
        tasks.append(Task(part="hits-unread", make=find_hits_of_part, given=given, size=0))
        pace = Pace(self.steps.say, "joining hits", sum(task.size for task in tasks), "rows")
        self.crew.do(tasks, pace.advance)

    # -- the rule channel ---------------------------------------------------------------------------------

    def _assess(self) -> None:
        """Flags and coverage of the rules."""
        past = self.earlier is not None and self._noted(f"history-{REJECTED}")["rows_out"] > 0
        drawn = plan(self._columns, self.rules, parties=self.parties, policy=self.desk.policy)
        desk = replace(self.desk, plan=drawn)
        Ruling(desk=desk, budget=self.budget, say=self.steps.say, columns=self._columns, history=past).do()

    # -- both ---------------------------------------------------------------------------------------------

    def _raise(self) -> None:
        """Alerts, a share of the payments at a time."""
        if self.place.receipt("share-alerts") is None:
            found = [*self.place.sealed("hits-"), *self.place.sealed("flags-")]
            self._share("alerts", self.budget.spread(sum(self._noted(name)["size"] for name in found)))
        shares = self._noted("share-alerts")["shares"]
        tasks = [
            Task(
                part=f"alerts-{share:04}", make=raise_alerts_of_share,
                given={"share": share, "shares": shares}, size=1,
            )
            for share in range(shares)
        ]  # fmt: skip
        self.crew.do(tasks, Pace(self.steps.say, "raising alerts", shares, "%").advance)

    def _noted(self, part: str) -> dict[str, Any]:
        held = self.place.receipt(part)
        if held is None:
            raise self.place.lost(part)
        return held

    # -- outputs ------------------------------------------------------------------------------------------

    def write(self, target: Path) -> dict[str, Any]:
        """Put the sealed parts together, and the folder into its place."""
        with self.steps.step("writing outputs"):
            manifest = self._manifest()
            fresh = self.place.folder / "new"
            with writing(fresh):
                for left in fresh.iterdir() if fresh.exists() else ():
                    left.unlink()
                fresh.mkdir(exist_ok=True)
                manifest["outputs"] = {
                    f"{name}.parquet": write_table(fresh / f"{name}.parquet", self._merged(name), schema)
                    for name, schema in OUTPUTS.items()
                }
        manifest[CLOCK] = self.steps.clock() | {
            "memory": self.budget.memory, "workers": self.budget.workers, "peak": _peak(),
        }  # fmt: skip
        with writing(fresh):
            write_manifest(fresh, manifest)
            publish(fresh, target, aside=self.place.folder / "old")
        return manifest

    def count_unread_alerts(self) -> int:
        """Alerts on rows that could not be read."""
        unread = self.place.scan("unread").select("transaction_id")
        alerts = self.place.scan("alerts-").join(unread, on="transaction_id", how="semi")
        return int(alerts.select(pl.len()).collect(engine="streaming").item())

    def _merged(self, name: str) -> Iterator[pl.DataFrame]:
        if name == "rejects":
            yield self.place.scan("rejects").collect()
            return
        by, descending = _ORDERS[name]
        parts = [self.place.part(part) for part in self.place.sealed(f"{name}-")]
        rows = min(max(self.budget.room // (4 * _FINDING), 1_000), _MOST_ROWS)
        yield from merge(parts, by=by, descending=descending, rows=rows)

    def _manifest(self) -> dict[str, Any]:
        noted = self._noted(f"payments-{REJECTED}")
        screened = [self._noted(name)["rows"] for name in self.place.sealed("payments-0")]
        rejected = self._noted("rejects")["rows"]
        counts = account_for_rows(
            came_in=noted["rows_in"], screened=sum(screened) - self._noted(f"payments-{REJECTED}")["rows"],
            rejected=rejected,
        )  # fmt: skip
        held: dict[str, tuple[int, int, int]] = {}
        for share in self.place.sealed("values-"):
            for column, (filled, distinct, not_names) in self._noted(share)["held"].items():
                before = held.get(column, (0, 0, 0))
                held[column] = before[0] + filled, before[1] + distinct, before[2] + not_names
        history, unseen = self._history()
        hits = self.place.scan("hits-payments-")
        index = self.desk.index
        fields = count_fields(held, hits)
        return draw_manifest(
            source={**self.inputs["input"], **counts, "columns": dict(self.source.columns)},
            provenance=index.provenance,
            index=self.inputs["index"],
            policy=self.desk.policy,
            fields=fields,
            rules=self.rules,
            coverage=self.place.scan("coverage").collect(),
            tables={
                "alerts": self.place.scan("alerts-"),
                "hits": self.place.scan("hits-"),
                "flags": self.place.scan("flags-"),
                "rejects": self.place.scan("rejects"),
            },
            warnings=notes(
                index,
                self.place.scan("warnings").collect(),
                columns=self.source.columns,
                unused_columns=self.source.unused_columns,
                fields=fields,
                hits=hits,
                facts=self.desk.facts,
            )
            + unseen,
            history=history,
            parties=self.inputs["parties"],
        )

    def _history(self) -> tuple[dict[str, Any] | None, list[str]]:
        """What the manifest says of earlier payments, and what rules did not see of them."""
        if self.earlier is None:
            return None, []
        noted, rejects = self._noted(f"history-{REJECTED}"), self.place.scan("history-rejects").collect()
        history = describe_history(
            self.inputs["history"],
            came_in=noted["rows_in"],
            read=noted["rows_out"],
            rejected=rejects.height,
            columns=self.earlier.columns,
        )
        return history, notes_of_history(history, rejects, columns=self.source.columns)


def _peak() -> int:
    """Largest memory of this process and of any worker, in bytes."""
    unit = 1 if platform.system() == "Darwin" else 1024
    return unit * max(
        resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
