"""Adapter for the bank side of Harbour Pay, the partner of the sandbox: signed transfers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from shoal.kit.money import Money
from shoal.payments.providers import provider
from shoal.payments.providers.sandbox import HarbourPay
from shoal.settlement.payout_providers import PayoutWord, Sending
from shoal.settlement.rules_payouts import Word

NAME = "sandbox"


def make() -> "HarbourBank":
    """This will return the adapter for the partner that the settings name."""
    return HarbourBank()


class HarbourBank:
    """Sends money over the wire on which payments are asked for."""

    name = NAME
    by_hand = False
    proves = True

    @property
    def _partner(self) -> HarbourPay:
        return cast("HarbourPay", provider(NAME))

    def send(self, *, sending: Sending) -> Sequence[PayoutWord]:
        """This will ask for a transfer, once per code."""
        record: dict[str, object] = {
            "code": sending.code,
            "amount": sending.money.minor,
            "currency": sending.money.currency,
            "kind": sending.kind,
            "holder": sending.holder,
            "bank": sending.bank,
            "number": sending.number,
            "note": sending.note[:100],
        }
        return _words(self._partner.ask("POST", "/v1/transfers", record))

    def query(self, *, code: str) -> Sequence[PayoutWord]:
        """This will return what has become of the transfer `code`."""
        return _words(self._partner.ask("GET", f"/v1/transfers/{code}"))


def _words(told: Any) -> list[PayoutWord]:
    return [
        PayoutWord(
            provider=NAME,
            event=str(one["event"])[:80],
            word=Word(one["kind"]),
            code=str(one["code"])[:40],
            money=Money(int(one["amount"]), str(one["currency"])[:3]),
            happened_at=datetime.fromisoformat(one["happened_at"]),
            reference=str(told["reference"])[:80],
            reason=str(one["reason"])[:200],
        )
        for one in told["told"]
    ]
