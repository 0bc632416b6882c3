"""Shops: a keeper's storefront, opened in a minute, with no papers and no fee."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy

from shoal.kit.ids import short_code, uuid7
from shoal.people.models import Person


class Shop(models.Model):
    """A storefront. Its state is a projection of its steps."""

    class State(models.TextChoices):
        OPEN = "open", gettext_lazy("open")
        PAUSED = "paused", gettext_lazy("taking a break")
        SUSPENDED = "suspended", gettext_lazy("stopped by the platform")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True, default=short_code)
    name = models.CharField(max_length=40)
    greeting = models.CharField(max_length=200, blank=True)
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    avatar = models.ImageField(upload_to="shops/", blank=True)
    banner = models.ImageField(upload_to="shops/", blank=True)
    palette = models.CharField(max_length=12, default="sea")
    blocks = models.JSONField(default=list, help_text="the order of the blocks of the shop's home")
    version = models.PositiveBigIntegerField(
        default=1, help_text="goes up with every visible change"
    )
    opened_at = models.DateTimeField()


class ShopStep(models.Model):
    """Fact: a shop's state changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="steps")
    state = models.CharField(max_length=10, choices=Shop.State)
    reason = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=40)
    at = models.DateTimeField()


class ShopMember(models.Model):
    """A person's role at one shop: its keeper, or somebody who helps her."""

    class Role(models.TextChoices):
        KEEPER = "keeper"
        HELPER = "helper"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, models.CASCADE, related_name="shop_roles")
    role = models.CharField(max_length=10, choices=Role)
    since_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["shop", "person"], condition=models.Q(until_at=None), name="one_shop_role"
            ),
            # The platform certifies and never takes: a shop has exactly one keeper at a time.
            models.UniqueConstraint(
                fields=["shop"], condition=models.Q(until_at=None, role="keeper"), name="one_keeper"
            ),
        ]
