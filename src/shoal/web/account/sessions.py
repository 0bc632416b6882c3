"""From a proof to a session: the terms come between, and the session's key changes."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth import login, logout
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from shoal.orders.carts import adopt_cart
from shoal.people import operations, queries
from shoal.people.models import Person
from shoal.web import proof
from shoal.web.visitor import browser_id

_PENDING = "shoal_pending"
_PENDING_HOLDS = timedelta(minutes=15)
_BACKEND = "shoal.web.account.backend.PeopleBackend"


def safe_next(request: HttpRequest, given: str | None) -> str:
    """This will return `given` if it is a page of ours, else nothing."""
    if given and url_has_allowed_host_and_scheme(
        given, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return given
    return ""


def admit(request: HttpRequest, person: Person, *, how: str, goto: str, at: datetime) -> str:
    """This will sign a proved person in and return where she goes next.

    Whoever has not accepted the newest terms is sent to read them first; until she accepts, the
    session knows who proved herself and nothing else.
    """
    request.session.pop(_PENDING, None)
    if queries.terms_owed(person) is None:
        _enter(request, person, how)
        return goto or reverse("account:home")
    logout(request)
    request.session.cycle_key()
    request.session[_PENDING] = {
        "person": str(person.pk), "how": how, "goto": goto, "at": at.isoformat(),
    }  # fmt: skip
    return reverse("account:terms")


def pending(request: HttpRequest, *, at: datetime) -> Person | None:
    """This will return who has proved herself and still has the terms before her, or None."""
    waiting: dict[str, Any] | None = request.session.get(_PENDING)
    if waiting is None or at >= datetime.fromisoformat(waiting["at"]) + _PENDING_HOLDS:
        return None
    return queries.person_by_id(UUID(waiting["person"]))


def accept(request: HttpRequest, person: Person, *, version: int, at: datetime) -> str:
    """This will write down that the pending `person` accepts `version`, and sign her in.

    Returns where she goes next. Raises TermsChanged.
    """
    operations.accept_terms(people=[person], version=version, at=at)
    waiting = request.session.pop(_PENDING)
    _enter(request, person, waiting["how"])
    return str(waiting["goto"]) or reverse("account:home")


def forget_pending(request: HttpRequest) -> None:
    """This will drop a proof whose terms were declined."""
    request.session.pop(_PENDING, None)


def bring_cart(request: HttpRequest, person: Person) -> None:
    """This will put what this browser had in its cart into the person's own."""
    adopt_cart(visitor=browser_id(request), into=person.pk)


def _enter(request: HttpRequest, person: Person, how: str) -> None:
    # `login` gives the session a new key, or empties it when it was somebody else's.
    login(request, person, backend=_BACKEND)
    proof.note(request, how)
    bring_cart(request, person)
