"""Stock: how many units of each SKU there are, what came in, what was lost."""

import re
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from shoal.catalog.models import Sku
from shoal.catalog.queries import skus_by_code
from shoal.kit import clock
from shoal.kit.errors import NotFound
from shoal.stock.models import Movement
from shoal.stock.operations import receive_goods, write_off_goods
from shoal.stock.queries import movements_of, stock_of_brand
from shoal.stock.steps import Quantity
from shoal.web.access import OfBrand, brand_member
from shoal.web.answers import done, page_of, try_form
from shoal.web.buy.forms import reason_text
from shoal.web.supply.forms import LossForm, QuantityForm
from shoal.web.supply.frame import Role, supply_page, words_of


@brand_member(Role.GOODS, Role.WAREHOUSE)
@require_safe
def stock(request: OfBrand) -> HttpResponse:
    """This will list a brand's SKUs with what became of their units, fewest first."""
    words = words_of(request)
    page = page_of(
        request, stock_of_brand(brand=request.brand, words=words, drafts=bool(words)), size=50
    )
    context = {"words": words, "page": page, "query": urlencode({"q": words})}
    return supply_page(request, "stock", context)


@brand_member(Role.GOODS, Role.WAREHOUSE)
@require_safe
def sku(request: OfBrand, sku: str) -> HttpResponse:
    """This will show one SKU: its units, deliveries, losses."""
    return _show(request, _found(request, sku))


@brand_member(Role.GOODS, Role.WAREHOUSE)
@require_POST
def delivery(request: OfBrand, sku: str) -> HttpResponse:
    """This will add units that arrived in the warehouse."""
    found, form = _found(request, sku), QuantityForm(request.POST)
    if not form.is_valid():
        return _show(request, found, arriving=form, status=422)
    count = form.cleaned_data["quantity"]
    receive_goods(
        brand=request.brand, quantities=[Quantity(found.id, count)], by=request.person.code,
        at=clock.now(),
    )  # fmt: skip
    words = ngettext("{count} unit added.", "{count} units added.", count)
    return done(request, words.format(count=count), reverse("supply:sku", args=[sku]))


@brand_member(Role.GOODS, Role.WAREHOUSE)
@require_POST
def loss(request: OfBrand, sku: str) -> HttpResponse:
    """This will write units off, with the reason."""
    found, form = _found(request, sku), LossForm(request.POST)
    if form.is_valid():
        try_form(
            form, "quantity",
            lambda: write_off_goods(
                brand=request.brand, sku=found.id, by=request.person.code, at=clock.now(),
                **form.cleaned_data,
            ),
        )  # fmt: skip
    if form.errors:
        return _show(request, found, losing=form, status=422)
    count = form.cleaned_data["quantity"]
    words = ngettext("{count} unit written off.", "{count} units written off.", count)
    return done(request, words.format(count=count), reverse("supply:sku", args=[sku]))


def _found(request: OfBrand, code: str) -> Sku:
    found = skus_by_code(brand=request.brand, codes=[code]).get(code)
    if found is None:
        raise NotFound
    return found


def _show(
    request: OfBrand,
    found: Sku,
    *,
    arriving: QuantityForm | None = None,
    losing: LossForm | None = None,
    status: int = 200,
) -> HttpResponse:
    page = page_of(request, movements_of(sku=found.id))
    context = {
        "sku": found,
        "counts": stock_of_brand(brand=request.brand, drafts=True).get(id=found.id),
        "page": page,
        "moves": [_told(move) for move in page],
        "arriving": arriving or QuantityForm(auto_id="in_%s"),
        "losing": losing or LossForm(auto_id="out_%s"),
    }
    return supply_page(request, "sku", context, status=status)


def _why(reason: str) -> str:
    """What a process wrote down, in the reader's words; what a person wrote, as it is."""
    known = {
        "not paid in time": gettext("Not paid in time"),
        "paid late": gettext("Paid late"),
        "the offer is over": gettext("The offer is over"),
        "sale over": gettext("The offer is over"),
        "product sheet": gettext("Product sheet"),
    }
    case = re.match(r"case (\w+)", reason)
    if case:
        return gettext("Case {code}").format(code=case[1])
    return known.get(reason) or reason_text(reason) or reason


def _told(move: Movement) -> dict[str, Any]:
    kinds = Movement.Kind
    names = {
        kinds.RECEIVE: gettext("Arrived") if move.allotment.is_warehouse else gettext("Set aside"),
        kinds.HOLD: gettext("Held for an order"),
        kinds.RELEASE: gettext("Released by an order"),
        kinds.SELL: gettext("Sold"),
        kinds.WITHDRAW: gettext("Taken for an offer")
        if move.allotment.is_warehouse
        else gettext("Given back"),
        kinds.WRITE_OFF: gettext("Written off"),
        kinds.RETURN: gettext("Came back"),
    }
    adds = {kinds.RECEIVE, kinds.RELEASE, kinds.RETURN}
    return {
        "name": names[kinds(move.kind)],
        "sign": "+" if move.kind in adds else "−",
        "quantity": move.quantity,
        "reason": _why(move.reason),
        "place": gettext("Warehouse") if move.allotment.is_warehouse else gettext("Offer"),
        "at": move.at,
    }
