"""Scores that the board needs, taken once.

Everything is searched at the lowest threshold of interest; because raising a threshold gives a subset, every
other threshold is then a matter of counting (`readings`, `curve`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from screening.index import NameIndex
from screening.names.comparison import compare
from screening.names.normalise import prepare
from screening.validation.manipulations import MANIPULATIONS, manipulate, manipulated, recombined
from screening.validation.people import companies, people

if TYPE_CHECKING:
    from pathlib import Path

    from screening.designations import SanctionsList
    from screening.names.comparison import Kind

LOWEST: Final = 0.60

_REGIONS: Final = {
    "Arab world": "arabic_egypt arabic_gulf arabic_levant arabic_maghreb iraqi",
    "Africa": "amharic ghanaian hausa igbo kenyan sahel somali swahili yoruba zulu",
    "Turkey to Central Asia": (
        "armenian azeri georgian kazakh kurdish north_caucasus pashto_dari persian turkish uzbek"
    ),
    "South Asia": "bengali indian nepali pakistani sinhala tamil",
    "East and South-East Asia": (
        "burmese cantonese chinese filipino indonesian japanese korean malay thai vietnamese"
    ),
}
REGION_OF: Final = {culture: region for region, cultures in _REGIONS.items() for culture in cultures.split()}


def region_of(culture: str) -> str:
    if culture.endswith("_script"):
        return "in their own script"
    return REGION_OF.get(culture, "Europe and the Americas")


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured."""

    per_class: int
    weak_per_class: int
    people: int
    companies: int
    recombined: int
    texts: int


FULL: Final = Size(
    per_class=300, weak_per_class=60, people=60_000, companies=20_000, recombined=6_000, texts=4_000
)
SMOKE: Final = Size(
    per_class=60, weak_per_class=20, people=8_000, companies=2_000, recombined=1_000, texts=500
)


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of one list, to be read at any threshold from LOWEST up.

    Attributes:
        planted: manipulation, channel, kind, weak, and the score of the right designation (0: not found).
        innocents: group, and the best scores on any name, on names other than weak aliases, on weak aliases.
        aliases: quality of the alias left out, and the score through the other names of its entry.
        strangers: quality of the alias left out, and the score of each designation that is not its own.
        pairs: schema, quality, is_match and score of labelled pairs; empty where there are none.
    """

    planted: pl.DataFrame
    innocents: pl.DataFrame
    aliases: pl.DataFrame
    strangers: pl.DataFrame
    pairs: pl.DataFrame


def measure(sanctions: SanctionsList, *, size: Size, seed: int, cases: Path | None = None) -> Scores:
    """Every score that the board needs."""
    index = NameIndex(sanctions)
    aliases, strangers = _left_out(index)
    return Scores(
        _planted(index, size, seed),
        _innocents(sanctions, index, size, seed),
        aliases,
        strangers,
        _pairs(cases),
    )


def _hits(index: NameIndex, queries: pl.Series) -> pl.DataFrame:
    found = index.search(queries.unique(maintain_order=True), threshold=LOWEST)
    return found.filter(pl.col("status") == "hit").select("query", "reference", "weak", "score")


def _texts(index: NameIndex, texts: pl.Series) -> pl.DataFrame | None:
    """Best score of each (text, designation), at the threshold that the index itself has for texts."""
    scan: Any = getattr(index, "scan_text", None)
    if scan is None:
        return None
    found = scan(texts)
    named = pl.DataFrame({"query": texts}).with_row_index("query_id")
    found = found.cast({"query_id": pl.UInt32}).select("query_id", "reference", "score")
    best: pl.DataFrame = (
        found.join(named, on="query_id").group_by("query", "reference").agg(pl.col("score").max())
    )
    return best


def _planted(index: NameIndex, size: Size, seed: int) -> pl.DataFrame:
    names = index.names
    made = pl.concat(
        [
            manipulate(names, seed=seed, per_class=size.per_class).with_columns(weak=pl.lit(False)),
            manipulate(
                names.filter("weak"), seed=seed, per_class=size.weak_per_class, weak=True
            ).with_columns(weak=pl.lit(True)),
        ]
    )
    in_name = made.filter(pl.col("channel") == "name")
    hits = _hits(index, in_name["query"]).drop("weak")
    parts = [
        in_name.join(hits, on=["query", "reference"], how="left").with_columns(pl.col("score").fill_null(0.0))
    ]
    in_text = made.filter(pl.col("channel") == "text")
    found = _texts(index, in_text["query"].unique(maintain_order=True))
    if found is not None:
        scored = in_text.join(found, on=["query", "reference"], how="left")
        parts.append(scored.with_columns(pl.col("score").fill_null(0.0)))
    else:
        parts.append(in_text.with_columns(score=pl.lit(None, pl.Float64)))
    return pl.concat(parts).select("manipulation", "channel", "kind", "weak", "score")


def _innocents(sanctions: SanctionsList, index: NameIndex, size: Size, seed: int) -> pl.DataFrame:
    crowd = people(size.people, seed=seed)
    regions = crowd["culture"].map_elements(region_of, return_dtype=pl.String)
    asked = pl.concat(
        [
            crowd.select("name", group=regions),
            companies(size.companies, seed=seed).select("name", group=pl.lit("companies")),
            recombined(index.names, size.recombined, seed=seed).select("name", group=pl.lit("recombined")),
        ]
    )
    hits = _hits(index, asked["name"])
    strong = NameIndex(replace(sanctions, names=sanctions.names.filter(~pl.col("weak"))))
    best = (
        hits.group_by("query")
        .agg(any=pl.col("score").max(), weak=pl.col("score").filter("weak").max())
        .join(
            _hits(strong, hits["query"]).group_by("query").agg(strong=pl.col("score").max()),
            on="query",
            how="left",
        )
    )
    scored = asked.join(best, left_on="name", right_on="query", how="left")
    parts = [scored.select("group", "any", "strong", "weak")]
    noise = next(m for m in MANIPULATIONS if m.name == "noise")
    texts = [manipulated(name, noise, seed=seed) for name in crowd["name"].head(size.texts)]
    wrapped = pl.Series("text", sorted({text for text in texts if text is not None}))
    found = _texts(index, wrapped)
    if found is not None:
        best = found.group_by("query").agg(any=pl.col("score").max())
        scored = wrapped.to_frame().join(best, left_on="text", right_on="query", how="left")
        empty = pl.lit(None, pl.Float64)
        parts.append(scored.select(pl.lit("texts").alias("group"), "any", strong=empty, weak=empty))
    return pl.concat(parts)


def _left_out(index: NameIndex) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Each alias against the other names of its entry, and against all other entries.

    Names of the entry that differ in case, accents, punctuation or order only count as the alias itself.
    """
    entries: dict[str, list[tuple[Kind, str, frozenset[str]]]] = defaultdict(list)
    asked = []
    for reference, kind, name, quality in index.names.select("reference", "kind", "name", "quality").rows():
        prepared = prepare(name)
        forms = frozenset(token.form for token in prepared.tokens)
        entries[reference].append((kind, name, forms))
        if quality in ("Good", "Low") and prepared.screenable:
            asked.append((reference, quality, name, forms))
    rows = []
    for reference, quality, alias, own in asked:
        others = [(kind, name) for kind, name, forms in entries[reference] if forms != own]
        reached = max((compare(alias, name, kind=kind).score for kind, name in others), default=0.0)
        rows.append((quality, reached))
    aliases = pl.DataFrame(rows, schema={"quality": pl.String, "score": pl.Float64}, orient="row")
    queries = pl.DataFrame(
        [(name, reference, quality) for reference, quality, name, _ in asked],
        schema=["query", "own", "quality"],
        orient="row",
    ).cast(pl.String)
    hits = _hits(index, queries["query"])
    strangers = queries.join(hits, on="query").filter(pl.col("own") != pl.col("reference"))
    return aliases, strangers.select("quality", "score")


def _pairs(cases: Path | None) -> pl.DataFrame:
    schema = {"schema": pl.String, "quality": pl.String, "is_match": pl.Boolean, "score": pl.Float64}
    if cases is None:
        return pl.DataFrame(schema=schema)
    frame = pl.read_csv(cases, infer_schema=False)
    scores = [
        compare(a, b, kind="individual" if kind == "Person" else "entity").score
        for kind, a, b in frame.select("schema", "name1", "name2").rows()
    ]
    return frame.select(
        "schema",
        "quality",
        pl.col("is_match").str.to_lowercase() == "true",
        score=pl.Series(scores, dtype=pl.Float64),
    )
