from __future__ import annotations

from random import Random

import pytest

from screening.validation import distortions as d


def test_particles_and_single_letters_are_not_substantial() -> None:
    assert d.substantial(["Ardo", "bin", "K.", "al", "Belvane"]) == ["Ardo", "Belvane"]
    assert d.is_particle("Bin")
    assert not d.is_particle("Binyamin")
    assert d.letter_count("O'Нил 3") == 4


@pytest.mark.parametrize(
    "distortion", [d.insertion, d.deletion, d.substitution, d.transposition, d.two_edits, d.first_letter]
)
def test_names_too_short_to_survive_an_edit_are_left_alone(distortion: object) -> None:
    assert callable(distortion)
    assert {distortion(name, Random(seed)) for name in ("Li Wu", "Ali", "Abu") for seed in range(9)} == {None}


def test_a_single_token_has_no_order_no_middle_and_no_initials() -> None:
    for distortion in (d.token_order, d.comma_form, d.missing_middle, d.initials, d.glued, d.split_fields):
        assert distortion("Belvane", Random(1)) is None


def test_an_inverted_name_is_not_inverted_again() -> None:
    for distortion in (d.token_order, d.comma_form, d.initials, d.missing_middle):
        assert distortion("Belvane, Ardo Quellin", Random(1)) is None


def test_a_particle_stays_with_the_token_it_leads() -> None:
    made = {d.token_order("Ardo Quellin bin Belvane", Random(seed)) for seed in range(20)}
    assert all(name is not None and "bin Belvane" in name for name in made)
    assert len(made) > 1


def test_a_short_acronym_is_not_hidden_in_a_text() -> None:
    for distortion in (d.noise, d.wrong_field, d.noise_in_field):
        assert distortion("TGT", Random(1)) is None


def test_an_edit_stays_in_its_script() -> None:
    for seed in range(20):
        made = d.substitution("Бельвани Квеллин", Random(seed))
        assert made is None or all(letter == " " or "а" <= letter.lower() <= "я" for letter in made)


def test_capitals_stay_capitals() -> None:
    made = {d.romanisation("KHALID MUHAMMAD", Random(seed)) for seed in range(30)}
    assert all(name is not None and name.isupper() for name in made)
