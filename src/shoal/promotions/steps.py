"""Taking promotions for an order and giving them back, inside the order's transaction."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from shoal.kit.ids import uuid7
from shoal.kit.locks import lock_rows
from shoal.kit.transactions import step
from shoal.promotions.models import Claim, Use


class ClaimTaken(RuntimeError):
    """A claim that its caller had locked as free is another order's: a bug, not a refusal."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What one order has of a promotion; `claim` is None for what comes by itself."""

    promotion: UUID
    claim: UUID | None
    order: UUID
    amount: int
    times: int
    at: datetime


@step
def lock_claims(ids: Iterable[UUID]) -> dict[UUID, Claim]:
    """This will lock coupons in sorted order: after purchase limits, before stock."""
    return lock_rows(Claim, ids)


@step
def take_promotions(*, wants: Sequence[Taken], by: str) -> None:
    """This will give promotions to orders; their claims are locked and free."""
    if wants:
        _set_claims({want.claim: want.order for want in wants if want.claim})
        Use.objects.bulk_create(
            Use(
                id=uuid7(),
                kind=Use.Kind.TAKEN,
                promotion_id=want.promotion,
                claim_id=want.claim,
                order=want.order,
                times=want.times,
                amount_minor=want.amount,
                by=by,
                at=want.at,
            )
            for want in wants
        )


@step
def give_back(*, orders: Iterable[UUID], reason: str, by: str, at: datetime) -> None:
    """This will return what locked `orders` have of promotions: coupons can be used again.

    Doing it twice changes nothing. A coupon whose time is over comes back, and is over.
    """
    ids = list(orders)
    held = _held(ids)
    claims = [use.claim_id for use in held if use.claim_id]
    lock_claims(claims)
    Claim.objects.filter(id__in=claims, used_by__in=ids).update(used_by=None)
    Use.objects.bulk_create(
        Use(
            id=uuid7(),
            kind=Use.Kind.RETURNED,
            promotion_id=use.promotion_id,
            claim_id=use.claim_id,
            order=use.order,
            times=use.times,
            amount_minor=use.amount_minor,
            reason=reason[:200],
            by=by,
            at=at,
        )
        for use in held
    )


@step
def may_take_again(*, order: UUID) -> bool:
    """This will lock the coupons an order gave back, and say whether all of them are still free."""
    gone = _last_returned(order)
    claims = lock_claims(use.claim_id for use in gone if use.claim_id)
    return all(claim.used_by is None for claim in claims.values())


@step
def take_again(*, order: UUID, by: str, at: datetime) -> None:
    """This will give an order that lives again what it had of promotions."""
    take_promotions(
        wants=[
            Taken(use.promotion_id, use.claim_id, order, use.amount_minor, use.times, at)
            for use in _last_returned(order)
        ],
        by=by,
    )


def _held(orders: Sequence[UUID]) -> list[Use]:
    """The uses that no return has followed."""
    last: dict[tuple[UUID, UUID], Use] = {}
    balance: Counter[tuple[UUID, UUID]] = Counter()
    for use in Use.objects.filter(order__in=orders).order_by("id"):
        key = (use.order, use.promotion_id)
        balance[key] += 1 if use.kind == Use.Kind.TAKEN else -1
        last[key] = use
    return [use for key, use in last.items() if balance[key] > 0]


def _last_returned(order: UUID) -> list[Use]:
    last = {use.promotion_id: use for use in Use.objects.filter(order=order).order_by("id")}
    return [use for use in last.values() if use.kind == Use.Kind.RETURNED]


def _set_claims(used: dict[UUID | None, UUID]) -> None:
    if not used:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE promotions_claim AS kept SET used_by = given.used_by"
            " FROM unnest(%s::uuid[], %s::uuid[]) AS given (id, used_by)"
            " WHERE kept.id = given.id AND kept.used_by IS NULL",
            [list(used), list(used.values())],
        )
        if cursor.rowcount != len(used):
            raise ClaimTaken
