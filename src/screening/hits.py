"""Transactions x name index -> HITS: every field that names someone, against everyone listed.

A text is judged once, however many payments carry it, and only hits are joined back. What could not be
judged comes back as `unscreenable`; a column that is not there is counted as absent. Neither is a clear.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

import polars as pl

from screening.corroboration import PARTY, with_corroboration, with_tiers
from screening.designations import FACTS, NOT_DOCUMENTS, document_facts
from screening.names import compare
from screening.policy import Policy
from screening.schemas import HITS, NAME_COLUMNS, TEXT_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

__all__ = ["FIELDS", "IDENTIFIER_COLUMNS", "Hits", "Searchable", "facts_behind", "find_hits"]

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

FIELDS: Final = pl.Schema(
    {
        "column": pl.String(),
        "channel": pl.String(),  # name, text, identifier
        "status": pl.String(),  # screened, absent (no such column), off (this index cannot)
        "filled": pl.Int64(),  # rows with a value
        "distinct": pl.Int64(),  # different values, each judged once
        "unscreenable": pl.Int64(),  # rows whose value could not be judged
        "hits": pl.Int64(),
    }
)
"""What was looked at: the proof behind a clean result."""

_SIDES: Final = ("originator", "beneficiary")
_OWN: Final = ("name", "national_id", "lei")
"""Columns of a side that are of the party itself, so that its other columns speak for or against a hit.
An address or a message may name somebody else, and a BIC is of a bank."""

_FOUND: Final = pl.Schema({k: v for k, v in HITS.items() if k not in ("reasons", "corroboration", "tier")})
_GIVEN: Final = pl.Schema({f"party_{attribute}": pl.String() for attribute in PARTY.values()})
_BANK: Final = 8  # letters of a BIC that name the bank; the rest names a branch
_SHORT: Final = 6  # a document number shorter than this is shared by chance too often to suspend


_MORE_THAN_A_NAME: Final = (
    r"(?i)[/&(;\d]|\b(?:and|or|for|of|by|estate|late|deceased|bearer|account|acct|wife|husband|son|daughter|"
    r"und|et|ou|y|pour|per|c/o|obo|behalf)\b|(?:\S+\s+){5}\S"
)
"""A party field that may hold more than one name: joint holders, an address beside the name, "estate of"."""


class Searchable(Protocol):
    """What is asked of a `NameIndex`."""

    @property
    def names(self) -> pl.DataFrame:
        """LISTED_NAMES that are searched."""

    @property
    def identifiers(self) -> pl.DataFrame:
        """Identifiers of the designations that are searched, as in `SanctionsList.identifiers`."""

    def search(self, names: pl.Series, *, threshold: float | None = None) -> pl.DataFrame:
        """SEARCH: one row per name and designation, and one per name that cannot be judged."""


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


def find_hits(
    transactions: pl.DataFrame | pl.LazyFrame,
    index: Searchable,
    *,
    facts: pl.DataFrame | None = None,
    policy: Policy | None = None,
    threshold: float | None = None,
    progress: Callable[[str], None] | None = None,
) -> Hits:
    """Screen every party name, free text and identifier of a table of payments.

    Args:
        transactions: TRANSACTIONS; columns that are not there are counted as absent.
        index: A `NameIndex`.
        facts: FACTS of the list, with which hits are corroborated; those behind the index by default.
        policy: Its `outcomes` and `corroboration` give each hit its tier.
        threshold: Score from which a name is a hit; the index's own by default.
        progress: Told in words what is being done.
    """
    say = progress or (lambda _: None)
    policy = policy or Policy()
    facts = facts_behind(index) if facts is None else facts
    frame = transactions.lazy()
    present = set(frame.collect_schema().names())
    rows, values = _distinct_values(
        frame, [c for c in (*NAME_COLUMNS, *TEXT_COLUMNS, *IDENTIFIER_COLUMNS) if c in present]
    )
    names = _pool(values, NAME_COLUMNS)
    say(f"screening {names.len():,} distinct names")
    by_name = index.search(names, threshold=threshold)
    scan = getattr(index, "scan_text", None)  # an index that cannot read texts leaves them "off", visibly
    if scan is not None:
        by_name = _with_parts(
            by_name, _best_in_text(scan(names.filter(names.str.contains(_MORE_THAN_A_NAME))))
        )
    texts = _pool(values, TEXT_COLUMNS)
    if texts.len():
        say(f"reading {texts.len():,} distinct texts")
    by_text = None if scan is None else _best_in_text(scan(texts, threshold=threshold))
    numbers = _listed_numbers(index.identifiers)
    matched = {
        **{column: (role, by_name) for column, role in NAME_COLUMNS.items()},
        **{column: (role, by_text) for column, role in TEXT_COLUMNS.items() if by_text is not None},
        **{
            column: (role, _numbers_met(values[column]["value"], numbers.filter(pl.col("kind") == kind)))
            for column, (role, kind) in IDENTIFIER_COLUMNS.items()
            if column in values
        },
    }
    found = [
        _carried_back(frame, column, *matched[column], present) for column in values if column in matched
    ]
    empty = pl.DataFrame(schema=_FOUND | _GIVEN)
    raw = pl.concat([part for part in pl.collect_all(found) if part.height] or [empty])
    say(f"explaining {raw.height:,} hits")
    judged = with_corroboration(_explained(raw, index), facts, policy=policy.corroboration)
    table = (
        with_tiers(judged, policy=policy.outcomes)
        .select(HITS.names())
        .sort(
            ["transaction_id", "field", "score", "reference", "listed_name", "query"],
            descending=[False, False, True, False, False, False],
            nulls_last=True,
        )
    )
    return Hits(rows=rows, table=table, fields=_fields(values, table, screened=matched))


def _with_parts(by_name: pl.DataFrame, in_part: pl.DataFrame) -> pl.DataFrame:
    """Hits of whole names, or of listed names that are a part of what stands in the field: the better one."""
    parts = in_part.filter(pl.col("status") == "hit").select(by_name.columns)
    return (
        pl.concat([by_name, parts])
        .sort("score", descending=True, nulls_last=True, maintain_order=True)
        .unique(["query", "reference"], keep="first", maintain_order=True)
    )


def facts_behind(index: Searchable) -> pl.DataFrame:
    """FACTS of an index; of one that holds none, what follows from its names and identifiers."""
    held = getattr(index, "facts", None)
    if isinstance(held, pl.DataFrame):
        return held
    kinds = index.names.select("reference", value="kind", attribute=pl.lit("kind")).unique("reference")
    gathered = pl.concat([FACTS.to_frame(), kinds, document_facts(index.identifiers)], how="diagonal_relaxed")
    return gathered.select(pl.col(name).cast(kind) for name, kind in FACTS.items())


def _distinct_values(frame: pl.LazyFrame, columns: Sequence[str]) -> tuple[int, dict[str, pl.DataFrame]]:
    """All rows counted, and column -> its distinct filled values with the rows that carry each."""
    plans = [
        frame.select(value=column).drop_nulls().group_by("value").agg(rows=pl.len().cast(pl.Int64))
        for column in columns
    ]
    total, *parts = pl.collect_all([frame.select(pl.len()), *plans])
    return int(total.item()), dict(zip(columns, parts, strict=True))


def _pool(values: Mapping[str, pl.DataFrame], columns: Mapping[str, str]) -> pl.Series:
    parts = [values[column]["value"] for column in columns if column in values]
    return pl.concat(parts).unique() if parts else pl.Series("value", dtype=pl.String)


def _best_in_text(found: pl.DataFrame) -> pl.DataFrame:
    """A designation named twice in one text is one hit, by its best place."""
    return (
        found.sort(["query_id", "reference", "score", "start"], descending=[False, False, True, False])
        .unique(["query_id", "reference"], keep="first", maintain_order=True)
        .with_columns(status=pl.col("status") if "status" in found.columns else pl.lit("hit"))
    )


def _listed_numbers(identifiers: pl.DataFrame) -> pl.DataFrame:
    kind = pl.when(pl.col("kind").is_in(list(NOT_DOCUMENTS))).then("kind").otherwise(pl.lit("document"))
    key = pl.when(kind == "bic").then(pl.col("normalised").str.slice(0, _BANK)).otherwise("normalised")
    return (
        identifiers.select("reference", "number", kind=kind, key=key)
        .filter(pl.col("key").fill_null("") != "")
        .unique(["reference", "kind", "key"], keep="first", maintain_order=True)
    )


def _numbers_met(values: pl.Series, listed: pl.DataFrame) -> pl.DataFrame:
    """Identifiers equal to a listed one, whatever the names around them say."""
    plain = values.to_frame("query").with_columns(part=pl.col("query").str.to_uppercase())
    bank = bool((listed["kind"] == "bic").any())
    if bank:
        plain = plain.with_columns(part=pl.col("part").str.extract_all(r"[A-Z0-9]+")).explode("part")
        plain = plain.with_columns(part=pl.col("part").str.slice(0, _BANK))
    else:
        plain = plain.with_columns(part=pl.col("part").str.replace_all(r"[^\p{L}\p{N}]", ""))
    short = pl.lit(not bank) & (pl.col("key").str.len_chars() < _SHORT)
    return (
        plain.join(listed.with_columns(part="key"), on="part")
        .select(
            "query",
            "reference",
            status=pl.lit("hit"),
            listed_name=pl.col("number"),
            name_type=pl.lit("identifier"),
            quality=pl.lit(""),
            weak=short,
            score=pl.when(short).then(0.9).otherwise(1.0),
        )
        .unique(["query", "reference"], keep="first", maintain_order=True)
    )


def _carried_back(
    frame: pl.LazyFrame, column: str, role: str, matched: pl.DataFrame, present: set[str]
) -> pl.LazyFrame:
    """Rows of payments whose value met someone, with what else is known of that party."""
    kept = [name for name in HITS.names() if name in matched.columns]
    side, _, part = column.partition("_")
    own = side in _SIDES and part in _OWN
    given = {
        f"party_{attribute}": f"{side}_{suffix}"
        for suffix, attribute in PARTY.items()
        if own and f"{side}_{suffix}" in present
    }
    unknown = [pl.lit(None).alias(name) for name in _GIVEN if name not in given]
    return (
        frame.select("transaction_id", query=column, **{name: pl.col(held) for name, held in given.items()})
        .join(matched.lazy().select(kept), on="query", how="inner")
        .with_columns(unknown, role=pl.lit(role), field=pl.lit(column))
        .select(pl.col(name).cast(kind) for name, kind in (_FOUND | _GIVEN).items())
    )


def _explained(raw: pl.DataFrame, index: Searchable) -> pl.DataFrame:
    """Add reasons, worked out once per pair of names and only for hits."""
    pairs = raw.filter(pl.col("status") == "hit").select(
        "query", "field", "reference", "listed_name", "name_type"
    )
    pairs = pairs.unique(maintain_order=True)
    kinds = dict(index.names.select("reference", "kind").iter_rows())
    reasons = []
    for query, column, reference, listed_name, name_type in pairs.iter_rows():
        if name_type == "identifier":
            reasons.append([f"equals the listed identifier {listed_name}"])
        elif column in TEXT_COLUMNS:
            reasons.append([f"'{listed_name}' stands inside the text"])
        else:
            reasons.append(list(compare(query, listed_name, kind=kinds[reference]).reasons))
    explained = pairs.with_columns(pl.Series("reasons", reasons, dtype=pl.List(pl.String())))
    keys = ["query", "field", "reference", "listed_name", "name_type"]
    blank = pl.when(pl.col("status") == "unscreenable").then(pl.lit(["cannot be judged as a name"]))
    return raw.join(explained, on=keys, how="left", nulls_equal=False).with_columns(
        reasons=blank.otherwise("reasons")
    )


def _fields(
    values: Mapping[str, pl.DataFrame], table: pl.DataFrame, *, screened: Iterable[str]
) -> pl.DataFrame:
    looked_at = set(screened)
    met = table.filter(pl.col("status") == "hit")["field"].value_counts()
    blind = table.filter(pl.col("status") == "unscreenable")["field"].value_counts()
    hits, unscreenable = (dict(zip(part["field"], part["count"], strict=True)) for part in (met, blind))
    channels: dict[str, Iterable[str]] = {
        "name": NAME_COLUMNS,
        "text": TEXT_COLUMNS,
        "identifier": IDENTIFIER_COLUMNS,
    }
    rows = [
        {
            "column": column,
            "channel": channel,
            "status": "absent" if column not in values else "screened" if column in looked_at else "off",
            "filled": int(values[column]["rows"].sum()) if column in values else 0,
            "distinct": values[column].height if column in values else 0,
            "unscreenable": unscreenable.get(column, 0),
            "hits": hits.get(column, 0),
        }
        for channel, columns in channels.items()
        for column in columns
    ]
    return pl.DataFrame(rows, schema=FIELDS)
