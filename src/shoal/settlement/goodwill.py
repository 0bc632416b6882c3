"""Goodwill: the platform gives a customer something of its own. No refund, and no commission.

How it reaches her: an operator transfers it by hand, and writes the bank's number down; a process
(the replay) names the partner through whom it went. Ledger: goodwill → bank, or → clearing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Sum

from shoal.kit.errors import NotFound, Refused
from shoal.kit.ids import uuid7
from shoal.kit.transactions import operation, step
from shoal.ledger.models import Account
from shoal.ledger.steps import AccountKey, NewTransfer, post
from shoal.orders.models import Order
from shoal.people.models import Person
from shoal.settlement.models_payouts import Goodwill, GoodwillWish

_KIND = "goodwill"


class GoodwillIncomplete(Refused):
    """Goodwill needs a sum, a reason, and in the end the bank’s number of the transfer."""

    code = "goodwill_incomplete"


class GoodwillNeedsTwo(Refused):
    """Goodwill needs two people: whoever asked for it cannot decide it."""

    code = "goodwill_needs_two"


class GoodwillReferenceUsed(Refused):
    """This number of the bank’s stands beside another gift already."""

    code = "goodwill_reference_used"


@dataclass(frozen=True, slots=True)
class Gift:
    """One sum, in minor units, for a customer; `reference` makes it count once.

    `asked_by` and `approved_by` are two people, or a person and the name of a process.
    """

    customer: UUID
    amount: int
    currency: str
    reason: str
    reference: str
    asked_by: str
    approved_by: str
    at: datetime
    order: UUID | None = None
    provider: str = ""


@operation
def give_goodwill(*, gifts: Sequence[Gift]) -> int:
    """This will give each of `gifts` whose reference is new, and return how many were.

    Raises GoodwillIncomplete or GoodwillNeedsTwo, and gives nothing then.
    """
    return len(_give(gifts=gifts))


@step
def _give(*, gifts: Sequence[Gift]) -> list[Goodwill]:
    for gift in gifts:
        if gift.amount <= 0 or not gift.reason.strip() or not gift.reference.strip():
            raise GoodwillIncomplete
        if not gift.asked_by or not gift.approved_by or gift.asked_by == gift.approved_by:
            raise GoodwillNeedsTwo
    wanted = {(gift.provider, gift.reference): gift for gift in gifts}
    rows = [
        Goodwill(
            customer_id=gift.customer,
            order_id=gift.order,
            amount=gift.amount,
            currency=gift.currency,
            reason=gift.reason.strip()[:200],
            provider=gift.provider,
            reference=gift.reference,
            asked_by=gift.asked_by,
            approved_by=gift.approved_by,
            at=gift.at,
        )
        for gift in wanted.values()
    ]
    # Whoever gives the same at this moment is waited for; what she gave is not given again.
    Goodwill.objects.bulk_create(rows, ignore_conflicts=True)
    new = list(Goodwill.objects.filter(id__in=[row.id for row in rows]))
    post(transfers=[_transfer(gift) for gift in new])
    return new


def _transfer(gift: Goodwill) -> NewTransfer:
    goes_to = (
        AccountKey(Account.Kind.CLEARING, gift.currency, provider=gift.provider)
        if gift.provider
        else AccountKey(Account.Kind.BANK, gift.currency)
    )
    return NewTransfer(
        entry=uuid7(),
        kind=_KIND,
        debit=AccountKey(Account.Kind.GOODWILL, gift.currency),
        credit=goes_to,
        amount=gift.amount,
        subject=gift.id,
        at=gift.at,
        by=gift.approved_by,
    )


@operation
def ask_goodwill(
    *,
    customer: Person,
    order: Order | None,
    amount: int,
    currency: str,
    reason: str,
    by: str,
    at: datetime,
) -> GoodwillWish:
    """This will ask for a customer to be given something; another operator decides.

    Raises GoodwillIncomplete.
    """
    if amount <= 0 or not reason.strip():
        raise GoodwillIncomplete
    return GoodwillWish.objects.create(
        customer=customer,
        order=order,
        amount=amount,
        currency=currency,
        reason=reason.strip()[:200],
        asked_at=at,
        asked_by=by,
    )


@operation
def decide_goodwill(
    *, code: str, approve: bool, reference: str, by: str, at: datetime
) -> GoodwillWish:
    """This will agree to a gift that somebody else asked for, or refuse it.

    Whoever agrees has transferred it and writes the bank's number down. Raises GoodwillNeedsTwo,
    GoodwillIncomplete, or GoodwillReferenceUsed.
    """
    wish = GoodwillWish.objects.select_for_update().filter(code=code, verdict="").first()
    if wish is None:
        raise NotFound
    if wish.asked_by == by:
        raise GoodwillNeedsTwo
    if approve:
        given = _give(
            gifts=[
                Gift(
                    customer=wish.customer_id,
                    order=wish.order_id,
                    amount=wish.amount,
                    currency=wish.currency,
                    reason=wish.reason,
                    reference=reference.strip()[:80],
                    asked_by=wish.asked_by,
                    approved_by=by,
                    at=at,
                )
            ]
        )
        if not given:
            raise GoodwillReferenceUsed
        wish.gift = given[0]
    wish.verdict = "approved" if approve else "refused"
    wish.decided_by, wish.decided_at = by, at
    wish.save(update_fields=["verdict", "decided_by", "decided_at", "gift"])
    return wish


def open_goodwill_wishes() -> list[GoodwillWish]:
    """This will list the gifts that wait for a second person, oldest first."""
    rows = GoodwillWish.objects.filter(verdict="").select_related("customer", "order")
    return list(rows.order_by("id"))


def latest_goodwill() -> list[Goodwill]:
    """This will list the gifts given last, newest first."""
    return list(Goodwill.objects.select_related("customer", "order").order_by("-id")[:30])


def goodwill_total(*, currency: str) -> tuple[int, int]:
    """This will count the gifts in a currency, and sum them."""
    rows = Goodwill.objects.filter(currency=currency)
    found = rows.aggregate(count=Count("id"), sum=Sum("amount"))
    return found["count"], int(found["sum"] or 0)
