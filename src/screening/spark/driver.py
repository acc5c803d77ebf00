"""The driver of a Spark job: sends the index, gathers what tasks tell, raises alerts."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from functools import partial, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from screening.alerts import raise_alerts
from screening.audit import account_for_rows, describe_input, draw_manifest
from screening.errors import ArgumentError, MissingExtraError, PolicyError, RunError, SchemaError
from screening.hits import HIT_COLUMNS, count_fields, in_order
from screening.notes import notes, notes_of_history
from screening.payments import is_plain_text
from screening.payments.columns import MAJOR, match_columns
from screening.pipeline import (
    Result,
    Steps,
    check_arguments,
    describe_history,
    describe_index,
    take_parties,
)
from screening.rules import RULES
from screening.rules.gathering import Found, gather, together
from screening.rules.partitions import plan
from screening.rules.scopes import WHOLE
from screening.schemas import HITS, REJECTS, WARNINGS
from screening.spark.failures import typed
from screening.spark.tasks import HELD, NARROWED, TASK, TOLD, bytes_of, frame_of, judge_rows, look_at_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from screening.index import NameIndex
    from screening.policy import Policy
    from screening.rules import Rule
    from screening.rules.partitions import Partition, Plan

__all__ = ["SparkResult", "columns_read", "require_spark", "screen"]

_TASKS: Final = 4  # for each part: partitions differ in what they cost, and small tasks even that out
_ROW: Final = "#row"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class SparkResult:
    """A `Result` whose tables are Spark's.

    Attributes:
        result: The same as polars frames, on the driver; it can `write` a run folder.
        session: The Spark session.
    """

    result: Result
    session: Any

    @property
    def manifest(self) -> dict[str, Any]:
        """Counts, digests, versions, policy (docs/architecture.md)."""
        return self.result.manifest

    @property
    def alerts(self) -> Any:
        """ALERTS as a Spark table."""
        return self._carried("alerts")

    @property
    def hits(self) -> Any:
        """HITS as a Spark table."""
        return self._carried("hits")

    @property
    def flags(self) -> Any:
        """FLAGS as a Spark table."""
        return self._carried("flags")

    @property
    def rejects(self) -> Any:
        """REJECTS as a Spark table; `source` is the partition of a row, `row` its number in it."""
        return self._carried("rejects")

    def _carried(self, name: str) -> Any:
        return self.session.createDataFrame(
            self.result.tables[name].to_arrow(compat_level=pl.CompatLevel.oldest())
        )

    def __repr__(self) -> str:
        return f"<SparkResult {self.manifest['run_id'][:12]}>\n{self.result.summary()}"


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
    parts: int | None = None,
) -> SparkResult:
    """Screen payments in Spark; hits, flags and alerts are those of `screening.screen`.

    Args:
        transactions: A Spark table of payments; columns as for `screening.screen`.
        index: The sanctions list; its saved form is sent to every worker once.
        policy: Every choice of the bank; the index's own by default. `number_rows` has no meaning here.
        rules: Rules to evaluate.
        history: A Spark table of earlier payments, for rules that look back.
        parties: What is known of parties, as for `screening.screen`.
        facts: FACTS of the list; those behind the index by default.
        threshold: Score from which a name is a hit, in place of the policy's.
        parts: Into how many parts the rules' payments are dealt; as many as the table has partitions by
            default. A part must fit into a worker.

    Raises:
        MissingExtraError: pyspark or pyarrow is not installed.
        ArgumentError: Payments or history are no Spark table.
        PolicyError: The policy asks for something that does not exist, or numbers rows.
        SchemaError: A column is missing, or payments are both in the batch and in its history.
        RunError: The counts do not add up, a worker has another version of polars, or a job of Spark failed,
            as it does where hits and flags are more than the driver may gather.
    """
    require_spark()
    _check_kinds(payments=transactions, history=history)
    rules = tuple(rules)  # read more than once
    policy, index = check_arguments(index, policy, rules)
    facts = index.facts if facts is None else facts
    if policy.payments.number_rows:
        raise PolicyError("number_rows = true: rows of a Spark table have no numbers; supply transaction_id")
    steps = Steps()
    columns = match_columns(transactions.columns, policy.payments, source="the payments")
    names = {MAJOR.get(name, name) for name in columns}
    known, parties_source = take_parties(parties, policy=policy)
    drawn = plan(names, rules, parties=known, policy=policy)
    if history is not None:
        past = match_columns(history.columns, policy.payments, source="the history")
        _check_apart(transactions, columns["transaction_id"], history, past["transaction_id"])
    parts = parts or max(1, transactions.rdd.getNumPartitions())
    session = transactions.sparkSession
    saved = session.sparkContext.broadcast(_saved(index, facts))
    task = partial(judge_rows, saved=saved, threshold=threshold, plan=drawn, parts=parts)
    kinds = ("hits", "unread", "rejects", "warnings", "task", "held", "past task", "past rejects")
    with steps.step("screening names"):
        told = _told(transactions, columns, task, policy, drawn)
        if history is not None:
            told = told.unionAll(_told(history, past, partial(task, earlier=True), policy, drawn))
        dealt = told.persist() if drawn.looking else told
        heard = _hear(dealt, kinds)
    tasks = pl.concat([TASK.to_frame(), *heard["task"]])
    past_tasks = pl.concat([TASK.to_frame(), *heard["past task"]])
    _check_versions(pl.concat([tasks, past_tasks]))
    rows_in, rows_out = int(tasks["rows_in"].sum()), int(tasks["rows_out"].sum())
    with steps.step("evaluating rules"):
        found = _assess(dealt, drawn, parts) if drawn.looking else Found()
        assessment = gather(drawn, found, rows=rows_out)
        dealt.unpersist()
    with steps.step("raising alerts"):
        of_payments = pl.concat([HITS.to_frame(), *heard["hits"]])
        hits = in_order(pl.concat([of_payments, *heard["unread"]]))
        alerts = raise_alerts(hits, assessment.flags, policy=policy.outcomes)
        rejects = pl.concat([REJECTS.to_frame(), *heard["rejects"]]).sort("source", "row")
    tables = {"alerts": alerts, "hits": hits, "flags": assessment.flags, "rejects": rejects}
    held = pl.concat([HELD.to_frame(), *heard["held"]]).group_by("column").sum()
    fields = count_fields(
        {
            column: (filled, distinct, odd)
            for column, filled, distinct, odd in held.sort("column").iter_rows()
        },
        of_payments,
    )
    rejected = rejects.select("source", "row").unique().height
    past_rejects = pl.concat([REJECTS.to_frame(), *heard["past rejects"]])
    earlier = None
    if history is not None:
        earlier = describe_history(
            describe_input(history),
            came_in=int(past_tasks["rows_in"].sum()),
            read=int(past_tasks["rows_out"].sum()),
            rejected=past_rejects.height,
            columns=past,
        )
    manifest = draw_manifest(
        source={
            **describe_input(transactions),
            **account_for_rows(came_in=rows_in, screened=rows_out, rejected=rejected),
            "columns": columns,
        },
        provenance=index.provenance,
        index=describe_index(index, facts, threshold),
        policy=policy,
        fields=fields,
        rules=assessment.rules,
        coverage=assessment.coverage,
        tables=tables,
        warnings=notes(
            index,
            _summed(heard["warnings"]),
            columns=columns,
            unused_columns=sorted(set(transactions.columns) - set(columns.values())),
            fields=fields,
            hits=of_payments,
            facts=facts,
        )
        + ([] if earlier is None else notes_of_history(earlier, past_rejects, columns=columns)),
        history=earlier,
        parties=parties_source,
    )
    manifest["clock"] = steps.clock()
    return SparkResult(result=Result(tables=tables, manifest=manifest), session=session)


def require_spark() -> None:
    """Refuse to work without the extra.

    Raises:
        MissingExtraError: pyspark or pyarrow is not installed.
    """
    try:
        import pyarrow as pa  # noqa: F401, PLC0415
        import pyspark  # noqa: F401, PLC0415
    except ImportError as error:
        raise MissingExtraError(
            "Spark needs pyspark and pyarrow (install this library with its extra `spark`), and Java 17"
        ) from error


def _check_kinds(**tables: Any) -> None:
    from pyspark.sql.classic.dataframe import DataFrame  # noqa: PLC0415  # only where Spark is

    for what, given in tables.items():
        if isinstance(given, DataFrame) or (what == "history" and given is None):
            continue
        kind = type(given)
        raise ArgumentError(
            f"{what} must be a table of a Spark session, and not of Spark Connect; this is a "
            f"{kind.__module__.partition('.')[0]}.{kind.__qualname__}: use screening.screen for polars, "
            "pandas and Arrow tables and for files, or read the table with Spark"
        )


def _check_apart(batch: Any, own: str, history: Any, past: str) -> None:
    """The batch and its history share no payment: it would be counted twice."""
    shared = batch.selectExpr(f"{_quoted(own)} AS `{_ROW}`").intersect(
        history.selectExpr(f"{_quoted(past)} AS `{_ROW}`")
    )
    with typed():
        first = shared.head(1)
    if first:
        raise SchemaError(
            f"payments are both in the batch and in its history, such as {first[0][0]!r}; they would be "
            "counted twice"
        )


def _told(table: Any, columns: Mapping[str, str], task: Any, policy: Policy, plan: Plan) -> Any:
    """What the tasks tell of the rows of a table."""
    read = columns_read(table, columns, plan)
    payments = replace(policy.payments, columns=dict(read))
    names = list(dict.fromkeys(read.values()))  # a column of purposes may be read as a code and as text
    task = partial(task, policy=replace(policy, payments=payments), names=names)
    place = names.index(read["transaction_id"])
    # by number: Spark takes a name with a full stop for a path
    numbered = table.toDF(*(str(number) for number in range(len(table.columns))))
    wanted = [str(table.columns.index(name)) for name in names]
    alone, shared = _by_id(numbered.select(*wanted), wanted[place])
    told = alone.mapInArrow(partial(task, shared=False), TOLD)
    return told if shared is None else told.unionAll(shared.mapInArrow(partial(task, shared=True), TOLD))


def columns_read(table: Any, columns: Mapping[str, str], plan: Plan) -> dict[str, str]:
    """The columns that anything reads, or of which a value may be set aside: others never leave Spark."""
    wanted = set(HIT_COLUMNS)
    if plan.looking:
        wanted |= {name for partition in plan.partitions for name in partition.columns}
    texts = {name for name, kind in table.dtypes if kind == "string"}
    return {
        target: name
        for target, name in columns.items()
        if target in wanted or name not in texts or not is_plain_text(target)
    }


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _by_id(table: Any, name: str) -> tuple[Any, Any | None]:
    """The rows whose id is theirs alone, and the others by id: of those only the first is a payment."""
    from pyspark.sql import functions as f  # noqa: PLC0415  # only where Spark is

    # any white space, not blanks alone: ids that are the same once read must come to the same task
    text = f.col(_quoted(name)).cast("string")
    space = r"(?U)\s+"
    text = f.when(text.rlike(space), f.regexp_replace(text, space, "")).otherwise(text)
    # numbers are counted faster than texts; two ids of one number are merely looked at together
    key = f.when(text != "", f.xxhash64(text))
    counted = table.select(key.alias(_ROW)).filter(f.col(_ROW).isNotNull()).groupBy(_ROW).count()
    several = counted.filter("count > 1").select(_ROW)
    with typed():
        none = several.isEmpty()
    if none:
        return table, None
    alone = table.join(f.broadcast(several), key == f.col(_ROW), "left_anti")
    order = f.monotonically_increasing_id()
    shared = table.withColumn("#order", order).join(f.broadcast(several), key == f.col(_ROW), "left_semi")
    return alone, shared.repartition(key).sortWithinPartitions("#order").drop("#order")


def _saved(index: NameIndex, facts: pl.DataFrame) -> tuple[bytes, bytes]:
    """What workers compare names and parties with."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        index.save(path)
        return path.read_bytes(), bytes_of(facts)


def _hear(told: Any, kinds: Sequence[str]) -> dict[str, list[pl.DataFrame]]:
    heard: dict[str, list[pl.DataFrame]] = {kind: [] for kind in kinds}
    with typed():
        rows = told.filter(told.kind.isin(list(kinds))).collect()
    for row in rows:
        heard[row.kind].append(frame_of(bytes(row.content)))
    return heard


def _assess(dealt: Any, drawn: Plan, parts: int) -> Found:
    found = Found()
    looked: list[Any] = []
    for wave in _waves(drawn):
        if NARROWED in wave:
            sought = [table.filter(table.kind == NARROWED) for table in looked]
            source = reduce(lambda one, more: one.unionAll(more), sought).coalesce(1)
        else:
            source = dealt.filter(dealt.kind.isin(list(wave)))
            source = source.repartition(parts * min(len(wave), _TASKS), "kind", "part")
        task = partial(look_at_parts, partitions=wave, plan=drawn, fired=found.fired)
        told = source.mapInArrow(task, TOLD).persist()
        looked.append(told)
        heard = _hear(told, ("flags", "hindered", "fired"))
        founds = [Found(**{kind: table}) for kind, tables in heard.items() for table in tables]
        found = together([found, *founds])
    for table in looked:
        table.unpersist()
    return found


def _waves(drawn: Plan) -> list[dict[str, Partition]]:
    """Partitions that can be looked at together, by the kind of table that they look at."""
    waves: list[dict[str, Partition]] = [{}]
    for partition in drawn.partitions:
        fed = {rule for other in waves[-1].values() for rule in other.feeds}
        narrowed = partition.name == WHOLE and drawn.narrows
        if narrowed or fed & set(partition.needs):
            waves.append({})
        waves[-1][NARROWED if narrowed else partition.name] = partition
    return waves


def _check_versions(tasks: pl.DataFrame) -> None:
    """Parts are dealt by a hash that is the same in one version of polars only."""
    others = sorted(set(tasks["polars"]) - {pl.__version__})
    if others:
        raise RunError(
            f"workers run polars {', '.join(others)}, the driver {pl.__version__}; install one version"
        )


def _summed(warnings: list[pl.DataFrame]) -> pl.DataFrame:
    """WARNINGS of all tasks; the first row is the first of its partition."""
    every = pl.concat([WARNINGS.to_frame(), *warnings]).sort("column", "reason")
    counted = every.group_by("column", "reason", maintain_order=True)
    return counted.agg(
        pl.exclude("rows", "first_row").first(), pl.col("rows").sum(), pl.col("first_row").min()
    ).select(WARNINGS.names())
