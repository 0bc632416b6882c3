"""Living through a batch of the history: sales, parcels, returns, settlement, each in its time.

In the morning what was bought before goes out, what went out three days before arrives, and what
has been kept for long enough is settled; then come the day's sales, and what customers bring back.
So a return meets an order that is paid, on its way, delivered or settled.

A batch is repeated whole after a kill: every operation on the way either returns its first answer
again (orders, cases and gifts by key, notices by event) or is asked only for what has not happened
yet (parcels, open payments and refunds).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from shoal.kit.errors import Refused
from shoal.orders.desk import OrderRequest, WantedLine, place_orders
from shoal.orders.operations import complete_orders
from shoal.orders.queries import parcels_of_brand
from shoal.orders.shipping import Delivery, Shipment, deliver_parcels, ship_parcels
from shoal.payments.operations import record_notices
from shoal.payments.providers import ProviderNotice
from shoal.payments.queries import open_intents_of
from shoal.payments.rules import Kind
from shoal.replay.history import Batch
from shoal.replay.returning import give_back
from shoal.replay.source import Invoice
from shoal.replay.trouble import CannotReplay
from shoal.replay.world import World, order_key

_PAID_AFTER = timedelta(minutes=2)
_ON_ITS_WAY = timedelta(days=3)
_AFTER_SALES = timedelta(days=60)

T = TypeVar("T")


def live(batch: Batch, world: World) -> None:
    """This will bring a batch of the history to pass."""
    start_day(batch.morning, world)
    if batch.sales:
        _sell(batch.sales, world)
    give_back(batch, world)


def finish(last: datetime, world: World) -> None:
    """This will send, deliver and settle what is left after the last day."""
    start_day(last + timedelta(days=1), world)
    start_day(last + timedelta(days=1) + _ON_ITS_WAY, world)
    start_day(last + _AFTER_SALES, world)


def start_day(morning: datetime, world: World) -> None:
    """This will send what was paid before, deliver what is due, and settle what is due."""
    parcels = parcels_of_brand(brand=world.brand.id, states=["waiting", "shipped"])
    rows = parcels.values_list("code", "order__paid_at", "shipped_at")
    shipments = [
        Shipment(brand=world.brand.id, parcel=code, carrier="Royal Mail", tracking=code, at=morning)
        for code, paid_at, shipped_at in rows
        if shipped_at is None and paid_at is not None and paid_at < morning
    ]
    deliveries = [
        Delivery(brand=world.brand.id, parcel=code, at=morning)
        for code, _, shipped_at in rows
        if shipped_at is not None and shipped_at <= morning - _ON_ITS_WAY
    ]
    for shipped in ship_parcels(shipments=shipments, by=world.owner.code):
        _taken(shipped)
    for delivered in deliver_parcels(deliveries=deliveries, by=world.owner.code):
        _taken(delivered)
    while complete_orders(at=morning):
        pass


def _request_for(invoice: Invoice, world: World) -> OrderRequest:
    """An invoice's lines, asked for as its customer would in her country's shop."""
    return OrderRequest(
        key=order_key(invoice.number),
        customer=world.customers[invoice.customer],
        storefront=world.shops[invoice.country],
        share=None,
        lines=tuple(
            WantedLine(world.offers[line.code, line.pence], line.quantity, line.pence)
            for line in invoice.lines
        ),
        recipient={"recipient": f"Customer {invoice.customer}", "province": invoice.country},
        region=invoice.country[:12],
        at=invoice.at,
    )


def place(invoices: Sequence[Invoice], world: World) -> dict[UUID, Invoice]:
    """This will order what stands on invoices, and return each with its order's id."""
    answers = place_orders(requests=[_request_for(invoice, world) for invoice in invoices])
    return dict(zip((row.order for row in map(_taken, answers)), invoices, strict=True))


def _sell(invoices: Sequence[Invoice], world: World) -> None:
    orders = place(invoices, world)
    notices = [
        ProviderNotice(
            provider=intent.provider,
            event=f"replay-{intent.code}",
            kind=Kind.CAPTURED,
            code=intent.code,
            amount=intent.amount,
            currency=intent.currency,
            happened_at=orders[intent.subject].at + _PAID_AFTER,
        )
        for intent in open_intents_of(subjects=list(orders))
    ]
    if notices:
        record_notices(notices=notices, at=invoices[-1].at + _PAID_AFTER)


def _taken(answer: T | Refused) -> T:
    if isinstance(answer, Refused):
        raise CannotReplay(
            f"The history could not go on: {answer} Something else acted on this database, such as"
            " a worker: begin again on an empty one, with nothing else running on it."
        )
    return answer
