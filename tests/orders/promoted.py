"""What the tests of discounts at the desk ask again and again."""

from shoal.ledger.queries import platform_balances
from shoal.orders.desk import Placed, place_orders
from shoal.orders.models import Order
from shoal.promotions.models import Claim, Promotion, Use
from shoal.promotions.rules import Funder
from tests.promotions.makers import promotion
from tests.trade import (
    standing_offer,
    wish,
)

Kind = Promotion.Kind


def standing(kind: str) -> int:
    """What stands on the platform's accounts of one kind."""
    return sum(money.minor for name, _, money in platform_balances() if name == kind)


def free(claimed: Claim) -> bool:
    claimed.refresh_from_db()
    return claimed.used_by is None


def refusal(market, **changes: object):
    """What the desk says no with; nothing was written."""
    answer = place_orders(requests=[wish(market, **changes)])[0]
    assert not isinstance(answer, Placed)
    assert (Order.objects.count(), Use.objects.count()) == (0, 0)
    return answer


def gift_of(market, *, stock=3, threshold=10_000):
    given = standing_offer(market.brand, stock=stock)
    return given, promotion(
        market, Funder.BRAND, Kind.GIFT, threshold=threshold, parts={given.code: 1}
    )
