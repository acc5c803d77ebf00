"""Words written apart are found as they are put together letter by letter, and the search for them ends."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from screening.index.joins import Split
from screening.names.joining import FEWEST_SOUNDS, GLUED, GLUED_SOUND
from screening.names.normalise import prepare
from screening.names.tokens import Token, sounded

LISTED = list(prepare("Abdullah Abdulrahman Velkarim Nuruddin Ardovel Testari").tokens)
LISTED += [compound for _, _, compound in prepare("Abdullah Abdulrahman Nuruddin Abdulvelkar").compounds]
WORDS = [
    "Abdullah",
    "Abdul",
    "Abd",
    "ullah",
    "Allah",
    "rahman",
    "Nur",
    "uddin",
    "Vel",
    "karim",
    "Ardo",
    "vel",
    "Testari",
    "2",
]


def put_together(words: list[Token]) -> dict[int, float]:
    """Which listed tokens some words are as one, and how alike: by their letters, or by their sound."""
    if sum(bool(word.surface) for word in words) < 2:
        return {}
    letters, sound = "".join(word.surface for word in words), ""
    for word in words:
        sound = sounded(sound, word.spoken)
    heard = all(word.spoken for word in words if word.surface) and len(sound) >= FEWEST_SOUNDS
    met = {}
    for u, token in enumerate(LISTED):
        if len(token.own_surface) > 1 and token.surface == letters:
            met[u] = GLUED
        elif len(token.own_surface) > 1 and heard and token.spoken == sound:
            met[u] = GLUED_SOUND
    return met


@settings(max_examples=300)
@given(st.lists(st.sampled_from(WORDS), min_size=2, max_size=5))
def test_words_are_one_as_they_are_put_together(written: list[str]) -> None:
    split, words = Split(LISTED), list(prepare(" ".join(written)).tokens)
    found = {count: met for count, met, _ in split.over(words)}
    for count in range(2, len(words) + 1):
        assert found.get(count, {}) == put_together(words[:count])


def test_words_that_cannot_be_one_any_more_are_not_read_on() -> None:
    """Each part of a compound may add no letters to a word that is there, and a long text holds thousands."""
    words = list(prepare("Abdullah").tokens) * 1000
    assert [count for count, _, _ in Split(LISTED).over(words)][-1] < 5
