"""Short ways to what the tests of payments begin with."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction

from shoal.kit.ids import short_code, uuid7
from shoal.ledger.queries import transfers
from shoal.payments import operations
from shoal.payments.models import Intent, Refund
from shoal.payments.providers import ProviderNotice
from shoal.payments.rules import Kind, Verdict
from shoal.payments.steps import IntentWanted, RefundWanted, open_intents, request_refunds
from shoal.people.models import Person

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def alice() -> Person:
    return Person.objects.create(created_at=NOW)


def open_one(*, amount: int = 12_800, currency: str = "CNY", payer: Person | None = None) -> Intent:
    want = IntentWanted(
        subject=uuid7(),
        payer=(payer or alice()).id,
        amount=amount,
        currency=currency,
    )
    with transaction.atomic():
        open_intents(wants=[want], at=NOW)
    return Intent.objects.get(subject=want.subject)


def captured(intent: Intent, *, amount: int | None = None, **changes: object) -> ProviderNotice:
    return _notice(Kind.CAPTURED, intent.code, amount or intent.amount, intent.currency, changes)


def refunded(refund: Refund, *, amount: int | None = None, **changes: object) -> ProviderNotice:
    return _notice(Kind.REFUNDED, refund.code, amount or refund.amount, refund.currency, changes)


def refund_failed(refund: Refund, **changes: object) -> ProviderNotice:
    return _notice(Kind.REFUND_FAILED, refund.code, refund.amount, refund.currency, changes)


def _notice(
    kind: Kind, code: str, amount: int, currency: str, changes: dict[str, object]
) -> ProviderNotice:
    told: dict[str, object] = {
        "provider": "sandbox",
        "event": short_code(16),
        "kind": kind,
        "code": code,
        "amount": amount,
        "currency": currency,
        "happened_at": NOW,
    }
    return ProviderNotice(**(told | changes))  # type: ignore[arg-type]


def tell(*notices: ProviderNotice) -> list[Verdict | None]:
    return operations.record_notices(notices=notices, at=NOW)


def ask_back(
    intent: Intent, amount: int, *, subject: UUID | None = None, reason: str = "cancelled"
) -> Refund:
    return ask_all_back([want(intent, amount, subject=subject, reason=reason)])[0]


def want(
    intent: Intent, amount: int, *, subject: UUID | None = None, reason: str = "cancelled"
) -> RefundWanted:
    return RefundWanted(
        paid_for=intent.subject,
        subject=subject or uuid7(),
        amount=amount,
        reason=reason,
        by="olga",
        at=NOW,
    )


def ask_all_back(wants: Sequence[RefundWanted]) -> list[Refund]:
    with transaction.atomic():
        return request_refunds(wants=wants)


def books(intent: Intent) -> dict[tuple[str, str], int]:
    """What each account has from this intent: (kind, currency) to credits less debits."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for transfer in transfers(subjects=[intent.subject]):
        sums[transfer.debit.kind, transfer.currency] -= transfer.amount
        sums[transfer.credit.kind, transfer.currency] += transfer.amount
    return {account: amount for account, amount in sums.items() if amount}
