"""The tax summary: what a party earned, gave back, had withheld and was paid, month by month."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils import timezone

from shoal.kit.ids import short_code
from shoal.kit.money import Money
from shoal.ledger.models import Account
from shoal.settlement.rules_statements import Period, midnight, months_before, next_start

_READ_AT_ONCE = 2_000

# Each transfer of a party's account in a month, by what it is: the account on its other side says
# so, whatever the transfer is called.
_MOVED = """
SELECT account.party, month.number,
    CASE WHEN other.kind = 'escrow' AND transfer.kind = 'discount' THEN 'discounts'
        WHEN other.kind = 'escrow' AND transfer.kind = 'reversal' THEN 'taken_back'
        WHEN other.kind = 'escrow' THEN 'earned'
        WHEN other.kind = 'tax_payable' THEN 'withheld'
        WHEN other.kind = 'payout' THEN 'paid_out'
        ELSE 'other' END AS what,
    side.sign * transfer.amount AS amount
FROM unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[]) WITH ORDINALITY
    AS month (starts_at, ends_at, number)
JOIN ledger_transfer transfer
    ON transfer.at >= month.starts_at AND transfer.at < month.ends_at
CROSS JOIN (VALUES (1), (-1)) AS side (sign)
JOIN ledger_account account
    ON account.id = CASE WHEN side.sign = 1 THEN transfer.credit_id ELSE transfer.debit_id END
JOIN ledger_account other
    ON other.id = CASE WHEN side.sign = 1 THEN transfer.debit_id ELSE transfer.credit_id END
WHERE account.kind = ANY(%(kinds)s) AND account.currency = %(currency)s
"""
_OF_PARTY = """
    AND account.id = ANY(%(accounts)s)
    AND (transfer.credit_id = ANY(%(accounts)s) OR transfer.debit_id = ANY(%(accounts)s))
"""
_COLUMNS = ", ".join(
    f"coalesce(sum(amount) FILTER (WHERE what = '{what}'), 0)::bigint"
    for what in ("earned", "discounts", "taken_back", "withheld", "paid_out", "other")
)

# Sales of a brand with the tax inside them, by rate: what was settled in the month less what went
# back of it. A line's tax is less what had gone back before it was settled.
_RATES = """
WITH part AS (
    SELECT line.tax_bp,
        settled.brand_minor + settled.keeper_minor + settled.platform_minor AS sales,
        line.tax_minor - coalesce((
            SELECT sum(refund.tax_minor) FROM orders_linerefund refund
            WHERE refund.line_id = line.id AND NOT EXISTS (
                SELECT FROM settlement_reversal reversal WHERE reversal.refund_id = refund.id)
        ), 0) AS tax
    FROM settlement_settledline settled JOIN orders_orderline line ON line.id = settled.line_id
    WHERE settled.brand_id = %(party)s AND settled.currency = %(currency)s
        AND settled.at >= %(since)s AND settled.at < %(until)s
    UNION ALL
    SELECT line.tax_bp, -reversal.brand_minor - reversal.keeper_minor - reversal.platform_minor,
        -refund.tax_minor
    FROM settlement_reversal reversal
    JOIN orders_linerefund refund ON refund.id = reversal.refund_id
    JOIN orders_orderline line ON line.id = reversal.line_id
    WHERE reversal.brand_id = %(party)s AND reversal.currency = %(currency)s
        AND reversal.at >= %(since)s AND reversal.at < %(until)s
)
SELECT tax_bp, sum(sales)::bigint, sum(tax)::bigint FROM part GROUP BY tax_bp ORDER BY tax_bp
"""


@dataclass(frozen=True, slots=True)
class TaxMonth:
    """A party's month. What left her is negative; `net` is what the month was worth to her."""

    month: date
    earned: Money
    discounts: Money
    taken_back: Money
    withheld: Money
    paid_out: Money
    other: Money

    @property
    def net(self) -> Money:
        """Earned, less her own discounts and what was taken back."""
        return self.earned + self.discounts + self.taken_back


@dataclass(frozen=True, slots=True)
class TaxRate:
    """A brand's sales of a month at one rate, the tax in them included."""

    rate_bp: int
    sales: Money
    tax: Money


def tax_months(
    *, kind: Account.Kind, party: UUID, currency: str, until: date, count: int = 12
) -> list[TaxMonth]:
    """This will sum a party's account over `count` months, the one of `until` last."""
    months = months_before(day=until, count=count)
    accounts = Account.objects.filter(kind=kind, party=party, currency=currency)
    given = {
        **_given([kind], currency, months),
        "accounts": list(accounts.values_list("id", flat=True)),
    }
    moved = f"{_MOVED} {_OF_PARTY}"
    query = f"SELECT number, {_COLUMNS} FROM ({moved}) moved GROUP BY number"  # noqa: S608 - ours
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        found = {row[0]: row[1:] for row in cursor.fetchall()}
    return [
        _month(month, found.get(number, (0,) * 6), currency)
        for number, month in enumerate(months, start=1)
    ]


def tax_of_all(
    *, kind: Account.Kind, currency: str, month: date
) -> Iterator[tuple[UUID, TaxMonth]]:
    """This will yield (party, its month) for every party that moved anything, in little memory."""
    first = month.replace(day=1)
    query = f"SELECT party, {_COLUMNS} FROM ({_MOVED}) moved GROUP BY party ORDER BY party"  # noqa: S608
    with transaction.atomic(), connection.cursor() as cursor:
        name = f"tax_{short_code()}"
        cursor.execute(
            f'DECLARE "{name}" NO SCROLL CURSOR FOR {query}', _given([kind], currency, [first])
        )
        while rows := _next(cursor, name):
            for party, *sums in rows:
                yield party, _month(first, sums, currency)
        cursor.execute(f'CLOSE "{name}"')


def tax_totals(*, kind: Account.Kind, currency: str, month: date) -> TaxMonth:
    """This will sum a month over all parties with accounts of a kind."""
    first = month.replace(day=1)
    query = f"SELECT {_COLUMNS} FROM ({_MOVED}) moved"  # noqa: S608 - ours
    with connection.cursor() as cursor:
        cursor.execute(query, _given([kind], currency, [first]))
        return _month(first, cursor.fetchone(), currency)


def tax_rates(*, brand: UUID, currency: str, month: date) -> list[TaxRate]:
    """This will sum a brand's sales of a month by tax rate, with the tax included in them."""
    bounds = _given([], currency, [month.replace(day=1)])
    given = {
        "party": brand,
        "currency": currency,
        "since": bounds["starts"][0],
        "until": bounds["ends"][0],
    }
    with connection.cursor() as cursor:
        cursor.execute(_RATES, given)
        return [
            TaxRate(rate, Money(int(sales), currency), Money(int(tax), currency))
            for rate, sales, tax in cursor.fetchall()
        ]


def _next(cursor: Any, name: str) -> list[Any]:
    cursor.execute(f'FETCH {_READ_AT_ONCE} FROM "{name}"')
    return list(cursor.fetchall())


def _given(kinds: Sequence[Account.Kind], currency: str, months: Sequence[date]) -> dict[str, Any]:
    zone = ZoneInfo(timezone.get_default_timezone_name())
    ends = [next_start(day=month, period=Period.MONTHLY) for month in months]
    starts_at: list[datetime] = [midnight(day=month, zone=zone) for month in months]
    return {
        "kinds": [str(kind) for kind in kinds],
        "currency": currency,
        "starts": starts_at,
        "ends": [midnight(day=end, zone=zone) for end in ends],
    }


def _month(month: date, sums: Sequence[Any], currency: str) -> TaxMonth:
    return TaxMonth(month, *(Money(int(amount), currency) for amount in sums))
