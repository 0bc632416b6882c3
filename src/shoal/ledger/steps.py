"""Posting: the only way money moves."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from shoal.kit.asking import ask
from shoal.kit.bulk import insert_new, new_row
from shoal.kit.money import Money
from shoal.kit.transactions import step
from shoal.ledger.models import Account, Balance, Transfer

PARTY_KINDS = frozenset({Account.Kind.BRAND, Account.Kind.KEEPER, Account.Kind.DEPOSIT})
_ACCOUNTS = """
SELECT id, kind, currency, party, provider FROM ledger_account
WHERE kind = ANY(%s) AND currency = ANY(%s) AND party = ANY(%s)
"""
_ACCOUNTS_AND_OURS = """
SELECT id, kind, currency, party, provider FROM ledger_account
WHERE kind = ANY(%s) AND currency = ANY(%s) AND (party = ANY(%s) OR party IS NULL)
"""


@dataclass(frozen=True, slots=True)
class AccountKey:
    """Names an account by what it is; `party` is a brand's or a shop's id."""

    kind: Account.Kind
    currency: str
    party: UUID | None = None
    provider: str = ""


@dataclass(frozen=True, slots=True)
class NewTransfer:
    """`amount` minor units from `debit` to `credit`, as a part of `entry`, about `subject`."""

    entry: UUID
    kind: str
    debit: AccountKey
    credit: AccountKey
    amount: int
    subject: UUID
    at: datetime
    by: str


@step
def post(*, transfers: Sequence[NewTransfer]) -> None:
    """This will append `transfers` and bring the parties' balances along.

    The database refuses an amount that is not positive and accounts of another currency.
    """
    if not transfers:
        return
    accounts = _accounts(
        {transfer.debit for transfer in transfers} | {transfer.credit for transfer in transfers}
    )
    rows = [
        new_row(
            Transfer,
            entry=transfer.entry,
            kind=transfer.kind,
            debit_id=accounts[transfer.debit],
            credit_id=accounts[transfer.credit],
            amount=transfer.amount,
            currency=transfer.debit.currency,
            subject=transfer.subject,
            at=transfer.at,
            by=transfer.by,
        )
        for transfer in transfers
    ]
    insert_new(Transfer, rows)
    _move_balances(transfers, accounts)


@step
def lock_balance(*, kind: Account.Kind, party: UUID, currency: str) -> Money:
    """This will lock a party's balance and return it: nobody moves it until the transaction ends.

    Whoever never had anything has zero, and nothing to lock: nothing can be taken from her.
    """
    rows = Balance.objects.filter(
        account__kind=kind, account__party=party, account__currency=currency
    )
    row = rows.select_for_update(of=("self",)).values_list("credits", "debits").first()
    return Money(row[0] - row[1] if row else 0, currency)


def _accounts(keys: Iterable[AccountKey]) -> dict[AccountKey, UUID]:
    wanted = set(keys)
    found = _find(wanted)
    missing = sorted(wanted - found.keys(), key=repr)
    if missing:
        Account.objects.bulk_create(
            [
                Account(
                    kind=key.kind, party=key.party, provider=key.provider, currency=key.currency
                )
                for key in missing
            ],
            ignore_conflicts=True,  # somebody else may open the same account at this moment
        )
        found |= _find(set(missing))
    return found


def _find(keys: set[AccountKey]) -> dict[AccountKey, UUID]:
    parties = {key.party for key in keys}
    rows = ask(
        _ACCOUNTS_AND_OURS if None in parties else _ACCOUNTS,
        [
            list({key.kind for key in keys}),
            list({key.currency for key in keys}),
            [party for party in parties if party],
        ],
    )
    by_key = {
        AccountKey(Account.Kind(kind), currency, party, provider): account
        for account, kind, currency, party, provider in rows
    }
    return {key: by_key[key] for key in keys if key in by_key}


def _move_balances(transfers: Sequence[NewTransfer], accounts: dict[AccountKey, UUID]) -> None:
    debits: dict[UUID, int] = defaultdict(int)
    credits_: dict[UUID, int] = defaultdict(int)
    for transfer in transfers:
        if transfer.debit.kind in PARTY_KINDS:
            debits[accounts[transfer.debit]] += transfer.amount
        if transfer.credit.kind in PARTY_KINDS:
            credits_[accounts[transfer.credit]] += transfer.amount
    moved = sorted(debits.keys() | credits_.keys())  # one order for all: no deadlock
    if not moved:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO ledger_balance AS balance (account_id, debits, credits)
            SELECT * FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[])
            ON CONFLICT (account_id) DO UPDATE
            SET debits = balance.debits + excluded.debits,
                credits = balance.credits + excluded.credits
            """,
            [moved, [debits[key] for key in moved], [credits_[key] for key in moved]],
        )
