"""What becomes of a name as it is written down: titles, initials, numbers, cases, parts left out."""

from __future__ import annotations

import csv
from importlib.resources import files

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from screening.names import compare
from screening.names.comparison import LEFT_OUT, MISSING
from screening.names.lexicon import civil_titles, declensions, legal_forms
from screening.names.normalise import analyse, prepare
from screening.validation.people import people

CROWD = people(400, seed=12)["name"].to_list()
crowd = st.sampled_from(CROWD)


def score(a: str, b: str, kind: str = "individual") -> float:
    return compare(a, b, kind=kind).score  # type: ignore[arg-type]


@given(crowd, st.sampled_from(sorted(civil_titles())))
def test_a_title_that_anybody_may_bear_changes_no_score(name: str, title: str) -> None:
    assume(not prepare(f"{title} {name}").full_line)
    assume([token.roles[0] for token in prepare(f"{title} {name}").tokens].count("title") == 1)
    more = f"{name} Zuqrimax"
    assert score(f"{title} {name}", more) == pytest.approx(score(name, more), abs=1e-9)


def test_a_title_does_not_make_a_contradiction_of_what_is_left_out() -> None:
    left_out = score("Khalid Dormani", "Khalid Mansur Dormani")
    assert score("Mr Khalid Dormani", "Khalid Mansur Dormani") == pytest.approx(left_out)
    assert score("Yusuf Khalid Dormani", "Khalid Mansur Dormani") < left_out - 0.1


def test_what_a_person_leaves_out_costs_as_one_rare_name_at_most() -> None:
    long = "Khalid Belvane Ranlev Torvash Orlan Sevrin Dormani"
    assert score("Khalid Dormani", long) > 0.8
    assert score("Khalid Belvane Dormani", long) > score("Khalid Dormani", long)
    assert score("Khalid Maltuk Dormani", long) < 0.75  # that is another man
    assert LEFT_OUT[0] * MISSING < 1 / 3


def test_one_name_of_many_is_not_whoever_bears_them() -> None:
    long = "Khalid Belvane Ranlev Torvash Orlan Sevrin Dormani"
    assert score("Dormani", long) < 0.6
    assert score("al Dormani", f"al {long}") < 0.6  # a particle is no second name


def test_a_company_is_not_known_by_a_few_of_its_words() -> None:
    long = "Velkar Belvane Ranlev Torvash Orlan Sevrin Dormani"
    assert score("Velkar Dormani", long, "entity") < score("Velkar Dormani", long) - 0.1


@pytest.mark.parametrize("number", ["5", "55", "123", "007"])
@pytest.mark.parametrize(("name", "kind"), [("Ardo Belvane", "individual"), ("Velkar Brigade", "entity")])
def test_digits_beside_letters_may_be_a_number(name: str, kind: str, number: str) -> None:
    assert score(f"{name}{number}", f"{name} {number}", kind) > 0.95
    assert score(f"{number}{name}", f"{number} {name}", kind) > 0.95
    if kind == "individual":
        assert score(f"{name}{number}", name) > 0.95


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("0mar Dormani", "Omar Dormani"), ("Ornar D0rman1", "Ornar Dormani"),
        ("5evrin Ma1tuk", "Sevrin Maltuk"), ("Velkar1 Ardo", "Velkari Ardo"),
    ],
)  # fmt: skip
def test_digits_beside_letters_may_be_letters(written: str, name: str) -> None:
    assert score(written, name) > 0.95
    assert "digits for letters" in prepare(written).signs


def test_several_digits_beside_letters_are_no_sign_of_a_disguise() -> None:
    assert analyse("BRIGADE55").signs == ()
    assert analyse("Br1gade55").signs == ("digits for letters",)


CONSONANTS = "BCDFGHJKLMNPRSTVWZ"


@given(st.sampled_from(CONSONANTS), st.sampled_from(CONSONANTS))
def test_two_capital_consonants_may_be_initials(a: str, b: str) -> None:
    name = f"{a}ormandar {b}elvantor Zuqrimax"
    assume(prepare(a + b).tokens[0].roles[0] == "initial")  # not a title, nor a name: Mr, Md, Ng
    assert score(f"{a}{b} Zuqrimax", name) >= score(f"{a}. {b}. Zuqrimax", name) - 0.01 > 0.75
    assert score(f"{a}{b} Zuqrimax", f"{a}{b} Zuqrimax LLC", "entity") > 0.9


@pytest.mark.parametrize(
    "letters", sorted(form for form in legal_forms() if len(form) == 2 and form.isascii())
)
def test_a_legal_form_with_full_stops_may_be_the_initials_of_a_person(letters: str) -> None:
    a, b = [*letters.upper()]
    name = f"{a}ormandar {b}elvantor Zuqrimax"
    assert score(f"{a}.{b}. Zuqrimax", name) > 0.75
    assert score(f"Zuqrimax Velkar {a}.{b}.", "Zuqrimax Velkar", "entity") > 0.95
    assert score(f"Zuqrimax Velkar {a}.{b}.", f"Zuqrimax Velkar {letters}", "entity") > 0.95


@pytest.mark.parametrize(("a", "b"), [("BK TR", "BKTR"), ("S.A. B.V.", "SABV"), ("KR Steel", "KRSteel")])
def test_letters_of_a_company_may_be_cut_elsewhere(a: str, b: str) -> None:
    assert score(a, b, "entity") > 0.95
    assert score(b, a, "entity") > 0.95


def test_letters_of_a_company_are_no_initials() -> None:
    assert score("KB Trading", "KL Trading", "entity") < 0.75
    assert score("KB", "KL", "entity") == 0


@pytest.mark.parametrize(("ending", "nominative", "before"), declensions())
def test_a_case_of_a_russian_name_is_that_name(ending: str, nominative: str, before: str) -> None:
    stem = {"в": "Велкаров", "у": "Торвау"}["в" if "в" in before else "у"]
    given_name, surname = f"{stem}{nominative}", "Зоримакс"
    assert score(f"{surname} {stem}{ending}", f"{surname} {given_name}") > 0.95


def test_every_row_of_the_table_of_cases_is_read() -> None:
    text = (files("screening.names") / "data" / "declensions.csv").read_text(encoding="utf-8")
    assert len(declensions()) == len(list(csv.reader(text.splitlines()))) - 3


@pytest.mark.parametrize(
    ("written", "listed"),
    [
        ("محمدرضا دورمانی", "MOHAMMAD REZA DORMANI"), ("علی‌اکبر دورمانی", "Ali Akbar Dormani"),
        ("حمیدرضا ولکاری", "Hamid Reza Velkari"), ("گل‌آغا ولکاری", "Gul Agha Velkari"),
        ("Мохаммадреза Дормани", "Mohammad Reza Dormani"),
    ],
)  # fmt: skip
def test_one_word_of_another_script_may_be_several(written: str, listed: str) -> None:
    assert score(written, listed) > 0.9
    assert score(written, listed.replace("Reza", "Jan").replace("REZA", "JAN").replace("Ak", "Zay")) < 0.95


def test_a_surname_is_no_patronymic_that_was_cut_off() -> None:
    assert score("Rustan Magomedov", "RUSTAN MAGOMEDOVICH DORMANDEROV") < 0.75
    assert score("Rustan Velkarovi", "RUSTAN VELKAROVICH") > 0.75


def test_two_letters_that_are_no_name_may_be_the_beginning_of_one() -> None:
    assert score("Ardo Belvane Al-Zr", "Ardo Belvane Al-Zrandi") > 0.75
    assert score("Ri Kwang Su", "Ri Kwang Sunhyok") < 0.9  # Su is a name
