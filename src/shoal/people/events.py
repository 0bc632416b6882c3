"""What people tells the modules above it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ErasureAsked:
    """A person wants to be forgotten. A reactor that still owes her something raises Refused."""

    person: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class InvitationAccepted:
    """Somebody accepted a role at a brand or a shop: `place` names which, `subject` its id."""

    place: str
    subject: UUID
    role: str
    person: UUID
    invited_by: str
    at: datetime
