"""Settlement: when the after-sales window ends, each party gets its part of each line, once."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from shoal.brands.models import Brand
from shoal.kit.ids import uuid7
from shoal.orders.models import FreightRefund, LineRefund, Order, OrderLine, Parcel
from shoal.settlement.models_payouts import (  # noqa: F401 - so that Django finds them
    DepositMove,
    Goodwill,
    GoodwillWish,
    Payout,
    PayoutAccount,
    PayoutHold,
    PayoutNotice,
    PayoutRun,
    PayoutStep,
)
from shoal.settlement.models_statements import (  # noqa: F401 - so that Django finds them
    InvoiceProfile,
    Statement,
    StatementRun,
    StatementTransfer,
)
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
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="settled_lines", db_index=False)
    # Copied from the line's own order and parcel in one statement, and never changed: the database
    # need not look each of them up a second time, a million times a night. Doctor compares them.
    order = models.ForeignKey(
        Order, models.PROTECT, related_name="settled_lines", db_constraint=False
    )
    brand = models.ForeignKey(
        Brand, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    earner = models.ForeignKey(
        Shop,
        models.PROTECT,
        null=True,
        related_name="settled_lines",
        db_constraint=False,
        db_index=False,
    )
    currency = models.CharField(max_length=3)
    # Net parts: what was frozen on the line, less what went back before. What brand and keeper gave
    # as a discount is already off theirs; the ledger moves it apart, so that the funder shows.
    brand_minor = models.BigIntegerField()
    keeper_minor = models.BigIntegerField()
    platform_minor = models.BigIntegerField()
    brand_discount_minor = models.BigIntegerField(default=0)
    keeper_discount_minor = models.BigIntegerField(default=0)
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


class Reversal(models.Model):
    """Fact: a refund took back what a line's parties had got; it came after the settlement."""

    refund = models.OneToOneField(
        LineRefund, models.PROTECT, primary_key=True, related_name="reversal"
    )
    line = models.ForeignKey(SettledLine, models.PROTECT, related_name="reversals")
    order = models.ForeignKey(Order, models.PROTECT, related_name="reversals")
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False)
    earner = models.ForeignKey(
        Shop, models.PROTECT, null=True, related_name="reversals", db_index=False
    )
    currency = models.CharField(max_length=3)
    brand_minor = models.BigIntegerField()
    keeper_minor = models.BigIntegerField()
    platform_minor = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(brand_minor__gte=0, keeper_minor__gte=0, platform_minor__gte=0),
                name="reversal_parts",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["brand", "-at"], name="reversal_brand"),
            models.Index(fields=["earner", "-at"], name="reversal_earner"),
        ]


class SettledFreight(models.Model):
    """Fact: a parcel's freight went to its brand."""

    parcel = models.OneToOneField(Parcel, models.PROTECT, primary_key=True, related_name="settled")
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="settled_freight", db_index=False)
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    freight_minor = models.BigIntegerField()
    at = models.DateTimeField()


class FreightReversal(models.Model):
    """Fact: a refund took a parcel's freight back from its brand after the settlement."""

    refund = models.OneToOneField(
        FreightRefund, models.PROTECT, primary_key=True, related_name="reversal"
    )
    parcel = models.ForeignKey(SettledFreight, models.PROTECT, related_name="reversals")
    order = models.ForeignKey(Order, models.PROTECT, related_name="freight_reversals")
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    freight_minor = models.BigIntegerField()
    at = models.DateTimeField()
