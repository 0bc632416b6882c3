"""Putting a message on its way, inside the transaction that is the reason for it."""

from datetime import datetime

from shoal.kit import vault
from shoal.kit.transactions import step
from shoal.notify import rules, tasks, ways
from shoal.notify.models import Outgoing
from shoal.notify.providers import require_way_out


@step
def send_text(*, to: str, text: str, at: datetime) -> None:
    """This will put a text message to the phone `to` on its way.

    Raises NoTexts when it would stay on an outbox page that strangers can open.
    """
    _send(Outgoing.Channel.TEXT, {"to": to, "subject": "", "body": text}, at)


@step
def send_mail(*, to: str, subject: str, body: str, at: datetime) -> None:
    """This will put a mail to the address `to` on its way. Raises NoMail in the same case."""
    _send(Outgoing.Channel.MAIL, {"to": to, "subject": subject, "body": body}, at)


def _send(channel: Outgoing.Channel, record: dict[str, str], at: datetime) -> None:
    require_way_out(channel)
    key = rules.key_of_day(at)
    vault.make_keys([key])
    message = Outgoing.objects.create(
        channel=channel, key=key, sealed=vault.seal(key, record), made_at=at
    )
    if channel not in ways.kept_channels():
        tasks.send.defer(message=str(message.id))
