"""What is asked of the order desk, and what it answers."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shoal.kit.errors import Refused

# What a wholesaler may want of one thing; prices times this fit the database's 64 bits.
_MOST_UNITS = 1_000_000


class AddressGone(Refused):
    """This address is no longer in your address book. Please choose where the parcel goes."""

    code = "address_gone"


class KeyUsed(Refused):
    """This order was sent before with other contents. Please go back to your cart and retry."""

    code = "key_used"


@dataclass(frozen=True, slots=True)
class WantedLine:
    """Units of an offer, at the unit price (minor units) that the customer saw."""

    offer: UUID
    quantity: int
    unit_minor: int

    def __post_init__(self) -> None:
        if not 0 < self.quantity <= _MOST_UNITS:
            raise ValueError(f"{self.quantity} units cannot be ordered")


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """One customer's wish. `key` makes asking again harmless; `recipient` is sealed at once.

    `address` is the code of an entry of her address book, which says the region and to whom it
    goes; `recipient` goes over it. Without one, `region` and `recipient` say all.
    `total_minor` is what the page showed her that all of it costs, where it showed it; `coupons`
    are the codes of hers that she wants to use, `gifts` the promotions whose gift it promised.
    """

    key: UUID
    customer: UUID
    storefront: UUID
    share: UUID | None
    lines: tuple[WantedLine, ...]
    recipient: Mapping[str, str]
    at: datetime
    region: str = ""
    total_minor: int | None = None
    coupons: tuple[str, ...] = ()
    gifts: tuple[str, ...] = ()
    address: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """The answer to a request that was taken: the order, what it costs and until when to pay."""

    order: UUID
    code: str
    total_minor: int
    currency: str
    expires_at: datetime


def digest_of(request: OrderRequest) -> bytes:
    """This will return the SHA-256 of what a request asks for, without what was typed for whom."""
    asked = [
        str(request.storefront),
        [[str(line.offer), line.quantity, line.unit_minor] for line in request.lines],
        request.address or request.region,
        # Requests without coupons keep the digests that were stored before there were any.
        *([sorted(request.coupons)] if request.coupons else []),
    ]
    return hashlib.sha256(json.dumps(asked).encode()).digest()
