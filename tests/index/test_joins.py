"""Words written apart are found as they are put together letter by letter, and the search for them ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.index.joins import Spelled, Split
from screening.names.joining import FEWEST_SOUNDS, GLUED, GLUED_SOUND
from screening.names.normalise import MAX_TOKENS, prepare
from screening.names.tokens import Token, sounded

if TYPE_CHECKING:
    from collections.abc import Callable

    from screening import NameIndex

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
        elif len(token.own_surface) > 1 and heard and sound in token.heard:
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


@pytest.mark.parametrize(
    "text", ["\u314f" * 3000, "a'" * 3000], ids=["lone letters of Hangul", "apostrophes"]
)
def test_words_are_not_read_on_beyond_a_name(
    text: str, build: Callable[..., NameIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Letters of one sound are one letter together, however many: each would be read on to the end."""
    index, read = build(["Ahmad Velkari", "Maamun Dormani"]), 0
    spelled = Split.spelled

    def counted(self: Split, before: Spelled, word: Token) -> Spelled:
        nonlocal read
        read += 1
        return spelled(self, before, word)

    monkeypatch.setattr(Split, "spelled", counted)
    assert index.scan_text([text]).is_empty()
    assert 0 < read < 10 * 3000


def test_as_many_words_as_a_name_has_are_read() -> None:
    *letters, end = prepare("a " * (MAX_TOKENS - 1) + "rdovel").tokens
    found = [(count, met) for count, met, _ in Split(LISTED).over([*letters, end])]
    assert found[-1] == (MAX_TOKENS, put_together([*letters, end]))
    assert found[-1][1]
    assert [count for count, _, _ in Split(LISTED).over([*letters, letters[0], end])][-1] == MAX_TOKENS
