"""What is kept is loaded once, and again after a change of its owners, whenever that commits."""

import threading
from collections.abc import Callable, Collection
from uuid import UUID, uuid4

import pytest
from django.db import connection

from shoal.kit.changes import Changes
from shoal.kit.kept import Kept
from shoal.kit.transactions import operation
from shoal.orders import known
from shoal.promotions.models import Promotion
from shoal.promotions.rules import Funder
from shoal.shops.models import Shop, ShopMember
from shoal.shops.operations import open_shop
from tests import trade
from tests.promotions import makers

pytestmark = pytest.mark.django_db


class Names:
    """Shops' names, and how often each was loaded."""

    def __init__(self, changes: Changes) -> None:
        self.asked: list[UUID] = []
        self.kept = Kept[UUID, str](changes, load=self.load, owners=lambda shop, _: (shop,), most=2)

    def load(self, ids: Collection[UUID]) -> dict[UUID, str]:
        self.asked += ids
        return dict(Shop.objects.filter(id__in=ids).values_list("id", "name"))


@pytest.fixture
def market() -> trade.Market:
    return trade.open_market()


def bobs_shop(market: trade.Market) -> Shop:
    return open_shop(person=market.bob, name="Bob's", currency="CNY", at=trade.AT)


def rename(shop: Shop, name: str) -> None:
    Shop.objects.filter(id=shop.id).update(name=name)


def test_what_is_kept_is_loaded_once_and_again_when_its_owner_changed(
    market: trade.Market,
) -> None:
    mei, bob = market.shop, bobs_shop(market)
    names = Names(Changes(every=0))
    names.kept.of([mei.id])  # what was changed before is heard of now, once
    names.kept.of([mei.id, bob.id])
    names.asked.clear()
    assert names.kept.of([mei.id, bob.id]) == {mei.id: mei.name, bob.id: bob.name}
    assert names.asked == []
    rename(bob, "阿宝")
    assert names.kept.of([mei.id, bob.id])[bob.id] == "阿宝"
    assert names.asked == [bob.id]


def test_what_is_not_there_is_asked_for_again() -> None:
    names, nobody = Names(Changes(every=0)), uuid4()
    assert names.kept.of([nobody]) == names.kept.of([nobody]) == {}
    assert names.asked == [nobody, nobody]


def test_it_keeps_no_more_than_it_may(market: trade.Market) -> None:
    sizes = Names(Changes(every=0))
    shops = [market.shop, bobs_shop(market)]
    names = Kept[UUID, str](
        Changes(every=60), load=sizes.load, owners=lambda shop, _: (shop,), most=1
    )
    for shop in (*shops, *shops):
        names.of([shop.id])
    assert sizes.asked == [shop.id for shop in (*shops, *shops)]


def test_between_two_looks_it_may_be_behind_and_asking_hears_at_once(market: trade.Market) -> None:
    mei = market.shop
    changes = Changes(every=60)
    names = Names(changes)
    changes.ask()
    names.kept.of([mei.id])
    rename(mei, "新")
    assert names.kept.of([mei.id])[mei.id] == mei.name
    changes.ask()
    assert names.kept.of([mei.id])[mei.id] == "新"


@pytest.mark.django_db(transaction=True)
def test_what_was_being_written_while_we_loaded_is_loaded_again(
    market: trade.Market,
) -> None:
    mei = market.shop
    names = Names(Changes(every=0))
    written, go_on = threading.Event(), threading.Event()

    @operation
    def slowly() -> None:
        rename(mei, "慢")
        written.set()
        go_on.wait(10)

    def other() -> None:
        slowly()
        connection.close()

    writing = threading.Thread(target=other)
    writing.start()
    assert written.wait(10)
    assert names.kept.of([mei.id])[mei.id] == mei.name  # not committed yet
    go_on.set()
    writing.join(10)
    assert names.kept.of([mei.id])[mei.id] == "慢"


def changed(act: Callable[[], object], *owners: UUID) -> bool:
    changes = Changes(every=0)
    changes.ask()
    before = changes.ask()
    act()
    changes.ask()
    return changes.since(before, owners)


def test_who_keeps_a_shop_is_heard_of(market: trade.Market) -> None:
    mei, shop = market.mei.id, market.shop.id
    assert known.keepers([shop]) == {shop: mei}

    def handed_on() -> None:
        ShopMember.objects.filter(shop=shop).update(person=market.bob)

    assert changed(handed_on, shop)
    assert not changed(handed_on, uuid4())
    assert known.keepers([shop]) == {shop: market.bob.id}


def test_a_brands_promotion_is_its_own_and_the_platforms_is_everybodys(
    market: trade.Market,
) -> None:
    of_brand = Promotion.objects.filter(id=makers.promotion(market, Funder.BRAND).id)
    assert changed(lambda: of_brand.update(threshold_minor=5), market.brand.id)
    assert not changed(lambda: of_brand.update(threshold_minor=6), uuid4())
    of_platform = Promotion.objects.filter(id=makers.promotion(market).id)
    assert changed(lambda: of_platform.update(threshold_minor=7), uuid4())


def test_a_claim_changes_nothing_until_the_last_coupon_is_gone(market: trade.Market) -> None:
    coupon = makers.promotion(market, Funder.BRAND, supply=2)
    assert not changed(lambda: makers.claim(market, coupon), market.brand.id)
    last = {"customer": market.bob.id}
    assert changed(lambda: makers.claim(market, coupon, **last), market.brand.id)
