"""How a line's price is shared, how much may stay unpaid, and which states follow which."""

from dataclasses import dataclass
from datetime import timedelta

from shoal.kit.money import BASIS, allocate, portion
from shoal.orders.models import Order

SHARING_RULE = "one-level/1"
GIFT_RULE = "gift/1"

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
    *,
    sale: int,
    supply: int,
    markup: int,
    rate_bp: int,
    quantity: int,
    earns: bool,
    brand_discount: int = 0,
    keeper_discount: int = 0,
) -> Parts:
    """This will share the price of `quantity` units between brand, keeper and platform.

    Prices are minor units per unit: S, B and M. The brand gets B, the keeper rate x S + M (the
    commission is rounded once per line, halves up), the platform what is left. When nobody earns
    (`earns` is false) the keeper's part falls to the platform. Source: the design, "How one line's
    price is shared".

    A discount (minor units of the whole line) comes off its funder's part, so that the three parts
    add up to the line less both discounts. Commission is of the price after the brand's discount;
    the brand, who gives it, keeps the commission it saves. The platform's part is the same with
    either, and a discount of its own comes from its own account, not from here.
    """
    line = (sale + markup) * quantity
    full, reduced = (
        portion(amount, rate_bp) if earns else 0
        for amount in (sale * quantity, sale * quantity - brand_discount)
    )
    brand = supply * quantity - brand_discount + full - reduced
    keeper = reduced + markup * quantity - keeper_discount if earns else 0
    platform = line - brand_discount - (keeper_discount if earns else 0) - brand - keeper
    return Parts(line=line, brand=brand, keeper=keeper, platform=platform)


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a line: units, what the customer paid for them, and whose part that is.

    `promotion` is what the platform's discount added: paid + promotion = brand + keeper + platform.
    """

    units: int
    paid: int
    promotion: int
    brand: int
    keeper: int
    platform: int
    tax: int


@dataclass(frozen=True, slots=True)
class Back:
    """What goes back of a line: `paid` to the customer, the rest from each party's part."""

    units: int
    paid: int
    promotion: int
    brand: int
    keeper: int
    platform: int
    tax: int


def take_back(left: Left, *, units: int, amount: int | None) -> Back:
    """This will say what giving `units` back for `amount` minor units takes from each party.

    Without an amount it is what those units cost, halves up; the last units take all that is left.
    Each party gives in proportion to what it has left of the line (largest remainders), so that
    several steps never take more from anybody than one, and all of them together take it whole.
    Raises ValueError for more units or money than are left, or for nothing at all.
    """
    if not 0 <= units <= left.units or (amount is None and units == 0):
        raise ValueError(f"{units} of {left.units} units cannot go back")
    paid = _share_of(left.paid, units, left.units) if amount is None else amount
    if not 0 <= paid <= left.paid or (units == 0 and paid == 0):
        raise ValueError(f"{paid} of {left.paid} cannot go back")
    of, whole = (paid, left.paid) if left.paid else (units, left.units)
    promotion = _share_of(left.promotion, of, whole)
    brand, keeper, platform = allocate(paid + promotion, [left.brand, left.keeper, left.platform])
    return Back(
        units=units,
        paid=paid,
        promotion=promotion,
        brand=brand,
        keeper=keeper,
        platform=platform,
        tax=_share_of(left.tax, of, whole),
    )


def _share_of(amount: int, part: int, whole: int) -> int:
    """`part` of `whole` of an amount, halves up."""
    return (2 * amount * part + whole) // (2 * whole)


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
