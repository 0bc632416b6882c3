"""Cases for tests: Alice asks something back of what she bought in Mei's shop from 海风."""

from datetime import datetime, timedelta

from shoal.care.models import Case
from shoal.care.opening import WantedUnits
from shoal.care.operations_brand import set_return_address
from shoal.care.operations_cases import forward_case, open_case
from shoal.care.rules_cases import Kind, Reason
from shoal.orders.models import Order, OrderLine
from tests import trade
from tests.trade import AT, DAY, Market

ASKED = AT + 4 * DAY
HOUR = timedelta(hours=1)
WAREHOUSE = {"recipient": "退货组", "phone": "0571-8000", "address": "杭州市滨江区 8 号"}


def delivered(market: Market, *, quantity: int = 2, **changes: object) -> Order:
    """An order of Alice's that has arrived."""
    placed = trade.order(market, quantity=quantity, **changes)
    trade.pay(placed)
    trade.ship(placed)
    trade.deliver(placed)
    return placed


def ask(
    placed: Order,
    *,
    kind: Kind = Kind.RETURN,
    reason: Reason = Reason.BROKEN,
    units: int = 1,
    amount: int | None = None,
    at: datetime = ASKED,
) -> Case:
    """A case about `units` of the order's first line."""
    line = OrderLine.objects.filter(order=placed).order_by("number")[0]
    return open_case(
        customer=placed.customer_id,
        order=placed.code,
        kind=kind,
        reason=reason,
        lines=[WantedUnits(line.id, units, amount)],
        words="收到就是坏的",
        by="alice",
        at=at,
    )


def forwarded(placed: Order, *, at: datetime = ASKED, **changes: object) -> Case:
    """A case that Mei has passed on to 海风."""
    case = ask(placed, at=at, **changes)  # type: ignore[arg-type]
    return forward_case(
        shop=placed.storefront_id, code=case.code, words="请看一下", by="mei", at=at
    )


def name_address(market: Market, *, at: datetime = AT) -> None:
    """海风 says where returned goods go."""
    set_return_address(brand=market.brand.id, record=WAREHOUSE, by="owner", at=at)


def again(case: Case) -> Case:
    """The case as it stands now."""
    case.refresh_from_db()
    return case
