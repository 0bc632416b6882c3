"""What brands tell the modules above."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class BrandStateChanged:
    """A brand went to another state: what it sells may have come into sight or gone from it."""

    brand: UUID
    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class BrandRenamed:
    """A brand goes by other names: it must be found under them."""

    brand: UUID
    at: datetime
