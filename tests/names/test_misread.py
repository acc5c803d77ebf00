"""A name whose letters were misread is found as it was written, and an honest name is left as it is."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from itertools import pairwise
from urllib.parse import quote

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening import NameIndex, SanctionsList
from screening.names import compare
from screening.names.misread import MISREAD, reread, reread_with_places
from screening.names.normalise import prepare_readings
from screening.validation.people import companies, people

Misread = Callable[[str], str]
NAMES = ("Jérôme Müller", "Халид Дорманов", "خالد دورماني", "金永哲", "김영철", "Žižek Åström", "𝕬rdo ½")


def as_latin_1(text: str) -> str:
    return text.encode().decode("latin-1")


def as_windows(text: str) -> str:
    """As browsers do: the five bytes that Windows-1252 leaves open stay control characters."""
    letters = (bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in text.encode())
    return "".join(letters)


misreadings = st.sampled_from([as_latin_1, as_windows])
texts = st.one_of(st.sampled_from(NAMES), st.text(max_size=20)).filter(lambda text: reread(text) == text)


@given(texts, misreadings)
def test_a_misread_text_is_read_as_it_was_written(text: str, misread: Misread) -> None:
    assert reread(misread(text)) == text
    assert reread(misread(misread(text))) == text
    assert reread(f"x {misread(text)} y") == f"x {text} y"


@given(texts, st.text(max_size=9), misreadings)
def test_the_place_of_every_letter_is_known(text: str, before: str, misread: Misread) -> None:
    given_text = before + misread(text)
    written, places = reread_with_places(given_text)
    assert len(places) == len(written) + 1
    assert places == sorted(set(places))
    assert places[-1] == len(given_text)
    spans = [given_text[start:end] for start, end in pairwise(places)]
    sure = [place for place, span in enumerate(spans) if not {"?", "\ufffd"}.intersection(span)]
    assert [reread(spans[place]) for place in sure] == [written[place] for place in sure]


@given(st.text("aÃÂÐâ©°¼œ€™\x81\xa0 ?\ufffd", max_size=12))
def test_what_is_misread_holds_the_beginning_of_a_letter(text: str) -> None:
    assert reread(text) == text or pl.Series([text]).str.contains(MISREAD).item()


@pytest.mark.parametrize("cut", [1, 2])
def test_a_letter_that_was_cut_in_the_middle_spoils_no_other(cut: int) -> None:
    assert reread(as_latin_1("Jérôme 金")[:-cut]).startswith("Jérôme ")


@pytest.mark.parametrize("lost", ["\ufffd", "?"])
@pytest.mark.parametrize("name", ["Абу Дорманов", "Джан Асланов", "شريف دورماني", "Čedomir Łukášovský"])
def test_a_letter_of_which_a_byte_was_replaced_is_a_likely_one_or_lost(name: str, lost: str) -> None:
    misread = name.encode().decode("cp1252", "replace").replace("\ufffd", lost)
    assert lost in misread
    assert len(reread(misread)) == len(name)
    assert compare(misread, name).score > 0.75


@pytest.mark.parametrize("lost", ["\ufffd", "?"])
@pytest.mark.parametrize("text", ["QUÉ{0} OLÉ{0}", "CAFÉ{0}", "Ð{0}Ð{0}", "Où{0} À{0} Ã{0}"])
def test_no_letter_is_made_of_a_question_where_nothing_else_was_misread(text: str, lost: str) -> None:
    assert reread(text.format(lost)) == text.format(lost)


def test_honest_names_are_left_as_they_are() -> None:
    invented = [*people(3_000, seed=71)["name"], *companies(3_000, seed=72)["name"]]
    accented = [name for name in invented if not name.isascii()]
    honest = ["JOSÉ MUÑOZ", "Håkan Ångström", "ÎLE-DE-FRANCE", "Fußgänger & Söhne", "SÃO JOÃO", "Ðorð Þór"]
    assert len(accented) > 100
    assert [name for name in [*accented, *honest] if reread(name) != name] == []


@pytest.mark.parametrize("misread", [as_latin_1, as_windows])
@pytest.mark.parametrize("name", NAMES[:6])
def test_a_misread_name_scores_as_the_name_and_says_so(name: str, misread: Misread) -> None:
    found = compare(misread(name), name)
    assert found.query == misread(name)
    assert 0.99 < found.score < 1
    assert found.reasons[-1] == "warning sign in the query: misread letters"


def test_a_text_that_may_be_honest_keeps_its_own_reading() -> None:
    shop = "CAFÉ’S"  # É and the apostrophe would be one letter
    assert reread(shop) != shop
    assert compare(shop, shop).score == 1
    assert compare(shop, "CAFES").reasons == ("same after case, accents and punctuation",)


def test_what_is_shown_otherwise_than_written_is_seen_through_misread_letters() -> None:
    first, second = prepare_readings(as_latin_1("\u202eenavleB odrA"))
    assert first.screenable
    assert not second.screenable


def as_html(text: str) -> str:
    return "".join(c if c.isascii() and c.isalpha() else f"&#{ord(c)};" for c in text)


def as_json(text: str) -> str:
    return json.dumps(text)[1:-1]


plain = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='\\"'), max_size=20).filter(
    lambda text: reread(text) == text
)


@given(plain, st.sampled_from([as_html, quote, as_json, html.escape]))
def test_an_escaped_text_is_read_as_it_was_written(text: str, escaped: Misread) -> None:
    if html.unescape(as_html(text)) == text:  # HTML has no place for some characters
        assert reread(escaped(text)) == text
        assert reread(f"x {escaped(text)} y") == f"x {text} y"


@pytest.mark.parametrize(
    "field",
    [
        "Ardo&nbsp;Belvane",
        "Ardo%20Belvane",
        r"Ardo\u0020Belv\u00e1ne",
        "&#65;rdo Belvane",
        "Ardo&amp;nbsp;Belvane",
        "pay Ardo%20Belvane now",
    ],
)
def test_an_escaped_name_is_found_and_the_sign_says_so(field: str) -> None:
    index = NameIndex(SanctionsList.from_names([("X.1", "individual", "Ardo Belvane")]))
    found = index.scan_text([field]) if "pay" in field else index.search([field])
    assert found["score"].to_list() == [pytest.approx(0.995, abs=0.02)]
    assert "misread letters" in prepare_readings(field)[1].signs


@pytest.mark.parametrize("text", ["AT&T; Bell", "5% of 20%", "a & b; c", r"C:\users", "%E9"])
def test_what_only_resembles_an_escape_stays(text: str) -> None:
    assert reread(text) == text


def test_an_escape_of_an_escape_a_thousand_times_is_read_a_few_times_and_no_more() -> None:
    text = "Ardo %" + "25" * 200_000 + "20Belvane"
    assert reread(text).endswith("20Belvane")
    assert len(text) - len(reread(text)) == 8


def test_a_text_no_name_is_misread_as_has_no_readings_and_cannot_be_judged() -> None:
    """However dear its readings would be."""
    text = "Ardo&#66;elvane " * 60_000
    assert len(prepare_readings(text)) == 1
    index = NameIndex(SanctionsList.from_names([("XXi.001", "individual", "Ardo Belvane")]))
    assert index.search([text])["status"].to_list() == ["unscreenable"]
    assert "too long" in compare(text, "Ardo Belvane").reasons[0]
