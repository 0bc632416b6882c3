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
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="shares", db_index=False)
    thing = models.CharField(max_length=8, choices=Thing)
    thing_code = models.CharField(max_length=12, help_text="code of the shop, sale or product")
    channel = models.CharField(max_length=20, default="link", help_text="link, poster, qr, …")
    material = models.UUIDField(null=True, help_text="the material forwarded with it")
    by = models.CharField(max_length=40)
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["shop", "-created_at"], name="share_shop")]


class Trace(models.Model):
    """Fact: somebody came, looked or passed something on. It names no person.

    `visitor` is a mark of a browser that is another one each day and in each shop; empty when the
    browser asks not to be counted.
    """

    class Kind(models.TextChoices):
        VISIT = "visit", "came through a share"
        OPEN = "open", "a page of a shop was looked at"
        SHARE = "share", "a keeper passed something on"

    class From(models.TextChoices):
        CHAT = "chat"
        SOCIAL = "social"
        SEARCH = "search"
        LINK = "link"
        NONE = "none"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=5, choices=Kind)
    shop = models.UUIDField()
    share = models.CharField(max_length=12, blank=True, help_text="code of the share, if any")
    thing = models.CharField(max_length=8, choices=Share.Thing)
    thing_code = models.CharField(max_length=12)
    visitor = models.CharField(max_length=22, blank=True)
    came_from = models.CharField(max_length=6, choices=From, default=From.NONE)
    robot = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["shop", "at"], name="trace_shop"),
            models.Index(
                fields=["share", "id"], name="trace_share", condition=models.Q(kind="visit")
            ),
        ]
