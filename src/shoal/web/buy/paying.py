"""The way to the payment partner and back, and the wait until its notice has come."""

import json
import logging

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET, require_http_methods

from shoal.kit import clock
from shoal.kit.errors import Refused
from shoal.kit.money import Money
from shoal.orders.models import Order
from shoal.orders.queries import order_to_pay
from shoal.payments.operations import Payer, start_payment
from shoal.payments.providers import Client, ProviderDown
from shoal.payments.providers.keys import NotSetUp
from shoal.payments.queries import intent_for
from shoal.web.access import SignedIn, person_of, signed_in
from shoal.web.account.wechat import openid_here, through_wechat
from shoal.web.answers import whole
from shoal.web.buy.frame import own_page, piece
from shoal.web.buy.ways import ways_to_pay
from shoal.web.clients import client_of
from shoal.web.visitor import network_of

_log = logging.getLogger(__name__)
# How often the page asks, and after how many times it says that this takes longer than usual.
_PATIENT_ASKS = 15
_MOST_ASKS = 90
# She looks for her phone, opens the app, scans: the page with the code waits for longer.
_SCANNING_ASKS = 900
_PAYING = "shoal_paying"


class NoWayToPay(Refused):
    """This cannot be paid here. Open this page in your phone’s own browser, or ask the shop."""

    code = "no_way_to_pay"


def lead_to_payment(
    request: HttpRequest, *, order: Order, chosen: str = "", just_placed: bool = False
) -> HttpResponse:
    """This will lead her to the partner she chose, or to the choice where there is one.

    Whatever stands in the way is told on her order's page: the order itself stands.
    """
    ways = ways_to_pay(currency=order.currency, client=client_of(request))
    name = chosen if any(way.name == chosen for way in ways) else ""
    if not name and len(ways) > 1:
        return HttpResponseRedirect(reverse("buy:payment", args=[order.code]))
    try:
        if not ways:
            raise NoWayToPay
        return _begin(request, order, name or ways[0].name, several=len(ways) > 1)
    except NotSetUp as problem:
        _log.error("%s", problem.sentence)  # it names a setting, and is nothing to a customer
        why = ProviderDown().sentence
    except Refused as refusal:
        why = refusal.sentence
    if len(ways) > 1:
        why = gettext("{why} You can also pay another way.").format(why=why)
    # The order stands; only the way to the partner is closed at the moment.
    words = gettext("Your order is placed. {why}") if just_placed else "{why}"
    messages.warning(request, words.format(why=why))
    return HttpResponseRedirect(reverse("buy:order", args=[order.code]))


def _begin(request: HttpRequest, order: Order, name: str, *, several: bool) -> HttpResponse:
    client, openid = client_of(request), ""
    if name == "wechat" and client is Client.WECHAT:
        person = person_of(request)
        openid = openid_here(request, person) if person else ""
        if not openid:
            # WeChat opens its sheet for one person: first it tells which one holds this phone.
            request.session[_PAYING] = order.code
            return through_wechat(request, goto=reverse("buy:payment-going-on", args=[order.code]))
    back = reverse("buy:payment-return", args=[order.code])
    begun = start_payment(
        intent=intent_for(subject=order.id),
        payer=Payer(provider=name, client=client, user=openid, address=network_of(request)),
        return_url=f"{settings.SHOAL_PUBLIC_URL}{back}",
        at=clock.now(),
        # The same words in every language: a partner takes a repeated request only as it was.
        title=f"{order.storefront.name} {order.code}",
        language=get_language() or "",
        expires_at=order.expires_at,
    )
    if begun.redirect_url:
        return HttpResponseRedirect(begun.redirect_url)
    # A page of ours: a code to scan, or the sheet that her chat app opens over it.
    context = _waiting(request, order) | {"several": several, "scan": begun.scan}
    context["sheet"] = json.dumps(dict(begun.sheet))
    page = "buy/payment_scan.html" if begun.scan else "buy/payment_sheet.html"
    return own_page(request, page, context, shop=order.storefront)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def payment(request: SignedIn, code: str) -> HttpResponse:
    """This will let her choose how to pay an order that waits for it, and send her there."""
    order = order_to_pay(customer=request.person.pk, code=code)
    if order.state != Order.State.UNPAID:
        return HttpResponseRedirect(reverse("buy:order", args=[code]))
    if request.method == "POST":
        return lead_to_payment(request, order=order, chosen=request.POST.get("provider", ""))
    ways = ways_to_pay(currency=order.currency, client=client_of(request))
    context = {**_waiting(request, order), "ways": ways, "none": NoWayToPay().sentence}
    return own_page(request, "buy/payment.html", context, shop=order.storefront)


@signed_in
@require_GET
def payment_start(request: SignedIn, code: str) -> HttpResponse:
    """This will lead on from an order just placed to its payment. Safe to open again."""
    order = order_to_pay(customer=request.person.pk, code=code)
    if order.state != Order.State.UNPAID:
        return HttpResponseRedirect(_after(order))
    return lead_to_payment(request, order=order, just_placed=True)


@signed_in
@require_GET
def going_on(request: SignedIn, code: str) -> HttpResponse:
    """This will go on with a payment that she began here, once WeChat has told who she is."""
    order = order_to_pay(customer=request.person.pk, code=code)
    begun_here = request.session.pop(_PAYING, "") == code
    if order.state != Order.State.UNPAID or not begun_here:
        return HttpResponseRedirect(reverse("buy:order", args=[code]))
    return lead_to_payment(request, order=order, chosen="wechat")


@signed_in
@require_GET
def payment_return(request: SignedIn, code: str) -> HttpResponse:
    """This will wait with her for the partner's notice: only that says whether she has paid."""
    order = order_to_pay(customer=request.person.pk, code=code)
    if order.state != Order.State.UNPAID:
        return HttpResponseRedirect(_after(order))
    context = _waiting(request, order)
    return own_page(request, "buy/payment_return.html", context, shop=order.storefront)


@signed_in
@require_GET
def payment_state(request: SignedIn, code: str) -> HttpResponse:
    """This will say whether the notice has come: a piece of the page that waits."""
    order = order_to_pay(customer=request.person.pk, code=code)
    if order.state != Order.State.UNPAID:
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = _after(order)
        return answer
    scanning = request.GET.get("by") == "scan"
    name = "buy/pieces/scanning.html" if scanning else "buy/pieces/waiting.html"
    return piece(request, name, _waiting(request, order))


@signed_in
@require_GET
def paid(request: SignedIn, code: str) -> HttpResponse:
    """This will thank her, and say what happens next."""
    order = order_to_pay(customer=request.person.pk, code=code)
    if order.paid_at is None or order.state == Order.State.CANCELLED:
        return HttpResponseRedirect(reverse("buy:order", args=[code]))
    context = {"order": order, "total": Money(order.total_minor, order.currency)}
    return own_page(request, "buy/paid.html", context, shop=order.storefront)


def _after(order: Order) -> str:
    route = "buy:paid" if order.state == Order.State.PAID else "buy:order"
    return reverse(route, args=[order.code])


def _pause(asked: int) -> str:
    """A notice is mostly a moment behind the customer; after that nothing is gained by haste."""
    if asked == 1:
        return "400ms"
    return "2s" if asked <= _PATIENT_ASKS else "5s"


def _waiting(request: HttpRequest, order: Order) -> dict[str, object]:
    asked = whole(request.GET.get("asked"), default=0) + 1
    now = clock.now()
    return {
        "order": order,
        "total": Money(order.total_minor, order.currency),
        "asked": asked,
        "long": asked > _PATIENT_ASKS,
        "pause": _pause(asked),
        "ask_again": asked < _MOST_ASKS,
        "scan_again": asked < _SCANNING_ASKS,
        "over": now >= order.expires_at,
        "now": now,
    }
