"""What payments tells the modules above it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PaymentCaptured:
    """The whole sum of an intent has arrived; told once per intent."""

    intent: UUID
    subject: UUID  # what was paid for: the order
    amount: int
    currency: str
    at: datetime
    late: bool  # the intent had been closed: re-hold, or ask for a refund


@dataclass(frozen=True, slots=True)
class PaymentRefunded:
    """A refund has reached the payer; told once per refund."""

    refund: UUID
    subject: UUID  # what asked for it
    paid_for: UUID  # the subject of its intent: the order
    amount: int
    currency: str
    at: datetime
    excess: bool  # it gave back money that had paid for nothing (doubled or wrong)


@dataclass(frozen=True, slots=True)
class RefundFailed:
    """An attempt to refund failed; it is tried again unless `final`, then an operator looks."""

    refund: UUID
    subject: UUID
    paid_for: UUID
    amount: int
    currency: str
    at: datetime
    attempts: int
    final: bool
