"""From a link in a chat to a paid order, and what the keeper sees of it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.site import Site
from tests.journeys.walking import (
    CHINESE,
    ENGLISH,
    MEI,
    choose_variant,
    come_in,
    look_closely,
    new_phone,
    pay,
    prove,
    write_address,
)

pytestmark = pytest.mark.journey


def shared_link(mei: Page, site: Site) -> str:
    """Mei passes a mug of Haifeng's on, and copies the link."""
    mei.goto(f"{site.url}/keep/goods?q=mug")
    mei.get_by_role("link", name=re.compile("马克杯|mug", re.IGNORECASE)).first.click()
    mei.get_by_role("button", name="Share and earn").click()
    look_closely(mei)
    link = mei.get_by_label("Link", exact=True).input_value()
    assert re.fullmatch(rf"{site.url}/s/\w+", link)
    return link


def test_alice_buys_through_meis_link(site, visitor):
    mei = visitor()
    come_in(mei, site, "--phone", MEI)
    link = shared_link(mei, site)

    alice = visitor()
    alice.goto(link)
    expect(alice).to_have_url(re.compile("/shop/[^/]+/p/"))
    expect(alice.get_by_text("Guaranteed genuine")).to_be_visible()
    look_closely(alice)
    choose_variant(alice)
    alice.get_by_role("button", name="Buy now").click()

    phone = new_phone()
    alice.wait_for_url(re.compile("/checkout"))
    look_closely(alice)
    prove(alice, site, phone)
    expect(alice).to_have_url(re.compile("/checkout"))
    write_address(alice, phone)
    freight = alice.locator(".parcel-foot").filter(has_text="Freight")
    expect(freight).to_contain_text(re.compile("¥|free"))
    look_closely(alice)
    total = alice.locator("#sum .price").inner_text()
    alice.get_by_role("button", name=ENGLISH.order).click()

    alice.wait_for_url(re.compile(r"/pay/"))
    look_closely(alice)
    expect(alice.locator(".amount")).to_have_text(plain(total))
    pay(alice)
    alice.wait_for_url(re.compile("/orders/[^/]+/paid"))
    expect(alice.get_by_role("heading", name="Your payment has arrived")).to_be_visible()
    look_closely(alice)
    alice.get_by_role("link", name="See the order").click()
    expect(alice.get_by_text(plain(total)).first).to_be_visible()
    look_closely(alice)
    code = alice.url.rsplit("/", 1)[1]
    alice.goto(f"{site.url}/orders")
    expect(alice.get_by_role("link", name=f"Order {code}")).to_be_visible()
    look_closely(alice)

    mei.goto(f"{site.url}/keep/orders")
    look_closely(mei)
    mei.get_by_role("link", name=f"Order {code}").click()
    seen = mei.get_by_role("main")
    expect(seen).to_contain_text("Came through your link")
    expect(seen).to_contain_text(re.compile(r"Earn ¥\d+\.\d\d"))
    expect(seen).to_contain_text("陈**")
    for private in ("陈小美", "文三路", phone):
        expect(seen).not_to_contain_text(private)
    look_closely(mei)


def test_alice_buys_in_chinese_without_scripts(site, visitor):
    mei = visitor()
    come_in(mei, site, "--phone", MEI)
    link = shared_link(mei, site)

    alice = visitor(language="zh-CN", scripts=False)
    alice.goto(link)
    alice.locator(".sku-choice:not(.is-gone)").first.click()
    alice.get_by_role("button", name="立即购买").click()
    phone = new_phone()
    prove(alice, site, phone, CHINESE)
    expect(alice).to_have_url(re.compile("/checkout"))
    write_address(alice, phone, CHINESE)
    alice.get_by_role("button", name="计算到这里的运费").click()
    expect(alice.locator(".parcel-foot").filter(has_text="运费")).to_contain_text(
        re.compile("¥|包邮|免")
    )
    expect(alice.get_by_role("textbox", name=CHINESE.recipient)).to_have_value("陈小美")
    alice.get_by_role("button", name=CHINESE.order).click()
    pay(alice, button="确认付款")
    alice.wait_for_url(re.compile("/orders/[^/]+/(paid|payment/return)"))
    # Without scripts the page that waits looks again by itself.
    alice.wait_for_url(re.compile("/orders/[^/]+/paid"))
    expect(alice.get_by_role("main")).to_contain_text("款已收到")
    alice.goto(f"{site.url}/orders")
    expect(alice.locator(".order-card")).to_have_count(1)


def plain(price: str) -> str:
    """An amount as it reads, without the line breaks between its parts."""
    return "".join(price.split())
