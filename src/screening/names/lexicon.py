"""The tables behind the name engine: particles, titles, legal forms, spelling families, rarity.

All of it is data in `names/data/`, dated and sourced in the head of each file. `LEXICON_SHA256` goes into
every manifest, because a changed table is a changed definition of the score.
"""

from __future__ import annotations

import csv
import hashlib
from functools import cache
from importlib.resources import files
from typing import Final

__all__ = [
    "LEXICON_SHA256",
    "affixes_cjk",
    "civil_titles",
    "clerical",
    "compounds",
    "declensions",
    "equivalents",
    "field_words",
    "han_variants",
    "hangul",
    "hangul_in_cyrillic",
    "homoglyphs",
    "initials",
    "legal_forms",
    "letters",
    "nicknames",
    "particles",
    "rarity",
    "readings",
    "romanisation",
    "titles",
]

_DATA = files("screening.names") / "data"


def _rows(name: str) -> list[dict[str, str]]:
    lines = (_DATA / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


@cache
def particles() -> dict[str, float]:
    """Particle -> the share of a full token that it carries."""
    return {row["form"]: float(row["weight"]) for row in _rows("particles.csv")}


@cache
def titles() -> dict[str, str]:
    """Title or honorific -> the canonical spelling of that title."""
    return {row["form"]: row["canonical"] for row in _rows("titles.csv")}


@cache
def civil_titles() -> frozenset[str]:
    """Titles that anybody may bear."""
    return frozenset(row["form"] for row in _rows("titles.csv") if row["civil"])


@cache
def equivalents(kind: str) -> dict[str, str]:
    """Abbreviation, number word or word in its own script -> the word it stands for."""
    return {
        row["form"]: row["canonical"] for row in _rows("equivalents.csv") if row["kind"] in (kind, "both")
    }


@cache
def nicknames() -> dict[str, frozenset[str]]:
    """Short or pet form of a given name -> the names that it may be short for."""
    return {row["form"]: frozenset(row["names"].split()) for row in _rows("nicknames.csv")}


@cache
def homoglyphs() -> dict[int, str]:
    """Translation table from look-alike letters to the Latin letter they imitate."""
    return {ord(row["character"]): row["latin"] for row in _rows("homoglyphs.csv")}


@cache
def clerical() -> frozenset[str]:
    """Words that stand beside a name in a message: "attn", "dob", "inv"."""
    return frozenset(row["form"] for row in _rows("clerical.csv"))


@cache
def field_words(use: str) -> tuple[str, ...]:
    """Words beside a name in a party field, by their use: "joins", "renames", "ends" or "lengthens"."""
    return tuple(row["word"] for row in _rows("field_words.csv") if row["use"] == use)


@cache
def readings() -> dict[str, tuple[tuple[str, str], ...]]:
    """Script -> letters that are read otherwise together, and how."""
    rows = _rows("scripts.csv")
    return {
        script: tuple((row["written"], row["read"].strip("-")) for row in rows if row["script"] == script)
        for script in {row["script"] for row in rows}
    }


@cache
def compounds() -> dict[str, list[tuple[str, str, int]]]:
    """Script -> a part that may be written as one with the rest, its place, and letters of no longer word."""
    found: dict[str, list[tuple[str, str, int]]] = {}
    for row in _rows("compounds.csv"):
        found.setdefault(row["script"], []).append((row["part"], row["place"], int(row["longer"])))
    return found


@cache
def han_variants() -> dict[str, str]:
    """Chinese character -> the simplified one that stands for all ways to write it."""
    return {row["character"]: row["simplified"] for row in _rows("han_variants.csv")}


@cache
def hangul_in_cyrillic() -> dict[str, dict[str, list[str]]]:
    """Place in a Korean syllable -> how it is written in Cyrillic -> the Korean letters that it may be."""
    found: dict[str, dict[str, list[str]]] = {"end": {"": [" "]}}
    for row in _rows("hangul.csv"):
        for written in _parts(row["cyrillic"]):
            found.setdefault(row["place"], {}).setdefault(written, []).append(row["letter"])
    return found


@cache
def hangul() -> dict[tuple[str, str], tuple[str, ...]]:
    """Place in a syllable and Korean letter, or "syllable" and the whole of it -> its Latin spellings."""
    return {(row["place"], row["letter"]): _spellings(row) for row in _rows("hangul.csv")}


def _spellings(row: dict[str, str]) -> tuple[str, ...]:
    return _parts(row["spellings"])


def _parts(cell: str) -> tuple[str, ...]:
    return tuple("" if part == "-" else part for part in cell.split())


@cache
def letters() -> dict[str, dict[tuple[str, str], tuple[str, ...]]]:
    """Script that writes few vowels -> a letter, and its place in a word -> its Latin spellings."""
    spellings: dict[str, dict[tuple[str, str], tuple[str, ...]]] = {}
    for row in _rows("letters.csv"):
        spellings.setdefault(row["script"], {})[row["letter"], row["place"]] = _spellings(row)
    return spellings


@cache
def initials() -> dict[tuple[str, str], tuple[str, ...]]:
    """Script and initial -> Latin letters with which what it stands for may begin."""
    return {(row["script"], row["letter"]): _spellings(row) for row in _rows("initials.csv")}


@cache
def affixes_cjk() -> dict[str, str]:
    """Legal form or form of address written without blanks -> its short form, the longest first."""
    rows = sorted(_rows("affixes_cjk.csv"), key=lambda row: -len(row["written"]))
    return {row["written"]: row["form"] for row in rows}


@cache
def declensions() -> tuple[tuple[str, str, str], ...]:
    """Ending of a case, that of the name, and the letters before it."""
    return tuple((row["ending"], row["nominative"], row["stem"]) for row in _rows("declensions.csv"))


@cache
def legal_forms() -> frozenset[str]:
    """Words of company legal forms."""
    return frozenset(row["form"] for row in _rows("legal_forms.csv"))


@cache
def _rarities() -> dict[str, dict[str, float]]:
    lines = (_DATA / "rarity.csv").read_text(encoding="utf-8").splitlines()
    rows = (line.split(",") for line in lines if not line.startswith("#"))  # large: plain cells, read plainly
    next(rows)
    weights: dict[str, dict[str, float]] = {}
    for key, kind, weight in rows:
        weights.setdefault(kind, {})[key] = float(weight)
    return weights


def rarity(kind: str) -> dict[str, float]:
    """Romanised token -> weight between 0 and 1; a token that is not in the table weighs 1."""
    return _rarities()[kind]


@cache
def romanisation() -> tuple[tuple[str, str], ...]:
    """Spellings and what each becomes, to be applied one after the other to a token between ^ and $."""
    rules = ((row["pattern"], row["replacement"]) for row in _rows("romanisation.csv"))
    return tuple(
        (old, ("^" if old.startswith("^") else "") + new + ("$" if old.endswith("$") else ""))
        for old, new in rules
    )


def _digest() -> str:
    content = hashlib.sha256()
    for table in sorted(_DATA.iterdir(), key=lambda entry: entry.name):
        if table.name.endswith(".csv"):
            content.update(table.name.encode() + table.read_bytes())
    return content.hexdigest()


LEXICON_SHA256: Final = _digest()
