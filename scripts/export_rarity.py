"""Writes names/data/rarity.csv: how common a token is among people and among companies.

    python -m pip download --no-deps name2nat && unzip -j name2nat-*.whl name2nat/name2nats.pkl
    python scripts/export_rarity.py name2nats.pkl LIST.xml [LIST.xml ...]

Run by hand. What a token of a person's name weighs follows from the share of people who bear it in the
nation where it is commonest: whom a shared name tells apart are the people of one culture. The shares are
counted from NaNa, a million names of people with their nationality from the titles of the English Wikipedia
of June 2020 (package name2nat, Apache License 2.0); only words that more than one of them bears are written.
Beside them stand, as before: in how many entries of public lists a token occurs, the name pools of the
validation package, and a short list of ordinary company words. Of the lists only tokens that several parties
share are written, so no listed name can be read from it.
"""

from __future__ import annotations

import math
import pickle
import re
import sys
import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, Final, NoReturn

import polars as pl

from screening.names.normalise import prepare

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "src/screening/names/data/rarity.csv"
POOLS = (
    ROOT / "src/screening/validation/data/names_faker.csv",
    ROOT / "src/screening/validation/data/names_own.csv",
)

COMPANY_WORDS = (Path(__file__).parent / "company_words.txt").read_text().split()


COMMONEST: Final = 0.1
RAREST: Final = 10**-3.6
"""Shares of a nation: what every tenth bears weighs least, what every four thousandth bears weighs fully."""
LEAST: Final = 0.25
SMALL_NATION: Final = 1000
"""Added to the number of people known of a nation, so that few people do not make a name common."""
_NO_PERSON: Final = re.compile(r"[\d(),]|\b(?:the|of|and|band|family|brothers)\b", re.IGNORECASE)


class _Plain(pickle.Unpickler):
    """Reads strings, lists and dicts, and runs nothing."""

    def find_class(self, module: str, name: str) -> NoReturn:
        raise pickle.UnpicklingError(f"unexpected {module}.{name}")


def shares(path: str) -> dict[str, float]:
    """Key -> share of the people who bear it, in the nation where it is commonest."""
    with Path(path).open("rb") as file:
        people: dict[str, list[Any]] = _Plain(file).load()
    size: Counter[str] = Counter()
    bearers: dict[str, Counter[str]] = defaultdict(Counter)
    for name, nations in people.items():
        if not _NO_PERSON.search(name):
            nation = nations[0]
            size[nation] += 1
            for key in {key for token in prepare(name).tokens for key in token.keys}:
                bearers[key][nation] += 1
    return {
        key: max(count / (size[nation] + SMALL_NATION) for nation, count in where.items())
        for key, where in bearers.items()
        if where.total() > 1
    }


def weight_of_share(share: float) -> float:
    """The weight falls with the logarithm of the share."""
    part = math.log(share / COMMONEST) / math.log(RAREST / COMMONEST)
    return round(min(1.0, max(LEAST, LEAST + (1 - LEAST) * part)), 2)


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


def table(names: str, paths: list[str]) -> pl.DataFrame:  # noqa: C901 (four sources, one after the other)
    """key, kind, weight."""
    weights: dict[tuple[str, str], float] = {}

    def lower(kind: str, key: str, value: float) -> None:
        if len(key) > 1:
            weights[kind, key] = min(value, weights.get((kind, key), 1.0))

    for key, share in shares(names).items():
        lower("individual", key, weight_of_share(share))
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
    frame = table(sys.argv[1], sys.argv[2:])
    head = (
        "# How common a romanised token is; not listed is rare (1). scripts/export_rarity.py, 2026-11-28.\n"
        "# Counted from NaNa (name2nat 0.5.1, Apache License 2.0: LICENSE-name2nat.txt), public lists,\n"
        "# name pools.\n"
    )
    TARGET.write_text(head + frame.write_csv(), encoding="utf-8")
    print(frame.group_by("kind").len().sort("kind"))
