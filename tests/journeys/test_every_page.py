"""Every page of the four faces, for the demo's own people: light, dark, narrow, in both languages.

The walk follows the links of the pages themselves, one page for each route; at the end every route
that answers a GET must have been seen, or stand below with the reason why a walk cannot reach it.
"""

import gzip
import inspect
import re
import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, get_resolver, resolve, reverse
from playwright.sync_api import Page, Response

from tests.journeys.test_flash_sale import draft as draft_sale
from tests.journeys.walking import (
    HAIFENG,
    MEI,
    OLGA,
    come_in,
    look_closely,
    look_for_overflow,
    new_number,
    shop_address,
)

pytestmark = pytest.mark.journey

_HEAVIEST = 100_000
# Routes that a GET does not open, or that only lead on.
_NO_PAGE = {
    "supply:freight-price": "only in a market with several currencies: web/supply/test_currencies",
    **{f"{face}:case-picture": "a picture" for face in ("buy", "keep", "supply", "desk")},
    "buy:front": "leads to the shop",
    "buy:share": "leads to what was shared",
    "buy:corner": "a piece of a page",
    "buy:cart-lines": "takes a form",
    "buy:totals": "a piece of the checkout",
    "buy:place": "a piece of the page of those who wait",
    "buy:payment": "walked to in test_paying_journey",
    "buy:payment-start": "leads from an order just placed to its payment",
    "buy:payment-going-on": "leads on from WeChat",
    "account:wechat": "leads to WeChat",
    "account:wechat-back": "leads on from WeChat",
    "buy:payment-return": "leads on once it is paid",
    "buy:payment-state": "a piece of the page that waits",
    "buy:paid": "walked to in test_buying",
    "buy:again": "takes a form",
    "buy:claim": "takes a form",
    "buy:coupon": "what a keeper's link leads to: walked to in test_coupons",
    "buy:address-removal": "takes a form",
    "buy:checkout": "walked to in test_buying",
    "buy:cancellation": "walked to in test_cart",
    "buy:order-address": "walked to in test_cart",
    "buy:case": "walked to in test_after_sales",
    "supply:download-sheet": "a file",
    "keep:months-sheet": "a file",
    "supply:months-sheet": "a file",
    "desk:tax-sheet": "a file",
    "desk:differences": "linked where there are more than a page shows",
    **{
        f"{face}:{name}": "the demo's first month is not over: walked to in test_statements"
        for face in ("keep", "supply", "desk")
        for name in ("statement", "statement-pdf", "statement-xlsx", "statement-run")
    },
    "supply:download-parcels": "a file",
    "supply:paper": "a file",
    "desk:paper": "a file",
    "desk:payout": "walked to in test_payout",
    "desk:payout-run": "walked to in test_payout",
}
# Words that stand in Latin letters in Chinese, too, and names.
_LATIN = re.compile(
    r"Shoal|English|SKU|QR|XLSX|CSV|AVIF|WebP|JPEG|PNG|PDF|EMS|CNY|TOTP|sandbox|escrow|clearing|"
    r"Lena['’]s Corner|Lena|Iris( & Co\.?)?|Olga|Oskar|Petra|Harbour|Excel|Numbers|"
    r"Things I'd give to a friend\.|Skin care, read closely\.|A warm week \w+|Lost on the way|"
    r"one-level/\d+|no such payment|"
    r"Bailu|Haifeng|Nordwind|Shanye",
)
_WORDS = re.compile(r"[A-Za-z]{3,}(?:[ ’'-]+[A-Za-z]{2,})+")
_CODES = re.compile(r"[\w-]*\d[\w-]*")  # "K3-abx" is nobody's language

_TEXTS = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const above = walker.currentNode.parentElement;
    if (above.closest("[lang=en], script, style, code, textarea, [data-own-words]")) continue;
    const text = walker.currentNode.textContent.trim();
    if (text) found.push(text);
  }
  for (const one of document.querySelectorAll("[aria-label], [placeholder], [alt]")) {
    if (one.closest("[lang=en]")) continue;
    for (const name of ["aria-label", "placeholder", "alt"]) {
      if (one.getAttribute(name)) found.push(one.getAttribute(name));
    }
  }
  found.push(document.title);
  return found;
}"""


@dataclass
class Walk:
    """Somebody's way through one face; what is wrong is gathered and told together."""

    page: Page
    site: str
    face: str
    seen: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    weights: dict[str, int] = field(default_factory=dict)

    def go(self, *starts: str) -> None:
        """Visits one page for each route that links lead to."""
        waiting = deque(starts)
        while waiting:
            address = waiting.popleft()
            route = route_of(address)
            if route is None or route in self.seen or route.split(":")[0] != self.face:
                continue
            self.seen[route] = address
            if route not in _NO_PAGE:
                waiting.extend(self._look_at(address))

    def _look_at(self, address: str) -> list[str]:
        sent: list[Response] = []

        def heard(response: Response) -> None:
            sent.append(response)

        self.page.on("response", heard)
        answer = self.page.goto(f"{self.site}{address}")
        self.page.remove_listener("response", heard)
        if answer is None or answer.status != 200:
            self.wrong.append(f"{address}: {answer.status if answer else 'no answer'}")
            return []
        chinese = self.page.locator("html").get_attribute("lang") == "zh-Hans"
        try:
            # What axe sees is the same in both languages; how long the words are is not.
            (look_closely if chinese else look_for_overflow)(self.page)
        except AssertionError as found:
            self.wrong.append(str(found))
        self._weigh(address, sent)
        if chinese and not address.endswith("/style-guide"):  # which names parts of the code
            left = [text for text in self.page.evaluate(_TEXTS) if untranslated(text)]
            self.wrong += [f"{address}: English left: {text[:90]}" for text in left]
        return self.page.evaluate(
            "[...document.querySelectorAll('a[href]:not([download])')].map((a) => a.href)"
            ".filter((url) => url.startsWith(location.origin))"
            ".map((url) => url.slice(location.origin.length).split('#')[0])"
        )

    def _weigh(self, address: str, sent: list[Response]) -> None:
        texts = [one for one in sent if one.request.resource_type in _TEXT]
        weight = sum(_sent(one) for one in texts if one.status == 200)
        self.weights[address] = weight
        if weight >= _HEAVIEST:
            self.wrong.append(f"{address}: weighs {weight} bytes")


_TEXT = {"document", "stylesheet", "script"}


def _sent(answer: Response) -> int:
    """How many bytes of an answer came over the line, its headers left out."""
    body = answer.body()
    return len(gzip.compress(body) if answer.headers.get("content-encoding") == "gzip" else body)


def untranslated(text: str) -> bool:
    return bool(_WORDS.search(_CODES.sub("", _LATIN.sub("", text))))


def route_of(address: str) -> str | None:
    """The route of one of our addresses, "face:name"."""
    try:
        return resolve(urlsplit(address).path).view_name or None
    except Resolver404:
        return None


def pages_of(face: str) -> Iterator[str]:
    """The routes of a face that answer a GET with a page."""
    resolver = get_resolver().namespace_dict[face][1]
    for pattern in resolver.url_patterns:
        source = _source(pattern.callback)
        if "require_POST" not in source:
            yield f"{face}:{pattern.name}"


def _source(view) -> str:
    """The decorators of a view as they are written."""
    plain = inspect.unwrap(view)
    lines = inspect.getsource(inspect.getmodule(plain)).splitlines(keepends=True)
    start = plain.__code__.co_firstlineno - 1
    return "".join(lines[start : start + 6]).split("def ")[0]


@pytest.fixture(scope="module")
def undecided(browser, site) -> list[str]:
    """What the demo's people have not left lying: a draft sale, a draft product, an open edit."""
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    come_in(page, site, "--phone", HAIFENG)
    draft_sale(page, site.url, "海风小专场")
    found = [page.url, page.url.replace("/offers", "/draft")]
    page.goto(f"{site.url}/supply/products/new")
    page.get_by_label("Title in Chinese").fill("海蓝小碟")
    page.get_by_label("Your product number").fill(f"DISH-{new_number()}")
    page.get_by_label("Category").select_option(index=1)
    page.get_by_role("button", name="Keep the draft").click()
    page.wait_for_url(lambda url: not url.endswith("/new"))
    product = re.sub(r"(/products/[^/]+).*", r"\1", page.url)
    found += [product, f"{product}/variants"]
    page.goto(f"{site.url}/supply/products?state=live")
    rows = page.get_by_role("main").get_by_role("rowheader").get_by_role("link")
    live = [row.get_attribute("href") for row in rows.all()]
    found.append(f"{live[0]}/revision")
    page.goto(f"{site.url}{live[-1]}")
    open_edit = page.locator("a[href*='/supply/revisions/']")
    if open_edit.count():  # from an earlier walk through the same demo
        open_edit.first.click()
    else:
        page.goto(f"{site.url}{live[-1]}/revision")
        page.get_by_label("Description in Chinese").fill(f"新写的介绍 {new_number()}")
        page.get_by_role("button", name="Propose it").click()
    page.wait_for_url(re.compile("/supply/revisions/"))
    found.append(page.url)
    context.close()
    return [one.removeprefix(site.url) for one in found]


@pytest.fixture(params=["zh-CN", "en-GB"])
def walker(request, visitor, site):
    """Makes a walk through a face, at 360 px, in one language."""

    def walk(face: str, *whom: str) -> Walk:
        page = visitor(language=request.param)
        come_in(page, site, *whom)
        return Walk(page, site.url, face)

    return walk


def tell(walk: Walk) -> None:
    """Fails with all that was wrong, and with the pages that no link leads to."""
    heaviest = max(walk.weights, key=walk.weights.__getitem__)
    told = f"\n{walk.face}: {len(walk.weights)} pages; {heaviest} {walk.weights[heaviest]} bytes\n"
    sys.stdout.write(told)
    missed = set(pages_of(walk.face)) - walk.seen.keys() - _NO_PAGE.keys()
    wrong = walk.wrong + [f"no link leads to {route}" for route in sorted(missed)]
    assert not wrong, "\n" + "\n".join(wrong)


def test_every_page_of_the_customer(walker, visitor, site):
    mei = visitor()
    come_in(mei, site, "--phone", MEI)
    shop = shop_address(mei, site).removeprefix(site.url)
    walk = walker("buy", "customer")
    walk.go(shop, "/cart", "/orders", "/me", f"{shop}/search?q=a", f"{shop}/ask")
    tell(walk)


def test_every_page_of_the_keeper(walker):
    walk = walker("keep", "--phone", MEI)
    walk.go("/keep/")
    tell(walk)


def test_every_page_of_the_brand(walker, undecided):
    walk = walker("supply", "--phone", HAIFENG)
    walk.go("/supply/", "/supply/apply", "/supply/join", *undecided)
    tell(walk)


def test_every_page_of_the_operator(walker, undecided):
    walk = walker("desk", "--phone", OLGA)
    revisions = [one.replace("/supply/", "/desk/") for one in undecided if "/revisions/" in one]
    walk.go("/desk/", reverse("desk:style-guide"), *revisions)
    tell(walk)
