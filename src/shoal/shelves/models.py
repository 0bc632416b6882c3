"""What a shop shows: one rule, plus exceptions. Opening a sale writes nothing here."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from shoal.catalog.models import Product
from shoal.kit.ids import uuid7
from shoal.offers.models import Offer
from shoal.shops.models import Shop


class Shelf(models.Model):
    """A shop's rule. A shop without a row follows all."""

    class Rule(models.TextChoices):
        ALL = "all"
        CHOSEN = "chosen", "only these brands and categories"

    shop = models.OneToOneField(Shop, models.PROTECT, primary_key=True, related_name="shelf")
    rule = models.CharField(max_length=10, choices=Rule, default=Rule.ALL)
    brands = models.JSONField(default=list, help_text="codes of brands it follows")
    categories = models.JSONField(default=list, help_text="codes of categories it follows")
    markup_kind = models.CharField(max_length=8, default="none", help_text="none, fixed, percent")
    markup_value = models.BigIntegerField(default=0, help_text="minor units, or basis points")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                # The kinds of `rules.MarkupKind`.
                condition=Q(markup_kind="none", markup_value=0)
                | Q(markup_kind="fixed")
                | Q(markup_kind="percent", markup_value__gte=-10_000, markup_value__lte=10_000),
                name="shelf_markup",
            ),
        ]


class Placement(models.Model):
    """An exception to the rule: a product hidden, or pinned in front, in one shop."""

    class Kind(models.TextChoices):
        HIDDEN = "hidden"
        PINNED = "pinned"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="placements", db_index=False)
    product = models.ForeignKey(Product, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shop", "product"], name="one_placement"),
        ]


class Words(models.Model):
    """What a keeper says about a product, in her own words, on its page in her shop."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="words", db_index=False)
    product = models.ForeignKey(Product, models.CASCADE, related_name="+")
    text = models.CharField(max_length=300)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shop", "product"], name="one_word_of_hers"),
        ]


class Markup(models.Model):
    """A markup for one offer in one shop; stands before the shelf's own.

    Zero says something too: this offer is sold at the sale price, whatever the shelf adds.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="markups", db_index=False)
    offer = models.ForeignKey(Offer, models.CASCADE, related_name="+")
    markup_minor = models.BigIntegerField(help_text="added to the sale price; may be negative")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shop", "offer"], name="one_markup"),
        ]
