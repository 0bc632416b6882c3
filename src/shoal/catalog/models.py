"""Products and the SKUs they come in, with their pictures, freight and search words."""

from typing import ClassVar

from django.db import models
from django.utils.translation import pgettext_lazy

from shoal.brands.models import Brand
from shoal.kit.ids import short_code, uuid7
from shoal.kit.pictures import StoredPicture
from shoal.kit.texts import in_language


class Category(models.Model):
    """A place in the category tree."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=40, unique=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    names = models.JSONField(help_text="language to text")
    position = models.PositiveIntegerField(default=0)
    tax_bp = models.PositiveIntegerField(default=0, help_text="included tax, in basis points")

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return in_language(self.names, "zh")


class _FreightAmounts(models.Model):
    """What one parcel costs to a region, in minor units of `currency`."""

    currency = models.CharField(max_length=3)
    base_minor = models.BigIntegerField(
        default=0, help_text="for a parcel, up to the first kilogram"
    )
    per_kg_minor = models.BigIntegerField(default=0, help_text="each further kilogram begun")
    free_from_minor = models.BigIntegerField(
        null=True, help_text="goods of this brand in the order"
    )
    # Region code prefix to extra amount; null refuses the region. The longest prefix wins.
    regions = models.JSONField(default=dict)

    class Meta:
        abstract = True


class FreightTemplate(_FreightAmounts):
    """What a brand charges for one parcel to a region, in its own currency.

    What it charges in further currencies stands in its `prices`; `queries.freight_in` finds either.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True, default=short_code)
    brand = models.ForeignKey(
        Brand, models.PROTECT, related_name="freight_templates", db_index=False
    )
    name = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["brand", "name"], name="one_freight_name"),
            models.CheckConstraint(
                condition=models.Q(base_minor__gte=0, per_kg_minor__gte=0),
                name="freight_not_negative",
            ),
        ]


class FreightPrice(_FreightAmounts):
    """What a freight template charges in one further currency, as its brand named it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    template = models.ForeignKey(
        FreightTemplate, models.CASCADE, related_name="prices", db_index=False
    )

    class Meta:
        ordering: ClassVar = ["currency"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["template", "currency"], name="one_freight_in_a_currency"
            ),
            models.CheckConstraint(
                condition=models.Q(base_minor__gte=0, per_kg_minor__gte=0),
                name="freight_price_not_negative",
            ),
        ]


class Product(models.Model):
    """What is sold, described once by its brand. Live texts change only by accepted revisions."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("product", "Draft")
        PROPOSED = "proposed", pgettext_lazy("product", "Waiting to be accepted")
        LIVE = "live", pgettext_lazy("product", "Live")
        WITHDRAWN = "withdrawn", pgettext_lazy("product", "Withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True, default=short_code)
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="products", db_index=False)
    reference = models.CharField(max_length=60, help_text="the brand's own number")
    category = models.ForeignKey(Category, models.PROTECT, related_name="products")
    freight = models.ForeignKey(FreightTemplate, models.PROTECT, null=True, related_name="+")
    titles = models.JSONField(help_text="language to text")
    descriptions = models.JSONField(default=dict, help_text="language to text")
    base_language = models.CharField(max_length=8, default="zh")
    attributes = models.JSONField(default=list, help_text="[{names: {zh, en}, values: [{zh, en}]}]")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    version = models.PositiveBigIntegerField(default=1)
    search_text = models.TextField(default="", blank=True, help_text="made by catalog.search")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["brand", "reference"], name="one_product_reference"),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "changed_at"], name="product_state")]

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return in_language(self.titles, self.base_language)

    @property
    def description(self) -> str:
        """The description in the reader's language."""
        return in_language(self.descriptions, self.base_language)


class ProductStep(models.Model):
    """Fact: a product's state changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    product = models.ForeignKey(Product, models.PROTECT, related_name="steps")
    state = models.CharField(max_length=10, choices=Product.State)
    reason = models.TextField(blank=True)
    by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]


class Sku(models.Model):
    """One variant that can be counted and shipped."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True, default=short_code)
    product = models.ForeignKey(Product, models.PROTECT, related_name="skus", db_index=False)
    reference = models.CharField(max_length=60, help_text="the brand's own number")
    barcode = models.CharField(max_length=32, blank=True)
    values = models.JSONField(default=list, help_text="one {zh, en} per attribute of the product")
    weight_g = models.PositiveIntegerField(default=0)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["product", "reference"], name="one_sku_reference"),
        ]
        ordering: ClassVar = ["position", "id"]

    @property
    def label(self) -> str:
        """The variant in the reader's language: "深蓝 · L"; empty for a product of one kind."""
        return " · ".join(in_language(value, "zh") for value in self.values)


class Picture(models.Model):
    """A product's picture, kept as WebP and AVIF in several widths."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    product = models.ForeignKey(Product, models.CASCADE, related_name="pictures", db_index=False)
    # The digest of the cleaned picture names its files, see kit.pictures.
    digest = models.CharField(max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    widths = models.JSONField(help_text="the widths that exist, rising")
    tint = models.CharField(max_length=7, help_text="average colour, #rrggbb, shown while it loads")
    alts = models.JSONField(default=dict, help_text="language to text")
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["product", "digest"], name="one_picture_of_product"),
        ]

    @property
    def stored(self) -> StoredPicture:
        """The files behind it."""
        return StoredPicture(
            digest=self.digest,
            width=self.width,
            height=self.height,
            widths=tuple(self.widths),
            tint=self.tint,
        )


class Revision(models.Model):
    """A proposed edit of a live product, and how it was judged."""

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", pgettext_lazy("verdict", "Accepted")
        REFUSED = "refused", pgettext_lazy("verdict", "Refused")
        TAKEN_BACK = "taken_back", pgettext_lazy("verdict", "Taken back")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True, default=short_code)
    product = models.ForeignKey(Product, models.PROTECT, related_name="revisions")
    changes = models.JSONField(help_text="field to its proposed value")
    verdict = models.CharField(max_length=10, choices=Verdict, default="", blank=True)
    reason = models.TextField(blank=True)
    proposed_at = models.DateTimeField()
    proposed_by = models.CharField(max_length=40)
    judged_at = models.DateTimeField(null=True)
    judged_by = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["product"], condition=models.Q(verdict=""), name="one_open_revision"
            ),
        ]


class SearchWord(models.Model):
    """A word that some product can be found by: what typed words are read against.

    A projection of the products' search texts; `catalog.search.recount_words` makes it anew.
    """

    word = models.CharField(primary_key=True, max_length=60)
    products = models.PositiveIntegerField(default=0, help_text="live ones, when last counted")
    # Trigrams of two Chinese characters would be no help, so those stand apart: "耳 机". Empty for
    # pieces of words, which nobody can mean.
    spelling = models.CharField(max_length=120)
