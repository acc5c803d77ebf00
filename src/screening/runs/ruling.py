"""The rule channel of a run: payments are dealt out into parts, each of which is looked at alone.

    batches -> (dealt) -> found in each part of each partition -> settled, a share of the payments at a time

What fits into memory as a whole is assessed as a whole. Otherwise a partition that fits alone is looked at in
one piece, beside others that fit with it, and only what does not is dealt out. Texts are held as numbers.
"""

from __future__ import annotations

import io
import pickle
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import polars as pl

from screening.payments import ID, KEY
from screening.rules.assessment import shared_payments
from screening.rules.coded import with_numbers
from screening.rules.gathering import FIRED, Found, cover, settle
from screening.rules.history import as_the_batch
from screening.rules.looking import in_turn, lifetimes, look, look_at_all
from screening.rules.partitions import IN_BATCH, PART, Partition, deal
from screening.rules.scopes import ROW, WHOLE
from screening.runs.budget import cores
from screening.runs.crew import Crew, Desk, Task
from screening.runs.pace import Pace
from screening.runs.parts import kept_rows
from screening.runs.weights import weigh
from screening.schemas import TRANSACTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from screening.rules.partitions import Plan
    from screening.runs.budget import Budget
    from screening.runs.workplace import Workplace

__all__ = ["Ruling", "check_apart", "deal_batch", "look_at_part", "look_at_table", "settle_share"]

_SAMPLE: Final = 20_000
_READ_AGAIN: Final = 7  # up to so many parts, reading every batch for each of them is cheaper than dealing
# bytes that a look takes for each row, measured:
_COLUMN: Final = 5  # in each column, as a number or in place of a text,
_NUMBERS: Final = 200  # for its place in time, its keys and what is found,
_OF_RULE: Final = 3  # and for each rule, for what one looks up stays for others;
_OF_RULE_IN_PART: Final = 37  # in a part, which holds all columns from the beginning
_FOUND: Final = "found-flags"


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """Flags and coverage of all rules.

    Attributes:
        desk: What workers have before them, the plan of the rules with it.
        budget: Memory and workers.
        say: Told in words what is being done.
        columns: Columns of the payments.
        history: Whether there are earlier payments.
    """

    desk: Desk
    budget: Budget
    say: Callable[[str], None]
    columns: Sequence[str]
    history: bool

    @property
    def place(self) -> Workplace:
        """Where the parts are."""
        return self.desk.place

    @property
    def plan(self) -> Plan:
        """How payments are dealt out."""
        assert self.desk.plan is not None
        return self.desk.plan

    def do(self) -> None:
        """Seal "flags-..." and "coverage"."""
        if self.place.receipt("coverage") is not None:
            return
        layout = self._layout()
        total = sum(map(self._work, layout.values()))
        parts = sum(share.parts for share in layout.values() if share.table is None)
        parts += len({share.table for share in layout.values()} - {None})
        ready = lambda: f"; {len(self.place.sealed(_FOUND))} of {parts} parts are done"  # noqa: E731
        pace = Pace(self.say, "evaluating rules", total, "%", note=ready)
        tables: dict[int, list[int]] = {}
        for number, partition in enumerate(self.plan.partitions):
            table = layout[partition.name].table
            if table is not None:
                tables.setdefault(table, []).append(number)
        with self._crew:
            for numbers in tables.values():
                self._look_at_all(numbers, layout, pace)
            for numbers in self._waves():
                names = [self.plan.partitions[number].name for number in numbers]
                dealt = [
                    number for number, name in zip(numbers, names, strict=True) if layout[name].table is None
                ]
                self._look(dealt, layout, pace)
            self._settle()

    def _work(self, share: _Share) -> int:
        """How much of the stage a partition is: it is looked at once for each of its rules."""
        rules = next(len(one.rules) for one in self.plan.partitions if one.name == share.partition)
        return share.rows * max(rules, 1)

    @cached_property
    def _sources(self) -> dict[str, str]:
        """Batch -> whose rows it holds; earlier payments first."""
        past = self.place.sealed("history-0") if self.history else []
        return dict.fromkeys(past, "history") | dict.fromkeys(self.place.sealed("payments-0"), "payments")

    def _noted(self, part: str) -> dict[str, Any]:
        held = self.place.receipt(part)
        if held is None:
            raise self.place.lost(part)
        return held

    def _layout(self) -> dict[str, _Share]:
        """Partition -> how it is looked at.

        What was begun is gone on with, whatever the memory is now.
        """
        if self.place.receipt("layout") is None:
            payments = self.place.scan("payments-0").select(self.columns)
            lines = [*self._divided(self._weights(), payments.head(_SAMPLE).collect())]
            columns = {"partition": pl.String, "parts": pl.Int64, "rows": pl.Int64, "table": pl.Int64}
            for prefix in ("found-", "dealt-"):  # parts of a layout that is lost are no use
                self.place.drop(prefix)
            self.place.seal("layout", pl.DataFrame(lines, schema=columns, orient="row"))
        found = self.place.scan("layout").collect()
        return {line[0]: _Share(*line) for line in found.iter_rows()}

    def _weights(self) -> dict[str, float]:
        """Bytes that a row takes in each column of texts."""
        count = sum(self._noted(name)["rows"] for name in self._sources)
        weighed = Counter(weigh(self.place, "payments"))
        if self.history:
            weighed.update(weigh(self.place, "history"))
        return {name: _COLUMN + size / max(count, 1) for name, size in weighed.items()}

    def _divided(self, weights: Mapping[str, float], sample: pl.DataFrame) -> Iterator[_Share]:
        """How each partition is looked at: in one piece at a table with others, or in parts."""
        rows: int = sum(self._noted(name)["rows"] for name in self._sources)
        # looked at last and alone, where it gets no more than others leave it
        left = [one for one in self.plan.partitions if one.name == WHOLE and self.plan.narrows]
        seated = [one for one in self.plan.partitions if one not in left]
        yield from (_Share(partition.name, 1, rows, None) for partition in left)
        if self._fits(seated, rows, weights):
            yield from (_Share(partition.name, 1, rows, 0) for partition in seated)
            return
        tables: list[list[Partition]] = []
        for partition in sorted(seated, key=lambda one: -len(one.rules)):
            joined = [[*table, partition] for table in tables] + [[partition]]
            fit = next((n for n, table in enumerate(joined) if self._fits(table, rows, weights)), None)
            if fit is not None:
                tables[fit : fit + 1] = [joined[fit]]
                yield _Share(partition.name, 1, rows, fit)
            elif partition.name == WHOLE:
                yield _Share(partition.name, 1, rows, None)
            else:
                dealt = deal(sample.with_columns(pl.lit(value=True).alias(IN_BATCH)), partition, 97)
                times = dealt.height / max(sample.height, 1)
                size = (
                    rows
                    * times
                    * _weight(weights, partition.columns, len(partition.rules), each=_OF_RULE_IN_PART)
                )
                yield _Share(partition.name, self.budget.parts(size), int(rows * times), None)

    def _fits(self, table: Sequence[Partition], rows: int, weights: Mapping[str, float]) -> bool:
        """Whether some partitions can be looked at in one piece."""
        steps = lifetimes(self.plan, table)
        heaviest = max((_weight(weights, held, len(steps)) for held in steps), default=0.0)
        return self.budget.holds(rows * heaviest)

    def _waves(self) -> Iterator[list[int]]:
        """Numbers of partitions that can be looked at together: nothing that they need is still to come."""
        wave: list[int] = []
        for number, partition in enumerate(self.plan.partitions):
            if partition.needs or partition.name == WHOLE:
                yield wave
                wave = []
            wave.append(number)
        yield wave

    def _look_at_all(self, numbers: Sequence[int], layout: Mapping[str, _Share], pace: Pace) -> None:
        """Look at some partitions in one piece: here, on all cores."""
        partitions = [self.plan.partitions[number] for number in numbers]
        work = sum(self._work(layout[partition.name]) for partition in partitions)
        each, told, lock = work // max(len(in_turn(self.plan, partitions)), 1), [0], Lock()

        def looked(_: str) -> None:
            with lock:
                told[0] += each
                pace.advance(each)

        given = {"numbers": numbers, "columns": self.columns, "history": self.history, "looked": looked}
        rules = {rule for number in numbers for rule in self.plan.partitions[number].rules}
        self.say(f"looking at all payments together for {len(rules)} rule{'s' * (len(rules) > 1)}")
        task = Task(part=f"{_FOUND}-{numbers[0]:02}-0000", make=look_at_table, given=given, size=work)
        here = Crew(self.desk, workers=1, threads=cores())
        here.do([task], lambda done: pace.advance(done - told[0] if done else 0))

    def _look(self, numbers: Sequence[int], layout: Mapping[str, _Share], pace: Pace) -> None:
        """Look at all parts of some partitions."""
        dealing, looking = [], []
        for number in numbers:
            partition = self.plan.partitions[number]
            parts, work = layout[partition.name].parts, self._work(layout[partition.name])
            given: dict[str, Any] = {"number": number, "parts": parts, "columns": self.columns}
            names = [f"{_FOUND}-{number:02}-{part:04}" for part in range(parts)]
            sources = self._read(partition)
            if partition.keys and parts > _READ_AGAIN:
                into = f"dealt-{number:02}-"
                if any(self.place.receipt(name) is None for name in names):
                    dealing += [
                        Task(
                            part=into + source,
                            make=deal_batch,
                            given={**given, "source": (source, role)},
                            size=self._noted(source)["rows"],
                        )
                        for source, role in sources
                    ]
                sources = [(into + source, "dealt") for source, _ in sources]
            for part, name in enumerate(names):
                mine = sources
                if partition.name == ROW:  # batches are parts already
                    mine = sources[part * len(sources) // parts : (part + 1) * len(sources) // parts]
                share = {**given, "part": part, "sources": mine}
                looking.append(Task(part=name, make=look_at_part, given=share, size=work // parts))
        if dealing:
            self.say("dealing payments out to the rules")
        size = sum(task.size for task in dealing)
        self._crew.do(dealing, Pace(self.say, "dealing payments out to the rules", size, "%").advance)
        self._crew.do(looking, pace.advance)
        self.place.drop("dealt-")

    def _read(self, partition: Partition) -> list[tuple[str, str]]:
        """Where the payments of a partition are."""
        if partition.name == WHOLE and self.plan.narrows:
            return [(name, "narrowed") for name in self.place.sealed("found-narrowed-")]
        alone = partition.name == ROW and not partition.narrowed
        return [(name, role) for name, role in self._sources.items() if not alone or role == "payments"]

    def _settle(self) -> None:
        """One flag for each payment and rule, and what could not be judged."""
        if self.place.receipt("settling") is None:
            size = sum(self._noted(name)["size"] for name in self.place.sealed(_FOUND))
            for prefix in ("flags-", "counted-"):  # parts by a number of shares that is lost are no use
                self.place.drop(prefix)
            self.place.seal("settling", pl.DataFrame(), shares=self.budget.spread(size))
        shares = self._noted("settling")["shares"]
        tasks = [
            Task(
                part=f"flags-{share:04}", make=settle_share, given={"share": share, "shares": shares}, size=1
            )
            for share in range(shares)
        ]
        self._crew.do(tasks, Pace(self.say, "settling flags", shares, "%").advance)
        noted = self._noted("payments-rejected")
        coverage = cover(self.plan, self.place.scan("counted-").collect(), rows=noted["rows_out"])
        self.place.seal("coverage", coverage, beside=[task.part for task in tasks])

    @cached_property
    def _crew(self) -> Crew:
        try:
            pickle.dumps(self.plan)
        except (pickle.PicklingError, AttributeError, TypeError):  # a rule of one's own that cannot travel
            return Crew(self.desk, workers=1, threads=cores())
        return Crew(self.desk, workers=self.budget.workers, threads=cores())


def check_apart(place: Workplace, *, shares: int) -> None:
    """Refuse payments that are both in the batch and among the earlier ones.

    Raises:
        SchemaError: There are any.
    """
    count, first = 0, (1 << 63, "")
    batch, past = (
        kept_rows(place, f"{role}-0", role).select(KEY, ID, "transaction_id")
        for role in ("payments", "history")
    )
    for share in range(shares):
        mine = pl.col(ID) % shares == share
        shared = batch.filter(mine).join(past.filter(mine), on="transaction_id", how="semi")
        found = shared.select(KEY, "transaction_id").collect(engine="streaming").sort(KEY)
        count += found.height
        first = min([first, *found.head(1).iter_rows()])
    if count:
        raise shared_payments(count, first[1])


class _Share(NamedTuple):
    """How a partition is looked at: in so many parts, or in one piece at a table with others."""

    partition: str
    parts: int
    rows: int
    table: int | None


def _weight(
    weights: Mapping[str, float], columns: Iterable[str], rules: int, *, each: int = _OF_RULE
) -> float:
    """Bytes that one row takes while so many rules look at so many columns of it."""
    return sum(weights.get(name, _COLUMN) for name in columns) + _NUMBERS + each * rules


# -- in the workers -----------------------------------------------------------------------------------------


def deal_batch(
    desk: Desk, part: str, *, number: int, parts: int, columns: Sequence[str], source: tuple[str, str]
) -> None:
    """The payments of one batch, in order of the part that they go to."""
    assert desk.plan is not None
    partition = desk.plan.partitions[number]
    dealt = deal(_payments(desk, *source, _wanted(partition, columns)).collect(), partition, parts)
    desk.place.seal(part, dealt, group=max(dealt.height // parts // 2, 1_000))


def look_at_part(
    desk: Desk,
    name: str,
    *,
    number: int,
    part: int,
    parts: int,
    columns: Sequence[str],
    sources: Sequence[tuple[str, str]],
) -> None:
    """What the rules of a partition find in one of its parts."""
    plan = desk.plan
    assert plan is not None
    partition = plan.partitions[number]
    wanted = _wanted(partition, columns)
    frames, pools = [], dict[str, pl.Categories]()
    for source, role in sources:
        if role == "dealt":
            frame = desk.place.scan(source).filter(pl.col(PART) == part).collect()
        elif role == "narrowed":
            frame = desk.place.scan(source).collect()
        elif partition.keys:
            frame = deal(_payments(desk, source, role, wanted).collect(), partition, parts, only=part)
        else:
            frame = _payments(desk, source, role, wanted).collect().with_columns(pl.lit(part).alias(PART))
        frames += [_as_numbers(frame, pools)] if frame.height else []
    found = Found()
    if frames:
        held = _in_one_piece(frames)
        if PART not in held.columns:  # sought out for the whole, perhaps more than once
            held = deal(held.unique("transaction_id"), partition, 1)
        fired = FIRED.to_frame()
        if partition.needs:
            named = pl.col("rule").is_in(partition.needs)
            fired = desk.place.scan("found-fired-").filter(named).collect()
        found = look(held, partition, plan, fired=fired)
        del held
    _seal(desk, name, found, f"{number:02}-{part:04}")


def look_at_table(
    desk: Desk,
    name: str,
    *,
    numbers: Sequence[int],
    columns: Sequence[str],
    history: bool,
    looked: Callable[[str], None],
) -> None:
    """What the rules of several partitions find in all payments."""
    plan = desk.plan
    assert plan is not None
    partitions = [plan.partitions[number] for number in numbers]
    read = {column for partition in partitions for column in partition.columns}
    wanted = [column for column in columns if column in read]
    roles = ("history", "payments") if history else ("payments",)
    rows = pl.concat([_payments(desk, f"{role}-0", role, wanted) for role in roles])
    texts = pl.col(name for name, kind in rows.collect_schema().items() if kind == pl.String)
    first = rows.select(pl.col("transaction_id"), pl.exclude(pl.String)).collect(engine="streaming")
    found = look_at_all(first, partitions, plan, later=rows.select(texts), looked=looked)
    _seal(desk, name, found, f"{numbers[0]:02}-0000")


def _seal(desk: Desk, name: str, found: Found, own: str) -> None:
    tables = {f"found-hindered-{own}": found.hindered, f"found-fired-{own}": found.fired}
    if found.narrowed is not None:
        texts = pl.col(pl.Categorical).cast(pl.String)
        tables[f"found-narrowed-{own}"] = found.narrowed.with_columns(texts)
    for beside, table in tables.items():
        desk.place.seal(beside, table)
    # sealed last: with it, the others are there
    size = found.flags.estimated_size() + found.hindered.estimated_size()
    desk.place.seal(name, found.flags, beside=[*tables], size=size)


def settle_share(desk: Desk, part: str, *, share: int, shares: int) -> None:
    """Flags of a share of the payments, and how many of them no rule could judge."""
    assert desk.plan is not None
    name = pl.col("transaction_id")
    mine = pl.when(name.is_null()).then(0).otherwise(name.hash() % shares) == share
    found = Found(
        flags=desk.place.scan(f"{_FOUND}-").filter(mine).collect(),
        hindered=desk.place.scan("found-hindered-").filter(mine).collect(),
    )
    flags, hindered = settle(desk.plan, found)
    counted = f"counted-{share:04}"
    desk.place.seal(counted, hindered)
    desk.place.seal(part, flags, beside=[counted], size=flags.estimated_size())


def _wanted(partition: Partition, columns: Sequence[str]) -> list[str]:
    return [name for name in partition.columns if name in columns]


def _payments(desk: Desk, batch: str, role: str, columns: Sequence[str]) -> pl.LazyFrame:
    rows = kept_rows(desk.place, batch, role)
    if role == "history":
        kinds = {name: TRANSACTIONS[name] for name in columns}
        rows = as_the_batch(rows, kinds, policy=desk.policy.rules)
    return rows.select(*columns, pl.lit(role == "payments").alias(IN_BATCH))


def _as_numbers(table: pl.DataFrame, pools: dict[str, pl.Categories]) -> pl.DataFrame:
    """The same rows with texts as numbers, but for ids.

    Ids are copied: after a filter polars goes on holding those of all the other rows.
    """
    plain = io.BytesIO()
    table.select("transaction_id").write_ipc(plain, compat_level=pl.CompatLevel.oldest())
    plain.seek(0)
    return with_numbers(table.lazy(), pools).collect().with_columns(pl.read_ipc(plain).to_series())


def _in_one_piece(frames: list[pl.DataFrame]) -> pl.DataFrame:
    """Tables below each other, a column at a time, so that only one of them is held twice."""
    names = frames[0].columns
    return pl.DataFrame(
        [pl.concat([frame.drop_in_place(name) for frame in frames], rechunk=True) for name in names]
    )
