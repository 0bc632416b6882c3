"""Accepting an invitation: the door through which staff come in."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shoal.kit.clock import now
from shoal.people import operations, queries
from shoal.people.models import Invitation, Person
from shoal.people.operations import InvitationOver, NameMissing, PasswordTooWeak
from shoal.people.queries import OpenInvitation
from shoal.web import proof
from shoal.web.access import anyone, person_of
from shoal.web.account import sessions
from shoal.web.account.forms import JoinForm, typed


@anyone
@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """This will show an invitation, and give its role to who accepts it.

    The mail proved the address. Somebody who has it already signs in as usual; somebody who has
    signed in by phone keeps her account and gets the address and a password besides.
    """
    at = now()
    found = queries.invitation_by_token(token=token, at=at)
    if found is None:
        raise InvitationOver
    present = _joining(person_of(request))
    form = JoinForm(typed(request), initial={"name": _name(present)})
    if found.is_known:
        form.fields.clear()
    if request.method == "POST" and form.is_valid():
        try:
            person = operations.accept_invitation(
                token=token, name=form.cleaned_data.get("name", ""),
                password=form.cleaned_data.get("password", ""), person=present, at=at,
            )  # fmt: skip
        except NameMissing as refused:
            form.add_error("name", refused.sentence)
        except PasswordTooWeak as refused:
            form.add_error("password", refused.sentence)
        else:
            return HttpResponseRedirect(_next_page(request, found, person, present))
    context = {"invitation": found, "form": form, "present": present, "name": _name(present)}
    status = 422 if form.errors else 200
    return render(request, "account/invitation.html", context, status=status)


def _next_page(
    request: HttpRequest, found: OpenInvitation, person: Person, present: Person | None
) -> str:
    if found.is_known or person == present:
        # A link in a mail proves an address and no password: she signs in as staff now.
        return reverse("account_login")
    goto = reverse("supply:apply") if found.place == Invitation.Place.SUPPLIER else ""
    return sessions.admit(request, person, how=proof.STAFF, goto=goto, at=now())


def _joining(person: Person | None) -> Person | None:
    """Who is present and could still take a work address: one person has one."""
    return None if person is None or queries.profile(person).email else person


def _name(person: Person | None) -> str:
    return queries.profile(person).name if person else ""
