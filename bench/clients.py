"""Orders a second on one SKU against how many want it at once: the desk, and plain transactions.

Draws the chart of docs/reference/performance.md.
"""

import statistics
from pathlib import Path

from bench.chart import draw
from bench.orders import CUSTOMERS, OrderBench
from bench.site import serving

from bench import customers
from shoal.run.bench import Report

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "pictures" / "orders-by-clients.svg"
ROUNDS = 3
ORDERS = {1: 60, 4: 160, 16: 400, 64: 800, 256: 1_000}
"""In each round, by how many clients place them."""
MOST_PLAIN = 64
"""Each plain client is a connection of its own, and PostgreSQL has 250 beside the web's."""


def run(report: Report) -> None:
    """This will place orders over HTTP and through pgbench with more and more clients."""
    with serving(threads=192, processes_of_web=3) as site:
        from tests import trade

        market = trade.open_market(stock=10_000_000, per_customer=99)
        bench = OrderBench(site, market, customers.sign_in_many(CUSTOMERS))
        hot = [market.offer]
        bench.place(hot, orders=256, clients=64)  # everything is warm
        lines: dict[str, list[tuple[float, float]]] = {"order desk": [], "plain transactions": []}
        for clients, orders in ORDERS.items():
            desk, plain = [], []
            for _ in range(ROUNDS):
                seconds, _walked = bench.place(hot, orders=orders, clients=clients)
                desk.append(orders / seconds)
                if clients <= MOST_PLAIN:
                    plain.append(bench.place_plainly(hot, clients=clients))
            for name, rates in zip(lines, (desk, plain), strict=True):
                if not rates:
                    continue
                rate = statistics.median(rates)
                lines[name].append((clients, rate))
                report.figure(f"orders a second, {name}, {clients} clients", rate)
        draw(PICTURE, lines, across="clients at once", up="orders a second on one SKU")
        bench.check(report)
        site.examine(report)
