"""The pages inside a shop: what they show and cost, and that they hold nothing of anybody."""

import pytest
from django.urls import reverse

from shoal.brands.operations import suspend_brand
from shoal.catalog.operations import withdraw_product
from shoal.kit.clock import now
from shoal.offers.operations import cancel_sale
from shoal.shelves.operations import hide_product, pin_product, set_shelf_markup, write_words
from shoal.shelves.rules import MarkupKind
from shoal.shops.operations import Look, change_look, pause_shop, suspend_shop
from tests import trade
from tests.goods import DAY, HOUR, live_product, picture, scheduled_sale, standing_offers

pytestmark = pytest.mark.django_db


def page(client, name, *args: str, **query: str):
    return client.get(reverse(f"buy:{name}", args=args), query)


@pytest.fixture
def sale(market):
    fresh = live_product(market.brand)
    at = now()
    return scheduled_sale(market.brand, fresh, starts_at=at - HOUR, ends_at=at + DAY)


@pytest.mark.parametrize(
    ("name", "most"), [("shop", 14), ("categories", 3), ("search", 10), ("product", 12)]
)
def test_pages_take_few_queries_however_much_they_show(
    stranger, market, product, known_shop, name, most, django_assert_max_num_queries
):
    for _ in range(4):
        standing_offers(market.brand, live_product(market.brand))
    arguments = [market.shop.code, *([product.code] if name == "product" else [])]
    with django_assert_max_num_queries(most):
        response = page(stranger, name, *arguments, **({"q": "亚麻"} if name == "search" else {}))
    assert response.status_code == 200


def test_a_sale_takes_few_queries(
    stranger, market, sale, known_shop, django_assert_max_num_queries
):
    with django_assert_max_num_queries(9):
        response = page(stranger, "sale", market.shop.code, sale.code)
    assert response.context["tiles"]
    assert b"data-countdown" in response.content


@pytest.mark.parametrize("name", ["shop", "categories", "search", "product"])
def test_shared_pages_hold_nothing_of_anybody(alice, market, product, name):
    arguments = [market.shop.code, *([product.code] if name == "product" else [])]
    response = page(alice, name, *arguments)
    assert not response.cookies
    text = response.content.decode()
    assert "csrf" not in text.lower()
    assert "style=" not in text
    assert "李" not in text
    assert "public" in response["Cache-Control"]
    assert {"Cookie", "Accept-Language"} <= set(response["Vary"].split(", "))


def test_the_same_page_need_not_be_sent_again(stranger, market, sale):
    first = page(stranger, "shop", market.shop.code)
    same = {"If-None-Match": first["ETag"]}
    again = stranger.get(reverse("buy:shop", args=[market.shop.code]), headers=same)
    assert again.status_code == 304
    assert again.content == b""
    set_shelf_markup(shop=market.shop, kind=MarkupKind.PERCENT, value=500)
    changed = stranger.get(reverse("buy:shop", args=[market.shop.code]), headers=same)
    assert changed.status_code == 200


@pytest.mark.parametrize("given", [{"banner"}, {"avatar"}, {"banner", "avatar"}])
def test_home_wears_whichever_pictures_its_keeper_gave(stranger, market, product, given):
    bytes_of = {one: picture(1200, 400) for one in given}
    shop = change_look(shop=market.shop, look=Look(palette="plum", **bytes_of))
    response = page(stranger, "shop", market.shop.code)
    assert response.status_code == 200
    for one in given:
        assert getattr(shop, one).url.encode() in response.content


def test_home_shows_sales_trailers_and_pinned_goods_first(stranger, market, product, sale):
    at = now()
    coming = scheduled_sale(
        market.brand, live_product(market.brand), starts_at=at + HOUR, ends_at=at + DAY
    )
    pin_product(shop=market.shop, product=product)
    context = page(stranger, "shop", market.shop.code).context
    assert [one["title"] for one in context["sales"]] == [sale.title]
    assert [one["title"] for one in context["trailers"]] == [coming.title]
    assert [one.title for one in context["pinned"]] == [product.title]
    assert product.title not in [one.title for one in context["tiles"]]


def test_prices_are_this_shops_and_earnings_are_nobodys_business(stranger, market, product):
    set_shelf_markup(shop=market.shop, kind=MarkupKind.PERCENT, value=500)
    text = page(stranger, "product", market.shop.code, product.code).content.decode()
    assert "¥105.00" in text
    assert "Earn" not in text
    assert "¥70" not in text


def test_a_variant_that_is_gone_is_shown_and_cannot_be_chosen(stranger, market):
    both = standing_offers(market.brand, live_product(market.brand, stock=3))
    from shoal.stock.models import Allotment

    trade.order(market, offers=(both[0],), quantity=3, at=now())
    assert Allotment.objects.get(id=both[0].allotment_id).available == 0
    product = both[0].sku.product
    response = page(stranger, "product", market.shop.code, product.code)
    left = {row.code: row.left for row in response.context["skus"]}
    assert left == {both[0].code: 0, both[1].code: 3}
    assert "disabled" in response.content.decode()


def test_what_is_sold_out_says_so(stranger, market, product):
    trade.order(market, quantity=10, at=now())
    gone = page(stranger, "product", market.shop.code, product.code).content.decode()
    assert "Sold out for now" in gone
    assert "Add to cart" not in gone


def test_what_is_sold_out_and_comes_again_says_when(stranger, market, product):
    at = now()
    sale = scheduled_sale(market.brand, product, quantity=10, starts_at=at + HOUR, ends_at=at + DAY)
    soon = page(stranger, "product", market.shop.code, product.code)
    assert soon.context["coming_sale"] == sale
    assert "On sale soon" in soon.content.decode()
    assert "Add to cart" not in soon.content.decode()


def test_her_own_words_stand_on_the_page(stranger, market, product):
    write_words(shop=market.shop, product=product, text="我自己穿了两年")
    text = page(stranger, "product", market.shop.code, product.code).content.decode()
    assert "我自己穿了两年" in text


def test_search_finds_and_finds_nothing(stranger, market, product):
    found = page(stranger, "search", market.shop.code, q="亚麻衬衫")
    assert product.title in [one.title for one in found.context["tiles"]]
    nothing = page(stranger, "search", market.shop.code, q="zeppelin").content.decode()
    assert "Nothing found for “zeppelin”" in nothing
    assert reverse("buy:ask", args=[market.shop.code]) in nothing
    assert page(stranger, "search", market.shop.code).status_code == 200


def test_further_goods_come_as_a_piece(stranger, market):
    standing_offers(market.brand, live_product(market.brand))
    address = reverse("buy:shop", args=[market.shop.code])
    piece = stranger.get(address, {"from": "1"}, headers={"hx-request": "true"})
    assert piece.content.strip().startswith(b"<li>")
    whole = page(stranger, "shop", market.shop.code, **{"from": "1"})
    assert whole.content.startswith(b"<!doctype")
    # A cache that was given the one must not give it to who wants the other.
    assert "HX-Request" in piece["Vary"]
    assert "HX-Request" in whole["Vary"]


class TestWhatIsNotSold:
    """Each old link leads to a calm page that says what to do."""

    def text(self, client, market, product):
        response = page(client, "product", market.shop.code, product.code)
        assert response.status_code == 200
        assert b'form="buy"' not in response.content
        return response.content.decode()

    def test_withdrawn(self, stranger, market, product):
        withdraw_product(product=product, reason="old", by="owner", at=now())
        assert "No longer made or sold" in self.text(stranger, market, product)

    def test_brand_suspended(self, stranger, market, product):
        suspend_brand(brand=market.brand, reason="checking", by="olga", at=now())
        assert "not selling at the moment" in self.text(stranger, market, product)

    def test_hidden_by_her(self, stranger, market, product):
        hide_product(shop=market.shop, product=product)
        assert "Not on sale here" in self.text(stranger, market, product)

    def test_coming(self, stranger, market):
        fresh, at = live_product(market.brand), now()
        scheduled_sale(market.brand, fresh, starts_at=at + HOUR, ends_at=at + DAY)
        assert "On sale soon" in self.text(stranger, market, fresh)

    def test_unknown(self, stranger, market):
        assert page(stranger, "product", market.shop.code, "nothing000").status_code == 404
        assert page(stranger, "shop", "nothing000").status_code == 404
        assert page(stranger, "sale", market.shop.code, "nothing000").status_code == 404


def test_a_sale_that_is_over_or_called_off(stranger, market):
    at = now()
    over = scheduled_sale(
        market.brand, live_product(market.brand), starts_at=at - 2 * DAY, ends_at=at - DAY
    )
    off = scheduled_sale(
        market.brand, live_product(market.brand), starts_at=at - HOUR, ends_at=at + DAY
    )
    cancel_sale(sale=off, reason="no goods", by="olga", at=at)
    assert "is over" in page(stranger, "sale", market.shop.code, over.code).content.decode()
    called_off = page(stranger, "sale", market.shop.code, off.code).content.decode()
    assert "does not take place" in called_off


def test_a_shop_that_rests_shows_and_does_not_sell(stranger, market, product):
    pause_shop(shop=market.shop, reason="", by="mei", at=now())
    text = page(stranger, "product", market.shop.code, product.code).content.decode()
    assert "taking a break" in text
    assert "Buy now" not in text


def test_a_suspended_shop_shows_nothing(stranger, market, product):
    suspend_shop(shop=market.shop, reason="checking", by="olga", at=now())
    for name, *arguments in (("shop",), ("product", product.code), ("categories",)):
        text = page(stranger, name, market.shop.code, *arguments).content.decode()
        assert "is closed at the moment" in text
        assert product.title not in text
