"""How a line's price is shared, how much may stay unpaid, and which states follow which."""

from dataclasses import dataclass
from datetime import timedelta

from shoal.kit.money import BASIS, portion
from shoal.orders.models import Order

SHARING_RULE = "one-level/1"

MOST_UNPAID = 10
UNPAID_WITHIN = timedelta(days=1)
"""An unpaid order holds stock that others could buy: a customer may leave so many in so long
unpaid, whether they wait, were cancelled or ran out of time."""

_CANCELLABLE = {Order.State.UNPAID, Order.State.PAID}
_FOLLOWING: dict[str, frozenset[Order.State]] = {
    Order.State.UNPAID: frozenset({Order.State.PAID, Order.State.CANCELLED, Order.State.EXPIRED}),
    # Money may arrive after the units were given up; if they are still there, the order lives.
    Order.State.CANCELLED: frozenset({Order.State.PAID}),
    Order.State.EXPIRED: frozenset({Order.State.PAID}),
    Order.State.PAID: frozenset({Order.State.SHIPPED, Order.State.CANCELLED, Order.State.REFUNDED}),
    Order.State.SHIPPED: frozenset({Order.State.DELIVERED, Order.State.REFUNDED}),
    Order.State.DELIVERED: frozenset({Order.State.COMPLETED, Order.State.REFUNDED}),
    Order.State.COMPLETED: frozenset(),
    Order.State.REFUNDED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Parts:
    """One line's price in minor units, and who gets what of it; the three parts add up to it."""

    line: int
    brand: int
    keeper: int
    platform: int


def share_line(
    *, sale: int, supply: int, markup: int, rate_bp: int, quantity: int, earns: bool
) -> Parts:
    """This will share the price of `quantity` units between brand, keeper and platform.

    Prices are minor units per unit: S, B and M. The brand gets B, the keeper rate x S + M (the
    commission is rounded once per line, halves up), the platform what is left. When nobody earns
    (`earns` is false) the keeper's part falls to the platform. Source: the design, "How one line's
    price is shared".
    """
    line = (sale + markup) * quantity
    brand = supply * quantity
    keeper = portion(sale * quantity, rate_bp) + markup * quantity if earns else 0
    return Parts(line=line, brand=brand, keeper=keeper, platform=line - brand - keeper)


def included_tax(*, amount: int, tax_bp: int) -> int:
    """This will return the tax inside a tax-inclusive `amount`, rounded, halves up."""
    whole = BASIS + tax_bp
    return (2 * amount * tax_bp + whole) // (2 * whole)


def may_follow(state: str, following: Order.State) -> bool:
    """This will say whether an order in `state` may go on to `following`."""
    return following in _FOLLOWING[state]


def is_cancellable(*, state: str, anything_shipped: bool) -> bool:
    """This will say whether a customer may still cancel: nothing has left a warehouse yet."""
    return state in _CANCELLABLE and not anything_shipped


def state_of_parcels(parcels: list[str]) -> Order.State:
    """This will derive a paid order's state from those of its parcels.

    Shipped when every parcel that will come is on its way, delivered when every one has arrived.
    """
    coming = [state for state in parcels if state != "cancelled"]
    if coming and all(state == "delivered" for state in coming):
        return Order.State.DELIVERED
    if coming and all(state in {"shipped", "delivered"} for state in coming):
        return Order.State.SHIPPED
    return Order.State.PAID
