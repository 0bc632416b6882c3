"""Numbers used once: a recorded notice is not taken in a second time.

That an event counts once rests on its own constraint; this keeps a message that somebody recorded
from being played at us. A number is spent in the transaction that takes its notice in: what failed
on our side is welcome again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from shoal.kit.bulk import write
from shoal.kit.errors import Refused
from shoal.kit.transactions import operation, step
from shoal.payments.models import SpentNonce
from shoal.payments.providers import ProviderNotice

_REMEMBERED = timedelta(minutes=15)
"""Longer than any provider's window of time: older messages are refused for their age."""
_SPEND = """
INSERT INTO payments_spentnonce (key, at) SELECT key, %s FROM unnest(%s::text[]) AS given (key)
ON CONFLICT DO NOTHING
"""


class NoticeReplayed(Refused):
    """This very message has been taken in already."""

    code = "notice_replayed"


@step
def spend_nonces(*, notices: Sequence[ProviderNotice], at: datetime) -> None:
    """This will spend the numbers that came with `notices`; NoticeReplayed if one is spent."""
    keys = [f"{notice.provider}:{notice.nonce}" for notice in notices if notice.nonce]
    if keys:
        write(_SPEND, [at, keys], told=lambda spent: _refuse_replayed(len(keys) - spent))


@operation
def forget_nonces(*, at: datetime) -> None:
    """This will delete the numbers of messages that are too old to be taken in again."""
    SpentNonce.objects.filter(at__lt=at - _REMEMBERED).delete()


def _refuse_replayed(replayed: int) -> None:
    if replayed:
        raise NoticeReplayed
