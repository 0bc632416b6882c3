"""Somebody wants to be forgotten: not while a parcel still needs her address."""

from collections.abc import Sequence

from shoal.kit.errors import Refused
from shoal.kit.transactions import step
from shoal.orders.models import Order
from shoal.people.events import ErasureAsked

_UNDER_WAY = (Order.State.UNPAID, Order.State.PAID, Order.State.SHIPPED, Order.State.DELIVERED)


class OrdersUnderWay(Refused):
    """You still have {count} orders under way. Wait until they are completed, or cancel them."""

    code = "orders_under_way"


@step
def refuse_open_orders(facts: Sequence[ErasureAsked]) -> None:
    """This will refuse to forget a customer with an order that is not over yet.

    Raises OrdersUnderWay. "Delivered" counts: until the after-sales window ends she may return.
    """
    for fact in facts:
        count = Order.objects.filter(customer=fact.person, state__in=_UNDER_WAY).count()
        if count:
            raise OrdersUnderWay(count=count)
