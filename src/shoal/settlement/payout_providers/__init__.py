"""Payout partners: one port, an adapter per partner, chosen by settings.

`code` is our number of a payout, `event` the partner's id of *what happened*: hearing of it twice
counts once. No method is called inside a transaction, and each is safe to repeat with one code.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Protocol

from django.conf import settings

from shoal.kit.errors import NotFound
from shoal.kit.money import Money
from shoal.settlement.rules_payouts import Word

_ADAPTERS = {
    "sandbox": "shoal.settlement.payout_providers.sandbox",
    "file": "shoal.settlement.payout_providers.file",
}


@dataclass(frozen=True, slots=True)
class Sending:
    """One transfer to make: our number, the sum, and whose account it goes to."""

    code: str
    money: Money
    kind: str
    holder: str
    bank: str
    number: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class PayoutWord:
    """One thing that happened to a payout at a partner."""

    provider: str
    event: str
    word: Word
    code: str
    money: Money
    happened_at: datetime
    reference: str = ""
    reason: str = ""


class PayoutProvider(Protocol):
    """What Shoal asks of whoever carries payouts.

    `by_hand`: an operator carries files, and nothing is called. `proves`: it is quick enough for a
    small sum that a party types back. `send` and `query` raise ProviderDown when the partner cannot
    be reached, and ProviderSaidNo when it will not talk: neither says that no money moved.
    """

    name: str
    by_hand: bool
    proves: bool

    def send(self, *, sending: Sending) -> Sequence[PayoutWord]:
        """This will ask for a transfer, once per code; nothing returned: it is on its way."""
        ...

    def query(self, *, code: str) -> Sequence[PayoutWord]:
        """This will return what has become of the transfer `code`."""
        ...


def default_payout_provider() -> PayoutProvider:
    """This will return the partner that new payouts go through."""
    return payout_provider(settings.SHOAL_PAYOUTS)


@cache
def payout_provider(name: str) -> PayoutProvider:
    """This will return the adapter `name`; raises NotFound for one that is not there."""
    if name not in _ADAPTERS:
        raise NotFound
    adapter: PayoutProvider = import_module(_ADAPTERS[name]).make()
    return adapter
