"""Payment providers: one port, an adapter per partner, chosen by settings.

An adapter turns a partner's own words into ours: `code` is our number (an intent's or a refund's),
`event` the partner's id of *what happened*, the same in a notice and in the answer to a query, so
that hearing of it both ways counts once. Where a partner has no such id, the adapter makes one of
its transaction number and kind. No method is called inside a transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import Protocol

from django.conf import settings

from shoal.kit.errors import NotFound, Refused
from shoal.kit.money import Money
from shoal.payments.rules import Kind

_ADAPTERS = {
    "sandbox": "shoal.payments.providers.sandbox",
    "stripe": "shoal.payments.providers.stripe",
    "wechat": "shoal.payments.providers.wechat",
    "alipay": "shoal.payments.providers.alipay",
}


@dataclass(frozen=True, slots=True)
class ProviderNotice:
    """One thing that happened at a partner, told by a signed notice or by a query."""

    provider: str
    event: str
    kind: Kind
    code: str
    amount: int
    currency: str
    happened_at: datetime
    digest: bytes = b""
    # Given where the partner signs a number used once; the same one is refused a second time.
    nonce: str = ""

    def __post_init__(self) -> None:
        if self.amount <= 0 or not self.event or not self.code:
            raise ValueError("a notice names an event, a number and a positive amount")

    @property
    def money(self) -> Money:
        """The sum it is about."""
        return Money(self.amount, self.currency)


class Client(StrEnum):
    """What the payer holds in her hand."""

    DESK = "desk"
    PHONE = "phone"
    WECHAT = "wechat"  # the browser inside WeChat


@dataclass(frozen=True, slots=True)
class Prepayment:
    """What a partner must know to show its page."""

    code: str
    money: Money
    title: str
    return_url: str
    notify_url: str
    expires_at: datetime | None = None
    language: str = ""
    # Some partners open another page, or none, by what she holds in her hand.
    client: Client = Client.DESK
    # Who she is to a chat app that opens the partner's sheet itself, and where she comes from.
    client_user: str = ""
    client_address: str = ""


@dataclass(frozen=True, slots=True)
class Prepaid:
    """How the payer goes on, and the partner's own number of the payment.

    Exactly one way is given: a page to go to, a text to scan as a QR code with her phone, or the
    words that her chat app opens its own sheet with.
    """

    redirect_url: str
    reference: str
    scan: str = ""
    sheet: Mapping[str, str] = field(default_factory=dict)


class ProviderDown(Refused):
    """The payment partner does not answer right now. Nothing was charged; try again soon."""

    code = "provider_down"


class ProviderSaidNo(Refused):
    """The payment partner refused ({why}). Nothing was charged."""

    code = "provider_said_no"


class PaidAlready(Refused):
    """The payment partner has your money already. The order goes on as soon as it tells us."""

    code = "paid_already"


class AnnouncedOtherwise(Refused):
    """The payment partner knows this number with other particulars. Nothing was charged."""

    code = "announced_otherwise"


class NoticeRefused(Refused):
    """This notice is not from the payment partner, or is too old."""

    code = "notice_refused"


class NoMoneyMoved(Refused):
    """This notice is from the payment partner, but no money moved."""

    code = "no_money_moved"


class BillNotReady(Refused):
    """The payment partner has not closed this day's bill yet. Try again in a few hours."""

    code = "bill_not_ready"


class BillKind(StrEnum):
    """What a row of a partner's bill is about."""

    PAY = "pay"
    REFUND = "refund"
    FEE = "fee"  # of no payment in particular: a monthly fee, a dispute; its amount is 0


@dataclass(frozen=True, slots=True)
class BillRow:
    """One row of a partner's bill for a day: money it took in, or gave back, for us.

    `amount` is positive for both kinds; `fee` is what the partner kept for it, negative where a
    refund gives a fee back. `code` is our number as the partner wrote it down, which need not be
    one we know; `reference` is the partner's own number of the payment or refund.
    """

    kind: BillKind
    code: str
    reference: str
    amount: int
    fee: int
    currency: str
    happened_at: datetime

    def __post_init__(self) -> None:
        right = self.amount == 0 if self.kind is BillKind.FEE else self.amount > 0
        if not right or not (self.code or self.reference):
            raise ValueError("a row of a bill has a number and a positive amount")
        if self.happened_at.tzinfo is None:
            raise ValueError("a row of a bill says when, with its zone")


class Provider(Protocol):
    """What Shoal asks of a payment partner.

    Every call is safe to repeat with the same code. Each raises ProviderDown when the partner
    cannot be reached or fails, ProviderSaidNo when it answers that it will not.
    """

    name: str
    thanks: str  # what the partner wants to read in answer to a notice

    def prepay(self, *, prepayment: Prepayment) -> Prepaid:
        """This will announce a payment and return how the payer goes on.

        Raises AnnouncedOtherwise where a number was announced with other words before, and the
        partner does not take new ones; PaidAlready where it has been paid.
        """
        ...

    def query(self, *, code: str) -> Sequence[ProviderNotice]:
        """This will return what was captured for the intent `code`."""
        ...

    def refund(
        self, *, code: str, intent_code: str, money: Money, reason: str, notify_url: str
    ) -> Sequence[ProviderNotice]:
        """This will ask for a refund; nothing returned means that it is on its way."""
        ...

    def query_refund(self, *, code: str) -> Sequence[ProviderNotice]:
        """This will return what has become of the refund `code`."""
        ...

    def read_notice(
        self, *, headers: Mapping[str, str], body: bytes, at: datetime
    ) -> ProviderNotice:
        """This will check an incoming notice's signature and age and read it, or NoticeRefused.

        `headers` have lower-case names. Raises NoMoneyMoved for a genuine notice of something that
        is not about money that moved.
        """
        ...

    def download_bill(self, *, day: date) -> Iterable[BillRow]:
        """This will return the rows of the bill for `day`, a day of the market, or BillNotReady.

        A day without business gives none. A partner whose days are of another time zone gives the
        bill that it files under this date; a row of the day beside it is matched as late.
        """
        ...


def offered() -> list[str]:
    """This will name the partners that a payer may choose among, the usual one first."""
    return [name.strip() for name in settings.SHOAL_PAY.split(",") if name.strip()]


def default_provider() -> str:
    """This will name the partner that a new payment uses until the payer chooses another."""
    return offered()[0]


@cache
def provider(name: str) -> Provider:
    """This will return the adapter `name`; raises NotFound for one that is not there."""
    if name not in _ADAPTERS:
        raise NotFound
    adapter: Provider = import_module(_ADAPTERS[name]).make()
    return adapter


def what_is_missing() -> list[str]:
    """This will say, in a sentence each, why partners that the settings name cannot be used.

    A process that serves or works says it when it starts, and the doctor when asked.
    """
    return [sentence for name in offered() if (sentence := _missing(name))] or (
        [] if offered() else ["SHOAL_PAY names no payment partner."]
    )


def _missing(name: str) -> str:
    try:
        provider(name)
    except NotFound:
        known = ", ".join(sorted(_ADAPTERS))
        return f"SHOAL_PAY names {name}, which is none of {known}."
    except Refused as refused:
        return f"{name}: {refused.sentence}"
    return ""
