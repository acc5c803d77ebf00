"""Names in remarks: only what is plainly a name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.lists.remarks import names_in_document, names_in_remark

A, S = "alias", "original_script"


@pytest.mark.parametrize(
    ("remark", "alias", "names"),
    [
        ("original script: Ардо Белван", "Ardo", [("Ардо Белван", S)]),
        ("Previously listed as. In Arabic: اردو بلوان ", "Ardo", [("اردو بلوان", S)]),
        ("Ardo al-Belvane; Ardu Bin Belvane", "اردو", [("Ardo al-Belvane", A), ("Ardu Bin Belvane", A)]),
        (
            "Ardo Tam, Ardu Tam (transliterations of original script name)",
            "اردو",
            [("Ardo Tam", A), ("Ardu Tam", A)],
        ),
        (
            "transliterations: Ardo; Ardu ) (Translation: The Grey) (Nom de guerre",
            "اردو",
            [("Ardo", A), ("Ardu", A)],
        ),
        (
            "born in 1971 in Tarsis (Ardo Belvane; Dr. Ardu Belvane)",
            "اردو",
            [("Ardo Belvane", A), ("Dr. Ardu Belvane", A)],
        ),
        ("(Ardo; Arduu) known by this nom de guerre", "اردو", [("Ardo", A), ("Arduu", A)]),
        ("Mother’s name: Sela Orso. Address: Tarsis, Old Town", "Ardo", []),
        ("Passport number: B0515260; DOB: 1948; POB: Tarsis; Place of issue: Orso", "Ardo", []),
        ("The American", "Ardo", []),
        ("former Yugoslavia", "Ardo", []),
        ("Tarsis; Orso", "Ardo", []),
        ("combat name", "اردو", []),
        ("", "Ardo", []),
    ],
)
def test_only_what_is_plainly_a_name_is_taken(remark: str, alias: str, names: list[tuple[str, str]]) -> None:
    assert names_in_remark(remark, alias=alias) == names


@pytest.mark.parametrize(
    ("remark", "names"),
    [
        ("issued under name Tam Orso", [("Tam Orso", A)]),
        ("expired, under the name of Tam al-Orso, born 4 Mar. 1985", [("Tam al-Orso", A)]),
        ("in the name of Tam Orso Belvane.", [("Tam Orso Belvane", A)]),
        ("under name Tam Orso (referred to in number 31)", [("Tam Orso", A)]),
        ("name in Arabic script: تام أرسو", [("تام أرسو", S)]),
        ("issued by the Ministry of Foreign Affairs", []),
        ("under name in dispute", []),
    ],
)
def test_a_document_was_made_out_in_a_name(remark: str, names: list[tuple[str, str]]) -> None:
    assert names_in_document(remark) == names


@given(remark=st.text(max_size=40), alias=st.sampled_from(["Ardo", "اردو", ""]))
def test_names_come_from_the_remark_and_nowhere_else(remark: str, alias: str) -> None:
    for name, _ in names_in_remark(remark, alias=alias) + names_in_document(remark):
        assert all(word in remark for word in name.split())
        assert any(c.isalpha() for c in name)
