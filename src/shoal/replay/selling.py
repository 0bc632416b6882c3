"""Selling the invoices: order, payment, parcel, arrival, completion, settlement, in batches.

A batch is repeated whole after a kill: every operation on the way either returns its first answer
again (orders by key, notices by event) or is asked only for what has not happened yet (parcels).
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar
from uuid import UUID, uuid5

from shoal.kit.errors import Refused
from shoal.orders.desk import OrderRequest, WantedLine, place_orders
from shoal.orders.operations import complete_orders
from shoal.orders.queries import parcels_of_orders
from shoal.orders.shipping import Delivery, Shipment, deliver_parcels, ship_parcels
from shoal.payments.operations import record_notices
from shoal.payments.providers import ProviderNotice
from shoal.payments.queries import open_intents_of
from shoal.payments.rules import Kind
from shoal.replay.source import Invoice
from shoal.replay.world import World

BATCH_LINES = 2_000
_KEYS = UUID("6b1f2a50-51cf-5c3a-9a3e-0d2f3c1b7e11")
_PAID_AFTER = timedelta(minutes=2)
_SHIPPED_AFTER = timedelta(days=1)
_ARRIVED_AFTER = timedelta(days=4)

T = TypeVar("T")


class Interrupted(RuntimeError):
    """An operation refused what the retailer's history says happened."""


@dataclass(slots=True)
class Progress:
    """How many batches are done; kept in a file of the data folder."""

    path: Path
    batches: int = 0

    @classmethod
    def load(cls, path: Path, *, limit: int | None) -> "Progress":
        """This will read the progress of a replay with the same limit, or begin at nothing."""
        if path.is_file():
            kept = json.loads(path.read_text())
            if kept["limit"] == limit:
                return cls(path, kept["batches"])
        return cls(path)

    def step(self, *, limit: int | None) -> None:
        """This will note one more batch, so that a kill loses at most the one under way."""
        self.batches += 1
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps({"limit": limit, "batches": self.batches}))
        fresh.replace(self.path)


def batches(invoices: Iterator[Invoice]) -> Iterator[list[Invoice]]:
    """This will group invoices, in order of time, until each group has 2,000 lines or more."""
    group: list[Invoice] = []
    size = 0
    for invoice in invoices:
        group.append(invoice)
        size += len(invoice.lines)
        if size >= BATCH_LINES:
            yield group
            group, size = [], 0
    if group:
        yield group


def sell(batch: Sequence[Invoice], world: World) -> None:
    """This will bring a batch of invoices from order to arrival, each at its historic time."""
    complete_everything(batch[0].at)
    answers = place_orders(requests=[request_for(invoice, world) for invoice in batch])
    orders = dict(zip((row.order for row in map(_taken, answers)), batch, strict=True))
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
        record_notices(notices=notices, at=batch[-1].at + _PAID_AFTER)
    _send(list(orders), orders, world)


def complete_everything(at: datetime) -> None:
    """This will complete and settle all that is due at a moment."""
    while complete_orders(at=at):
        pass


def request_for(invoice: Invoice, world: World) -> OrderRequest:
    """This will ask for an invoice's lines as its customer would in her country's shop."""
    return OrderRequest(
        key=uuid5(_KEYS, invoice.number),
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


def _send(ids: Sequence[UUID], orders: dict[UUID, Invoice], world: World) -> None:
    parcels = parcels_of_orders(orders=ids)
    shipments = [
        Shipment(
            brand=world.brand.id,
            parcel=parcel.code,
            carrier="Royal Mail",
            tracking=orders[parcel.order_id].number,
            at=orders[parcel.order_id].at + _SHIPPED_AFTER,
        )
        for parcel in parcels
        if parcel.state == "waiting"
    ]
    for answer in ship_parcels(shipments=shipments, by=world.owner.code):
        _taken(answer)
    deliveries = [
        Delivery(
            brand=world.brand.id,
            parcel=parcel.code,
            at=orders[parcel.order_id].at + _ARRIVED_AFTER,
        )
        for parcel in parcels
        if parcel.state in {"waiting", "shipped"}
    ]
    for answer in deliver_parcels(deliveries=deliveries, by=world.owner.code):
        _taken(answer)


def _taken(answer: T | Refused) -> T:
    if isinstance(answer, Refused):
        raise Interrupted(str(answer))
    return answer
