"""Every read of payments."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from shoal.kit.asking import rows_of
from shoal.kit.errors import NotFound
from shoal.payments.models import Intent, Notice, Refund, RefundStep
from shoal.payments.rules import Verdict


def intent_for(*, subject: UUID) -> Intent:
    """This will return the newest intent for `subject`, or raise NotFound."""
    newest = rows_of(Intent, "WHERE subject = %s ORDER BY id DESC LIMIT 1", [subject])
    if not newest:
        raise NotFound
    return newest[0]


def intents_for(*, subject: UUID) -> list[Intent]:
    """This will list every intent for `subject`, oldest first."""
    return list(Intent.objects.filter(subject=subject).order_by("id"))


def refunds_for(*, subject: UUID) -> list[Refund]:
    """This will list the refunds of what was paid for `subject`, oldest first."""
    rows = Refund.objects.filter(intent__subject=subject).select_related("intent")
    return list(rows.order_by("id"))


def refund_steps(*, refund: UUID) -> list[RefundStep]:
    """This will list what has happened to a refund, oldest first."""
    return list(RefundStep.objects.filter(refund=refund).order_by("id"))


def notices_for(*, subject: UUID) -> list[Notice]:
    """This will list what providers told about the payment of `subject`, oldest first."""
    return list(Notice.objects.filter(intent__subject=subject).order_by("id"))


def refund_by_code(*, code: str) -> Refund:
    """This will return a refund with its intent, or raise NotFound."""
    refund = Refund.objects.filter(code=code).select_related("intent").first()
    if refund is None:
        raise NotFound
    return refund


def all_refunds(*, states: Iterable[str] = ()) -> "QuerySet[Refund]":
    """This will return refunds with their intents, newest first, all or only those in `states`."""
    chosen = list(states)
    rows = Refund.objects.select_related("intent").order_by("-id")
    return rows.filter(state__in=chosen) if chosen else rows


def stuck_refunds() -> list[Refund]:
    """This will list the refunds that have failed for good: an operator must look."""
    rows = Refund.objects.filter(state=Refund.State.FAILED, next_at=None)
    return list(rows.select_related("intent").order_by("id"))


def notices_to_look_at(*, since_at: datetime) -> list[Notice]:
    """This will list notices since `since_at` that changed nothing and should not have come."""
    rows = Notice.objects.filter(
        received_at__gte=since_at, verdict__in=[Verdict.UNKNOWN, Verdict.TOO_LATE]
    )
    return list(rows.order_by("-id"))


def due_refunds(*, at: datetime) -> "QuerySet[Refund]":
    """This will return the refunds that the worker should act on, longest due first."""
    return Refund.objects.filter(next_at__lte=at).order_by("next_at")


def due_questions(*, at: datetime) -> "QuerySet[Intent]":
    """This will return the unpaid intents whose provider should be asked, longest due first."""
    return Intent.objects.filter(ask_at__lte=at).order_by("ask_at")


def open_intents_of(*, subjects: Iterable[UUID]) -> list[Intent]:
    """This will list the intents for `subjects` that nobody has paid or closed yet."""
    return list(Intent.objects.filter(subject__in=list(subjects), state=Intent.State.OPEN))
