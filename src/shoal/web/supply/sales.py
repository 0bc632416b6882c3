"""Flash sales: drafted, applied for, judged, running, over."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shoal.kit import clock, pictures
from shoal.kit.errors import Refused
from shoal.kit.money import Money
from shoal.offers.models import FlashSale
from shoal.offers.operations import cancel_sale, change_sale, draft_sale, set_sale_cover
from shoal.offers.queries import (
    OfferRow,
    SaleFile,
    sale_card,
    sale_counts,
    sale_file,
    sale_state,
    sales_of_brand,
)
from shoal.offers.rules import Phase
from shoal.web.access import OfBrand, brand_member
from shoal.web.account.forms import typed
from shoal.web.answers import Rows, done, page_of
from shoal.web.components.nav import Place
from shoal.web.supply.forms import ReasonForm, data_of
from shoal.web.supply.frame import Role, chosen_state, supply_page
from shoal.web.supply.offer_forms import SaleForm, sale_initial
from shoal.web.supply.telling import sale_phase_words

_UNDECIDED = {FlashSale.State.DRAFT, FlashSale.State.REFUSED}


@brand_member(Role.GOODS)
@require_safe
def sales(request: OfBrand) -> HttpResponse:
    """This will list a brand's sales, the newest first."""
    brand, at = request.brand, clock.now()
    state = chosen_state(request, FlashSale.State)
    counts = sale_counts(brand=brand)
    chosen = FlashSale.State(state) if state else None
    rows: Rows[Any] = Rows(
        counts.get(state, 0) if state else sum(counts.values()),
        lambda *, limit, offset: sales_of_brand(
            brand=brand, state=chosen, limit=limit, offset=offset
        ),
    )
    page = page_of(request, rows)
    context = {
        "page": page,
        "rows": [
            (card, *sale_phase_words(sale_state(card.sale, at=at), card.sale)) for card in page
        ],
        "tabs": _tabs(state, counts),
        "query": f"state={state}",
    }
    return supply_page(request, "sales", context)


@brand_member(Role.GOODS)
@require_http_methods(["GET", "POST"])
def new(request: OfBrand) -> HttpResponse:
    """This will draft a sale."""
    form = SaleForm(typed(request), request.FILES or None)
    if form.is_valid():
        made = _tried(form, lambda: _draft(request, form))
        if made is not None:
            return done(request, gettext("The draft is kept. Now its offers."),
                        reverse("supply:sale-offers", args=[made.code]))  # fmt: skip
    return _form(request, form, None)


@brand_member(Role.GOODS)
@require_http_methods(["GET", "POST"])
def draft(request: OfBrand, code: str) -> HttpResponse:
    """This will change what a sale says and wants, before it is applied for."""
    found = sale_file(code=code, brand=request.brand).sale
    form = SaleForm(typed(request), request.FILES or None, initial=sale_initial(found))
    if form.is_valid() and _tried(form, lambda: _change(form, found)) is not None:
        return done(request, gettext("The draft is kept."),
                    reverse("supply:sale", args=[code]))  # fmt: skip
    return _form(request, form, found)


@brand_member(Role.GOODS)
@require_safe
def sale(request: OfBrand, code: str) -> HttpResponse:
    """This will show one sale: its verdict, its offers, how much of each is sold."""
    return _show(request, sale_file(code=code, brand=request.brand), ReasonForm())


@brand_member(Role.GOODS)
@require_POST
def end(request: OfBrand, code: str) -> HttpResponse:
    """This will call a sale off; what was bought stays bought."""
    found = sale_file(code=code, brand=request.brand)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form)
    cancel_sale(
        sale=found.sale, reason=form.cleaned_data["reason"], by=request.person.code, at=clock.now()
    )
    words = gettext("The sale is called off. What it had set aside is back in the warehouse.")
    return done(request, words, reverse("supply:sale", args=[code]))


def _draft(request: OfBrand, form: SaleForm) -> FlashSale:
    typed_in = form.cleaned_data
    cover = _cover(form)
    made = draft_sale(
        brand=request.brand, starts_at=typed_in["starts_at"], ends_at=typed_in["ends_at"],
        trailer_at=typed_in["trailer_at"], by=request.person.code, at=clock.now(), **form.texts,
    )  # fmt: skip
    return set_sale_cover(sale=made, data=cover) if cover else made


def _change(form: SaleForm, found: FlashSale) -> FlashSale:
    typed_in, at = form.cleaned_data, clock.now()
    cover = _cover(form)
    changed = change_sale(
        sale=found, starts_at=typed_in["starts_at"], ends_at=typed_in["ends_at"],
        trailer_at=typed_in["trailer_at"] or min(at, typed_in["starts_at"]), at=at, **form.texts,
    )  # fmt: skip
    return set_sale_cover(sale=changed, data=cover) if cover else changed


def _cover(form: SaleForm) -> bytes:
    """Checked before anything is written, so that a bad picture leaves no half a draft."""
    upload = form.cleaned_data["cover"]
    if not upload:
        return b""
    data = data_of(upload, most=pictures.MAX_BYTES)
    pictures.check_picture(data)
    return data


def _tried(form: SaleForm, act: Any) -> FlashSale | None:
    try:
        made: FlashSale = act()
    except Refused as refused:
        of_picture = refused.code.startswith(("picture", "no_picture"))
        form.add_error("cover" if of_picture else None, refused.sentence)
        return None
    return made


def _form(request: OfBrand, form: SaleForm, found: FlashSale | None) -> HttpResponse:
    status = 422 if form.errors else 200
    return supply_page(request, "sale_draft", {"form": form, "sale": found}, status=status)


def _show(request: OfBrand, found: SaleFile, ending: ReasonForm) -> HttpResponse:
    row, at = found.sale, clock.now()
    phase = sale_state(row, at=at)
    state, kind = sale_phase_words(phase, row)
    last = found.steps[-1] if found.steps else None
    context = {
        "sale": row,
        "state": state,
        "kind": kind,
        "now": at,
        "undecided": row.state in _UNDECIDED,
        "runs": row.state == FlashSale.State.SCHEDULED and phase == Phase.OPEN,
        "comes": row.state == FlashSale.State.SCHEDULED and phase == Phase.COMING,
        "can_end": row.state != FlashSale.State.CANCELLED and phase != Phase.OVER,
        "verdict": last.reason if last and row.state in {"refused", "scheduled"} else "",
        "card": sale_card(sale=row),
        "rows": [_offer_row(one) for one in found.rows],
        "steps": [
            {"title": step.get_state_display(), "text": step.reason, "at": step.at,
             "kind": "bad" if step.state == "refused" else ""}
            for step in found.steps
        ],
        "ending": ending,
    }  # fmt: skip
    return supply_page(request, "sale", context, status=422 if ending.errors else 200)


def _offer_row(one: OfferRow) -> dict[str, Any]:
    offer, allotment = one.offer, one.offer.allotment
    sold, total = allotment.sold - allotment.returned, allotment.received
    currency = one.terms.currency
    return {
        "offer": offer,
        "supply": Money(one.terms.supply, currency),
        "sale": Money(one.terms.sale, currency),
        "keeper": Money(one.keeper_minor, currency),
        "platform": Money(one.platform_minor, currency),
        "sold": sold,
        "held": allotment.held,
        "total": total,
        "percent": 100 * sold // total if total else 0,
    }


def _tabs(state: str, counts: dict[str, int]) -> list[Place]:
    names = [("", gettext("All")), *((key, str(name)) for key, name in FlashSale.State.choices)]
    return [
        Place(name, "sale", f"{reverse('supply:sales')}?state={key}", count=counts.get(key, 0),
              current=key == state)
        for key, name in names
    ]  # fmt: skip
