"""Phones, codes, names and networks, as people type them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.people import rules

MOMENTS = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - Hypothesis wants these two without a zone
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@pytest.mark.parametrize("typed", [
    "13812345678", "138 1234 5678", "+86 138-1234-5678", "0086 13812345678",
    "１３８１２３４５６７８", "（138）12345678",
])  # fmt: skip
def test_one_chinese_mobile_typed_in_many_ways(typed):
    assert rules.parse_phone(typed, region="CN") == "+8613812345678"


def test_a_phone_of_another_country():
    assert rules.parse_phone("+44 7400 123456", region="CN") == "+447400123456"
    assert rules.parse_phone("07400 123456", region="GB") == "+447400123456"
    assert rules.spaced_phone("+447400123456") == "+44 7400 123456"
    assert rules.spaced_phone("+8613812345678") == "138 1234 5678"
    assert rules.dialled_phone("+447400123456") == "00447400123456"
    assert rules.dialled_phone("+8613812345678") == "13812345678"
    assert rules.dialled_phone("") == ""


@given(st.text())
def test_a_parsed_phone_parses_to_itself(typed):
    number = rules.parse_phone(typed, region="CN")
    assert number is None or rules.parse_phone(number, region="US") == number


@given(st.text())
def test_a_code_is_at_most_six_ascii_digits(typed):
    code = rules.parse_code(typed)
    assert len(code) <= 6
    assert code == "" or (code.isascii() and code.isdigit())


def test_a_code_forgives_blanks_and_wide_digits():
    assert rules.parse_code(" 123-４５６ ") == "123456"


@given(st.text())
def test_a_name_is_short_printable_and_stable(typed):
    name = rules.parse_name(typed)
    assert len(name) <= rules.LONGEST_NAME
    assert name.isprintable()
    assert rules.parse_name(name) == name


@given(st.ip_addresses(v=6), st.integers(0, 2**64 - 1))
def test_a_household_counts_as_one(address, other):
    if address.ipv4_mapped is None:
        neighbour = type(address)((int(address) >> 64 << 64) | other)
        if neighbour.ipv4_mapped is None:
            assert rules.network_of(str(address)) == rules.network_of(str(neighbour))


@pytest.mark.parametrize(("given_address", "counted"), [
    ("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"), ("", "unknown"),
    ("2001:db8::1", "2001:db8::/64"), ("<script>", "unknown"),
])  # fmt: skip
def test_networks(given_address, counted):
    assert rules.network_of(given_address) == counted


@given(MOMENTS, st.integers(1, 100_000))
def test_a_stretch_is_half_open_and_holds_its_moment(at, seconds):
    per = timedelta(seconds=seconds)
    since, until = rules.stretch(per, at=at)
    assert since <= at < until == since + per
    assert rules.stretch(per, at=until) == (until, until + per)
