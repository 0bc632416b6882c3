"""Quantities: how much of a SKU there is, for whom it is set aside, and what became of it."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from shoal.catalog.models import Sku
from shoal.kit.ids import uuid7


class Allotment(models.Model):
    """A counted quantity of one SKU: its warehouse stock, or what is set aside for an offer.

    A projection of its movements, and the row that a sale locks.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="allotments")
    is_warehouse = models.BooleanField(default=False)
    received = models.BigIntegerField(default=0)
    available = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    sold = models.BigIntegerField(default=0)
    withdrawn = models.BigIntegerField(default=0)
    written_off = models.BigIntegerField(default=0)
    returned = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sku"], condition=Q(is_warehouse=True), name="one_warehouse"
            ),
            models.CheckConstraint(
                condition=Q(
                    available__gte=0,
                    held__gte=0,
                    sold__gte=0,
                    withdrawn__gte=0,
                    written_off__gte=0,
                    returned__gte=0,
                    received__gte=0,
                ),
                name="stock_never_negative",
            ),
            models.CheckConstraint(
                condition=Q(
                    received=F("available")
                    + F("held")
                    + F("sold")
                    + F("withdrawn")
                    + F("written_off")
                    - F("returned")
                ),
                name="stock_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(sold__lte=F("received") + F("returned")), name="never_oversold"
            ),
        ]


class Hold(models.Model):
    """Units set aside for one order line until it is paid or given up. Its id is the line's."""

    class State(models.TextChoices):
        HELD = "held"
        SOLD = "sold"
        RELEASED = "released"
        RETURNED = "returned", "sold, and back on the shelf"

    id = models.UUIDField(primary_key=True, editable=False)
    allotment = models.ForeignKey(Allotment, models.PROTECT, related_name="holds", db_index=False)
    quantity = models.PositiveIntegerField()
    returned = models.PositiveIntegerField(default=0, help_text="of its sold units, back again")
    state = models.CharField(max_length=8, choices=State, default=State.HELD)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="hold_positive"),
            models.CheckConstraint(
                condition=Q(returned__lte=F("quantity"))
                & (Q(returned=0) | Q(state__in=["sold", "returned"])),
                name="hold_returned",
            ),
        ]


class Movement(models.Model):
    """Fact: units moved from one place of an allotment to another."""

    class Kind(models.TextChoices):
        RECEIVE = "receive", "into available"
        HOLD = "hold", "available to held"
        RELEASE = "release", "held to available"
        SELL = "sell", "held to sold"
        WITHDRAW = "withdraw", "available to withdrawn"
        WRITE_OFF = "write_off", "available to written off"
        RETURN = "return", "back from a customer, available again"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    allotment = models.ForeignKey(Allotment, models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=10, choices=Kind)
    quantity = models.PositiveIntegerField()
    line = models.UUIDField(null=True, help_text="the order line it is for")
    reason = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="movement_positive"),
        ]
