"""Does an order or a page cost the same when goods, shops and orders are a hundred times as many?

The same order, cart and pages are asked for in a world that grows tenfold twice. Beside the cost
stands how PostgreSQL finds what they ask for in the largest world.
"""

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from bench.shelves import write_shops
from bench.site import postmaster, processor_time

from bench import customers, grown
from shoal.run.bench import Report, scratch_installation

if TYPE_CHECKING:
    from shoal.orders.requests import OrderRequest

PRODUCTS, SHOPS, ORDERS = 50, 100, 500
TIMES_AS_MANY = (1, 10, 100)
BATCH, BATCHES, COPIED = 16, 80, 200
PAGES = 24
OWNERS = PAGES + 2
MOST = 1.5
_PHONE = {"Accept-Encoding": "gzip", "Accept-Language": "zh-CN"}


@dataclass(slots=True)
class _Cost:
    """Processor milliseconds of one thing, here and in PostgreSQL, and its queries."""

    own: float
    database: float
    asked: list[str] = field(default_factory=list)


def run(report: Report) -> None:
    """This will let a world grow, and measure the same things in each size."""
    with scratch_installation() as data:
        from django.conf import settings

        settings.ALLOWED_HOSTS.append("testserver")
        world = _World(data)
        first: dict[str, _Cost] = {}
        for times in TIMES_AS_MANY:
            world.grow(report, times)
            for what, measure in world.things().items():
                cost = measure()
                first.setdefault(what, cost)
                at = f"{what}, {times} times as many"
                report.figure(f"processor time here, {at}, ms", cost.own)
                report.figure(f"processor time of PostgreSQL, {at}, ms", cost.database)
                report.figure(f"queries, {at}", len(cost.asked))
                if times == TIMES_AS_MANY[-1]:
                    whole = cost.own + cost.database
                    before = first[what].own + first[what].database
                    report.figure(
                        f"{what}, cost of {times} times as many", whole / before, at_most=MOST
                    )
                    _say_plans(report, what, cost.asked)


class _World:
    """A market with customers, and what is asked of it."""

    def __init__(self, data: Path) -> None:
        from tests import trade

        self.postmaster = postmaster(data)
        self.market = trade.open_market(stock=1_000_000)
        for _ in range(PRODUCTS - 1):
            trade.standing_offer(self.market.brand, stock=1_000)
        known = customers.sign_in_many(COPIED + OWNERS + BATCH * 50)
        # Apart, for who has ten unpaid orders may place no more.
        self.turn = itertools.cycle(known[COPIED + OWNERS :])
        self.owners = known[COPIED : COPIED + OWNERS]
        self.copied = [UUID(one.id) for one in known[:COPIED]]
        self.share = customers.share(self.market.shop, self.market.offer, by=self.market.mei.code)
        self.there = 0
        self.place([self.wish(UUID(one.id)) for one in self.owners])

    def grow(self, report: Report, times: int) -> None:
        """Until there are so many times as many products, shops and orders as at first."""
        if times > 1:
            grown.copy_goods(first=max(1, self.there), last=times - 1)
        before = SHOPS * self.there
        write_shops(report, first=before + 1, last=SHOPS * times)
        (order,) = self.place([self.wish()])
        grown.copy_order(
            order, first=ORDERS * self.there + 1, last=ORDERS * times, people=self.copied
        )
        grown.analyze()
        self.there = times
        report.say(
            f"{PRODUCTS * times:,} products, {SHOPS * times:,} shops, {ORDERS * times:,} orders"
        )

    def things(self) -> dict[str, Callable[[], _Cost]]:
        """What is measured in each size."""
        shop, product = self.market.shop.code, self.market.offer.sku.product.code
        return {
            f"an order of {BATCH} at once": self.orders,
            "a payment's notice": self.payments,
            "a landing": lambda: self.pages(f"/s/{self.share.code}"),
            "a product": lambda: self.pages(f"/shop/{shop}/p/{product}"),
            "a shop's home": lambda: self.pages(f"/shop/{shop}"),
            "a corner": lambda: self.pages(f"/shop/{shop}/corner", own=True, HX_Request="true"),
            "a cart": lambda: self.pages(f"/cart?shop={shop}", own=True),
            "a checkout": lambda: self.pages(f"/checkout?shop={shop}", own=True),
            "her orders": lambda: self.pages("/orders", own=True),
        }

    def wish(self, customer: UUID | None = None) -> "OrderRequest":
        """Somebody's order, or the next customer's."""
        from shoal.kit.clock import now
        from shoal.orders.requests import OrderRequest, WantedLine

        offer = self.market.offer
        return OrderRequest(
            key=uuid4(),
            customer=customer or UUID(next(self.turn).id),
            storefront=self.market.shop.id,
            share=self.share.id,
            lines=(WantedLine(offer.id, 1, offer.sale_minor),),
            recipient={"recipient": "李爱丽", "street": "海边路 1 号"},
            region="330100",
            at=now(),
        )

    def place(self, wishes: "Sequence[OrderRequest]") -> list[UUID]:
        """Places orders, all of them; returns their ids."""
        from shoal.orders.desk import Placed, place_orders

        answers = place_orders(requests=wishes)
        placed = [answer.order for answer in answers if isinstance(answer, Placed)]
        if len(placed) < len(wishes):
            raise RuntimeError(f"orders were answered with {answers}")
        return placed

    def orders(self) -> _Cost:
        """What one of a batch costs."""

        def batch() -> None:
            self.place([self.wish() for _ in range(BATCH)])

        return self._cost(batch, times=BATCHES, parts=BATCH)

    def payments(self) -> _Cost:
        """What the notice costs that an order is paid."""
        from shoal.kit.clock import now
        from shoal.orders.models import Order
        from tests import trade

        ids = self.place([self.wish() for _ in range(PAGES + 2)])
        waiting = iter(Order.objects.in_bulk(ids).values())
        return self._cost(lambda: trade.pay(next(waiting), at=now()), times=PAGES, parts=1)

    def pages(self, path: str, *, own: bool = False, **headers: str) -> _Cost:
        """What a page costs that is made, and not kept."""
        from django.test import Client

        from shoal.kit.clock import now
        from shoal.orders.carts import put_in_cart

        def client(customer: customers.Customer) -> Client:
            made = Client(headers=_PHONE)
            if own:
                made.cookies.load(customer.cookies)
                put_in_cart(
                    visitor=UUID(customer.id),
                    shop=self.market.shop,
                    offer=self.market.offer.id,
                    quantity=1,
                    at=now(),
                )
            made.get("/")  # its middleware is loaded
            return made

        # Each has a middleware of its own, which has kept nothing.
        waiting = [client(customer) for customer in self.owners]
        clients: Iterator[Client] = iter(waiting)

        def page() -> None:
            answer = next(clients).get(path, headers=headers)
            if answer.status_code not in {200, 302}:
                raise RuntimeError(f"{path} was answered with {answer.status_code}")

        return self._cost(page, times=PAGES, parts=1)

    def _cost(self, do: Callable[[], None], *, times: int, parts: int) -> _Cost:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        do()  # everything is warm
        with CaptureQueriesContext(connection) as asked:
            do()
        sent = [row["sql"] for row in asked.captured_queries]  # before the next request clears it
        database, own = processor_time(self.postmaster), time.process_time()
        for _ in range(times):
            do()
        own, database = time.process_time() - own, processor_time(self.postmaster) - database
        each = 1_000 / times / parts
        return _Cost(own * each, database * each, sent)


def _say_plans(report: Report, what: str, asked: list[str]) -> None:
    """How PostgreSQL finds what was asked for; statements that write are left out."""
    from django.db import connection

    report.say(f"\n{what}")
    for sql in asked:
        if not sql.lstrip().startswith("SELECT") or "FOR UPDATE" in sql:
            continue
        with connection.cursor() as cursor:
            # What was prepared has $1 where its values go, and one plan for all values.
            how = "COSTS OFF, GENERIC_PLAN" if "$1" in sql else "COSTS OFF"
            cursor.execute(f"EXPLAIN ({how}) {sql.replace('%', '%%')}", [])
            nodes = [row[0].strip() for row in cursor.fetchall()]
        scans = [node.removeprefix("->").strip() for node in nodes if " Scan" in node]
        report.say("  " + ("; ".join(scans) or "no table"))
