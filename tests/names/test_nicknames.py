"""A short form of a given name is that name, and nobody else's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.names import compare
from screening.names.lexicon import nicknames, particles, titles
from screening.policy import Policy

THRESHOLD = Policy().names.threshold
pairs = st.sampled_from(sorted((short, name) for short, names in nicknames().items() for name in names))


@given(pairs)
def test_a_nickname_meets_the_name_that_it_is_short_for(pair: tuple[str, str]) -> None:
    short, name = (f"{word} Dormanov Belvane" for word in pair)
    for a, b in ((short, name), (name, short)):
        assert THRESHOLD <= compare(a, b).score < compare(b, b).score


@pytest.mark.parametrize(
    ("short", "name"),
    [("Misha", "Mikhail"), ("Саша", "Александр"), ("Kolya", "Nikolai"), ("Bill", "William")],
)
def test_the_reason_does_not_speak_of_spelling(short: str, name: str) -> None:
    reason, *_ = compare(f"{short} Dormanov", f"{name} Dormanov").reasons
    assert "forms of one name or word" in reason


def test_two_names_with_one_nickname_stay_two() -> None:
    assert compare("Theodore Dormanov", "Edward Dormanov").score < THRESHOLD


def test_a_nickname_is_no_title_and_no_particle() -> None:
    assert nicknames().keys().isdisjoint(titles().keys() | particles().keys())
