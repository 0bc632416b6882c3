"""Writes on payments that operations here and above compose inside their transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from procrastinate.contrib.django import app as jobs

from shoal.kit.asking import ask
from shoal.kit.bulk import insert_new, new_row
from shoal.kit.errors import Refused
from shoal.kit.locks import lock_rows
from shoal.kit.transactions import step
from shoal.payments.models import Intent, Refund, RefundStep
from shoal.payments.providers import default_provider


class RefundTooLarge(Refused):
    """This would give back more than was paid and not yet given back."""

    code = "refund_too_large"


@dataclass(frozen=True, slots=True)
class IntentWanted:
    """One sum, in minor units, to ask of a payer for `subject`."""

    subject: UUID
    payer: UUID
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class RefundWanted:
    """`amount` of what was paid for `paid_for` (an order) to give back.

    `subject` is what asks (a cancellation, a case, an approval): one refund each, ever. `excess`:
    it paid for nothing, so whatever it was paid for stays as it is.
    """

    paid_for: UUID
    subject: UUID
    amount: int
    reason: str
    by: str
    at: datetime
    excess: bool = False


@step
def open_intents(
    *, wants: Sequence[IntentWanted], at: datetime, provider: str | None = None
) -> None:
    """This will open an intent for each of `wants`.

    Without `provider` it is the one that the settings name. The database refuses a second open
    intent for one subject.
    """
    asked = provider or default_provider()
    insert_new(
        Intent,
        [
            new_row(
                Intent,
                subject=want.subject,
                payer_id=want.payer,
                provider=asked,
                amount=want.amount,
                currency=want.currency,
                created_at=at,
            )
            for want in wants
        ],
    )


@step
def lock_intents(*, subjects: Iterable[UUID]) -> dict[UUID, Intent]:
    """This will lock every intent for `subjects`, in sorted order, and return them by id.

    Whoever locks rows of its own and then asks for a refund calls this first: a provider's notice
    takes the same locks in the same order.
    """
    wanted = list(set(subjects))
    ids = ask("SELECT id FROM payments_intent WHERE subject = ANY(%s)", [wanted])
    return lock_rows(Intent, [intent for (intent,) in ids])


@step
def close_intents(*, subjects: Iterable[UUID], at: datetime) -> set[UUID]:
    """This will close the open intents for `subjects` and return those subjects.

    A subject that is not returned has been paid meanwhile, or had no open intent: leave it. Call
    this before locking rows of your own, as a provider's notice locks the intent first. Money that
    arrives for a closed intent is still taken in, and told with `late`.
    """
    ids = Intent.objects.filter(subject__in=set(subjects), state=Intent.State.OPEN)
    locked = lock_rows(Intent, ids.values_list("id", flat=True))
    open_ones = [intent for intent in locked.values() if intent.state == Intent.State.OPEN]
    Intent.objects.filter(id__in=[intent.id for intent in open_ones]).update(
        state=Intent.State.CLOSED, closed_at=at
    )
    return {intent.subject for intent in open_ones}


@step
def request_refunds(*, wants: Sequence[RefundWanted]) -> list[Refund]:
    """This will ask for each refund of `wants` and return them in order; the worker sends them.

    What was asked for the same subject before is returned as it is and asks for nothing more.
    Raises RefundTooLarge, and keeps nothing, when one exceeds what is left of its payment.
    """
    if not wants:
        return []
    first: dict[UUID, RefundWanted] = {}
    for want in wants:
        first.setdefault(want.subject, want)
    paid = Intent.objects.filter(subject__in={want.paid_for for want in wants}, captured__gt=0)
    intents = lock_rows(Intent, paid.values_list("id", flat=True))
    known = {refund.subject: refund for refund in Refund.objects.filter(subject__in=first.keys())}
    new = [
        _new_refund(want=want, intents=intents.values())
        for want in first.values()
        if want.subject not in known
    ]
    take_room(amounts=[(refund.intent_id, refund.amount) for refund in new])
    add_refunds(refunds=new)
    known |= {refund.subject: refund for refund in new}
    return [known[want.subject] for want in wants]


def _new_refund(*, want: RefundWanted, intents: Iterable[Intent]) -> Refund:
    of_subject = [intent for intent in intents if intent.subject == want.paid_for]
    if not of_subject:
        raise RefundTooLarge
    # Nearly always one; after a late payment the one with the most left.
    intent = max(of_subject, key=lambda intent: intent.captured - intent.refunded)
    intent.refunded += want.amount  # so that the next want of this list sees what is left
    return Refund(
        intent=intent,
        subject=want.subject,
        amount=want.amount,
        currency=intent.currency,
        reason=want.reason[:200],
        next_at=want.at,
        wanted_at=want.at,
        wanted_by=want.by,
        excess=want.excess,
    )


@step
def take_room(*, amounts: Sequence[tuple[UUID, int]]) -> None:
    """This will count `amounts` (intent id, minor units) as asked back, or raise RefundTooLarge."""
    sums: dict[UUID, int] = {}
    for intent, amount in amounts:
        sums[intent] = sums.get(intent, 0) + amount
    if not sums:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE payments_intent intent SET refunded = refunded + room.amount
            FROM unnest(%s::uuid[], %s::bigint[]) AS room (id, amount)
            WHERE intent.id = room.id AND room.amount > 0
                AND intent.captured - intent.refunded >= room.amount
            """,
            [list(sums), list(sums.values())],
        )
        if cursor.rowcount != len(sums):
            raise RefundTooLarge


@step
def add_refunds(*, refunds: Sequence[Refund]) -> None:
    """This will write new `refunds` and wake the worker once this transaction has committed."""
    if refunds:
        Refund.objects.bulk_create(refunds)
        RefundStep.objects.bulk_create(
            _step(refund, refund.reason, refund.wanted_by, refund.wanted_at) for refund in refunds
        )
        send_soon()


@step
def move_refund(
    *, refund: Refund, to: Refund.State, next_at: datetime | None, by: str, at: datetime, why: str
) -> None:
    """This will bring a locked refund that is not done into state `to`, due again at `next_at`."""
    refund.state, refund.next_at = to, next_at
    refund.done_at = at if to == Refund.State.DONE else None
    refund.save(update_fields=["state", "next_at", "done_at", "attempts"])
    _step(refund, why, by, at).save(force_insert=True)


@step
def send_soon() -> None:
    """This will wake the worker for refunds once this transaction has committed."""
    jobs.configure_task("payments.send_refunds").defer()


def _step(refund: Refund, reason: str, by: str, at: datetime) -> RefundStep:
    return RefundStep(refund=refund, state=refund.state, reason=reason[:200], by=by, at=at)
