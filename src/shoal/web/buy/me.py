"""Her own page: what she is called, where her parcels go, what she can look up."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shoal.care.queries import talks_of_customer
from shoal.kit import clock
from shoal.kit.errors import Refused
from shoal.people.operations import add_address, change_address, remove_address
from shoal.people.queries import address_of, addresses_of, profile
from shoal.shops.queries import shops_of
from shoal.web.access import SignedIn, anyone, person_of, signed_in
from shoal.web.account.sessions import safe_next
from shoal.web.answers import done
from shoal.web.buy.forms import AddressForm, BookForm, address_start
from shoal.web.buy.frame import own_page


@anyone
@require_GET
def me(request: HttpRequest) -> HttpResponse:
    """This will show who she is here, or how to say so."""
    person = person_of(request)
    context = {
        "profile": profile(person) if person else None,
        "addresses": addresses_of(person) if person else [],
        "talks": talks_of_customer(customer=person) if person else [],
        "my_shops": shops_of(person=person) if person else [],
    }
    return own_page(request, "buy/me.html", context)


@signed_in
@require_GET
def addresses(request: SignedIn) -> HttpResponse:
    """This will show her address book."""
    context = {"addresses": addresses_of(request.person)}
    return own_page(request, "buy/addresses.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def new_address(request: SignedIn) -> HttpResponse:
    """This will add to her address book, and lead back to where she came from."""
    goto = safe_next(request, request.POST.get("next") or request.GET.get("next"))
    form = AddressForm(request.POST or None)
    if form.is_valid():
        try:
            made = add_address(person=request.person, at=clock.now(), **form.record)
        except Refused as refusal:
            form.add_error(_field_of(refusal), refusal.sentence)
        else:
            # Back at the checkout, the address she has just typed is the one she means.
            extra = f"{'&' if '?' in goto else '?'}address={made.code}" if goto else ""
            return HttpResponseRedirect(f"{goto or reverse('buy:addresses')}{extra}")
    context = {"form": form, "goto": goto}
    status = 422 if form.errors else 200
    return own_page(request, "buy/address.html", context, status=status)


@signed_in
@require_http_methods(["GET", "POST"])
def address(request: SignedIn, code: str) -> HttpResponse:
    """This will change one of her addresses; orders keep theirs."""
    known = address_of(person=request.person, code=code)
    form = BookForm(request.POST or None, initial=address_start(known))
    if form.is_valid():
        record = form.record
        del record["is_default"]
        try:
            change_address(
                person=request.person,
                code=code,
                is_default=known.is_default or form.cleaned_data["is_default"],
                **record,
            )
        except Refused as refusal:
            form.add_error(_field_of(refusal), refusal.sentence)
        else:
            return done(request, gettext("The address is saved."), reverse("buy:addresses"))
    context = {"form": form, "known": known}
    status = 422 if form.errors else 200
    return own_page(request, "buy/address.html", context, status=status)


@signed_in
@require_POST
def address_removal(request: SignedIn, code: str) -> HttpResponse:
    """This will remove one of her addresses."""
    remove_address(person=request.person, code=code, at=clock.now())
    return done(request, gettext("The address is removed."), reverse("buy:addresses"))


def _field_of(refusal: Refused) -> str | None:
    return "phone" if refusal.code == "not_a_phone" else None
