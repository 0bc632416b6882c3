"""Promotions: their terms, the coupons people claimed, and what each order had of them."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from shoal.brands.models import Brand
from shoal.kit.ids import short_code, uuid7
from shoal.kit.texts import in_language, named
from shoal.offers.models import Offer
from shoal.shops.models import Shop


class Promotion(models.Model):
    """One coupon, threshold gift or bundle price, and who pays for it.

    Amounts are minor units of `currency`. Windows are half-open. `amount_minor` is what a fixed
    coupon takes off, the most of a percentage (0: no bound), and the price of a bundle.
    """

    class Kind(models.TextChoices):
        FIXED = "fixed", pgettext_lazy("promotion", "Coupon, fixed amount")
        PERCENT = "percent", pgettext_lazy("promotion", "Coupon, percentage")
        GIFT = "gift", pgettext_lazy("promotion", "Gift from a sum on")
        BUNDLE = "bundle", pgettext_lazy("promotion", "Bundle price")

    class Funder(models.TextChoices):
        BRAND = "brand", pgettext_lazy("promotion", "the brand")
        KEEPER = "keeper", pgettext_lazy("promotion", "the keeper")
        PLATFORM = "platform", pgettext_lazy("promotion", "the platform")

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("promotion", "Draft")
        RUNNING = "running", pgettext_lazy("promotion", "Running")
        STOPPED = "stopped", pgettext_lazy("promotion", "Stopped")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True, default=short_code)
    kind = models.CharField(max_length=8, choices=Kind)
    funder = models.CharField(max_length=8, choices=Funder)
    # Whose it is: a brand's, a keeper's shop's, or the platform's (neither).
    brand = models.ForeignKey(
        Brand, models.PROTECT, null=True, related_name="promotions", db_index=False
    )
    shop = models.ForeignKey(
        Shop, models.PROTECT, null=True, related_name="promotions", db_index=False
    )
    titles = models.JSONField(help_text="language to text")
    base_language = models.CharField(max_length=8, default="zh")
    currency = models.CharField(max_length=3)
    threshold_minor = models.BigIntegerField(default=0)
    amount_minor = models.BigIntegerField(default=0)
    percent_bp = models.PositiveIntegerField(default=0)
    supply = models.PositiveIntegerField(null=True, help_text="coupons there are; null: no bound")
    claimed = models.PositiveIntegerField(default=0, help_text="projection: how many are claimed")
    per_person = models.PositiveIntegerField(default=1, help_text="coupons one person may claim")
    claim_from_at = models.DateTimeField()
    claim_until_at = models.DateTimeField()
    use_from_at = models.DateTimeField()
    use_until_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(funder="brand", brand__isnull=False, shop=None)
                | Q(funder="keeper", brand=None, shop__isnull=False)
                | Q(funder="platform", brand=None, shop=None),
                name="promotion_has_one_owner",
            ),
            models.CheckConstraint(
                condition=~Q(kind="gift") | Q(funder="brand"), name="gift_is_the_brands"
            ),
            models.CheckConstraint(
                condition=~Q(kind="bundle", funder="keeper"), name="bundle_is_not_a_keepers"
            ),
            models.CheckConstraint(
                condition=Q(threshold_minor__gte=0, amount_minor__gte=0, percent_bp__lt=10_000)
                & (~Q(kind__in=["fixed", "bundle"]) | Q(amount_minor__gt=0))
                & (~Q(kind="percent") | Q(percent_bp__gt=0))
                & (~Q(kind="gift") | Q(threshold_minor__gt=0)),
                name="promotion_terms",
            ),
            models.CheckConstraint(
                condition=Q(supply=None) | Q(claimed__lte=F("supply")), name="no_coupon_too_many"
            ),
            models.CheckConstraint(condition=Q(per_person__gt=0), name="promotion_per_person"),
            models.CheckConstraint(
                condition=Q(
                    claim_until_at__gt=F("claim_from_at"),
                    use_until_at__gt=F("use_from_at"),
                    use_until_at__gte=F("claim_until_at"),
                    claim_from_at__lte=F("use_from_at"),
                ),
                name="promotion_windows",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["brand", "-created_at"], name="promotion_brand"),
            models.Index(fields=["shop", "-created_at"], name="promotion_shop"),
            models.Index(
                fields=["currency", "use_until_at"],
                condition=Q(state="running"),
                name="promotion_running",
            ),
        ]

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return in_language(self.titles, self.base_language)

    @property
    def named(self) -> str:
        """The title in the language of whoever reads it in the end."""
        return named(self.titles, self.base_language)

    @property
    def is_coupon(self) -> bool:
        """Whether people claim it; gifts and bundles come by themselves."""
        return self.kind in {self.Kind.FIXED, self.Kind.PERCENT}


class PromotionStep(models.Model):
    """Fact: a promotion's state changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    promotion = models.ForeignKey(Promotion, models.PROTECT, related_name="steps")
    state = models.CharField(max_length=8, choices=Promotion.State)
    reason = models.CharField(max_length=300, blank=True)
    by = models.CharField(max_length=40)
    at = models.DateTimeField()


class Part(models.Model):
    """An offer of a promotion: what is given, or what a bundle holds so many units of."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    promotion = models.ForeignKey(Promotion, models.PROTECT, related_name="parts", db_index=False)
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["promotion", "offer"], name="one_part_per_offer"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="part_quantity"),
        ]


class Claim(models.Model):
    """One customer's coupon. `used_by` is the order that has it now: a projection of its uses."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True, default=short_code)
    promotion = models.ForeignKey(Promotion, models.PROTECT, related_name="claims", db_index=False)
    customer = models.UUIDField()
    number = models.PositiveIntegerField(help_text="her first, second … of this promotion")
    claimed_at = models.DateTimeField()
    used_by = models.UUIDField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["promotion", "customer", "number"], name="one_claim_per_number"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["customer", "-claimed_at"], name="claim_customer"),
            models.Index(fields=["promotion", "claimed_at"], name="claim_promotion"),
        ]


class Use(models.Model):
    """Fact: an order took a promotion, or gave it back whole."""

    class Kind(models.TextChoices):
        TAKEN = "taken"
        RETURNED = "returned"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=8, choices=Kind)
    promotion = models.ForeignKey(Promotion, models.PROTECT, related_name="uses", db_index=False)
    claim = models.ForeignKey(Claim, models.PROTECT, null=True, related_name="uses")
    order = models.UUIDField()
    times = models.PositiveIntegerField(default=1)
    amount_minor = models.BigIntegerField(help_text="what it took off, in the promotion's currency")
    reason = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(amount_minor__gte=0, times__gt=0), name="use_amounts"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["order"], name="use_order"),
            models.Index(fields=["promotion", "at"], name="use_promotion"),
        ]
