"""Her own data: what is kept, all of it to take along, and to have it forgotten."""

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from shoal.care import queries as care_queries
from shoal.care.queries_cases import export_cases
from shoal.kit.clock import now
from shoal.kit.errors import Refused
from shoal.orders import queries as order_queries
from shoal.people import operations, queries
from shoal.people.models import Person
from shoal.people.operations import NameMissing
from shoal.web.access import SignedIn, signed_in
from shoal.web.account.forms import ErasureForm, NameForm, typed


@signed_in
@require_http_methods(["GET", "POST"])
def own_data(request: SignedIn) -> HttpResponse:
    """This will show a person what is kept about her, and change her name."""
    mine = queries.profile(request.person)
    form = NameForm(typed(request), initial={"name": mine.name})
    if form.is_valid():
        try:
            operations.rename_person(person=request.person, name=form.cleaned_data["name"])
        except NameMissing as refused:
            form.add_error("name", refused.sentence)
        else:
            messages.success(request, gettext("Your name is saved."))
            return HttpResponseRedirect(reverse("account:own-data"))
    context = {"mine": mine, "form": form, "addresses": queries.addresses_of(request.person)}
    return render(request, "account/own_data.html", context, status=422 if form.errors else 200)


@signed_in
@require_GET
def export(request: SignedIn) -> HttpResponse:
    """This will hand a person everything that is kept about her, as one JSON file."""
    everything = {
        "made_at": now().isoformat(),
        "person": queries.export_of(request.person),
        "orders": _orders_of(request.person),
        "conversations": care_queries.export_of(request.person),
        "cases": export_cases(customer=request.person.pk),
    }
    response = HttpResponse(
        json.dumps(everything, ensure_ascii=False, indent=2),
        content_type="application/json; charset=utf-8",
    )
    response["Content-Disposition"] = 'attachment; filename="shoal-my-data.json"'
    response["Cache-Control"] = "no-store"
    return response


def _orders_of(person: Person) -> list[dict[str, Any]]:
    orders = list(order_queries.orders_of_customer(customer=person.pk))
    recipients = order_queries.recipients(orders=orders)
    return [
        {
            "code": order.code,
            "shop": order.storefront.name,
            "state": order.state,
            "placed_at": order.placed_at.isoformat(),
            "currency": order.currency,
            "total_minor": order.total_minor,
            "recipient": recipients[order.id],
            "lines": [
                {"title": line.titles, "quantity": line.quantity, "line_minor": line.line_minor}
                for line in order.lines.all()
            ],
        }
        for order in orders
    ]


@signed_in
@require_http_methods(["GET", "POST"])
def erasure(request: SignedIn) -> HttpResponse:
    """This will forget a person when she asks twice, and say what has to stay and why."""
    form = ErasureForm(typed(request))
    if form.is_valid():
        try:
            operations.erase_person(person=request.person, at=now())
        except Refused as refused:
            # A parcel under way, a shop that is open: say so beside the button.
            form.add_error(None, refused.sentence)
        else:
            logout(request)
            return render(request, "account/forgotten.html")
    status = 422 if form.errors else 200
    return render(request, "account/erasure.html", {"form": form}, status=status)
