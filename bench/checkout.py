"""How many new customers a second go the whole way, from a link in a chat to a paid order?

Each comes with an empty phone: landing, cart, phone and code, terms, address, order, the partner's
page, and back until our page thanks her, which it does when the partner's signed notice has come.
"""

import asyncio
import re
import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.crowd import Answer, Phone, Walked, quantile, walk
from bench.site import serving

from bench import customers, texts
from shoal.run.bench import Report

if TYPE_CHECKING:
    from tests.trade import Market

ROUNDS = 5
ORDERS = 48
"""In each round."""
CLIENTS = 16
AT_LEAST = 110
_OK, _FOUND, _SEE_OTHER = 200, 302, 303
_LOOKS_AFTER = 0.2
"""Seconds after which somebody looks again. Our page asks every two seconds; here that would only
measure the page's patience."""
_MOST_LOOKS = 600
_ADDRESS = [
    ("address", "new"),
    ("recipient", "陈小美"),
    ("region", "330000"),
    ("city", "杭州市"),
    ("district", ""),
    ("street", "文三路 90 号 2 幢 301"),
]


@dataclass(frozen=True, slots=True)
class Wish:
    """Through which link somebody comes, what she wants, and what her phone is."""

    site: str
    link: str
    shop: str
    offer: str
    phone: str
    texts: str


def run(report: Report) -> None:
    """This will send customers all the way, and say where their time goes."""
    with (
        serving(
            "nats",
            "sandbox-pay",
            "worker",
            threads=CLIENTS,
            processes_of_web=3,
            SHOAL_CODES_PER_NETWORK="1000000",
            SHOAL_ORDERS_PER_NETWORK="1000000",
        ) as site,
        texts.carried() as carrier,
    ):
        from tests import trade

        market = trade.open_market(stock=10_000_000)
        share = customers.share(market.shop, market.offer, by=market.mei.code)
        phones = (f"13{number:09}" for number in range(700_000_000, 800_000_000))

        def wishes(count: int) -> list[Wish]:
            offer = market.offer.code
            return [
                Wish(site.address, share.code, market.shop.code, offer, next(phones), carrier)
                for _ in range(count)
            ]

        walk(buy, wishes(CLIENTS), clients=CLIENTS)  # everything is warm
        used, rates, walked = site.cpu_seconds(), [], []
        for _ in range(ROUNDS):
            seconds, journeys = walk(buy, wishes(ORDERS), clients=CLIENTS)
            rates.append(ORDERS / seconds)
            walked += journeys
        report.figure(
            "paid orders a second, 16 clients", statistics.median(rates), at_least=AT_LEAST
        )
        _tell(report, walked)
        for name, seconds in site.cpu_seconds().items():
            cost = 1_000 * (seconds - used[name]) / len(walked)
            report.figure(f"processor time of {name}, ms a paid order", cost)
        for name, megabytes in site.memory_mb().items():
            report.figure(f"memory of {name}, MB", megabytes)
        _check(report, market, paid=CLIENTS + ROUNDS * ORDERS)
        site.examine(report)


async def buy(phone: Phone, wish: Wish) -> None:
    """Goes the whole way. Raises RuntimeError where a page answers otherwise than it should."""
    site = wish.site
    landing = await phone.get(f"{site}/s/{wish.link}", "landing")
    product = _location(landing, site)
    _expect(await phone.get(product, "product"), _OK)
    corner = f"{site}/shop/{wish.shop}/corner?look=buy-bar"
    _expect(await phone.get(corner, "corner", HX_Request="true"), _OK)
    chosen = [("shop", wish.shop), ("offer", wish.offer), ("quantity", "1")]
    cart = _location(await phone.post(f"{site}/cart/lines", chosen, "into the cart"), site)
    _expect(await phone.get(cart, "cart"), _OK)
    wanted = [("shop", wish.shop), ("chosen", wish.offer), (f"quantity-{wish.offer}", "1")]
    ordering = [*_token(phone), *wanted, ("do", "order")]
    checkout = _location(await phone.post(cart, ordering, "cart: order"), site)
    _expect(await phone.get(checkout, "checkout, unknown"), _OK)
    await _sign_in(phone, wish, checkout.removeprefix(site))
    page = await phone.get(checkout, "checkout, known")
    _expect(page, _OK)
    where = f"{site}/checkout/totals?shop={wish.shop}&address=new&region=330000"
    sums = await phone.get(where, "totals", HX_Request="true")
    form = [
        *_token(phone),
        ("shop", wish.shop),
        *_fields(page, "key"),
        *_fields(sums, "line", "total"),
        *_ADDRESS,
        ("phone", wish.phone),
    ]
    started = _location(await phone.post(f"{site}/checkout", form, "order"), site)
    partner = _location(await phone.get(started, "payment start"), site)
    _expect(await phone.get(partner, "partner's page"), _OK)
    back = _location(await phone.post(partner, [("choice", "pay")], "partner: pay"), site)
    await _thanked(phone, back)


async def _sign_in(phone: Phone, wish: Wish, goto: str) -> None:
    site = wish.site
    asking = [*_token(phone), ("next", goto), ("phone", wish.phone)]
    _expect(await phone.post(f"{site}/sign-in/", asking, "send me a code"), _OK)
    code = ""
    for _ in range(_MOST_LOOKS):
        found = await phone.get(f"{wish.texts}/+86{wish.phone}", "text message")
        code = found.body.decode()
        if code:
            break
        await asyncio.sleep(_LOOKS_AFTER)
    proving = [*asking, ("code", code)]
    terms = _location(await phone.post(f"{site}/sign-in/code", proving, "code"), site)
    if "/sign-in/terms" in terms:
        page = await phone.get(terms, "terms")
        accepting = [*_token(phone), *_fields(page, "version"), ("accept", "yes")]
        _location(await phone.post(terms, accepting, "accept"), site)


async def _thanked(phone: Phone, back: str) -> None:
    """Waits at the page for those who come back from the partner, until it leads on."""
    answer = await phone.get(back, "back")
    state = back.replace("/return", "/state")
    for _ in range(_MOST_LOOKS):
        if answer.status == _FOUND and answer.headers["location"].endswith("/paid"):
            return
        if answer.headers.get("hx-redirect", "").endswith("/paid"):
            return
        await asyncio.sleep(_LOOKS_AFTER)
        answer = await phone.get(state, "has it come?", HX_Request="true")
    raise RuntimeError(f"{back}: the notice has not come")


def _location(answer: Answer, site: str) -> str:
    _expect(answer, _FOUND, _SEE_OTHER)
    where = answer.headers["location"]
    return where if where.startswith("http") else site + where


def _expect(answer: Answer, *statuses: int) -> None:
    if answer.status not in statuses:
        raise RuntimeError(f"{answer.status} {answer.text[:4_000]}")


def _token(phone: Phone) -> list[tuple[str, str]]:
    return [("csrfmiddlewaretoken", phone.cookies.get("csrftoken", ""))]


def _fields(page: Answer, *names: str) -> list[tuple[str, str]]:
    """What hidden fields of a page would send."""
    return [
        (name, value)
        for name in names
        for value in re.findall(rf'name="{name}" value="([^"]*)"', page.text)
    ]


def _tell(report: Report, walked: Sequence[Walked]) -> None:
    seconds = [one.seconds for one in walked]
    report.figure("p50 of the whole way, ms", quantile(seconds, 50))
    report.figure("p99 of the whole way, ms", quantile(seconds, 99))
    report.figure("stood in line", sum(one.stood_in_line for one in walked))
    steps: dict[str, list[float]] = defaultdict(list)
    for one in walked:
        for name, took in one.steps:
            steps[name].append(took)
    for name, took in steps.items():
        report.figure(f"p50 of {name}, ms", quantile(took, 50))


def _check(report: Report, market: "Market", *, paid: int) -> None:
    from shoal.orders.models import Order
    from shoal.stock.models import Allotment

    there = Order.objects.filter(storefront=market.shop, state=Order.State.PAID).count()
    report.figure("paid orders lost", paid - there, at_most=0)
    report.figure("units oversold", Allotment.objects.filter(available__lt=0).count(), at_most=0)
