"""How fast do a million order lines settle, and in how much memory?

Orders that have arrived and whose after-sales window is over are written in bulk: real rows of one
order that went the whole way, copied for many shops and brands. Then the worker's own entry point
completes and settles them, batch by batch, until none is left.
"""

import resource
import statistics
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from shoal.run.bench import Report, scratch_installation, slice_rates

if TYPE_CHECKING:
    from django.db import models

LINES = 1_000_000
LINES_AN_ORDER = 2
BRANDS, SHOPS = 500, 20_000
AT_LEAST = 20_000
_AT_ONCE = 100_000
_KB = 1_024

_MADE = """
CREATE TEMP TABLE made AS
SELECT n, uuidv7() AS order_id, uuidv7() AS parcel_id, shops.id AS shop, brands.id AS brand
FROM generate_series(%(first)s::int, %(last)s) AS n
JOIN (SELECT id, row_number() OVER () AS place FROM shops_shop) AS shops
    ON shops.place = 1 + n %% %(shops)s
JOIN (SELECT id, row_number() OVER () AS place FROM brands_brand) AS brands
    ON brands.place = 1 + n %% %(brands)s
"""


def run(report: Report) -> None:
    """This will settle a million lines, and compare with writing the same rows bare."""
    with scratch_installation():
        from shoal.kit.batches import until_none
        from shoal.orders.operations import complete_orders
        from shoal.orders.tasks import SIDE_BY_SIDE
        from tests import trade

        _write_orders(report)
        _analyze()
        before = _memory_mb()
        steps: list[tuple[float, float]] = []

        def settle_some() -> int:
            done = complete_orders(at=trade.AT + 30 * trade.DAY)
            if done:
                steps.append((time.perf_counter(), done * LINES_AN_ORDER))
            return done

        begun = time.perf_counter()
        batches = until_none(settle_some, side_by_side=SIDE_BY_SIDE)
        seconds = time.perf_counter() - begun
        rates = slice_rates(begun, sorted(steps))
        report.figure("lines", LINES)
        report.figure("batches", batches)
        report.figure("seconds", seconds)
        report.figure(
            "lines a second, median of five slices", statistics.median(rates), at_least=AT_LEAST
        )
        report.figure("lines a second, slowest slice", min(rates))
        report.figure("lines a second, all together", LINES / seconds)
        report.figure("times as long as writing the same rows bare", seconds / _bare())
        report.figure("memory of the worker at its most, MB", _memory_mb(), at_most=before + 150)
        _check(report)


def _write_orders(report: Report) -> None:
    """Half a million paid orders at their customers', of many shops and brands."""
    from shoal.brands.models import Brand
    from shoal.orders.models import Order, OrderLine, Parcel
    from shoal.shops.models import Shop

    _arrived_order()
    _copy(Brand, BRANDS, code="'b' || n")
    _copy(Shop, SHOPS, code="'s' || n")
    orders = LINES // LINES_AN_ORDER
    for first in range(1, orders + 1, _AT_ONCE):
        last = first + _AT_ONCE - 1
        _run(_MADE, {"first": first, "last": last, "shops": SHOPS, "brands": BRANDS})
        _copy(
            Order,
            made="made",
            id="made.order_id",
            code="'o' || made.n",
            earner_id="made.shop",
            storefront_id="made.shop",
        )
        _copy(
            Parcel,
            made="made",
            id="made.parcel_id",
            code="'o' || made.n",
            order_id="made.order_id",
            brand_id="made.brand",
        )
        for number in range(1, LINES_AN_ORDER + 1):
            _copy(
                OrderLine,
                made="made",
                number=str(number),
                order_id="made.order_id",
                parcel_id="made.parcel_id",
            )
        _run("DROP TABLE made")
        report.say(f"{last:,} orders")
    _pay_into_escrow()


def _arrived_order() -> None:
    """The order that the others are copies of: one unit for 100.00, arrived at Alice's."""
    from tests import trade

    placed = trade.order(trade.open_market(stock=1))
    trade.pay(placed)
    trade.ship(placed)
    trade.deliver(placed)


def _copy(model: "type[models.Model]", times: int = 0, *, made: str = "", **changed: str) -> None:
    """Copies the oldest row of a model once per row of `made`, or `times`, with other columns."""
    table = model._meta.db_table  # noqa: SLF001 - documented in spite of its name
    columns = [field.column for field in model._meta.concrete_fields]  # noqa: SLF001
    changed.setdefault("id", "uuidv7()")
    values = ", ".join(changed.get(column, f"first.{column}") for column in columns)
    rows = made or f"generate_series(1, {times}) AS n"
    _run(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values}"  # noqa: S608 - names of ours
        f" FROM (SELECT * FROM {table} ORDER BY id LIMIT 1) AS first, {rows}"
    )


def _pay_into_escrow() -> None:
    """What the copies' customers paid, in one transfer."""
    from shoal.kit.ids import uuid7
    from shoal.kit.transactions import operation
    from shoal.ledger.models import Account
    from shoal.ledger.steps import AccountKey, NewTransfer, post
    from shoal.orders.models import OrderLine
    from tests import trade

    paid = OrderLine.objects.filter(order__state="delivered").values_list("line_minor", flat=True)
    transfer = NewTransfer(
        entry=uuid7(),
        kind="capture",
        debit=AccountKey(Account.Kind.CLEARING, "CNY", provider="sandbox"),
        credit=AccountKey(Account.Kind.ESCROW, "CNY"),
        amount=LINES * paid[0],
        subject=uuid7(),
        at=trade.AT + timedelta(days=1),
        by="bench",
    )
    operation(post)(transfers=[transfer])


def _bare() -> float:
    """Seconds to write the settled rows once more into a table without keys and constraints."""
    begun = time.perf_counter()
    _run("CREATE TABLE bare AS SELECT * FROM settlement_settledline")
    return time.perf_counter() - begun


def _check(report: Report) -> None:
    """Every line is settled once, and escrow keeps nothing back."""
    from shoal.ledger.queries import platform_balances
    from shoal.settlement import doctor
    from shoal.settlement.models import SettledLine

    report.figure("lines settled", SettledLine.objects.count(), at_least=LINES)
    escrow = {kind: money.minor for kind, _, money in platform_balances()}["escrow"]
    report.figure("left in escrow, minor units", escrow, at_most=0)
    wrong = [check for check in doctor.checks() if not check.ok]
    report.figure("doctor's findings", len(wrong), at_most=0)


def _analyze() -> None:
    _run("ANALYZE")


def _memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KB


def _run(query: str, given: dict[str, int] | None = None) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query, given)
