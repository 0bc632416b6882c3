"""Amounts and moments as partners in China write them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.kit.money import Money
from shoal.payments.providers.beijing import bill_is_ready, fen, first_of, moment, written, yuan


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_yuan_and_back(minor):
    assert fen(yuan(Money(minor, "CNY"))) == minor


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("0.76800", 77),
        ("-0.30000", -30),
        ("0.00500", 1),
        ("-0.00500", -1),
        ("0.00499", 0),
        ("", 0),
        ("128", 12_800),
        ("0.004999", 0),
        (" 1.5 ", 150),
    ],
)
def test_a_fee_with_more_decimals_is_rounded_to_whole_fen(text, minor):
    assert fen(text) == minor


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001
def test_a_moment_and_back(naive):
    at = naive.replace(tzinfo=UTC, microsecond=0)
    assert moment(written(at)) == at


def test_what_stands_behind_the_second_is_left_out():
    at = datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert moment("2026-06-01 20:00:00.512") == moment("2026-06-01 20:00:00") == at


def test_a_column_is_found_by_its_newest_name():
    row = {"总金额": "2.00", "订单金额": "1.00"}
    assert first_of(row, ("订单金额", "总金额")) == "1.00"
    assert first_of({"总金额": "2.00"}, ("订单金额", "总金额")) == "2.00"
    assert first_of({}, ("订单金额", "总金额")) == ""


def test_a_bill_is_ready_at_ten_the_next_morning():
    day = date(2026, 6, 1)
    assert not bill_is_ready(day=day, at=datetime(2026, 6, 2, 1, 59, 59, tzinfo=UTC))
    assert bill_is_ready(day=day, at=datetime(2026, 6, 2, 2, tzinfo=UTC))
