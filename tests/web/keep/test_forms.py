"""What a keeper changes, and what she is told when she cannot."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from shoal.kit.clock import now
from shoal.shelves.models import Markup, Placement, Shelf, Words
from shoal.shops.models import Shop, ShopMember
from shoal.shops.operations import open_shop
from shoal.traffic.models import Share
from tests.goods import picture

pytestmark = pytest.mark.django_db


def send(client, name, /, *args: str, **form: object):
    return client.post(reverse(f"keep:{name}", args=args), form)


def price_field(market) -> str:
    return f"price-{market.offer.code}"


def test_a_shop_is_open_three_pages_after_the_phone(client, market):
    welcome = client.get(reverse("keep:open"))
    assert reverse("account:sign-in") in welcome.content.decode()
    client.force_login(market.bob, backend="shoal.web.account.backend.PeopleBackend")
    assert "form" in client.get(reverse("keep:open")).context
    response = send(client, "open", name="宝的小店")
    shop = Shop.objects.get(name="宝的小店")
    share = Share.objects.get(shop=shop)
    assert response["Location"] == f"{reverse('keep:share', args=[share.code])}?new=1"
    assert f"/s/{share.code}" in client.get(response["Location"]).content.decode()
    assert (share.thing, share.thing_code) == ("shop", shop.code)


def test_nobody_opens_a_shop_without_a_name_or_a_phone(client, market):
    send(client, "open", name="空店")
    client.force_login(market.bob, backend="shoal.web.account.backend.PeopleBackend")
    assert send(client, "open", name=" ").status_code == 422
    assert Shop.objects.count() == 1


def test_the_second_shop_is_worked_in_at_once(mei, market):
    assert send(mei, "open", name=market.shop.name).status_code == 422
    send(mei, "open", name="美的二店")
    assert mei.get(reverse("keep:today")).context["shop"].name == "美的二店"
    send(mei, "choice", shop=market.shop.code)
    assert mei.get(reverse("keep:today")).context["shop"] == market.shop


def test_somebody_elses_shop_is_not_chosen(mei, market):
    baos = open_shop(person=market.bob, name="宝的小店", currency="CNY", at=now())
    assert send(mei, "choice", shop=baos.code).status_code == 403
    assert mei.get(reverse("keep:today")).context["shop"] == market.shop


def test_she_sets_her_price(mei, market, product):
    field = price_field(market)
    assert send(mei, "price", product.code, **{field: "109.5"}).status_code == 302
    assert Markup.objects.get().markup_minor == 950
    page = mei.get(reverse("keep:product", args=[product.code])).content.decode()
    assert 'value="109.50"' in page
    assert "¥29.50" in page
    send(mei, "price", product.code, **{field: "109.50", "as-shelf": "1"})
    assert not Markup.objects.exists()


def test_a_price_left_alone_stays_with_the_shelf(mei, market, product):
    send(mei, "price", product.code, **{price_field(market): "100.00"})
    assert not Markup.objects.exists()


@pytest.mark.parametrize("typed", ["89.99", "120.01", "-5", "much", "99.999", "1e999", "NaN"])
def test_a_price_out_of_range_changes_nothing(mei, market, product, typed):
    response = send(mei, "price", product.code, **{price_field(market): typed})
    assert response.status_code == 422
    assert not Markup.objects.exists()
    assert typed in response.content.decode()


def test_words_pin_and_hide(mei, market, product):
    send(mei, "words", product.code, text="我自己也穿")
    assert Words.objects.get().text == "我自己也穿"
    assert send(mei, "words", product.code, text="长" * 301).status_code == 422
    send(mei, "placement", product.code, kind="pinned")
    assert Placement.objects.get().kind == "pinned"
    send(mei, "placement", product.code, kind="hidden")
    assert Placement.objects.get().kind == "hidden"
    assert mei.get(reverse("keep:product", args=[product.code])).context["rows"]
    assert mei.get(reverse("keep:goods"), {"view": "hidden"}).context["tiles"]
    send(mei, "placement", product.code, kind="")
    assert not Placement.objects.exists()
    assert send(mei, "placement", product.code, kind="burnt").status_code == 404


def test_each_share_has_its_link_text_and_code(mei, market, product):
    response = send(mei, "shares", thing="product", code=product.code)
    share = Share.objects.get()
    page = mei.get(response["Location"]).content.decode()
    assert f"/s/{share.code}" in page
    assert "¥100.00" in page
    assert "<svg" in page
    assert send(mei, "shares", thing="product", code="nothing").status_code == 404
    assert send(mei, "shares", thing="moon", code=product.code).status_code == 404
    assert Share.objects.count() == 1


def test_a_share_of_another_shop_is_not_found(client, mei, market, product):
    send(mei, "shares", thing="product", code=product.code)
    open_shop(person=market.bob, name="宝的小店", currency="CNY", at=now())
    client.force_login(market.bob, backend="shoal.web.account.backend.PeopleBackend")
    code = Share.objects.get().code
    assert client.get(reverse("keep:share", args=[code])).status_code == 404


def test_the_shelf_follows_what_she_ticks(mei, market):
    send(mei, "shelf", rule="chosen", brands=[market.brand.code])
    assert Shelf.objects.get().brands == [market.brand.code]
    assert send(mei, "shelf", rule="chosen").status_code == 422
    assert Shelf.objects.get().brands == [market.brand.code]
    send(mei, "shelf", rule="all")
    assert Shelf.objects.get().rule == "all"


@pytest.mark.parametrize(
    ("form", "kind", "value"),
    [
        ({"kind": "percent", "percent": "5"}, "percent", 500),
        ({"kind": "percent", "percent": "-2.25"}, "percent", -225),
        ({"kind": "fixed", "amount": "3.50"}, "fixed", 350),
        ({"kind": "none", "percent": "7"}, "none", 0),
    ],
)
def test_the_shelf_marks_up(mei, market, form, kind, value):
    assert send(mei, "markup", **form).status_code == 302
    shelf = Shelf.objects.get()
    assert (shelf.markup_kind, shelf.markup_value) == (kind, value)
    assert mei.get(reverse("keep:shelf")).status_code == 200


@pytest.mark.parametrize(
    "form", [{"kind": "percent"}, {"kind": "fixed"}, {"kind": "percent", "percent": "101"}, {}]
)
def test_a_markup_without_a_number_is_asked_for(mei, market, form):
    assert send(mei, "markup", **form).status_code == 422
    assert not Shelf.objects.exists()


def test_the_shop_is_dressed(mei, market, shop):
    banner = SimpleUploadedFile("x.png", picture(1200, 400), "image/png")
    assert send(mei, "look", palette="plum", banner=banner).status_code == 302
    shop.refresh_from_db()
    assert shop.palette == "plum"
    assert shop.banner
    send(mei, "blocks", up="goods")
    shop.refresh_from_db()
    assert shop.blocks == ["pinned", "sales", "goods", "trailers"]
    assert shop.banner
    send(mei, "look", palette="plum", no_banner="on")
    shop.refresh_from_db()
    assert not shop.banner


def test_what_is_no_picture_is_told(mei, market, shop):
    fake = SimpleUploadedFile("x.png", b"<script>", "image/png")
    assert send(mei, "look", palette="plum", banner=fake).status_code == 422
    shop.refresh_from_db()
    assert (shop.palette, shop.banner.name) == ("sea", "")


def test_name_greeting_and_rest(mei, market, shop):
    assert send(mei, "shop", name="美和海", greeting="你好").status_code == 302
    assert send(mei, "shop", name="长" * 41).status_code == 422
    send(mei, "pause", reason="带孩子")
    shop.refresh_from_db()
    assert (shop.name, shop.state) == ("美和海", "paused")
    assert send(mei, "pause").status_code == 409
    send(mei, "pause", resume="1")
    shop.refresh_from_db()
    assert shop.state == "open"
    assert ShopMember.objects.filter(shop=shop).count() == 1
