"""What Stripe's records say, in our words."""

from datetime import UTC, datetime
from typing import Any

from shoal.kit.money import Money
from shoal.payments.providers import BillKind, BillRow, ProviderNotice, ProviderSaidNo
from shoal.payments.rules import Kind

OURS = "shoal"
"""The metadata field with our number."""

# Stripe writes these with two decimals although they have none; and one with none that has two.
# https://docs.stripe.com/currencies#special-cases
_HUNDREDS = {"ISK", "UGX"}
_UNSUPPORTED = {"MGA"}
_PAYS = {"charge", "payment"}
_REFUNDS = {"refund", "payment_refund"}
# Stripe's transfer of our balance to our bank: what it is made of stands in the rows beside it.
_ON_THE_WAY = {"payout", "payout_cancel", "payout_failure"}


def stripe_amount(money: Money) -> int:
    """This will return an amount as Stripe writes it. Raises ProviderSaidNo where it cannot."""
    if money.currency in _UNSUPPORTED:
        raise ProviderSaidNo(why=f"{money.currency} is not supported")
    return money.minor * 100 if money.currency in _HUNDREDS else money.minor


def our_amount(amount: int, currency: str) -> int:
    """This will return an amount of Stripe's in minor units; ValueError where it has none."""
    if currency not in _HUNDREDS:
        return amount
    whole, rest = divmod(amount, 100)
    if rest:
        raise ValueError("an amount with more decimals than its currency")
    return whole


def captured(
    told: dict[str, Any], *, at: datetime | None = None, digest: bytes = b""
) -> ProviderNotice | None:
    """This will read a payment intent; None when nothing was captured or it is not ours."""
    code = (told.get("metadata") or {}).get(OURS, "")
    if told["status"] != "succeeded" or not code:
        return None
    currency = str(told["currency"]).upper()
    return ProviderNotice(
        provider="stripe",
        event=f"captured:{told['id']}"[:80],  # a payment intent succeeds once
        kind=Kind.CAPTURED,
        code=str(code)[:40],
        amount=our_amount(int(told.get("amount_received", told["amount"])), currency),
        currency=currency,
        happened_at=at or datetime.fromtimestamp(told["created"], UTC),
        digest=digest,
    )


def refunded(
    told: dict[str, Any], *, at: datetime | None = None, digest: bytes = b""
) -> ProviderNotice | None:
    """This will read a refund; None while it is under way or when it is not ours."""
    code = (told.get("metadata") or {}).get(OURS, "")
    kind = {
        "succeeded": Kind.REFUNDED,
        "failed": Kind.REFUND_FAILED,
        "canceled": Kind.REFUND_FAILED,
    }.get(str(told["status"]))
    if kind is None or not code:
        return None
    currency = str(told["currency"]).upper()
    return ProviderNotice(
        provider="stripe",
        event=f"{kind}:{told['id']}"[:80],
        kind=kind,
        code=str(code)[:40],
        amount=our_amount(int(told["amount"]), currency),
        currency=currency,
        happened_at=at or datetime.fromtimestamp(told["created"], UTC),
        digest=digest,
    )


def told_by(notice: ProviderNotice | None) -> list[ProviderNotice]:
    """This will return a list of what is known: of one notice, or of none."""
    return [] if notice is None else [notice]


def bill_row(told: dict[str, Any], *, code: str) -> BillRow | None:
    """This will read a balance transaction; None for the transfer of the balance to our bank.

    What is neither a payment nor a refund (a dispute, a monthly fee, a refund that came back) is
    a row of kind `fee`: it moves what Stripe owes us, and no payment of ours.
    """
    kind, currency = str(told["type"]), str(told["currency"]).upper()
    if kind in _ON_THE_WAY:
        return None
    source = told["source"]
    moved = our_amount(int(told["amount"]), currency)
    fee = our_amount(int(told["fee"]), currency)
    if (kind in _PAYS and moved > 0) or (kind in _REFUNDS and moved < 0):
        word = BillKind.PAY if kind in _PAYS else BillKind.REFUND
    else:
        word, moved, fee = BillKind.FEE, 0, fee - moved
    return BillRow(
        kind=word,
        code=code[:40],
        reference=str(source["id"] if isinstance(source, dict) else source or told["id"])[:80],
        amount=abs(moved),
        fee=fee,
        currency=currency,
        happened_at=datetime.fromtimestamp(told["created"], UTC),
    )
