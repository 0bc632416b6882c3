"""How many pages does the web give out: a landing, a shop's home, a product?

Phones come through links of many shops, or open a shop or a product there: each page is first made,
then kept. Beside it, in the same server, a view that does nothing.
"""

import random
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bench.crowd import Phone, Walked, quantile, walk
from bench.site import Site, serving

from bench import customers
from shoal.run import children, health, ports, processes
from shoal.run.bench import Report

if TYPE_CHECKING:
    from shoal.offers.models import Offer
    from shoal.shops.models import Shop

ROUNDS = 5
SHOPS, PRODUCTS, LINKS = 20, 50, 5
CLIENTS, PROCESSES = 16, 2
REQUESTS = 3_000
"""In each round."""
AT_LEAST = 2_900
PART_OF_BARE = 1 / 3
MOST_BYTES = 100_000
_TAKEN = {200, 302}


def run(report: Report) -> None:
    """This will ask for pages of each kind, by turns with a bare view, and compare the rates."""
    with (
        serving("nats", threads=CLIENTS, processes_of_web=PROCESSES) as site,
        _bare_view() as bare,
    ):
        addresses = _addresses(site)
        for name, urls in addresses.items():
            _tell_first(report, name, urls[0])
        addresses["bare view"] = [bare]
        rates: dict[str, list[float]] = {name: [] for name in addresses}
        walked: dict[str, list[Walked]] = {name: [] for name in addresses}
        for urls in addresses.values():
            _ask(urls, requests=12 * len(urls))  # every page is made in each process
        for _ in range(ROUNDS):
            for name, urls in addresses.items():
                seconds, journeys = _ask(urls, requests=REQUESTS)
                rates[name].append(REQUESTS / seconds)
                walked[name] += journeys
        for name in addresses:
            _tell(report, name, statistics.median(rates[name]), walked[name])
        product = statistics.median(rates["product"])
        of_bare = product / statistics.median(rates["bare view"])
        report.figure("products, part of a bare view's rate", of_bare, at_least=PART_OF_BARE)
        for name, megabytes in site.memory_mb().items():
            report.figure(f"memory of {name}, MB", megabytes)


async def look(phone: Phone, urls: Sequence[str]) -> None:
    """Opens pages one after the other over one connection."""
    for url in urls:
        answer = await phone.get(url, "page")
        if answer.status not in _TAKEN:
            raise RuntimeError(f"{url} was answered with {answer.status}")


def _ask(urls: Sequence[str], *, requests: int) -> tuple[float, list[Walked]]:
    wishes = [random.choices(urls, k=requests // CLIENTS) for _ in range(CLIENTS)]
    return walk(look, wishes, clients=CLIENTS)


def _addresses(site: Site) -> dict[str, list[str]]:
    """The pages of many shops, and links of theirs to goods."""
    links = [
        customers.share(shop, offer, by="keeper")
        for shop, offers in _shops_and_goods()
        for offer in random.sample(offers, LINKS)
    ]
    shops = dict.fromkeys(link.shop.code for link in links)
    return {
        "landing": [f"{site.address}/s/{link.code}" for link in links],
        "shop home": [f"{site.address}/shop/{code}" for code in shops],
        "product": [f"{site.address}/shop/{link.shop.code}/p/{link.thing_code}" for link in links],
    }


def _shops_and_goods() -> Iterator[tuple["Shop", list["Offer"]]]:
    from shoal.people.operations import NewPerson, add_people
    from shoal.shops.operations import open_shop
    from tests import trade

    market = trade.open_market(stock=1_000)
    offers = [trade.standing_offer(market.brand, stock=1_000) for _ in range(PRODUCTS)]
    entries = [NewPerson(phone=f"+8613900{number:06}") for number in range(SHOPS)]
    for keeper in add_people(entries=entries, at=trade.AT):
        yield open_shop(person=keeper, name="小店", currency="CNY", at=trade.AT), offers


@contextmanager
def _bare_view() -> Iterator[str]:
    """A view that does nothing, in a server like the one of the pages."""
    (port,) = ports.any_free(1)
    command = [
        sys.executable, "-m", "granian", "bench.bare:application", "--interface", "wsgi",
        "--host", "127.0.0.1", "--port", str(port), "--workers", str(PROCESSES),
        "--blocking-threads", str(CLIENTS), "--log-level", "error", "--no-ws",
    ]  # fmt: skip
    folder = str(Path(__file__).resolve().parents[1])
    environment = children.environment() | {"PYTHONPATH": folder}
    process = processes.spawn(command, environment=environment, output=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield f"http://localhost:{port}/"
    finally:
        processes.stop(process)


def _wait_for(port: int) -> None:
    patience = health.Patience(30)
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if patience.over():
                raise
            time.sleep(0.05)
        else:
            return


def _tell_first(report: Report, name: str, url: str) -> None:
    """What the first one costs who asks: queries, and bytes on the wire."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    settings.ALLOWED_HOSTS.append("testserver")
    path = "/" + url.split("/", 3)[3]
    phone = {"Accept-Encoding": "gzip", "Accept-Language": "zh-CN"}
    client = Client()  # its middleware keeps the page
    for which in ("made", "kept"):
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(path, headers=phone)
        report.figure(f"queries, {name}, {which}", len(asked))
    report.figure(f"bytes, {name}", len(answer.content), at_most=MOST_BYTES)


def _tell(report: Report, name: str, rate: float, walked: Sequence[Walked]) -> None:
    seconds = [took for one in walked for _, took in one.steps]
    limit = AT_LEAST if name == "product" else None
    report.figure(f"requests a second, {name}", rate, at_least=limit)
    report.figure(f"p50, {name}, ms", quantile(seconds, 50))
    report.figure(f"p99, {name}, ms", quantile(seconds, 99))
