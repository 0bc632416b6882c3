"""Today: what ends soon, what comes, what was ordered, what she earned."""

from datetime import timedelta

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from shoal.kit import clock
from shoal.kit.money import Money
from shoal.orders.queries import sales_of_shop
from shoal.settlement.queries import earnings_of_shop
from shoal.shelves.queries import Sorting, shelf_products, shelf_sales
from shoal.traffic.queries_traces import came_between
from shoal.web.access import OfKeeper, keeper
from shoal.web.days import start_of_day
from shoal.web.keep.frame import keeper_page
from shoal.web.keep.goods import sale_cards, tile

_SALES = 3
_TILES = 6


@keeper
@require_safe
def today(request: OfKeeper) -> HttpResponse:
    """This will show a keeper her day."""
    shop, at = request.shop, clock.now()
    since = start_of_day(at)
    orders, sold = sales_of_shop(shop=shop.id, since_at=since - timedelta(days=1))
    running = shelf_sales(shop=shop, at=at)
    coming = shelf_sales(shop=shop, at=at, coming=True)
    products = shelf_products(shop=shop, at=at, sorting=Sorting.EARN, limit=_TILES)
    context = {
        "now": at,
        "orders": orders,
        "sold": Money(sold, shop.currency),
        "visits": came_between(shop=shop, since_at=since, until_at=at).came.visits,
        "earnings": earnings_of_shop(shop=shop.id, currency=shop.currency, since_at=since),
        "running": sale_cards(running[:_SALES], shop=shop, at=at),
        "coming": sale_cards(coming[:_SALES], shop=shop, at=at),
        "tiles": [tile(row, shop=shop, at=at) for row in products],
    }
    return keeper_page(request, "today", context)
