"""After-sales requests of a shop's customers: the keeper hears of them first."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from shoal.care.models import Case
from shoal.care.operations_cases import forward_case, say_in_case
from shoal.care.queries import talk_with
from shoal.care.queries_cases import case_of_shop, cases_of_shop
from shoal.care.rules_cases import Deed, Side, deeds_of
from shoal.kit import clock
from shoal.kit.errors import NotFound, Refused
from shoal.kit.masking import mask_name
from shoal.people.queries import names_of
from shoal.web.access import OfKeeper, keeper
from shoal.web.answers import done
from shoal.web.case_pages import picture_answer, pictures_of, shown_case
from shoal.web.cases import LineRow, kind_name, line_rows, state_kind, state_name
from shoal.web.keep.customers import tabs
from shoal.web.keep.frame import keeper_page, page_of


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in a keeper's list; the customer's name is masked."""

    case: Case
    url: str
    customer: str
    kind: str
    state: str
    colour: str
    lines: Sequence[LineRow]
    waits_for_her: bool


@keeper
@require_safe
def cases(request: OfKeeper) -> HttpResponse:
    """This will list the cases of a shop's customers: those that wait for the keeper first."""
    page = page_of(request, cases_of_shop(shop=request.shop.id))
    found = list(page)
    names = names_of(case.customer_id for case in found)
    rows = [
        CaseRow(
            case=case,
            url=reverse("keep:case", args=[case.code]),
            customer=mask_name(names.get(case.customer_id, "")) or gettext("A customer"),
            kind=kind_name(case.kind),
            state=state_name(case),
            colour=state_kind(case),
            lines=line_rows(case),
            waits_for_her=case.waits_for == Side.KEEPER,
        )
        for case in found
    ]
    return keeper_page(request, "cases", {"page": page, "rows": rows, "tabs": tabs("cases")})


@keeper
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: OfKeeper, code: str) -> HttpResponse:
    """This will show one case with who answers next, and pass it on to the brand."""
    found = case_of_shop(shop=request.shop.id, code=code)
    refused: Refused | None = None
    if request.method == "POST":
        try:
            words = _act(request, found)
        except Refused as refusal:
            refused = refusal
        else:
            return done(request, words, reverse("keep:case", args=[code]))
    name = mask_name(names_of([found.customer_id]).get(found.customer_id, ""))
    customer = name or gettext("A customer")
    context = {
        **shown_case(
            found, names={Side.KEEPER: gettext("You"), Side.CUSTOMER: customer}, face="keep"
        ),
        "customer": customer,
        "yours": found.waits_for == Side.KEEPER,
        "talk": talk_with(shop=request.shop, customer=found.customer_id),
        "may": {deed.value for deed in deeds_of(side=Side.KEEPER, state=found.state)},
        "refused": refused,
        "typed": request.POST if refused else {},
    }
    return keeper_page(request, "case", context, status=422 if refused else 200)


@keeper
@require_safe
def picture(request: OfKeeper, code: str, picture: UUID) -> HttpResponse:
    """This will show a picture of the case."""
    return picture_answer(case_of_shop(shop=request.shop.id, code=code), picture)


def _act(request: OfKeeper, found: Case) -> str:
    """Does what the pressed button says; returns what to tell her."""
    words, at = request.POST.get("words", ""), clock.now()
    match request.POST.get("deed"):
        case Deed.FORWARD:
            forward_case(
                shop=request.shop.id, code=found.code, words=words, by=request.person.code, at=at
            )
            return gettext("The brand has it now.")
        case Deed.SAY:
            say_in_case(
                side=Side.KEEPER,
                tenant=request.shop.id,
                code=found.code,
                words=words,
                pictures=pictures_of(request),
                by=request.person.code,
                at=at,
            )
            return gettext("Your words are with the others now.")
        case _:
            raise NotFound
