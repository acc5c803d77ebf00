from __future__ import annotations

import re
import unicodedata
from collections import Counter

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from screening.designations import SanctionsList
from screening.schemas import LISTED_NAMES
from screening.validation.manipulations import (
    MANIPULATED,
    MANIPULATIONS,
    manipulate,
    manipulated,
    recombined,
)
from screening.validation.people import companies, people

BY_NAME = {manipulation.name: manipulation for manipulation in MANIPULATIONS}


def as_listed(individuals: pl.Series, entities: pl.Series) -> pl.DataFrame:
    rows = [(f"TSi.{place:04}", "individual", name) for place, name in enumerate(individuals)]
    rows += [(f"TSe.{place:04}", "entity", name) for place, name in enumerate(entities)]
    return SanctionsList.from_names(rows).names


NAMES = as_listed(people(250, seed=41)["name"], companies(250, seed=41)["name"])


def results(name: str) -> list[tuple[str, str]]:
    """(listed name, query) of one manipulation over the invented list."""
    manipulation = BY_NAME[name]
    usable = NAMES.filter(pl.col("kind").is_in(manipulation.kinds))["name"]
    made = [(listed, manipulated(listed, manipulation, seed=seed)) for listed in usable for seed in (1, 2)]
    found = [(listed, query) for listed, query in made if query is not None]
    assert found
    return found


def bare(text: str) -> str:
    """Letters and digits only, without case and marks: an oracle of its own, not the matcher's."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if c.isalnum() and not unicodedata.combining(c))


def words(text: str) -> Counter[str]:
    return Counter(re.sub(r"[,\s()]+", " ", text).split())


odd_names = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["A", "Li", "李", "حمزة", "O'", "-", "", " ", "X Æ", "١٢٣", "ÿ" * 300, "a " * 150, "(B)", "A (B) C"]
    ),
)


@settings(deadline=None, max_examples=80)
@given(name=odd_names, seed=st.integers(0, 9))
def test_no_name_is_too_odd(name: str, seed: int) -> None:
    for manipulation in MANIPULATIONS:
        query = manipulated(name, manipulation, seed=seed)
        assert query is None or query.strip()


@settings(deadline=None, max_examples=20)
@given(name=st.sampled_from(NAMES["name"].to_list()), seed=st.integers(0, 99))
def test_a_manipulation_is_a_pure_function_and_changes_something(name: str, seed: int) -> None:
    for manipulation in MANIPULATIONS:
        query = manipulated(name, manipulation, seed=seed)
        assert query == manipulated(name, manipulation, seed=seed)
        assert (query == name) is (manipulation.name == "exact")


def test_every_row_of_the_table_that_concerns_names_is_there() -> None:
    assert {m.number for m in MANIPULATIONS} >= {str(number) for number in range(1, 22)}
    assert len(BY_NAME) == len(MANIPULATIONS) >= 24
    assert all(0.6 <= m.minimum_recall <= 1 and m.title.endswith(".") for m in MANIPULATIONS)


@pytest.mark.parametrize(
    "name", ["case", "accents", "punctuation", "zero_width", "fullwidth", "glued", "split"]
)
def test_writing_changes_no_letter(name: str) -> None:
    for listed, query in results(name):
        invisible = str.maketrans("", "", "\u200b\u200c\u200d\ufeff\u00ad\u2060")
        assert bare(query.translate(invisible)) == bare(listed)


@pytest.mark.parametrize(
    "name", ["token_order", "comma_form", "split_fields", "company_order", "double_barrel"]
)
def test_order_keeps_every_word(name: str) -> None:
    for listed, query in results(name):
        if "(" not in listed:
            assert words(query) == words(listed)


@pytest.mark.parametrize(
    "name",
    ["insertion", "deletion", "substitution", "transposition", "first_letter", "repeated", "two_edits"],
)
def test_an_edit_is_one_edit(name: str) -> None:
    for listed, query in results(name):
        assert OSA.distance(listed, query) == (2 if name == "two_edits" else 1)


def test_the_first_letter_changes_only_in_its_own_manipulation() -> None:
    for listed, query in results("first_letter"):
        changed = [(a, b) for a, b in zip(listed.split(), query.split(), strict=True) if a != b]
        assert len(changed) == 1
        assert changed[0][0][0] != changed[0][1][0]
        assert changed[0][0][1:] == changed[0][1][1:]
    for name in ("insertion", "deletion", "substitution", "transposition"):
        for listed, query in results(name):
            assert [token[0] for token in listed.split()] == [token[0] for token in query.split()]


@pytest.mark.parametrize("name", ["missing_middle", "missing_particle", "missing_kunya"])
def test_what_is_missing_was_there_and_two_words_remain(name: str) -> None:
    for listed, query in (
        results(name) if name != "missing_kunya" else [("Abu Hamza Karim Testi", "Karim Testi")]
    ):
        assert len(query.split()) >= 2
        assert len(query) < len(listed)
        assert all(token in listed for token in query.split())


def test_abd_keeps_its_article() -> None:
    kept = manipulated("Khalid Abd al-Rahman al-Testi", BY_NAME["missing_particle"])
    assert kept == "Khalid Abd al-Rahman Testi"


def test_a_kunya_is_left_out_only_where_a_name_remains() -> None:
    kunya = BY_NAME["missing_kunya"]
    assert manipulated("Abu Hamza Karim Testi", kunya) == "Karim Testi"
    assert manipulated("Abu Hamza", kunya) is None


def test_initials_keep_the_family_name() -> None:
    for listed, query in results("initials"):
        assert query.split()[-1] == listed.split()[-1]
        assert len(query.split()[0].rstrip(".")) == 1


def test_noise_surrounds_the_whole_name() -> None:
    for name in ("noise", "noise_in_field", "wrong_field", "honorific"):
        for listed, query in results(name):
            assert listed in query
            assert query.index(listed) > 0 or name != "wrong_field"


def test_truncation_leaves_the_beginning() -> None:
    for listed, query in results("truncation_35"):
        assert len(query) <= 35
        assert listed.startswith(query)
    for listed, query in results("truncation"):
        assert listed.startswith(query)
        assert 2 <= len(listed) - len(query) <= 3


def test_lookalikes_replace_letter_for_letter() -> None:
    for name in ("homoglyph", "digit_for_letter"):
        for listed, query in results(name):
            changed = [(a, b) for a, b in zip(listed, query, strict=True) if a != b]
            assert 1 <= len(changed) <= 3
            assert all(b.isdigit() if name == "digit_for_letter" else ord(b) > 0x370 for _, b in changed)


def test_a_date_stands_in_the_merged_name() -> None:
    for _, query in results("date_merged"):
        assert re.search(r"\d{8}|\d\d[./]\d\d[./]\d{4}", query)


def test_company_suffixes_leave_the_name_of_the_company() -> None:
    suffix = BY_NAME["company_suffix"]
    made = {manipulated("Testi Trading Co. Ltd", suffix, seed=seed) for seed in range(30)}
    assert "Testi Trading" in made
    assert len(made) > 4
    assert all(query is not None and query.startswith("Testi Trading") for query in made)


def test_an_acronym_is_the_first_letters() -> None:
    made = {manipulated("Testi General Trading Ltd", BY_NAME["acronym"], seed=seed) for seed in range(10)}
    assert made == {"TGT", "T.G.T."}


def test_list_notation_expands_to_its_readings() -> None:
    made = {manipulated("Ardo (Ardi) Belvane", BY_NAME["double_barrel"], seed=seed) for seed in range(20)}
    assert made == {"Ardo Belvane", "Ardi Belvane"}


def test_another_romanisation_is_another_spelling_of_the_same_sounds() -> None:
    made = {manipulated("Khalid Muhammad", BY_NAME["romanisation"], seed=seed) for seed in range(60)}
    assert {"Khaled Muhammad", "Khalid Mohamed"} & made
    assert all(
        query is not None and OSA.distance(bare("Khalid Muhammad"), bare(query)) <= 6 for query in made
    )


def test_manipulate_gives_every_class_its_share_whatever_the_order_of_names() -> None:
    made = manipulate(NAMES, seed=1, per_class=5)
    assert made.schema == MANIPULATED
    assert made.equals(manipulate(NAMES.sample(fraction=1, shuffle=True, seed=9), seed=1, per_class=5))
    counts = dict(made["manipulation"].value_counts().iter_rows())
    assert all(counts.get(m.name, 0) <= 5 for m in MANIPULATIONS)
    assert sum(counts.values()) > 5 * 30
    listed = set(zip(NAMES["reference"], NAMES["name"], strict=True))
    assert set(zip(made["reference"], made["listed_name"], strict=True)) <= listed
    for row in made.iter_rows(named=True):
        assert row["kind"] in BY_NAME[row["manipulation"]].kinds
        assert row["channel"] == BY_NAME[row["manipulation"]].channel


def test_weak_aliases_are_left_out_unless_asked_for() -> None:
    weak = NAMES.with_columns(weak=pl.lit(value=True))
    assert manipulate(weak, seed=1, per_class=2).is_empty()
    assert manipulate(weak, seed=1, per_class=2, weak=True).height > 20
    assert manipulate(pl.DataFrame(schema=LISTED_NAMES), seed=1, per_class=2).schema == MANIPULATED


def test_recombined_names_are_nobody_on_the_list() -> None:
    made = recombined(NAMES, 400, seed=2)
    assert made.height == made["name"].n_unique() == 400
    assert made.equals(recombined(NAMES, 400, seed=2))
    listed = {tuple(sorted(name.casefold().split())) for name in NAMES["name"]}
    assert not {tuple(sorted(name.casefold().split())) for name in made["name"]} & listed
    tokens = {token.casefold() for name in NAMES["name"] for token in re.sub(r"[^\w\s'-]", " ", name).split()}
    assert all(token.casefold() in tokens for name in made["name"] for token in name.split())
