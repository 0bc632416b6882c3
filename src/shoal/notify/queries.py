"""What the outbox page shows."""

from dataclasses import dataclass
from datetime import datetime

from shoal.kit import vault
from shoal.kit.errors import NotFound
from shoal.notify import ways
from shoal.notify.models import Outgoing


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

    Raises NotFound where the page must not be open.
    """
    if not ways.outbox_allowed():
        raise NotFound
    kept = Outgoing.objects.filter(channel__in=ways.kept_channels(), sent_at=None)
    rows = list(kept.order_by("-made_at", "-pk")[:limit])
    opened = vault.reveal_many([(row.key, row.sealed) for row in rows])
    return [
        Kept(row.channel, record["to"], record["subject"], record["body"], row.made_at)
        for row, record in zip(rows, opened, strict=True)
        if record is not None
    ]
