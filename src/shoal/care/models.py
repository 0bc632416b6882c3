"""Conversations between a customer and the keeper she buys from; after-sales cases."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from shoal.brands.models import Brand, CounterfeitReport
from shoal.care.rules_cases import CLOSED, Deed, Kind, Reason, Side, State
from shoal.catalog.models import Sku
from shoal.kit.ids import short_code, uuid7
from shoal.orders.models import Order, OrderLine, Parcel
from shoal.people.models import Person
from shoal.shops.models import Shop
from shoal.stock.models import Allotment

_CLOSED = sorted(state.value for state in CLOSED)


def _choices(words: type[Kind | Reason | State | Side | Deed]) -> list[tuple[str, str]]:
    return [(word.value, word.value) for word in words]


class Conversation(models.Model):
    """All that one customer and one shop have said to each other."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True, default=short_code)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="conversations", db_index=False)
    customer = models.ForeignKey(
        Person, models.PROTECT, related_name="conversations", db_index=False
    )
    begun_at = models.DateTimeField()
    last_at = models.DateTimeField()
    # What each side has not read yet: raised by a message, cleared by reading.
    unread_by_shop = models.PositiveIntegerField(default=0)
    unread_by_customer = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shop", "customer"], name="one_conversation"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["shop", "-last_at"], name="conversation_shop"),
            models.Index(fields=["customer", "-last_at"], name="conversation_customer"),
        ]


class Message(models.Model):
    """Fact: something was said. Both sides' words are sealed under the customer's key."""

    class Side(models.TextChoices):
        CUSTOMER = "customer"
        SHOP = "shop"

    class About(models.TextChoices):
        PRODUCT = "product"
        ORDER = "order"
        CASE = "case"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conversation = models.ForeignKey(
        Conversation, models.PROTECT, related_name="messages", db_index=False
    )
    side = models.CharField(max_length=10, choices=Side)
    sealed = models.BinaryField(help_text="vault of the customer: text")
    about = models.CharField(max_length=10, choices=About, blank=True)
    about_code = models.CharField(max_length=12, blank=True, help_text="of what it is about")
    by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["conversation", "-at"], name="message_conversation")
        ]


class ReturnAddress(models.Model):
    """Fact: where a brand wants returned goods; the newest counts, cases keep their own."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="return_addresses")
    sealed = models.BinaryField(help_text="vault of the brand: recipient, phone, address, note")
    at = models.DateTimeField()
    by = models.CharField(max_length=40)


class Case(models.Model):
    """One after-sales request about lines of one parcel. Its state is a projection of its steps.

    `waits_for` and `until_at` always say who answers next and until when; then silence decides.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True, default=short_code)
    order = models.ForeignKey(Order, models.PROTECT, related_name="cases")
    parcel = models.ForeignKey(Parcel, models.PROTECT, related_name="cases")
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="cases", db_index=False)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="cases", db_index=False)
    customer = models.ForeignKey(Person, models.PROTECT, related_name="cases", db_index=False)
    kind = models.CharField(max_length=10, choices=_choices(Kind))
    reason = models.CharField(max_length=20, choices=_choices(Reason))
    state = models.CharField(max_length=10, choices=_choices(State))
    waits_for = models.CharField(max_length=10, choices=_choices(Side), blank=True)
    until_at = models.DateTimeField(null=True)
    brands_fault = models.BooleanField(help_text="decides who pays the ways there and back")
    needs_return = models.BooleanField(default=False)
    crosswise = models.BooleanField(default=False, help_text="new goods leave before old are back")
    came_back = models.BooleanField(default=False, help_text="the brand has the old goods")
    new_goods_arrived = models.BooleanField(default=False)
    was_ruled = models.BooleanField(default=False, help_text="the platform decided: it is final")
    currency = models.CharField(max_length=3)
    asked_minor = models.BigIntegerField(help_text="for the goods")
    refund_minor = models.BigIntegerField(default=0, help_text="goods and freight given back")
    freight_minor = models.BigIntegerField(default=0, help_text="of it the freight")
    carrier = models.CharField(max_length=40, blank=True, help_text="of the way back")
    tracking = models.CharField(max_length=60, blank=True)
    # The way back, where the brand answers: it is no part of what was paid for the order.
    postage_asked_minor = models.BigIntegerField(default=0, help_text="what she says it cost")
    postage_minor = models.BigIntegerField(default=0, help_text="what the brand paid of it")
    postage_reference = models.CharField(
        max_length=80, blank=True, help_text="the bank's number of the transfer to her"
    )
    postage_paid_at = models.DateTimeField(null=True)
    return_address = models.ForeignKey(
        ReturnAddress, models.PROTECT, null=True, related_name="cases"
    )
    report = models.ForeignKey(CounterfeitReport, models.PROTECT, null=True, related_name="cases")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    money_back_at = models.DateTimeField(null=True, help_text="the payer has it")
    money_failed_at = models.DateTimeField(null=True, help_text="it did not get there; look at it")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=_CLOSED, waits_for="", until_at=None)
                & Q(closed_at__isnull=False)
                | ~Q(state__in=_CLOSED)
                & ~Q(waits_for="")
                & Q(until_at__isnull=False)
                & Q(closed_at=None),
                name="case_waits_for_somebody",
            ),
            models.CheckConstraint(
                condition=Q(asked_minor__gte=0, refund_minor__gte=F("freight_minor"))
                & Q(freight_minor__gte=0),
                name="case_amounts",
            ),
            models.CheckConstraint(
                condition=Q(postage_minor__gte=0, postage_minor__lte=F("postage_asked_minor"))
                & (
                    Q(postage_paid_at=None, postage_reference="")
                    | Q(postage_paid_at__isnull=False, postage_minor__gt=0)
                    & ~Q(postage_reference="")
                ),
                name="case_postage",
            ),
            models.UniqueConstraint(
                fields=["postage_reference"],
                condition=~Q(postage_reference=""),
                name="one_transfer_per_postage",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["customer", "-opened_at"], name="case_customer"),
            models.Index(fields=["shop", "-opened_at"], name="case_shop"),
            models.Index(fields=["brand", "waits_for", "until_at"], name="case_brand"),
            models.Index(
                fields=["until_at"], condition=Q(until_at__isnull=False), name="case_deadline"
            ),
            models.Index(
                fields=["opened_at"],
                condition=Q(postage_minor__gt=0, postage_paid_at=None),
                name="case_postage_owed",
            ),
        ]


class CaseLine(models.Model):
    """What of one order line a case is about: asked for, and given (null: nobody decided yet)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="lines", db_index=False)
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="case_lines")
    units = models.PositiveIntegerField()
    full_minor = models.BigIntegerField(help_text="what was paid for those units")
    asked_minor = models.BigIntegerField()
    given_units = models.PositiveIntegerField(null=True)
    agreed_units = models.PositiveIntegerField(
        null=True, help_text="what an exchange was agreed about; null: not yet, or no exchange"
    )
    given_minor = models.BigIntegerField(null=True)
    # An exchange for another SKU of the product, or the same.
    sku = models.ForeignKey(Sku, models.PROTECT, null=True, related_name="+")
    # What came back, and how much of it cannot be sold again.
    back_units = models.PositiveIntegerField(default=0)
    broken_units = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "line"], name="one_line_per_case"),
            models.CheckConstraint(
                condition=Q(units__gt=0, asked_minor__gte=0)
                & Q(asked_minor__lte=F("full_minor"))
                & (Q(given_units=None) | Q(given_units__lte=F("units")))
                & (Q(agreed_units=None) | Q(agreed_units__lte=F("units")))
                & (Q(given_minor=None) | Q(given_minor__gte=0, given_minor__lte=F("full_minor"))),
                name="case_line_amounts",
            ),
            models.CheckConstraint(
                condition=Q(broken_units__lte=F("units"), back_units__lte=F("units")),
                name="case_line_back",
            ),
        ]


class CaseStep(models.Model):
    """Fact: somebody did something with a case; the words are sealed under the customer's key."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="steps", db_index=False)
    state = models.CharField(max_length=10, choices=_choices(State))
    deed = models.CharField(max_length=15, choices=_choices(Deed))
    side = models.CharField(
        max_length=10, choices=_choices(Side), blank=True, help_text="empty: a deadline, a process"
    )
    sealed = models.BinaryField(null=True, help_text="vault of the customer: text")
    amount_minor = models.BigIntegerField(null=True, help_text="offered, given or back")
    by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["case", "id"], name="case_step_case")]


class CasePicture(models.Model):
    """Fact: a picture that somebody showed in a case, sealed under the customer's key."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    step = models.ForeignKey(CaseStep, models.PROTECT, related_name="pictures")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    sealed = models.BinaryField(help_text="vault of the customer: webp, in base64")


class Ruling(models.Model):
    """What an operator decided about a case; above an amount a second one confirms it."""

    class Verdict(models.TextChoices):
        CONFIRMED = "confirmed"
        OVERTURNED = "overturned"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="rulings")
    grants = models.BooleanField()
    brands_fault = models.BooleanField()
    needs_return = models.BooleanField()
    amount_minor = models.BigIntegerField(help_text="for the goods")
    by = models.CharField(max_length=40)
    at = models.DateTimeField()
    verdict = models.CharField(max_length=10, choices=Verdict, blank=True)
    confirmed_by = models.CharField(max_length=40, blank=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(confirmed_by=F("by")), name="ruling_needs_two_people"
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(verdict=""), name="one_open_ruling"
            ),
        ]


class Replacement(models.Model):
    """New goods for a case. Its id is that of their hold in stock."""

    class State(models.TextChoices):
        HELD = "held", "set aside for her"
        SENT = "sent"
        ARRIVED = "arrived"
        RELEASED = "released", "not sent: back on the shelf"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case_line = models.OneToOneField(CaseLine, models.PROTECT, related_name="replacement")
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="+")
    allotment = models.ForeignKey(Allotment, models.PROTECT, related_name="+")
    units = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.HELD)
    carrier = models.CharField(max_length=40, blank=True)
    tracking = models.CharField(max_length=60, blank=True)
    sent_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
