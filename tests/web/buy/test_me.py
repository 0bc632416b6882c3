"""Her own page, her address book, and her talk with the keeper."""

from urllib.parse import urlencode

import pytest

from shoal.care.models import Message
from shoal.care.operations import answer
from shoal.care.queries import talks_of_shop
from shoal.catalog.operations import withdraw_product
from shoal.kit.clock import now
from shoal.people.models import Address
from shoal.people.operations import add_address
from shoal.people.queries import addresses_of
from tests import trade
from tests.web.buy.browser import BACKEND, HOME

pytestmark = pytest.mark.django_db


def test_me_signed_out_and_in(stranger, alice, market, django_assert_max_num_queries):
    assert "You are not signed in" in stranger.get("/me").content.decode()
    with django_assert_max_num_queries(14):
        text = alice.get("/me").content.decode()
    assert "138****0011" in text
    assert "13800000011" not in text
    assert "My data" in text


def test_an_address_book(alice, market):
    assert alice.post("/me/addresses/new", HOME)["Location"] == "/me/addresses"
    [known] = addresses_of(market.alice)
    assert (known.province, known.phone) == ("浙江省", "+8613800000011")
    assert known.is_default
    changed = alice.post(f"/me/addresses/{known.code}", HOME | {"street": "新路 2 号"})
    assert changed.status_code == 302
    assert addresses_of(market.alice)[0].street == "新路 2 号"
    assert addresses_of(market.alice)[0].is_default
    alice.post(f"/me/addresses/{known.code}/removal")
    assert addresses_of(market.alice) == []


def test_a_wrong_phone_is_said_beside_it(alice):
    wrong = alice.post("/me/addresses/new", HOME | {"phone": "123"})
    assert wrong.status_code == 422
    assert wrong.context["form"].errors["phone"]
    assert not Address.objects.exists()


def test_from_the_checkout_and_back_to_it(alice, market):
    back = f"/checkout?shop={market.shop.code}"
    answer = alice.post("/me/addresses/new", HOME | {"next": back})
    code = addresses_of(market.alice)[0].code
    assert answer["Location"] == f"{back}&address={code}"
    elsewhere = alice.post("/me/addresses/new", HOME | {"next": "https://evil.example/"})
    assert elsewhere["Location"] == "/me/addresses"


def test_anothers_address_is_not_found(client, market):
    theirs = add_address(person=market.alice, province="浙江省", at=now(), **HOME)
    client.force_login(market.bob, backend=BACKEND)
    assert client.get(f"/me/addresses/{theirs.code}").status_code == 404
    assert client.post(f"/me/addresses/{theirs.code}", HOME).status_code == 404
    assert client.post(f"/me/addresses/{theirs.code}/removal").status_code == 404
    assert addresses_of(market.alice)[0].street == "海边路 1 号"


def test_asking_the_keeper(alice, market, product):
    here = f"/shop/{market.shop.code}/ask"
    assert "Ask 美的小店" in alice.get(here).content.decode()
    about = f"{here}?about=product&code={product.code}"
    assert product.title in alice.get(about).content.decode()
    assert alice.post(about, {"text": "有大一码吗？"})["Location"] == here
    text = alice.get(here).content.decode()
    assert "有大一码吗？" in text
    link = f'<a class="tiny" href="/shop/{market.shop.code}/p/{product.code}">'
    assert f"{link}About: {product.title}</a>" in text
    empty = alice.post(here, {"text": "  "})
    assert empty.status_code == 422
    assert Message.objects.count() == 1


def test_a_question_about_nothing_of_hers_breaks_no_page(alice, market):
    bobs = trade.order(market, customer=market.bob, at=now())
    here = f"/shop/{market.shop.code}/ask"
    for about, code in (("product", "a/b"), ("product", "nothing"), ("order", bobs.code)):
        asked = alice.post(f"{here}?{urlencode({'about': about, 'code': code})}", {"text": code})
        assert asked["Location"] == here
    text = alice.get(here).content.decode()
    assert "a/b" in text
    assert '<a class="tiny"' not in text


def test_what_was_said_about_goods_before_they_were_taken_back_still_opens(alice, market, product):
    here = f"/shop/{market.shop.code}/ask"
    alice.post(f"{here}?about=product&code={product.code}", {"text": "有大一码吗？"})
    withdraw_product(product=product, reason="sold out for good", by="owner", at=now())
    page = f"/shop/{market.shop.code}/p/{product.code}"
    assert page in alice.get(here).content.decode()
    assert "No longer made or sold" in alice.get(page).content.decode()


def test_an_answer_is_shown_until_she_reads_it(alice, market):
    here = f"/shop/{market.shop.code}/ask"
    alice.post(here, {"text": "有大一码吗？"})
    talk = talks_of_shop(shop=market.shop)[0]
    answer(by=market.mei, shop=market.shop, conversation=talk.code, text="有的", at=now())
    corner = f"/shop/{market.shop.code}/corner"
    assert '<span class="count">1</span>' in alice.get(corner).content.decode()
    me = alice.get("/me").content.decode()
    assert "有的" in me
    assert "New messages" in me
    assert "有的" in alice.get(here).content.decode()
    assert '<span class="count">' not in alice.get(corner).content.decode()


def test_a_stranger_signs_in_first(stranger, market):
    answer = stranger.get(f"/shop/{market.shop.code}/ask")
    assert answer.status_code == 302
    assert "sign-in" in answer["Location"]
