"""Deposits of brands: paid in, answering for a debt, given back. Two people decide about each sum.

| step | ledger |
|---|---|
| paid in | bank → deposit |
| covers a debt | deposit → brand: never more than either |
| given back | deposit → payout → bank, as any payout |
"""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from shoal.brands.models import Brand, Contract
from shoal.brands.steps import lock_brand
from shoal.kit.amounts import amount_in_words
from shoal.kit.errors import NotFound, Refused
from shoal.kit.ids import uuid7
from shoal.kit.money import Money
from shoal.kit.transactions import operation
from shoal.ledger.models import Account
from shoal.ledger.queries import party_balance
from shoal.ledger.steps import AccountKey, NewTransfer, lock_balance, post
from shoal.settlement.models_payouts import DepositMove, PayoutAccount
from shoal.settlement.parties import brand_party, tell
from shoal.settlement.queries import answering_of
from shoal.settlement.queries_payouts import standing_of
from shoal.settlement.rules_deposits import Keeps, keeps
from shoal.settlement.steps_payouts import lock_account, make_deposit_payout

Kind = DepositMove.Kind
State = DepositMove.State
WORKER = "worker:deposits"


class ReferenceMissing(Refused):
    """Please write down the bank’s number of this transfer and a sum."""

    code = "reference_missing"


class DepositKnown(Refused):
    """This transfer of the bank has been noted already."""

    code = "deposit_known"


class DepositDecided(Refused):
    """This has already been decided."""

    code = "deposit_decided"


class DepositSamePerson(Refused):
    """A deposit needs two people: whoever noted it cannot confirm it."""

    code = "deposit_same_person"


class StillSelling(Refused):
    """The brand still sells: its deposit is given back when the contract has ended."""

    code = "still_selling"


class StillOwing(Refused):
    """The brand owes money, or has orders or cases open: its deposit still answers for them."""

    code = "still_owing"


class StillAnswering(Refused):
    """Customers may complain of what they bought until {until}: the deposit answers for that."""

    code = "still_answering"


class AccountHeld(Refused):
    """The brand’s payout account was changed: nothing goes there before {until}."""

    code = "account_held"


class PayoutsHeld(Refused):
    """What this brand is paid is held back. Lift that first."""

    code = "payouts_held"


class NoDeposit(Refused):
    """There is no deposit to give back."""

    code = "no_deposit"


class NoVerifiedAccount(Refused):
    """The brand has no verified payout account to which the deposit could go."""

    code = "no_verified_account"


@operation
def note_deposit(
    *, brand: Brand, amount: int, reference: str, by: str, at: datetime
) -> DepositMove:
    """This will note that a brand's deposit arrived at our bank; another operator confirms it.

    Raises ReferenceMissing, or DepositKnown for a transfer that was noted before.
    """
    reference = reference.strip()[:80]
    if not reference or amount <= 0:
        raise ReferenceMissing
    lock_brand(brand.id)
    noted = DepositMove.objects.filter(kind=Kind.PAID_IN, reference=reference)
    if noted.exclude(state=State.REFUSED).exists():
        raise DepositKnown
    return DepositMove.objects.create(
        brand=brand,
        kind=Kind.PAID_IN,
        amount=amount,
        currency=brand.currency,
        reference=reference,
        asked_at=at,
        asked_by=by,
    )


@operation
def ask_give_back(*, brand: Brand, reason: str, by: str, at: datetime) -> DepositMove:
    """This will ask for a brand's whole deposit to be given back; another operator decides.

    Raises what `_may_go_back` raises. Asking twice is asking once.
    """
    lock_brand(brand.id)
    open_one = DepositMove.objects.filter(brand=brand, kind=Kind.GIVEN_BACK, state=State.ASKED)
    found = open_one.first()
    if found is not None:
        return found
    held = _may_go_back(Brand.objects.get(id=brand.id), at=at)
    return DepositMove.objects.create(
        brand=brand,
        kind=Kind.GIVEN_BACK,
        amount=held.minor,
        currency=brand.currency,
        reason=reason.strip()[:200],
        asked_at=at,
        asked_by=by,
    )


@operation
def decide_deposit(*, code: str, approve: bool, by: str, at: datetime) -> DepositMove:
    """This will confirm or refuse what another operator noted or asked for.

    Raises DepositDecided, DepositSamePerson, or for a deposit to give back what forbids it now.
    """
    row = DepositMove.objects.filter(code=code).values_list("brand_id", flat=True).first()
    if row is None:
        raise NotFound
    brand = lock_brand(row)
    moved = DepositMove.objects.select_for_update().get(code=code)
    if moved.state != State.ASKED:
        raise DepositDecided
    if approve and moved.asked_by == by:
        raise DepositSamePerson
    if approve and moved.kind == Kind.PAID_IN:
        bank = AccountKey(Account.Kind.BANK, moved.currency)
        _post(moved, "deposit_in", bank, _deposit(moved), by=by, at=at)
    elif approve:
        _give_back(moved, brand, by=by, at=at)
    moved.state = State.CONFIRMED if approve else State.REFUSED
    moved.decided_by, moved.decided_at = by, at
    moved.save(update_fields=["state", "decided_by", "decided_at", "amount", "payout"])
    return moved


def _give_back(moved: DepositMove, brand: Brand, *, by: str, at: datetime) -> None:
    party = brand_party(brand)
    account = lock_account(party=party)
    held = _may_go_back(brand, at=at)
    if account is None or account.state != PayoutAccount.State.VERIFIED:
        raise NoVerifiedAccount
    standing = standing_of(party=party, account=account, balance=held, at=at)
    if standing.holds:
        raise PayoutsHeld
    if standing.held_until is not None and at < standing.held_until:
        raise AccountHeld(until=_day(standing.held_until))
    # Part of it may have covered a debt since it was asked for: what is there goes back.
    moved.amount = held.minor
    moved.payout = make_deposit_payout(
        account=account, party=party, amount=held.minor, by=by, at=at
    )


def _may_go_back(brand: Brand, *, at: datetime) -> Money:
    """What a brand's deposit is, locked, when nothing forbids to give it back."""
    lock_balance(kind=Account.Kind.BRAND, party=brand.id, currency=brand.currency)
    held = lock_balance(kind=Account.Kind.DEPOSIT, party=brand.id, currency=brand.currency)
    answering = answering_of(brand=brand.id, sells=brand.state == Brand.State.ACTIVE)
    match keeps(answering, at=at):
        case Keeps.SELLS:
            raise StillSelling
        case Keeps.OWES | Keeps.UNDER_WAY:
            raise StillOwing
        case Keeps.CLAIMS:
            raise StillAnswering(until=_day(answering.claims_until or at))
    if held.minor <= 0:
        raise NoDeposit
    return held


def _day(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d}"


def cover_debts(*, at: datetime) -> int:
    """This will let deposits answer for brands' debts that are old, or whose brand is closed.

    Returns how many did.
    """
    return sum(_cover(brand=brand, at=at) for brand in _in_debt())


@operation
def _cover(*, brand: UUID, at: datetime) -> int:
    found = lock_brand(brand)
    owed = lock_balance(kind=Account.Kind.BRAND, party=brand, currency=found.currency)
    held = lock_balance(kind=Account.Kind.DEPOSIT, party=brand, currency=found.currency)
    amount = min(-owed.minor, held.minor)
    since = in_debt_since(brand=brand, currency=found.currency)
    closed = found.state in {Brand.State.SUSPENDED, Brand.State.REFUSED}
    old = since is not None and since <= at - settings.SHOAL_DEBT_AFTER
    if amount <= 0 or not (closed or old):
        return 0
    moved = DepositMove.objects.create(
        brand=found,
        kind=Kind.COVERED,
        state=State.CONFIRMED,
        amount=amount,
        currency=found.currency,
        reason="brand closed" if closed else "below zero for too long",
        asked_at=at,
        asked_by=WORKER,
        decided_at=at,
    )
    debt = AccountKey(Account.Kind.BRAND, moved.currency, brand)
    _post(moved, "deposit_cover", _deposit(moved), debt, by=WORKER, at=at)
    tell(
        party=brand_party(found),
        subject=_("Your deposit covered a debt"),
        text=_("{name}: {amount} of your deposit covered what your balance was below zero."),
        at=at,
        name=found.name,
        amount=amount_in_words(amount=Money(moved.amount, moved.currency)),
    )
    return 1


def deposit_moves(*, brand: Brand) -> list[DepositMove]:
    """This will list what happened to a brand's deposit, newest first."""
    return list(DepositMove.objects.filter(brand=brand).order_by("-id"))


def open_deposit_moves() -> list[DepositMove]:
    """This will list what waits for a second person, oldest first, with the brands."""
    rows = DepositMove.objects.filter(state=State.ASKED).select_related("brand")
    return list(rows.order_by("id"))


def brands_with_deposits() -> list[Brand]:
    """This will list the brands that have a deposit, or owe one by a contract they signed."""
    owing = Contract.objects.filter(signed_at__isnull=False, deposit_minor__gt=0)
    held = Account.objects.filter(kind=Account.Kind.DEPOSIT)
    ids = {*owing.values_list("brand_id", flat=True)}
    ids |= {party for party in held.values_list("party", flat=True) if party is not None}
    return list(Brand.objects.filter(id__in=ids).order_by("applied_at", "id"))


def deposit_of(*, brand: Brand) -> Money:
    """This will return a brand's deposit as it stands."""
    return party_balance(kind=Account.Kind.DEPOSIT, party=brand.id, currency=brand.currency)


_SINCE = """
WITH moved AS (
    SELECT transfer.at, transfer.id,
        CASE WHEN transfer.credit_id = account.id THEN transfer.amount ELSE -transfer.amount END
            AS amount
    FROM ledger_account account
    JOIN ledger_transfer transfer ON account.id IN (transfer.credit_id, transfer.debit_id)
    WHERE account.kind = 'brand_payable' AND account.party = %s AND account.currency = %s
), stood AS (
    SELECT at, id, sum(amount) OVER (ORDER BY id) AS balance FROM moved
)
SELECT min(at) FROM stood
WHERE id > coalesce(
    (SELECT id FROM stood WHERE balance >= 0 ORDER BY id DESC LIMIT 1),
    '00000000-0000-0000-0000-000000000000')
"""

_DEBTORS = """
SELECT account.party FROM ledger_account account
JOIN ledger_balance balance ON balance.account_id = account.id
WHERE account.kind = 'brand_payable' AND balance.credits < balance.debits
ORDER BY account.party
"""


def in_debt_since(*, brand: UUID, currency: str) -> datetime | None:
    """This will return when a brand's balance last went below zero; None while it is not."""
    with connection.cursor() as cursor:
        cursor.execute(_SINCE, [brand, currency])
        row = cursor.fetchone()
    return row[0] if row else None


def _in_debt() -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(_DEBTORS)
        return [row[0] for row in cursor.fetchall()]


def _deposit(moved: DepositMove) -> AccountKey:
    return AccountKey(Account.Kind.DEPOSIT, moved.currency, moved.brand_id)


def _post(
    moved: DepositMove,
    kind: str,
    debit: AccountKey,
    credit: AccountKey,
    *,
    by: str,
    at: datetime,
) -> None:
    post(transfers=[NewTransfer(uuid7(), kind, debit, credit, moved.amount, moved.id, at, by)])
