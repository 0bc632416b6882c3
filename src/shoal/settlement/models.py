"""Settlement: when the after-sales window ends, each party gets its part of each line, once."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from shoal.brands.models import Brand
from shoal.kit.ids import uuid7
from shoal.orders.models import Order, OrderLine, Parcel
from shoal.shops.models import Shop


class Batch(models.Model):
    """One run: its lines, and one ledger entry with a transfer per party."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField()
    lines = models.PositiveIntegerField()
    by = models.CharField(max_length=40)


class SettledLine(models.Model):
    """Fact: what each party got for one order line. At most one earning per line, ever."""

    # The line's own id is the key: the database itself refuses a second settlement.
    line = models.OneToOneField(OrderLine, models.PROTECT, primary_key=True, related_name="settled")
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="settled_lines")
    order = models.ForeignKey(Order, models.PROTECT, related_name="settled_lines")
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+")
    earner = models.ForeignKey(Shop, models.PROTECT, null=True, related_name="settled_lines")
    currency = models.CharField(max_length=3)
    brand_minor = models.BigIntegerField()
    keeper_minor = models.BigIntegerField()
    platform_minor = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(brand_minor__gte=0, keeper_minor__gte=0, platform_minor__gte=0),
                name="settled_parts",
            ),
            models.CheckConstraint(
                condition=Q(earner__isnull=False) | Q(keeper_minor=0), name="earning_has_earner"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["brand", "-at"], name="settled_brand"),
            models.Index(fields=["earner", "-at"], name="settled_earner"),
        ]


class SettledFreight(models.Model):
    """Fact: a parcel's freight went to its brand."""

    parcel = models.OneToOneField(Parcel, models.PROTECT, primary_key=True, related_name="settled")
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="settled_freight")
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    freight_minor = models.BigIntegerField()
    at = models.DateTimeField()
