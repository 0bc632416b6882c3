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


@given(amounts, st.integers(0, BASIS))
def test_a_portion_is_the_nearest_whole_unit(minor: int, rate: int) -> None:
    assert abs(portion(minor, rate) * BASIS - minor * rate) * 2 <= BASIS
    assert portion(-minor, rate) == -portion(minor, rate)


@pytest.mark.parametrize(
    ("minor", "rate", "expected"), [(50, 100, 1), (49, 100, 0), (-50, 100, -1)]
)
def test_halves_go_away_from_zero(minor: int, rate: int, expected: int) -> None:
    assert portion(minor, rate) == expected


def test_minor_units_follow_iso_4217() -> None:
    assert [minor_units(code) for code in ("JPY", "CNY", "KWD")] == [0, 2, 3]


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("12.5", "CNY", 1250), ("¥1,200", "CNY", 120000), ("300", "JPY", 300), ("1.234", "KWD", 1234)],
)
def test_typed_amounts_are_read_exactly(text: str, currency: str, minor: int) -> None:
    assert parse_amount(text, currency) == Money(minor, currency)


@pytest.mark.parametrize("text", ["", "abc", "1.234", "NaN", "1e999999", "Infinity"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the text itself is the message
        parse_amount(text, "CNY")


def test_currencies_never_mix() -> None:
    with pytest.raises(CurrencyMismatch):
        Money(1, "CNY") + Money(1, "JPY")
