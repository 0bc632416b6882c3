"""What partners in China share: Beijing's clock, amounts in yuan with decimals, their bills."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from shoal.kit.money import Money

BEIJING = ZoneInfo("Asia/Shanghai")
_READY_AT = time(10)  # both say: from nine, or ten to be sure, the next morning


def moment(text: str) -> datetime:
    """This will read "2026-06-01 20:00:00", Beijing's time, as a moment."""
    return datetime.strptime(text.strip()[:19], "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)


def written(at: datetime) -> str:
    """This will write a moment as "2026-06-01 20:00:00", Beijing's time."""
    return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def fen(text: str) -> int:
    """This will read yuan ("128.00", "-0.76800") as whole fen, halves away from zero."""
    yuan = Decimal(text.strip() or "0")
    return int((yuan * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def yuan(money: Money) -> str:
    """This will write an amount as "128.00"."""
    return str(money.decimal)


def bill_is_ready(*, day: date, at: datetime) -> bool:
    """This will say whether the bill of `day` can be complete at `at`."""
    ready_at = datetime.combine(day + timedelta(days=1), _READY_AT, BEIJING)
    return at.astimezone(UTC) >= ready_at


def first_of(row: Mapping[str, str], names: Iterable[str]) -> str:
    """This will return the first column of `names` that a bill has; they were renamed over time."""
    return next((row[name] for name in names if name in row), "")
