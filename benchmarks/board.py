"""Rows of the accuracy board, the frozen file, and the verdict on each row.

A row that is worse than its frozen twin fails the board. It can be frozen all the same, with a reason, which
then stands beside it in git for as long as the row stays below what it was.
"""

from __future__ import annotations

import csv
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Final, Literal

from scipy.stats import binomtest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

Better = Literal["higher", "lower"]
Verdict = Literal["same", "better", "worse", "new", "gone", "counts", "elsewhere"]

SIGNS: Final[dict[Verdict, str]] = {
    "same": "",
    "better": "better",
    "worse": "WORSE",
    "new": "new",
    "gone": "GONE",
    "counts": "other counts",
    "elsewhere": "",
}
DIGITS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One number of the board. `value` is None where the thing to be measured does not exist yet."""

    section: str
    measure: str
    item: str
    value: float | None
    found: int | None = None
    of: int | None = None
    low: float | None = None
    high: float | None = None
    better: Better = "higher"
    reach: float | None = None
    reason: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.section, self.measure, self.item


def interval(found: int, of: int) -> tuple[float, float]:
    """Wilson interval of a share, 95 %."""
    both = binomtest(found, of).proportion_ci(confidence_level=0.95, method="wilson")
    return round(float(both.low), DIGITS), round(float(both.high), DIGITS)


def share(
    section: str,
    measure: str,
    item: str,
    found: int,
    of: int,
    *,
    better: Better = "higher",
    per: float = 1.0,
    reach: float | None = None,
) -> Row:
    """A row for `found` out of `of`, with its interval; `per` 1000 for a rate per thousand."""
    low, high = interval(found, of) if 0 <= found <= of and of else (0.0, 1.0)
    return Row(
        section=section,
        measure=measure,
        item=item,
        value=round(per * found / of, DIGITS) if of else None,
        found=found,
        of=of,
        low=round(per * low, DIGITS),
        high=round(per * high, DIGITS),
        better=better,
        reach=reach,
    )


def plain(
    section: str,
    measure: str,
    item: str,
    value: float | None,
    *,
    better: Better = "higher",
    reach: float | None = None,
) -> Row:
    """A row that is no share of anything."""
    kept = None if value is None else round(value, DIGITS)
    return Row(section=section, measure=measure, item=item, value=kept, better=better, reach=reach)


def verdict(row: Row, frozen: Row | None) -> Verdict:
    """How a measured row stands to its frozen twin."""
    if frozen is None:
        return "new"
    if row.value == frozen.value:
        return "same" if (row.found, row.of) == (frozen.found, frozen.of) else "counts"
    if row.value is None:
        return "worse"
    if frozen.value is None:
        return "better"
    return "better" if (row.value > frozen.value) == (row.better == "higher") else "worse"


def compare(measured: Sequence[Row], frozen: Sequence[Row]) -> list[tuple[Row, Row | None, Verdict]]:
    """Every row of both, in the order of the board; a frozen section that was not measured is left alone."""
    known = {row.key: row for row in frozen}
    result: list[tuple[Row, Row | None, Verdict]] = [
        (row, known.get(row.key), verdict(row, known.get(row.key))) for row in measured
    ]
    here = {row.key for row in measured}
    sections = {row.section for row in measured}
    absent = [row for row in frozen if row.key not in here]
    return result + [(row, row, "gone" if row.section in sections else "elsewhere") for row in absent]


class UnexplainedLossError(Exception):
    """A worse row was to be frozen without a reason."""


def refreeze(measured: Sequence[Row], frozen: Sequence[Row], *, reason: str) -> list[Row]:
    """The rows to keep: measured ones, and those of sections that were not measured.

    Raises:
        UnexplainedLossError: A row is worse, or gone, and no reason is given.
    """
    judged = compare(measured, frozen)
    lost = [row for row, _, sign in judged if sign in ("worse", "gone")]
    if lost and not reason:
        names = "; ".join(" / ".join(row.key) for row in lost[:5])
        raise UnexplainedLossError(f"{len(lost)} rows are worse or gone ({names}); say why: REASON='...'")
    kept = []
    for row, old, sign in judged:
        if sign == "worse":
            kept.append(replace(row, reason=reason))
        elif sign in ("same", "counts") and old is not None:
            kept.append(replace(row, reason=old.reason))
        elif sign != "gone":
            kept.append(row)
    return sorted(kept, key=lambda row: row.section)


def read(path: Path) -> list[Row]:
    """Rows of a frozen file; none if there is no file yet."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [_parsed(line) for line in csv.DictReader(file)]


def _parsed(line: dict[str, str]) -> Row:
    return Row(
        section=line["section"],
        measure=line["measure"],
        item=line["item"],
        value=_number(line["value"]),
        found=_count(line["found"]),
        of=_count(line["of"]),
        low=_number(line["low"]),
        high=_number(line["high"]),
        better="lower" if line["better"] == "lower" else "higher",
        reach=_number(line["reach"]),
        reason=line["reason"],
    )


def _number(text: str) -> float | None:
    return float(text) if text else None


def _count(text: str) -> int | None:
    return int(text) if text else None


def write(rows: Iterable[Row], path: Path) -> None:
    """Freeze rows as CSV, one per line, so that git shows what moved."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Row)], lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({key: _text(value) for key, value in asdict(row).items()})


def _text(value: object) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def lines(judged: Iterable[tuple[Row, Row | None, Verdict]]) -> Iterable[str]:
    """The board as text."""
    section = measure = ""
    for row, old, sign in judged:
        if sign == "elsewhere":
            continue
        if (row.section, row.measure) != (section, measure):
            section, measure = row.section, row.measure
            yield ""
            yield f"{section}: {measure}"
        yield _line(row, old, sign)


def _line(row: Row, old: Row | None, sign: Verdict) -> str:
    value = "not available" if row.value is None else f"{row.value:.4f}"
    counts = "" if row.of is None else f"{row.found:>6,} of {row.of:<7,}"
    around = "" if row.low is None else f"[{row.low:.3f}, {row.high:.3f}]"
    missed = ""
    if row.reach is not None and row.value is not None:
        short = row.value < row.reach if row.better == "higher" else row.value > row.reach
        missed = f"{'MISSES' if short else 'reaches'} {row.reach:g}"
    was = (
        f"{SIGNS[sign]} (was {old.value:g})"
        if old and old.value is not None and sign in ("better", "worse")
        else SIGNS[sign]
    )
    why = (
        f"because: {row.reason or (old.reason if old else '')}" if row.reason or (old and old.reason) else ""
    )
    return f"  {row.item:34} {value:>13}  {counts:18} {around:18} {missed:14} {was} {why}".rstrip()


def elsewhere(judged: Iterable[tuple[Row, Row | None, Verdict]]) -> list[str]:
    """Frozen sections that could not be measured here."""
    return list(dict.fromkeys(row.section for row, _, sign in judged if sign == "elsewhere"))
