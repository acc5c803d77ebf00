"""Transactions x name index -> HITS: every field that names someone, against everyone listed.

A text is judged once, however many payments carry it, and only hits are joined back. What could not be
judged comes back as `unscreenable`; a column that is not there is counted as absent. Neither is a clear.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

import polars as pl

from screening.corroboration import PARTY, with_corroboration, with_tiers
from screening.hit_reasons import PLACE, with_reasons
from screening.identifiers import listed_numbers, numbers_met
from screening.party_fields import more_than_a_name, no_name
from screening.schemas import HITS, NAME_COLUMNS, TEXT_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from screening.policy import OutcomePolicy, Policy

__all__ = [
    "FIELDS",
    "HITS_ORDER",
    "HIT_COLUMNS",
    "IDENTIFIER_COLUMNS",
    "SCREENED",
    "Hits",
    "Judged",
    "Searchable",
    "carry_back",
    "count_fields",
    "count_values",
    "distinct_identifiers",
    "distinct_values",
    "find_hits",
    "in_order",
    "judge_names",
    "judge_texts",
    "pool",
]

IDENTIFIER_COLUMNS: Final = {
    "originator_bic": ("originator", "bic"),
    "beneficiary_bic": ("beneficiary", "bic"),
    "originator_agent_bic": ("originator_agent", "bic"),
    "beneficiary_agent_bic": ("beneficiary_agent", "bic"),
    "intermediary_bics": ("intermediary", "bic"),
    "originator_national_id": ("originator", "document"),
    "beneficiary_national_id": ("beneficiary", "document"),
    "originator_lei": ("originator", "lei"),
    "beneficiary_lei": ("beneficiary", "lei"),
}
"""Column -> role, and which identifiers of the list it is compared with."""

SCREENED: Final = (*NAME_COLUMNS, *TEXT_COLUMNS, *IDENTIFIER_COLUMNS)
"""Columns that are compared with the list."""

_SIDES: Final = ("originator", "beneficiary")

HIT_COLUMNS: Final = frozenset(
    {"transaction_id", *SCREENED, *(f"{side}_{suffix}" for side in _SIDES for suffix in PARTY)}
)
"""Columns that hits are made of: what is compared with the list, and what is known of parties beside."""

FIELDS: Final = pl.Schema(
    {
        "column": pl.String(),
        "channel": pl.String(),  # name, text, identifier
        "status": pl.String(),  # screened, absent (no such column)
        "filled": pl.Int64(),  # rows with a value
        "distinct": pl.Int64(),  # different values, each judged once
        "unscreenable": pl.Int64(),  # rows whose value could not be judged
        "not_names": pl.Int64(),  # rows of a name column whose value looks like a number, a code or a date
        "hits": pl.Int64(),
    }
)
"""What was looked at: the proof behind a clean result."""

HITS_ORDER: Final = ("transaction_id", "field", "score", "reference", "listed_name", "query")
"""Columns by which hits are in order, the score downward and nulls last; no two hits are equal in all."""

_OWN: Final = ("name", "national_id", "lei")
"""Columns of a side that are of the party itself, so that its other columns speak for or against a hit.
An address or a message may name somebody else, and a BIC is of a bank."""

_FOUND: Final = pl.Schema(
    {**{k: v for k, v in HITS.items() if k not in ("reasons", "corroboration", "tier")}, **PLACE}
)
_GIVEN: Final = pl.Schema({f"party_{attribute}": pl.String() for attribute in PARTY.values()})


class Searchable(Protocol):
    """What is asked of a `NameIndex`."""

    @property
    def policy(self) -> Policy:
        """Its thresholds are those of searches that say nothing else."""

    @property
    def names(self) -> pl.DataFrame:
        """LISTED_NAMES that are searched."""

    @property
    def identifiers(self) -> pl.DataFrame:
        """Identifiers of the designations that are searched, as in `SanctionsList.identifiers`."""

    @property
    def facts(self) -> pl.DataFrame:
        """FACTS of the designations that are searched."""

    def search(self, names: pl.Series, *, threshold: float | None = None) -> pl.DataFrame:
        """SEARCH: one row per name and designation, and one per name that cannot be judged."""

    def scan_text(self, texts: pl.Series, *, threshold: float | None = None) -> pl.DataFrame:
        """TEXT_SEARCH: the same for listed names inside texts."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hits:
    """Hits, and what was looked at to find them.

    Attributes:
        rows: Rows of the table of payments, counted while they were screened.
        table: HITS, ordered by payment, field, score and reference.
        fields: FIELDS, one row per column that can name someone.
    """

    rows: int = 0
    table: pl.DataFrame = field(default_factory=HITS.to_frame)
    fields: pl.DataFrame = field(default_factory=FIELDS.to_frame)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judged:
    """What the index said of names and texts, each judged once.

    Attributes:
        names: SEARCH without `query_id`: names that resemble a listed one or cannot be judged.
        texts: The same for free texts.
    """

    names: pl.DataFrame
    texts: pl.DataFrame


def find_hits(
    transactions: pl.DataFrame | pl.LazyFrame,
    index: Searchable,
    *,
    facts: pl.DataFrame | None = None,
    policy: Policy | None = None,
    threshold: float | None = None,
    named: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Hits:
    """Screen every party name, free text and identifier of a table of payments.

    Args:
        transactions: TRANSACTIONS; columns that are not there are counted as absent.
        index: A `NameIndex`.
        facts: FACTS of the list, with which hits are corroborated; those behind the index by default.
        policy: Its `outcomes` and `corroboration` give each hit its tier; the index's own by default.
        threshold: Score from which a name is a hit; the index's own by default.
        named: Whether every payment must name a party: one that names nobody cannot be judged.
        progress: Told in words what is being done.
    """
    say = progress or (lambda _: None)
    frame = transactions.lazy()
    rows, values = distinct_values(frame)
    names, texts = pool(values, NAME_COLUMNS), pool(values, TEXT_COLUMNS)
    say(f"screening {names.len():,} distinct names")
    by_name = judge_names(names, index, threshold=threshold)
    if texts.len():
        say(f"reading {texts.len():,} distinct texts")
    judged = Judged(names=by_name, texts=judge_texts(texts, index, threshold=threshold))
    identifiers = {column: values[column]["value"] for column in IDENTIFIER_COLUMNS if column in values}
    table = carry_back(
        frame, identifiers, judged, index, facts=facts, policy=policy, named=named, progress=progress
    )
    fields = count_fields(count_values(values), table)
    return Hits(rows=rows, table=table, fields=fields)


def judge_names(names: pl.Series, index: Searchable, *, threshold: float | None = None) -> pl.DataFrame:
    """Judge distinct names, and those that hold more than a name also as texts.

    A text needs the policy's `text_threshold`, or the caller's threshold if that is higher.

    Returns:
        SEARCH, and where in the name the listed one stands; null where it is compared as a whole.
    """
    whole = [pl.lit(None, dtype=kind).alias(name) for name, kind in PLACE.items()]
    by_name = index.search(names, threshold=threshold).with_columns(whole)
    longer = names.filter(more_than_a_name(names))
    in_part = _best_in_text(index.scan_text(longer, threshold=_of_texts(threshold, index)))
    return _with_parts(by_name, in_part, index.policy.outcomes)


def judge_texts(texts: pl.Series, index: Searchable, *, threshold: float | None = None) -> pl.DataFrame:
    """Judge distinct texts: TEXT_SEARCH, one row per text and designation, and one per unscreenable text.

    A text needs the policy's `text_threshold`, or the caller's threshold if that is higher.
    """
    return _best_in_text(index.scan_text(texts, threshold=_of_texts(threshold, index)))


def _of_texts(threshold: float | None, index: Searchable) -> float:
    lowest = index.policy.names.text_threshold
    return lowest if threshold is None else max(threshold, lowest)


def carry_back(
    frame: pl.LazyFrame,
    identifiers: Mapping[str, pl.Series],
    judged: Judged,
    index: Searchable,
    *,
    facts: pl.DataFrame | None = None,
    policy: Policy | None = None,
    named: bool = False,
    progress: Callable[[str], None] | None = None,
) -> pl.DataFrame:
    """HITS of payments from what was judged: joined, explained, corroborated, in order.

    Args:
        frame: TRANSACTIONS.
        identifiers: Their `distinct_identifiers`.
        judged: What the index said of their names and texts; it may say more.
        index: The index, for its names and identifiers.
        facts: See `find_hits`.
        policy: See `find_hits`.
        named: See `find_hits`.
        progress: See `find_hits`.
    """
    policy = policy or index.policy
    facts = index.facts if facts is None else facts
    present = set(frame.collect_schema().names())
    numbers = listed_numbers(index.identifiers)
    matched = {
        **{column: (role, judged.names) for column, role in NAME_COLUMNS.items()},
        **{column: (role, judged.texts) for column, role in TEXT_COLUMNS.items()},
        **{
            column: (
                role,
                numbers_met(
                    identifiers[column],
                    numbers.filter(pl.col("kind") == kind),
                    policy.corroboration.shortest_document,
                ),
            )
            for column, (role, kind) in IDENTIFIER_COLUMNS.items()
            if column in identifiers
        },
    }
    found = [
        _carried_back(frame, column, *met, present) for column, met in matched.items() if column in present
    ]
    found += [_nameless(frame, present)] if named else []
    empty = pl.DataFrame(schema=_FOUND | _GIVEN)
    raw = pl.concat([part for part in pl.collect_all(found) if part.height] or [empty])
    if progress is not None:
        progress(f"explaining {raw.height:,} hits")
    table = with_corroboration(with_reasons(raw, index.names), facts, policy=policy.corroboration)
    return in_order(with_tiers(table, policy=policy.outcomes).select(HITS.names()))


def in_order(hits: pl.DataFrame) -> pl.DataFrame:
    """HITS by payment, field, score downward and reference."""
    return hits.sort(HITS_ORDER, descending=[name == "score" for name in HITS_ORDER], nulls_last=True)


def _with_parts(by_name: pl.DataFrame, in_part: pl.DataFrame, outcomes: OutcomePolicy) -> pl.DataFrame:
    """Hits of whole names, or of listed names that are a part of what stands in the field: the better one.

    Here too a weak alias that may not suspend never hides a strong name that does.
    """
    suspends = (pl.col("score") >= outcomes.suspends_at(pl.lit(value=False))).fill_null(value=False)
    parts = in_part.filter(pl.col("status") == "hit").select(
        pl.col(name).cast(kind) for name, kind in by_name.schema.items()
    )
    return (
        pl.concat([by_name, parts])
        .sort(suspends, "score", descending=True, nulls_last=True, maintain_order=True)
        .unique(["query", "reference"], keep="first", maintain_order=True)
    )


def distinct_values(
    frame: pl.LazyFrame, *, share: int = 0, shares: int = 1
) -> tuple[int, dict[str, pl.DataFrame]]:
    """All rows counted, and column -> its distinct filled values with the rows that carry each.

    Args:
        frame: TRANSACTIONS.
        share: Which share of the values is wanted: the shares together are all values, each of them once.
        shares: How many shares there are; one of many takes less memory.
    """
    present = set(frame.collect_schema().names())
    columns = [c for c in (*NAME_COLUMNS, *TEXT_COLUMNS, *IDENTIFIER_COLUMNS) if c in present]
    wanted = pl.lit(value=True) if shares == 1 else pl.col("value").hash() % shares == share
    # one column after the other: together they would hold what each of them reads
    values = {
        column: frame.select(value=column)
        .drop_nulls()
        .filter(wanted)
        .group_by("value")
        .agg(rows=pl.len().cast(pl.Int64))
        .collect(engine="streaming")
        for column in columns
    }
    return int(frame.select(pl.len()).collect(engine="streaming").item()), values


def distinct_identifiers(payments: pl.DataFrame) -> dict[str, pl.Series]:
    """Column of identifiers -> its distinct filled values."""
    present = [column for column in IDENTIFIER_COLUMNS if column in payments.columns]
    return {column: payments[column].drop_nulls().unique() for column in present}


def count_values(values: Mapping[str, pl.DataFrame]) -> dict[str, tuple[int, int, int]]:
    """Column -> rows with a value, how many different values, and rows whose value looks like no name.

    Rows are counted, so that the sums of parts are those of the whole.
    """
    return {
        column: (
            int(part["rows"].sum()),
            part.height,
            int(part.filter(no_name(part["value"]))["rows"].sum()) if column in NAME_COLUMNS else 0,
        )
        for column, part in values.items()
    }


def pool(values: Mapping[str, pl.DataFrame], columns: Mapping[str, str]) -> pl.Series:
    """The distinct values of several columns together."""
    parts = [values[column]["value"] for column in columns if column in values]
    return pl.concat(parts).unique() if parts else pl.Series("value", dtype=pl.String)


def _best_in_text(found: pl.DataFrame) -> pl.DataFrame:
    """A designation named twice in one text is one hit, by its best place."""
    return (
        found.sort(["query_id", "reference", "score", "start"], descending=[False, False, True, False])
        .unique(["query_id", "reference"], keep="first", maintain_order=True)
        .with_columns(status=pl.col("status") if "status" in found.columns else pl.lit("hit"))
    )


def _nameless(frame: pl.LazyFrame, present: set[str]) -> pl.LazyFrame:
    """Payments that name nobody: nothing of them was compared with the list, so they are no clear."""
    columns = [name for name in NAME_COLUMNS if name in present]
    if not columns:
        return pl.LazyFrame(schema=_FOUND | _GIVEN)
    known = {
        "transaction_id": pl.col("transaction_id"),
        "role": pl.lit(NAME_COLUMNS[columns[0]]),
        "field": pl.lit(columns[0]),
        "status": pl.lit("unscreenable"),
    }
    return frame.filter(pl.all_horizontal(pl.col(columns).is_null())).select(
        known.get(name, pl.lit(None)).cast(kind).alias(name) for name, kind in (_FOUND | _GIVEN).items()
    )


def _carried_back(
    frame: pl.LazyFrame, column: str, role: str, matched: pl.DataFrame, present: set[str]
) -> pl.LazyFrame:
    """Rows of payments whose value met someone, with what else is known of that party."""
    kept = [name for name in _FOUND if name in matched.columns]
    side, _, part = column.partition("_")
    own = side in _SIDES and part in _OWN
    given = {
        f"party_{attribute}": f"{side}_{suffix}"
        for suffix, attribute in PARTY.items()
        if own and f"{side}_{suffix}" in present
    }
    unknown = [pl.lit(None).alias(name) for name in (*_GIVEN, *PLACE) if name not in (*given, *kept)]
    return (
        frame.select("transaction_id", query=column, **{name: pl.col(held) for name, held in given.items()})
        .join(matched.lazy().select(kept), on="query", how="inner")
        .with_columns(unknown, role=pl.lit(role), field=pl.lit(column))
        .select(pl.col(name).cast(kind) for name, kind in (_FOUND | _GIVEN).items())
    )


def count_fields(
    held: Mapping[str, tuple[int, int, int]], table: pl.DataFrame | pl.LazyFrame
) -> pl.DataFrame:
    """FIELDS: what was looked at.

    Args:
        held: `count_values` of the columns that are there.
        table: HITS.
    """
    counted = (
        table.lazy()
        .filter((pl.col("status") == "hit") | pl.col("query").is_not_null())
        .group_by("field", "status")
        .len()
        .collect(engine="streaming")
    )
    met = {(column, status): rows for column, status, rows in counted.iter_rows()}
    channels: dict[str, Iterable[str]] = {
        "name": NAME_COLUMNS,
        "text": TEXT_COLUMNS,
        "identifier": IDENTIFIER_COLUMNS,
    }
    rows = [
        {
            "column": column,
            "channel": channel,
            "status": "screened" if column in held else "absent",
            "filled": held[column][0] if column in held else 0,
            "distinct": held[column][1] if column in held else 0,
            "unscreenable": met.get((column, "unscreenable"), 0),
            "not_names": held[column][2] if column in held else 0,
            "hits": met.get((column, "hit"), 0),
        }
        for channel, columns in channels.items()
        for column in columns
    ]
    return pl.DataFrame(rows, schema=FIELDS)
