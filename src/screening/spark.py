"""Payments in Spark: the functions of the library, carried over partitions.

    rows -> conform, find_hits, deal (in the tasks) -> look (part by part) -> gather, raise_alerts (driver)

Rows leave the tasks as tables in Arrow's file format, so that what is shuffled is few and small, and nothing
is matched or ruled otherwise than on one machine. Hits, flags and rejects come to the driver: there are few.
"""

from __future__ import annotations

import io
import tempfile
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import lru_cache, partial, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from screening.alerts import raise_alerts
from screening.audit import account_for_rows, draw_manifest
from screening.corroboration import PARTY
from screening.errors import MissingExtraError, PolicyError, RunError, SchemaError
from screening.hits import (
    IDENTIFIER_COLUMNS,
    Judged,
    carry_back,
    count_fields,
    distinct_values,
    facts_behind,
    find_hits,
    in_order,
    judge_names,
    judge_texts,
    pool,
)
from screening.index import NameIndex
from screening.payments import conform, is_plain_text
from screening.payments.columns import MAJOR, match_columns
from screening.pipeline import Result, Steps, describe_index, notes
from screening.rules import RULES
from screening.rules.partitions import IN_BATCH, PART, Found, deal, gather, look, plan, together
from screening.rules.scopes import WHOLE
from screening.schemas import HITS, NAME_COLUMNS, REJECTS, TEXT_COLUMNS, WARNINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pyarrow as pa

    from screening.policy import Policy
    from screening.rules import Rule
    from screening.rules.partitions import Partition, Plan

__all__ = ["SparkResult", "screen"]

_CHUNK: Final = 200_000  # rows of a task that are judged together: bounds its memory
_NAMES_CHUNK: Final = (
    500_000  # the same of the list channel alone: fewer columns, and names cost less together
)
_REMEMBERED: Final = 2_000_000  # names that a worker holds as judged: some 100 MB
_TOLD: Final = "kind string, part int, content binary"
_NARROWED: Final = "narrowed"
_TASKS: Final = 4  # for each part: partitions differ in what they cost, and small tasks even that out
_ROW: Final = "#row"
_TASK: Final = pl.Schema({"rows_in": pl.Int64(), "rows_out": pl.Int64(), "polars": pl.String()})
_HELD: Final = pl.Schema({"column": pl.String(), "filled": pl.Int64(), "distinct": pl.Int64()})


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
    rules: Sequence[Rule] = RULES,
    history: Any = None,
    parties: pl.DataFrame | None = None,
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
        parties: What is known of parties, as a polars frame.
        threshold: Score from which a name is a hit, in place of the policy's.
        parts: Into how many parts the rules' payments are dealt; as many as the table has partitions by
            default. A part must fit into a worker.

    Raises:
        MissingExtraError: pyspark or pyarrow is not installed.
        PolicyError: The policy asks for something that does not exist, or numbers rows.
        SchemaError: A column is missing, or payments are both in the batch and in its history.
        RunError: The counts do not add up, or a worker has another version of polars.
    """
    _require_spark()
    policy = policy or index.policy
    if policy.payments.number_rows:
        raise PolicyError("number_rows = true: rows of a Spark table have no numbers; supply transaction_id")
    steps = Steps()
    columns = match_columns(transactions.columns, policy.payments, source="the payments")
    names = {MAJOR.get(name, name) for name in columns}
    if history is not None:
        past = match_columns(history.columns, policy.payments, source="the history")
        names &= {MAJOR.get(name, name) for name in past}
        _check_apart(transactions, columns["transaction_id"], history, past["transaction_id"])
    drawn = plan(names, rules, parties=parties, policy=policy)
    parts = parts or max(1, transactions.rdd.getNumPartitions())
    session = transactions.sparkSession
    saved = session.sparkContext.broadcast(_saved(index))
    task = partial(_judge, saved=saved, threshold=threshold, plan=drawn, parts=parts)
    kinds = ("hits", "unread", "rejects", "warnings", "task", "held")
    with steps.step("screening names"):
        told = _told(transactions, columns, task, policy, drawn)
        if history is not None:
            told = told.unionAll(_told(history, past, partial(task, earlier=True), policy, drawn))
        dealt = told.persist() if drawn.looking else told
        heard = _hear(dealt, kinds)
    tasks = pl.concat([_TASK.to_frame(), *heard["task"]])
    _check_versions(tasks)
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
    held = pl.concat([_HELD.to_frame(), *heard["held"]]).group_by("column").sum()
    fields = count_fields(
        {column: (filled, distinct) for column, filled, distinct in held.sort("column").iter_rows()},
        of_payments,
        reads_texts=True,
    )
    rejected = rejects.select("source", "row").unique().height
    facts = facts_behind(index)
    manifest = draw_manifest(
        source={
            "kind": "pyspark.sql.DataFrame",
            **account_for_rows(came_in=rows_in, screened=rows_out, rejected=rejected),
            "columns": columns,
        },
        provenance=index.provenance,
        index=describe_index(index, facts, threshold),
        policy=policy,
        fields=fields,
        rules=assessment.coverage.to_dicts(),
        tables=tables,
        warnings=notes(
            index,
            _summed(heard["warnings"]),
            columns=columns,
            unused_columns=sorted(set(transactions.columns) - set(columns.values())),
            fields=fields,
            hits=of_payments,
            facts=facts,
        ),
        history=None if history is None else {"kind": "pyspark.sql.DataFrame"},
        parties=None if parties is None else {"kind": "polars.DataFrame"},
    )
    manifest["clock"] = steps.clock()
    return SparkResult(result=Result(tables=tables, manifest=manifest), session=session)


def _require_spark() -> None:
    try:
        import pyarrow as pa  # noqa: F401, PLC0415
        import pyspark  # noqa: F401, PLC0415
    except ImportError as error:
        raise MissingExtraError(
            "Spark needs the extra `screening[spark]`: pip install 'screening[spark]', and Java 17"
        ) from error


def _check_apart(batch: Any, own: str, history: Any, past: str) -> None:
    """The batch and its history share no payment: it would be counted twice."""
    shared = batch.selectExpr(f"{_quoted(own)} AS `{_ROW}`").intersect(
        history.selectExpr(f"{_quoted(past)} AS `{_ROW}`")
    )
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
    task = partial(task, policy=replace(policy, payments=payments), names=list(read.values()))
    place = list(read).index("transaction_id")
    # by number: Spark takes a name with a full stop for a path
    numbered = table.toDF(*(str(number) for number in range(len(table.columns))))
    wanted = [str(table.columns.index(name)) for name in read.values()]
    alone, shared = _by_id(numbered.select(*wanted), wanted[place])
    told = alone.mapInArrow(partial(task, shared=False), _TOLD)
    return told if shared is None else told.unionAll(shared.mapInArrow(partial(task, shared=True), _TOLD))


def columns_read(table: Any, columns: Mapping[str, str], plan: Plan) -> dict[str, str]:
    """The columns that anything reads, or of which a value may be set aside: others never leave Spark."""
    wanted = {*NAME_COLUMNS, *TEXT_COLUMNS, *IDENTIFIER_COLUMNS}
    wanted |= {f"{side}_{attribute}" for side in ("originator", "beneficiary") for attribute in PARTY}
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
    if several.isEmpty():
        return table, None
    alone = table.join(f.broadcast(several), key == f.col(_ROW), "left_anti")
    order = f.monotonically_increasing_id()
    shared = table.withColumn("#order", order).join(f.broadcast(several), key == f.col(_ROW), "left_semi")
    return alone, shared.repartition(key).sortWithinPartitions("#order").drop("#order")


def _saved(index: NameIndex) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        index.save(path)
        return path.read_bytes()


# -- in the tasks -------------------------------------------------------------------------------------------


class _Judge:
    """An index in a worker, and the names that it has judged: the same ones come in every task."""

    def __init__(self, index: NameIndex, threshold: float | None) -> None:
        self._index, self._threshold = index, threshold
        self.facts = facts_behind(index)
        self._forget()

    def _forget(self) -> None:
        self._known = pl.DataFrame(schema={"value": pl.String})
        self._names = judge_names(self._known["value"], self._index, threshold=self._threshold)

    def names(self, names: pl.Series) -> pl.DataFrame:
        """SEARCH of these names, and of others that were judged before."""
        if self._known.height > _REMEMBERED:
            self._forget()
        new = names.to_frame("value").join(self._known, on="value", how="anti")
        if new.height:
            found = judge_names(new["value"], self._index, threshold=self._threshold)
            self._known = pl.concat([self._known, new])
            self._names = pl.concat([self._names, found])
        return self._names

    def hits(self, rows: pl.DataFrame, policy: Policy) -> tuple[pl.DataFrame, pl.DataFrame]:
        """HITS of payments, and what was looked at."""
        _, values = distinct_values(rows.lazy())
        texts = judge_texts(pool(values, TEXT_COLUMNS), self._index, threshold=self._threshold)
        judged = Judged(names=self.names(pool(values, NAME_COLUMNS)), texts=texts)
        hits = carry_back(
            rows.lazy(),
            values,
            judged,
            self._index,
            facts=self.facts,
            policy=policy,
            named=policy.payments.names_required,
        )
        held = [(column, int(part["rows"].sum()), part.height) for column, part in values.items()]
        return hits, pl.DataFrame(held, schema=_HELD, orient="row")

    def hits_of_rejected(self, rows: pl.DataFrame, policy: Policy) -> pl.DataFrame:
        """HITS of rows that are no payments."""
        if rows.is_empty():
            return HITS.to_frame()
        search = partial(find_hits, facts=self.facts, policy=policy, threshold=self._threshold)
        return search(rows, self._index).table


@lru_cache(maxsize=1)
def _judge_of(saved: bytes, threshold: float | None) -> _Judge:
    """The index in a worker: loaded once, however many tasks it runs."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        path.write_bytes(saved)
        return _Judge(NameIndex.load(path), threshold)


def _judge(
    batches: Iterable[pa.RecordBatch],
    *,
    shared: bool,
    saved: Any,
    policy: Policy,
    names: Sequence[str],
    threshold: float | None,
    plan: Plan,
    parts: int,
    earlier: bool = False,
) -> Iterator[pa.RecordBatch]:
    """Conform, screen and deal out the rows of one task; of earlier payments only the last."""
    from pyspark import TaskContext  # noqa: PLC0415  # only where Spark is

    context = TaskContext.get()
    place = f"{'rows that share an id, ' if shared else ''}partition {context.partitionId()}"
    judge = _judge_of(saved.value, threshold)
    before = 0
    most = _CHUNK if plan.looking else _NAMES_CHUNK
    for chunk in _chunks(batches, None if shared else most):  # ids that come twice are told within a chunk
        chunk.columns = list(names)
        payments = conform(chunk, policy=policy, held=True)
        transactions = payments.transactions.collect()
        if not earlier:
            hits, held = judge.hits(transactions, policy)
            rejected = payments.rejected_rows.with_columns(_placed(place, before))
            rejects = payments.rejects.with_columns(pl.lit(place).alias("source"), pl.col("row") + before)
            counts = (payments.rows_in, payments.rows_out, pl.__version__)
            yield _tell("hits", hits)
            yield _tell("unread", judge.hits_of_rejected(rejected, policy))
            yield _tell("rejects", rejects)
            yield _tell("warnings", payments.warnings)
            yield _tell("held", held)
            yield _tell("task", pl.DataFrame([counts], schema=_TASK, orient="row"))
        before += payments.rows_in
        if not plan.looking:
            continue
        kept = transactions.select(name for name in transactions.columns if name in plan.columns)
        kept = kept.with_columns(pl.lit(not earlier).alias(IN_BATCH))
        for partition in plan.partitions:
            if partition.name != WHOLE or not plan.narrows:
                for (part,), rows in deal(kept, partition, parts).partition_by(PART, as_dict=True).items():
                    yield _tell(partition.name, rows, part=int(part))


def _chunks(batches: Iterable[pa.RecordBatch], most: int | None) -> Iterator[pl.DataFrame]:
    """Batches put together until they have so many rows; all of them where there is no most."""
    held: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        held.append(batch)
        rows += batch.num_rows
        if most is not None and rows >= most:
            yield pl.concat([pl.DataFrame(one) for one in held])
            held, rows = [], 0
    if rows:
        yield pl.concat([pl.DataFrame(one) for one in held])


def _placed(place: str, before: int) -> pl.Expr:
    """Ids of rows that have none: they name the partition too, for each counts its own rows."""
    number = pl.col("transaction_id").str.extract(r"^row-(\d+)$").cast(pl.Int64) + before
    return pl.coalesce(pl.format(f"{place} row-{{}}", number), "transaction_id").alias("transaction_id")


def _look(
    batches: Iterable[pa.RecordBatch], *, partitions: Mapping[str, Partition], plan: Plan, fired: pl.DataFrame
) -> Iterator[pa.RecordBatch]:
    """Look at all parts that a task was given; `partitions` are those of each kind of table."""
    parts: dict[tuple[str, int], list[bytes]] = defaultdict(list)
    for batch in batches:
        for row in batch.to_pylist():
            parts[row["kind"], row["part"]].append(row["content"])
    for kind, part in sorted(parts):
        # compressed until their turn comes
        held = pl.concat(map(_frame, parts.pop((kind, part))))
        if PART not in held.columns:  # sought out for the whole, perhaps more than once
            held = deal(held.unique("transaction_id", maintain_order=True), partitions[kind], 1)
        found = look(held, partitions[kind], plan, fired=fired)
        yield _tell("flags", found.flags, part=part)
        yield _tell("hindered", found.hindered, part=part)
        yield _tell("fired", found.fired, part=part)
        if found.narrowed is not None:
            yield _tell(_NARROWED, found.narrowed)


def _tell(kind: str, table: pl.DataFrame, *, part: int = 0) -> pa.RecordBatch:
    import pyarrow as pa  # noqa: PLC0415  # only where Spark is

    content = io.BytesIO()
    table.write_ipc(content, compression="zstd")
    schema = pa.schema([("kind", pa.string()), ("part", pa.int32()), ("content", pa.binary())])
    return pa.record_batch([[kind], [part], [content.getvalue()]], schema=schema)


def _frame(content: bytes) -> pl.DataFrame:
    return pl.read_ipc(io.BytesIO(content))


# -- on the driver ------------------------------------------------------------------------------------------


def _hear(told: Any, kinds: Sequence[str]) -> dict[str, list[pl.DataFrame]]:
    heard: dict[str, list[pl.DataFrame]] = {kind: [] for kind in kinds}
    for row in told.filter(told.kind.isin(list(kinds))).collect():
        heard[row.kind].append(_frame(bytes(row.content)))
    return heard


def _assess(dealt: Any, drawn: Plan, parts: int) -> Found:
    found = Found()
    looked: list[Any] = []
    for wave in _waves(drawn):
        if _NARROWED in wave:
            sought = [table.filter(table.kind == _NARROWED) for table in looked]
            source = reduce(lambda one, more: one.unionAll(more), sought).coalesce(1)
        else:
            source = dealt.filter(dealt.kind.isin(list(wave)))
            source = source.repartition(parts * min(len(wave), _TASKS), "kind", "part")
        task = partial(_look, partitions=wave, plan=drawn, fired=found.fired)
        told = source.mapInArrow(task, _TOLD).persist()
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
        waves[-1][_NARROWED if narrowed else partition.name] = partition
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
