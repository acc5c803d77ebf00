"""Several words that may be one, on either side, and what is said of it."""

from __future__ import annotations

import pytest

from screening import compare
from screening.names.comparison import Listed
from screening.names.normalise import prepare

ONE_WORD = [
    ("Altesti Velkar", "Al Testi Velkar", "glued"),
    ("Aboutestar Velkar", "Abu Testar Velkar", "glued, in sound"),
    ("شفيع الله Velkar", "Shafiullah Velkar", "glued, in another script"),
]


@pytest.mark.parametrize(("a", "b", "how"), ONE_WORD)
def test_words_that_may_be_one_meet_whichever_side_is_cut_and_it_is_told(a: str, b: str, how: str) -> None:
    for query, listed in ((a, b), (b, a)):
        found = compare(query, listed)
        assert found.score > 0.85
        assert how in {part.how for part in found.tokens}
        assert any("cut elsewhere" in reason for reason in found.reasons)


def test_short_names_that_sound_alike_are_not_joined() -> None:
    assert compare("Luuk Man", "Lukman").score < compare("Luk Man", "Lukman").score
    assert not Listed.ready(prepare("Luk Man"), "individual").sounds
    assert Listed.ready(prepare("Abu Testar"), "individual").sounds == {"abutastar": (0, 1)}


def test_words_with_digits_have_no_sound_together() -> None:
    assert not Listed.ready(prepare("Velkar 99000 Testar"), "entity").sounds
    assert compare("Velkar99000", "Velkar 9000", kind="entity").score < 0.75


def test_a_compound_meets_by_its_parts_and_not_as_several_words() -> None:
    """Abdullah stands for its two parts; each listed name in Arabic letters would be looked at otherwise."""
    found = compare("Abdullah Velkar", "عبد الله Velkar")
    assert found.score > 0.9
    assert "glued, in another script" not in {part.how for part in found.tokens}
