"""What stands on statements, in words; kinds that nobody has named yet stand as they are."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext, pgettext

from shoal.kit.amounts import units_text
from shoal.kit.texts import in_language
from shoal.ledger.models import Account
from shoal.settlement.models_statements import StatementRun
from shoal.settlement.queries_statements import (
    FREIGHT,
    FREIGHT_BACK,
    GIFT,
    REFUNDED,
    SOLD,
    Line,
)


def what_words(what: str) -> str:
    """This will name what a line of a statement is, or a kind of transfer in its sums."""
    return {
        SOLD: gettext("Sold"),
        GIFT: pgettext("statement", "A gift"),
        FREIGHT: gettext("Freight"),
        REFUNDED: gettext("Given back to the customer"),
        FREIGHT_BACK: gettext("Freight given back"),
        "settlement": gettext("Sold and settled"),
        "discount": gettext("Discounts you gave"),
        "reversal": gettext("Taken back for refunds"),
        "payout": gettext("Paid out"),
        "payout_failed": gettext("A payout came back"),
        "withholding": gettext("Withheld for tax"),
        "postage": gettext("Customers’ ways back"),
        "deposit_in": gettext("Deposit paid in"),
        "deposit_cover": gettext("Covered by the deposit"),
    }.get(what, what)


def account_words(kind: str) -> str:
    """This will name the account that a statement is about, as its party knows it."""
    return {
        Account.Kind.BRAND: pgettext("statement", "Balance"),
        Account.Kind.KEEPER: pgettext("statement", "Balance"),
        Account.Kind.DEPOSIT: pgettext("statement", "Deposit"),
    }[Account.Kind(kind)]


def goods_words(line: Line) -> str:
    """This will name a line's goods as they were called when they were bought; often nothing."""
    return in_language(dict(line.titles), "zh") if line.titles else ""


def line_title(line: Line) -> str:
    """This will say what a line is about: goods and units, or what it is."""
    goods = goods_words(line)
    if not goods:
        return what_words(line.what)
    return units_text(goods, line.units) if line.units else goods


def period_words(run: StatementRun) -> str:
    """This will name a period by its first and last day, or as a month."""
    zone = ZoneInfo(run.zone)
    first = run.starts_at.astimezone(zone)
    last = (run.ends_at - timedelta(microseconds=1)).astimezone(zone)
    if first.day == 1 and (run.ends_at.astimezone(zone)).day == 1 and first.month == last.month:
        return month_words(first)
    return f"{first:%Y-%m-%d} – {last:%Y-%m-%d}"


def month_words(month: date) -> str:
    """This will name a month as the reader's language does: "May 2026", "2026年5月"."""
    return date_format(month, "YEAR_MONTH_FORMAT")


def moment_words(at: datetime, run: StatementRun) -> str:
    """This will write a moment by the clock of the statement's own time zone."""
    return f"{at.astimezone(ZoneInfo(run.zone)):%Y-%m-%d %H:%M}"


def count_words(count: int) -> str:
    """This will count the lines of a statement."""
    return ngettext("{count} line", "{count} lines", count).format(count=f"{count:,}")
