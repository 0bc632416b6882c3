"""Payments: what was asked for, what the provider's signed notices said, what went back."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from shoal.kit.ids import short_code, uuid7
from shoal.people.models import Person


class Intent(models.Model):
    """One sum asked of one payer for one thing (an order), through one provider."""

    class State(models.TextChoices):
        OPEN = "open"
        CAPTURED = "captured"
        CLOSED = "closed", "given up; money that still arrives is taken in or sent back"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=20, unique=True, help_text="our number at the provider")
    subject = models.UUIDField(help_text="the order; orders stand above")
    payer = models.ForeignKey(Person, models.PROTECT, related_name="+")
    provider = models.CharField(max_length=20)
    provider_reference = models.CharField(max_length=80, blank=True)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    captured = models.BigIntegerField(default=0)
    refunded = models.BigIntegerField(default=0, help_text="asked back, not failed")
    created_at = models.DateTimeField()
    captured_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="intent_positive"),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunded__lte=F("captured")),
                name="refunds_never_exceed_payments",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["subject"], name="intent_subject")]

    @staticmethod
    def new_code() -> str:
        """Our number at the provider: long enough never to collide, short enough for each of them."""
        return short_code(20)


class Notice(models.Model):
    """Fact: what a provider told us, once per its own event id, and what we made of it."""

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted"
        WRONG_AMOUNT = "wrong_amount"
        UNKNOWN = "unknown", "no such intent"
        REPEATED = "repeated", "the intent was captured already by another event"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    provider = models.CharField(max_length=20)
    event = models.CharField(max_length=80, help_text="the provider's id of what happened")
    kind = models.CharField(max_length=20, help_text="captured, refunded, refund_failed")
    intent_code = models.CharField(max_length=20)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    verdict = models.CharField(max_length=15, choices=Verdict)
    digest = models.BinaryField(max_length=32, help_text="SHA-256 of the signed body")
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "event"], name="one_notice_per_event"),
        ]


class Refund(models.Model):
    """Money on its way back to the payer: hold (this row), call the provider, confirm."""

    class State(models.TextChoices):
        WANTED = "wanted"
        SENT = "sent"
        DONE = "done"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=20, unique=True, default=Intent.new_code)
    intent = models.ForeignKey(Intent, models.PROTECT, related_name="refunds")
    # What asked for it (a cancellation, a case): asking twice for the same subject refunds once.
    subject = models.UUIDField(unique=True)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=State, default=State.WANTED)
    attempts = models.PositiveIntegerField(default=0)
    wanted_at = models.DateTimeField()
    wanted_by = models.CharField(max_length=40)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_positive"),
        ]
