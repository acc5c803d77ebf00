"""Writes names/data/rarity.csv: how common a token is among people and among companies.

Run by hand: `python scripts/export_rarity.py LIST.xml [LIST.xml ...]`. Counts come from public lists (in
how many entries a token occurs), from the name pools of the validation package, and from a short list of
ordinary company words. Only tokens that several parties share are written, so no listed name can be read
from it.
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from collections import defaultdict
from pathlib import Path

import polars as pl

from screening.names.normalise import prepare

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "src/screening/names/data/rarity.csv"
POOLS = (
    ROOT / "src/screening/validation/data/names_faker.csv",
    ROOT / "src/screening/validation/data/names_own.csv",
)

COMPANY_WORDS = (Path(__file__).parent / "company_words.txt").read_text().split()


def entries(paths: list[str]) -> dict[str, dict[str, set[str]]]:
    """Kind -> key -> references of the entries whose names hold it."""
    found: dict[str, dict[str, set[str]]] = {"individual": defaultdict(set), "entity": defaultdict(set)}
    for path in paths:
        root = ET.parse(path).getroot()  # noqa: S314 (a file of our own choosing)
        for kind, tag in (("individual", "INDIVIDUAL"), ("entity", "ENTITY")):
            for entry in root.iter(tag):
                reference = (entry.findtext("REFERENCE_NUMBER") or "").strip()
                parts = [entry.findtext(f"{n}_NAME") or "" for n in ("FIRST", "SECOND", "THIRD", "FOURTH")]
                aliases = [a.findtext("ALIAS_NAME") or "" for a in entry.findall(f"{tag}_ALIAS")]
                for text in [" ".join(parts), *aliases]:
                    for token in prepare(text).tokens:
                        for key in token.keys:
                            found[kind][key].add(reference)
    return found


def weight(count: int) -> float:
    """The more entries share a token, the less it says."""
    for least, value in ((60, 0.25), (30, 0.3), (15, 0.4), (8, 0.5), (4, 0.65), (2, 0.85)):
        if count >= least:
            return value
    return 1.0


def table(paths: list[str]) -> pl.DataFrame:  # noqa: C901 (three sources, one after the other)
    """key, kind, weight."""
    weights: dict[tuple[str, str], float] = {}

    def lower(kind: str, key: str, value: float) -> None:
        if len(key) > 1:
            weights[kind, key] = min(value, weights.get((kind, key), 1.0))

    for kind, keys in entries(paths).items():
        for key, references in keys.items():
            if len(references) >= 2:
                lower(kind, key, weight(len(references)))
    for word in COMPANY_WORDS:
        for token in prepare(word).tokens:
            for key in token.keys:
                lower("entity", key, 0.4)
    cultures: dict[str, set[str]] = defaultdict(set)
    for pool in POOLS:
        for row in pl.read_csv(pool, comment_prefix="#").iter_rows(named=True):
            for token in (token for name in str(row["names"]).split("|") for token in prepare(name).tokens):
                for key in token.keys:
                    cultures[key].add(row["culture"])
    for key, where in cultures.items():
        lower("individual", key, 0.85 if len(where) < 4 else 0.7)
    rows = [
        {"key": key, "kind": kind, "weight": value}
        for (kind, key), value in sorted(weights.items())
        if value < 1
    ]
    return pl.DataFrame(rows)


if __name__ == "__main__":
    TARGET.write_text("key,kind,weight\n", encoding="utf-8") if not TARGET.exists() else None
    frame = table(sys.argv[1:])
    head = (
        "# How common a romanised token is; not listed is rare (1). scripts/export_rarity.py, 2026-11-23.\n"
    )
    TARGET.write_text(head + frame.write_csv(), encoding="utf-8")
    print(frame.group_by("kind", "weight").len().sort("kind", "weight"))
