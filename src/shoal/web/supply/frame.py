"""What every page of the brand's face shares: the rail, her roles, answers to forms."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from shoal.brands.models import Brand, BrandMember
from shoal.brands.queries import memberships_of
from shoal.care.queries_cases import waiting_count
from shoal.care.rules_cases import Side
from shoal.orders.queries import parcel_counts
from shoal.web.access import OfBrand
from shoal.web.components.nav import Place, mark_current

Role = BrandMember.Role
# Until the contract is signed there is nothing to sell, to ship or to earn.
SELLING = {Brand.State.ACTIVE, Brand.State.SUSPENDED}
_GOODS, _STORE, _MONEY = {Role.GOODS}, {Role.GOODS, Role.WAREHOUSE}, {Role.MONEY}


def supply_page(
    request: OfBrand, template: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """This will render a page of the brand's with its rail."""
    filled = {
        "brand": request.brand,
        "role": Role(request.brand_role),
        "brands": memberships_of(person=request.person),
        "nav": rail(request),
        "home_url": reverse("supply:today"),
        **context,
    }
    return render(request, f"supply/{template}.html", filled, status=status)


def may(request: OfBrand, *roles: BrandMember.Role) -> bool:
    """This will tell whether she has one of `roles`; an owner has them all."""
    return request.brand_role in {Role.OWNER, *roles}


def rail(request: OfBrand) -> list[Place]:
    """This will return the places that her role may open at a brand in its present state."""
    selling = request.brand.state in SELLING
    places: list[Place] = []
    if selling:
        places.append(Place(gettext("Today"), "today", reverse("supply:today")))
    if not selling:
        places.append(Place(gettext("Application"), "note", reverse("supply:application")))
    places += _goods(request, selling=selling)
    if selling:
        places += _selling(request)
    places += _brand(request, selling=selling)
    # An edit is looked at from its product, and has an address of its own.
    path = request.path.replace("/revisions/", "/products/", 1)
    return mark_current(places=places, path=path)


def _goods(request: OfBrand, *, selling: bool) -> list[Place]:
    group = gettext("Goods")
    places = []
    if may(request, *_GOODS):
        places += [
            Place(gettext("Products"), "goods", reverse("supply:products"), group=group),
            Place(gettext("Freight"), "truck", reverse("supply:freight"), group=group),
        ]
    if selling and may(request, *_STORE):
        places.append(Place(gettext("Stock"), "categories", reverse("supply:stock"), group=group))
    if may(request, *_GOODS):
        places.append(Place(gettext("Product sheet"), "note", reverse("supply:sheet"), group=group))
    return places


def _selling(request: OfBrand) -> list[Place]:
    group = gettext("Selling")
    places = []
    if may(request, *_GOODS):
        places += [
            Place(gettext("Sales"), "sale", reverse("supply:sales"), group=group),
            Place(gettext("Standing offers"), "earn", reverse("supply:offers"), group=group),
            Place(gettext("Promotions"), "coupon", reverse("supply:promotions"), group=group),
        ]
    if may(request, Role.WAREHOUSE):
        waiting = parcel_counts(brand=request.brand.id).get("waiting", 0)
        places.append(
            Place(gettext("Parcels"), "parcel", reverse("supply:parcels"), waiting, group=group)
        )
    if may(request, Role.WAREHOUSE, *_MONEY):
        open_cases = waiting_count(side=Side.BRAND, tenant=request.brand.id)
        places.append(
            Place(
                gettext("After-sales"), "returns", reverse("supply:cases"), open_cases, group=group
            )
        )
    if may(request, *_MONEY):
        places.append(Place(gettext("Money"), "wallet", reverse("supply:money"), group=group))
        places.append(Place(gettext("Payouts"), "earn", reverse("supply:payouts"), group=group))
    return places


def _brand(request: OfBrand, *, selling: bool) -> list[Place]:
    group = gettext("Brand")
    places = []
    if may(request):
        places.append(Place(gettext("Team"), "people", reverse("supply:team"), group=group))
    if selling:
        if may(request):
            places.append(
                Place(
                    gettext("Papers and contract"), "shield", reverse("supply:application"),
                    group=group,
                )
            )  # fmt: skip
        places.append(Place(gettext("Reports"), "warn", reverse("supply:reports"), group=group))
    if may(request):
        places.append(
            Place(gettext("About the brand"), "brand", reverse("supply:settings"), group=group)
        )
    return places


def chosen_state(request: HttpRequest, states: type[Any], otherwise: str = "") -> str:
    """This will return the state that the address asks for, if there is such a state."""
    asked = request.GET.get("state", "")
    return asked if asked in states.values else otherwise


def words_of(request: HttpRequest) -> str:
    """This will return what was typed into the search box, in bounds."""
    return " ".join(request.GET.get("q", "").replace("\0", "").split())[:80]
