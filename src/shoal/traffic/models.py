"""Traffic: shares that keepers make. Bindings and the public log get their place beside them."""

from typing import ClassVar

from django.db import models

from shoal.kit.ids import short_code, uuid7
from shoal.shops.models import Shop


class Share(models.Model):
    """One act of forwarding: a short link that carries shop, thing shared and channel."""

    class Thing(models.TextChoices):
        SHOP = "shop"
        SALE = "sale"
        PRODUCT = "product"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True, default=short_code)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="shares")
    thing = models.CharField(max_length=8, choices=Thing)
    thing_code = models.CharField(max_length=12, help_text="code of the shop, sale or product")
    channel = models.CharField(max_length=20, default="link", help_text="link, poster, qr, …")
    material = models.UUIDField(null=True, help_text="the material forwarded with it")
    by = models.CharField(max_length=40)
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["shop", "-created_at"], name="share_shop")]
