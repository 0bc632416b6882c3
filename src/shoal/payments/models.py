"""Payments: what was asked for, what the provider's signed notices said, what went back."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from shoal.kit.ids import short_code, uuid7
from shoal.payments.rules import Kind, Verdict
from shoal.people.models import Person


def new_code() -> str:
    """This will make our number at a provider: too long to collide, short enough for all."""
    return short_code(20)


class Intent(models.Model):
    """One sum asked of one payer for one thing (an order), through one provider.

    The three sums are projections: `captured` of accepted, wrong and repeated notices,
    `refunded` of refunds asked for (a failed one is still owed), `returned` of those done.
    """

    class State(models.TextChoices):
        OPEN = "open"
        CAPTURED = "captured"
        CLOSED = "closed", "given up; money that still arrives is taken in or sent back"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(
        max_length=20, unique=True, default=new_code, help_text="our number at the provider"
    )
    subject = models.UUIDField(help_text="the order; orders stand above")
    payer = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    provider = models.CharField(max_length=20)
    provider_reference = models.CharField(max_length=80, blank=True)
    client = models.CharField(
        max_length=10, default="desk", help_text="what the payer pays with: desk, phone, wechat"
    )
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    captured = models.BigIntegerField(default=0)
    refunded = models.BigIntegerField(default=0, help_text="asked back, whether sent yet or not")
    returned = models.BigIntegerField(default=0, help_text="arrived back at the payer")
    created_at = models.DateTimeField()
    captured_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    # When to ask the provider, in case its notice never comes; null: nothing to ask.
    ask_at = models.DateTimeField(null=True)
    asked = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="intent_positive"),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunded__lte=F("captured")),
                name="refunds_never_exceed_payments",
            ),
            models.CheckConstraint(
                condition=Q(returned__gte=0, returned__lte=F("refunded")),
                name="returned_was_asked_back",
            ),
            models.CheckConstraint(
                condition=~Q(state="captured")
                | Q(captured__gte=F("amount"), captured_at__isnull=False),
                name="captured_is_whole",
            ),
            models.UniqueConstraint(
                fields=["subject"], condition=Q(state="open"), name="one_open_intent"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["subject"], name="intent_subject"),
            models.Index(fields=["ask_at"], condition=Q(ask_at__isnull=False), name="intent_ask"),
        ]


class Notice(models.Model):
    """Fact: what a provider told us, once per its own event id, and what we made of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    provider = models.CharField(max_length=20)
    event = models.CharField(max_length=80, help_text="the provider's id of what happened")
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in Kind])
    our_code = models.CharField(max_length=40, help_text="the intent's or the refund's number")
    # What the verdict was about; null when we know no such number.
    intent = models.ForeignKey(Intent, models.PROTECT, null=True, related_name="notices")
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    verdict = models.CharField(
        max_length=15, choices=[(word.value, word.value) for word in Verdict]
    )
    digest = models.BinaryField(max_length=32, help_text="SHA-256 of the signed body")
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "event"], name="one_notice_per_event"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="notice_positive"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["received_at"], condition=~Q(verdict="accepted"), name="notice_to_look_at"
            ),
            # A provider's bill of a day is held against these.
            models.Index(fields=["provider", "happened_at"], name="notice_of_a_day"),
        ]


class Refund(models.Model):
    """Money on its way back to the payer: hold (this row), call the provider, confirm."""

    class State(models.TextChoices):
        WANTED = "wanted"
        SENT = "sent", "the provider has it in hand"
        DONE = "done"
        FAILED = "failed", "tried again at next_at; with none, an operator must look"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=20, unique=True, default=new_code)
    intent = models.ForeignKey(Intent, models.PROTECT, related_name="refunds")
    # What asked for it (a cancellation, a case): asking twice for the same subject refunds once.
    subject = models.UUIDField(unique=True)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=200)
    excess = models.BooleanField(
        default=False,
        help_text="gives back what paid for nothing: paid twice, or a wrong sum",
    )
    state = models.CharField(max_length=8, choices=State, default=State.WANTED)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True, help_text="when the worker acts on it again")
    wanted_at = models.DateTimeField()
    wanted_by = models.CharField(max_length=40)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_positive"),
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False, next_at=None)
                | ~Q(state="done") & Q(done_at=None),
                name="refund_done",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="refund_due"),
        ]


class SpentNonce(models.Model):
    """A number that a provider signed with a notice, once: the same message is refused again."""

    key = models.TextField(primary_key=True, help_text="the provider and its number")
    at = models.DateTimeField()


class RefundStep(models.Model):
    """Fact: a refund's state changed, or a try to send it did not work."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    refund = models.ForeignKey(Refund, models.PROTECT, related_name="steps")
    state = models.CharField(max_length=8, choices=Refund.State)
    reason = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=40)
    at = models.DateTimeField()
