"""Messages that leave: kept sealed until a provider took them, gone two days later."""

from typing import ClassVar

from django.db import models

from shoal.kit.ids import uuid7


class Outgoing(models.Model):
    """One text or mail on its way out. Whom it goes to and what it says is sealed."""

    class Channel(models.TextChoices):
        TEXT = "text"
        MAIL = "mail"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    channel = models.CharField(max_length=8, choices=Channel)
    # All messages of one day share a key: `notify.rules.key_of_day`. Deleting it shreds the day.
    key = models.UUIDField()
    sealed = models.BinaryField(help_text="vault of the day: to, subject, body")
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, help_text="a provider took it")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["made_at"], name="outgoing_made")]
