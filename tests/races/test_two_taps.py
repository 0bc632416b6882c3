"""A keeper's impatient thumb: two taps at the same moment do the thing once."""

import threading

import pytest
from django.db import transaction

from shoal.kit.errors import Refused
from shoal.kit.ids import uuid7
from shoal.people.models import Person
from shoal.shelves import operations as shelves
from shoal.shelves.models import Placement
from shoal.shops.models import Shop, ShopMember
from shoal.shops.operations import AlreadyOpen, open_shop
from tests import goods, trade
from tests.goods import AT
from tests.races.test_last_unit import at_once

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def open_without_lock(person: Person, both_looked: threading.Barrier) -> bool:
    """What an operation does that only looks whether she has such a shop."""
    with transaction.atomic():
        taken = ShopMember.objects.filter(person=person, shop__name="美的小店").exists()
        both_looked.wait()
        if taken:
            return False
        shop = Shop.objects.create(name="美的小店", currency="CNY", opened_at=AT)
        ShopMember.objects.create(id=uuid7(), shop=shop, person=person, role="keeper", since_at=AT)
    return True


def test_without_the_lock_two_taps_open_two_shops() -> None:
    mei, both_looked = goods.person(), threading.Barrier(2)
    answers = at_once(
        lambda: open_without_lock(mei, both_looked), lambda: open_without_lock(mei, both_looked)
    )
    assert answers == [True, True]
    assert Shop.objects.count() == 2


def test_two_taps_open_one_shop() -> None:
    mei = goods.person()

    def tap() -> object:
        try:
            return open_shop(person=mei, name="美的小店", currency="CNY", at=AT)
        except AlreadyOpen as refused:
            return refused

    answers = at_once(tap, tap)
    assert sorted(type(answer).__name__ for answer in answers) == ["AlreadyOpen", "Shop"]
    assert Shop.objects.count() == ShopMember.objects.count() == 1


def test_two_hands_never_pin_more_than_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelves, "MOST_PINNED", 1)
    market = trade.open_market()
    products = [goods.live_product(market.brand), goods.live_product(market.brand)]

    def pin(place: int) -> object:
        try:
            return shelves.pin_product(shop=market.shop, product=products[place])
        except Refused as refused:
            return refused.code

    answers = at_once(lambda: pin(0), lambda: pin(1))
    assert sorted(map(str, answers)) == ["None", "too_many_pinned"]
    assert Placement.objects.count() == 1


def test_a_price_sent_twice_is_kept_once() -> None:
    market = trade.open_market()

    def price() -> object:
        return shelves.set_offer_markups(shop=market.shop, wanted=[(market.offer, 100)])

    assert at_once(price, price, price) == [None, None, None]
