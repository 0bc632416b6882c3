"""Bills for tests: what a provider wrote down of what Alice paid."""

from datetime import datetime

from shoal.kit.clock import market_day
from shoal.ledger.queries import platform_balances
from shoal.payments.models import Intent
from shoal.payments.providers import BillKind, BillRow
from shoal.reconciliation import doctor
from shoal.reconciliation.models import Difference
from shoal.reconciliation.operations import Imported, import_bill
from shoal.reconciliation.queries import open_differences
from tests import trade

AT = trade.AT
DAY, MINUTE = trade.DAY, trade.MINUTE
PAID_ON = market_day(AT + 2 * MINUTE)


def paid_order(market: trade.Market, *, at: datetime = AT + 2 * MINUTE) -> Intent:
    """Alice buys one, and pays for it at `at`."""
    placed = trade.order(market, at=at - MINUTE)
    trade.pay(placed, at=at)
    return Intent.objects.get(subject=placed.id)


def row(intent: Intent, **changes: object) -> BillRow:
    """What the provider should have written down of it, or something else."""
    facts: dict[str, object] = {
        "kind": BillKind.PAY,
        "code": intent.code,
        "reference": f"ref-{intent.code}",
        "amount": intent.amount,
        "fee": 60,
        "currency": intent.currency,
        "happened_at": AT + 2 * MINUTE,
    }
    return BillRow(**(facts | changes))  # type: ignore[arg-type]


def take_in(*rows: BillRow, days: int = 0, by: str = "olga") -> Imported:
    """Takes the bill of the day of payment, or of one `days` later, in on the day after."""
    return import_bill(
        name="sandbox", day=PAID_ON + days * DAY, rows=rows, by=by, at=AT + (days + 1) * DAY
    )


def open_kinds() -> list[str]:
    return sorted(row.kind for row in open_differences())


def the_open_one() -> Difference:
    return open_differences().get()


def balances() -> dict[str, int]:
    """Platform accounts, as what stands in them (an asset is a debit)."""
    return {kind: money.minor for kind, _, money in platform_balances() if money.minor}


def is_sound() -> bool:
    """Whether the doctor finds nothing wrong here or below; warnings are no matter."""
    return trade.is_sound() and all(check.ok or check.warning for check in doctor.checks())
