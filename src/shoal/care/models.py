"""Conversations between a customer and the keeper she buys from."""

from typing import ClassVar

from django.db import models

from shoal.kit.ids import short_code, uuid7
from shoal.people.models import Person
from shoal.shops.models import Shop


class Conversation(models.Model):
    """All that one customer and one shop have said to each other."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True, default=short_code)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="conversations")
    customer = models.ForeignKey(Person, models.PROTECT, related_name="conversations")
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

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conversation = models.ForeignKey(Conversation, models.PROTECT, related_name="messages")
    side = models.CharField(max_length=10, choices=Side)
    sealed = models.BinaryField(help_text="vault of the customer: text")
    about = models.CharField(max_length=10, choices=About, blank=True)
    about_code = models.CharField(max_length=12, blank=True, help_text="the product's or order's")
    by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["conversation", "-at"], name="message_conversation")
        ]
