"""A Korean name is found in whatever way its syllables are spelled, and no other name is read as one."""

from __future__ import annotations

from itertools import product

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening import NameIndex, Policy, SanctionsList, compare
from screening.names.korean import _surnames, korean_name, korean_spellings, spelled_otherwise


@pytest.mark.parametrize(
    ("native", "latin"),
    [
        ("홍길동", "Hong Kil Tong"),
        ("홍길동", "Hong Gil-dong"),
        ("곽두팔", "Kwak Tu Phal"),
        ("리몽룡", "Ri Mong Ryong"),
        ("이몽룡", "Lee Mong-ryong"),
        ("변학도", "Pyon Hak To"),
        ("성춘향", "Song Chun Hyang"),
        ("박첨지", "Pak Chom-ji"),
    ],
)
def test_a_korean_name_is_met_by_its_usual_spellings(native: str, latin: str) -> None:
    assert compare(native, latin).score > 0.9
    assert compare(latin, native).score > 0.9


def test_a_korean_syllable_has_no_endless_spellings() -> None:
    assert all(len(korean_spellings(chr(code))) <= 64 for code in range(0xAC00, 0xD7A4))
    assert korean_spellings("a") == frozenset()
    assert {"i", "lee", "yi", "rhee"} <= korean_spellings("이")


syllables = st.sampled_from(
    ["".join(parts) for parts in product(["g", "t", "b", "ch", "s", ""], ["ae", "u"], ["", "n"])]
)
korean = st.tuples(syllables, syllables, syllables).map(" ".join)


@given(korean)
def test_other_spellings_of_a_korean_name_have_this_one_among_theirs(name: str) -> None:
    others = spelled_otherwise(name)
    assert name not in others
    assert len(others) == len(set(others)) <= 15
    if not any(_surnames().get(word) for word in name.split()):
        assert all(name in spelled_otherwise(other) for other in others)


@given(st.one_of(korean, st.text(alphabet="kKgeuwoNn -,\n\u0131\u212a\u00a0", max_size=12)))
def test_a_name_that_is_spelled_otherwise_is_told_at_one_look(name: str) -> None:
    assert not spelled_otherwise(name) or pl.Series([name]).str.contains(korean_name()).item()


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Gim Jeong Deok", "Kim Chong Tok"),
        ("Jang Beom-su", "CHANG POM SU"),
        ("Baek Dong Geun", "Paek Tong Kun"),
        ("Choi, Young Gil", "Choe Yong Kil"),
        ("Lim Seong Jin", "Rim Song Chin"),
        ("Gim Gyu", "KIM KYU"),
        ("Ryu Chin", "RYU JIN"),
        ("Ju Hyeok", "CHU HYO'K"),
        ("Woo Du Phal", "U TU PHAL"),
        ("U Du Phal", "WOO TU PHAL"),
        ("Kim Deok Wook", "KIM TOK UK"),
        ("Kim Deok Woong", "KIM TOK UNG"),
        ("Noh Deok Phal", "RO TOK PHAL"),
        ("Na Deok Phal", "RA TOK PHAL"),
        ("Shin Deok Phal", "SIN TOK PHAL"),
        ("Hur Deok Phal", "HO TOK PHAL"),
        ("Koh Deok Phal", "KO TOK PHAL"),
        ("Yang Deok Phal", "RYANG TOK PHAL"),
        ("Deok Phal Noh", "RO TOK PHAL"),
    ],
)
def test_a_korean_name_is_found_as_others_spell_it(a: str, b: str) -> None:
    assert compare(a, b).score > 0.9
    index = NameIndex(SanctionsList.from_names([("X.1", "individual", b)]))
    assert index.search([a])["score"].to_list() == [compare(a, b).score]
    assert compare(a, b).reasons[-1].startswith("read as ")


@pytest.mark.parametrize(
    "name",
    [
        "Deok Gim",
        "Gorlan Dostak",
        "Gim Dostak",
        "Gim",
        "Jane Gim Deok Orlan",
        "김정덕",
        "Gim Jeong Deo\u0131",
        "Gim Jeong Deok\n",
    ],
)
def test_other_names_are_read_as_they_are_spelled(name: str) -> None:
    assert spelled_otherwise(name) == []


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Ju Don-Sik", "CHOE DON-SIK"),
        ("Choi Du Phal", "JO DU PHAL"),
        ("Chu Du Phal", "CHOE DU PHAL"),
        ("Cho Du Phal", "CHOI DU PHAL"),
        ("Cho Du Phal", "CHU DU PHAL"),
        ("Joo Du Phal", "JO DU PHAL"),
        ("Ko Du Phal", "KU DU PHAL"),
        ("Ho Du Phal", "HU DU PHAL"),
    ],
)
def test_two_surnames_of_millions_are_two(a: str, b: str) -> None:
    assert compare(a, b).score < Policy().names.threshold


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Choi Du Phal", "CHOE DU PHAL"),
        ("Choy Du Phal", "CHOE DU PHAL"),
        ("Cho Du Phal", "JO DU PHAL"),
        ("Joo Du Phal", "CHU DU PHAL"),
        ("Ju Du Phal", "CHU DU PHAL"),
    ],
)
def test_spellings_of_one_surname_are_one(a: str, b: str) -> None:
    assert compare(a, b).score > 0.9
