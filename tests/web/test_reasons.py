"""What processes wrote down is told in words; what people wrote stands as it is."""

import pytest
from django.utils import translation

from shoal.kit.clock import now
from shoal.payments.models import Intent, Refund
from shoal.run import messages
from shoal.web.reasons import reason_words
from tests import trade


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("case qtfngjhgys: broken", "Case qtfngjhgys: Arrived broken"),
        ("case qtfngjhgys", "Case qtfngjhgys"),
        ("case qtfngjhgys: taken over", "Case qtfngjhgys"),
        ("arrived at the payer", "the money is back with the payer"),
        ("in case of rain: broken", "in case of rain: broken"),
        ("外箱受潮", "外箱受潮"),
    ],
)
def test_a_process_s_reason_is_told_and_a_person_s_stands(written: str, told: str) -> None:
    with translation.override("en"):
        assert reason_words(written) == told


@pytest.mark.django_db
def test_money_that_did_not_fit_is_told_in_the_reader_s_language() -> None:
    order = trade.order(trade.open_market(), at=now())
    short = Intent.objects.get(subject=order.id)
    short.amount -= 100
    trade.pay(order, event="too little", intents=[short], at=now())
    trade.pay(order, event="all of it", at=now())
    trade.pay(order, event="once more", at=now())
    written = [refund.reason for refund in Refund.objects.order_by("id")]
    assert len(written) == 2
    chinese = messages.merged()
    assert all(chinese.get(reason_words(reason)) for reason in written)
