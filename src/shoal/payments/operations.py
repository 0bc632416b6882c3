"""Durable work on payments.

What calls a partner goes in three moves: hold (a row, in a transaction), call (outside of one),
confirm (in another). A process that dies in between leaves a row that becomes due again, and every
call is safe to repeat.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings

from shoal.kit.bulk import update_rows
from shoal.kit.errors import Refused
from shoal.kit.locks import lock_rows
from shoal.kit.money import Money
from shoal.kit.transactions import operation
from shoal.payments import queries, rules
from shoal.payments.booking import take_notices
from shoal.payments.models import Intent, Refund
from shoal.payments.providers import (
    AnnouncedOtherwise,
    Client,
    Prepaid,
    Prepayment,
    ProviderNotice,
    ProviderSaidNo,
    provider,
)
from shoal.payments.rules import Verdict
from shoal.payments.steps import lock_intents, move_refund, send_soon


@dataclass(frozen=True, slots=True)
class Payer:
    """How somebody chose to pay: through which partner, and with what in her hand."""

    provider: str
    client: Client = Client.DESK
    user: str = ""  # who she is to the chat app she is in
    address: str = ""  # her network address


# While one worker holds a row nobody else acts on it; it is due again if that worker dies.
_HELD = timedelta(minutes=2)
_AT_ONCE = 20


class NotPayable(Refused):
    """This can no longer be paid: it has been paid already, or was given up."""

    code = "not_payable"


class RefundNotStuck(Refused):
    """This refund is not waiting for anybody."""

    code = "refund_not_stuck"


@operation
def record_notices(*, notices: Sequence[ProviderNotice], at: datetime) -> list[Verdict | None]:
    """This will store each provider event once and move its money, and return the verdicts.

    None stands for an event told before. What each verdict means is the table in `rules`. Raises
    NoticeReplayed for a message, known by its number used once, that was taken in before.
    """
    return take_notices(notices=notices, at=at)


def start_payment(
    *,
    intent: Intent,
    return_url: str,
    at: datetime,
    payer: Payer | None = None,
    title: str = "",
    language: str = "",
    expires_at: datetime | None = None,
) -> Prepaid:
    """This will announce the payment to the provider chosen and return how the payer goes on.

    `title` is what the partner's page calls the purchase. Raises NotPayable, ProviderDown or
    ProviderSaidNo; the thing to pay for stays payable after the last two.
    """
    payer = payer or Payer(provider=intent.provider)
    partner = provider(payer.provider)
    held = _hold_payment(intent=intent, payer=payer, at=at)
    announcement = Prepayment(
        code=held.code,
        money=Money(held.amount, held.currency),
        title=title,
        return_url=return_url,
        notify_url=notify_url(provider=held.provider),
        expires_at=expires_at,
        language=language,
        client=payer.client,
        client_user=payer.user,
        client_address=payer.address,
    )
    try:
        prepaid = partner.prepay(prepayment=announcement)
    except AnnouncedOtherwise:
        # She comes from another network, say, or as another user of her chat app.
        held = _hold_payment(intent=held, payer=payer, at=at, anew=True)
        prepaid = partner.prepay(prepayment=replace(announcement, code=held.code))
    _confirm_payment(intent=held, reference=prepaid.reference)
    return prepaid


@operation
def _hold_payment(*, intent: Intent, payer: Payer, at: datetime, anew: bool = False) -> Intent:
    # All of them: a payment that arrives by an earlier way closes this one at the same moment.
    held = lock_intents(subjects=[intent.subject]).get(intent.id)
    if held is None or held.state != Intent.State.OPEN:
        raise NotPayable
    held = _in_the_way_chosen(held=held, payer=payer, at=at, anew=anew)
    # From here on money may arrive: ask about it even if no notice ever comes.
    pause = rules.question_pause(asked=0)
    held.asked, held.ask_at = 0, at + (pause or _HELD)
    held.save(update_fields=["asked", "ask_at"])
    return held


def _in_the_way_chosen(*, held: Intent, payer: Payer, at: datetime, anew: bool) -> Intent:
    """The intent itself, or its heir when it was announced in another way before, or `anew`.

    A number means one thing to one partner: money may still come by the first way, and then it
    must be known as such. It is taken in, and what comes second goes back.
    """
    way = {"provider": payer.provider, "client": payer.client.value}
    if held.provider == payer.provider and held.client == payer.client and not anew:
        return held
    if not held.asked and held.ask_at is None:
        Intent.objects.filter(id=held.id).update(**way)
        held.provider, held.client = payer.provider, payer.client.value
        return held
    Intent.objects.filter(id=held.id).update(state=Intent.State.CLOSED, closed_at=at)
    return Intent.objects.create(
        subject=held.subject,
        payer_id=held.payer_id,
        amount=held.amount,
        currency=held.currency,
        created_at=at,
        **way,
    )


@operation
def _confirm_payment(*, intent: Intent, reference: str) -> None:
    Intent.objects.filter(id=intent.id).update(provider_reference=reference)


def settle_open_intents(*, at: datetime) -> int:
    """This will ask providers about payments begun whose notice has not come; returns how many.

    What they know is recorded as if a notice had told it. Questions are asked with growing pauses,
    after an intent was closed too, and end when it is captured or after about two days.
    """
    return _drain(lambda: _ask(at=at))


def _ask(*, at: datetime) -> int:
    held = _hold_questions(at=at)
    for intent in held:
        try:
            known = provider(intent.provider).query(code=intent.code)
        except Refused:
            continue  # down, or without its keys: it is due again after its pause
        if known:
            record_notices(notices=known, at=at)
    return len(held)


@operation
def _hold_questions(*, at: datetime) -> list[Intent]:
    rows = queries.due_questions(at=at).select_for_update(skip_locked=True)
    held = list(rows[:_AT_ONCE])
    for intent in held:
        intent.asked += 1
        pause = rules.question_pause(asked=intent.asked)
        intent.ask_at = None if pause is None else at + pause
    update_rows(held, ["asked", "ask_at"])
    return held


def send_refunds(*, at: datetime) -> int:
    """This will send every refund that is due, ask after those under way, and return how many."""
    return _drain(lambda: _send(at=at))


def _send(*, at: datetime) -> int:
    held = _hold_refunds(at=at)
    for refund in held:
        _send_one(refund=refund, at=at)
    return len(held)


@operation
def _hold_refunds(*, at: datetime) -> list[Refund]:
    rows = queries.due_refunds(at=at).select_related("intent")
    held = list(rows.select_for_update(skip_locked=True, of=("self",))[:_AT_ONCE])
    for refund in held:
        refund.attempts += 1
        refund.next_at = at + _HELD
    update_rows(held, ["attempts", "next_at"])
    return held


def _send_one(*, refund: Refund, at: datetime) -> None:
    partner = provider(refund.intent.provider)
    try:
        if refund.state == Refund.State.SENT:
            known = partner.query_refund(code=refund.code)
        else:
            known = partner.refund(
                code=refund.code,
                intent_code=refund.intent.code,
                money=Money(refund.amount, refund.currency),
                reason=refund.reason,
                notify_url=notify_url(provider=refund.intent.provider),
            )
    except Refused as problem:
        _put_off(refund=refund, problem=problem, at=at)
        return
    _confirm_refund(refund=refund, known=known, at=at)


@operation
def _confirm_refund(*, refund: Refund, known: Sequence[ProviderNotice], at: datetime) -> None:
    """The provider has it: ask again later, unless it is known already what became of it."""
    row = _locked(refund)
    # A notice may have overtaken the answer and finished it.
    if row.state != Refund.State.DONE:
        pause = rules.refund_pause(attempts=row.attempts)
        if pause is None:  # asked after for days: somebody must look
            why, to = "the provider has not finished it", Refund.State.FAILED
        else:
            why, to = "the provider has it in hand", Refund.State.SENT
        _move(row, to=to, pause=pause, at=at, why=why)
    if known:
        take_notices(notices=known, at=at)


@operation
def _put_off(*, refund: Refund, problem: Refused, at: datetime) -> None:
    """It did not work this time: again after a growing pause, at last a matter for an operator."""
    row = _locked(refund)
    if row.state == Refund.State.DONE:
        return
    pause = rules.refund_pause(attempts=row.attempts)
    refused = isinstance(problem, ProviderSaidNo)
    to = Refund.State.FAILED if refused or pause is None else Refund.State(row.state)
    why = str(problem.facts.get("why", problem.code))
    _move(row, to=to, pause=pause, at=at, why=why)


def _locked(refund: Refund) -> Refund:
    lock_rows(Intent, [refund.intent_id])  # the same order as a notice takes them in
    return lock_rows(Refund, [refund.id])[refund.id]


def _move(
    refund: Refund, *, to: Refund.State, pause: timedelta | None, at: datetime, why: str
) -> None:
    next_at = None if pause is None else at + pause
    move_refund(refund=refund, to=to, next_at=next_at, by="worker:refunds", at=at, why=why)


@operation
def retry_refund(*, code: str, by: str, at: datetime) -> Refund:
    """This will send a refund that failed for good once more, with its attempts counted anew.

    Raises RefundNotStuck for one that is under way or done.
    """
    refund = Refund.objects.select_for_update().filter(code=code).first()
    if refund is None or refund.state != Refund.State.FAILED or refund.next_at is not None:
        raise RefundNotStuck
    refund.attempts = 0
    move_refund(
        refund=refund, to=Refund.State.WANTED, next_at=at, by=by, at=at, why="send once more"
    )
    send_soon()
    return refund


def notify_url(*, provider: str) -> str:
    """This will return the address at which a provider tells us what happened."""
    return f"{settings.SHOAL_PUBLIC_URL}/notices/{provider}"


def _drain(act: Callable[[], int]) -> int:
    done = 0
    while handled := act():
        done += handled
    return done
