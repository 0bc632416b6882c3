"""What do the others feel while one SKU burns, and what do those cost who come too late?

One phone opens a product and a keeper's own page: alone, and while sixty-four customers order one
SKU through the same web processes. Then a crowd wants what is sold out; and last comes what the
count of docs/reference/scale.md needs beside: one row of stock with a transaction a unit, visits
that one worker takes in, and what every page fetches for its reader alone.
"""

import http.client
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bench.crowd import Phone, quantile, walk
from bench.orders import OrderBench
from bench.site import Site, serving

from bench import customers, plain
from shoal.run.bench import Report

if TYPE_CHECKING:
    from shoal.offers.models import Offer
    from shoal.traffic.traces import Seen

CLIENTS, CUSTOMERS = 64, 2_000
BURNS, ORDERS, LOOKS = 3, 600, 100
LATE, VISITS = 2_000, 40_000
_PAUSE = 0.02
_PATIENCE = 300
_OK, _CONFLICT = 200, 409


@dataclass(frozen=True, slots=True)
class _Page:
    """A page that somebody opens who wants none of the SKU."""

    name: str
    url: str
    cookies: dict[str, str]


def run(report: Report) -> None:
    """This will let one SKU burn and look at everything else meanwhile."""
    free = {"SHOAL_ORDERS_PER_ACCOUNT": "0", "SHOAL_ORDERS_PER_DEVICE": "0"}
    programs = ("nats", "worker", "checkout")
    with serving(*programs, threads=192, processes_of_web=2, **free) as site:
        from tests import trade

        market = trade.open_market(stock=10_000_000)
        bench = OrderBench(site, market, customers.sign_in_many(CUSTOMERS))
        for address in (site.checkout_address, site.address):  # everything is warm
            bench.address = address
            bench.place([market.offer], orders=4 * CLIENTS, clients=CLIENTS)
        shop = f"{site.address}/shop/{market.shop.code}"
        product = f"{shop}/p/{market.offer.sku.product.code}"
        keeper = customers.signed_in(market.mei).cookies
        _look_at(report, site, bench, _Page("a product", product, {}))
        _look_at(report, site, bench, _Page("a keeper's own page", f"{site.address}/keep/", keeper))
        bench.check(report)
        _come_too_late(report, site, bench)
        corner = f"{shop}/corner?look=buy-bar"
        report.figure("bytes of what a page fetches for its reader", _opened(corner, keeper)[1])
        rate = plain.take_units(
            allotment=market.offer.allotment_id, clients=CLIENTS, data=site.data
        )
        report.figure("transactions a second on one row", rate)
        _visits(report, site, bench)
        site.examine(report)


def _look_at(report: Report, site: Site, bench: OrderBench, page: _Page) -> None:
    """One phone's times: alone, beside the crowd, and with the crowd in a process of its own."""
    alone = [_opened(page.url, page.cookies)[0] for _ in range(LOOKS)]
    _tell(report, page, "alone", alone)
    bench.address = site.address
    _tell(report, page, "while one SKU burns", _beside(report, bench, page, "beside"))
    bench.address = site.checkout_address
    _tell(report, page, "while it burns apart", _beside(report, bench, page, "apart from"))


def _beside(report: Report, bench: OrderBench, page: _Page, how: str) -> list[float]:
    """The times of one phone while the crowd orders; in seconds."""
    burning, rates = list[float](), list[float]()
    with ThreadPoolExecutor(1) as beside:
        for _ in range(BURNS):
            offers = [bench.market.offer]
            burn = beside.submit(bench.place, offers, orders=ORDERS, clients=CLIENTS)
            looks = list(_looks(page, until=burn.done))
            seconds, _walked = burn.result()
            begun = time.monotonic() - seconds  # before it the crowd's process was starting
            burning += [took for at, took in looks if at >= begun]
            rates.append(ORDERS / seconds)
    report.figure(f"orders a second {how} {page.name}", statistics.median(rates))
    return burning


def _tell(report: Report, page: _Page, when: str, took: Sequence[float]) -> None:
    report.figure(f"p50 of {page.name} {when}, ms", quantile(took, 50))
    report.figure(f"p95 of {page.name} {when}, ms", quantile(took, 95))


def _looks(page: _Page, *, until: Callable[[], bool]) -> Sequence[tuple[float, float]]:
    """When each look began, and how long it took; all in seconds."""
    looks = []
    while not until():
        begun = time.monotonic()
        looks.append((begun, _opened(page.url, page.cookies)[0]))
        time.sleep(_PAUSE)
    return looks


def _opened(url: str, cookies: dict[str, str]) -> tuple[float, int]:
    """Seconds until a page was here, and its bytes on the wire."""
    parts = urlsplit(url)
    line = http.client.HTTPConnection("127.0.0.1", parts.port or 80)
    headers = {
        "Host": parts.netloc,
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "Accept-Encoding": "gzip",
        "Accept-Language": "zh-CN",
    }
    if "/corner" in parts.path:
        headers["HX-Request"] = "true"
    begun = time.perf_counter()
    line.request("GET", f"{parts.path}?{parts.query}", headers=headers)
    answer = line.getresponse()
    body = answer.read()
    took = time.perf_counter() - begun
    line.close()
    if answer.status != _OK:
        raise RuntimeError(f"{url} was answered with {answer.status}")
    return took, len(body)


async def come_too_late(phone: Phone, wish: tuple[str, Sequence[tuple[str, str]]]) -> None:
    """Sends the form of the checkout; what comes back says that it is sold out."""
    answer = await phone.post(*wish, "late")
    if answer.status != _CONFLICT:
        raise RuntimeError(f"what is sold out was answered with {answer.status}")


def _come_too_late(report: Report, site: Site, bench: OrderBench) -> None:
    gone = _sold_out(bench)
    coming = [next(bench.turn) for _ in range(LATE)]
    wishes = [
        (f"{site.address}/checkout", customers.order_form(bench.market, gone, who))
        for who in coming
    ]
    phones = [who.cookies for who in coming]
    walk(come_too_late, wishes[:CLIENTS], clients=CLIENTS, cookies=phones[:CLIENTS])
    before = site.cpu_seconds()
    seconds, walked = walk(come_too_late, wishes, clients=CLIENTS, cookies=phones)
    after = site.cpu_seconds()
    report.figure("told a second that it is sold out", LATE / seconds)
    report.figure("p99 of being told so, ms", quantile([one.seconds for one in walked], 99))
    for name in ("web", "postgres"):
        cost = 1_000 * (after[name] - before[name]) / LATE
        report.figure(f"processor time of {name} for telling one, ms", cost)


def _sold_out(bench: OrderBench) -> "Offer":
    """An offer whose one unit somebody has taken."""
    from shoal.kit import clock
    from tests import trade

    gone = trade.standing_offer(bench.market.brand, stock=1)
    trade.order(bench.market, offers=(gone,), at=clock.now())
    return gone


def _visits(report: Report, site: Site, bench: OrderBench) -> None:
    """Visits are told to the stream at once; the worker takes them in one batch after the other."""
    from shoal.traffic.models import Trace
    from shoal.traffic.stream import tell

    traces = _traces(bench)
    before, used = Trace.objects.count(), site.cpu_seconds()["worker"]
    begun = time.monotonic()
    for trace in traces:
        tell(trace)
    while (taken := Trace.objects.count() - before) < VISITS:
        if time.monotonic() - begun > _PATIENCE:
            raise TimeoutError(f"{taken} of {VISITS} visits were taken in")
        time.sleep(0.1)
    report.figure("visits a second, told and taken in", VISITS / (time.monotonic() - begun))
    cores = site.cpu_seconds()["worker"] - used
    report.figure("visits a second, one worker with a core to itself", VISITS / cores)


def _traces(bench: OrderBench) -> Sequence["Seen"]:
    from shoal.kit import clock
    from shoal.kit.ids import uuid7
    from shoal.traffic.traces import Seen

    shop, code = bench.market.shop.id, bench.market.offer.sku.product.code
    at = clock.now()
    return [
        Seen(id=uuid7(), kind="open", shop=shop, thing="product", thing_code=code, at=at)
        for _ in range(VISITS)
    ]
