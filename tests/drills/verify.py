"""After the storm: what customers were told, what the partner has, and what stands in our books."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from tests.drills.crowd import Told
from tests.drills.stage import PER_CUSTOMER, UNITS

_STANDS = {"paid", "shipped", "delivered", "completed"}


@dataclass(slots=True)
class PartnerBooks:
    """What the payment partner took and gave back: its own file, written by its own program."""

    page: dict[str, str]
    charges: dict[str, list[int]]
    back: Counter[str]
    owed: int

    @classmethod
    def read(cls, data: Path) -> "PartnerBooks":
        with closing(sqlite3.connect(data / "sandbox-pay" / "partner.sqlite3")) as file:
            page = dict(file.execute("SELECT '/pay/' || token, code FROM payment").fetchall())
            charges: dict[str, list[int]] = defaultdict(list)
            for code, amount in file.execute("SELECT payment, amount FROM charge"):
                charges[code].append(amount)
            done = "SELECT payment, amount FROM refund WHERE state = 'done'"
            back: Counter[str] = Counter()
            for code, amount in file.execute(done):
                back[code] += amount
            owed = file.execute("SELECT count(*) FROM notice WHERE NOT done").fetchone()[0]
        return cls(page, charges, back, owed)


def unsettled(data: Path) -> list[str]:
    """What still has to come to an end before the books can be compared."""
    from shoal.orders.models import Order
    from shoal.payments.models import Intent, Refund
    from shoal.stock.models import Hold

    partner = PartnerBooks.read(data)
    open_orders = Order.objects.filter(state="unpaid").count()
    counts = {
        "orders unpaid": open_orders,
        "units held": Hold.objects.filter(state="held").count(),
        "refunds under way": Refund.objects.exclude(state="done").count(),
        "notices undelivered": partner.owed,
        "charges not taken in": sum(
            sum(sums) != captured
            for code, captured in Intent.objects.filter(code__in=partner.charges).values_list(
                "code", "captured"
            )
            for sums in [partner.charges[code]]
        ),
        "jobs left half done": _stuck_jobs(),
    }
    return [f"{count} {what}" for what, count in counts.items() if count]


_STUCK = """
SELECT count(*) FROM procrastinate_jobs job
LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
WHERE job.status = 'doing'
    AND coalesce(worker.last_heartbeat, '-infinity') < now() - interval '150 seconds'
    AND (SELECT max(at) FROM procrastinate_events event WHERE event.job_id = job.id)
        < now() - interval '150 seconds'
"""


def _stuck_jobs() -> int:
    """Jobs whose worker was killed over them so long ago that they should be done again by now."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_STUCK)
        return int(cursor.fetchone()[0])


@dataclass(slots=True)
class _Books:
    """Our books, read once."""

    receipts: dict[tuple[UUID, UUID], list[UUID]]
    orders: dict[UUID, tuple[UUID, str, str, int, bool]]
    intents: dict[UUID, list[tuple[str, int, int]]]
    lines: list[tuple[UUID, UUID, int]]


def _read() -> _Books:
    from shoal.orders.models import Order, OrderLine, Receipt
    from shoal.payments.models import Intent

    receipts: dict[tuple[UUID, UUID], list[UUID]] = defaultdict(list)
    for customer, key, order in Receipt.objects.values_list("customer", "key", "order_id"):
        receipts[customer, key].append(order)
    rows = Order.objects.values_list("id", "customer_id", "code", "state", "total_minor", "paid_at")
    intents: dict[UUID, list[tuple[str, int, int]]] = defaultdict(list)
    for subject, *rest in Intent.objects.values_list("subject", "code", "captured", "returned"):
        intents[subject].append((rest[0], rest[1], rest[2]))
    lines = OrderLine.objects.values_list("order_id", "allotment_id", "quantity")
    return _Books(
        receipts,
        {row[0]: (row[1], row[2], row[3], row[4], row[5] is not None) for row in rows},
        intents,
        list(lines),
    )


def wrong(data: Path, told: Sequence[Told]) -> Iterator[str]:
    """Says each promise that was broken, a sentence each."""
    books, partner = _read(), PartnerBooks.read(data)
    yield from _answers(books, partner, told)
    yield from _money(books, partner)
    yield from _units(books)
    yield from unsettled(data)


def _answers(books: _Books, partner: PartnerBooks, told: Sequence[Told]) -> Iterator[str]:
    """Whatever she was told is so, and one form is one order."""
    for (customer, key), orders in books.receipts.items():
        if len(orders) > 1:
            yield f"the form {key} of {customer} became {len(orders)} orders"
    extra = len(books.orders) - sum(len(orders) for orders in books.receipts.values())
    if extra:
        yield f"{extra} orders came from no form"
    for wish in told:
        orders = books.receipts.get((wish.customer, wish.key), [])
        if wish.placed and not orders:
            yield f"the form {wish.key} was answered with an order, and there is none"
        if wish.refused and not wish.lost and orders:
            yield f"the form {wish.key} was refused, and there is an order"
        codes = {books.orders[order][1] for order in orders}
        if not wish.orders <= codes:
            yield f"the form {wish.key} was answered {wish.orders}, and became {codes}"
        numbers = {code for order in orders for code, _, _ in books.intents[order]}
        pages = {partner.page.get(page, "") for page in wish.pages}
        if not pages <= numbers:
            yield f"the form {wish.key} was led to pay {pages}, and is asked {numbers}"
        for order in orders:
            _, code, state, _, paid = books.orders[order]
            back = sum(partner.back[number] for number in numbers)
            if wish.charged and state not in _STANDS and not back:
                yield f"order {code} was paid at the partner, and is {state}"
            if wish.thanked and not paid:
                yield f"order {code} was thanked for, and is not paid"


def _money(books: _Books, partner: PartnerBooks) -> Iterator[str]:
    """What the partner took less what it gave back is what stands paid, order by order."""
    known = set()
    for order, (_, code, state, total, _) in books.orders.items():
        kept = 0
        for number, captured, returned in books.intents[order]:
            known.add(number)
            taken, back = sum(partner.charges.get(number, [])), partner.back[number]
            kept += taken - back
            if (captured, returned) != (taken, back):
                yield (
                    f"order {code}: the partner took {taken} and gave {back} back,"
                    f" our books say {captured} and {returned}"
                )
            if len(partner.charges.get(number, [])) > 1:
                yield f"order {code} was charged twice"
        if kept != (total if state in _STANDS else 0):
            yield f"order {code} is {state} over {total}, and the partner keeps {kept}"
    for number in partner.charges.keys() - known:
        yield f"the partner took money for {number}, which is no order's"


def _units(books: _Books) -> Iterator[str]:
    """No offer sold more than there was, and nobody got more than she may."""
    from shoal.offers.models import Offer
    from shoal.stock.models import Allotment

    standing: Counter[UUID] = Counter()
    each: Counter[tuple[UUID, UUID]] = Counter()
    for order, allotment, quantity in books.lines:
        customer, _, state, _, _ = books.orders[order]
        if state in _STANDS | {"unpaid"}:
            standing[allotment] += quantity
            each[customer, allotment] += quantity
    for row in Allotment.objects.filter(received__lte=max(UNITS)):
        if standing[row.id] > row.received:
            yield f"of {row.received} units of an offer {standing[row.id]} are sold"
        if row.available != row.received - standing[row.id]:
            yield f"of {row.received} units {standing[row.id]} are sold and {row.available} left"
    limited = set(
        Offer.objects.filter(per_customer=PER_CUSTOMER).values_list("allotment_id", flat=True)
    )
    for (_, allotment), quantity in each.items():
        if allotment in limited and quantity > PER_CUSTOMER:
            yield f"somebody has {quantity} units of an offer with {PER_CUSTOMER} for each"
