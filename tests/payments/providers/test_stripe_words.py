"""Stripe's records in our words, as its documents show them."""

from datetime import UTC, datetime, timedelta

import pytest

from shoal.kit.money import Money
from shoal.payments.providers import ProviderSaidNo
from shoal.payments.providers.stripe_words import (
    bill_row,
    captured,
    our_amount,
    refunded,
    stripe_amount,
    told_by,
)
from shoal.payments.rules import Kind

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minor", "currency", "told"),
    [(12_800, "CNY", 12_800), (1_280, "JPY", 1_280), (7, "ISK", 700), (1_230, "KWD", 1_230)],
)
def test_amounts_are_written_as_stripe_counts_them(minor, currency, told):
    assert stripe_amount(Money(minor, currency)) == told
    assert our_amount(told, currency) == minor


def test_what_stripe_counts_in_another_way_is_refused():
    with pytest.raises(ProviderSaidNo):
        stripe_amount(Money(100, "MGA"))
    with pytest.raises(ValueError, match="decimals"):
        our_amount(750, "ISK")


def row(kind, amount, fee=0, **more: object):
    told = {
        "id": "txn_1",
        "type": kind,
        "amount": amount,
        "fee": fee,
        "currency": "cny",
        "created": int(AT.timestamp()),
        "source": {"id": "ch_1", "object": "charge"},
    }
    found = bill_row(told | more, code="a" * 20)
    return found and (found.kind, found.amount, found.fee, found.reference)


@pytest.mark.parametrize(
    ("told", "ours"),
    [
        (row("charge", 12_800, 401), ("pay", 12_800, 401, "ch_1")),
        (row("payment", 12_800, 401), ("pay", 12_800, 401, "ch_1")),
        (row("refund", -2_800, 0), ("refund", 2_800, 0, "ch_1")),
        (row("refund_failure", 2_800), ("fee", 0, -2_800, "ch_1")),
        (row("stripe_fee", -500, 0, source=None), ("fee", 0, 500, "txn_1")),
        (row("adjustment", -12_800, 1_500, source="du_1"), ("fee", 0, 14_300, "du_1")),
        (row("payout", -9_000), None),
        (row("charge", 1), ("pay", 1, 0, "ch_1")),
        (row("refund", -1), ("refund", 1, 0, "ch_1")),
        (row("charge", 0, 30), ("fee", 0, 30, "ch_1")),
        (row("refund", 0, 30), ("fee", 0, 30, "ch_1")),
    ],
)
def test_each_row_of_the_balance_moves_what_stripe_owes_us(told, ours):
    assert told == ours


def test_the_sum_that_was_received_counts():
    told = {
        "id": "pi_1",
        "status": "succeeded",
        "amount": 12_800,
        "amount_received": 12_700,
        "currency": "cny",
        "created": int(AT.timestamp()),
        "metadata": {"shoal": "a" * 20},
    }
    notice = captured(told)
    assert notice is not None
    assert (notice.amount, notice.currency, notice.happened_at) == (12_700, "CNY", AT)
    assert captured(told | {"status": "processing"}) is None


BACK = {
    "id": "re_1",
    "status": "succeeded",
    "amount": 2_800,
    "currency": "cny",
    "created": int(AT.timestamp()),
    "metadata": {"shoal": "b" * 20},
}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("succeeded", Kind.REFUNDED),
        ("failed", Kind.REFUND_FAILED),
        ("canceled", Kind.REFUND_FAILED),
    ],
)
def test_what_has_become_of_a_refund(status, kind):
    notice = refunded(BACK | {"status": status})
    assert notice is not None
    assert (notice.kind, notice.event) == (kind, f"{kind}:re_1")
    assert (notice.code, notice.amount, notice.currency) == ("b" * 20, 2_800, "CNY")
    assert told_by(notice) == [notice]


@pytest.mark.parametrize("told", [{"status": "pending"}, {"metadata": {}}, {"metadata": None}])
def test_a_refund_under_way_or_of_somebody_else_is_no_news(told):
    assert refunded(BACK | told) is None
    assert told_by(None) == []


def test_a_refund_counts_from_when_stripe_told_of_it():
    at = AT + timedelta(hours=1)
    moments = [refunded(BACK), refunded(BACK, at=at)]
    assert [notice and notice.happened_at for notice in moments] == [AT, at]
