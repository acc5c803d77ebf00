"""The table of currencies is whole and agrees with itself."""

from __future__ import annotations

import pytest

from screening.reference.currencies import EDITION, currencies, currency_code, exponents


def test_codes_and_numbers_are_well_formed_and_current_numbers_are_unique() -> None:
    for code, currency in currencies().items():
        assert code == currency.code
        assert len(code) == 3 and code.isupper()  # noqa: PT018 - one shape
        assert len(currency.numeric) == 3 and currency.numeric.isdigit()  # noqa: PT018
        assert currency.exponent in (None, 0, 2, 3, 4)
    current = [currency.numeric for currency in currencies().values() if not currency.withdrawn]
    assert len(current) == len(set(current)) == 178
    assert EDITION == "2026-01-01"


@pytest.mark.parametrize(
    ("code", "exponent"), [("EUR", 2), ("JPY", 0), ("BHD", 3), ("CLF", 4), ("ISK", 0), ("HRK", 2)]
)
def test_exponents_are_those_of_the_standard(code: str, exponent: int) -> None:
    assert exponents()[code] == exponent


def test_gold_has_no_minor_unit() -> None:
    assert currencies()["XAU"].exponent is None
    assert "XAU" not in exponents()


@pytest.mark.parametrize(
    ("text", "code"), [("usd", "USD"), (" EUR", "EUR"), ("840", "USD"), ("US$", None), ("", None)]
)
def test_a_text_means_a_code_or_nothing(text: str, code: str | None) -> None:
    assert currency_code(text) == code


def test_the_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        currencies()["EUR"] = currencies()["USD"]  # type: ignore[index]
