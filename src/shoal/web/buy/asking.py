"""Asking the keeper: one conversation between a customer and a shop."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from shoal.care.models import Message
from shoal.care.operations import NothingSaid, TooLong, ask, read_as_customer
from shoal.care.queries import messages_for_customer
from shoal.catalog.queries import product_by_code
from shoal.kit import clock
from shoal.kit.errors import NotFound, Refused
from shoal.orders.queries import order_for_customer
from shoal.people.steps import TooMany
from shoal.shops.queries import shop_by_code
from shoal.web.access import SignedIn, signed_in
from shoal.web.buy.frame import own_page, piece


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def conversation(request: SignedIn, code: str) -> HttpResponse:
    """This will show what she and this shop's keeper have said, and take what she says next."""
    shop = shop_by_code(code=code)
    about, about_code = _about(request)
    refused: Refused | None = None
    if request.method == "POST":
        try:
            ask(
                customer=request.person,
                shop=shop,
                text=request.POST.get("text", ""),
                about=about,
                about_code=about_code,
                at=clock.now(),
            )
        except (NothingSaid, TooLong, TooMany) as refusal:
            refused = refusal
        else:
            return HttpResponseRedirect(reverse("buy:ask", args=[shop.code]))
    read_as_customer(customer=request.person, shop=shop)
    context = {
        "shop": shop,
        "palette": shop.palette,
        "said": messages_for_customer(customer=request.person, shop=shop),
        "about": about,
        "about_code": about_code,
        "about_title": _title(request, about, about_code),
        "about_query": urlencode({"about": about, "code": about_code}) if about else "",
        "refused": refused,
        "typed": request.POST.get("text", "") if refused else "",
    }
    if request.headers.get("HX-Request") and request.method == "GET":
        return piece(request, "buy/pieces/said.html", context)
    status = 422 if refused else 200
    return own_page(request, "buy/ask.html", context, shop=shop, status=status)


def _about(request: HttpRequest) -> tuple[str, str]:
    about, code = request.GET.get("about", ""), request.GET.get("code", "")
    return (about, code) if about in Message.About.values and code else ("", "")


def _title(request: SignedIn, about: str, code: str) -> str:
    """What the question is about, if it is something she may ask about."""
    try:
        if about == Message.About.PRODUCT:
            return product_by_code(code=code).title
        if about == Message.About.ORDER:
            return order_for_customer(customer=request.person.pk, code=code).code
    except NotFound:
        pass
    return ""
