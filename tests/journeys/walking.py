"""What people do again and again on the way: come in, prove a phone, write an address, pay."""

import re
import secrets
from dataclasses import dataclass

from axe_core_python.base import AXE_SCRIPT as _AXE
from playwright.sync_api import Page, expect

from tests.journeys.site import Site

# The demo's people, by the phone they have proved.
MEI, BAO = "+8617000000200", "+8617000000201"
OLGA, OSKAR = "+8617000000001", "+8617000000002"
HAIFENG, SHANYE, NORDWIND = "+8617000000100", "+8617000000101", "+8617000000102"

# The colours of the other look have gone: axe reads those of this moment.
_SETTLED = """() => {
  for (const one of document.getAnimations()) { try { one.finish(); } catch { /* has no end */ } }
  return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""

_WIDER = """[...document.querySelectorAll('.facts dd')]
  .filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.innerText)"""

# What differs between light and dark is the contrast; the rest is looked at once.
# What is folded away lies, for axe, on top of what follows it: it is not on the screen.
_SHOWN = "{exclude: [['details:not([open]) > :not(summary)']]}"
# What passes need not be described, nor sounds and style sheets be fetched for rules that are off.
_BRIEFLY = "resultTypes: ['violations'], preload: false"
_LOOKS = {
    "light": f"axe.run({_SHOWN}, {{{_BRIEFLY}}})",
    "dark": f"axe.run({_SHOWN}, {{{_BRIEFLY}, runOnly: ['color-contrast']}})",
}


@dataclass(frozen=True, slots=True)
class Words:
    """What the buttons and fields on the way to an order are called in one language."""

    mobile: str
    send: str
    code: str
    sign_in: str
    accept: str
    recipient: str
    region: str
    city: str
    street: str
    order: str


ENGLISH = Words(
    mobile="Mobile number", send="Send me a code", code="Code from the message",
    sign_in="Sign in", accept="Accept and go on", recipient="Recipient",
    region="Province or municipality", city="City", street="Street, building, door",
    order="Order and pay",
)  # fmt: skip
CHINESE = Words(
    mobile="手机号", send="获取验证码", code="短信验证码", sign_in="登录", accept="同意并继续",
    recipient="收货人", region="省份 / 直辖市", city="城市", street="街道、楼栋、门牌号",
    order="提交并付款",
)  # fmt: skip


def new_phone() -> str:
    """A mobile number that nobody has proved yet."""
    return f"139{new_number()}"


def new_number() -> str:
    """Eight figures that nothing bears yet. Letters would now and then read as a word."""
    return f"{secrets.randbelow(10**8):08}"


def come_in(page: Page, site: Site, *whom: str) -> None:
    """Follows a fresh sign-in link."""
    page.goto(site.link(*whom))
    expect(page).not_to_have_url(re.compile("/sign-in/link/"))


def prove(page: Page, site: Site, phone: str, words: Words = ENGLISH) -> None:
    """Types a phone and the code that came to it; a newcomer accepts the terms."""
    page.get_by_role("textbox", name=words.mobile).fill(phone)
    page.get_by_role("button", name=words.send).click()
    field = page.get_by_role("textbox", name=words.code)
    field.wait_for()
    field.fill(site.code(phone))
    page.get_by_role("button", name=words.sign_in, exact=True).click()
    page.wait_for_url(re.compile("/sign-in/terms"))
    page.get_by_role("button", name=words.accept).click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)


def write_address(page: Page, phone: str, words: Words = ENGLISH, *, name: str = "陈小美") -> None:
    """Fills in where a parcel goes: to Hangzhou."""
    page.get_by_role("textbox", name=words.recipient).fill(name)
    page.get_by_role("textbox", name=words.mobile).fill(phone)
    page.get_by_label(words.region).select_option("330000")
    page.get_by_role("textbox", name=words.city).fill("杭州市")
    page.get_by_role("textbox", name=words.street).fill("文三路 90 号 2 幢 301")


def pay(page: Page, *, button: str = "Pay ") -> None:
    """Pays on the partner's own page and comes back to the shop."""
    page.wait_for_url(re.compile(r":\d+/pay"))
    page.get_by_role("button", name=re.compile(f"^{button}")).click()


def choose_variant(page: Page) -> None:
    """Chooses in every group of a product what is there."""
    groups = page.locator("[data-group]:visible")
    for place in range(groups.count()):
        groups.nth(place).locator(".sku-choice:not(.is-gone)").first.click()
    if not groups.count() and page.locator(".sku-picker").count():
        page.locator("[data-plain] .sku-choice:not(.is-gone)").first.click()


def look_closely(page: Page) -> None:
    """No axe violation in light or dark, nothing wider than the screen."""
    page.evaluate(f"window.axe || (() => {{ {_AXE} }})()")
    for scheme, look in _LOOKS.items():
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.evaluate(_SETTLED)
        found = page.evaluate(f"{look}.then(({{violations}}) => violations)")
        told = "\n".join(f"{one['id']}: {node['html']}" for one in found for node in one["nodes"])
        assert not told, f"{page.url} {scheme}\n{told}"
    look_for_overflow(page)


def look_for_overflow(page: Page) -> None:
    """Nothing is wider than the screen, and no fact than its place beside its name."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
    assert page.evaluate(_WIDER) == [], page.url


def shop_address(keeper: Page, site: Site) -> str:
    """Where a keeper's customers find her shop."""
    keeper.goto(f"{site.url}/keep/me")
    link = keeper.get_by_role("link", name="My shop as customers see it")
    return f"{site.url}{link.get_attribute('href')}"


def find(page: Page, shop: str, words: str) -> None:
    """Looks for a product in a shop and opens it."""
    page.goto(f"{shop}/search?q={words}")
    page.get_by_role("main").locator(".product-tile a").first.click()
    page.wait_for_url(re.compile("/p/"))


def order_here(page: Page) -> str:
    """Orders what is on the checkout and comes back from the partner unpaid; the order's code."""
    page.get_by_role("button", name=ENGLISH.order).click()
    page.wait_for_url(re.compile(r"/pay/"))
    page.get_by_role("button", name="Cancel and go back").click()
    page.get_by_role("link", name="See the order").click()
    page.wait_for_url(re.compile(r"/orders/\w+$"))
    return page.url.rsplit("/", 1)[1]


def minor(text: str) -> int:
    """The amount that stands in a text, in minor units."""
    found = re.search(r"¥\s*([\d,]+)\s*\.?\s*(\d\d)?", text)
    assert found, text
    return int(found[1].replace(",", "")) * 100 + int(found[2] or 0)


def buy(page: Page, site: Site, shop: str, words: str, *, note: str = "") -> str:
    """Somebody with an address book buys one thing and pays for it; the order's code."""
    find(page, shop, words)
    choose_variant(page)
    page.get_by_role("button", name="Buy now").click()
    page.wait_for_url(re.compile("/checkout"))
    if note:
        page.get_by_text("Note and invoice").click()
        page.get_by_label("Note for the parcel").fill(note)
    page.get_by_role("button", name=ENGLISH.order).click()
    pay(page)
    page.wait_for_url(re.compile("/orders/[^/]+/paid"))
    return page.url.split("/")[-2]
