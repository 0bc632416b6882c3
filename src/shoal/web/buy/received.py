"""When the parcel is there: she confirms it, or says that the goods are not genuine."""

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from shoal.brands.operations import report_counterfeit
from shoal.kit import clock
from shoal.kit.errors import NotFound
from shoal.orders.models import Order, OrderLine, Parcel
from shoal.orders.queries import order_for_customer
from shoal.orders.shipping import Delivery, deliver_parcels
from shoal.web.access import SignedIn, signed_in
from shoal.web.account.forms import typed
from shoal.web.answers import done, try_form
from shoal.web.buy.frame import own_page

_LONGEST = 2_000


class CounterfeitForm(forms.Form):
    """Which goods of an order, and what makes her think so."""

    line = forms.ChoiceField(label=gettext_lazy("Which goods"))
    text = forms.CharField(
        label=gettext_lazy("What makes you think so"),
        help_text=gettext_lazy("Kept encrypted. Only the platform reads it, not the brand."),
        max_length=_LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


@signed_in
@require_POST
def arrival(request: SignedIn, code: str) -> HttpResponse:
    """This will note every parcel of her order that is under way as arrived."""
    found = order_for_customer(customer=request.person.pk, code=code)
    at = clock.now()
    deliver_parcels(
        deliveries=[
            Delivery(parcel.brand_id, parcel.code, at)
            for parcel in found.parcels.all()
            if parcel.state == Parcel.State.SHIPPED
        ],
        by=request.person.code,
    )
    words = gettext("Good that it is there. If something is wrong, ask the keeper.")
    return done(request, words, reverse("buy:order", args=[code]))


@signed_in
@require_http_methods(["GET", "POST"])
def counterfeit(request: SignedIn, code: str) -> HttpResponse:
    """This will take in a report that goods of a paid order are not genuine."""
    found = order_for_customer(customer=request.person.pk, code=code)
    here = reverse("buy:order", args=[code])
    if found.paid_at is None:
        return HttpResponseRedirect(here)
    form = CounterfeitForm(typed(request))
    choices = [(str(line.number), line.sku.product.title) for line in found.lines.all()]
    form.fields["line"].choices = choices  # type: ignore[attr-defined]  # it is a ChoiceField
    if form.is_valid():
        line = _line(found, form.cleaned_data["line"])
        report = try_form(form, "text", lambda: _report(request, line, form.cleaned_data["text"]))
        if report is not None:
            words = gettext("Thank you. Somebody at the platform looks into it.")
            return done(request, words, here)
    context = {"order": found, "form": form}
    status = 422 if form.errors else 200
    template = "buy/counterfeit.html"
    return own_page(request, template, context, shop=found.storefront, status=status)


def _line(order: Order, number: str) -> OrderLine:
    for line in order.lines.all():
        if str(line.number) == number:
            return line
    raise NotFound


def _report(request: SignedIn, line: OrderLine, text: str) -> object:
    product = line.sku.product
    return report_counterfeit(
        brand=product.brand,
        product=product.id,
        reporter=request.person,
        text=text,
        at=clock.now(),
    )
