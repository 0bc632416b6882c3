"""Signing in by phone and code, by link, and out again; the terms; the outbox."""

from django.conf import settings
from django.contrib.auth import logout
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shoal.kit.clock import now
from shoal.kit.errors import NotFound, Refused
from shoal.notify import queries as notify_queries
from shoal.notify import ways
from shoal.people import operations, queries, rules
from shoal.people.operations import CodeOver, NotAPhone, TermsChanged, WrongCode
from shoal.people.steps import TooMany
from shoal.web import proof
from shoal.web.access import SignedIn, anyone, person_of, signed_in
from shoal.web.account import homes, sessions, wechat
from shoal.web.account.forms import CodeForm, PhoneForm, typed
from shoal.web.admission.door import refuse_many_codes
from shoal.web.visitor import network_of


@anyone
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """This will ask for a phone, and send a code to it."""
    goto = sessions.safe_next(request, request.POST.get("next") or request.GET.get("next"))
    if request.method == "GET" and person_of(request) is not None and not goto:
        return HttpResponseRedirect(reverse("account:home"))
    form = PhoneForm(typed(request))
    refused: Refused | None = None
    if form.is_valid():
        phone = form.cleaned_data["phone"]
        try:
            refuse_many_codes(request)
            operations.request_code(phone=phone, network=network_of(request), at=now())
        except (NotAPhone, TooMany) as found:
            refused = found
            form.add_error("phone", found.sentence)
        else:
            return _code_step(request, CodeForm(initial={"phone": phone}), phone, goto)
    context = {"form": form, "goto": goto, "wechat_url": wechat.sign_in_url(request, goto=goto)}
    return _step(request, "phone", context, form=form, refused=refused)


@anyone
@never_cache
@require_POST
def code(request: HttpRequest) -> HttpResponse:
    """This will take the code that came, and sign in who proved her phone with it."""
    goto = sessions.safe_next(request, request.POST.get("next"))
    form = CodeForm(request.POST)
    refused: Refused | None = None
    at = now()
    if form.is_valid():
        try:
            person = operations.sign_in_with_code(
                phone=form.cleaned_data["phone"], code=form.cleaned_data["code"],
                network=network_of(request), at=at,
            )  # fmt: skip
        except (NotAPhone, WrongCode, CodeOver, TooMany) as found:
            refused = found
            form.add_error("code", found.sentence)
        else:
            where = sessions.admit(request, person, how=proof.PHONE, goto=goto, at=at)
            return _go(request, where)
    return _code_step(request, form, request.POST.get("phone", ""), goto, refused)


@anyone
@never_cache
@require_http_methods(["GET", "POST"])
def terms(request: HttpRequest) -> HttpResponse:
    """This will show the terms to who has proved herself, and sign her in when she accepts."""
    at = now()
    person = sessions.pending(request, at=at)
    newest = queries.terms_now()
    if person is None or newest is None:
        return HttpResponseRedirect(reverse("account:sign-in"))
    problem = ""
    if request.method == "POST":
        if "accept" not in request.POST:
            sessions.forget_pending(request)
            return HttpResponseRedirect("/")
        version = request.POST.get("version", "")
        try:
            where = sessions.accept(
                request, person, version=int(version) if version.isdecimal() else 0, at=at
            )
        except TermsChanged as refused:
            problem = refused.sentence
        else:
            return HttpResponseRedirect(where)
    return render(request, "account/terms.html", {"terms": newest, "problem": problem})


@anyone
@require_GET
def terms_page(request: HttpRequest) -> HttpResponse:
    """This will show the terms that hold now, to anybody."""
    newest = queries.terms_now()
    if newest is None:
        raise NotFound
    return render(request, "account/terms.html", {"terms": newest, "only_read": True})


@anyone
@never_cache
@require_GET
def link(request: HttpRequest, token: str) -> HttpResponse:
    """This will sign in by a link that who holds the installation minted, once."""
    if "prefetch" in request.headers.get("Sec-Purpose", request.headers.get("Purpose", "")):
        # A browser that looks ahead must not use the link up.
        return HttpResponse(status=503)
    at = now()
    person = operations.use_login_link(token=token, at=at)
    goto = sessions.safe_next(request, request.GET.get("next"))
    return HttpResponseRedirect(sessions.admit(request, person, how=proof.LINK, goto=goto, at=at))


@anyone
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """This will end the session, whoever's it is."""
    goto = sessions.safe_next(request, request.POST.get("next"))
    logout(request)
    return HttpResponseRedirect(goto or "/")


@signed_in
@never_cache
@require_GET
def home(request: SignedIn) -> HttpResponse:
    """This will lead somebody who has signed in to the face she works in, or let her choose."""
    found = homes.homes_of(request.person, how=proof.of(request))
    if len(found) == 1:
        return HttpResponseRedirect(found[0].url)
    return render(request, "account/home.html", {"homes": found})


@anyone
@never_cache
@require_GET
def outbox(request: HttpRequest) -> HttpResponse:
    """This will show the messages that no provider carries, where the outbox may be open."""
    if not ways.kept_channels() or not ways.outbox_allowed():
        raise NotFound
    context = {
        "messages_out": notify_queries.outbox(),
        "anywhere": bool(ways.open_host()),
    }
    return render(request, "account/outbox.html", context)


def _code_step(
    request: HttpRequest, form: CodeForm, phone: str, goto: str, refused: Refused | None = None
) -> HttpResponse:
    number = rules.parse_phone(phone, region=settings.SHOAL_PHONE_REGION)
    context = {
        "form": form,
        "phone": phone,
        "shown_phone": rules.spaced_phone(number or phone),
        "goto": goto,
        "resend_seconds": int(rules.RESEND_AFTER.total_seconds()),
        "holds_minutes": int(settings.SHOAL_CODE_HOLDS.total_seconds() // 60),
        "outbox_url": reverse("account:outbox") if _texts_stay_here() else "",
    }
    return _step(request, "code", context, form=form, refused=refused)


def _step(
    request: HttpRequest,
    name: str,
    context: dict[str, object],
    *,
    form: Form,
    refused: Refused | None,
) -> HttpResponse:
    if request.headers.get("HX-Request"):
        # htmx swaps in what came with 200 only; the piece says itself what was wrong.
        return render(request, f"account/{name}_step.html", context)
    page = {**context, "step": f"account/{name}_step.html"}
    status = 429 if isinstance(refused, TooMany) else 422 if form.errors else 200
    return render(request, "account/sign_in.html", page, status=status)


def _texts_stay_here() -> bool:
    return "text" in ways.kept_channels() and ways.outbox_allowed()


def _go(request: HttpRequest, where: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = where
        return answer
    return HttpResponseRedirect(where)
