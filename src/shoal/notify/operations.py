"""Durable entry points of messages out."""

import smtplib
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from shoal.kit import vault
from shoal.kit.transactions import operation
from shoal.notify import providers, rules, steps
from shoal.notify.models import Outgoing


@operation
def keep_mail(*, to: str, subject: str, body: str, at: datetime) -> None:
    """This will put one mail on its way, for callers that have no transaction of their own."""
    steps.send_mail(to=to, subject=subject, body=body, at=at)


def hand_over(*, message: UUID, at: datetime) -> None:
    """This will hand a kept message to its provider, once it is confirmed write that down.

    A message that is gone or was sent before is left alone. The network call stands outside any
    transaction; a crash right after it repeats the call with the same key.
    Raises NotTaken when the provider asks to try again.
    """
    found = Outgoing.objects.filter(pk=message, sent_at=None).first()
    if found is None:
        return
    try:
        record = vault.reveal(found.key, found.sealed)
    except vault.Erased:
        return
    if found.channel == Outgoing.Channel.TEXT:
        providers.text_provider().send(to=record["to"], text=record["body"], key=str(message))
    else:
        _send_mail(record)
    _mark_sent(message=message, at=at)


@operation
def _mark_sent(*, message: UUID, at: datetime) -> None:
    Outgoing.objects.filter(pk=message, sent_at=None).update(sent_at=at)


def shred_messages(*, at: datetime) -> int:
    """This will delete what is older than two days, with the keys of those days; returns how many.

    The rows go first: a key without rows is harmless, rows without a key would look like damage.
    """
    keys = _delete_old(at=at)
    for key in keys:
        vault.erase(key)
    return len(keys)


@operation
def _delete_old(*, at: datetime) -> set[UUID]:
    newest = (at - rules.KEPT_FOR).replace(hour=0, minute=0, second=0, microsecond=0)
    old = Outgoing.objects.filter(made_at__lt=newest)
    keys = set(old.values_list("key", flat=True))
    old.delete()
    return keys


def _send_mail(record: dict[str, str]) -> None:
    mail = EmailMessage(
        record["subject"],
        record["body"],
        settings.DEFAULT_FROM_EMAIL,
        [record["to"]],
        connection=EmailBackend(),
    )
    try:
        mail.send()
    except (smtplib.SMTPException, OSError) as error:
        raise providers.NotTaken from error
