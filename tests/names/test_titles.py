"""Titles and what clerks put beside a name say nothing, in whatever language; a name stays a name."""

from __future__ import annotations

import pytest

from screening import Policy, compare
from screening.names.tokens import make_token

THRESHOLD = Policy().names.threshold
TITLES = [
    *("Cmdr", "Commodore", "Admiral", "Rear Admiral", "Field Marshal", "Sgt", "Cpl", "Chief", "Governor"),
    *("Barrister", "Advocate", "Architect", "Rev.", "Messrs", "Maître", "Mlle", "Gral.", "Almirante", "Lic."),
    *("Ingeniero", "Doutora", "Avv.", "Dott.", "Signora", "Mevrouw", "Drs.", "Fräulein", "Hr.", "Sayın"),
    *("Hoca", "Gospodin", "Polkovnik", "Inzhener", "Bwana", "Ndugu", "Mallam", "Alhaja", "Hajiya", "Hj."),
    *("Ustadz", "Ustaadh", "Datuk", "Tunku", "Bapak", "Ibu", "Encik", "Puan", "Kyai", "Ir.", "Jenderal"),
    *("Janab", "Mohtarma", "Sri", "Allama", "Ayatollah", "Hujjatulislam", "Mohandes", "Sarhang", "Mudane"),
    *("Macallin", "Ginoo", "Atty.", "His Excellency", "Justice", "Senator", "Inspector"),
]
LETTERS_BEHIND = ["PhD", "MBBS", "LLB", "MSc", "Esq", "Jr", "III", "IV"]
BESIDE = ["Savings", "Current", "Trustee", "Minor", "POD", "USD", "EUR", "Konto", "Cuenta", "Salary"]
NAMES_AS_WELL = ["Sardar", "Tan", "Pak", "Agha", "Sahib", "Mba", "Marshall", "Saidi", "Aud", "Ron", "Zar"]


@pytest.mark.parametrize("title", TITLES)
def test_a_title_before_a_name_of_two_words_does_not_lose_it(title: str) -> None:
    assert compare(f"{title} Ardo Belvane", "Ardo BELVANE").score >= THRESHOLD


@pytest.mark.parametrize("title", TITLES)
def test_a_title_is_no_evidence(title: str) -> None:
    assert compare(f"{title} Ardo Belvane", f"{title} Gorlan DOSTAK").score < 0.5
    assert compare(title, f"{title} Gorlan DOSTAK").score < THRESHOLD


@pytest.mark.parametrize("letters", LETTERS_BEHIND)
def test_letters_behind_a_name_do_not_lose_it(letters: str) -> None:
    assert compare(f"Ardo Belvane {letters}", "Ardo BELVANE").score >= THRESHOLD


@pytest.mark.parametrize("word", BESIDE)
def test_a_word_of_accounts_beside_a_name_does_not_lose_it(word: str) -> None:
    assert compare(f"Ardo Belvane {word}", "Ardo BELVANE").score >= THRESHOLD
    assert make_token(word.lower()).roles == ("clerical", "clerical")


@pytest.mark.parametrize(
    ("name", "listed"), [("خالد السيد", "Khalid El-Sayed"), ("محمد النقيب", "Mohamed Al-Naqib")]
)
def test_a_title_that_is_a_family_name_with_the_article_is_a_name(name: str, listed: str) -> None:
    assert compare(name, listed).score > 0.9
    assert compare(name, listed.split(maxsplit=1)[0]).score < 0.75


@pytest.mark.parametrize("name", NAMES_AS_WELL)
def test_a_word_that_is_as_often_a_name_is_a_name(name: str) -> None:
    assert make_token(name.lower()).roles[0] in {"name", "known name"}


@pytest.mark.parametrize(
    ("titled", "listed"),
    [
        ("الدكتور خالد درماني", "Khalid DORMANI"),
        ("المهندس خالد درماني", "Khalid DORMANI"),
        ("الحاج خالد درماني", "خالد درماني"),
        ("جناب خالد درمانی", "Khalid DORMANI"),
        ("آقای خالد درمانی", "Khalid DORMANI"),
        ("خانم مریم درمانی", "Maryam DORMANI"),
        ("श्री खालिद दोरमानी", "Khalid DORMANI"),
        ("জনাব খালিদ দোরমানি", "Khalid DORMANI"),
        ("מר חאלד דורמאני", "Khalid DORMANI"),
    ],
)
def test_a_title_in_its_own_script_is_a_title(titled: str, listed: str) -> None:
    comparison = compare(titled, listed)
    assert comparison.score > 0.9
    assert any("(title) is extra" in reason for reason in comparison.reasons)
