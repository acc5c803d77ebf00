"""A word that a table of equivalents knows agrees with what it stands for, and says so."""

from __future__ import annotations

import pytest

from screening import compare


@pytest.mark.parametrize(
    ("short", "listed"),
    [
        ("Velkar Indl. Devt Co", "Velkar Industrial Development Company"),
        ("Velkar Econ Cttee", "Velkar Economic Committee"),
        ("Velkar Engrg & Constrn Dept", "Velkar Engineering and Construction Department"),
        ("Velkar Islm Educ Instit", "Velkar Islamic Education Institute"),
        ("Velkar Ins Coop", "Velkar Insurance Cooperative"),
        ("Velkar Elec Pwr Utd", "Velkar Electric Power United"),
        ("Velkar Rsch Technol Orgn", "Velkar Research Technology Organization"),
        ("Velkar Logis Whse", "Velkar Logistics Warehouse"),
    ],
)
def test_an_abbreviation_of_clerks_is_the_word(short: str, listed: str) -> None:
    assert compare(short, listed, kind="entity").score > 0.9


@pytest.mark.parametrize("short", ["Comm", "Res", "Bk", "Inv"])
def test_an_abbreviation_of_several_words_is_not_chosen_for_one(short: str) -> None:
    for word in ("Committee", "Reserve", "Book", "Inventory"):
        assert compare(f"Orlan {short}", f"Velkar {word}", kind="entity").score < 0.5


@pytest.mark.parametrize(
    "native",
    [
        "Джозеф Дорманов",
        "Жозеф Дорманов",
        "Ιωσήφ Ντορμάνοβ",
        "ג'וזף דורמאנוב",
        "جوزيف دورمانوف",
        "جوزف دورمانوف",
    ],
)
def test_joseph_is_joseph_in_any_letters(native: str) -> None:
    assert compare(native, "Joseph DORMANOV").score > 0.85


def test_joseph_is_not_yusuf() -> None:
    assert compare("Joseph Dormanov", "Yusuf BELVANE").score < 0.5
    assert not any("forms of one name" in why for why in compare("Joseph Dorman", "Yusuf DORMAN").reasons)
