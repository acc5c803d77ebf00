"""What the tasks of a Spark job do: judge rows and deal them out, or look at parts.

Rows leave a task as tables in Arrow's file format, so that what is shuffled is few and small.
"""

from __future__ import annotations

import io
import tempfile
from collections import defaultdict
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from screening.hits import (
    Judged,
    carry_back,
    count_values,
    distinct_identifiers,
    distinct_values,
    find_hits,
    judge_names,
    judge_texts,
    pool,
)
from screening.index import NameIndex
from screening.payments import conform
from screening.rules.history import as_the_batch
from screening.rules.looking import look
from screening.rules.partitions import IN_BATCH, PART, deal
from screening.rules.scopes import WHOLE
from screening.schemas import HITS, NAME_COLUMNS, TEXT_COLUMNS, TRANSACTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pyarrow as pa

    from screening.policy import Policy
    from screening.rules.partitions import Partition, Plan

__all__ = ["HELD", "NARROWED", "TASK", "TOLD", "bytes_of", "frame_of", "judge_rows", "look_at_parts"]

TOLD: Final = "kind string, part int, content binary"
"""Columns of what tasks tell: a kind of table, its part, and the table."""
NARROWED: Final = "narrowed"
"""Kind of the payments that rules over several accounts asked for."""
TASK: Final = pl.Schema({"rows_in": pl.Int64(), "rows_out": pl.Int64(), "polars": pl.String()})
"""What a task says of itself."""
HELD: Final = pl.Schema(
    {"column": pl.String(), "filled": pl.Int64(), "distinct": pl.Int64(), "not_names": pl.Int64()}
)
"""What was looked at, by column."""

_CHUNK: Final = 200_000  # rows of a task that are judged together: bounds its memory
_NAMES_CHUNK: Final = (
    500_000  # the same of the list channel alone: fewer columns, and names cost less together
)
_REMEMBERED: Final = 2_000_000  # names that a worker holds as judged: some 100 MB


class _Judge:
    """An index in a worker, and the names that it has judged: the same ones come in every task."""

    def __init__(self, index: NameIndex, facts: pl.DataFrame, threshold: float | None) -> None:
        self._index, self._threshold = index, threshold
        self.facts = facts
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
            distinct_identifiers(rows),
            judged,
            self._index,
            facts=self.facts,
            policy=policy,
            named=policy.payments.names_required,
        )
        held = [(column, *counts) for column, counts in count_values(values).items()]
        return hits, pl.DataFrame(held, schema=HELD, orient="row")

    def hits_of_rejected(self, rows: pl.DataFrame, policy: Policy) -> pl.DataFrame:
        """HITS of rows that are no payments."""
        if rows.is_empty():
            return HITS.to_frame()
        search = partial(find_hits, facts=self.facts, policy=policy, threshold=self._threshold)
        return search(rows, self._index).table


@lru_cache(maxsize=1)
def _judge_of(saved: tuple[bytes, bytes], threshold: float | None) -> _Judge:
    """The index and the facts in a worker: loaded once, however many tasks it runs."""
    index, facts = saved
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        path.write_bytes(index)
        return _Judge(NameIndex.load(path), frame_of(facts), threshold)


def judge_rows(
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
    """Conform, screen and deal out the rows of one task; but earlier payments are not screened."""
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
        rejects = payments.rejects.with_columns(pl.lit(place).alias("source"), pl.col("row") + before)
        counts = pl.DataFrame(
            [(payments.rows_in, payments.rows_out, pl.__version__)], schema=TASK, orient="row"
        )
        yield _tell("past rejects" if earlier else "rejects", rejects)
        yield _tell("past task" if earlier else "task", counts)
        if not earlier:
            hits, held = judge.hits(transactions, policy)
            rejected = payments.rejected_rows.with_columns(_placed(place, before))
            yield _tell("hits", hits)
            yield _tell("unread", judge.hits_of_rejected(rejected, policy))
            yield _tell("warnings", payments.warnings)
            yield _tell("held", held)
        before += payments.rows_in
        if not plan.looking:
            continue
        kinds = {name: kind for name, kind in TRANSACTIONS.items() if name in plan.columns}
        kept = transactions.select(name for name in transactions.columns if name in kinds)
        if earlier:
            kept = as_the_batch(transactions.lazy(), kinds, policy=policy.rules).collect()
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


def look_at_parts(
    batches: Iterable[pa.RecordBatch], *, partitions: Mapping[str, Partition], plan: Plan, fired: pl.DataFrame
) -> Iterator[pa.RecordBatch]:
    """Look at all parts that a task was given; `partitions` are those of each kind of table."""
    parts: dict[tuple[str, int], list[bytes]] = defaultdict(list)
    for batch in batches:
        for row in batch.to_pylist():
            parts[row["kind"], row["part"]].append(row["content"])
    for kind, part in sorted(parts):
        # compressed until their turn comes
        held = pl.concat(map(frame_of, parts.pop((kind, part))))
        if PART not in held.columns:  # sought out for the whole, perhaps more than once
            held = deal(held.unique("transaction_id", maintain_order=True), partitions[kind], 1)
        found = look(held, partitions[kind], plan, fired=fired)
        yield _tell("flags", found.flags, part=part)
        yield _tell("hindered", found.hindered, part=part)
        yield _tell("fired", found.fired, part=part)
        if found.narrowed is not None:
            yield _tell(NARROWED, found.narrowed)


def _tell(kind: str, table: pl.DataFrame, *, part: int = 0) -> pa.RecordBatch:
    import pyarrow as pa  # noqa: PLC0415  # only where Spark is

    schema = pa.schema([("kind", pa.string()), ("part", pa.int32()), ("content", pa.binary())])
    return pa.record_batch([[kind], [part], [bytes_of(table)]], schema=schema)


def bytes_of(table: pl.DataFrame) -> bytes:
    """A table as it is sent."""
    content = io.BytesIO()
    table.write_ipc(content, compression="zstd")
    return content.getvalue()


def frame_of(content: bytes) -> pl.DataFrame:
    """The table that was sent."""
    return pl.read_ipc(io.BytesIO(content))
