"""What the outbox page shows."""

from dataclasses import dataclass
from datetime import datetime

from shoal.kit import vault
from shoal.notify.models import Outgoing
from shoal.notify.providers import check_outbox, kept_channels


@dataclass(frozen=True, slots=True)
class Kept:
    """A message in the outbox, opened."""

    channel: str
    to: str
    subject: str
    body: str
    made_at: datetime


def outbox(*, limit: int = 50) -> list[Kept]:
    """This will return the newest messages that no provider carries, newest first.

    Raises OutboxExposed where the page must not be open.
    """
    check_outbox()
    kept = Outgoing.objects.filter(channel__in=kept_channels(), sent_at=None)
    rows = list(kept.order_by("-made_at", "-pk")[:limit])
    opened = vault.reveal_many([(row.key, row.sealed) for row in rows])
    return [
        Kept(row.channel, record["to"], record["subject"], record["body"], row.made_at)
        for row, record in zip(rows, opened, strict=True)
        if record is not None
    ]
