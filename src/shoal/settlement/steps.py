"""Settling: what an order's lines earned leaves escrow, once, for whom it is owed to."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from shoal.kit.ids import uuid7
from shoal.kit.transactions import step
from shoal.ledger.models import Account
from shoal.ledger.steps import AccountKey, NewTransfer, post
from shoal.orders.events import OrderCompleted
from shoal.orders.models import OrderLine, Parcel
from shoal.settlement.models import Batch, SettledFreight, SettledLine

PROCESS = "settlement"
_KIND = "settlement"


@step
def settle_orders(facts: Sequence[OrderCompleted]) -> None:
    """This will settle every line and freight of completed orders; reactor of OrderCompleted.

    Writes one row per line and one transfer per party and currency. A line that was settled before
    makes the database refuse the whole batch: nobody is paid twice.
    """
    moments = {fact.order: fact.at for fact in facts}
    lines = list(
        OrderLine.objects.filter(order__in=moments).select_related("order", "parcel").order_by("id")
    )
    parcels = list(
        Parcel.objects.filter(order__in=moments, freight_minor__gt=0)
        .exclude(state=Parcel.State.CANCELLED)
        .select_related("order")
    )
    batch = Batch.objects.create(id=uuid7(), at=max(moments.values()), lines=len(lines), by=PROCESS)
    settled = [_settled_line(line, batch, moments) for line in lines]
    freight = [_settled_freight(row, batch, moments) for row in parcels]
    SettledLine.objects.bulk_create(settled)
    SettledFreight.objects.bulk_create(freight)
    post(transfers=list(_transfers(batch, settled, freight)))


def _settled_line(line: OrderLine, batch: Batch, moments: dict[UUID, datetime]) -> SettledLine:
    order = line.order
    return SettledLine(
        line_id=line.id,
        batch=batch,
        order_id=order.id,
        brand_id=line.parcel.brand_id,
        earner_id=order.earner_id,
        currency=order.currency,
        brand_minor=line.brand_minor,
        keeper_minor=line.keeper_minor,
        platform_minor=line.platform_minor,
        at=moments[order.id],
    )


def _settled_freight(parcel: Parcel, batch: Batch, moments: dict[UUID, datetime]) -> SettledFreight:
    return SettledFreight(
        parcel_id=parcel.id,
        batch=batch,
        brand_id=parcel.brand_id,
        currency=parcel.order.currency,
        freight_minor=parcel.freight_minor,
        at=moments[parcel.order_id],
    )


def _transfers(
    batch: Batch, lines: Iterable[SettledLine], freight: Iterable[SettledFreight]
) -> Iterable[NewTransfer]:
    """One transfer from escrow to each party, summed over the batch."""
    owed = Counter[AccountKey]()
    for line in lines:
        owed[AccountKey(Account.Kind.BRAND, line.currency, line.brand_id)] += line.brand_minor
        owed[AccountKey(Account.Kind.FEE, line.currency)] += line.platform_minor
        if line.earner_id is not None:
            keeper = AccountKey(Account.Kind.KEEPER, line.currency, line.earner_id)
            owed[keeper] += line.keeper_minor
    for parcel in freight:
        brand = AccountKey(Account.Kind.BRAND, parcel.currency, parcel.brand_id)
        owed[brand] += parcel.freight_minor
    entry = uuid7()
    for account, amount in owed.items():
        if amount:
            yield NewTransfer(
                entry=entry,
                kind=_KIND,
                debit=AccountKey(Account.Kind.ESCROW, account.currency),
                credit=account,
                amount=amount,
                subject=batch.id,
                at=batch.at,
                by=PROCESS,
            )
