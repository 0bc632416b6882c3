"""Every read of reconciliation."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Sum

from shoal.kit.clock import day_bounds, market_day
from shoal.kit.errors import NotFound
from shoal.kit.money import Money
from shoal.ledger.models import Account
from shoal.orders.models import Order, Parcel
from shoal.payments.models import Intent, Notice
from shoal.payments.rules import Kind, Verdict
from shoal.reconciliation.models import Bill, BillLine, Deed, Difference, Match
from shoal.reconciliation.rules import Key
from shoal.settlement.models_payouts import Goodwill

_BOOKED = Q(
    kind=Kind.CAPTURED, verdict__in=[Verdict.ACCEPTED, Verdict.WRONG_AMOUNT, Verdict.REPEATED]
) | Q(kind=Kind.REFUNDED, verdict=Verdict.ACCEPTED)
# What is older than this and in no open difference has been dealt with one way or the other.
_WINDOW = timedelta(days=35)

_CLOSED = Deed.objects.filter(difference=OuterRef("pk"), what=Deed.What.CLOSED)


@dataclass(frozen=True, slots=True)
class Tally:
    """How a bill compares: pairs, of them late ones, differences of each kind, those still open."""

    matched: int
    late: int
    differences: int
    open: int


@dataclass(frozen=True, slots=True)
class Sides:
    """What a difference is about: its number, and the sum on either side."""

    number: str
    here: Money | None
    there: Money | None


def sides_of(difference: Difference) -> Sides:
    """This will say a difference's number and its sums, here and at the partner."""
    line, ours = difference.line, difference.notice or difference.gift
    parcel = difference.parcel
    number = (line.code or line.reference) if line else ""
    here = Money(ours.amount, ours.currency) if ours else None
    if parcel is not None:
        number = number or parcel.tracking
        here = Money(parcel.freight_minor, parcel.order.currency)
    elif difference.notice is not None:
        number = number or difference.notice.our_code
    elif difference.gift is not None:
        number = number or difference.gift.reference
    return Sides(number, here, Money(line.amount, line.currency) if line else None)


def open_differences(
    *, source: str = "", partner: str = "", bill: UUID | None = None
) -> QuerySet[Difference]:
    """This will return the differences that nothing has closed yet, the newest bill first."""
    rows = Difference.objects.filter(~Exists(_CLOSED))
    if source:
        rows = rows.filter(bill__source=source, bill__partner=partner)
    if bill is not None:
        rows = rows.filter(bill=bill)
    return rows.select_related("bill", "line", "notice", "gift", "parcel__order").order_by(
        "-bill__day", "line__number", "code"
    )


def differences_of(*, bill: UUID) -> QuerySet[Difference]:
    """This will return every difference of a bill, with its deeds, the open ones first."""
    rows = Difference.objects.filter(bill=bill).annotate(closed=Exists(_CLOSED))
    rows = rows.select_related("bill", "line", "notice", "gift", "parcel__order")
    return rows.prefetch_related("deeds").order_by("closed", "kind", "line__number", "code")


def difference_by_code(*, code: str) -> Difference:
    """This will return a difference with its two sides, or raise NotFound."""
    rows = Difference.objects.select_related(
        "bill", "line__bill", "notice__intent", "gift", "parcel__order", "parcel__brand"
    )
    found = rows.filter(code=code).first()
    if found is None:
        raise NotFound
    return found


def order_of(*, difference: Difference) -> Order | None:
    """This will return the order that a difference is about, where it is about one we know."""
    if difference.parcel is not None:
        return difference.parcel.order
    notice, line = difference.notice, difference.line
    if notice is not None and notice.intent is not None:
        subject = notice.intent.subject
    elif line is not None and line.code:
        paid = Intent.objects.filter(Q(code=line.code) | Q(refunds__code=line.code)).first()
        if paid is None:
            return None
        subject = paid.subject
    else:
        return None
    return Order.objects.filter(id=subject).first()


def deeds_of(*, difference: UUID) -> list[Deed]:
    """This will list what was done about a difference, oldest first."""
    return list(Deed.objects.filter(difference=difference).order_by("id"))


def bill_by_code(*, code: str) -> Bill:
    """This will return a bill, or raise NotFound."""
    found = Bill.objects.filter(code=code).first()
    if found is None:
        raise NotFound
    return found


def bills(*, source: str = "") -> QuerySet[Bill]:
    """This will return the bills taken in, the newest day first."""
    rows = Bill.objects.order_by("-day", "source", "partner", "-id")
    return rows.filter(source=source) if source else rows


def bill_of_day(*, provider: str, day: date) -> Bill | None:
    """This will return the provider's bill for a day, if it has been taken in."""
    return Bill.objects.filter(source=Bill.Source.PROVIDER, partner=provider, day=day).first()


def bill_with(*, source: str, partner: str, digest: bytes) -> Bill | None:
    """This will return the bill whose rows say exactly this, if it has been taken in."""
    return Bill.objects.filter(source=source, partner=partner, digest=digest).first()


def tallies(*, bills: Iterable[UUID]) -> dict[UUID, Tally]:
    """This will count, for each bill, what matched, what differs and what is still open."""
    ids = list(bills)
    pairs = _counted(Match.objects.filter(line__bill__in=ids), "line__bill")
    late = _counted(Match.objects.filter(line__bill__in=ids, late=True), "line__bill")
    every = _counted(Difference.objects.filter(bill__in=ids), "bill")
    waiting = _counted(open_differences().filter(bill__in=ids), "bill")
    return {
        key: Tally(pairs.get(key, 0), late.get(key, 0), every.get(key, 0), waiting.get(key, 0))
        for key in ids
    }


def sums_of(*, bill: UUID) -> list[tuple[str, int, int, int, int]]:
    """This will return (currency, paid in, given back, kept, paid to us) of a bill's rows."""
    sums: dict[str, Counter[str]] = {}
    rows = BillLine.objects.filter(bill=bill).values_list("currency", "kind")
    for currency, kind, amount, fee in rows.annotate(amounts=Sum("amount"), fees=Sum("fee")):
        of_currency = sums.setdefault(currency, Counter())
        of_currency[kind] += amount
        of_currency["fees"] += fee
    return [
        (
            currency,
            found["pay"] + found["freight"],
            found["refund"],
            found["fees"],
            found["pay"] - found["refund"] - found["fees"],
        )
        for currency, found in sorted(sums.items())
    ]


def has_next_bill(*, bill: Bill) -> bool:
    """This will say whether the partner's next bill has come."""
    return Bill.objects.filter(source=bill.source, partner=bill.partner, day__gt=bill.day).exists()


def missing_days(*, provider: str, at: datetime) -> list[date]:
    """This will list the days before the market's today whose bill has not been taken in.

    They begin with the provider's first notice, or with the open window if that is later.
    """
    today = market_day(at)
    since_at, _ = day_bounds(today - _WINDOW)
    recent = booked_notices(provider=provider).filter(happened_at__gte=since_at)
    first = recent.aggregate(at=Min("happened_at"))["at"]
    if first is None:
        return []
    day = market_day(first)
    known = set(
        Bill.objects.filter(
            source=Bill.Source.PROVIDER, partner=provider, day__gte=day
        ).values_list("day", flat=True)
    )
    span = (day + timedelta(days=n) for n in range((today - day).days))
    return [one for one in span if one not in known]


def last_heard_at() -> datetime | None:
    """This will return when a provider last told us anything."""
    newest: datetime | None = Notice.objects.aggregate(at=Max("received_at"))["at"]
    return newest


def providers_in_use() -> list[str]:
    """This will name the providers through which money has moved: those with an account."""
    accounts = Account.objects.filter(kind=Account.Kind.CLEARING).exclude(provider="")
    return sorted(set(accounts.values_list("provider", flat=True)))


def covered_days(*, bill: Bill) -> dict[date, Bill]:
    """This will return, by day, the partner's bills in the window around `bill`."""
    rows = Bill.objects.filter(
        source=bill.source, partner=bill.partner, day__gte=bill.since_day - _WINDOW
    )
    return {
        row.since_day + timedelta(days=n): row
        for row in rows.order_by("id")
        for n in range((row.day - row.since_day).days + 1)
    }


def booked_notices(*, provider: str = "") -> QuerySet[Notice]:
    """This will return the notices that moved money here, of one provider or of all."""
    rows = Notice.objects.filter(_BOOKED)
    return rows.filter(provider=provider) if provider else rows


def booked_on(*, provider: str, day: date) -> bool:
    """This will say whether money moved through a provider on a day of the market."""
    since_at, until_at = day_bounds(day)
    rows = booked_notices(provider=provider)
    return rows.filter(happened_at__gte=since_at, happened_at__lt=until_at).exists()


def parcels_by(*, carrier: str) -> QuerySet[Parcel]:
    """This will return the parcels that went by a carrier, with their orders."""
    rows = Parcel.objects.filter(carrier__iexact=carrier).exclude(tracking="")
    return rows.select_related("order")


def unmatched_lines(*, bill: Bill) -> list[BillLine]:
    """This will list the rows of the partner's bills that are nobody's yet, and not written off."""
    done = Difference.objects.filter(deeds__how=Deed.How.WRITTEN_OFF)
    rows = BillLine.objects.filter(
        bill__source=bill.source, bill__partner=bill.partner, match_of_line=None
    ).exclude(kind="fee")
    recent = Q(bill__day__gte=bill.since_day - _WINDOW)
    waiting = Q(id__in=open_differences(source=bill.source, partner=bill.partner).values("line"))
    rows = rows.filter(recent | waiting).exclude(Exists(done.filter(line=OuterRef("pk"))))
    return list(rows.select_related("bill").order_by("id"))


def unmatched_notices(*, bill: Bill) -> list[Notice]:
    """This will list what moved money at the provider and stands in no bill yet."""
    done = Difference.objects.filter(deeds__how=Deed.How.WRITTEN_OFF)
    since_at, _ = day_bounds(bill.since_day - _WINDOW)
    waiting = open_differences(source=bill.source, partner=bill.partner).values("notice")
    rows = booked_notices(provider=bill.partner).filter(match_of_notice=None)
    rows = rows.filter(Q(happened_at__gte=since_at) | Q(id__in=waiting))
    return list(rows.exclude(Exists(done.filter(notice=OuterRef("pk")))).order_by("id"))


def unmatched_gifts(*, bill: Bill) -> list[Goodwill]:
    """This will list what the platform gave through the provider and that stands in no bill yet."""
    done = Difference.objects.filter(deeds__how=Deed.How.WRITTEN_OFF)
    rows = Goodwill.objects.filter(provider=bill.partner, match_of_gift=None)
    return list(rows.exclude(Exists(done.filter(gift=OuterRef("pk")))).order_by("id"))


def unmatched_parcels(*, bill: Bill) -> list[Parcel]:
    """This will list the parcels that went by the carrier and that it has not billed yet."""
    done = Difference.objects.filter(deeds__how=Deed.How.WRITTEN_OFF)
    since_at, _ = day_bounds(bill.since_day - _WINDOW)
    waiting = open_differences(source=bill.source, partner=bill.partner).values("parcel")
    rows = parcels_by(carrier=bill.partner).filter(match_of_parcel=None)
    rows = rows.filter(Q(shipped_at__gte=since_at) | Q(id__in=waiting))
    rows = rows.exclude(Exists(done.filter(parcel=OuterRef("pk"))))
    return list(rows.order_by("id"))


def seen_keys(*, bill: Bill, lines: Iterable[BillLine]) -> set[Key]:
    """This will return which of the lines' keys were matched before."""
    rows = BillLine.objects.filter(
        bill__source=bill.source,
        bill__partner=bill.partner,
        code__in={line.code for line in lines},
        match_of_line__isnull=False,
    )
    return set(rows.values_list("kind", "code"))


def carriers() -> list[str]:
    """This will name the carriers that parcels went by, the most used first."""
    rows = Parcel.objects.exclude(carrier="").values("carrier").annotate(n=Count("id"))
    return [row["carrier"] for row in rows.order_by("-n", "carrier")[:30]]


def not_paid_out(*, provider: str, currency: str) -> Money:
    """This will return what the provider owes us by our books and its bills, difference included.

    What moved here and stands in no bill, less what stands in bills and moved nothing here.
    """
    done = Difference.objects.filter(deeds__how=Deed.How.WRITTEN_OFF)
    ours = booked_notices(provider=provider).filter(currency=currency, match_of_notice=None)
    ours = ours.exclude(Exists(done.filter(notice=OuterRef("pk"))))
    theirs = BillLine.objects.filter(
        bill__source=Bill.Source.PROVIDER,
        bill__partner=provider,
        currency=currency,
        match_of_line=None,
    ).exclude(Exists(done.filter(line=OuterRef("pk"))))
    gifts = Goodwill.objects.filter(
        provider=provider, currency=currency, match_of_gift=None
    ).exclude(Exists(done.filter(gift=OuterRef("pk"))))
    here = _net(ours, Q(kind=Kind.CAPTURED), Q(kind=Kind.REFUNDED))
    there = _net(theirs, Q(kind="pay"), Q(kind="refund"))
    given = gifts.aggregate(total=Sum("amount"))["total"] or 0
    return Money(here - given - there, currency)


def _net(rows: "QuerySet[Notice] | QuerySet[BillLine]", came: Q, went: Q) -> int:
    sums = rows.aggregate(came=Sum("amount", filter=came), went=Sum("amount", filter=went))
    return int(sums["came"] or 0) - int(sums["went"] or 0)


def _counted(rows: "QuerySet[Match] | QuerySet[Difference]", field: str) -> dict[UUID, int]:
    return dict(rows.order_by().values_list(field).annotate(Count("pk")))
