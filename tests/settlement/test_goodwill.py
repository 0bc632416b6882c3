"""Goodwill: the platform's own money, given by two, once; no refund and no commission."""

import pytest
from django.db import IntegrityError, transaction

from shoal.kit.errors import NotFound
from shoal.ledger.models import Account, Transfer
from shoal.settlement.goodwill import (
    Gift,
    GoodwillIncomplete,
    GoodwillNeedsTwo,
    GoodwillReferenceUsed,
    ask_goodwill,
    decide_goodwill,
    give_goodwill,
)
from shoal.settlement.models_payouts import Goodwill
from tests import trade
from tests.payouts import EARNED, OLGA, OSKAR, at, balance, brand, earned

pytestmark = pytest.mark.django_db


def gift(market, number: int = 1, **changes: object) -> Gift:
    facts = {
        "customer": market.alice.id,
        "amount": 500,
        "currency": "CNY",
        "reason": "came late",
        "reference": f"R-{number}",
        "asked_by": OLGA,
        "approved_by": "replay",
        "at": EARNED,
    }
    return Gift(**(facts | changes))  # type: ignore[arg-type]


def test_gifts_in_bulk_count_once(django_assert_max_num_queries):
    market = trade.open_market()
    gifts = [gift(market, number, amount=number) for number in range(1, 301)]
    with django_assert_max_num_queries(25):
        assert give_goodwill(gifts=[*gifts, gifts[0]]) == 300
    assert give_goodwill(gifts=[gifts[4], gift(market, 301, provider="sandbox")]) == 1
    assert at(Account.Kind.GOODWILL) == -(300 * 301 // 2) - 500
    assert at(Account.Kind.BANK) == 300 * 301 // 2
    assert at(Account.Kind.CLEARING) == 500
    assert trade.is_sound()


def test_it_touches_nobodys_earnings():
    market = trade.open_market()
    party = earned(market)
    parts = balance(party), balance(brand(market)), at(Account.Kind.FEE)
    give_goodwill(gifts=[gift(market)])
    assert (balance(party), balance(brand(market)), at(Account.Kind.FEE)) == parts


def test_what_is_refused_gives_nothing():
    market = trade.open_market()
    for changes, refused in (
        ({"amount": 0}, GoodwillIncomplete),
        ({"reason": " "}, GoodwillIncomplete),
        ({"reference": ""}, GoodwillIncomplete),
        ({"approved_by": OLGA}, GoodwillNeedsTwo),
        ({"approved_by": ""}, GoodwillNeedsTwo),
    ):
        with pytest.raises(refused):
            give_goodwill(gifts=[gift(market, 1), gift(market, 2, **changes)])
    assert (Goodwill.objects.count(), Transfer.objects.count()) == (0, 0)


def test_two_operators_give_from_an_orders_page():
    market = trade.open_market()
    placed = trade.order(market)

    def wish():
        return ask_goodwill(
            customer=market.alice, order=placed, amount=500, currency="CNY",
            reason="came late", by=OLGA, at=EARNED,
        )  # fmt: skip

    asked = wish()
    with pytest.raises(GoodwillNeedsTwo):
        decide_goodwill(code=asked.code, approve=True, reference="B9", by=OLGA, at=EARNED)
    with pytest.raises(GoodwillIncomplete):
        decide_goodwill(code=asked.code, approve=True, reference="", by=OSKAR, at=EARNED)
    assert not Goodwill.objects.exists()
    decide_goodwill(code=asked.code, approve=True, reference="B9", by=OSKAR, at=EARNED)
    assert list(Goodwill.objects.values_list("order", "amount")) == [(placed.id, 500)]
    with pytest.raises(NotFound):
        decide_goodwill(code=asked.code, approve=True, reference="B9", by=OSKAR, at=EARNED)
    second = wish()
    with pytest.raises(GoodwillReferenceUsed):
        decide_goodwill(code=second.code, approve=True, reference="B9", by=OSKAR, at=EARNED)
    decide_goodwill(code=second.code, approve=False, reference="", by=OSKAR, at=EARNED)
    assert at(Account.Kind.GOODWILL) == -500
    with pytest.raises(IntegrityError), transaction.atomic():
        Goodwill.objects.create(
            customer=market.alice, amount=1, currency="CNY", reason="x", reference="B10",
            asked_by=OLGA, approved_by=OLGA, at=EARNED,
        )  # fmt: skip
