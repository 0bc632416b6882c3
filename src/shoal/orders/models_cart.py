"""Carts: what somebody chose and has not ordered yet."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from shoal.kit.ids import uuid7
from shoal.offers.models import Offer
from shoal.shops.models import Shop


class CartLine(models.Model):
    """What somebody means to buy in one shop. Holds no stock and promises no price."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # A cart belongs to a visitor's cookie until she proves a phone, then to the person too.
    visitor = models.UUIDField()
    shop = models.ForeignKey(Shop, models.CASCADE, related_name="+", db_index=False)
    offer = models.ForeignKey(Offer, models.CASCADE, related_name="+", db_index=False)
    quantity = models.PositiveIntegerField()
    chosen = models.BooleanField(default=True)
    # Only to tell her that it is another price now.
    seen_minor = models.BigIntegerField(null=True, help_text="a unit's price when she chose it")
    added_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["visitor", "shop", "offer"], name="one_cart_line"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="cart_positive"),
        ]
