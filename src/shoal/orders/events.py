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
class OrderCompleted:
    """An order's after-sales window is over: its parties are owed their parts."""

    order: UUID
    at: datetime
