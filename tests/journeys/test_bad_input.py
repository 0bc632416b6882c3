"""What careless, unlucky and curious people send: a calm answer each, and nothing twice."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.walking import (
    BAO,
    ENGLISH,
    MEI,
    buy,
    choose_variant,
    come_in,
    find,
    look_closely,
    new_phone,
    order_here,
    pay,
    shop_address,
)

pytestmark = pytest.mark.journey

ALICE, NINA = "+8617000001006", "+8617000001007"
CANDLE = "Soy candle, sea salt"


def test_wrong_codes_until_the_code_is_over(site, visitor):
    page, phone = visitor(), new_phone()
    page.goto(f"{site.url}/sign-in/")
    page.get_by_role("textbox", name=ENGLISH.mobile).fill(phone)
    page.get_by_role("button", name=ENGLISH.send).click()
    field = page.get_by_role("textbox", name=ENGLISH.code)
    field.wait_for()
    right = site.code(phone)
    wrong = f"{(int(right) + 1) % 10**6:06}"
    over = page.get_by_text("This code no longer holds.")
    for _ in range(10):
        field.fill(wrong)
        with page.expect_response("**/sign-in/code"):
            page.get_by_role("button", name=ENGLISH.sign_in, exact=True).click()
        beside = page.locator(".field-error")
        expect(beside).to_be_visible()
        if over.count():
            break
    expect(over).to_be_visible()
    look_closely(page)
    field.fill(right)
    page.get_by_role("button", name=ENGLISH.sign_in, exact=True).click()
    expect(over).to_be_visible()
    assert page.goto(f"{site.url}/me").ok
    expect(page.get_by_text("You are not signed in")).to_be_visible()


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/sign-in/link/forged-forged-forged-forged-forg", 409, "sign-in link"),
        ("/s/zzzzzzz", 404, "This link leads nowhere any more"),
        ("/shop/zzzzzzzzzz", 404, "find"),
        ("/nothing/here", 404, "We could not find this page"),
    ],
)
def test_addresses_that_lead_nowhere(site, visitor, address, status, words):
    page = visitor()
    answer = page.goto(f"{site.url}{address}")
    assert answer.status == status
    expect(page.get_by_role("main")).to_contain_text(words)
    look_closely(page)


def test_what_belongs_to_others_stays_with_them(site, visitor):
    mei, alice, nina, bao = visitor(), visitor(), visitor(), visitor()
    come_in(mei, site, "--phone", MEI)
    come_in(bao, site, "--phone", BAO)
    come_in(alice, site, "--phone", ALICE)
    come_in(nina, site, "--phone", NINA)
    shop = shop_address(mei, site)
    find(alice, shop, CANDLE)
    choose_variant(alice)
    alice.get_by_role("button", name="Buy now").click()
    code = order_here(alice)
    mei.goto(f"{site.url}/keep/conversations")
    look_closely(mei)
    talk = mei.get_by_role("main").locator("a.list-row").first.get_attribute("href")
    for page, address in (
        (nina, f"/orders/{code}"),
        (nina, f"/orders/{code}/cancellation"),
        (nina, f"/orders/{code}/paid"),
        (bao, f"/keep/orders/{code}"),
        (bao, talk),
    ):
        answer = page.goto(f"{site.url}{address}")
        assert answer.status == 404, address
        expect(page.get_by_role("main")).not_to_contain_text("¥")
    look_closely(bao)
    for page in (alice, nina, mei):
        for address in ("/desk/", "/supply/"):
            answer = page.goto(f"{site.url}{address}")
            assert answer.status in {200, 403}
            expect(page).not_to_have_title(re.compile("Today"))


def test_absurd_quantities(site, visitor):
    mei, alice = visitor(), visitor()
    come_in(mei, site, "--phone", MEI)
    come_in(alice, site, "--phone", ALICE)
    find(alice, shop_address(mei, site), CANDLE)
    offer = alice.locator("#buy input[name=offer]").first.get_attribute("value")
    shop = alice.locator("#buy input[name=shop]").get_attribute("value")
    for quantity in ("99999", "-3", "0", "1e9", "9" * 40, "<b>"):
        answer = alice.goto(f"{site.url}/checkout?shop={shop}&offer={offer}&quantity={quantity}")
        assert answer.status == 200, quantity
        counted = alice.locator(".cart-line-foot").first
        expect(counted).to_contain_text(re.compile(r"×\s999$" if quantity == "99999" else r"×\s1$"))
    alice.goto(f"{site.url}/checkout?shop={shop}&offer={offer}&quantity=99999")
    expect(alice.get_by_text(re.compile(r"There are only \d+ of"))).not_to_have_count(0)
    expect(alice.get_by_role("button", name=ENGLISH.order)).to_be_disabled()
    look_closely(alice)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_two_quick_taps_make_one_order(site, visitor, scripts):
    mei, alice = visitor(), visitor(scripts=scripts)
    come_in(mei, site, "--phone", MEI)
    come_in(alice, site, "--phone", NINA)
    shop = shop_address(mei, site)
    before = orders_of(alice, site.url)
    find(alice, shop, CANDLE)
    alice.get_by_role("button", name="Buy now").click()
    alice.get_by_role("button", name=ENGLISH.order).dblclick()
    alice.wait_for_url(re.compile("/pay/"))
    pay(alice)
    alice.wait_for_url(re.compile("/paid"))
    assert len(orders_of(alice, site.url) - before) == 1


def test_back_after_paying_charges_nothing(site, visitor):
    mei, alice = visitor(), visitor()
    come_in(mei, site, "--phone", MEI)
    come_in(alice, site, "--phone", NINA)
    shop = shop_address(mei, site)
    before = orders_of(alice, site.url)
    code = buy(alice, site, shop, CANDLE)
    partner = re.compile(r"/pay/")
    for _ in range(6):
        alice.go_back()
        expect(alice.locator("body")).not_to_be_empty()
        if partner.search(alice.url):
            expect(alice.get_by_text("This has been paid.")).to_be_visible()
        if "/checkout" in alice.url:
            break
    expect(alice).to_have_url(re.compile("/checkout"))
    look_closely(alice)
    alice.goto(f"{site.url}/orders/{code}")
    expect(alice.get_by_role("button", name="Pay now")).to_have_count(0)
    assert len(orders_of(alice, site.url) - before) == 1


def orders_of(page: Page, site: str) -> set[str]:
    """The newest orders in somebody's list."""
    page.goto(f"{site}/orders")
    links = page.locator("a.order-card-goods").all()
    return {link.get_attribute("href") or "" for link in links}
