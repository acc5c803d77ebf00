from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.validation.world import hexadecimal, make_world, numbered


@settings(deadline=None, max_examples=10)
@given(n=st.integers(1, 200), seed=st.integers(0, 2**31))
def test_a_world_is_made_of_people_and_companies_only(n: int, seed: int) -> None:
    world = make_world(n, seed=seed)
    assert sorted([*world.people, *world.companies]) == list(range(n))
    assert world.parties.equals(make_world(n, seed=seed).parties)


def test_no_two_parties_share_an_account_or_an_id() -> None:
    parties = make_world(5000, seed=1).parties
    for column in ("account", "party_id", "customer_id", "phone_hash"):
        assert parties[column].n_unique() == parties[column].len()


def test_only_people_are_born_and_only_companies_have_an_lei() -> None:
    parties = make_world(2000, seed=2).parties
    person = pl.col("type") == "person"
    assert parties.filter(~person)["birth_date"].null_count() == parties.filter(~person).height
    assert parties.filter(person)["birth_date"].null_count() == 0
    assert parties.filter(person)["lei"].null_count() == parties.filter(person).height
    for lei in parties["lei"].drop_nulls():
        assert int(lei) % 97 == 1


def test_every_party_has_a_home_and_a_bank_in_its_country() -> None:
    parties = make_world(2000, seed=3).parties
    assert (
        parties.select("name", "country", "town", "address", "account", "currency")
        .null_count()
        .sum_horizontal()[0]
        == 0
    )
    assert (parties["agent_bic"].str.slice(4, 2) == parties["country"]).all()
    assert parties["agent_bic"].str.contains("^[A-Z]{8}(XXX)?$").all()


def test_ids_and_hexadecimal_text_have_their_width() -> None:
    assert numbered("T", np.array([7, 12]), 4).to_list() == ["T0007", "T0012"]
    text = hexadecimal(np.random.default_rng(1), 50, 16)
    assert text.str.contains("^[0-9a-f]{16}$").all()
    assert text.n_unique() == 50
