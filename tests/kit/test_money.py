import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.kit.money import (
    BASIS,
    CurrencyMismatch,
    Money,
    allocate,
    minor_units,
    parse_amount,
    portion,
)

amounts = st.integers(-(10**15), 10**15)


@pytest.mark.parametrize("text", ["1e900000", "-1e900000", "1e18", "9" * 40, "inf", "nan"])
def test_no_amount_is_endless(text: str) -> None:
    began = time.process_time()
    with pytest.raises(ValueError, match=text):
        parse_amount(text, "CNY")
    assert time.process_time() - began < 1


@given(amounts, st.lists(st.integers(0, 10**6), min_size=1, max_size=40))
def test_allocation_loses_and_makes_nothing(total: int, weights: list[int]) -> None:
    assert sum(allocate(total, weights)) == total


@given(amounts, st.lists(st.integers(1, 10**6), min_size=1, max_size=40))
def test_no_share_is_off_by_a_whole_unit(total: int, weights: list[int]) -> None:
    whole = sum(weights)
    for share, weight in zip(allocate(total, weights), weights, strict=True):
        assert abs(share * whole - total * weight) < whole


def test_allocation_refuses_what_makes_no_sense() -> None:
    for weights in ([], [1, -1]):
        with pytest.raises(ValueError, match="weights"):
            allocate(100, weights)


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [
        (7, [0, 0, 0], [7, 0, 0]),
        (-7, [0, 0], [-7, 0]),
        (1, [1, 1, 1], [1, 0, 0]),
        (-1, [1, 1, 1], [-1, 0, 0]),
        (5, [1, 1, 1], [2, 2, 1]),
        (10, [1, 2, 4], [1, 3, 6]),
        (10, [3, 3, 1], [4, 4, 2]),
        (0, [1, 2], [0, 0]),
        (100, [0, 3], [0, 100]),
    ],
)
def test_largest_remainders_first_and_ties_to_the_earlier_place(
    total: int, weights: list[int], shares: list[int]
) -> None:
    assert allocate(total, weights) == shares


@given(amounts, st.integers(0, BASIS))
def test_a_portion_is_the_nearest_whole_unit(minor: int, rate: int) -> None:
    assert abs(portion(minor, rate) * BASIS - minor * rate) * 2 <= BASIS
    assert portion(-minor, rate) == -portion(minor, rate)


@pytest.mark.parametrize(
    ("minor", "rate", "expected"),
    [
        (50, 100, 1),
        (49, 100, 0),
        (-50, 100, -1),
        (50, -100, -1),
        (-50, -100, 1),
        (0, -100, 0),
        (7, BASIS, 7),
        (20, 3 * BASIS, 60),
    ],
)
def test_halves_go_away_from_zero(minor: int, rate: int, expected: int) -> None:
    assert portion(minor, rate) == expected


def test_minor_units_follow_iso_4217() -> None:
    assert [minor_units(code) for code in ("CNY", "USD", "EUR", "GBP", "HKD")] == [2] * 5
    none = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
    assert {minor_units(code) for code in none.split()} == {0}
    assert {minor_units(code) for code in ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]} == {3}


def test_an_amount_has_as_many_digits_as_the_database_holds() -> None:
    assert parse_amount("9999999999999999.99", "CNY").minor == 10**18 - 1
    with pytest.raises(ValueError, match="10000000000000000"):
        parse_amount("10000000000000000", "CNY")


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.5", "CNY", 1250),
        ("¥1,200", "CNY", 120000),
        ("1，234，567.8", "CNY", 123456780),
        ("９", "CNY", 900),
        (".5", "CNY", 50),
        ("300", "JPY", 300),
        ("1.234", "KWD", 1234),
    ],
)
def test_typed_amounts_are_read_exactly(text: str, currency: str, minor: int) -> None:
    assert parse_amount(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    "text",
    ["", "abc", "1.234", "NaN", "1e999999", "Infinity", "1e3", "1_000", "12,50", "1,2,3", "."],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the text itself is the message
        parse_amount(text, "CNY")


@given(amounts, amounts, st.integers(-(10**4), 10**4))
def test_sums_are_those_of_the_minor_units(one: int, other: int, times: int) -> None:
    first, second = Money(one, "CNY"), Money(other, "CNY")
    assert first + second == Money(one + other, "CNY")
    assert first - second == Money(one - other, "CNY")
    assert first * times == Money(one * times, "CNY")
    assert -first == Money(0 - one, "CNY")
    assert (first < second) == (one < other)
    assert (first > second) == (one > other)


def test_the_same_amount_is_neither_less_nor_more() -> None:
    assert not Money(5, "CNY") < Money(5, "CNY")
    assert Money(5, "CNY") < Money(6, "CNY")


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (Money(1_205, "CNY"), "12.05"),
        (Money(-1, "CNY"), "-0.01"),
        (Money(300, "JPY"), "300"),
        (Money(1_234, "KWD"), "1.234"),
    ],
)
def test_an_amount_in_major_units(amount: Money, shown: str) -> None:
    assert str(amount.decimal) == shown


def test_currencies_never_mix() -> None:
    cny, jpy = Money(1, "CNY"), Money(1, "JPY")
    for mixed in (lambda: cny + jpy, lambda: cny - jpy, lambda: cny < jpy):
        with pytest.raises(CurrencyMismatch, match="CNY and JPY"):
            mixed()
