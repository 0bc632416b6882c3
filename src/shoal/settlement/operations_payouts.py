"""Durable work on payouts: asked for or prepared, put into a run, released, sent, confirmed.

What calls a partner goes in three moves: hold (the row), call (outside of any transaction),
confirm. A process that dies in between leaves a row that becomes due again, and every call is safe
to repeat with the same number.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from shoal.kit import vault
from shoal.kit.errors import NotFound, Refused
from shoal.kit.money import Money
from shoal.kit.transactions import operation
from shoal.ledger.models import Account, Balance
from shoal.payments.providers import ProviderDown, ProviderSaidNo
from shoal.payments.rules import refund_pause as pause_after
from shoal.settlement.models_payouts import PartyKind, Payout, PayoutAccount, PayoutHold, PayoutRun
from shoal.settlement.parties import Party, in_currency, lock_party, parties
from shoal.settlement.payout_providers import PayoutWord, Sending, payout_provider
from shoal.settlement.payout_providers.file import NAME as BY_FILE
from shoal.settlement.payout_providers.file import read_answer, write_file
from shoal.settlement.rules_payouts import Verdict, period_of
from shoal.settlement.steps_payouts import (
    PayoutBlocked,
    fail_payout,
    make_payout,
    move,
    release,
    take_words,
    what_came_between,
)

State = Payout.State
WORKER = "worker:payouts"
# While one worker holds a row nobody else acts on it; it is due again if that worker dies.
_HELD = timedelta(minutes=2)
_AT_ONCE = 20


class NothingToRelease(Refused):
    """No payout waits for a run."""

    code = "nothing_to_release"


class RunDecided(Refused):
    """This run has already been decided."""

    code = "run_decided"


class SameOperator(Refused):
    """A run needs two people: whoever put it together cannot release it."""

    code = "same_operator"


class PayoutFixed(Refused):
    """This payout has been released: it can no longer be taken back."""

    code = "payout_fixed"


class PayoutNotStuck(Refused):
    """This payout is not waiting for anybody."""

    code = "payout_not_stuck"


class ReasonNeeded(Refused):
    """Please write down the reason: the other side will read it."""

    code = "reason_needed"


class HeldAlready(Refused):
    """This party’s payouts are held already."""

    code = "held_already"


class NothingForTheBank(Refused):
    """Nothing of this run waits for a file: the bank has it all, or has answered already."""

    code = "nothing_for_the_bank"


@operation
def ask_payout(*, party: Party, amount: int | None, by: str, at: datetime) -> Payout:
    """This will take a payout that the party asks for; without `amount` it is all she has.

    Raises PayoutBlocked or PayoutTooLarge; nothing is taken then.
    """
    return make_payout(party=party, amount=amount, by=by, at=at)


def prepare_payouts(*, at: datetime) -> int:
    """This will make the payouts of this period for all who may be paid, and return how many.

    One transaction each, so that one who is held back spoils nobody's; once per period, however
    often it runs.
    """
    period = period_of(at=timezone.localtime(at), period=settings.SHOAL_PAYOUT_PERIOD)
    return sum(_prepare(party, period=period, at=at) for party in _owed(period)) if period else 0


def _owed(period: str) -> list[Party]:
    kinds = {Account.Kind.KEEPER: PartyKind.KEEPER, Account.Kind.BRAND: PartyKind.BRAND}
    rows = Balance.objects.filter(account__kind__in=kinds).select_related("account")
    owed = [
        (str(kinds[Account.Kind(row.account.kind)]), party, row.account.currency)
        for row in rows.order_by("account_id")
        if row.credits > row.debits and (party := row.account.party) is not None
    ]
    # Asked again they would be refused by the database; looking first is kinder.
    paid = set(Payout.objects.filter(period=period).values_list("party_kind", "party", "currency"))
    found = parties(wanted=[(kind, party) for kind, party, _ in owed])
    return [
        in_currency(found[kind, party], currency)
        for kind, party, currency in owed
        if (kind, party, currency) not in paid and (kind, party) in found
    ]


def _prepare(party: Party, *, period: str, at: datetime) -> int:
    try:
        _make(party=party, period=period, at=at)
    except PayoutBlocked:
        return 0
    return 1


@operation
def _make(*, party: Party, period: str, at: datetime) -> Payout:
    return make_payout(party=party, amount=None, by=WORKER, at=at, period=period)


@operation
def prepare_run(*, currency: str, by: str, at: datetime) -> PayoutRun:
    """This will put every waiting payout of a currency into one run, for another to release.

    Raises NothingToRelease.
    """
    rows = Payout.objects.filter(
        state=State.MADE, run=None, currency=currency, purpose=Payout.Purpose.BALANCE
    )
    ids = list(rows.select_for_update(skip_locked=True).values_list("id", flat=True))
    if not ids:
        raise NothingToRelease
    run = PayoutRun.objects.create(currency=currency, prepared_at=at, prepared_by=by)
    Payout.objects.filter(id__in=ids).update(run=run)
    return run


@operation
def decide_run(*, code: str, approve: bool, reason: str = "", by: str, at: datetime) -> PayoutRun:
    """This will release a run that somebody else put together, or drop it with a reason.

    Who was suspended or fell below zero meanwhile gets her money back into the balance, where it
    waits. Raises RunDecided, SameOperator or ReasonNeeded.
    """
    run = PayoutRun.objects.select_for_update().filter(code=code).first()
    if run is None:
        raise NotFound
    if run.state != PayoutRun.State.PREPARED:
        raise RunDecided
    if approve and run.prepared_by == by:
        raise SameOperator
    if not approve and not reason.strip():
        raise ReasonNeeded
    run.state = PayoutRun.State.RELEASED if approve else PayoutRun.State.DROPPED
    run.decided_by, run.decided_at, run.reason = by, at, reason.strip()[:200]
    run.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    rows = Payout.objects.filter(run=run, state=State.MADE).order_by("id")
    if not approve:
        rows.update(run=None)
        return run
    made = list(rows.select_for_update())
    found = parties(wanted=[(payout.party_kind, payout.party) for payout in made])
    for payout in made:
        party = in_currency(found[payout.party_kind, payout.party], payout.currency)
        if why := what_came_between(party=party, at=at):
            fail_payout(payout=payout, reason=why, by=by, at=at)
        else:
            release(payout=payout, by=by, at=at)
    return run


@operation
def take_back(*, code: str, reason: str, by: str, at: datetime) -> Payout:
    """This will put a payout that nobody released back into the balance, with a reason.

    Raises PayoutFixed or ReasonNeeded.
    """
    payout = _locked(code)
    if not reason.strip():
        raise ReasonNeeded
    if payout.state != State.MADE:
        raise PayoutFixed
    fail_payout(payout=payout, reason=reason.strip(), by=by, at=at)
    return payout


@operation
def retry_payout(*, code: str, by: str, at: datetime) -> Payout:
    """This will let the worker ask again about a payout that it gave up on.

    The partner knows our number: what it has done already it does not do twice. Raises
    PayoutNotStuck.
    """
    payout = _locked(code)
    stuck = payout.state in {State.RELEASED, State.SENT} and payout.next_at is None
    if not stuck or payout.provider == BY_FILE:
        raise PayoutNotStuck
    payout.attempts = 0
    move(payout=payout, to=State(payout.state), by=by, at=at, reason="send once more", next_at=at)
    return payout


@operation
def hold_payouts(*, party: Party, reason: str, by: str, at: datetime) -> PayoutHold:
    """This will keep a party's money back; what waits for release goes back into the balance.

    Raises ReasonNeeded or HeldAlready.
    """
    if not reason.strip():
        raise ReasonNeeded
    lock_party(party=party)
    account = PayoutAccount.objects.filter(party_kind=party.kind, party=party.id)
    list(account.order_by("id").select_for_update())  # whoever is being paid now waits, or is first
    held = PayoutHold.objects.filter(party_kind=party.kind, party=party.id, lifted_at=None)
    if held.exists():
        raise HeldAlready
    waiting = Payout.objects.filter(party_kind=party.kind, party=party.id, state=State.MADE)
    for payout in waiting.order_by("id").select_for_update():
        fail_payout(payout=payout, reason=reason.strip(), by=by, at=at)
    return PayoutHold.objects.create(
        party_kind=party.kind, party=party.id, reason=reason.strip()[:200], put_at=at, put_by=by
    )


@operation
def lift_hold(*, code: str, reason: str, by: str, at: datetime) -> PayoutHold:
    """This will let a party be paid again, with a reason. Raises ReasonNeeded."""
    hold = PayoutHold.objects.select_for_update().filter(code=code, lifted_at=None).first()
    if hold is None:
        raise NotFound
    if not reason.strip():
        raise ReasonNeeded
    hold.lifted_at, hold.lifted_by, hold.why_lifted = at, by, reason.strip()[:200]
    hold.save(update_fields=["lifted_at", "lifted_by", "why_lifted"])
    return hold


def send_payouts(*, at: datetime) -> int:
    """This will send every payout that is due, ask after those under way, and return how many."""
    done = 0
    while held := _hold(at=at):
        for payout in held:
            _send_one(payout=payout, at=at)
        done += len(held)
    return done


@operation
def _hold(*, at: datetime) -> list[Payout]:
    rows = Payout.objects.filter(next_at__lte=at).select_related("account").order_by("next_at")
    held = []
    for payout in rows.select_for_update(skip_locked=True, of=("self",))[:_AT_ONCE]:
        if _account_is_gone(payout):
            fail_payout(payout=payout, reason="account changed", by=WORKER, at=at)
            continue
        payout.attempts += 1
        payout.next_at = at + _HELD
        payout.save(update_fields=["attempts", "next_at"])
        held.append(payout)
    return held


def _account_is_gone(payout: Payout) -> bool:
    """Before the first try nothing can have left: then, and only then, it may still be stopped."""
    stands = {PayoutAccount.State.VERIFIED}
    if payout.purpose == Payout.Purpose.PROOF:
        stands = {PayoutAccount.State.PROVING}
    return payout.attempts == 0 and payout.account.state not in stands


def _send_one(*, payout: Payout, at: datetime) -> None:
    partner = payout_provider(payout.provider)
    try:
        if payout.state == State.SENT:
            words = partner.query(code=payout.code)
        else:
            words = partner.send(sending=_sendings([payout])[0])
    except (ProviderDown, ProviderSaidNo, vault.Erased) as trouble:
        why = str(getattr(trouble, "facts", {}).get("why", "")) or type(trouble).__name__
        _put_off(payout=payout.id, why=why, refused=not isinstance(trouble, ProviderDown), at=at)
        return
    _confirm(payout=payout.id, words=words, at=at)


@operation
def _confirm(*, payout: UUID, words: Sequence[PayoutWord], at: datetime) -> None:
    """The partner has it: ask again later, unless it is known already what became of it."""
    row = Payout.objects.select_for_update().get(id=payout)
    row.trouble = ""
    if row.state == State.RELEASED:
        wait = pause_after(attempts=1) or _HELD
        move(payout=row, to=State.SENT, by=WORKER, at=at, next_at=at + wait)
    elif row.state == State.SENT:
        wait = pause_after(attempts=min(row.attempts, 11)) or _HELD
        row.next_at = at + wait  # a bank may take days: it is asked until it says
        row.save(update_fields=["next_at", "trouble"])
    take_words(words=words, by=WORKER, at=at)


@operation
def _put_off(*, payout: UUID, why: str, refused: bool, at: datetime) -> None:
    """No answer, or one that says nothing about the money: again later, at last an operator's."""
    row = Payout.objects.select_for_update().get(id=payout)
    if row.state not in {State.RELEASED, State.SENT}:
        return
    wait = None if refused else pause_after(attempts=row.attempts)
    row.trouble = why[:200]
    row.next_at = None if wait is None else at + wait
    row.save(update_fields=["trouble", "next_at"])


@operation
def hand_over_file(*, code: str, by: str, at: datetime, copy: bool = False) -> bytes:
    """This will return a file of what in a released run the bank has not had, and note that it has.

    With `copy` it is what the bank has had and not answered, once more: for a file that never
    reached it. Each step says who took which. Raises NothingForTheBank.
    """
    run = PayoutRun.objects.select_for_update().filter(code=code).first()
    if run is None or run.state != PayoutRun.State.RELEASED:
        raise NotFound
    rows = Payout.objects.filter(
        run=run, provider=BY_FILE, state=State.SENT if copy else State.RELEASED
    ).select_related("account")
    found = list(rows.order_by("id").select_for_update(of=("self",)))
    if not found:
        raise NothingForTheBank
    reason = "in a copy of the bank’s file" if copy else "in the bank’s file"
    payouts = []
    for payout in found:
        if not copy and _account_is_gone(payout):
            fail_payout(payout=payout, reason="account changed", by=by, at=at)
            continue
        move(payout=payout, to=State.SENT, by=by, at=at, reason=reason)
        payouts.append(payout)
    return write_file(sendings=_sendings(payouts))


@operation
def take_answer(*, data: bytes, by: str, at: datetime) -> list[Verdict | None]:
    """This will take a bank's answer file in, each line once, and return the verdicts.

    Raises what `read_answer` raises; nothing is taken in then.
    """
    return take_words(words=read_answer(data=data), by=by, at=at)


def _sendings(payouts: Iterable[Payout]) -> list[Sending]:
    rows = list(payouts)
    records = vault.reveal_many([(row.account.key, row.account.sealed) for row in rows])
    sendings = []
    for payout, record in zip(rows, records, strict=True):
        if record is None:
            raise vault.Erased(payout.account_id)
        sendings.append(
            Sending(
                code=payout.code,
                money=Money(payout.amount, payout.currency),
                kind=payout.account.kind,
                holder=record["holder"],
                bank=record["bank"],
                number=record["number"],
                note=payout.code,
            )
        )
    return sendings


def _locked(code: str) -> Payout:
    payout = Payout.objects.select_for_update().filter(code=code).first()
    if payout is None:
        raise NotFound
    return payout
