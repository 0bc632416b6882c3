"""Her orders: the list, one of them with all that happened to it, and what she may still do."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shoal.care.queries_cases import askable_of, cases_of_order
from shoal.kit import clock
from shoal.kit.errors import Refused
from shoal.orders.carts import buy_again
from shoal.orders.models import Order, Parcel
from shoal.orders.operations import (
    AddressFixed,
    OtherRegion,
    cancel_order,
    change_address,
)
from shoal.orders.queries import (
    invoice_wish,
    order_for_customer,
    orders_of_customer,
    recipients,
    steps_of,
)
from shoal.people.queries import address_of, addresses_of
from shoal.web.access import SignedIn, signed_in
from shoal.web.answers import done, whole
from shoal.web.buy.cases import card_of as card_of_case
from shoal.web.buy.forms import AddressForm, CancelForm
from shoal.web.buy.frame import own_page, shop_here
from shoal.web.buy.telling import (
    card_of,
    may_cancel,
    may_readdress,
    parcels_of,
    telling_of,
    timeline,
)
from shoal.web.components.nav import Place, choices
from shoal.web.promoting.telling import order_discounts
from shoal.web.visitor import visitor_id
from shoal.web.words import invoice_words

_PAGE = 10
_STATE = Order.State
FOLDERS: Mapping[str, tuple[str, ...]] = {
    "": (),
    "unpaid": (_STATE.UNPAID,),
    "paid": (_STATE.PAID,),
    "shipped": (_STATE.SHIPPED,),
    "arrived": (_STATE.DELIVERED, _STATE.COMPLETED),
    "closed": (_STATE.CANCELLED, _STATE.EXPIRED, _STATE.REFUNDED),
}


@signed_in
@require_GET
def orders(request: SignedIn) -> HttpResponse:
    """This will list her orders, newest first, all or one folder of them."""
    folder = request.GET.get("state", "")
    folder = folder if folder in FOLDERS else ""
    start = whole(request.GET.get("from"), default=0)
    rows = orders_of_customer(customer=request.person.pk, states=FOLDERS[folder])
    found = list(rows[start : start + _PAGE + 1])
    query = f"?state={folder}&" if folder else "?"
    context = {
        "orders": [card_of(order) for order in found[:_PAGE]],
        "folders": _folders(folder),
        "folder": folder,
        "more_url": f"{query}from={start + _PAGE}" if len(found) > _PAGE else "",
        "now": clock.now(),
    }
    # On a new phone, the bar leads back to where she bought last.
    shop = shop_here(request) or (found[0].storefront if found else None)
    return own_page(request, "buy/orders.html", context, shop=shop)


@signed_in
@require_GET
def order(request: SignedIn, code: str) -> HttpResponse:
    """This will show one order: its state, what comes next, its parcels and its story."""
    found = order_for_customer(customer=request.person.pk, code=code)
    recipient = recipients(orders=[found])[found.id]
    context = {
        "order": found,
        "card": card_of(found),
        "telling": telling_of(found),
        "parcels": parcels_of(found),
        "steps": timeline(found, steps_of(order=found.id)),
        "recipient": recipient,
        "invoice": invoice_words(invoice_wish(recipient=recipient)),
        "discounts": order_discounts(found),
        "may_cancel": may_cancel(found),
        "may_readdress": may_readdress(found),
        "cases": [card_of_case(one) for one in cases_of_order(order=found.id)],
        "may_ask_back": bool(askable_of(order=found, at=clock.now())),
        "may_confirm": any(row.state == Parcel.State.SHIPPED for row in found.parcels.all()),
        "now": clock.now(),
    }
    return own_page(request, "buy/order.html", context, shop=found.storefront)


@signed_in
@require_http_methods(["GET", "POST"])
def cancellation(request: SignedIn, code: str) -> HttpResponse:
    """This will ask why, and cancel an order before anything of it is shipped."""
    found = order_for_customer(customer=request.person.pk, code=code)
    here = reverse("buy:order", args=[code])
    if not may_cancel(found):
        return HttpResponseRedirect(here)
    form = CancelForm(request.POST or None)
    if form.is_valid():
        was_paid = found.paid_at is not None
        cancel_order(
            customer=request.person.pk,
            code=code,
            reason=form.cleaned_data["reason"],
            by=request.person.code,
            at=clock.now(),
        )
        text = (
            gettext("Your order is cancelled. The money is on its way back to you.")
            if was_paid
            else gettext("Your order is cancelled. No payment had arrived for it.")
        )
        return done(request, text, here)
    partly = was_several(found) and found.paid_at is not None
    context = {
        "order": found,
        "card": card_of(found),
        "form": form,
        "partly_url": reverse("buy:new-case", args=[code]) if partly else "",
    }
    status = 422 if form.errors else 200
    return own_page(request, "buy/cancel.html", context, shop=found.storefront, status=status)


@signed_in
@require_http_methods(["GET", "POST"])
def order_address(request: SignedIn, code: str) -> HttpResponse:
    """This will send an order that has not left yet to another address."""
    found = order_for_customer(customer=request.person.pk, code=code)
    here = reverse("buy:order", args=[code])
    if not may_readdress(found):
        messages.warning(request, AddressFixed().sentence)
        return HttpResponseRedirect(here)
    known = addresses_of(request.person)
    refused: Refused | None = None
    form = _address_form(request, found)
    if request.method == "POST":
        chosen = request.POST.get("address", "")
        record = (
            _known_record(request, chosen)
            if chosen and chosen != "new"
            else form.record
            if form.is_valid()
            else None
        )
        if record is not None:
            try:
                _readdress(request, code, record)
            except OtherRegion as refusal:
                refused = refusal
            else:
                return done(request, gettext("The parcel goes to the new address."), here)
    context = {"order": found, "addresses": known, "form": form, "refused": refused}
    status = 422 if refused or (request.method == "POST" and form.errors) else 200
    template = "buy/order_address.html"
    return own_page(request, template, context, shop=found.storefront, status=status)


@signed_in
@require_POST
def again(request: SignedIn, code: str) -> HttpResponse:
    """This will put what is still on sale of an earlier order into the cart."""
    found = order_for_customer(customer=request.person.pk, code=code)
    kept = buy_again(
        customer=request.person.pk,
        order=code,
        visitor=visitor_id(request),
        shop=found.storefront,
        at=clock.now(),
    )
    if kept.put:
        messages.success(
            request,
            ngettext(
                "{number} thing is in your cart again.",
                "{number} things are in your cart again.",
                kept.put,
            ).format(number=kept.put),
        )
    for title in kept.missing:
        messages.warning(
            request, gettext("{title} is not on sale at the moment.").format(title=title)
        )
    return HttpResponseRedirect(f"{reverse('buy:cart')}?shop={found.storefront.code}")


def was_several(order: Order) -> bool:
    """This will say whether an order has more than one unit, so that some may stay."""
    return sum(line.quantity for line in order.lines.all()) > 1


def _address_form(request: HttpRequest, order: Order) -> AddressForm:
    if request.method == "POST":
        return AddressForm(request.POST)
    sealed = recipients(orders=[order])[order.id]
    return AddressForm(initial={**sealed, "region": order.region})


def _known_record(request: SignedIn, code: str) -> dict[str, str]:
    known = address_of(person=request.person, code=code)
    return {name: str(getattr(known, name)) for name in (*AddressForm.base_fields, "province")}


def _readdress(request: SignedIn, code: str, record: Mapping[str, str]) -> None:
    recipient = {name: text for name, text in record.items() if name != "region"}
    change_address(
        customer=request.person.pk,
        code=code,
        recipient=recipient,
        region=record["region"],
        by=request.person.code,
        at=clock.now(),
    )


def _folders(current: str) -> list[Place]:
    labels = {
        "": gettext("All"),
        "unpaid": gettext("To pay"),
        "paid": gettext("Being packed"),
        "shipped": gettext("On the way"),
        "arrived": gettext("Arrived"),
        "closed": gettext("Cancelled"),
    }
    here = reverse("buy:orders")
    return choices(labels=labels, here=here, parameter="state", current=current)
