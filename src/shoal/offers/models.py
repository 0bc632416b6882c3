"""Offers: a SKU for sale on terms, in a flash sale or standing."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual
from django.utils.translation import pgettext_lazy

from shoal.brands.models import Brand
from shoal.catalog.models import Sku
from shoal.kit.ids import short_code, uuid7
from shoal.kit.texts import in_language
from shoal.offers.rules import MOST_MINOR
from shoal.stock.models import Allotment


class FlashSale(models.Model):
    """One brand's offers, open for the half-open window [starts_at, ends_at)."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("sale", "Draft")
        APPLIED = "applied", pgettext_lazy("sale", "Applied for")
        SCHEDULED = "scheduled", pgettext_lazy("sale", "Scheduled")
        REFUSED = "refused", pgettext_lazy("sale", "Refused")
        CANCELLED = "cancelled", pgettext_lazy("sale", "Cancelled")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True, default=short_code)
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="sales", db_index=False)
    titles = models.JSONField(help_text="language to text")
    summaries = models.JSONField(default=dict, help_text="language to text")
    base_language = models.CharField(max_length=8, default="zh")
    cover = models.ImageField(upload_to="sales/", blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    trailer_at = models.DateTimeField(
        help_text="from then on keepers and customers see what is to come"
    )
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    version = models.PositiveBigIntegerField(
        default=1, help_text="goes up with every visible change"
    )
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["state", "ends_at"], name="sale_window"),
            models.Index(fields=["brand", "created_at"], name="sale_brand"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="sale_has_length"),
            models.CheckConstraint(
                condition=Q(trailer_at__lte=F("starts_at")), name="trailer_before_sale"
            ),
        ]

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return in_language(self.titles, self.base_language)

    @property
    def summary(self) -> str:
        """One sentence about the sale in the reader's language."""
        return in_language(self.summaries, self.base_language)


class SaleStep(models.Model):
    """Fact: a flash sale's state changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sale = models.ForeignKey(FlashSale, models.PROTECT, related_name="steps")
    state = models.CharField(max_length=10, choices=FlashSale.State)
    reason = models.TextField(blank=True)
    by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]


def _constraints_of_terms(table: str) -> list[models.BaseConstraint]:
    """What must hold of the terms in one currency."""
    return [
        models.CheckConstraint(
            condition=Q(
                supply_minor__gte=0,
                sale_minor__gt=0,
                rate_bp__lte=10_000,
                cap_minor__lte=MOST_MINOR,
            ),
            name=f"{table}_terms",
        ),
        models.CheckConstraint(
            condition=Q(floor_minor__lte=F("sale_minor"), cap_minor__gte=F("sale_minor"))
            & Q(floor_minor__gt=0),
            name=f"{table}_floor_cap",
        ),
        # The platform's part at the sale price is never negative: S - B - rate x S >= 0 …
        models.CheckConstraint(
            condition=LessThanOrEqual(
                F("rate_bp") * F("sale_minor"),
                (F("sale_minor") - F("supply_minor")) * 10_000,
            ),
            name=f"{table}_platform_part",
        ),
        # … and the keeper's part at the floor is not either: rate x S + (floor - S) >= 0.
        models.CheckConstraint(
            condition=GreaterThanOrEqual(
                F("rate_bp") * F("sale_minor"),
                (F("sale_minor") - F("floor_minor")) * 10_000,
            ),
            name=f"{table}_keeper_part",
        ),
    ]


class Offer(models.Model):
    """One SKU on terms. The shares of its price are frozen into each line sold.

    Prices are minor units of `currency`, the brand's, tax included: B supply, S sale, the markup's
    floor and cap as whole prices, and the keeper's commission rate in basis points of S. What it
    costs in further currencies stands in its `prices`; `queries.terms_in` reads either.
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("offer", "Draft")
        LISTED = "listed", pgettext_lazy("offer", "Listed")
        WITHDRAWN = "withdrawn", pgettext_lazy("offer", "Withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True, default=short_code)
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="offers", db_index=False)
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="offers", db_index=False)
    sale = models.ForeignKey(FlashSale, models.PROTECT, null=True, related_name="offers")
    allotment = models.ForeignKey(Allotment, models.PROTECT, related_name="offers")
    currency = models.CharField(max_length=3)
    supply_minor = models.BigIntegerField()
    sale_minor = models.BigIntegerField()
    list_minor = models.BigIntegerField(null=True, help_text="the usual price elsewhere, if proved")
    floor_minor = models.BigIntegerField()
    cap_minor = models.BigIntegerField()
    rate_bp = models.PositiveIntegerField()
    per_customer = models.PositiveIntegerField(null=True, help_text="units one customer may buy")
    return_days = models.PositiveSmallIntegerField(
        null=True, help_text="after arrival; null: as long as the installation's setting says"
    )
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField(null=True, help_text="null: standing")
    state = models.CharField(max_length=10, choices=State, default=State.LISTED)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            *_constraints_of_terms("offer"),
            models.CheckConstraint(
                condition=Q(closes_at=None) | Q(closes_at__gt=F("opens_at")), name="offer_window"
            ),
            models.CheckConstraint(
                condition=Q(per_customer=None) | Q(per_customer__gt=0), name="offer_limit"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["sku", "state"], name="offer_sku"),
            models.Index(fields=["brand", "state"], name="offer_brand"),
            models.Index(
                fields=["closes_at"], condition=Q(closes_at__isnull=False), name="offer_closes"
            ),
        ]


class OfferPrice(models.Model):
    """What an offer costs in one further currency, as its brand named it: nothing is converted.

    Minor units of `currency`. Window, limit and stock are the offer's; so is the rate, which stands
    here once more for the constraints.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    offer = models.ForeignKey(Offer, models.CASCADE, related_name="prices", db_index=False)
    currency = models.CharField(max_length=3)
    supply_minor = models.BigIntegerField()
    sale_minor = models.BigIntegerField()
    list_minor = models.BigIntegerField(null=True, help_text="as the offer's")
    floor_minor = models.BigIntegerField()
    cap_minor = models.BigIntegerField()
    rate_bp = models.PositiveIntegerField()

    class Meta:
        ordering: ClassVar = ["currency"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["offer", "currency"], name="one_price_in_a_currency"),
            *_constraints_of_terms("offer_price"),
        ]


class OfferStep(models.Model):
    """Fact: an offer was made or changed, with the terms that held from then on."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="steps")
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=Offer.State)
    terms = models.JSONField(
        help_text="minor units and basis points; `further`: the other currencies"
    )
    reason = models.TextField(blank=True)
    by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]


class Purchase(models.Model):
    """How many units of a limited offer one customer holds or bought; the limit's row to lock."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="+", db_index=False)
    customer = models.UUIDField()
    quantity = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["offer", "customer"], name="one_purchase_count"),
        ]
