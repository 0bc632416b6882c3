"""What every page of the keeper's face shares: her shop, and the bar at its foot."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from shoal.care.queries import unread_by_shop
from shoal.care.queries_cases import waiting_count
from shoal.care.rules_cases import Side
from shoal.web.access import OfKeeper
from shoal.web.answers import PAGE, done, page_of, try_form, way_back
from shoal.web.components.nav import Place, mark_current

__all__ = ["PAGE", "bar", "done", "keeper_page", "page_of", "try_form", "way_back"]


def keeper_page(
    request: OfKeeper, template: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """This will render a page of the keeper's with her shop and the bar at its foot."""
    asked = waiting_count(side=Side.KEEPER, tenant=request.shop.id)
    nav = bar(path=request.path, unread=unread_by_shop(shop=request.shop) + asked)
    filled = {"shop": request.shop, "nav": nav, "home_url": reverse("keep:today"), **context}
    return render(request, f"keep/{template}.html", filled, status=status)


def bar(*, path: str, unread: int = 0) -> list[Place]:
    """This will return the places of the bottom bar; `unread` messages and cases wait for her."""
    belongs = {
        "sales": "goods",
        "shares": "goods",
        "conversations": "customers",
        "cases": "customers",
    }
    part = path.removeprefix(reverse("keep:today")).partition("/")[0]
    if part in belongs:
        path = reverse(f"keep:{belongs[part]}")
    return mark_current(
        places=[
            Place(gettext("Today"), "today", reverse("keep:today")),
            Place(gettext("Goods"), "goods", reverse("keep:goods")),
            Place(gettext("Orders"), "orders", reverse("keep:orders")),
            Place(gettext("Customers"), "people", reverse("keep:customers"), count=unread),
            Place(gettext("Me"), "me", reverse("keep:me")),
        ],
        path=path,
    )
