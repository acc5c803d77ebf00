"""Money is exact: every amount is the integer that arithmetic on decimals gives, or a problem."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.payments.amounts import to_minor
from screening.payments.problems import Problem

MOST = 2**63 - 1
EXPONENTS = st.sampled_from([0, 2, 3, 4])
MINOR = st.integers(0, MOST) | st.integers(0, 10**7)


def major(minor: int, exponent: int) -> Decimal:
    # scaleb would round to the 28 digits of the default context
    return Decimal(minor) / Decimal(10**exponent)


def read(amounts: pl.Series, exponent: int, **options: object) -> list[tuple[int | None, int]]:
    exponents = pl.repeat(exponent, len(amounts), dtype=pl.Int8, eager=True)
    return to_minor(amounts, exponents, **options).rows()  # type: ignore[arg-type]


def one(text: object, exponent: int = 2, **options: object) -> int | Problem:
    value, problem = read(pl.Series([text]), exponent, **options)[0]
    if problem:
        assert value is None
        return Problem(problem)  # type: ignore[call-arg]
    assert value is not None
    return value


@given(st.lists(MINOR, min_size=1), EXPONENTS)
def test_text_reads_back_exactly(minors: list[int], exponent: int) -> None:
    texts = [format(major(minor, exponent), "f") for minor in minors]
    rows = read(pl.Series(texts), exponent, decimal_mark=".")
    assert rows == [(minor, 0) for minor in minors]


@given(st.lists(MINOR, min_size=1), EXPONENTS, st.sampled_from([",", " ", "'", "\u00a0", "\u202f"]))
def test_group_separators_change_nothing(minors: list[int], exponent: int, group: str) -> None:
    texts = [format(major(minor, exponent), ",f").replace(",", group) for minor in minors]
    assert read(pl.Series(texts), exponent, decimal_mark=".") == [(minor, 0) for minor in minors]


@given(st.lists(MINOR, min_size=1), EXPONENTS)
def test_a_declared_decimal_comma_is_the_mirror_image(minors: list[int], exponent: int) -> None:
    swap = str.maketrans(".,", ",.")
    texts = [format(major(minor, exponent), ",f").translate(swap) for minor in minors]
    assert read(pl.Series(texts), exponent, decimal_mark=",") == [(minor, 0) for minor in minors]


@given(st.lists(st.integers(0, 10**18), min_size=1), EXPONENTS)
def test_decimals_read_back_exactly(minors: list[int], exponent: int) -> None:
    amounts = pl.Series([major(minor, exponent) for minor in minors], dtype=pl.Decimal(38, 4))
    assert read(amounts, exponent) == [(minor, 0) for minor in minors]


@given(st.lists(st.integers(0, 10**15 - 1), min_size=1), EXPONENTS)
def test_floats_up_to_fifteen_digits_read_back_exactly(minors: list[int], exponent: int) -> None:
    amounts = pl.Series([float(major(minor, exponent)) for minor in minors], dtype=pl.Float64)
    assert read(amounts, exponent) == [(minor, 0) for minor in minors]


@given(st.lists(st.floats(0, 1e18), min_size=1), EXPONENTS)
def test_a_float_is_the_shortest_decimal_that_reads_back_as_it(numbers: list[float], exponent: int) -> None:
    for (value, problem), number in zip(read(pl.Series(numbers), exponent), numbers, strict=True):
        exact = Decimal(repr(number)) * 10**exponent
        if exact == exact.to_integral_value() and exact <= MOST:
            assert (value, problem) == (int(exact), 0)
        else:
            assert (value, problem) == (
                None,
                Problem.DECIMALS if exact != exact.to_integral_value() else Problem.TOO_LARGE,
            )


@given(st.lists(st.integers(-(2**63), MOST), min_size=1), EXPONENTS, st.booleans())
def test_integers_are_scaled_or_too_large(units: list[int], exponent: int, signed: bool) -> None:  # noqa: FBT001
    for (value, problem), unit in zip(
        read(pl.Series(units, dtype=pl.Int64), exponent, signed=signed), units, strict=True
    ):
        if unit < 0 and not signed:
            assert (value, problem) == (None, Problem.NEGATIVE)
        elif abs(unit) * 10**exponent > MOST:
            assert (value, problem) == (None, Problem.TOO_LARGE)
        else:
            assert (value, problem) == (unit * 10**exponent, 0)


@given(st.text(max_size=12) | st.text("0123456789.,-+() '", max_size=12), EXPONENTS)
def test_no_text_breaks_the_reader_or_is_rounded(text: str, exponent: int) -> None:
    read_as = one(text, exponent, signed=True)
    if not isinstance(read_as, Problem):
        digits = "".join(letter for letter in text if letter in "0123456789")
        # whatever marks and groups mean, the digits are those that were written
        assert str(abs(read_as)).strip("0") == digits.strip("0")


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1,234.50", 123450),
        ("1.234,50", 123450),
        ("1 234,50", 123450),
        ("1'234.50", 123450),
        ("12,34,567.00", 123456700),
        ("1,234,567", 123456700),
        ("1.234.567", 123456700),
        ("1234,5", 123450),
        ("0,50", 50),
        (".5", 50),
        ("5.", 500),
        ("+5", 500),
        (" 5.00 ", 500),
        ("007", 700),
        ("12.5000", 1250),
        ("-0.00", 0),
    ],
)
def test_what_can_be_read_in_one_way_only_is_read(text: str, minor: int) -> None:
    assert one(text) == minor


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("1,234", Problem.DECIMAL_MARK),
        ("1.234", Problem.DECIMAL_MARK),
        ("1.005", Problem.DECIMAL_MARK),
        ("1234.005", Problem.DECIMALS),
        ("0.001", Problem.DECIMALS),
        ("-5", Problem.NEGATIVE),
        ("\u22125", Problem.NEGATIVE),
        ("5-", Problem.NEGATIVE),
        ("(12.00)", Problem.NEGATIVE),
        ("", Problem.EMPTY),
        ("  ", Problem.EMPTY),
        ("NaN", Problem.NOT_A_NUMBER),
        ("inf", Problem.NOT_A_NUMBER),
        ("1e3", Problem.NOT_A_NUMBER),
        ("twelve", Problem.NOT_A_NUMBER),
        ("EUR 12", Problem.NOT_A_NUMBER),
        ("1.2.3", Problem.NOT_A_NUMBER),
        ("1,23,4", Problem.NOT_A_NUMBER),
        ("--5", Problem.NOT_A_NUMBER),
        ("(-5)", Problem.NOT_A_NUMBER),
        (".", Problem.NOT_A_NUMBER),
        ("١٢", Problem.NOT_A_NUMBER),
        ("92233720368547758.08", Problem.TOO_LARGE),
        ("9" * 40, Problem.TOO_LARGE),
    ],
)
def test_what_cannot_is_a_problem(text: str, problem: Problem) -> None:
    assert one(text) == problem


def test_the_largest_amount_fits() -> None:
    assert one("92233720368547758.07") == MOST


def test_a_currency_with_three_decimals_reads_three_decimals() -> None:
    assert one("1.234", 3) == 1234
    assert one("1,234", 3) == Problem.DECIMAL_MARK


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_no_number_among_floats_is_a_problem(number: float) -> None:
    assert one(number) == Problem.NOT_A_NUMBER


ODD_FLOATS = st.none() | st.floats() | st.sampled_from([0.29, 1.005, -0.0, -5.25, 1e15, 2.0**53 + 2])


@given(st.lists(ODD_FLOATS, min_size=1), st.lists(EXPONENTS | st.none(), min_size=1), st.booleans())
def test_a_float_reads_alike_alone_and_among_others(
    numbers: list[float | None],
    exponents: list[int | None],
    signed: bool,  # noqa: FBT001
) -> None:
    amounts = pl.Series(numbers, dtype=pl.Float64)
    scales = pl.Series([exponents[i % len(exponents)] for i in range(len(numbers))], dtype=pl.Int8)
    alone = [
        to_minor(amounts[i : i + 1], scales[i : i + 1], signed=signed).row(0) for i in range(len(numbers))
    ]
    assert to_minor(amounts, scales, signed=signed).rows() == alone


@given(st.lists(ODD_FLOATS, min_size=1), EXPONENTS, st.booleans())
def test_a_float_is_what_its_shortest_decimal_is(
    numbers: list[float | None],
    exponent: int,
    signed: bool,  # noqa: FBT001
) -> None:
    texts = [None if x is None else format(Decimal(repr(x)), "f") for x in numbers]
    as_text = read(pl.Series(texts, dtype=pl.String), exponent, decimal_mark=".", signed=signed)
    assert read(pl.Series(numbers, dtype=pl.Float64), exponent, signed=signed) == as_text


def test_a_small_float_is_read_as_it_was_written() -> None:
    assert read(pl.Series([12.1], dtype=pl.Float32), 2) == [(1210, 0)]


def test_an_amount_without_currency_cannot_be_scaled() -> None:
    made = to_minor(pl.Series(["5"]), pl.Series([None], dtype=pl.Int8))
    assert made.rows() == [(None, Problem.NO_CURRENCY)]


def test_long_numbers_that_were_binary_are_not_trusted() -> None:
    assert one("12345678901234.56", imprecise=True) == Problem.IMPRECISE
    assert one("1234567890123.45", imprecise=True) == 123456789012345
