"""The people who bought in a shop, and what they ask. Names are masked; phones never shown."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from shoal.care.operations import answer, read_as_shop
from shoal.care.queries import messages_for_shop, talk_of_shop, talks_of_shop
from shoal.kit import clock
from shoal.kit.masking import mask_name
from shoal.kit.money import Money
from shoal.kit.vault import Erased
from shoal.orders.queries import customers_of_shop
from shoal.people.queries import names_of
from shoal.web.access import OfKeeper, keeper
from shoal.web.answers import whole
from shoal.web.components.nav import Place
from shoal.web.keep.forms import AnswerForm
from shoal.web.keep.frame import PAGE, keeper_page, page_of, try_form


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """Somebody who bought in this shop."""

    name: str
    orders: int
    total: Money
    last_at: datetime


@keeper
@require_safe
def customers(request: OfKeeper) -> HttpResponse:
    """This will list who bought in a shop, the latest first."""
    shop = request.shop
    page = page_of(request, customers_of_shop(shop=shop.id))
    found = list(page)
    names = names_of(row["customer"] for row in found)
    rows = [
        CustomerRow(
            name=mask_name(names.get(row["customer"], "")) or gettext("A customer"),
            orders=row["orders"],
            total=Money(row["total"], shop.currency),
            last_at=row["last_at"],
        )
        for row in found
    ]
    context = {"page": page, "rows": rows, "tabs": tabs("customers")}
    return keeper_page(request, "customers", context)


@keeper
@require_safe
def conversations(request: OfKeeper) -> HttpResponse:
    """This will list what customers ask a shop, the latest first."""
    offset = whole(request.GET.get("from"), default=0)
    rows = talks_of_shop(shop=request.shop, limit=PAGE + 1, offset=offset)
    context = {
        "talks": rows[:PAGE],
        "more_url": f"?from={offset + PAGE}" if len(rows) > PAGE else "",
        "tabs": tabs("conversations"),
    }
    return keeper_page(request, "conversations", context)


@keeper
@require_http_methods(["GET", "HEAD", "POST"])
def conversation(request: OfKeeper, code: str) -> HttpResponse:
    """This will show one conversation, and answer the customer."""
    shop = request.shop
    form = AnswerForm(request.POST or None)
    talk = talk_of_shop(shop=shop, conversation=code)
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]
        try:
            said = try_form(
                form,
                "text",
                lambda: answer(
                    by=request.person, shop=shop, conversation=code, text=text, at=clock.now()
                ),
            )
        except Erased:
            form.add_error("text", gettext("This customer has left and can no longer be reached."))
            said = None
        if said is not None:
            return HttpResponseRedirect(f"{reverse('keep:conversation', args=[code])}#newest")
    if talk.unread:
        read_as_shop(shop=shop, conversation=code)
    context = {
        "talk": talk,
        "messages_said": messages_for_shop(shop=shop, conversation=code),
        "form": form,
    }
    return keeper_page(request, "conversation", context, status=422 if form.errors else 200)


def tabs(current: str) -> list[Place]:
    """This will return the parts of this place: who bought, what they ask, what they return."""
    places = {
        "customers": (gettext("Who bought"), "people"),
        "conversations": (gettext("Questions"), "ask"),
        "cases": (gettext("After-sales"), "returns"),
    }
    return [
        Place(label, icon, reverse(f"keep:{name}"), current=name == current)
        for name, (label, icon) in places.items()
    ]
