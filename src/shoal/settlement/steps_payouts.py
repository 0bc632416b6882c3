"""Writes on payouts that operations compose: made, moved, and what a partner's word does to money.

| step | ledger |
|---|---|
| made | party → payout, party → tax |
| paid | payout → bank |
| failed | payout → party, tax → party |
| failed after it was paid (the bank sent it back) | bank → payout → party, tax → party |
| paid after it had failed | party → payout → bank, party → tax |

A proof comes from goodwill in the party's place, a deposit from the brand's deposit.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_noop as _
from procrastinate.contrib.django import app as jobs

from shoal.kit.amounts import amount_in_words
from shoal.kit.errors import Refused
from shoal.kit.ids import uuid7
from shoal.kit.money import Money
from shoal.kit.transactions import step
from shoal.ledger.models import Account
from shoal.ledger.steps import AccountKey, NewTransfer, lock_balance, post
from shoal.settlement.models_payouts import (
    PartyKind,
    Payout,
    PayoutAccount,
    PayoutNotice,
    PayoutStep,
)
from shoal.settlement.parties import Party, party_by_id, tell
from shoal.settlement.payout_providers import PayoutWord, default_payout_provider
from shoal.settlement.queries_payouts import is_stopped, standing_of, withheld_for
from shoal.settlement.rules_payouts import Block, Verdict, Why, Word, blocks, judge

State = Payout.State
Purpose = Payout.Purpose
_LIVE = ("given", "proving", "verified")


class PayoutBlocked(Refused):
    """This cannot be paid out now. The page says why."""

    code = "payout_blocked"

    @property
    def blocks(self) -> list[Block]:
        """Everything that is in the way."""
        found: list[Block] = self.facts.get("blocks", [])  # type: ignore[assignment]  # ours
        return found


class PayoutTooLarge(Refused):
    """There is not that much to be paid out."""

    code = "payout_too_large"


@step
def make_payout(
    *, party: Party, amount: int | None, by: str, at: datetime, period: str = ""
) -> Payout:
    """This will take `amount` (all of it without one) out of a party's balance, to be released.

    Raises PayoutBlocked or PayoutTooLarge. Account and balance are locked first, in this order, so
    that whoever comes at the same moment sees what is left.
    """
    account = lock_account(party=party)
    balance = lock_balance(kind=party.ledger, party=party.id, currency=party.currency)
    standing = standing_of(party=party, account=account, balance=balance, at=at)
    found = blocks(standing=standing, at=at)
    if found or account is None:
        raise PayoutBlocked(blocks=found)
    gross = balance.minor if amount is None else amount
    if gross > balance.minor:
        raise PayoutTooLarge
    if gross < max(standing.minimum, 1):
        raise PayoutBlocked(blocks=[Block(Why.TOO_LITTLE)])
    withheld = withheld_for(party=party, gross=gross, at=at)
    payout = Payout(
        party_kind=party.kind,
        party=party.id,
        account=account,
        currency=party.currency,
        gross_minor=gross,
        withheld_minor=withheld,
        amount=gross - withheld,
        period=period,
        made_at=at,
        made_by=by,
    )
    return _begin(payout, by=by, at=at, reason="")


@step
def make_proof(*, account: PayoutAccount, party: Party, by: str, at: datetime) -> Payout:
    """This will send the small sum that a party types back; goodwill pays it."""
    amount = account.proof_minor or 0
    return _make_released(Purpose.PROOF, account, party, amount, by=by, at=at)


@step
def make_deposit_payout(
    *, account: PayoutAccount, party: Party, amount: int, by: str, at: datetime
) -> Payout:
    """This will send a brand's deposit back, which two people have decided."""
    return _make_released(Purpose.DEPOSIT, account, party, amount, by=by, at=at)


def _make_released(
    purpose: Purpose, account: PayoutAccount, party: Party, amount: int, *, by: str, at: datetime
) -> Payout:
    """Makes a payout of somebody's that waits for no run, whole and at once."""
    payout = Payout(
        purpose=purpose,
        party_kind=party.kind,
        party=party.id,
        account=account,
        currency=party.currency,
        gross_minor=amount,
        amount=amount,
        made_at=at,
        made_by=by,
    )
    return release(payout=_begin(payout, by=by, at=at, reason=""), by=by, at=at)


@step
def lock_account(*, party: Party) -> PayoutAccount | None:
    """This will lock the account that a party's money goes to, where she has one."""
    rows = PayoutAccount.objects.filter(party_kind=party.kind, party=party.id, state__in=_LIVE)
    return rows.select_for_update().first()


@step
def what_came_between(*, party: Party, at: datetime) -> str:
    """This will say what keeps a payout that was made from being released; "" for nothing.

    A return may have been decided since: its party's part of it is owed before anything is paid.
    """
    if is_stopped(party=party, at=at):
        return "suspended"
    left = lock_balance(kind=party.ledger, party=party.id, currency=party.currency)
    return "below zero" if left.minor < 0 else ""


@step
def release(*, payout: Payout, by: str, at: datetime) -> Payout:
    """This will let the worker send a locked payout that was made."""
    partner = default_payout_provider()
    payout.provider = partner.name
    payout.attempts = 0
    move(payout=payout, to=State.RELEASED, by=by, at=at, next_at=None if partner.by_hand else at)
    if not partner.by_hand:
        jobs.configure_task("settlement.send_payouts").defer()
    return payout


@step
def made_for(*, account: PayoutAccount) -> list[Payout]:
    """This will lock the payouts to an account that nobody has released yet."""
    rows = Payout.objects.filter(account=account, state=State.MADE).order_by("id")
    return list(rows.select_for_update())


@step
def fail_payout(*, payout: Payout, reason: str, by: str, at: datetime) -> None:
    """This will end a locked payout: its money goes back to where it came from."""
    returned = payout.state == State.PAID
    _post(payout, _back(payout, returned=returned), by=by, at=at)
    move(payout=payout, to=State.FAILED, by=by, at=at, reason=reason)
    if payout.purpose == Purpose.PROOF:
        account = PayoutAccount.objects.select_for_update().get(id=payout.account_id)
        if account.state == PayoutAccount.State.PROVING:
            refuse_account(account=account, reason=reason[:200], at=at)
        return
    party = party_by_id(kind=payout.party_kind, party=payout.party)
    tell(
        party=party,
        subject=_("Payout failed"),
        text=_("{name}: your payout of {amount} did not arrive and is back in your balance."),
        at=at,
        name=party.name,
        amount=_amount(payout),
    )


@step
def refuse_account(*, account: PayoutAccount, reason: str, at: datetime) -> None:
    """This will refuse a locked account and tell its party why."""
    account.state, account.reason = PayoutAccount.State.REFUSED, reason
    account.save(update_fields=["state", "reason", "checked_at", "checked_by"])
    party = party_by_id(kind=account.party_kind, party=account.party)
    tell(
        party=party,
        subject=_("Payout account refused"),
        text=_("{name}: your payout account was refused. Open its page to see why."),
        at=at,
        name=party.name,
    )


@step
def finish_payout(*, payout: Payout, by: str, at: datetime, reason: str = "") -> None:
    """This will note that a locked payout reached the party's bank."""
    if payout.state == State.FAILED:
        _post(payout, _out(payout), by=by, at=at)
    key = AccountKey(Account.Kind.PAYOUT, payout.currency)
    bank = AccountKey(Account.Kind.BANK, payout.currency)
    _post(payout, [("payout_paid", key, bank, payout.amount)], by=by, at=at)
    move(payout=payout, to=State.PAID, by=by, at=at, reason=reason)
    party = party_by_id(kind=payout.party_kind, party=payout.party)
    proof = payout.purpose == Purpose.PROOF
    tell(
        party=party,
        subject=_("A small sum is in your account") if proof else _("Payout arrived"),
        text=_(
            "{name}: we sent a small sum to your payout account. Type on its page how much it was."
        )
        if proof
        else _("{name}: {amount} was paid to your account."),
        at=at,
        name=party.name,
        amount=_amount(payout),
    )


@step
def move(
    *,
    payout: Payout,
    to: Payout.State,
    by: str,
    at: datetime,
    reason: str = "",
    next_at: datetime | None = None,
) -> None:
    """This will bring a locked payout into state `to`, due again at `next_at`."""
    payout.state, payout.next_at = to, next_at
    payout.done_at = at if to in {State.PAID, State.FAILED} else None
    payout.save()
    PayoutStep.objects.create(payout=payout, state=to, reason=reason[:200], by=by, at=at)


@step
def take_words(*, words: Sequence[PayoutWord], by: str, at: datetime) -> list[Verdict | None]:
    """This will keep each event of a partner's once and move its money; None: told before."""
    codes = {word.code for word in words}
    rows = Payout.objects.filter(code__in=codes).order_by("id").select_for_update()
    payouts = {payout.code: payout for payout in rows}
    known = set(
        PayoutNotice.objects.filter(event__in={word.event for word in words}).values_list(
            "provider", "event"
        )
    )
    verdicts: list[Verdict | None] = []
    for word in words:
        if (word.provider, word.event) in known:
            verdicts.append(None)
            continue
        known.add((word.provider, word.event))
        verdicts.append(_take(word, payouts.get(word.code), by=by, at=at))
    return verdicts


def _take(word: PayoutWord, payout: Payout | None, *, by: str, at: datetime) -> Verdict:
    verdict = (
        judge(
            word=word.word,
            told=word.money,
            asked=Money(payout.amount, payout.currency),
            state=payout.state,
            happened_at=word.happened_at,
            told_at=payout.told_at,
        )
        if payout is not None and payout.provider == word.provider
        else Verdict.UNKNOWN
    )
    PayoutNotice.objects.create(
        provider=word.provider,
        event=word.event,
        kind=word.word,
        our_code=word.code,
        payout=payout,
        amount=word.money.minor,
        currency=word.money.currency,
        reason=word.reason,
        verdict=verdict,
        happened_at=word.happened_at,
        received_at=at,
    )
    if payout is not None and verdict == Verdict.REPEATED and payout.told_at is not None:
        payout.told_at = max(payout.told_at, word.happened_at)
        payout.save(update_fields=["told_at"])
    if payout is not None and verdict == Verdict.ACCEPTED:
        payout.told_at = word.happened_at
        payout.reference = word.reference or payout.reference
        if word.word is Word.PAID:
            finish_payout(payout=payout, by=by, at=at, reason="the bank paid it")
        else:
            fail_payout(payout=payout, reason=word.reason or "the bank refused it", by=by, at=at)
    return verdict


def _begin(payout: Payout, *, by: str, at: datetime, reason: str) -> Payout:
    payout.save(force_insert=True)
    PayoutStep.objects.create(payout=payout, state=payout.state, reason=reason, by=by, at=at)
    _post(payout, _out(payout), by=by, at=at)
    return payout


def _source(payout: Payout) -> AccountKey:
    if payout.purpose == Purpose.PROOF:
        return AccountKey(Account.Kind.GOODWILL, payout.currency)
    if payout.purpose == Purpose.DEPOSIT:
        return AccountKey(Account.Kind.DEPOSIT, payout.currency, payout.party)
    kind = Account.Kind.KEEPER if payout.party_kind == PartyKind.KEEPER else Account.Kind.BRAND
    return AccountKey(kind, payout.currency, payout.party)


_Move = tuple[str, AccountKey, AccountKey, int]


def _out(payout: Payout) -> list[_Move]:
    source, currency = _source(payout), payout.currency
    return [
        ("payout", source, AccountKey(Account.Kind.PAYOUT, currency), payout.amount),
        ("withholding", source, AccountKey(Account.Kind.TAX, currency), payout.withheld_minor),
    ]


def _back(payout: Payout, *, returned: bool) -> list[_Move]:
    source, currency = _source(payout), payout.currency
    way, bank = (AccountKey(kind, currency) for kind in (Account.Kind.PAYOUT, Account.Kind.BANK))
    tax = AccountKey(Account.Kind.TAX, currency)
    return [
        ("payout_returned", bank, way, payout.amount if returned else 0),
        ("payout_failed", way, source, payout.amount),
        ("withholding", tax, source, payout.withheld_minor),
    ]


def _post(payout: Payout, moves: Sequence[_Move], *, by: str, at: datetime) -> None:
    entry: UUID = uuid7()
    post(
        transfers=[
            NewTransfer(entry, kind, debit, credit, amount, payout.id, at, by[:40])
            for kind, debit, credit, amount in moves
            if amount
        ]
    )


def _amount(payout: Payout) -> str:
    return amount_in_words(amount=Money(payout.amount, payout.currency))
