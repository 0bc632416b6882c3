"""The way to the payment partner and back, and the wait until its notice has come."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET, require_POST

from shoal.kit import clock
from shoal.kit.money import Money
from shoal.orders.models import Order
from shoal.orders.queries import order_for_customer
from shoal.payments.operations import start_payment
from shoal.payments.queries import intent_for
from shoal.web.access import SignedIn, signed_in
from shoal.web.answers import whole
from shoal.web.buy.frame import own_page, piece

# How often the page asks, and after how many times it says that this takes longer than usual.
_PATIENT_ASKS = 15
_MOST_ASKS = 90


def to_partner(*, order: UUID, code: str, expires_at: datetime | None) -> HttpResponse:
    """This will announce the payment and send her to the partner's page."""
    intent = intent_for(subject=order)
    begun = start_payment(
        intent=intent,
        return_url=f"{settings.SHOAL_PUBLIC_URL}{reverse('buy:payment-return', args=[code])}",
        at=clock.now(),
        title=gettext("Order {code}").format(code=code),
        language=get_language() or "",
        expires_at=expires_at,
    )
    return HttpResponseRedirect(begun.redirect_url)


@signed_in
@require_POST
def payment(request: SignedIn, code: str) -> HttpResponse:
    """This will send her to pay an order that waits for it."""
    order = order_for_customer(customer=request.person.pk, code=code)
    if order.state != Order.State.UNPAID:
        return HttpResponseRedirect(reverse("buy:order", args=[code]))
    return to_partner(order=order.id, code=code, expires_at=order.expires_at)


@signed_in
@require_GET
def payment_return(request: SignedIn, code: str) -> HttpResponse:
    """This will wait with her for the partner's notice: only that says whether she has paid."""
    order = order_for_customer(customer=request.person.pk, code=code)
    if order.state != Order.State.UNPAID:
        return HttpResponseRedirect(_after(order))
    context = _waiting(request, order)
    return own_page(request, "buy/payment_return.html", context, shop=order.storefront)


@signed_in
@require_GET
def payment_state(request: SignedIn, code: str) -> HttpResponse:
    """This will say whether the notice has come: a piece of the page that waits."""
    order = order_for_customer(customer=request.person.pk, code=code)
    if order.state != Order.State.UNPAID:
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = _after(order)
        return answer
    return piece(request, "buy/pieces/waiting.html", _waiting(request, order))


@signed_in
@require_GET
def paid(request: SignedIn, code: str) -> HttpResponse:
    """This will thank her, and say what happens next."""
    order = order_for_customer(customer=request.person.pk, code=code)
    if order.paid_at is None or order.state == Order.State.CANCELLED:
        return HttpResponseRedirect(reverse("buy:order", args=[code]))
    context = {"order": order, "total": Money(order.total_minor, order.currency)}
    return own_page(request, "buy/paid.html", context, shop=order.storefront)


def _after(order: Order) -> str:
    route = "buy:paid" if order.state == Order.State.PAID else "buy:order"
    return reverse(route, args=[order.code])


def _waiting(request: HttpRequest, order: Order) -> dict[str, object]:
    asked = whole(request.GET.get("asked"), default=0) + 1
    now = clock.now()
    return {
        "order": order,
        "total": Money(order.total_minor, order.currency),
        "asked": asked,
        "long": asked > _PATIENT_ASKS,
        "ask_again": asked < _MOST_ASKS,
        "over": now >= order.expires_at,
        "now": now,
    }
