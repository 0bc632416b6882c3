"""Whether a bill from a file is the one it is said to be.

What is taken in is booked and stays, so a slip of the hand (the file of another day, another
provider's, a carrier's name misspelt) is asked about first. Who knows better says so.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from shoal.kit.clock import market_day
from shoal.kit.errors import Refused
from shoal.orders.models import Parcel
from shoal.payments.models import Intent, Refund
from shoal.payments.providers import BillKind, BillRow
from shoal.reconciliation import queries
from shoal.reconciliation.operations import Freight
from shoal.settlement.models_payouts import Goodwill

_AT_ONCE = 2000


class Doubtful(Refused):
    """This bill does not look like the one you named."""

    code = "bill_doubtful"


class OfAnotherProvider(Doubtful):
    """This is a bill of {provider}, not of {partner}."""

    code = "bill_of_another_provider"


class OfAnotherDay(Doubtful):
    """No row of this bill is of {day}: they are of {days}."""

    code = "bill_of_another_day"


class NothingOnIt(Doubtful):
    """This bill has no rows, but money moved through {partner} on {day}."""

    code = "bill_without_rows"


class NothingOfOurs(Doubtful):
    """Not one number of this bill is of a payment or refund through {partner}."""

    code = "bill_of_nothing_known"


class NothingSent(Doubtful):
    """Not one number of this bill is of a parcel that went by {carrier}. Is the name right?"""

    code = "freight_of_nothing_known"


def check_bill(*, name: str, day: date, rows: Sequence[BillRow], written_by: str) -> None:
    """This will doubt a provider's bill that cannot well be the one of this provider and day.

    `written_by` is the provider whose own format it has, or nothing. Raises Doubtful.
    """
    if written_by and written_by != name:
        raise OfAnotherProvider(provider=written_by, partner=name)
    if not rows:
        if queries.booked_on(provider=name, day=day):
            raise NothingOnIt(partner=name, day=day)
        return
    days = sorted({market_day(row.happened_at) for row in rows})
    if day not in days:
        raise OfAnotherDay(day=day, days=" – ".join(map(str, dict.fromkeys((days[0], days[-1])))))
    codes = [row.code for row in rows if row.kind != BillKind.FEE]
    if codes and not any(_known(name, some) for some in _parts(codes)):
        raise NothingOfOurs(partner=name)


def check_freight(*, carrier: str, rows: Sequence[Freight]) -> None:
    """This will doubt a carrier's bill that has no parcel of this carrier. Raises Doubtful."""
    parcels = Parcel.objects.filter(carrier__iexact=carrier)
    codes = [row.tracking for row in rows]
    if codes and not any(parcels.filter(tracking__in=some).exists() for some in _parts(codes)):
        raise NothingSent(carrier=carrier)


def _known(name: str, codes: Sequence[str]) -> bool:
    return (
        Intent.objects.filter(provider=name, code__in=codes).exists()
        or Refund.objects.filter(intent__provider=name, code__in=codes).exists()
        or Goodwill.objects.filter(provider=name, reference__in=codes).exists()
    )


def _parts(codes: Sequence[str]) -> Iterator[Sequence[str]]:
    return (codes[since : since + _AT_ONCE] for since in range(0, len(codes), _AT_ONCE))
