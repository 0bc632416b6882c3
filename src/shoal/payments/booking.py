"""Turning a provider's words into money moved: the steps behind `operations.record_notices`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shoal.kit.asking import ask
from shoal.kit.bulk import insert_rows, update_rows, write
from shoal.kit.events import publish
from shoal.kit.ids import uuid7
from shoal.kit.locks import lock_rows
from shoal.kit.money import Money
from shoal.kit.transactions import step
from shoal.ledger.models import Account
from shoal.ledger.steps import AccountKey, NewTransfer, post
from shoal.payments import rules
from shoal.payments.events import PaymentCaptured, PaymentRefunded, RefundFailed
from shoal.payments.models import Intent, Notice, Refund
from shoal.payments.nonces import spend_nonces
from shoal.payments.providers import ProviderNotice
from shoal.payments.rules import Kind, Verdict
from shoal.payments.steps import add_refunds, move_refund

_EXCESS_REASONS = {
    Verdict.WRONG_AMOUNT: "the sum that arrived was not the sum asked for",
    Verdict.REPEATED: "the payment arrived twice",
}

Event = tuple[str, str]

_OF_REFUNDS = "SELECT id, intent_id FROM payments_refund WHERE code = ANY(%s)"
# Every number of what is paid for: the one that is captured closes the others.
_PAID_FOR = """
SELECT id FROM payments_intent
WHERE subject IN (SELECT subject FROM payments_intent WHERE code = ANY(%s))
"""
_TOLD = "SELECT provider, event FROM payments_notice WHERE provider = ANY(%s) AND event = ANY(%s)"
_CLOSE = """
UPDATE payments_intent SET state = %s, closed_at = %s WHERE subject = ANY(%s) AND state = %s
"""


@dataclass(slots=True)
class _Books:
    """What one call is about to write."""

    intents: dict[str, Intent]
    refunds: dict[str, Refund]
    at: datetime
    notices: list[Notice] = field(default_factory=list)
    transfers: list[NewTransfer] = field(default_factory=list)
    excess: list[Refund] = field(default_factory=list)
    captured: list[PaymentCaptured] = field(default_factory=list)
    refunded: list[PaymentRefunded] = field(default_factory=list)
    failed: list[RefundFailed] = field(default_factory=list)


@step
def take_notices(*, notices: Sequence[ProviderNotice], at: datetime) -> list[Verdict | None]:
    """This will store each notice once, move its money, ask excess back and tell who is above.

    Returns the verdict of each in order; None for what was told before. Raises NoticeReplayed for a
    message that was taken in before.
    """
    spend_nonces(notices=notices, at=at)
    books = _open_books(notices, at)
    told = _told_before(notices)
    verdicts: list[Verdict | None] = []
    for notice in notices:
        event = (notice.provider, notice.event)
        if event in told:
            verdicts.append(None)
            continue
        told.add(event)
        verdicts.append(_judge(books, notice))
    _save(books)
    return verdicts


def _open_books(notices: Sequence[ProviderNotice], at: datetime) -> _Books:
    paid = {notice.code for notice in notices if notice.kind is Kind.CAPTURED}
    returned = {notice.code for notice in notices if notice.kind is not Kind.CAPTURED}
    of_refunds: dict[UUID, UUID] = dict(ask(_OF_REFUNDS, [list(returned)]) if returned else ())
    intent_ids = {intent for (intent,) in ask(_PAID_FOR, [list(paid)])} if paid else set()
    intents = lock_rows(Intent, intent_ids | set(of_refunds.values()))
    refunds = lock_rows(Refund, of_refunds)
    for row in refunds.values():
        row.intent = intents[row.intent_id]  # one object for both, so that sums add up
    return _Books(
        intents={row.code: row for row in intents.values()},
        refunds={row.code: row for row in refunds.values()},
        at=at,
    )


def _told_before(notices: Sequence[ProviderNotice]) -> set[Event]:
    # Read after the intents are locked: whoever told of the same event has committed by now.
    providers = list({notice.provider for notice in notices})
    return {
        (provider, event)
        for provider, event in ask(_TOLD, [providers, [notice.event for notice in notices]])
    }


def _judge(books: _Books, told: ProviderNotice) -> Verdict:
    notice = Notice(
        id=uuid7(),
        provider=told.provider,
        event=told.event,
        kind=told.kind,
        our_code=told.code,
        amount=told.amount,
        currency=told.currency,
        digest=told.digest,
        # A partner's clock that runs ahead must not book money in the future.
        happened_at=min(told.happened_at, books.at),
        received_at=books.at,
    )
    if told.kind is Kind.CAPTURED:
        verdict = _judge_capture(books, told, notice)
    else:
        verdict = _judge_refund(books, told, notice)
    notice.verdict = verdict
    books.notices.append(notice)
    return verdict


def _judge_capture(books: _Books, told: ProviderNotice, notice: Notice) -> Verdict:
    intent = books.intents.get(told.code)
    if intent is None or intent.provider != told.provider:
        return Verdict.UNKNOWN
    notice.intent = intent
    verdict = rules.judge_capture(
        asked=Money(intent.amount, intent.currency),
        told=told.money,
        captured=intent.state == Intent.State.CAPTURED,
    )
    books.transfers.append(_transfer("capture", notice, intent))
    if told.currency == intent.currency:
        intent.captured += told.amount
    if rules.goes_back(verdict):
        _ask_back(books, notice, intent, verdict)
        return verdict
    books.captured.append(
        PaymentCaptured(
            intent=intent.id,
            subject=intent.subject,
            amount=intent.amount,
            currency=intent.currency,
            at=notice.happened_at,
            late=intent.state == Intent.State.CLOSED,
        )
    )
    intent.state = Intent.State.CAPTURED
    intent.captured_at = notice.happened_at
    intent.ask_at = None
    return verdict


def _ask_back(books: _Books, notice: Notice, intent: Intent, verdict: Verdict) -> None:
    # Money in a currency that was not asked for counts in none of the intent's sums.
    if notice.currency == intent.currency:
        intent.refunded += notice.amount
    books.excess.append(
        Refund(
            intent=intent,
            subject=notice.id,
            amount=notice.amount,
            currency=notice.currency,
            reason=_EXCESS_REASONS[verdict],
            excess=True,
            next_at=books.at,
            wanted_at=books.at,
            wanted_by="payments",
        )
    )


def _judge_refund(books: _Books, told: ProviderNotice, notice: Notice) -> Verdict:
    refund = books.refunds.get(told.code)
    if refund is None or refund.intent.provider != told.provider:
        return Verdict.UNKNOWN
    notice.intent = refund.intent
    verdict = rules.judge_refund(
        kind=told.kind,
        asked=Money(refund.amount, refund.currency),
        told=told.money,
        done=refund.state == Refund.State.DONE,
    )
    if verdict is not Verdict.ACCEPTED:
        return verdict
    if told.kind is Kind.REFUNDED:
        _finish(books, refund, notice)
    else:
        _fail(books, refund, notice)
    return verdict


def _finish(books: _Books, refund: Refund, notice: Notice) -> None:
    intent = refund.intent
    move_refund(
        refund=refund,
        to=Refund.State.DONE,
        next_at=None,
        by=_teller(notice),
        at=notice.happened_at,
        why="arrived at the payer",
    )
    if refund.currency == intent.currency:
        intent.returned += refund.amount
    books.transfers.append(_transfer("refund", notice, intent))
    books.refunded.append(
        PaymentRefunded(
            refund=refund.id,
            subject=refund.subject,
            paid_for=intent.subject,
            amount=refund.amount,
            currency=refund.currency,
            at=notice.happened_at,
            excess=refund.excess,
        )
    )


def _fail(books: _Books, refund: Refund, notice: Notice) -> None:
    pause = rules.refund_pause(attempts=refund.attempts)
    move_refund(
        refund=refund,
        to=Refund.State.FAILED,
        next_at=None if pause is None else books.at + pause,
        by=_teller(notice),
        at=books.at,
        why="the provider could not do it",
    )
    books.failed.append(
        RefundFailed(
            refund=refund.id,
            subject=refund.subject,
            paid_for=refund.intent.subject,
            amount=refund.amount,
            currency=refund.currency,
            at=books.at,
            attempts=refund.attempts,
            final=pause is None,
        )
    )


def _transfer(kind: str, notice: Notice, intent: Intent) -> NewTransfer:
    """One transfer per notice, with the notice as its entry, about what was paid for."""
    clearing = AccountKey(Account.Kind.CLEARING, notice.currency, provider=notice.provider)
    escrow = AccountKey(Account.Kind.ESCROW, notice.currency)
    debit, credit = (clearing, escrow) if kind == "capture" else (escrow, clearing)
    return NewTransfer(
        entry=notice.id,
        kind=kind,
        debit=debit,
        credit=credit,
        amount=notice.amount,
        subject=intent.subject,
        at=notice.happened_at,
        by=_teller(notice),
    )


def _teller(notice: Notice) -> str:
    return f"provider:{notice.provider}"


def _save(books: _Books) -> None:
    update_rows(
        _touched(books.intents.values(), {notice.intent_id for notice in books.notices}),
        ["state", "captured", "refunded", "returned", "captured_at", "ask_at"],
    )
    # A word about a number we do not know locked nothing: the same may be told at this moment.
    unknown = [notice for notice in books.notices if notice.intent_id is None]
    if unknown:
        Notice.objects.bulk_create(unknown, ignore_conflicts=True)
    insert_rows([notice for notice in books.notices if notice.intent_id is not None])
    _close_others(books)
    add_refunds(refunds=books.excess)
    post(transfers=books.transfers)
    publish(books.captured)
    publish(books.refunded)
    publish(books.failed)


def _close_others(books: _Books) -> None:
    """What is paid is asked for no more, by whatever other way the payer had begun."""
    paid = [fact.subject for fact in books.captured]
    if paid:
        write(_CLOSE, [Intent.State.CLOSED, books.at, paid, Intent.State.OPEN])


def _touched(intents: Iterable[Intent], ids: set[UUID | None]) -> list[Intent]:
    return [intent for intent in intents if intent.id in ids]
