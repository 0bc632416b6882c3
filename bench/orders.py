"""How many orders does one hot SKU take, when a crowd wants it through the front door?

Customers who have signed in send the form of the checkout, 64 and 256 at a time: each order is
priced, limited, attributed, held and gets its receipt. Beside it pgbench writes the same rows with
one plain transaction an order. Then the same over ten thousand SKUs that nobody fights for.
"""

import itertools
import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from bench.crowd import Phone, Walked, quantile, walk
from bench.site import Site, serving

from bench import customers, plain
from shoal.run.bench import Report

if TYPE_CHECKING:
    from shoal.offers.models import Offer
    from tests.trade import Market

ROUNDS = 5
ORDERS = 1_500
"""In each round, which then takes as long as one of pgbench. A customer places eight in all: ten
unpaid ones are too many."""
CUSTOMERS, COPIED = 4_000, 1_000
PRODUCTS, SIZES = 100, 100
CLIENTS, MORE_CLIENTS = 64, 256
HOT_AT_LEAST, COLD_AT_LEAST = 2.5, 0.5
_FOUND = 302


def run(report: Report) -> None:
    """This will place orders over HTTP and through pgbench, by turns, and compare them."""
    with serving(threads=192, processes_of_web=3) as site:
        from tests import trade

        _say_settings(report)
        market = trade.open_market(stock=10_000_000, per_customer=99)
        bench = OrderBench(site, market, customers.sign_in_many(CUSTOMERS))
        hot = [market.offer]
        bench.place(hot, orders=4 * CLIENTS, clients=CLIENTS)  # everything is warm
        report.figure("the same rows as pgbench", int(bench.same_rows()), at_least=1)
        used = site.cpu_seconds()
        measured = bench.rounds(hot, clients=CLIENTS, beside_pgbench=True)
        _tell(report, "one SKU", CLIENTS, measured)
        _tell_cost(report, site, used, measured)
        ratio = measured.rate / measured.plain_rate
        report.figure("times pgbench, one SKU", ratio, at_least=HOT_AT_LEAST)
        used = site.cpu_seconds()
        measured = bench.rounds(hot, clients=MORE_CLIENTS)
        _tell(report, "one SKU", MORE_CLIENTS, measured)
        _tell_cost(report, site, used, measured)
        many = _further_offers(market)
        spread = bench.rounds(many, clients=CLIENTS, beside_pgbench=True)
        _tell(report, f"{len(many):,} SKUs", CLIENTS, spread)
        ratio = spread.rate / spread.plain_rate
        report.figure(f"times pgbench, {len(many):,} SKUs", ratio, at_least=COLD_AT_LEAST)
        for name, megabytes in site.memory_mb().items():
            report.figure(f"memory of {name}, MB", megabytes)
        bench.check(report)
        site.examine(report)


@dataclass(slots=True)
class _Rounds:
    """Rates of each round, and every journey."""

    clients: int
    rates: list[float] = field(default_factory=list)
    plain_rates: list[float] = field(default_factory=list)
    walked: list[Walked] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    @property
    def plain_rate(self) -> float:
        return statistics.median(self.plain_rates)


class OrderBench:
    """Places orders, and remembers how many and what they wrote."""

    def __init__(self, site: Site, market: "Market", known: Sequence[customers.Customer]) -> None:
        self.site, self.market = site, market
        self.address = site.address
        # Apart, for who has ten unpaid orders may place no more.
        self.known, self.copied = known[COPIED:], known[:COPIED]
        self.share = customers.shared_by(market)
        self.turn = itertools.cycle(self.known)
        self.placed = 0

    def place(
        self, offers: Sequence["Offer"], *, orders: int, clients: int
    ) -> tuple[float, list[Walked]]:
        """Every order is answered with the way to its payment, or the bench ends here."""
        coming = [next(self.turn) for _ in range(orders)]
        wishes = [
            (
                f"{self.address}/checkout",
                customers.order_form(self.market, random.choice(offers), who),
            )
            for who in coming
        ]
        phones = [who.cookies | self.share for who in coming]
        seconds, walked = walk(order, wishes, clients=clients, cookies=phones)
        self.placed += orders
        return seconds, walked

    def rounds(
        self, offers: Sequence["Offer"], *, clients: int, beside_pgbench: bool = False
    ) -> _Rounds:
        """Rounds of orders, by turns with rounds of pgbench that write the same rows."""
        measured = _Rounds(clients)
        for _ in range(ROUNDS):
            seconds, walked = self.place(offers, orders=ORDERS, clients=clients)
            measured.rates.append(ORDERS / seconds)
            measured.walked += walked
            if beside_pgbench:
                measured.plain_rates.append(self.place_plainly(offers, clients=clients))
        return measured

    def place_plainly(self, offers: Sequence["Offer"], *, clients: int) -> float:
        """The same rows by pgbench for some seconds; returns how many orders a second."""
        from shoal.orders.models import Order

        newest = Order.objects.filter(customer=self.known[0].id).order_by("-placed_at").first()
        if newest is None:
            raise RuntimeError("no order")
        placed, seconds = plain.place_orders(
            order=newest.id,
            people=[UUID(one.id) for one in self.copied],
            allotments=[offer.allotment_id for offer in offers],
            clients=clients,
            data=self.site.data,
        )
        self.placed += placed
        return placed / seconds

    def same_rows(self) -> bool:
        """Whether an order of the desk and one of pgbench write as many rows into each table."""
        offers = [self.market.offer]
        before = plain.written()
        self.place(offers, orders=CLIENTS, clients=CLIENTS)
        desk = plain.written()
        count = self.placed
        self.place_plainly(offers, clients=CLIENTS)
        both = plain.written()
        of_desk = {name: (desk[name] - before[name]) / CLIENTS for name in desk}
        of_plain = {name: (both[name] - desk[name]) / (self.placed - count) for name in desk}
        return of_desk == of_plain

    def check(self, report: Report) -> None:
        """Every order is there once and holds its unit; nothing is oversold."""
        from django.db.models import Sum

        from shoal.orders.models import Order
        from shoal.stock.models import Allotment, Hold

        there = Order.objects.count()
        held = Hold.objects.aggregate(units=Sum("quantity"))["units"]
        report.figure("orders lost", self.placed - there, at_most=0)
        report.figure(
            "units oversold", Allotment.objects.filter(available__lt=0).count(), at_most=0
        )
        report.figure("units held that nobody ordered", abs(held - there), at_most=0)


async def order(phone: Phone, wish: tuple[str, Sequence[tuple[str, str]]]) -> None:
    """Sends the form of the checkout; what comes back is the way to the payment."""
    address, form = wish
    answer = await phone.post(address, form, "order")
    if answer.status != _FOUND or "/payment" not in answer.headers["location"]:
        raise RuntimeError(f"an order was answered with {answer.status} {answer.headers}")


def _further_offers(market: "Market") -> list["Offer"]:
    """Many SKUs with stock of their own."""
    from shoal.offers.making import NewOffer
    from shoal.offers.operations import list_standing_offers
    from tests import goods, trade

    offers: list[Offer] = []
    sizes = [f"{number}" for number in range(SIZES)]
    for number in range(PRODUCTS):
        product = goods.live_product(market.brand, f"M{number}", sizes=sizes, stock=1_000_000)
        entries = [
            NewOffer(sku=sku.id, terms=goods.terms(), per_customer=99) for sku in product.skus.all()
        ]
        offers += list_standing_offers(brand=market.brand, entries=entries, by="owner", at=trade.AT)
    return offers


def _tell(report: Report, what: str, clients: int, measured: _Rounds) -> None:
    at = f"{what}, {clients} clients"
    seconds = [one.steps[-1][1] for one in measured.walked]
    report.figure(f"orders a second, {at}", measured.rate)
    report.figure(f"p50, {at}, ms", quantile(seconds, 50))
    report.figure(f"p99, {at}, ms", quantile(seconds, 99))
    waited = sum(1 for one in measured.walked if one.stood_in_line)
    report.figure(f"stood in line, {at}, %", 100 * waited / len(measured.walked))
    if measured.plain_rates:
        report.figure(f"orders a second, {at}, pgbench", measured.plain_rate)


def _tell_cost(report: Report, site: Site, used: dict[str, float], measured: _Rounds) -> None:
    """What an order costs each process; PostgreSQL only where pgbench had no part of its time."""
    now = site.cpu_seconds()
    clients, orders = measured.clients, len(measured.walked)
    for name in ("web",) if measured.plain_rates else ("web", "postgres"):
        cost = 1_000 * (now[name] - used[name]) / orders
        report.figure(f"processor time of {name}, {clients} clients, ms an order", cost)


def _say_settings(report: Report) -> None:
    """The figures count only with a database that writes before it says so."""
    from django.db import connection

    with connection.cursor() as cursor:
        for name in ("server_version", "fsync", "synchronous_commit"):
            cursor.execute(f"SHOW {name}")
            report.say(f"{name} {cursor.fetchone()[0]}")
