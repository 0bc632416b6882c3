"""The one search of the desk: an order's code, a customer's phone, a shop's name or code."""

import logging

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from shoal.kit.errors import NotFound
from shoal.orders.queries import order_by_code
from shoal.people.queries import person_by_phone
from shoal.shops.queries import all_shops
from shoal.web.access import OfOperator, operator
from shoal.web.desk.frame import CARE, MONEY, may

logger = logging.getLogger(__name__)
_PHONE_DIGITS = 7


@operator(CARE, MONEY)
@require_POST
def look_up(request: OfOperator) -> HttpResponse:
    """This will lead to what the words mean; a POST, so that a phone stands in no address.

    A look-up by phone is written down: by whom, and whether it found somebody; never the phone.
    """
    words = " ".join(request.POST.get("q", "").replace("\0", "").split())[:80]
    goto = _order(words) or _customer(request, words) or _shop(request, words)
    if goto is None:
        messages.error(
            request, gettext("Nothing found. Check the order’s code, the phone or the shop’s name.")
        )
        goto = reverse("desk:orders")
    return HttpResponseRedirect(goto)


def _order(words: str) -> str | None:
    try:
        return reverse("desk:order", args=[order_by_code(code=words).code]) if words else None
    except NotFound:
        return None


def _customer(request: OfOperator, words: str) -> str | None:
    if sum(letter.isdigit() for letter in words) < _PHONE_DIGITS:
        return None
    person = person_by_phone(words)
    found = person.code if person else "nobody"
    logger.info("look-up by phone: operator %s found %s", request.person.code, found)
    return f"{reverse('desk:orders')}?{urlencode({'customer': person.code})}" if person else None


def _shop(request: OfOperator, words: str) -> str | None:
    if not words:
        return None
    shops = list(all_shops(words=words)[:2])
    if not shops:
        return None
    if len(shops) == 1 or not may(request.operator_roles, CARE):
        return f"{reverse('desk:orders')}?{urlencode({'shop': shops[0].code})}"
    return f"{reverse('desk:shops')}?{urlencode({'q': words})}"
