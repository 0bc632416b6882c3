"""What the accounts say. A balance is what an account was credited less what it was debited."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet, Sum

from shoal.kit.money import Money
from shoal.ledger.models import Account, Balance, Transfer

_PLATFORM_BALANCES = """
WITH latest AS (
    SELECT DISTINCT ON (account_id) account_id, before, debits, credits
    FROM ledger_snapshot ORDER BY account_id, before DESC
), since AS (
    SELECT account.id,
        (SELECT coalesce(sum(amount), 0) FROM ledger_transfer
            WHERE credit_id = account.id AND (latest.before IS NULL OR id >= latest.before))
        - (SELECT coalesce(sum(amount), 0) FROM ledger_transfer
            WHERE debit_id = account.id AND (latest.before IS NULL OR id >= latest.before))
        + coalesce(latest.credits - latest.debits, 0) AS balance
    FROM ledger_account account LEFT JOIN latest ON latest.account_id = account.id
    WHERE account.kind = ANY(%s)
)
SELECT account.kind, account.provider, account.currency, since.balance
FROM since JOIN ledger_account account USING (id)
ORDER BY 1, 2, 3
"""


def party_balance(*, kind: Account.Kind, party: UUID, currency: str) -> Money:
    """This will return what a brand or shop has in its account; zero when it has none yet."""
    row = (
        Balance.objects.filter(account__kind=kind, account__party=party, account__currency=currency)
        .values_list("credits", "debits")
        .first()
    )
    return Money(row[0] - row[1] if row else 0, currency)


def platform_balances() -> list[tuple[str, str, Money]]:
    """This will return (kind, provider, balance) of each platform-wide account.

    These keep no running balance: the last snapshot plus the transfers since.
    """
    kinds = [
        kind
        for kind in Account.Kind
        if kind not in {Account.Kind.BRAND, Account.Kind.KEEPER, Account.Kind.DEPOSIT}
    ]
    with connection.cursor() as cursor:
        cursor.execute(_PLATFORM_BALANCES, [[str(kind) for kind in kinds]])
        return [
            (kind, provider, Money(int(balance), currency))
            for kind, provider, currency, balance in cursor.fetchall()
        ]


def owed_to_parties() -> list[tuple[str, Money]]:
    """This will return (kind, sum of balances) of the accounts that brands and shops have."""
    rows = Balance.objects.values_list("account__kind", "account__currency")
    sums = rows.annotate(total=Sum("credits") - Sum("debits")).order_by(
        "account__kind", "account__currency"
    )
    return [(kind, Money(int(total), currency)) for kind, currency, total in sums]


def transfers(
    *,
    since_at: datetime | None = None,
    until_at: datetime | None = None,
    kind: str = "",
    party: UUID | None = None,
    subjects: Iterable[UUID] | None = None,
) -> "QuerySet[Transfer]":
    """This will return transfers in [since_at, until_at), newest first.

    Those that touch the accounts of a `kind`, of a `party`, or both; only those about `subjects`
    when these are given.
    """
    rows = Transfer.objects.select_related("debit", "credit").order_by("-id")
    if subjects is not None:
        rows = rows.filter(subject__in=list(subjects))
    if since_at is not None:
        rows = rows.filter(at__gte=since_at)
    if until_at is not None:
        rows = rows.filter(at__lt=until_at)
    if kind or party is not None:
        wanted = {"kind": kind} if kind else {}
        accounts = Account.objects.filter(**wanted)
        accounts = accounts if party is None else accounts.filter(party=party)
        ids = list(accounts.values_list("id", flat=True))
        rows = rows.filter(Q(debit__in=ids) | Q(credit__in=ids))
    return rows
