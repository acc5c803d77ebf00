"""Scores that the board needs, taken once.

Everything is searched at the lowest threshold of interest; because raising a threshold gives a subset, every
other threshold is then a matter of counting (`readings`, `curve`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from fields import in_fields
from screening.index import NameIndex
from screening.names.explanation import compare
from screening.names.normalise import prepare
from screening.party_fields import more_than_a_name
from screening.validation.manipulations import MANIPULATIONS, manipulate, manipulated, recombined
from screening.validation.people import companies, people
from screening.validation.traffic import innocent_payments
from screening.validation.world import make_world
from yardsticks import SCORERS, best_scores

if TYPE_CHECKING:
    from pathlib import Path

    from screening.designations import SanctionsList
    from screening.names.tokens import Kind

LOWEST: Final = 0.60
IN_TEXTS: Final = ("accents", "token_order", "substitution", "two_edits", "romanisation")
"""Manipulations whose results are looked for inside texts too."""
_TEXT_MAKERS: Final = [manipulation for manipulation in MANIPULATIONS if manipulation.channel == "text"]
SOMEBODY: Final = "texts that name somebody"
NOBODY: Final = "texts that name nobody"

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
    peers: int = 0  # people that other scorers are asked for; they are slow


FULL: Final = Size(
    per_class=300,
    weak_per_class=60,
    people=60_000,
    companies=20_000,
    recombined=6_000,
    texts=4_000,
    peers=2_000,
)
SMOKE: Final = Size(
    per_class=60, weak_per_class=20, people=8_000, companies=2_000, recombined=1_000, texts=500
)


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of one list, to be read at any threshold from LOWEST up.

    Attributes:
        planted: manipulation, channel, kind, weak, and the score of the right designation (0: not found).
        innocents: group, region, and the best score on any name, on names not weak, on weak ones, and in the
            name read as a text, where a party field with such a name would be.
        aliases: quality of the alias left out, or that it is in its own script, and the score through the
            other names of its entry.
        strangers: quality of the alias left out, and the score of each designation that is not its own.
        pairs: schema, quality, is_match and score of labelled pairs; empty where there are none.
        fields: setting of a listed name in a party field, and the score of the right designation with the
            field as a name and, where it may hold more than one, as a text.
        alone: name_type and score of each listed name in a text that is the name.
        peers: scorer, and how many alerts, people, aliases found, aliases and strangers RapidFuzz has.
    """

    planted: pl.DataFrame
    innocents: pl.DataFrame
    aliases: pl.DataFrame
    strangers: pl.DataFrame
    pairs: pl.DataFrame
    fields: pl.DataFrame
    alone: pl.DataFrame
    peers: pl.DataFrame


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
        _in_fields(index, size, seed),
        _alone(index),
        _peers(index, size, seed),
    )


def _hits(index: NameIndex, queries: pl.Series) -> pl.DataFrame:
    found = index.search(queries.unique(maintain_order=True), threshold=LOWEST)
    return found.filter(pl.col("status") == "hit").select("query", "reference", "weak", "score")


def _found_in_texts(index: NameIndex, texts: pl.Series) -> pl.DataFrame:
    found = index.scan_text(texts.unique(maintain_order=True), threshold=LOWEST)
    return found.filter(pl.col("status") == "hit").select("query", "reference", "score")


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
    made = pl.concat([made, _slips_in_texts(made, seed)])
    parts = []
    for channel, search in (("name", _hits), ("text", _found_in_texts)):
        part = made.filter(pl.col("channel") == channel)
        found = search(index, part["query"]).select("query", "reference", "score")
        scored = part.join(found, on=["query", "reference"], how="left", maintain_order="left")
        parts.append(scored.with_columns(pl.col("score").fill_null(0.0)))
    return pl.concat(parts).select("manipulation", "channel", "kind", "weak", "score")


def _in_fields(index: NameIndex, size: Size, seed: int) -> pl.DataFrame:
    """Listed names in party fields with something beside them, read as such fields are."""
    asked = in_fields(index.names.filter(~pl.col("weak")), size.per_class, seed=seed)
    fields = asked["field"].unique(maintain_order=True)
    as_names = _hits(index, fields).select("query", "reference", "score")
    as_texts = _found_in_texts(index, fields.filter(more_than_a_name(fields)))
    for found, column in ((as_names, "as_name"), (as_texts, "as_text")):
        asked = asked.join(
            found.rename({"query": "field", "score": column}), on=["field", "reference"], how="left"
        )
    return asked.select("setting", pl.col("as_name", "as_text").fill_null(0.0))


def _alone(index: NameIndex) -> pl.DataFrame:
    """Each listed name as a text of nothing else: whether the text channel seeks it at all."""
    judged = index.names.join(index.unscreenable, on=["reference", "name"], how="anti")
    asked = judged.select("reference", "name_type", query="name")
    found = _found_in_texts(index, asked["query"])
    scored = asked.join(found, on=["query", "reference"], how="left", maintain_order="left")
    return scored.select("name_type", pl.col("score").fill_null(0.0))


def _slips_in_texts(made: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Manipulated names inside texts, which the manipulations of the text channel leave as they are."""
    slips = made.filter(pl.col("manipulation").is_in(IN_TEXTS) & ~pl.col("weak"))
    rows = []
    for place, row in enumerate(slips.rows(named=True)):
        text = manipulated(row["query"], _TEXT_MAKERS[place % len(_TEXT_MAKERS)], seed=seed)
        if text is not None:
            name = f"{row['manipulation']} in a text"
            rows.append({**row, "query": text, "channel": "text", "manipulation": name})
    return pl.DataFrame(rows, schema=made.schema)


def _innocents(sanctions: SanctionsList, index: NameIndex, size: Size, seed: int) -> pl.DataFrame:
    crowd = people(size.people, seed=seed)
    asked = pl.concat(
        [
            crowd.select("name", group=pl.lit("people"), region=pl.Series(map(region_of, crowd["culture"]))),
            companies(size.companies, seed=seed).select("name", group=pl.lit("companies")),
            recombined(index.names, size.recombined, seed=seed).select("name", group=pl.lit("recombined")),
        ],
        how="diagonal",
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
    several = asked["name"].filter(more_than_a_name(asked["name"]))
    in_field = _found_in_texts(index, several).group_by("query").agg(in_field=pl.col("score").max())
    best = best.join(in_field, on="query", how="full", coalesce=True)
    scored = asked.join(best, left_on="name", right_on="query", how="left").drop("name")
    texts = pl.concat(
        [
            _about(crowd["name"].head(size.texts), seed).to_frame().with_columns(group=pl.lit(SOMEBODY)),
            _about_nobody(size.texts, seed).to_frame().with_columns(group=pl.lit(NOBODY)),
        ]
    )
    in_text = _found_in_texts(index, texts["text"]).group_by("query").agg(any=pl.col("score").max())
    read = texts.join(in_text, left_on="text", right_on="query", how="left").drop("text")
    return pl.concat([scored, read], how="diagonal").with_columns(
        pl.col("any", "strong", "weak", "in_field").fill_null(0.0)
    )


def _about(names: pl.Series, seed: int) -> pl.Series:
    """Remittance texts and addresses that name the innocent."""
    texts = [
        manipulated(name, _TEXT_MAKERS[place % len(_TEXT_MAKERS)], seed=seed)
        for place, name in enumerate(names)
    ]
    return pl.Series("text", [text for text in texts if text is not None]).unique(maintain_order=True)


def _about_nobody(n: int, seed: int) -> pl.Series:
    """Remittance texts and addresses as payments carry them."""
    world = make_world(n, seed=seed)
    rng = np.random.default_rng(seed)
    payments = innocent_payments(world, rng, n, first=0, window=(0.0, 1.0))
    texts = pl.concat([payments["remittance_text"].head(n // 2), world.parties["address"].head(n // 2)])
    return texts.alias("text").drop_nulls().unique(maintain_order=True)


OWN_SCRIPT: Final = "in its own script"
"""Stands for the quality of names that the list gives in their own script."""
Entries = dict[str, list[tuple["Kind", str, frozenset[str]]]]
Asked = list[tuple[str, str, str, frozenset[str]]]


def _aliases(index: NameIndex) -> tuple[Entries, Asked]:
    """Names of each entry, and the aliases that are asked for: reference, quality, name, forms."""
    entries: Entries = defaultdict(list)
    asked: Asked = []
    columns = ("reference", "kind", "name", "name_type", "quality")
    for reference, kind, name, name_type, quality in index.names.select(columns).rows():
        prepared = prepare(name)
        forms = frozenset(token.native if token.guessed else token.form for token in prepared.tokens)
        entries[reference].append((kind, name, forms))
        grades = [quality] if quality in ("Good", "Low") else []
        grades += [OWN_SCRIPT] if name_type == "original_script" else []
        asked += [(reference, grade, name, forms) for grade in grades if prepared.screenable]
    return entries, asked


def _peers(index: NameIndex, size: Size, seed: int) -> pl.DataFrame:
    """What other scorers do with the same innocents and the same aliases."""
    entries, asked = _aliases(index)
    good = [(reference, name, forms) for reference, quality, name, forms in asked if quality == "Good"]
    listed = [(place, name) for place, names in enumerate(entries.values()) for _, name, _ in names]
    owner = np.array([place for place, _ in listed], dtype=np.int64)
    place_of = {reference: place for place, reference in enumerate(entries)}
    crowd = people(size.people, seed=seed)["name"].head(size.peers).to_list()
    rows = []
    for label, (scorer, cutoff) in SCORERS.items() if size.peers else ():
        names = [name for _, name in listed]
        alerts = (best_scores(crowd, names, owner, scorer) >= cutoff).any(axis=1).sum()
        met = best_scores([name for _, name, _ in good], names, owner, scorer) >= cutoff
        own = met[np.arange(len(good)), [place_of[reference] for reference, _, _ in good]]
        found = 0
        for reference, name, forms in good:
            others = [other for _, other, theirs in entries[reference] if theirs != forms]
            scores = (
                best_scores([name], others, np.zeros(len(others), np.int64), scorer)
                if others
                else np.zeros(1)
            )
            found += bool(scores.max() >= cutoff)
        rows.append((label, int(alerts), len(crowd), found, len(good), int(met.sum() - own.sum())))
    schema = ["scorer", "alerts", "people", "found", "aliases", "strangers"]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _left_out(index: NameIndex) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Each alias against the other names of its entry, and against all other entries.

    Names of the entry that differ in case, accents, punctuation or order only count as the alias itself, and
    all names in their own script are left out together.
    """
    entries, asked = _aliases(index)
    own_script = {(reference, name) for reference, quality, name, _ in asked if quality == OWN_SCRIPT}
    rows = []
    for reference, quality, alias, own in asked:
        left_out = own_script if quality == OWN_SCRIPT else ()
        others = [
            (kind, name)
            for kind, name, forms in entries[reference]
            if forms != own and (reference, name) not in left_out
        ]
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
