"""What a rule found, and its translation into FLAGS: value, window, evidence, and a sentence."""

from __future__ import annotations

import dataclasses
import string
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import polars as pl

from screening.rules.windows import pack
from screening.schemas import FLAGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from screening.rules.book import Book
    from screening.rules.rule import Rule
    from screening.rules.windows import Span

__all__ = ["EVIDENCE_LIMIT", "Finding", "Money", "flags_of", "listed"]

EVIDENCE_LIMIT: Final = 20
"""Most transaction ids a flag carries: the latest ones; `evidence_count` says how many there were."""


class Money(NamedTuple):
    """An amount in minor units of the currency in which the row is measured."""

    minor: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Finding:
    """The rows on which a rule fired, and why; all arrays are aligned with `rows`.

    Attributes:
        rows: Row numbers of the book.
        value: What was measured; None where that is the weight of the flag itself.
        threshold: What it was compared with; None likewise.
        factor: Times the rule's weight: the points of each flag.
        window: Length of the window in microseconds; None for a rule that looks at the payment alone.
        spans: Slices of ledgers that hold the evidence.
        trail: Row numbers that are evidence (-1 for none), besides the row itself.
        facts: Further values that the sentence names.
        unclear: (truth by row, reason) for rows on which the rule could not decide.
    """

    rows: npt.NDArray[np.int64]
    value: npt.NDArray[Any] | float | Money | None = 1.0
    threshold: npt.NDArray[Any] | float | Money | None = 1.0
    factor: npt.NDArray[Any] | float = 1.0
    window: npt.NDArray[np.int64] | int | None = None
    spans: tuple[Span, ...] = ()
    trail: tuple[npt.NDArray[np.int64], ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    unclear: tuple[tuple[npt.NDArray[np.bool_], str], ...] = ()

    def keep(self, where: npt.NDArray[Any]) -> Finding:
        """The same finding on some of its rows, given by position or by truth values."""

        def cut(value: Any) -> Any:
            if isinstance(value, Money):
                return Money(value.minor[where])
            return value[where] if isinstance(value, np.ndarray) and value.ndim else value

        return Finding(
            rows=self.rows[where],
            value=cut(self.value),
            threshold=cut(self.threshold),
            factor=cut(self.factor),
            window=cut(self.window),
            spans=tuple(span[where] for span in self.spans),
            trail=tuple(rows[where] for rows in self.trail),
            facts={
                name: value.filter(where) if isinstance(value, pl.Series) and where.dtype == np.bool_
                else value.gather(where) if isinstance(value, pl.Series)
                else cut(value)
                for name, value in self.facts.items()
            },
            unclear=self.unclear,
        )  # fmt: skip


def listed(parts: list[tuple[npt.NDArray[np.bool_], str]]) -> pl.Series:
    """For every row the words of the parts that hold, joined by commas."""
    columns = [
        pl.select(pl.when(pl.Series(truth)).then(pl.lit(words))).to_series().alias(words)
        for truth, words in parts
    ]
    joined = pl.DataFrame(columns).select(pl.concat_str(pl.all(), separator=", ", ignore_nulls=True))
    return joined.to_series()


def flags_of(findings: Sequence[Finding], rule: Rule, book: Book) -> pl.DataFrame:
    """FLAGS of the rows that belong to the batch, one per payment: the one of most weight, then value."""
    parts = [_rows_of(finding.keep(book.batch[finding.rows]), rule, book) for finding in findings]
    if not parts:
        return FLAGS.to_frame()
    merged = parts[0] if len(parts) == 1 else pl.concat(parts)
    if (merged["row"].diff().drop_nulls() > 0).all():  # one per payment already
        return merged.select(FLAGS.names())
    order = ["row", "weight", "value", "evidence_count", "reason"]
    heaviest = merged.sort(order, descending=[False, True, True, True, False], maintain_order=True)
    return heaviest.unique("row", keep="first", maintain_order=True).select(FLAGS.names())


def _rows_of(finding: Finding, rule: Rule, book: Book) -> pl.DataFrame:
    rows = finding.rows
    if not len(rows):
        return FLAGS.to_frame().with_columns(row=pl.lit(None, dtype=pl.Int64))
    time = book.clock.time[rows]
    evidence, counted = _evidence(finding, book)
    weight = rule.weight * np.broadcast_to(np.asarray(finding.factor, np.float64), len(rows))
    value, threshold = (weight if one is None else one for one in (finding.value, finding.threshold))
    finding = dataclasses.replace(finding, value=value, threshold=threshold)
    frame = pl.DataFrame(
        {
            "transaction_id": book.ids(rows),
            "value": _major(value, rows, book),
            "threshold": _major(threshold, rows, book),
            "evidence": evidence,
            "evidence_count": counted,
            "reason": _sentence(finding, rule, book),
            "weight": weight,
            "row": rows,
        }
    )
    bounds = {name: pl.Series([None] * len(rows), dtype=pl.Int64) for name in ("window_start", "window_end")}
    if finding.window is not None:
        bounds = {"window_start": pl.Series(time - np.asarray(finding.window)), "window_end": pl.Series(time)}
    moments = [
        values.cast(pl.Datetime("us")).dt.replace_time_zone("UTC").alias(name)
        for name, values in bounds.items()
    ]
    frame = frame.with_columns(*moments, rule=pl.lit(rule.id), family=pl.lit(rule.family))
    return frame.select(
        *(pl.col(name).cast(kind) for name, kind in FLAGS.items()), pl.col("row").cast(pl.Int64)
    )


def _major(value: Any, rows: npt.NDArray[np.int64], book: Book) -> npt.NDArray[np.float64]:
    if isinstance(value, Money):
        return value.minor / 10.0 ** book.decimals(rows)
    return np.broadcast_to(np.asarray(value, np.float64), len(rows))


def _evidence(finding: Finding, book: Book) -> tuple[pl.Series, npt.NDArray[np.int64]]:
    """Ids of the latest payments behind each flag, in order of time, and how many there are in all."""
    size = len(finding.rows)
    if not finding.spans and not finding.trail:
        alone = book.ids(finding.rows).alias("evidence").to_frame().select(pl.concat_list("evidence"))
        return alone.to_series(), np.ones(size, np.int64)
    owners, found = [np.arange(size)], [finding.rows]
    total = np.zeros(size, np.int64)
    holds_itself = np.zeros(size, np.bool_)
    for span in finding.spans:
        total += span.count
        recent = type(span)(
            span.ledger, span.rows, np.maximum(span.low, span.high - EVIDENCE_LIMIT), span.high
        )
        owner, rows = recent.expand()
        owners.append(owner)
        found.append(rows)
        holds_itself |= _contains(span, finding.rows)
    for rows in finding.trail:
        there = rows >= 0
        owners.append(np.flatnonzero(there))
        found.append(rows[there])
        total += there & (rows != finding.rows)
    total += ~holds_itself
    listed = pack(np.concatenate(owners), np.concatenate(found))
    listed.sort()
    fresh = np.ones(len(listed), np.bool_)
    fresh[1:] = listed[1:] != listed[:-1]
    listed = listed[fresh]
    owner = (listed >> np.uint64(32)).astype(np.int64)
    counts = np.bincount(owner, minlength=size)
    late = np.arange(len(listed)) >= np.repeat(np.cumsum(counts) - EVIDENCE_LIMIT, counts)
    rows = (listed[late] & np.uint64(2**32 - 1)).astype(np.int64)
    ids = pl.DataFrame({"owner": pl.Series(owner[late]).set_sorted(), "id": book.ids(rows)})
    lists = (
        ids.group_by("owner", maintain_order=True).agg("id")["id"]
        if size
        else pl.Series([], dtype=FLAGS["evidence"])
    )
    return lists.alias("evidence"), total


def _contains(span: Span, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Whether a row is itself an entry of its slice."""
    mask = np.uint64(2**32 - 1)
    if not len(span.ledger.packed):
        return np.zeros(len(rows), np.bool_)
    first = span.ledger.packed[np.clip(span.low, 0, len(span.ledger.packed) - 1)]
    wanted = (first & ~mask) | rows.astype(np.uint64)
    place = np.searchsorted(span.ledger.packed, wanted)
    inside = (place >= span.low) & (place < span.high)
    at = span.ledger.packed[np.clip(place, 0, len(span.ledger.packed) - 1)]
    found: npt.NDArray[np.bool_] = inside & (at == wanted)
    return found


def _sentence(finding: Finding, rule: Rule, book: Book) -> pl.Series:
    """The rule's sentence with its parameters and the facts of each row."""
    words = {item.name: str(item) for item in rule.parameters}
    if book.in_base:
        words = {name: text.replace("base units", book.policy.base_currency) for name, text in words.items()}
    facts = {"value": finding.value, "threshold": finding.threshold, **finding.facts}
    parts: list[pl.Series | str] = []
    for text, name, _, _ in string.Formatter().parse(rule.reason):
        parts.append(text)
        if name is not None:
            parts.append(words[name] if name in words else _text(facts[name], finding.rows, book))
    columns = {f"part_{i}": part for i, part in enumerate(parts) if isinstance(part, pl.Series)}
    frame = pl.DataFrame({"row": finding.rows, **columns})
    pieces = [
        pl.col(f"part_{i}") if isinstance(part, pl.Series) else pl.lit(part) for i, part in enumerate(parts)
    ]
    return frame.with_columns(reason=pl.concat_str(pieces))["reason"]


def _text(value: Any, rows: npt.NDArray[np.int64], book: Book) -> pl.Series:
    if isinstance(value, Money):
        places = book.decimals(rows)
        power = 10**places
        whole, rest = value.minor // power, value.minor % power
        frame = pl.DataFrame(
            {"whole": whole, "rest": rest, "places": places, "currency": book.currency.series(rows)}
        )
        decimals = pl.format(".{}", pl.col("rest").cast(pl.String).str.zfill(pl.col("places")))
        tail = pl.when(pl.col("places") > 0).then(decimals).otherwise(pl.lit(""))
        return frame.select(pl.format("{}{} {}", "whole", tail, "currency")).to_series()
    if isinstance(value, pl.Series):
        return value.cast(pl.String).fill_null("?")
    series = pl.Series(np.broadcast_to(np.asarray(value), len(rows)))
    if series.dtype.is_float():
        return series.round(2).cast(pl.String).str.replace(r"\.0$", "")
    return series.cast(pl.String)
