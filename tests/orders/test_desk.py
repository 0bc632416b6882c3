from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import translation

from shoal.brands.operations import suspend_brand
from shoal.catalog.models import Product
from shoal.kit import vault
from shoal.offers.models import Purchase
from shoal.orders import desk, known, pricing
from shoal.orders.desk import KeyUsed, Placed, place_orders
from shoal.orders.models import Order, OrderLine, Parcel
from shoal.payments.models import Intent
from shoal.shops.operations import pause_shop
from shoal.stock.models import Allotment
from shoal.traffic.operations import make_share
from tests import goods, trade
from tests.trade import AT, Market

pytestmark = pytest.mark.django_db


@pytest.fixture
def market() -> Market:
    return trade.open_market()


def untouched(market: Market) -> bool:
    """Nothing was written and nothing is held."""
    row = Allotment.objects.get(id=market.offer.allotment_id)
    return not Order.objects.exists() and not Intent.objects.exists() and row.held == 0


def test_an_order_freezes_price_shares_and_attribution(market: Market) -> None:
    order = trade.order(market, quantity=2)
    line = OrderLine.objects.get(order=order)
    assert (line.line_minor, line.brand_minor, line.keeper_minor, line.platform_minor) == (
        20_000,
        14_000,
        4_000,
        2_000,
    )
    assert (order.storefront_id, order.earner_id) == (market.shop.id, market.shop.id)
    assert (order.attribution, order.total_minor) == ("storefront", 20_000)
    assert order.expires_at == order.placed_at + timedelta(minutes=30)
    assert Intent.objects.get(subject=order.id).amount == 20_000
    assert Allotment.objects.get(id=market.offer.allotment_id).held == 2
    assert trade.is_sound()


def test_who_receives_it_is_sealed(market: Market) -> None:
    order = trade.order(market)
    assert vault.reveal(market.alice.id, order.sealed) == trade.HOME
    assert "海边路".encode() not in bytes(order.sealed)


def test_a_share_of_another_shop_earns(market: Market) -> None:
    bao = trade.open_shop(person=market.bob, name="宝的店", currency="CNY", at=AT)
    share = make_share(
        shop=bao,
        thing="product",
        thing_code=market.offer.sku.product.code,
        by=market.bob.code,
        at=AT,
    )
    order = trade.order(market, share=share.id)
    assert (order.earner_id, order.share_id, order.attribution) == (bao.id, share.id, "share")


def test_a_keeper_who_buys_from_herself_earns_nothing(market: Market) -> None:
    order = trade.order(market, customer=market.mei)
    line = OrderLine.objects.get(order=order)
    assert (order.earner_id, order.attribution) == (None, "self")
    assert (line.keeper_minor, line.platform_minor) == (0, 3_000)


def test_asking_again_with_the_same_key_gives_the_same_order(market: Market) -> None:
    wish = trade.wish(market, key=uuid4())
    first, again = place_orders(requests=[wish, wish])
    later = place_orders(requests=[wish])[0]
    assert isinstance(first, Placed)
    assert first == again == later
    assert Order.objects.count() == 1


def test_the_same_key_for_something_else_is_refused(market: Market) -> None:
    key = uuid4()
    trade.order(market, key=key)
    assert place_orders(requests=[trade.wish(market, key=key, quantity=3)]) == [KeyUsed()]
    assert Order.objects.count() == 1


def test_the_same_key_for_something_else_is_refused_in_the_same_batch(market: Market) -> None:
    key = uuid4()
    wishes = [trade.wish(market, key=key), trade.wish(market, key=key, quantity=3)]
    first, second = place_orders(requests=wishes)
    assert isinstance(first, Placed)
    assert second == KeyUsed()


def test_a_refusal_is_told_to_each_in_her_language_and_keeps_nothing(market: Market) -> None:
    titles = {"zh": "棉衬衫", "en": "Cotton shirt"}
    Product.objects.filter(id=market.offer.sku.product_id).update(titles=titles)
    known.changes.ask_at_once()
    Allotment.objects.filter(id=market.offer.allotment_id).update(available=0, received=0)
    with translation.override("zh-hans"):
        (refusal,) = place_orders(requests=[trade.wish(market)])
    assert isinstance(refusal, pricing.SoldOut)
    with translation.override("en"):
        assert "Cotton shirt" in refusal.sentence
    with translation.override("zh-hans"):
        assert "棉衬衫" in refusal.sentence
    # Through where it was raised, all that the batch was asked for would stay in memory.
    assert refusal.__traceback__ is None


def test_what_was_asked_before_is_found_by_its_index(market: Market) -> None:
    order = trade.order(market)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO orders_receipt (id, customer, key, order_id, digest)"
            " SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), %s, ''"
            " FROM generate_series(1, 20000)",
            [order.id],
        )
        cursor.execute("ANALYZE orders_receipt")
        keys = [uuid4(), uuid4()]
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {desk._RECEIPTS}", [keys, keys])
        ((plan,),) = cursor.fetchone()
    assert plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"] < 20


def test_one_bad_request_spoils_no_neighbour(market: Market) -> None:
    answers = place_orders(
        requests=[
            trade.wish(market, quantity=6),
            trade.wish(market, quantity=6, customer=market.bob),
            trade.wish(market, quantity=4, customer=market.bob),
            trade.wish(market, quantity=1),
        ]
    )
    assert [type(answer).__name__ for answer in answers] == [
        "Placed",
        "TooFew",
        "Placed",
        "SoldOut",
    ]
    assert Allotment.objects.get(id=market.offer.allotment_id).available == 0
    assert trade.is_sound()


def test_an_order_is_placed_whole_or_not_at_all(market: Market) -> None:
    scarce = trade.standing_offer(market.brand, stock=1)
    wish = trade.wish(market, quantity=2, offers=(market.offer, scarce))
    answer = place_orders(requests=[wish])[0]
    assert isinstance(answer, pricing.TooFew)
    assert untouched(market)


def test_a_price_that_changed_is_shown_again_first(market: Market) -> None:
    answer = place_orders(requests=[trade.wish(market, unit_minor=9_999)])[0]
    assert isinstance(answer, pricing.PriceChanged)
    assert untouched(market)


def test_who_wants_more_than_anybody_may_is_told_to_choose_fewer(market: Market) -> None:
    limited = trade.standing_offer(market.brand, stock=10, per_customer=3)
    (answer,) = place_orders(requests=[trade.wish(market, quantity=4, offers=(limited,))])
    assert type(answer) is pricing.LimitReached
    assert "choose fewer" in answer.sentence


def test_a_limit_counts_units_per_customer_and_comes_back(market: Market) -> None:
    limited = trade.standing_offer(market.brand, stock=10, per_customer=3)
    answers = place_orders(
        requests=[
            trade.wish(market, quantity=2, offers=(limited,)),
            trade.wish(market, quantity=2, offers=(limited,)),
            trade.wish(market, quantity=3, offers=(limited,), customer=market.bob),
        ]
    )
    assert isinstance(answers[1], pricing.LimitUsed)
    assert "ordered 2 of" in str(answers[1].sentence)
    assert sorted(Purchase.objects.values_list("quantity", flat=True)) == [2, 3]
    from shoal.orders.operations import expire_orders

    assert expire_orders(at=AT + timedelta(hours=1)) == 2
    assert set(Purchase.objects.values_list("quantity", flat=True)) == {0}
    assert trade.is_sound()


def test_a_paused_shop_takes_no_orders(market: Market) -> None:
    pause_shop(shop=market.shop, reason="", by=market.mei.code, at=AT)
    answer = place_orders(requests=[trade.wish(market)])[0]
    assert isinstance(answer, pricing.ShopClosed)
    assert untouched(market)


def test_a_suspended_brand_sells_nothing(market: Market) -> None:
    suspend_brand(brand=market.brand, reason="papers expired", by=goods.OLGA, at=AT)
    answer = place_orders(requests=[trade.wish(market)])[0]
    assert isinstance(answer, pricing.OfferClosed)
    assert untouched(market)


def test_an_offer_opens_and_closes_to_the_microsecond(market: Market) -> None:
    instant = timedelta(microseconds=1)
    opens = market.offer.opens_at
    early, there = place_orders(
        requests=[trade.wish(market, at=opens - instant), trade.wish(market, at=opens)]
    )
    assert isinstance(early, pricing.OfferClosed)
    assert isinstance(there, Placed)


def test_an_empty_request_is_refused(market: Market) -> None:
    from dataclasses import replace

    answer = place_orders(requests=[replace(trade.wish(market), lines=())])[0]
    assert answer == pricing.NothingChosen()
    assert untouched(market)


def test_one_parcel_per_brand(market: Market) -> None:
    other = trade.standing_offer(goods.active_brand(name="Nordwind"))
    order = trade.order(market, offers=(market.offer, other))
    assert Parcel.objects.filter(order=order).count() == 2
    assert trade.is_sound()


def test_a_batch_costs_the_same_queries_however_large(
    market: Market, django_assert_max_num_queries: object
) -> None:
    many = trade.standing_offer(market.brand, stock=100)
    # The statements of a message count one by one.
    with django_assert_max_num_queries(38):  # type: ignore[operator]
        answers = place_orders(requests=[trade.wish(market, offers=(many,)) for _ in range(50)])
    assert all(isinstance(answer, Placed) for answer in answers)
