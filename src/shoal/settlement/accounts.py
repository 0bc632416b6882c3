"""Payout accounts: given by the party, compared with her papers by an operator, proved by a sum."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext_noop as _

from shoal.kit import vault
from shoal.kit.errors import NotFound, Refused
from shoal.kit.transactions import operation, step
from shoal.ledger.models import Balance
from shoal.people.events import ErasureAsked
from shoal.settlement.models_payouts import Payout, PayoutAccount
from shoal.settlement.parties import Party, lock_party, party_by_id, tell, vault_key
from shoal.settlement.payout_providers import default_payout_provider
from shoal.settlement.queries_payouts import OPEN, minimum
from shoal.settlement.steps_payouts import fail_payout, made_for, make_proof, refuse_account
from shoal.shops.models import ShopMember

State = PayoutAccount.State
LIVE = (State.GIVEN, State.PROVING, State.VERIFIED)
TRIES = 3
_SMALLEST, _LARGEST = 11, 99


class AccountIncomplete(Refused):
    """Please name the holder, the bank or wallet, and the number of the account."""

    code = "account_incomplete"


class AccountJudged(Refused):
    """This account has already been judged, or was replaced by another one."""

    code = "account_judged"


class OwnAccount(Refused):
    """You gave this account yourself. Somebody else has to check it."""

    code = "own_account"


class RefusalNeedsReason(Refused):
    """Please write down the reason: the other side will read it."""

    code = "refusal_needs_reason"


class NothingToProve(Refused):
    """There is no sum to type back. It may not have arrived yet."""

    code = "nothing_to_prove"


class WrongProof(Refused):
    """That is not the sum we sent. Please look once more."""

    code = "wrong_proof"


class ProofLost(Refused):
    """That was not the sum we sent, three times. Please give the account once more."""

    code = "proof_lost"


class MoneyLeft(Refused):
    """Your shop still has money with us, or a payout under way. Have it paid out first."""

    code = "money_left"


@dataclass(frozen=True, slots=True)
class AccountGiven:
    """What a party types: where her money goes."""

    kind: PayoutAccount.Kind
    holder: str
    bank: str
    number: str


def last_account(*, party: Party) -> PayoutAccount | None:
    """This will return the account a party gave last, whatever became of it."""
    rows = PayoutAccount.objects.filter(party_kind=party.kind, party=party.id)
    return rows.order_by("-id").first()


def opened(account: PayoutAccount) -> Mapping[str, str]:
    """This will return what is sealed about an account; empty when its key is gone."""
    return vault.reveal_many([(account.key, account.sealed)])[0] or {}


@operation
def give_account(*, party: Party, given: AccountGiven, by: str, at: datetime) -> PayoutAccount:
    """This will take a party's account in; another one that stood is replaced, and money waits.

    Raises AccountIncomplete. The very account that stands already is returned as it is.
    """
    cleaned = {
        "holder": " ".join(given.holder.split())[:80],
        "bank": " ".join(given.bank.split())[:80],
        "number": "".join(given.number.split())[:60],
    }
    if not all(cleaned.values()):
        raise AccountIncomplete
    key = vault_key(party=party)
    lock_party(party=party)
    before = _locked_live(party)
    if before is not None and before.kind == given.kind and opened(before) == cleaned:
        return before
    # A first account waits for nobody; any later one does, whatever became of the one before.
    earlier = PayoutAccount.objects.filter(
        party_kind=party.kind, party=party.id, verified_at__isnull=False
    ).exists()
    if before is not None:
        _replace(before, by=by, at=at)
    account = PayoutAccount.objects.create(
        party_kind=party.kind,
        party=party.id,
        kind=given.kind,
        key=key,
        sealed=vault.seal(key, cleaned),
        held_until=at + timedelta(days=settings.SHOAL_PAYOUT_CHANGE_DAYS) if earlier else None,
        given_at=at,
        given_by=by,
    )
    if earlier:
        tell(party=party, subject=_CHANGED[0], text=_CHANGED[1], at=at, name=party.name)
    return account


def _replace(account: PayoutAccount, *, by: str, at: datetime) -> None:
    """What was made for the old account and not released yet goes back into the balance."""
    account.state = State.REPLACED
    account.save(update_fields=["state"])
    for payout in made_for(account=account):
        fail_payout(payout=payout, reason="account changed", by=by, at=at)


@operation
def judge_account(
    *, code: str, accepted: bool, reason: str, by: str, at: datetime
) -> PayoutAccount:
    """This will say whether an account's holder is who the papers say.

    Accepted, it stands; where the partner is quick enough a small sum goes out first, to be typed
    back. Raises AccountJudged, OwnAccount, or RefusalNeedsReason.
    """
    account = _locked(code)
    if account.state != State.GIVEN:
        raise AccountJudged
    if account.given_by == by:
        raise OwnAccount
    if not accepted and not reason.strip():
        raise RefusalNeedsReason
    account.checked_at, account.checked_by = at, by
    if not accepted:
        refuse_account(account=account, reason=reason.strip()[:200], at=at)
    elif default_payout_provider().proves:
        account.state = State.PROVING
        account.proof_minor = secrets.randbelow(_LARGEST - _SMALLEST + 1) + _SMALLEST
        account.save(update_fields=["state", "proof_minor", "checked_at", "checked_by"])
        make_proof(account=account, party=_party(account), by=by, at=at)
    else:
        _verify(account, at=at)
    return account


def prove_account(*, party: Party, minor: int, at: datetime) -> PayoutAccount:
    """This will take the sum that a party read off her statement; the right one verifies.

    Raises NothingToProve, WrongProof, or ProofLost after the third wrong one.
    """
    account = _try_proof(party=party, minor=minor, at=at)
    # A wrong try is kept: what is raised inside a transaction would be forgotten with it.
    if account.state == State.REFUSED:
        raise ProofLost
    if account.state != State.VERIFIED:
        raise WrongProof
    return account


@operation
def _try_proof(*, party: Party, minor: int, at: datetime) -> PayoutAccount:
    account = _locked_live(party)
    if account is not None and account.state == State.VERIFIED and account.proof_minor == minor:
        return account
    if account is None or account.state != State.PROVING or not _arrived(account):
        raise NothingToProve
    if minor == account.proof_minor:
        _verify(account, at=at)
        return account
    account.proof_tries += 1
    account.save(update_fields=["proof_tries"])
    if account.proof_tries >= TRIES:
        refuse_account(account=account, reason="the sum was not typed back", at=at)
    return account


def _arrived(account: PayoutAccount) -> bool:
    sums = account.payouts.filter(purpose=Payout.Purpose.PROOF, state=Payout.State.PAID)
    return bool(sums.exists())


@step
def refuse_open_money(facts: Sequence[ErasureAsked]) -> None:
    """This will refuse to forget a keeper who still has money with us; reactor of ErasureAsked.

    Her account is sealed under her key: without it nothing could be paid out. Raises MoneyLeft.
    """
    for fact in facts:
        shops = ShopMember.objects.filter(
            person=fact.person, role=ShopMember.Role.KEEPER, until_at=None
        ).values_list("shop_id", flat=True)
        under_way = Payout.objects.filter(party__in=shops, state__in=OPEN)
        balances = Balance.objects.filter(account__party__in=shops).select_related("account")
        # What is less than the smallest payout could never be had: it must not keep her here.
        left = (
            row.credits - row.debits >= minimum(currency=row.account.currency) for row in balances
        )
        if under_way.exists() or any(left):
            raise MoneyLeft


def _verify(account: PayoutAccount, *, at: datetime) -> None:
    account.state, account.verified_at = State.VERIFIED, at
    account.save(update_fields=["state", "verified_at", "checked_at", "checked_by"])
    party = _party(account)
    tell(party=party, subject=_VERIFIED[0], text=_VERIFIED[1], at=at, name=party.name)


def _party(account: PayoutAccount) -> Party:
    return party_by_id(kind=account.party_kind, party=account.party)


def _locked(code: str) -> PayoutAccount:
    account = PayoutAccount.objects.select_for_update().filter(code=code).first()
    if account is None:
        raise NotFound
    return account


def _locked_live(party: Party) -> PayoutAccount | None:
    rows = PayoutAccount.objects.filter(party_kind=party.kind, party=party.id, state__in=LIVE)
    return rows.select_for_update().first()


_CHANGED = (
    _("Payout account changed"),
    _(
        "{name}: another payout account was given. If that was not you, tell us at once; nothing"
        " is paid to it for some days."
    ),
)
_VERIFIED = (
    _("Payout account verified"),
    _("{name}: your payout account is verified. Your earnings can be paid out to it."),
)
