"""Today: what waits to be shipped, what runs, what runs low, what was refused."""

from datetime import timedelta
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from shoal.care.queries_cases import waiting_count
from shoal.care.rules_cases import Side
from shoal.catalog.queries import product_counts, refused_lately
from shoal.kit import clock
from shoal.offers.queries import open_sales, running_low, trailers
from shoal.orders.queries import parcel_counts, parcels_of_brand
from shoal.settlement.queries import earnings_of_brand
from shoal.web.access import OfBrand, brand_member
from shoal.web.supply.frame import SELLING, Role, may, supply_page
from shoal.web.supply.telling import parcel_rows

_LOW = 5
_LATELY = timedelta(days=14)
_SHOWN = 5


@brand_member()
@require_safe
def today(request: OfBrand) -> HttpResponse:
    """This will show a brand's day; one that does not sell yet sees its application instead."""
    brand, at = request.brand, clock.now()
    if brand.state not in SELLING:
        first = "reports" if not may(request, Role.GOODS) else "products"
        return HttpResponseRedirect(reverse(f"supply:{'application' if may(request) else first}"))
    packs, sells = may(request, Role.WAREHOUSE), may(request, Role.GOODS)
    context: dict[str, Any] = {
        "now": at, "packs": packs, "sells": sells, "earns": may(request, Role.MONEY),
    }  # fmt: skip
    if packs:
        counts = parcel_counts(brand=brand.id)
        waiting = parcels_of_brand(brand=brand.id, states=["waiting"])
        context |= {
            "waiting": counts.get("waiting", 0),
            "problems": counts["problem"],
            "oldest": parcel_rows(waiting[:_SHOWN], at=at),
        }
    if packs or context["earns"]:
        context["cases"] = waiting_count(side=Side.BRAND, tenant=brand.id)
    if sells or packs:
        context["low"] = running_low(brand=brand, most=_LOW)
    if sells:
        products = product_counts(brand=brand)
        context |= {
            "running": open_sales(at=at, brand=brand),
            "coming": trailers(at=at, brand=brand),
            "proposed": products.get("proposed", 0),
            "refused": refused_lately(brand=brand, since_at=at - _LATELY),
        }
    if context["earns"]:
        context["earnings"] = earnings_of_brand(brand=brand, since_at=at - timedelta(days=7))
    return supply_page(request, "today", context)
