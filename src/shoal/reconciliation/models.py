"""What partners billed, what of it is ours, and what differs. All of it is appended, never edited.

A difference is open until a deed closes it; the database takes one closing deed each.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from shoal.kit.ids import short_code, uuid7
from shoal.orders.models import Parcel
from shoal.payments.models import Notice
from shoal.payments.providers import BillKind
from shoal.reconciliation.rules import Finding
from shoal.settlement.models_payouts import Goodwill


class Bill(models.Model):
    """Fact: what a partner says happened on a day, or from `since_day` to `day`."""

    class Source(models.TextChoices):
        PROVIDER = "provider", "a payment provider's bill of a day"
        CARRIER = "carrier", "a carrier's freight bill"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True, default=short_code)
    source = models.CharField(max_length=8, choices=Source)
    partner = models.CharField(max_length=40, help_text="the provider's or carrier's name")
    since_day = models.DateField()
    day = models.DateField(help_text="the last day it covers, in the market's time zone")
    # Of what the rows say, not of how they were written: downloaded or from a file, it is the same.
    digest = models.BinaryField(max_length=32)
    rows = models.PositiveIntegerField()
    by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "partner", "digest"], name="one_bill"),
            models.UniqueConstraint(
                fields=["partner", "day"], condition=Q(source="provider"), name="one_bill_per_day"
            ),
            models.CheckConstraint(condition=Q(since_day__lte=F("day")), name="bill_span"),
        ]
        indexes: ClassVar = [models.Index(fields=["-day", "source"], name="bill_day")]


class BillLine(models.Model):
    """Fact: one row of a bill. `code` is our number, or a parcel's tracking number."""

    FREIGHT = "freight"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="lines", db_index=False)
    number = models.PositiveIntegerField()
    kind = models.CharField(
        max_length=8, choices=[(kind, kind) for kind in (*map(str, BillKind), FREIGHT)]
    )
    code = models.CharField(max_length=60, blank=True)
    reference = models.CharField(max_length=80, blank=True)
    amount = models.BigIntegerField()
    fee = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    happened_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bill", "number"], name="one_bill_line"),
            models.CheckConstraint(
                condition=Q(kind="fee", amount=0) | ~Q(kind="fee") & Q(amount__gte=0),
                name="bill_line_amount",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["code"], name="bill_line_code")]


class Match(models.Model):
    """Fact: a row is the payment, refund, gift or parcel that we know, to the cent."""

    line = models.OneToOneField(
        BillLine, models.PROTECT, primary_key=True, related_name="match_of_line"
    )
    notice = models.OneToOneField(Notice, models.PROTECT, null=True, related_name="match_of_notice")
    gift = models.OneToOneField(Goodwill, models.PROTECT, null=True, related_name="match_of_gift")
    parcel = models.OneToOneField(Parcel, models.PROTECT, null=True, related_name="match_of_parcel")
    late = models.BooleanField(help_text="it stands in another day's bill than ours")
    by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(notice__isnull=False, gift=None, parcel=None)
                | Q(notice=None, gift__isnull=False, parcel=None)
                | Q(notice=None, gift=None, parcel__isnull=False),
                name="match_of_one",
            ),
        ]


class Difference(models.Model):
    """Fact: something that one side has and the other has not, or has otherwise."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True, default=short_code)
    kind = models.CharField(
        max_length=14,
        choices=[(kind.value, kind.value) for kind in Finding if kind is not Finding.MATCHED],
    )
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="differences")
    line = models.ForeignKey(BillLine, models.PROTECT, null=True, related_name="differences")
    notice = models.ForeignKey(Notice, models.PROTECT, null=True, related_name="differences")
    gift = models.ForeignKey(Goodwill, models.PROTECT, null=True, related_name="differences")
    parcel = models.ForeignKey(Parcel, models.PROTECT, null=True, related_name="differences")
    by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(line__isnull=False)
                | Q(notice__isnull=False)
                | Q(gift__isnull=False)
                | Q(parcel__isnull=False),
                name="difference_of_something",
            ),
        ]


class Deed(models.Model):
    """Fact: somebody did something about a difference, or the next bill did."""

    class What(models.TextChoices):
        ASKED = "asked", "the provider was asked"
        PROPOSED = "proposed", "one operator wishes to write it off"
        DECLINED = "declined", "another does not agree"
        CLOSED = "closed"

    class How(models.TextChoices):
        MATCHED = "matched", "the other side has come, on the same day"
        LATE = "late", "the other side has come, with another day's bill"
        SUPERSEDED = "superseded", "it is another difference now"
        WRITTEN_OFF = "written_off", "two operators agreed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    difference = models.ForeignKey(Difference, models.PROTECT, related_name="deeds", db_index=False)
    what = models.CharField(max_length=8, choices=What)
    how = models.CharField(max_length=11, choices=How, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=40)
    proposed_by = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["difference"], condition=Q(what="closed"), name="closed_once"
            ),
            models.CheckConstraint(
                condition=Q(what="closed") & ~Q(how="") | ~Q(what="closed") & Q(how=""),
                name="closed_somehow",
            ),
            models.CheckConstraint(
                condition=~Q(how="written_off") | ~Q(proposed_by="") & ~Q(proposed_by=F("by")),
                name="written_off_by_two",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["difference", "at"], name="deed_difference")]
