"""What customers bring back: cases for what they had bought, goodwill for the rest."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid5

from shoal.care.past_returns import GivenBack, PastReturn, close_returns
from shoal.orders.queries import lines_of_requests
from shoal.payments.operations import record_notices
from shoal.payments.providers import ProviderNotice, default_provider
from shoal.payments.queries import due_refunds
from shoal.payments.rules import Kind
from shoal.replay.history import Batch
from shoal.replay.matching import Return, Unmatched
from shoal.replay.world import CURRENCY, KEYS, World, order_key
from shoal.settlement.goodwill import Gift, give_goodwill

_BACK_AFTER = timedelta(minutes=5)


def give_back(batch: Batch, world: World) -> None:
    """This will give back what a batch's cancellations take back, and goodwill for the rest."""
    if batch.returns:
        close(batch.returns, world)
    # Also what a kill left behind between a refund and its notice.
    _tell_refunds(batch)
    if batch.unmatched:
        give_goodwill(gifts=[_gift(row, world) for row in batch.unmatched])


def close(returns: Sequence[Return], world: World) -> None:
    """This will open and close a case for each of `returns`."""
    keys = {row.invoice: order_key(row.invoice) for row in returns}
    found = lines_of_requests(
        customers=[world.customers[row.customer] for row in returns], keys=keys.values()
    )
    wishes = []
    for row in returns:
        lines = [(found[keys[row.invoice], back.number], back) for back in row.lines]
        (order,) = {order for (order, _), _ in lines}
        wishes.append(
            PastReturn(
                key=uuid5(KEYS, f"{row.cancellation} {row.invoice}"),
                order=order,
                lines=tuple(GivenBack(line, back.units, back.pence) for (_, line), back in lines),
                at=row.at,
            )
        )
    close_returns(returns=wishes, by=world.owner.code)


def _tell_refunds(batch: Batch) -> None:
    """The partner says of every refund that was asked for that it is done."""
    evening = batch.morning + timedelta(days=1)
    notices = [
        ProviderNotice(
            provider=refund.intent.provider,
            event=f"replay-{refund.code}",
            kind=Kind.REFUNDED,
            code=refund.code,
            amount=refund.amount,
            currency=refund.currency,
            happened_at=refund.wanted_at + _BACK_AFTER,
        )
        for refund in due_refunds(at=evening).select_related("intent")
    ]
    if notices:
        record_notices(notices=notices, at=max(notice.happened_at for notice in notices))


def _gift(row: Unmatched, world: World) -> Gift:
    return Gift(
        customer=world.customers[row.customer],
        amount=row.pence,
        currency=CURRENCY,
        reason=f"given back by {row.cancellation}: more than was bought and paid in this history",
        reference=row.cancellation,
        asked_by=world.owner.code,
        approved_by="replay",
        at=row.at,
        provider=default_provider(),
    )
