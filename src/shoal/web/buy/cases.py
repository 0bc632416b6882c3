"""Something is not right: what she may ask for, and her cases from the first word to the last."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from shoal.care import operations_cases as cases
from shoal.care.models import Case
from shoal.care.opening import postage_most
from shoal.care.queries_cases import (
    Askable,
    askable_of,
    case_of_customer,
    cases_of_customer,
    return_address,
)
from shoal.care.rules_cases import Deed, Kind, Reason, Side, deeds_of
from shoal.kit import clock
from shoal.kit.errors import NotFound, Refused
from shoal.kit.money import Money, parse_amount
from shoal.orders.models import Order
from shoal.orders.queries import order_for_customer
from shoal.web.access import SignedIn, signed_in
from shoal.web.answers import done, page_of
from shoal.web.buy.case_forms import CaseForm
from shoal.web.buy.frame import own_page
from shoal.web.case_pages import picture_answer, pictures_of, shown_case
from shoal.web.cases import kind_name, line_rows, state_kind, state_name
from shoal.web.components.fields import example_amount


@dataclass(frozen=True, slots=True)
class CaseCard:
    """A case in her list."""

    case: Case
    url: str
    kind: str
    state: str
    colour: str
    lines: Sequence[object]
    waits_for_her: bool


@dataclass(frozen=True, slots=True)
class Way:
    """One thing that can be asked for, with what it means."""

    url: str
    name: str
    text: str
    icon: str


@signed_in
@require_GET
def case_list(request: SignedIn) -> HttpResponse:
    """This will list her cases: those that wait for her first."""
    page = page_of(request, cases_of_customer(customer=request.person.pk))
    context = {"page": page, "cards": [card_of(case) for case in page]}
    return own_page(request, "buy/cases.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def new_case(request: SignedIn, code: str) -> HttpResponse:
    """This will say what can be asked for of an order, and take the request for one parcel."""
    found = order_for_customer(customer=request.person.pk, code=code)
    parcels = askable_of(order=found, at=clock.now())
    kind = _kind(request.GET.get("kind", ""))
    asked = next(
        (one for one in parcels if one.parcel.code == request.GET.get("parcel", "")), None
    ) or (parcels[0] if len(parcels) == 1 else None)
    if asked is None or kind not in asked.kinds:
        open_case = cases_of_customer(customer=request.person.pk).filter(
            order=found, closed_at=None
        )
        context = {
            "order": found,
            "parcels": [_choice(found, one) for one in parcels],
            "open_case": open_case.first(),
        }
        return own_page(request, "buy/case_choose.html", context, shop=found.storefront)
    return _ask(request, found, asked, kind)


@signed_in
@require_http_methods(["GET", "POST"])
def case(request: SignedIn, code: str) -> HttpResponse:
    """This will show one of her cases with who answers next, and take what she does about it."""
    found = case_of_customer(customer=request.person.pk, code=code)
    refused: Refused | None = None
    if request.method == "POST":
        try:
            words = _act(request, found)
        except Refused as refusal:
            refused = refusal
        else:
            return done(request, words, reverse("buy:case", args=[code]))
    may = deeds_of(side=Side.CUSTOMER, state=found.state)
    context = {
        **shown_case(found, names={Side.CUSTOMER: gettext("You")}, face="buy"),
        "yours": found.waits_for == Side.CUSTOMER,
        "may": {deed.value for deed in may},
        "address": return_address(case=found) if Deed.SEND_BACK in may else None,
        "postage_most": Money(most, found.currency) if (most := postage_most(found)) else None,
        "refused": refused,
        "typed": request.POST if refused else {},
        "now": clock.now(),
    }
    status = 422 if refused else 200
    return own_page(request, "buy/case.html", context, shop=found.shop, status=status)


@signed_in
@require_safe
def picture(request: SignedIn, code: str, picture: UUID) -> HttpResponse:
    """This will show a picture of the case."""
    return picture_answer(case_of_customer(customer=request.person.pk, code=code), picture)


def card_of(case: Case) -> CaseCard:
    """This will make the card of one of her cases."""
    return CaseCard(
        case=case,
        url=reverse("buy:case", args=[case.code]),
        kind=kind_name(case.kind),
        state=state_name(case),
        colour=state_kind(case),
        lines=line_rows(case),
        waits_for_her=case.waits_for == Side.CUSTOMER,
    )


def _ask(request: SignedIn, order: Order, asked: Askable, kind: Kind) -> HttpResponse:
    form = CaseForm(asked, kind, request.POST or None)
    if form.is_valid():
        try:
            made = cases.open_case(
                customer=request.person.pk,
                order=order.code,
                kind=kind,
                reason=Reason(form.cleaned_data["reason"]),
                lines=form.wanted,
                words=form.cleaned_data["words"],
                by=request.person.code,
                at=clock.now(),
                pictures=pictures_of(request),
            )
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            words = (
                gettext("It is cancelled. The money is on its way back to you.")
                if kind == Kind.CANCEL
                else gettext("We have passed it on. You hear from us at each step.")
            )
            return done(request, words, reverse("buy:case", args=[made.code]))
    context = {
        "order": order,
        "form": form,
        "asked": asked,
        "heading": kind_name(kind),
        "until": asked.until_at,
        "has_pictures": kind != Kind.CANCEL,
    }
    status = 422 if form.errors else 200
    return own_page(request, "buy/case_new.html", context, shop=order.storefront, status=status)


def _act(request: SignedIn, found: Case) -> str:
    """Does what the pressed button says; returns what to tell her."""
    words = request.POST.get("words", "")
    who: dict[str, Any] = {
        "customer": request.person.pk,
        "code": found.code,
        "by": request.person.code,
        "at": clock.now(),
    }
    acts: dict[str, tuple[Callable[[], object], str]] = {
        Deed.WITHDRAW: (lambda: cases.withdraw_case(**who), gettext("You gave it up.")),
        Deed.TAKE_OFFER: (lambda: cases.take_offer(**who), gettext("Good. It goes on.")),
        Deed.ARRIVE: (
            lambda: cases.confirm_replacement(**who),
            gettext("Good that it is there."),
        ),
        Deed.ASK_PLATFORM: (
            lambda: cases.ask_platform(**who, words=words, pictures=pictures_of(request)),
            gettext("The platform looks at it now and decides."),
        ),
        Deed.SEND_BACK: (
            lambda: cases.send_back(
                **who,
                carrier=request.POST.get("carrier", ""),
                tracking=request.POST.get("tracking", ""),
                postage=_postage(request, found),
                pictures=pictures_of(request),
            ),
            gettext("Thank you. The brand waits for it."),
        ),
        Deed.SAY: (
            lambda: cases.say_in_case(
                side=Side.CUSTOMER,
                tenant=request.person.pk,
                code=found.code,
                words=words,
                pictures=pictures_of(request),
                by=request.person.code,
                at=clock.now(),
            ),
            gettext("Your words are with the others now."),
        ),
    }
    if request.POST.get("deed") not in acts:
        raise NotFound
    act, told = acts[request.POST["deed"]]
    act()
    return told


def _postage(request: SignedIn, found: Case) -> int:
    """What she typed for the way back, in minor units. Raises PostageUnclear."""
    text = request.POST.get("postage", "").strip()
    try:
        return parse_amount(text, found.currency).minor if text else 0
    except ValueError as error:
        raise cases.PostageUnclear(example=example_amount(found.currency)) from error


def _kind(text: str) -> Kind | None:
    return Kind(text) if text in Kind._value2member_map_ else None


def _choice(order: Order, asked: Askable) -> dict[str, object]:
    here = reverse("buy:new-case", args=[order.code])
    means = {
        Kind.CANCEL: (gettext("It has not left yet: you get your money back at once."), "close"),
        Kind.REFUND: (
            gettext("Something is wrong, you keep the goods or never got them."),
            "wallet",
        ),
        Kind.RETURN: (gettext("You send the goods back and get your money."), "parcel"),
        Kind.EXCHANGE: (gettext("You get other goods instead, at the price you paid."), "returns"),
    }
    return {
        "asked": asked,
        "ways": [
            Way(
                f"{here}?parcel={asked.parcel.code}&kind={kind}",
                kind_name(kind),
                means[kind][0],
                means[kind][1],
            )
            for kind in asked.kinds
        ],
    }
