"""Orders: a cart that became a promise, with prices, shares and attribution frozen on it."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from shoal.brands.models import Brand
from shoal.catalog.models import Sku
from shoal.kit.ids import short_code, uuid7
from shoal.offers.models import Offer
from shoal.orders.models_cart import CartLine  # noqa: F401 - so that Django finds it
from shoal.people.models import Person
from shoal.promotions.models import Promotion
from shoal.shops.models import Shop
from shoal.stock.models import Allotment
from shoal.traffic.models import Share


class Order(models.Model):
    """One purchase in one shop. `state` is a projection of its steps."""

    class State(models.TextChoices):
        UNPAID = "unpaid"
        PAID = "paid"
        SHIPPED = "shipped", "every parcel is on its way or further"
        DELIVERED = "delivered", "every parcel has arrived"
        COMPLETED = "completed", "the after-sales window is over"
        CANCELLED = "cancelled", "given up by somebody"
        EXPIRED = "expired", "not paid in time"
        REFUNDED = "refunded", "paid, then given back whole"

    class Attribution(models.TextChoices):
        SHARE = "share", "came through a share of this keeper"
        STOREFRONT = "storefront", "came straight to the shop"
        SELF = "self", "the buyer is the keeper: no commission"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True, default=short_code)
    customer = models.ForeignKey(Person, models.PROTECT, related_name="orders", db_index=False)
    storefront = models.ForeignKey(Shop, models.PROTECT, related_name="orders", db_index=False)
    # Frozen attribution: who earns (nobody when null), on which evidence, by which rule.
    earner = models.ForeignKey(
        Shop, models.PROTECT, null=True, related_name="earned_orders", db_index=False
    )
    share = models.ForeignKey(Share, models.PROTECT, null=True, related_name="orders")
    attribution = models.CharField(max_length=12, choices=Attribution)
    attribution_rule = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    goods_minor = models.BigIntegerField()
    freight_minor = models.BigIntegerField()
    discount_minor = models.BigIntegerField(default=0)
    total_minor = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.UNPAID)
    region = models.CharField(max_length=12)
    sealed = models.BinaryField(
        help_text="vault of the customer: recipient, address, note, invoice"
    )
    placed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    after_sales_until = models.DateTimeField(
        null=True, help_text="from then on it is completed; set when it is delivered"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    total_minor=F("goods_minor") + F("freight_minor") - F("discount_minor")
                ),
                name="order_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(goods_minor__gte=0, freight_minor__gte=0, discount_minor__gte=0)
                & Q(total_minor__gt=0),
                name="order_amounts",
            ),
            models.CheckConstraint(
                condition=~Q(attribution="self") | Q(earner=None), name="self_earns_nothing"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["customer", "-placed_at"], name="order_customer"),
            models.Index(fields=["storefront", "-placed_at"], name="order_storefront"),
            models.Index(fields=["earner", "-placed_at"], name="order_earner"),
            models.Index(fields=["expires_at"], condition=Q(state="unpaid"), name="order_unpaid"),
            models.Index(
                fields=["after_sales_until"],
                condition=Q(state="delivered"),
                name="order_to_complete",
            ),
        ]


class Parcel(models.Model):
    """The lines of one order that one brand ships together."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SHIPPED = "shipped"
        DELIVERED = "delivered"
        CANCELLED = "cancelled"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True, default=short_code)
    order = models.ForeignKey(Order, models.PROTECT, related_name="parcels")
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="parcels", db_index=False)
    freight_minor = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    carrier = models.CharField(max_length=40, blank=True)
    tracking = models.CharField(max_length=60, blank=True)
    problem = models.CharField(max_length=200, blank=True, help_text="why the brand cannot ship")
    shipped_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    freight_back_minor = models.BigIntegerField(default=0)  # projection of its freight refunds

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(freight_back_minor__gte=0, freight_back_minor__lte=F("freight_minor")),
                name="freight_back_was_paid",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["brand", "state"], name="parcel_brand"),
            models.Index(fields=["order"], condition=~Q(problem=""), name="parcel_held_up"),
            models.Index(
                fields=["shipped_at"], condition=Q(state="shipped"), name="parcel_under_way"
            ),
        ]

    @property
    def freight_left_minor(self) -> int:
        """The freight that was paid and not given back."""
        return self.freight_minor - self.freight_back_minor


class OrderLine(models.Model):
    """One offer in one order. Price, shares of the price and rule are frozen: never recomputed.

    The `back_` columns are a projection of its refunds: the database lets none exceed its part.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, models.PROTECT, related_name="lines", db_index=False)
    parcel = models.ForeignKey(Parcel, models.PROTECT, related_name="lines")
    number = models.PositiveIntegerField()
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="lines", db_index=False)
    offer_version = models.PositiveIntegerField()
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="+")
    allotment = models.ForeignKey(Allotment, models.PROTECT, related_name="+", db_index=False)
    gift_of = models.ForeignKey(
        Promotion,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="what gave it for nothing",
        db_index=False,
    )
    titles = models.JSONField(help_text="what it was called when it was bought, by language")
    quantity = models.PositiveIntegerField()
    # Per unit: B, S and M. Per line: the parts and what brand and keeper gave of theirs as a
    # discount; together quantity x (S + M). The platform's comes from an account of its own.
    supply_minor = models.BigIntegerField()
    sale_minor = models.BigIntegerField()
    markup_minor = models.BigIntegerField()
    rate_bp = models.PositiveIntegerField()
    line_minor = models.BigIntegerField()
    brand_minor = models.BigIntegerField()
    keeper_minor = models.BigIntegerField()
    platform_minor = models.BigIntegerField()
    brand_discount_minor = models.BigIntegerField(default=0)
    keeper_discount_minor = models.BigIntegerField(default=0)
    platform_discount_minor = models.BigIntegerField(default=0)
    tax_bp = models.PositiveIntegerField(default=0)
    tax_minor = models.BigIntegerField(default=0, help_text="included in the line's price")
    rule = models.CharField(
        max_length=20, help_text="the version of the rule that shared the price"
    )
    return_days = models.PositiveSmallIntegerField(
        default=7, help_text="how long after its arrival she may ask to return it"
    )
    open_cases = models.PositiveSmallIntegerField(
        default=0, help_text="while there are any, the line is not settled"
    )
    back_units = models.PositiveIntegerField(default=0)
    back_paid_minor = models.BigIntegerField(default=0)
    back_promotion_minor = models.BigIntegerField(default=0)
    back_brand_minor = models.BigIntegerField(default=0)
    back_keeper_minor = models.BigIntegerField(default=0)
    back_platform_minor = models.BigIntegerField(default=0)
    back_tax_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "number"], name="one_line_number"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="line_quantity"),
            models.CheckConstraint(
                condition=Q(gift_of=None) | Q(line_minor=0, brand_minor=0, keeper_minor=0),
                name="gift_costs_nothing",
            ),
            models.CheckConstraint(
                condition=Q(line_minor=F("quantity") * (F("sale_minor") + F("markup_minor"))),
                name="line_price",
            ),
            models.CheckConstraint(
                condition=Q(
                    line_minor=F("brand_minor")
                    + F("keeper_minor")
                    + F("platform_minor")
                    + F("brand_discount_minor")
                    + F("keeper_discount_minor")
                ),
                name="line_shared_whole",
            ),
            models.CheckConstraint(
                condition=Q(brand_minor__gte=0, keeper_minor__gte=0, platform_minor__gte=0),
                name="line_parts",
            ),
            models.CheckConstraint(
                condition=Q(
                    brand_discount_minor__gte=0,
                    keeper_discount_minor__gte=0,
                    platform_discount_minor__gte=0,
                    line_minor__gte=F("brand_discount_minor")
                    + F("keeper_discount_minor")
                    + F("platform_discount_minor"),
                ),
                name="line_discounts",
            ),
            models.CheckConstraint(
                condition=Q(
                    back_units__lte=F("quantity"),
                    back_paid_minor__gte=0,
                    back_promotion_minor__gte=0,
                    back_promotion_minor__lte=F("platform_discount_minor"),
                    back_brand_minor__gte=0,
                    back_brand_minor__lte=F("brand_minor"),
                    back_keeper_minor__gte=0,
                    back_keeper_minor__lte=F("keeper_minor"),
                    back_platform_minor__gte=0,
                    back_platform_minor__lte=F("platform_minor"),
                    back_tax_minor__gte=0,
                    back_tax_minor__lte=F("tax_minor"),
                ),
                name="line_back_was_there",
            ),
            # With the parts within theirs, this keeps what goes back within what was paid.
            models.CheckConstraint(
                condition=Q(
                    back_brand_minor=F("back_paid_minor")
                    + F("back_promotion_minor")
                    - F("back_keeper_minor")
                    - F("back_platform_minor")
                ),
                name="line_back_adds_up",
            ),
        ]

    @property
    def discount_minor(self) -> int:
        """What all funders together took off the line's price."""
        return self.brand_discount_minor + self.keeper_discount_minor + self.platform_discount_minor

    @property
    def paid_minor(self) -> int:
        """What the customer paid for the line."""
        return self.line_minor - self.discount_minor

    @property
    def units_left(self) -> int:
        """The units that were not given back."""
        return self.quantity - self.back_units


class OrderStep(models.Model):
    """Fact: an order's state changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, models.PROTECT, related_name="steps")
    state = models.CharField(max_length=10, choices=Order.State)
    reason = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=40)
    at = models.DateTimeField()


class ParcelStep(models.Model):
    """Fact: a parcel's state changed, or something happened to it on its way."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    parcel = models.ForeignKey(Parcel, models.PROTECT, related_name="steps")
    state = models.CharField(max_length=10, choices=Parcel.State)
    reason = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=40)
    at = models.DateTimeField()


class LineRefund(models.Model):
    """Fact: units of a line, or a part of its price, were given back, and whose part it was."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject = models.UUIDField(help_text="what asked for it: the order's cancellation, a case")
    order = models.ForeignKey(Order, models.PROTECT, related_name="line_refunds")
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="refunds")
    units = models.PositiveIntegerField()
    paid_minor = models.BigIntegerField(help_text="what the customer gets")
    promotion_minor = models.BigIntegerField(help_text="what the platform's discount gets")
    brand_minor = models.BigIntegerField()
    keeper_minor = models.BigIntegerField()
    platform_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    at = models.DateTimeField()
    by = models.CharField(max_length=40)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject", "line"], name="one_refund_of_a_line"),
            models.CheckConstraint(
                condition=Q(
                    paid_minor=F("brand_minor")
                    + F("keeper_minor")
                    + F("platform_minor")
                    - F("promotion_minor")
                ),
                name="line_refund_adds_up",
            ),
        ]


class FreightRefund(models.Model):
    """Fact: some of a parcel's freight was given back."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject = models.UUIDField(help_text="as in LineRefund")
    order = models.ForeignKey(Order, models.PROTECT, related_name="freight_refunds")
    parcel = models.ForeignKey(Parcel, models.PROTECT, related_name="refunds")
    amount_minor = models.BigIntegerField()
    at = models.DateTimeField()
    by = models.CharField(max_length=40)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject", "parcel"], name="one_refund_of_freight"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="freight_refund_positive"),
        ]


class Receipt(models.Model):
    """The answer to one request for an order: asking again with the same key gets it again."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.UUIDField()
    key = models.UUIDField()
    order = models.ForeignKey(Order, models.PROTECT, related_name="+")
    digest = models.BinaryField(max_length=32, help_text="SHA-256 of what was asked")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer", "key"], name="one_receipt"),
        ]


class RefundApproval(models.Model):
    """An operator's wish to give a paid order back; a second operator decides."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True, default=short_code)
    order = models.ForeignKey(Order, models.PROTECT, related_name="refund_approvals")
    reason = models.CharField(max_length=200)
    asked_by = models.CharField(max_length=40)
    asked_at = models.DateTimeField()
    verdict = models.CharField(max_length=10, default="", blank=True, help_text="approved, refused")
    decided_by = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(decided_by=F("asked_by")), name="refund_needs_two_people"
            ),
            models.UniqueConstraint(
                fields=["order"], condition=Q(verdict=""), name="one_open_refund_approval"
            ),
        ]
