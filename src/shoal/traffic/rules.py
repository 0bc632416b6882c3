"""Pure decisions about traffic: which shop earned an order, and why.

| evidence | buyer | earns | reason |
|---|---|---|---|
| a share of some shop | not that shop's keeper | the share's shop | share |
| no share, or one of her own | keeps the storefront | nobody | self |
| no share, or one of her own | anybody else | the storefront | storefront |

A keeper's own share says nothing about her as a buyer, so it is set aside; so is the share of a
shop that may not earn. Bindings, when they come, stand before the first row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

ATTRIBUTION_RULE = "first-1"
"""The version of the table above, frozen on each order that was decided by it."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known when an order is placed: ids, and who keeps the shops that they name."""

    customer: UUID
    storefront: UUID
    share: UUID | None
    share_shop: UUID | None
    keepers: Mapping[UUID, UUID]


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who earns (nobody when None), through which share, for which reason, by which rule."""

    earner: UUID | None
    share: UUID | None
    reason: str
    rule: str


def may_earn(*, suspended: bool, same_currency: bool) -> bool:
    """This will say whether a share's shop can earn an order placed in another shop.

    Not while the operator has stopped it, and never in a currency that it keeps no account in. A
    shop that rests has brought the customer all the same.
    """
    return same_currency and not suspended


def attribute(evidence: Evidence) -> Attribution:
    """This will decide which shop earned an order. At most one does."""
    theirs = evidence.share is not None and evidence.share_shop is not None
    if theirs and not _keeps(evidence, evidence.share_shop):
        return Attribution(evidence.share_shop, evidence.share, "share", ATTRIBUTION_RULE)
    if _keeps(evidence, evidence.storefront):
        return Attribution(None, None, "self", ATTRIBUTION_RULE)
    return Attribution(evidence.storefront, None, "storefront", ATTRIBUTION_RULE)


def _keeps(evidence: Evidence, shop: UUID | None) -> bool:
    return shop is not None and evidence.keepers.get(shop) == evidence.customer
