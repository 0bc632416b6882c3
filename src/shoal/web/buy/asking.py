"""Asking the keeper: one conversation between a customer and a shop."""

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from shoal.care.operations import NothingSaid, TooLong, ask, read_as_customer
from shoal.care.queries import Topic, messages_for_customer, topics
from shoal.kit import clock
from shoal.kit.errors import Refused
from shoal.people.steps import TooMany
from shoal.shops.models import Shop
from shoal.shops.queries import shop_by_code
from shoal.web.access import SignedIn, signed_in
from shoal.web.buy.frame import own_page, piece


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def conversation(request: SignedIn, code: str) -> HttpResponse:
    """This will show what she and this shop's keeper have said, and take what she says next."""
    shop = shop_by_code(code=code)
    topic = _topic(request, shop)
    refused: Refused | None = None
    if request.method == "POST":
        try:
            ask(
                customer=request.person,
                shop=shop,
                text=request.POST.get("text", ""),
                about=topic.kind if topic else "",
                about_code=topic.code if topic else "",
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
        "topic": topic,
        "topic_query": urlencode({"about": topic.kind, "code": topic.code}) if topic else "",
        "refused": refused,
        "typed": request.POST.get("text", "") if refused else "",
    }
    if request.headers.get("HX-Request") and request.method == "GET":
        return piece(request, "buy/pieces/said.html", context)
    status = 422 if refused else 200
    return own_page(request, "buy/ask.html", context, shop=shop, status=status)


def _topic(request: SignedIn, shop: Shop) -> Topic | None:
    """What the question is about, if it is something these two may talk about."""
    key = (request.GET.get("about", ""), request.GET.get("code", ""))
    return topics(shop=shop.pk, customer=request.person.pk, wanted=[key]).get(key)
