"""Amounts as people read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.kit.amounts import MINUS, NO_BREAK, amount_in_words, amount_text
from shoal.kit.money import Money, minor_units, parse_amount


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (12_800, "CNY", "¥128.00"),
        (123_456_789, "CNY", "¥1,234,567.89"),
        (-550, "CNY", f"{MINUS}¥5.50"),
        (-5, "CNY", f"{MINUS}¥0.05"),
        (0, "CNY", "¥0.00"),
        (1_280, "JPY", "JP¥1,280"),
        (1_250, "KWD", f"KWD{NO_BREAK}1.250"),
        (199, "GBP", "£1.99"),
    ],
)
def test_an_amount_shows_its_currency_and_every_decimal(minor, currency, text):
    assert amount_text(amount=Money(minor, currency)) == text


def test_in_a_sentence_a_minus_is_tied_to_its_amount():
    assert amount_in_words(amount=Money(-550, "CNY")) == f"{MINUS}\N{WORD JOINER}¥5.50"
    assert amount_in_words(amount=Money(550, "CNY")) == "¥5.50"


@given(st.integers(0, 10**15), st.sampled_from(["CNY", "JPY", "KWD", "EUR"]))
def test_what_is_written_can_be_read_back(minor, currency):
    digits = amount_text(amount=Money(minor, currency)).lstrip("JPKWD¥€" + NO_BREAK)
    assert parse_amount(digits, currency) == Money(minor, currency)
    assert len(digits.partition(".")[2]) == minor_units(currency)
