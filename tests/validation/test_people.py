from __future__ import annotations

import re
from importlib import resources

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.errors import PolicyError
from screening.validation.people import (
    COMPANIES,
    COUNTRIES,
    CULTURES,
    PEOPLE,
    companies,
    people,
    rows_of,
)


@settings(deadline=None, max_examples=15)
@given(n=st.integers(0, 300), seed=st.integers(0, 2**32), culture=st.sampled_from(CULTURES))
def test_as_many_distinct_names_as_asked_for(n: int, seed: int, culture: str) -> None:
    names = people(n, seed=seed, cultures=[culture])
    assert names.schema == PEOPLE
    assert names.height == names["name"].n_unique() == n
    assert names["culture"].unique().to_list() in ([culture], [])


@settings(deadline=None, max_examples=10)
@given(n=st.integers(0, 300), seed=st.integers(0, 2**32), country=st.sampled_from(COUNTRIES))
def test_as_many_distinct_companies_as_asked_for(n: int, seed: int, country: str) -> None:
    firms = companies(n, seed=seed, countries=[country])
    assert firms.schema == COMPANIES
    assert firms.height == firms["name"].n_unique() == n


def test_the_same_seed_gives_the_same_names_and_another_seed_gives_others() -> None:
    assert people(500, seed=7).equals(people(500, seed=7))
    assert companies(500, seed=7).equals(companies(500, seed=7))
    assert not people(500, seed=7).equals(people(500, seed=8))


def test_all_cultures_occur_and_most_names_are_in_latin_letters() -> None:
    names = people(20_000, seed=3)
    assert set(names["culture"]) == set(CULTURES)
    assert len(CULTURES) >= 50
    assert 0.85 < names["name"].str.contains("[A-Za-z]").mean() < 1  # type: ignore[operator]


def test_a_name_is_clean() -> None:
    names = pl.concat([people(20_000, seed=4)["name"], companies(20_000, seed=4)["name"]])
    dirty = names.filter(names.str.contains(r"^\s|\s$|\s\s|[{}|\[\]0-9]"))
    assert dirty.filter(~dirty.str.contains(r"\(1998\)")).to_list() == []


def test_a_culture_keeps_to_its_structures() -> None:
    names = people(400, seed=5, cultures=["malay"])["name"]
    assert names.str.contains(" (bin|binti) ").all()
    russian = people(400, seed=5, cultures=["russian_script"])["name"]
    assert russian.str.contains(r"^[А-Яа-яЁё’ -]+$").all()


def test_a_small_culture_goes_on_with_longer_names() -> None:
    names = people(60_000, seed=6, cultures=["japanese_script"])["name"]
    assert names.n_unique() == 60_000


def test_an_unknown_culture_or_country_is_named() -> None:
    with pytest.raises(PolicyError, match="unknown culture klingon"):
        people(1, seed=1, cultures=["klingon"])
    with pytest.raises(PolicyError, match="unknown country ZZ"):
        companies(1, seed=1, countries=["ZZ"])


def test_every_part_of_every_structure_has_a_pool() -> None:
    pools = {
        (row["culture"], row["part"])
        for file in ("names_own.csv", "names_faker.csv")
        for row in rows_of(file)
    }
    for row in rows_of("structures.csv"):
        for part in re.findall(r"\{(\w)\}", row["structure"]):
            assert (row["culture"], part) in pools


def test_every_culture_and_country_has_a_home() -> None:
    homes = rows_of("residence.csv")
    assert {culture for row in homes for culture in row["cultures"].split("|")} == set(CULTURES)
    assert set(COUNTRIES) <= {row["country"] for row in homes}


def test_the_pools_stay_small_and_name_their_licence() -> None:
    folder = resources.files("screening.validation") / "data"
    assert sum(len(file.read_bytes()) for file in folder.iterdir()) < 400_000
    assert "Permission is hereby granted" in (folder / "LICENSE-faker.txt").read_text()
