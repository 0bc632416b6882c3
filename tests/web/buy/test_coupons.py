"""Coupons as the customer meets them: found, claimed with one tap, chosen, in an order."""

import re
from uuid import uuid4

import pytest

from shoal.orders.models import Order
from shoal.promotions.models import Claim, Promotion
from shoal.promotions.operations import stop_promotion
from shoal.promotions.queries import PLATFORM
from shoal.promotions.rules import Funder
from shoal.shelves.operations import set_shelf_markup
from shoal.shelves.rules import MarkupKind
from tests.promotions.makers import claim, lasting, promotion
from tests.trade import AT, standing_offer
from tests.web.buy.browser import HERE

pytestmark = pytest.mark.django_db
Kind = Promotion.Kind


def checkout(market, home, coupon: str) -> dict[str, str]:
    """A checkout form that chooses a platform's coupon of 10.00 off 100.00."""
    offer = market.offer.code
    return {
        "shop": market.shop.code, "key": str(uuid4()), "offer": offer, "quantity": "1",
        "line": f"{offer}~1~10000", "address": home.code, "total": "9000",
        "coupons": "chosen", "coupon-platform": coupon,
    }  # fmt: skip


def test_a_shop_and_a_product_show_their_coupons(market, stranger):
    lasting(market, titles={"zh": "平台券", "en": "From the platform"})
    lasting(market, Funder.BRAND, titles={"zh": "品牌券", "en": "From Haifeng"})
    product = market.offer.sku.product.code
    for page in ("", f"/p/{product}", "/coupons"):
        text = stranger.get(f"/shop/{market.shop.code}{page}").content.decode()
        assert "From the platform" in text
        assert "From Haifeng" in text


def test_a_bundle_is_offered_at_what_this_shop_asks(market, stranger):
    """5.00 of Mei's own on each of two things that cost 150.00 together."""
    set_shelf_markup(shop=market.shop, kind=MarkupKind.FIXED, value=500)
    lasting(market, Funder.BRAND, Kind.BUNDLE, amount=15_000, parts={market.offer.code: 2})
    product = market.offer.sku.product.code
    text = stranger.get(f"/shop/{market.shop.code}/p/{product}").content.decode()
    assert "together: ¥160" in text


def test_a_stranger_signs_in_first_and_a_customer_claims_with_one_tap(market, stranger, alice):
    given = lasting(market)
    answer = stranger.post(f"/coupons/{given.code}/claim", headers=HERE)
    assert answer["Location"].startswith("/sign-in/")
    assert not Claim.objects.exists()
    answer = alice.post(f"/coupons/{given.code}/claim", headers=HERE, follow=True)
    assert "Welcome" in answer.content.decode()
    assert Claim.objects.get().customer == market.alice.id
    again = alice.post(f"/coupons/{given.code}/claim", headers={**HERE, "HX-Request": "true"})
    assert "You have claimed this coupon already" in again.content.decode()
    assert Claim.objects.count() == 1


def test_no_other_site_claims_for_her(market, alice):
    given = lasting(market)
    answer = alice.post(f"/coupons/{given.code}/claim", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert not Claim.objects.exists()


def test_her_coupons_are_sorted(market, alice):
    assert "No coupon yet" in alice.get("/coupons").content.decode()
    claim(market, lasting(market, titles={"zh": "甲", "en": "To keep"}, supply=5))
    stopped = lasting(market, titles={"zh": "乙", "en": "Stopped one"})
    claim(market, stopped)
    stop_promotion(owner=PLATFORM, code=stopped.code, reason="", by="olga", at=AT)
    text = alice.get("/coupons").content.decode()
    assert not re.search(r"\d left", text), "what others may still claim is nothing to her"
    assert text.index("To keep") < text.index("Over") < text.index("Stopped one")


def test_a_keepers_link_shows_the_coupon_and_a_draft_is_not_found(market, stranger):
    hers = lasting(market, Funder.KEEPER)
    page = f"/shop/{market.shop.code}/coupons/{hers.code}"
    assert "A coupon for you" in stranger.get(page).content.decode()
    draft = promotion(market, Funder.KEEPER, starts=False)
    assert stranger.get(f"/shop/{market.shop.code}/coupons/{draft.code}").status_code == 404


def test_the_checkout_chooses_the_best_and_takes_another_choice(market, alice, home):
    small = claim(market, lasting(market, titles={"zh": "小", "en": "Small one"}))
    large = claim(market, lasting(market, amount=1_500, titles={"zh": "大", "en": "Large one"}))
    page = alice.get(f"/checkout?shop={market.shop.code}&offer={market.offer.code}")
    text = page.content.decode()
    assert 'name="total" value="8500"' in text
    assert "The best are chosen for you." in text
    form = checkout(market, home, small.code)
    counted = alice.get("/checkout/totals", form).content.decode()
    assert 'name="total" value="9000"' in counted
    alice.post("/checkout", form)
    placed = Order.objects.get()
    assert (placed.discount_minor, placed.total_minor) == (1_000, 9_000)
    small.refresh_from_db()
    large.refresh_from_db()
    assert (small.used_by, large.used_by) == (placed.id, None)
    text = alice.get(f"/orders/{placed.code}").content.decode()
    assert "Small one" in text
    assert "Paid for by the platform" in text


def test_a_coupon_that_was_stopped_meanwhile_is_said_so(market, alice, home):
    given = lasting(market)
    mine = claim(market, given)
    stop_promotion(owner=PLATFORM, code=given.code, reason="", by="olga", at=AT)
    form = checkout(market, home, mine.code)
    answer = alice.post("/checkout", form)
    assert answer.status_code == 409
    assert "was stopped by who gave it" in answer.content.decode()
    assert not Order.objects.exists()


def test_the_cart_shows_what_comes_off_and_the_gift(market, alice, put):
    given = standing_offer(market.brand, stock=3)
    lasting(market, Funder.BRAND, Promotion.Kind.GIFT, threshold=10_000, parts={given.code: 1})
    claim(market, lasting(market))
    put(alice)
    text = alice.get(f"/cart?shop={market.shop.code}").content.decode()
    assert "Discounts" in text
    assert "Paid for by the platform" in text
    assert given.sku.product.title in text


def test_the_checkout_shows_the_gift_with_its_picture(market, alice):
    given = standing_offer(market.brand, stock=3)
    lasting(market, Funder.BRAND, Promotion.Kind.GIFT, threshold=10_000, parts={given.code: 1})
    page = f"/checkout?shop={market.shop.code}&offer={market.offer.code}"
    text = alice.get(page).content.decode()
    gift = text.partition('aria-label="Gift"')[2].partition("</section>")[0]
    assert given.sku.product.title in gift
    assert 'class="picture' in gift
