"""One allotment sold in three currencies: yen, yuan and dinars never meet in one sum."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shoal.catalog.models import FreightPrice
from shoal.catalog.operations import set_freight_template
from shoal.kit.errors import Refused
from shoal.kit.money import Money
from shoal.ledger.models import Account, Transfer
from shoal.ledger.queries import party_balance, platform_balances
from shoal.offers.models import OfferPrice
from shoal.offers.operations import NewOffer, list_standing_offers
from shoal.orders import carts, operations, pricing
from shoal.orders.desk import Placed, place_orders
from shoal.orders.models import Order, OrderLine
from shoal.orders.queries import sold_by_hour
from shoal.orders.quotes import cart_quote
from shoal.payments.models import Intent
from shoal.settlement.queries import earnings_of_brand
from shoal.shelves.operations import PriceOutOfRange, set_offer_markups, set_shelf_markup
from shoal.shelves.queries import Choice, Sorting, shelf_products
from shoal.shelves.rules import MarkupKind
from shoal.shops.models import Shop
from shoal.shops.operations import open_shop
from tests import goods, trade
from tests.goods import DINAR, YEN
from tests.trade import AT, MINUTE, Market

pytestmark = pytest.mark.django_db

FREIGHT = {"CNY": 800, "JPY": 500, "KWD": 1_250}
GOODS = {"CNY": 10_000, "JPY": 2_000, "KWD": 5_125}
SUPPLY = {"CNY": 7_000, "JPY": 1_400, "KWD": 3_500}
KEEPER = {"CNY": 2_000, "JPY": 400, "KWD": 1_025}


@dataclass(frozen=True, slots=True)
class World:
    """One offer in three currencies, and a keeper's shop in each."""

    market: Market
    shops: dict[str, Shop]

    def at_home_in(self, currency: str) -> Market:
        return replace(self.market, shop=self.shops[currency])


@pytest.fixture
def world(settings) -> World:
    settings.SHOAL_CURRENCIES = ["JPY", "KWD"]
    market = trade.open_market()
    freight = set_freight_template(brand=market.brand, name="标准", base_minor=800, at=AT)
    for currency in ("JPY", "KWD"):
        set_freight_template(
            brand=market.brand, name="标准", base_minor=FREIGHT[currency], currency=currency, at=AT
        )
    product = goods.live_product(market.brand, "three", stock=3)
    product.freight = freight
    product.save()
    entry = NewOffer(product.skus.all()[0].id, goods.terms(), further=(DINAR, YEN))
    [offer] = list_standing_offers(brand=market.brand, entries=[entry], by="owner", at=AT)
    shops = {
        currency: open_shop(person=goods.person(), name=currency, currency=currency, at=AT)
        for currency in ("JPY", "KWD")
    }
    return World(replace(market, offer=offer), shops | {"CNY": market.shop})


def bought(world: World, currency: str) -> Order:
    return trade.order(world.at_home_in(currency), unit_minor=GOODS[currency])


def standing(kind: Account.Kind) -> dict[str, int]:
    """What stands in a platform-wide account, by currency."""
    return {money.currency: money.minor for name, _, money in platform_balances() if name == kind}


def owed(kind: Account.Kind, party: UUID, currency: str) -> int:
    return party_balance(kind=kind, party=party, currency=currency).minor


def answer_to(world: World, currency: str, unit_minor: int) -> Placed | Refused:
    wish = trade.wish(world.at_home_in(currency), unit_minor=unit_minor)
    return place_orders(requests=[wish])[0]


def test_three_currencies_from_one_allotment_to_the_settlement(world: World) -> None:
    orders = {currency: bought(world, currency) for currency in GOODS}
    for currency, order in orders.items():
        total = GOODS[currency] + FREIGHT[currency]
        assert (order.currency, order.total_minor) == (currency, total)
        intent = Intent.objects.get(subject=order.id)
        assert (intent.amount, intent.currency) == (total, currency)
        line = OrderLine.objects.get(order=order)
        assert (line.sale_minor, line.supply_minor) == (GOODS[currency], SUPPLY[currency])
        assert (line.brand_minor, line.keeper_minor) == (SUPPLY[currency], KEEPER[currency])
    world.market.offer.allotment.refresh_from_db()
    assert world.market.offer.allotment.available == 0
    assert isinstance(answer_to(world, "JPY", GOODS["JPY"]), pricing.SoldOut)
    for order in orders.values():
        trade.pay(order)
    assert standing(Account.Kind.ESCROW) == {
        currency: GOODS[currency] + FREIGHT[currency] for currency in GOODS
    }
    for order in orders.values():
        trade.ship(order)
        trade.deliver(order)
    operations.complete_orders(at=AT + timedelta(days=30))
    for currency, shop in world.shops.items():
        assert owed(Account.Kind.BRAND, world.market.brand.id, currency) == (
            SUPPLY[currency] + FREIGHT[currency]
        )
        assert owed(Account.Kind.KEEPER, shop.id, currency) == KEEPER[currency]
        for other in GOODS.keys() - {currency}:
            assert owed(Account.Kind.KEEPER, shop.id, other) == 0
    assert set(standing(Account.Kind.ESCROW).values()) <= {0}
    assert standing(Account.Kind.FEE) == {
        currency: GOODS[currency] - SUPPLY[currency] - KEEPER[currency] for currency in GOODS
    }
    assert trade.is_sound()


def test_what_sold_and_what_a_brand_has_is_summed_for_each_currency(world: World) -> None:
    for currency in ("CNY", "JPY"):
        trade.pay(bought(world, currency))
    sold = sold_by_hour(from_at=AT, to_at=AT + timedelta(hours=1))
    assert [(hour.orders, hour.total) for hour in sold] == [
        (1, Money(10_800, "CNY")),
        (1, Money(2_500, "JPY")),
    ]
    yuan, yen = earnings_of_brand(brand=world.market.brand, since_at=AT)
    assert yuan.on_its_way == yuan.since == Money(SUPPLY["CNY"] + FREIGHT["CNY"], "CNY")
    assert yen.on_its_way == yen.since == Money(SUPPLY["JPY"] + FREIGHT["JPY"], "JPY")
    assert yen.settled == Money(0, "JPY")


def test_a_transfer_stays_in_its_currency(world: World) -> None:
    orders = {currency: bought(world, currency) for currency in GOODS}
    for order in orders.values():
        trade.pay(order)
    rows = Transfer.objects.select_related("debit", "credit")
    assert {row.amount for row in rows} == {GOODS[one] + FREIGHT[one] for one in GOODS}
    for row in rows:
        assert row.debit.currency == row.credit.currency


@pytest.mark.parametrize("unit_minor", [GOODS["CNY"], GOODS["KWD"], 0])
def test_the_price_of_another_currency_is_refused(world: World, unit_minor: int) -> None:
    assert isinstance(answer_to(world, "JPY", unit_minor), pricing.PriceChanged)
    assert not Order.objects.exists()


def test_without_amounts_the_goods_are_not_there(world: World) -> None:
    shop, offer, visitor = world.shops["JPY"], world.market.offer, uuid4()
    carts.put_in_cart(visitor=visitor, shop=shop, offer=offer.id, quantity=1, at=AT + MINUTE)
    OfferPrice.objects.filter(currency="JPY").delete()
    assert shelf_products(shop=shop, at=AT + MINUTE) == []
    assert isinstance(answer_to(world, "JPY", GOODS["JPY"]), pricing.OfferClosed)
    with pytest.raises(pricing.OfferClosed):
        carts.put_in_cart(visitor=uuid4(), shop=shop, offer=offer.id, quantity=1, at=AT + MINUTE)
    told = cart_quote(visitor=visitor, shop=shop, region="330100", at=AT + MINUTE)
    assert isinstance(told.lines[0].problem, pricing.OfferClosed)
    assert (told.can_order, told.total_minor) == (False, 0)
    assert not Order.objects.exists()


def test_without_freight_in_it_nothing_is_ordered(world: World) -> None:
    FreightPrice.objects.filter(currency="JPY").delete()
    assert isinstance(answer_to(world, "JPY", GOODS["JPY"]), pricing.NoFreight)
    visitor = uuid4()
    carts.put_in_cart(
        visitor=visitor, shop=world.shops["JPY"], offer=world.market.offer.id, quantity=1, at=AT
    )
    told = cart_quote(visitor=visitor, shop=world.shops["JPY"], region="330100", at=AT)
    assert isinstance(told.parcels[0].problem, pricing.NoFreight)
    assert not told.can_order
    assert not Order.objects.exists()


def test_a_markup_is_in_the_keepers_currency(world: World) -> None:
    shop, offer = world.shops["JPY"], world.market.offer
    set_shelf_markup(shop=shop, kind=MarkupKind.FIXED, value=150)
    [row] = shelf_products(shop=shop, at=AT, sorting=Sorting.EARN)
    assert (row.from_minor, row.most_earned_minor) == (2_150, 550)
    assert (row.best.price.unit, row.best.price.earn) == (2_150, 550)
    set_offer_markups(shop=shop, wanted=[(offer, 400)])
    [row] = shelf_products(shop=shop, at=AT)
    assert row.from_minor == 2_400
    with pytest.raises(PriceOutOfRange):
        set_offer_markups(shop=shop, wanted=[(offer, 401)])
    [elsewhere] = shelf_products(
        shop=world.shops["CNY"], at=AT, choice=Choice(products=[row.product.id])
    )
    assert elsewhere.from_minor == 10_000


def test_a_shelf_asks_one_thing_more_for_a_currency_that_is_not_the_brands(world: World) -> None:
    asked = {}
    for currency in ("CNY", "JPY"):
        with CaptureQueriesContext(connection) as queries:
            assert shelf_products(shop=world.shops[currency], at=AT)
        asked[currency] = len(queries)
    assert asked["JPY"] == asked["CNY"] + 1
