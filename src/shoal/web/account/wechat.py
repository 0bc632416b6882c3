"""Signing in with WeChat, for pages opened within it: one more way to be the same person."""

import hmac
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from shoal.kit import vault
from shoal.kit.clock import now
from shoal.kit.errors import NotFound, Refused
from shoal.payments.providers import Client, wechat_sign_in
from shoal.people import operations, queries
from shoal.people.models import Identity, Person
from shoal.web import proof
from shoal.web.access import anyone, person_of
from shoal.web.account import sessions
from shoal.web.clients import client_of

_WAITING, _HERE = "shoal_wechat_state", "shoal_wechat_here"
_HOLDS = timedelta(minutes=10)


class SignInLost(Refused):
    """This way back from WeChat is not one we know, or took too long. Please try again."""

    code = "sign_in_lost"


def sign_in_url(request: HttpRequest, *, goto: str) -> str:
    """This will return where signing in with WeChat begins; nothing where it cannot be done."""
    if client_of(request) is not Client.WECHAT or not wechat_sign_in.is_set_up():
        return ""
    return f"{reverse('account:wechat')}?{urlencode({'next': goto})}"


def openid_here(request: HttpRequest, person: Person) -> str:
    """This will return as whom `person` is in WeChat on this browser, once she came through it.

    Another phone, or her husband's, is another WeChat: the session says which one this is, by its
    blind index, and the vault holds the words.
    """
    openid = queries.wechat_of(person)
    mark: str = request.session.get(_HERE, "")
    return openid if openid and hmac.compare_digest(mark, _mark(openid)) else ""


def through_wechat(request: HttpRequest, *, goto: str) -> HttpResponse:
    """This will send her through WeChat, which brings her back, known, to `goto`."""
    state = secrets.token_urlsafe(24)
    request.session[_WAITING] = {"state": state, "goto": goto, "at": now().isoformat()}
    back = f"{settings.SHOAL_PUBLIC_URL}{reverse('account:wechat-back')}"
    return HttpResponseRedirect(wechat_sign_in.way_in(back=back, state=state))


@anyone
@never_cache
@require_GET
def wechat(request: HttpRequest) -> HttpResponse:
    """This will begin to sign in with WeChat."""
    if not wechat_sign_in.is_set_up():
        raise NotFound
    return through_wechat(request, goto=sessions.safe_next(request, request.GET.get("next")))


@anyone
@never_cache
@require_GET
def wechat_back(request: HttpRequest) -> HttpResponse:
    """This will take her back from WeChat: known, linked to who has signed in, or to her phone."""
    goto = _expected(request)
    at = now()
    openid = wechat_sign_in.openid_of(code=request.GET.get("code", ""))
    person = person_of(request)
    if person is not None:
        operations.know_wechat(person=person, openid=openid, at=at)
        request.session[_HERE] = _mark(openid)
        return HttpResponseRedirect(goto or reverse("account:home"))
    found = queries.person_by_wechat(openid)
    if found is None:
        messages.info(request, gettext("Prove your phone once, and WeChat will know you here."))
        return HttpResponseRedirect(f"{reverse('account:sign-in')}?{urlencode({'next': goto})}")
    operations.know_wechat(person=found, openid=openid, at=at)
    # It opens what the phone opens that was proved before it, and no staff page.
    where = sessions.admit(request, found, how=proof.PHONE, goto=goto, at=at)
    request.session[_HERE] = _mark(openid)
    return HttpResponseRedirect(where)


def _expected(request: HttpRequest) -> str:
    """Where she was going when this browser was sent to WeChat; once. Raises SignInLost."""
    waiting = request.session.pop(_WAITING, None)
    given = request.GET.get("state", "")
    if waiting is None or not hmac.compare_digest(given.encode(), waiting["state"].encode()):
        raise SignInLost
    if now() >= datetime.fromisoformat(waiting["at"]) + _HOLDS:
        raise SignInLost
    return str(waiting["goto"])


def _mark(openid: str) -> str:
    return vault.blind_index(Identity.Kind.WECHAT, openid).hex()
