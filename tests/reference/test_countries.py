"""Country texts to ISO 3166-1 alpha-2: one country or none."""

from __future__ import annotations

from importlib import resources

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.reference.countries import country_code, country_codes, fold, names_country


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Afghanistan", "AF"),
        ("AFGHANISTAN", "AF"),
        ("Iran (Islamic Republic of)", "IR"),
        ("Democratic People's Republic of Korea", "KP"),
        ("Democratic People’s Republic of Korea", "KP"),
        ("RPDC", "KP"),
        ("United Kingdom of Great Britain and Northern Ireland", "GB"),
        ("Democratic Republic of the Congo", "CD"),
        ("Congo", "CG"),
        ("State of Palestine", "PS"),
        ("China, Hong Kong Special Administrative Region", "HK"),
        ("Türkiye", "TR"),
        ("Turkiye", "TR"),
        ("Côte d'Ivoire", "CI"),
        ("Guinea-Bissau", "GW"),
        ("South Sudan", "SS"),
        ("Deutschland", "DE"),
        ("de", "DE"),
        ("DEU", "DE"),
        ("Saudi Arabian", "SA"),
        ("Tunisian passport", "TN"),
        ("Libya (in custody)", "LY"),
        ("Possibly Ethiopian", "ET"),
        ("Sudanese by birth", "SD"),
        ("Branch Office 11: Iran", "IR"),
        ("Iran / unknown", "IR"),
        ("UAE", "AE"),
        ("U.K.", "GB"),
        ("USA", "US"),
        ("KSA", "SA"),
        ("West Bank", "PS"),
        ("Gaza Strip", "PS"),
        ("Somaliland", "SO"),
        ("Dubai", "AE"),
        ("a shop in Dubai Street", None),
        ("Kurdistan", None),
        ("Sudan/South Sudan", None),
        ("United States. Also believed to hold Syrian nationality", None),
        ("former Soviet Union", None),
        ("Atlantis", None),
        ("na-na", None),
        ("", None),
        (" ?! ", None),
        (None, None),
    ],
)
def test_a_text_names_one_country_or_none(text: str | None, code: str | None) -> None:
    assert country_code(text) == code


def test_every_code_is_two_capitals_and_every_spelling_is_folded_and_unique() -> None:
    file = resources.files("screening.reference") / "data" / "countries.csv"
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    rows = [line.split(",") for line in lines[1:]]
    assert len({code for code, _, _ in rows}) == 250
    assert all(len(code) == 2 and code.isupper() for code, _, _ in rows)
    assert {use for _, use, _ in rows} == {"name", "adjective", "code", "variant"}
    texts = [text for _, _, text in rows]
    assert len(set(texts)) == len(texts) > 20_000
    assert all(fold(text) == text for text in texts)


@given(
    texts=st.lists(
        st.none() | st.text(max_size=8) | st.sampled_from(["Iraq", "iraq", "Mali", "Oman passport"])
    )
)
def test_the_vectorised_form_says_the_same(texts: list[str | None]) -> None:
    series = pl.Series("country", texts, dtype=pl.String)
    assert country_codes(series).to_list() == [country_code(text) for text in texts]
    assert country_codes(series).dtype == pl.String


@given(text=st.text(max_size=12))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_a_code_alone_is_no_name_of_a_country() -> None:
    assert names_country("Kenya")
    assert names_country("Union of the Comoros")
    assert not names_country("KEN")
    assert not names_country("Grey River")
