"""What is done to one part of a run: functions of a module, so that workers can be told of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import polars as pl
import polars.selectors as cs

from screening.alerts import raise_alerts
from screening.hits import (
    Judged,
    carry_back,
    count_values,
    distinct_identifiers,
    distinct_values,
    judge_names,
    judge_texts,
    pool,
)
from screening.payments import (
    ID,
    KEY,
    PROBLEM,
    Source,
    find_troubled,
    open_files,
    readable,
    reading,
    scan,
)
from screening.schemas import NAME_COLUMNS, TEXT_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from screening.payments import InputFile, Part
    from screening.runs.crew import Desk
    from screening.runs.workplace import Workplace

__all__ = [
    "CHANNELS",
    "PROBLEMS",
    "REJECTED",
    "can_be_sliced",
    "conformed",
    "find_hits_of_part",
    "judge_part",
    "kept_rows",
    "raise_alerts_of_share",
    "read_slice",
    "seal_batch",
    "share_values",
]

_SLICED: Final = (b"PAR1", b"ARROW1")  # how files begin of which any rows can be found
CHANNELS: Final = {"names": NAME_COLUMNS, "texts": TEXT_COLUMNS}
REJECTED: Final = "rejected"
"""Part that holds the KEY of each row that is no payment."""
PROBLEMS: Final = "problems"
"""How the name of a part begins that holds what is wrong with rows of a batch."""


def can_be_sliced(path: Path) -> bool:
    """Whether rows in the middle of a file can be read without all before them."""
    with path.open("rb") as file:
        return file.read(6).startswith(_SLICED)


def read_slice(
    desk: Desk, part: str, *, files: Sequence[tuple[InputFile, int, int]], columns: Mapping[str, str],
    alone: bool, start: int, rows: int, row_name: str,
) -> None:  # fmt: skip
    """Read some rows of files of one layout, each with its number in the source and how many rows it has."""
    held = [file for file, _, _ in files]
    with reading(held):
        opened = open_files([(file.name, file.path) for file in held], desk.policy.payments)
        stretch = [
            replace(file, number=number, rows=count)
            for file, (_, number, count) in zip(opened, files, strict=True)
        ]
        source = Source(parts=stretch, columns=columns, policy=desk.policy, row_name=row_name, alone=alone)
        with readable(source):
            batch = conformed(source, stretch, scan(stretch).slice(start, rows))
    seal_batch(desk.place, part, batch)


def conformed(source: Source, stretch: Sequence[Part], frame: pl.LazyFrame) -> pl.DataFrame:
    """What is kept of some rows of a stretch: key, values, problems and the hash of the id."""
    rows = source.read_some(stretch, frame)
    columns = [name for name in rows.collect_schema().names() if not name.startswith("raw:")]
    staged = rows.select(*columns, pl.col("transaction_id").hash().alias(ID))
    return staged.collect(engine="streaming")


def seal_batch(place: Workplace, part: str, batch: pl.DataFrame) -> None:
    """Seal rows of `conformed`; their problems, which few rows have, lie beside them."""
    problems = f"{PROBLEMS}-{part}"
    place.seal(problems, find_troubled(batch.lazy()).collect())
    # sealed last: with it, the other is there
    place.seal(part, batch.drop(cs.starts_with(PROBLEM)), beside=[problems])


def kept_rows(place: Workplace, batch: str, role: str) -> pl.LazyFrame:
    """The payments among the rows of a batch; `batch` may be the beginning of several names."""
    rejected = place.scan(f"{role}-{REJECTED}").collect()[KEY]
    rows = place.scan(batch)
    return rows if rejected.is_empty() else rows.filter(~pl.col(KEY).is_in(rejected.implode()))


def share_values(desk: Desk, part: str, *, share: int, shares: int, columns: Sequence[str]) -> None:
    """Distinct names and texts of a share of all values."""
    rows = kept_rows(desk.place, "payments-0", "payments").select(columns)
    _, own = distinct_values(rows, share=share, shares=shares)
    _, others = distinct_values(desk.place.scan("unread"), share=share, shares=shares)
    distinct = {f"distinct-{channel}-{share:04}": wanted for channel, wanted in CHANNELS.items()}
    for name, wanted in distinct.items():
        values = pl.concat([pool(own, wanted), pool(others, wanted)]).sort()
        desk.place.seal(name, values.filter(values.ne_missing(values.shift())).to_frame("value"))
    # sealed last: with it, the others are there
    desk.place.seal(part, pl.DataFrame(), beside=[*distinct], held=count_values(own))


def judge_part(desk: Desk, part: str, *, channel: str, source: str, start: int, length: int) -> None:
    """Judge a stretch of the distinct names or texts."""
    values = desk.place.scan(source).slice(start, length).collect()["value"]
    judge = judge_names if channel == "names" else judge_texts
    desk.place.seal(part, judge(values, desk.index, threshold=desk.threshold).drop("query_id"))


def find_hits_of_part(desk: Desk, part: str, *, batch: str, columns: list[str], payments: bool) -> None:
    """Hits of one batch of payments, or of the rows that were rejected."""
    rows = kept_rows(desk.place, batch, "payments") if payments else desk.place.scan(batch)
    named = payments and desk.policy.payments.names_required
    frame = rows.select(columns).collect()
    judged = Judged(names=_judged(desk, "names", frame), texts=_judged(desk, "texts", frame))
    table = carry_back(
        frame.lazy(), distinct_identifiers(frame), judged, desk.index, facts=desk.facts, policy=desk.policy,
        named=named,
    )  # fmt: skip
    desk.place.seal(part, table, size=table.estimated_size())


def _judged(desk: Desk, channel: str, payments: pl.DataFrame) -> pl.DataFrame:
    """What was said of the names or texts of some payments; of others too, where little was said at all."""
    found = desk.place.scan(f"judged-{channel}-")
    if found.select(pl.len()).collect().item() <= payments.height:
        return found.collect()
    held = [payments[name].alias("query") for name in CHANNELS[channel] if name in payments.columns]
    wanted = pl.concat([pl.Series("query", dtype=pl.String), *held]).to_frame().lazy()
    return found.join(wanted, on="query", how="semi").collect(engine="streaming")


def raise_alerts_of_share(desk: Desk, part: str, *, share: int, shares: int) -> None:
    """Alerts of a share of the payments with a hit or a flag."""
    mine = pl.col("transaction_id").hash() % shares == share
    hits, flags = (desk.place.scan(name).filter(mine).collect() for name in ("hits-", "flags-"))
    desk.place.seal(part, raise_alerts(hits, flags, policy=desk.policy.outcomes))
