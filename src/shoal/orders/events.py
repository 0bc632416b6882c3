"""What orders tell the modules above."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class OrderPaid:
    """An order's money is in escrow."""

    order: UUID
    customer: UUID
    storefront: UUID
    earner: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True)
class LinesRefunded:
    """Parts of an order went back: its line and freight refunds of `subject` say which."""

    order: UUID
    subject: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class LinesThawed:
    """Nothing keeps these lines from being settled any more, as far as one case goes."""

    order: UUID
    lines: tuple[UUID, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderCompleted:
    """An order's after-sales window is over: its parties are owed their parts."""

    order: UUID
    at: datetime
