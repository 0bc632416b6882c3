"""Orders with coupons, gifts and bundles: taken at the desk, given back, refused clearly."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shoal.care.operations_deadlines import pass_deadline
from shoal.care.rules_cases import Kind as CaseKind
from shoal.care.rules_cases import Reason
from shoal.orders import pricing
from shoal.orders.desk import KeyUsed, Placed, place_orders
from shoal.orders.models import Order, OrderLine
from shoal.orders.operations import (
    ask_refund,
    cancel_order,
    complete_orders,
    decide_refund,
    expire_orders,
)
from shoal.orders.promoting import Buyer
from shoal.orders.quotes import quote
from shoal.promotions import refusals
from shoal.promotions.models import Promotion, Use
from shoal.promotions.operations import stop_promotion
from shoal.promotions.queries import PLATFORM
from shoal.promotions.rules import Funder
from shoal.traffic.models import Share
from shoal.traffic.operations import make_share
from tests.care.cases import ask
from tests.orders.promoted import free, gift_of, refusal, standing
from tests.promotions.makers import MONTH, claim, promotion
from tests.trade import (
    AT,
    DAY,
    MINUTE,
    deliver,
    give_back,
    is_sound,
    money_arrives_back,
    open_market,
    order,
    pay,
    ship,
    standing_offer,
    wish,
)

pytestmark = pytest.mark.django_db
Kind = Promotion.Kind


@pytest.mark.parametrize(
    ("funder", "parts"),
    [
        # 100.00: brand 70, keeper 20, platform 10; a coupon of 10.00 off it.
        (Funder.BRAND, (6_200, 1_800, 1_000)),
        (Funder.KEEPER, (7_000, 1_000, 1_000)),
        (Funder.PLATFORM, (7_000, 2_000, 1_000)),
    ],
)
def test_a_coupon_comes_off_its_funders_part(funder, parts):
    market = open_market()
    coupon = claim(market, promotion(market, funder))
    placed = order(market, coupons=(coupon.code,))
    line = OrderLine.objects.get(order=placed)
    assert (line.brand_minor, line.keeper_minor, line.platform_minor) == parts
    assert (placed.goods_minor, placed.discount_minor, placed.total_minor) == (10_000, 1_000, 9_000)
    assert line.paid_minor == 9_000
    assert not free(coupon)
    pay(placed)
    assert is_sound()


def test_all_three_at_once_and_the_money_stands_where_it_should():
    market = open_market()
    codes = tuple(claim(market, promotion(market, funder)).code for funder in Funder)
    placed = order(market, coupons=codes)
    assert (placed.discount_minor, placed.total_minor) == (3_000, 7_000)
    pay(placed)
    assert standing("escrow") == 8_000
    ship(placed)
    deliver(placed)
    assert is_sound()


def test_a_quote_chooses_the_best_and_lets_her_choose_another():
    market = open_market()
    small, large = promotion(market), promotion(market, amount=1_500)
    far = promotion(market, amount=5_000, threshold=20_000)
    first, second, third = (claim(market, one) for one in (small, large, far))
    buyer = Buyer(market.alice.id)

    def asked(coupons=None):
        return quote(
            shop=market.shop, wanted=[(market.offer.id, 1)], region="330100", at=AT,
            buyer=buyer, coupons=coupons,
        )  # fmt: skip

    best = asked()
    assert (best.discount_minor, best.total_minor) == (1_500, 8_500)
    assert [
        (row.claim, row.chosen, row.amount_minor, row.missing_minor) for row in best.coupons
    ] == [
        (second, True, 1_500, 0),
        (first, False, 1_000, 0),
        (third, False, 0, 10_000),
    ]
    assert asked([first.code]).total_minor == 9_000
    assert asked([]).total_minor == 10_000
    assert asked([third.code]).coupon_problem == refusals.CouponBelow(title="见面礼")
    assert asked(["nosuch"]).coupon_problem == refusals.CouponUnknown()
    assert quote(
        shop=market.shop, wanted=[(market.offer.id, 1)], region="", at=AT
    ).total_minor == 10_000  # fmt: skip


def test_every_refusal_is_clear_and_changes_nothing():
    market = open_market()
    coupon = claim(market, promotion(market, threshold=10_001))
    other = claim(market, promotion(market))
    bobs = claim(market, promotion(market), customer=market.bob.id)
    early = claim(market, promotion(market, use_from_at=AT + DAY, claim_from_at=AT))
    stopped = claim(market, promotion(market))
    stop_promotion(owner=PLATFORM, code=stopped.promotion.code, reason="", by="olga", at=AT)
    title = "见面礼"
    cases = [
        ((coupon.code,), refusals.CouponBelow(title=title)),
        ((bobs.code,), refusals.CouponUnknown()),
        (("nosuch",), refusals.CouponUnknown()),
        ((early.code,), refusals.CouponEarly(title=title)),
        ((stopped.code,), refusals.CouponStopped(title=title)),
        ((coupon.code, other.code), refusals.CouponTwice()),
    ]
    for codes, expected in cases:
        assert refusal(market, coupons=codes) == expected
    assert refusal(market, coupons=(other.code,), at=AT + MONTH) == refusals.CouponOver(title=title)
    assert free(other)
    assert is_sound()


def test_a_keepers_coupon_is_for_what_she_earns_herself():
    market = open_market()
    coupon = claim(market, promotion(market, Funder.KEEPER))
    mine = claim(market, coupon.promotion, customer=market.mei.id)
    assert refusal(market, customer=market.mei, coupons=(mine.code,)) == refusals.CouponElsewhere(
        title="见面礼"
    )
    from shoal.shops.operations import open_shop

    bobs = open_shop(person=market.bob, name="鲍的小店", currency="CNY", at=AT)
    share = make_share(shop=bobs, thing=Share.Thing.SHOP, thing_code=bobs.code, by="bob", at=AT)
    assert refusal(market, share=share.id, coupons=(coupon.code,)) == refusals.CouponElsewhere(
        title="见面礼"
    )
    assert order(market, coupons=(coupon.code,)).total_minor == 9_000


def test_two_orders_of_one_batch_want_one_coupon_and_the_first_has_it():
    market = open_market()
    coupon = claim(market, promotion(market))
    first, second = place_orders(requests=[wish(market, coupons=(coupon.code,)) for _ in range(2)])
    assert isinstance(first, Placed)
    assert second == refusals.CouponUsed(title="见面礼")
    assert refusals.CouponUsed(title="见面礼") in place_orders(
        requests=[wish(market, coupons=(coupon.code,))]
    )
    assert is_sound()


def test_the_same_key_with_another_coupon_is_another_request():
    market = open_market()
    coupon = claim(market, promotion(market))
    asked = wish(market, coupons=(coupon.code,))
    first, again = place_orders(requests=[asked]), place_orders(requests=[asked])
    assert first == again
    assert place_orders(requests=[replace(asked, coupons=())]) == [KeyUsed()]


def test_the_total_that_she_saw_has_to_hold():
    market = open_market()
    coupon = claim(market, promotion(market))
    asked = replace(wish(market, coupons=(coupon.code,)), total_minor=10_000)
    assert place_orders(requests=[asked]) == [pricing.TotalChanged()]
    assert isinstance(place_orders(requests=[replace(asked, total_minor=9_000)])[0], Placed)


def test_a_cancelled_or_expired_order_gives_its_coupon_back():
    market = open_market()
    coupon = claim(market, promotion(market))
    paid = order(market, coupons=(coupon.code,))
    pay(paid)
    cancel_order(
        customer=market.alice.id, code=paid.code, reason="changed my mind", by="alice", at=AT + DAY
    )
    assert free(coupon)
    assert standing("promotion") == 0
    order(market, coupons=(coupon.code,), at=AT + DAY)
    assert not free(coupon)
    expire_orders(at=AT + 3 * DAY)
    assert free(coupon)
    assert [use.kind for use in Use.objects.order_by("id")] == ["taken", "returned"] * 2
    assert is_sound()


def test_a_whole_refund_gives_the_coupon_back_too():
    market = open_market()
    coupon = claim(market, promotion(market, Funder.PLATFORM))
    placed = order(market, coupons=(coupon.code,))
    pay(placed)
    ship(placed)
    asked = ask_refund(code=placed.code, reason="lost", by="olga", at=AT + DAY)
    decide_refund(code=asked.code, approve=True, by="otto", at=AT + DAY)
    placed.refresh_from_db()
    assert placed.state == Order.State.REFUNDED
    assert free(coupon)
    money_arrives_back()
    assert (standing("escrow"), standing("promotion")) == (0, 0)
    assert is_sound()


def test_money_that_comes_late_takes_the_coupon_again_or_goes_back():
    market = open_market()
    coupon = claim(market, promotion(market))
    first = order(market, coupons=(coupon.code,))
    expire_orders(at=AT + DAY)
    pay(first, at=AT + DAY + MINUTE)
    assert first.state == Order.State.PAID
    coupon.refresh_from_db()
    assert coupon.used_by == first.id
    assert is_sound()

    again = claim(market, promotion(market))
    second = order(market, coupons=(again.code,), at=AT + DAY)
    expire_orders(at=AT + 2 * DAY)
    third = order(market, coupons=(again.code,), at=AT + 2 * DAY)
    pay(second, at=AT + 2 * DAY + MINUTE)
    assert second.state == Order.State.EXPIRED
    again.refresh_from_db()
    assert again.used_by == third.id
    assert is_sound()


def test_a_part_goes_back_with_its_share_and_the_coupon_only_with_the_last_of_it():
    market = open_market()
    coupon = claim(market, promotion(market, amount=1_001))
    given, _ = gift_of(market)
    placed = order(market, quantity=2, coupons=(coupon.code,))
    pay(placed)
    # 200.00 less 10.01: half of what was paid, and half of what the platform gave, halves up.
    assert give_back(placed, units=1) == 9_500
    assert not free(coupon)
    assert standing("promotion") == -1_001 + 501
    given.allotment.refresh_from_db()
    assert given.allotment.available == 2
    assert give_back(placed, units=1) == 9_499
    assert placed.state == Order.State.CANCELLED
    assert free(coupon)
    given.allotment.refresh_from_db()
    assert given.allotment.available == 3
    money_arrives_back()
    assert (standing("escrow"), standing("promotion")) == (0, 0)
    assert is_sound()


def test_discounts_cost_a_fixed_number_of_queries():
    market = open_market(stock=99)
    gift_of(market, stock=99)
    offers = [standing_offer(market.brand, stock=99) for _ in range(4)]
    codes = [claim(market, promotion(market, per_person=9)) for _ in range(3)]

    def counted(wishes):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert all(isinstance(one, Placed) for one in place_orders(requests=wishes))
        return len(queries)

    warm = [wish(market, offers=(market.offer, *offers))]
    counted(warm)  # what is known of the offers is kept
    one = counted([wish(market, coupons=(codes[0].code,))])
    many = counted(
        [wish(market, offers=(market.offer, *offers), coupons=(code.code,)) for code in codes[1:]]
    )
    assert many == one
    buyer = Buyer(market.alice.id)
    for wanted in ([market.offer], [market.offer, *offers]):
        with CaptureQueriesContext(connection) as queries:
            quote(
                shop=market.shop, wanted=[(row.id, 1) for row in wanted], region="330100",
                at=AT, buyer=buyer,
            )  # fmt: skip
        assert len(queries) <= 9, [row["sql"][:90] for row in queries]


def test_the_last_of_a_completed_order_goes_back_with_its_coupon():
    """She asked in time; the answer came after her order was completed."""
    market = open_market()
    coupon = claim(market, promotion(market))
    placed = order(market, coupons=(coupon.code,))
    pay(placed)
    ship(placed)
    deliver(placed)
    case = ask(placed, kind=CaseKind.REFUND, reason=Reason.MISSING)
    assert complete_orders(at=AT + 60 * DAY) == 1
    for _ in range(2):  # the keeper says nothing, then the brand
        case.refresh_from_db()
        assert case.until_at
        pass_deadline(case=case.id, at=case.until_at)
    placed.refresh_from_db()
    case.refresh_from_db()
    assert (placed.state, case.state) == (Order.State.COMPLETED, "refunded")
    assert free(coupon)
    assert is_sound()
