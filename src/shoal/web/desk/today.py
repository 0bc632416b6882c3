"""What waits for the operator, what sold today, what runs and what ends."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from shoal.brands.queries import brand_counts, open_report_count
from shoal.care.queries_cases import counts_of_all
from shoal.catalog.queries import waiting_counts
from shoal.kit import clock
from shoal.kit.amounts import amount_text
from shoal.kit.money import Money
from shoal.offers.queries import open_sales, sale_counts
from shoal.orders.queries import (
    SoldHour,
    held_up_orders,
    open_refund_approvals,
    sold_by_hour,
)
from shoal.payments.queries import notices_to_look_at, stuck_refunds
from shoal.settlement.queries_payouts import desk_counts
from shoal.web.access import OfOperator, operator
from shoal.web.components.charts import Point
from shoal.web.days import start_of_day
from shoal.web.desk.frame import CARE, MONEY, VETTING, desk_page, may
from shoal.web.desk.orders import HELD_UP

_LOOK_BACK = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for somebody, with how many there are."""

    label: str
    url: str
    count: int


@operator()
@require_safe
def today(request: OfOperator) -> HttpResponse:
    """This will show the day: what waits for her roles, and how the platform sells."""
    at, roles = clock.now(), request.operator_roles
    began = start_of_day(at)
    sold = sold_by_hour(from_at=began, to_at=at)
    running = open_sales(at=at) if may(roles, VETTING, CARE) else []
    tomorrow = began + timedelta(days=1)
    context = {
        "now": at,
        "waiting": waiting(roles=roles, at=at),
        "points": _points(sold, began, at),
        "sold": _sums(sold),
        "orders": sum(hour.orders for hour in sold),
        "running": running,
        "ending": sum(card.sale.ends_at < tomorrow for card in running),
        "may_open_sales": may(roles, VETTING),
        "tomorrow": tomorrow,
    }
    return desk_page(request, "today", context)


def _sums(sold: list[SoldHour]) -> list[Money]:
    """What was paid in each currency: the market's first, also where nothing was."""
    sums = {settings.SHOAL_CURRENCY: Money(0, settings.SHOAL_CURRENCY)}
    for hour in sold:
        currency = hour.total.currency
        sums[currency] = sums.get(currency, Money(0, currency)) + hour.total
    return list(sums.values())


def waiting(*, roles: set[str], at: datetime) -> list[Waiting]:
    """This will list what waits for somebody with these roles; nothing that she may not do."""
    found: list[Waiting] = []
    if may(roles, VETTING):
        brands = brand_counts()
        products, revisions = waiting_counts()
        found += [
            Waiting(
                gettext("Brands to vet"),
                reverse("desk:brands"),
                brands.get("applied", 0) + brands.get("samples", 0),
            ),
            Waiting(gettext("New products to judge"), reverse("desk:products"), products),
            Waiting(
                gettext("Edits to judge"), f"{reverse('desk:products')}?state=edits", revisions
            ),
            Waiting(
                gettext("Sales to judge"), reverse("desk:sales"), sale_counts().get("applied", 0)
            ),
        ]
    cases = counts_of_all() if may(roles, MONEY, CARE) else {}
    if may(roles, MONEY):
        here = reverse("desk:refunds")
        found += [
            Waiting(
                gettext("Refunds awaiting a second person"), here, open_refund_approvals().count()
            ),
            Waiting(gettext("Refunds that are stuck"), f"{here}#stuck", len(stuck_refunds())),
            Waiting(
                gettext("Notices of payment to look at"),
                f"{here}#notices",
                len(notices_to_look_at(since_at=at - _LOOK_BACK)),
            ),
            *_payouts(),
            Waiting(
                gettext("Ways back to pay"),
                f"{reverse('desk:cases')}?state=postage",
                cases["postage"],
            ),
        ]
    if may(roles, CARE):
        here = reverse("desk:cases")
        found += [
            Waiting(gettext("Cases to decide"), here, cases["waiting"]),
            Waiting(gettext("Cases whose money is stuck"), f"{here}?state=stuck", cases["stuck"]),
            Waiting(gettext("Counterfeit reports"), reverse("desk:reports"), open_report_count()),
            Waiting(
                gettext("Orders that a brand cannot ship"),
                f"{reverse('desk:orders')}?state={HELD_UP}",
                held_up_orders().count(),
            ),
        ]
    return found


def _payouts() -> list[Waiting]:
    counts, here = desk_counts(), reverse("desk:payouts")
    return [
        Waiting(
            gettext("Payout accounts to check"), reverse("desk:payout-accounts"), counts["accounts"]
        ),
        Waiting(gettext("Payouts waiting for a run"), here, counts["payouts"]),
        Waiting(gettext("Runs to release"), f"{here}#runs", counts["runs"]),
        Waiting(gettext("Payouts that are stuck"), f"{here}#stuck", counts["stuck"]),
    ]


def _points(sold: list[SoldHour], began: datetime, at: datetime) -> list[Point]:
    """One point for each hour of the day so far, in whole units of the market's currency."""
    currency = settings.SHOAL_CURRENCY
    totals = {
        timezone.localtime(hour.hour).hour: hour.total.minor
        for hour in sold
        if hour.total.currency == currency
    }
    hours = range(timezone.localtime(at).hour + 1)
    return [
        Point(
            label=f"{began.replace(hour=hour):%H:%M}",
            value=round(Money(totals.get(hour, 0), currency).decimal),
            text=amount_text(amount=Money(totals.get(hour, 0), currency)),
        )
        for hour in hours
    ]
