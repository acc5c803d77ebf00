"""The tables behind the score: readable, without contradiction, and part of what a run states."""

from __future__ import annotations

import csv
import re
from collections import Counter
from importlib.resources import files

import pytest

from screening.names import lexicon
from screening.names.tokens import make_token

DATA = files("screening.names") / "data"
KEYS = {
    "hangul": ("place", "letter"),
    "letters": ("script", "letter", "place"),
    "clerical": ("form",),
    "compounds": ("script", "part"),
    "declensions": ("ending", "nominative"),
    "equivalents": ("form", "kind"),
    "field_words": ("word", "use"),
    "han_variants": ("character",),
    "homoglyphs": ("character",),
    "initials": ("script", "letter"),
    "legal_forms": ("form",),
    "affixes_cjk": ("written",),
    "nicknames": ("form",),
    "particles": ("form",),
    "rarity": ("key", "kind"),
    "romanisation": ("pattern",),
    "scripts": ("script", "written"),
    "titles": ("form",),
}


def rows(table: str) -> list[dict[str, str]]:
    lines = (DATA / f"{table}.csv").read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def test_every_table_is_known_to_these_tests() -> None:
    assert {entry.name for entry in DATA.iterdir() if entry.name.endswith(".csv")} == {
        f"{t}.csv" for t in KEYS
    }


@pytest.mark.parametrize("table", KEYS)
def test_a_table_says_what_it_is_and_from_when(table: str) -> None:
    head = (DATA / f"{table}.csv").read_text(encoding="utf-8").splitlines()
    comment = " ".join(line for line in head if line.startswith("#"))
    assert re.search(r"\d{4}-\d{2}-\d{2}", comment)


@pytest.mark.parametrize("table", KEYS)
def test_no_key_stands_twice(table: str) -> None:
    seen = Counter(tuple(row[column] for column in KEYS[table]) for row in rows(table))
    assert [key for key, count in seen.items() if count > 1] == []


@pytest.mark.parametrize("table", KEYS)
def test_rows_are_whole(table: str) -> None:
    for row in rows(table):
        assert None not in row
        assert all(row[column] for column in KEYS[table] if column not in {"place", "nominative"})


@pytest.mark.parametrize("table", ["clerical", "legal_forms", "nicknames", "particles", "titles"])
def test_words_are_written_as_tokens_are_read(table: str) -> None:
    assert [row["form"] for row in rows(table) if not re.fullmatch(r"[a-z0-9]+", row["form"])] == []


def test_weights_are_shares() -> None:
    for table in ("particles", "rarity"):
        assert all(0 < float(row["weight"]) <= 1 for row in rows(table))


def test_both_kinds_have_a_table_of_rarity() -> None:
    assert {row["kind"] for row in rows("rarity")} == {"individual", "entity"}
    assert min(len(lexicon.rarity("individual")), len(lexicon.rarity("entity"))) > 500


def test_a_rarity_key_is_a_sound_that_a_token_can_have() -> None:
    """A key with an `e` or a double letter is none, and would never be looked up."""
    keys = {row["key"] for row in rows("rarity")}
    assert [key for key in keys if re.search(r"e|(.)\1", key)] == []
    assert keys >= {make_token(name).keys[0] for name in ("muhammad", "ahmad", "hasan", "trading")}


def test_letters_without_vowels_have_spellings_wherever_they_stand() -> None:
    for script, table in lexicon.letters().items():
        assert {place for _, place in table} <= {"", "start", "end", "carrier", "article", "sun"}, script
        for letter, _ in table:
            assert (letter, "") in table
    assert all(re.fullmatch(r"([a-z]+|-)( ([a-z]+|-))*", row["spellings"]) for row in rows("letters"))


def test_homoglyphs_lead_to_plain_letters_and_digits() -> None:
    table = lexicon.homoglyphs()
    assert all(re.fullmatch(r"[A-Za-z0-9]+", latin) for latin in table.values())
    assert not any(chr(letter).isascii() for letter in table)


def test_a_han_variant_leads_to_a_character_that_stands_for_itself() -> None:
    table = lexicon.han_variants()
    assert table["\u570b"] == "\u56fd"
    assert all(len(variant) == len(character) == 1 for variant, character in table.items())
    assert not table.keys() & set(table.values())


def test_what_is_written_without_blanks_beside_a_name_is_a_legal_form_or_a_title() -> None:
    assert {*lexicon.affixes_cjk().values()} <= lexicon.legal_forms() | lexicon.titles().keys()


def test_parts_of_compounds_stand_where_they_may() -> None:
    assert {row["place"] for row in rows("compounds")} == {"start", "article", "end"}
    assert all(int(row["longer"]) > len(row["part"]) for row in rows("compounds"))


def test_field_words_are_lower_case_and_of_a_known_use() -> None:
    uses = {row["use"] for row in rows("field_words")}
    assert uses == {"joins", "renames", "ends", "lengthens"}
    assert all(lexicon.field_words(use) for use in uses)
    assert all(row["word"] == row["word"].lower() for row in rows("field_words"))


def test_equivalents_of_one_kind_do_not_reach_the_other() -> None:
    individual, entity = lexicon.equivalents("individual"), lexicon.equivalents("entity")
    for row in rows("equivalents"):
        assert (row["form"] in individual) or row["kind"] == "entity"
        assert (row["form"] in entity) or row["kind"] == "individual"


def test_the_digest_is_of_all_tables() -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", lexicon.LEXICON_SHA256)
    assert lexicon._digest() == lexicon.LEXICON_SHA256
