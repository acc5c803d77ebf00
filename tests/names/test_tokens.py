"""What is derived from how a token is written: sounds, consonants, weight, role."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.names.lexicon import legal_forms, particles, rarity, titles
from screening.names.normalise import prepare
from screening.names.tokens import KINDS, Token, make_token, whole

ROLES = {"name", "known name", "particle", "title", "legal form", "clerical", "initial", "number"}
words = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=12)


def one(text: str) -> Token:
    (token,) = prepare(text).tokens
    return token


def sound_alike(a: str, b: str) -> bool:
    return not set(one(a).keys).isdisjoint(one(b).keys)


@given(words)
def test_weights_are_shares_and_roles_are_known(form: str) -> None:
    token = make_token(form)
    assert all(0 < weight <= 1 for weight in token.weights)
    assert set(token.roles) <= ROLES
    assert token.keys == tuple(sorted(set(token.keys)))


@given(words)
def test_the_same_form_is_the_same_token(form: str) -> None:
    assert make_token(form) == make_token(form)
    assert make_token(form).keys == make_token(form).keys


@given(st.lists(words, min_size=1, max_size=4))
def test_a_compound_weighs_what_its_parts_weigh(forms: list[str]) -> None:
    parts = [make_token(form) for form in forms]
    together = whole(make_token("".join(forms)), parts)
    for k in range(len(KINDS)):
        assert together.weights[k] == pytest.approx(sum(part.weights[k] for part in parts))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Mohammed", "Muhammad"),
        ("Mohamed", "Muhammad"),
        ("Mohd", "Muhammad"),
        ("Usama", "Osama"),
        ("Khaled", "Khalid"),
        ("Tarek", "Tariq"),
        ("Ahmed", "Ahmad"),
        ("Hussein", "Husayn"),
        ("Omar", "Umar"),
        ("Sulayman", "Suleiman"),
        ("Dzhavad", "Javad"),
        ("Tschetschenow", "Chechenov"),
        ("Velmajew", "Velmaev"),
        ("Velmajewa", "Velmayeva"),
        ("Dormanjew", "Dormanyev"),
        ("Velmaljow", "Velmalyov"),
        ("Velmoud", "Velmood"),
        ("007", "7"),
    ],
)
def test_spellings_of_one_sound_share_a_key(a: str, b: str) -> None:
    assert sound_alike(a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Khalid", "Jamil"),
        ("Velkar", "Dorman"),
        ("Hamza", "Hakim"),
        ("7", "8"),
        ("Zhou", "Zhu"),
        ("Zheng", "Zhang"),
        ("Guo", "Gu"),
        ("Luo", "Lu"),
        ("Shen", "Chen"),
        ("Feng", "Fang"),
        ("Cho", "Chu"),
    ],
)
def test_different_sounds_share_none(a: str, b: str) -> None:
    assert not sound_alike(a, b)


@pytest.mark.parametrize(
    ("text", "person", "entity"),
    [
        ("al", "particle", "particle"),
        ("bin", "particle", "particle"),
        ("Dr", "title", None),
        ("Ltd", None, "legal form"),
        ("V", "initial", "initial"),
        ("11420", "number", "number"),
        ("attn", "clerical", "clerical"),
        ("Mohammed", "known name", None),
        ("Velkarion", "name", "name"),
    ],
)
def test_a_role_depends_on_the_kind_of_party(text: str, person: str | None, entity: str | None) -> None:
    roles = one(text).roles
    assert person in (None, roles[0])
    assert entity in (None, roles[1])


def test_a_title_is_no_title_of_a_company_and_a_legal_form_none_of_a_person() -> None:
    assert one("Sheikh").roles[1] != "title"
    assert one("Trust").roles[0] != "legal form"


def test_numbers_are_evidence_for_companies_only() -> None:
    person, entity = one("11420").weights
    assert person < 0.5 < entity == 1


def test_common_names_weigh_less_than_rare_ones_and_particles_least() -> None:
    rare, common, particle = (one(text).weights[0] for text in ("Velkarion", "Mohammed", "al"))
    assert rare > common > particle


def test_short_tokens_carry_less() -> None:
    weights = [one(text).weights[0] for text in ("q", "qz", "qzk", "qzkv")]
    assert weights == sorted(weights)
    assert len(set(weights)) == 4


@given(st.sampled_from(sorted(particles())), st.sampled_from(KINDS))
def test_a_particle_weighs_what_its_table_says(form: str, kind: str) -> None:
    if len(form) > 1:
        assert make_token(form).weights[KINDS.index(kind)] == particles()[form]


@given(st.sampled_from(sorted(titles())), st.sampled_from(sorted(legal_forms())))
def test_incidental_words_weigh_little(title: str, form: str) -> None:
    assert make_token(title).weights[0] <= 0.4
    assert make_token(form).weights[1] <= 0.4


@given(st.sampled_from(sorted(rarity("individual"))))
def test_no_name_that_is_said_to_be_common_weighs_nothing(key: str) -> None:
    assert 0 < rarity("individual")[key] < 1


def test_a_qaf_is_read_as_k_and_as_g() -> None:
    assert not set(make_token("qadum").keys).isdisjoint(make_token("gadum").keys)
    assert not set(make_token("qadum").keys).isdisjoint(make_token("kadum").keys)
    assert set(make_token("gadum").keys).isdisjoint(make_token("kadum").keys)
    assert make_token("qadum").skeleton == make_token("kadum").skeleton


PIECES = (
    "abd", "abdul", "al", "allah", "rahman", "din", "nur", "velkar", "-", ".", "?", "*", "@", "'", "1", "0",
    "عبد", "ال", "رحمن", "金", "김", "\u0430", "Х", "А", " ", "a", "e",
)  # fmt: skip


@given(st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join), max_size=8))
def test_tokens_that_are_equal_are_worth_the_same(texts: list[str]) -> None:
    """A batch numbers tokens by what they are: one that weighed otherwise would get another's weight."""
    met: dict[Token, Token] = {}
    for text in texts:
        name = prepare(text)
        for token in (*name.tokens, *(token for _, _, token in name.compounds)):
            first = met.setdefault(token, token)
            for about in ("weights", "costs", "roles", "keys", "meanings", "skeleton"):
                assert getattr(first, about) == getattr(token, about), (first, token)
