"""Flash sales: what is applied for, who gets what of each price, what runs on which day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from shoal.kit import clock
from shoal.kit.money import Money
from shoal.offers import operations
from shoal.offers.models import FlashSale
from shoal.offers.queries import (
    OfferRow,
    SaleCard,
    SaleFile,
    all_sales,
    open_sales,
    sale_by_code,
    sale_card,
    sale_counts,
    sale_file,
    sale_state,
    sales_to_judge,
    scheduled_sales,
)
from shoal.web.access import OfOperator, operator
from shoal.web.answers import Rows, done, page_of, try_form
from shoal.web.components.nav import Place
from shoal.web.days import start_of_day
from shoal.web.desk.forms import WindowForm
from shoal.web.desk.frame import (
    PAGE,
    VETTING,
    Told,
    accepts,
    actors,
    answer,
    desk_page,
    reason_of,
    who_and_why,
)
from shoal.web.supply.telling import sale_phase_words

_STATE = FlashSale.State
_DAYS = 14
_RUNNING = 200


@dataclass(frozen=True, slots=True)
class Row:
    """A sale in a table."""

    card: SaleCard
    state: str
    kind: str


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar with what opens, runs on and ends on it."""

    day: date
    is_today: bool
    entries: Sequence[tuple[SaleCard, str]]


@dataclass(frozen=True, slots=True)
class OfferLine:
    """An offer with who gets what of one unit at the sale price."""

    row: OfferRow
    supply: Money
    sale: Money
    floor: Money
    cap: Money
    keeper: Money
    platform: Money
    least_fee: Money
    below_fee: bool


@operator(VETTING)
@require_safe
def sales(request: OfOperator) -> HttpResponse:
    """This will list the sales to judge, those that run, or those of another state."""
    at, counts = clock.now(), sale_counts()
    running = open_sales(at=at, limit=_RUNNING)
    names = {
        "applied": gettext("To judge"),
        "running": gettext("Running"),
        "scheduled": gettext("Scheduled and over"),
        "refused": gettext("Refused"),
        "cancelled": gettext("Cancelled"),
    }
    chosen = request.GET.get("state", "")
    chosen = chosen if chosen in names else "applied"
    fetch: dict[str, Rows[SaleCard]] = {
        "applied": Rows(counts.get("applied", 0), sales_to_judge),
        "running": Rows(len(running), lambda limit, offset: running[offset : offset + limit]),
    }
    rows = fetch.get(chosen) or Rows(
        counts.get(chosen, 0),
        lambda limit, offset: all_sales(state=_STATE(chosen), limit=limit, offset=offset),
    )
    page = page_of(request, rows, size=PAGE)
    context = {
        "now": at,
        "page": page,
        "rows": [_row(card, at) for card in page],
        "chosen": chosen,
        "query": f"state={chosen}",
        "tabs": [
            *(
                Place(
                    label, "", f"{request.path}?state={name}",
                    len(running) if name == "running" else counts.get(name, 0), name == chosen,
                )
                for name, label in names.items()
            ),
            Place(gettext("Calendar"), "", reverse("desk:calendar")),
        ],
    }  # fmt: skip
    return desk_page(request, "sales", context)


@operator(VETTING)
@require_safe
def calendar(request: OfOperator) -> HttpResponse:
    """This will show two weeks of scheduled sales, day by day."""
    at = clock.now()
    today = timezone.localtime(at).date()
    first = _day_asked(request.GET.get("day", ""), today)
    from_at = _midnight(first)
    cards = scheduled_sales(from_at=from_at, to_at=_midnight(first + timedelta(days=_DAYS)))
    here = reverse("desk:calendar")
    context = {
        "now": at,
        "days": [_day(first + timedelta(days=n), cards, today) for n in range(_DAYS)],
        "before": f"{here}?day={first - timedelta(days=_DAYS):%Y-%m-%d}",
        "after": f"{here}?day={first + timedelta(days=_DAYS):%Y-%m-%d}",
        "back_to_today": "" if first == today else here,
    }
    return desk_page(request, "calendar", context)


@operator(VETTING)
@require_safe
def sale(request: OfOperator, code: str) -> HttpResponse:
    """This will show a sale's offers, who gets what of each price, and what can be decided."""
    found = sale_file(code=code)
    return _sale_page(request, found, WindowForm(sale=found.sale))


@operator(VETTING)
@require_POST
def verdict(request: OfOperator, code: str) -> HttpResponse:
    """This will schedule a sale, in another window if one is given, or refuse it."""
    found, by, at = sale_by_code(code=code), request.person.code, clock.now()
    goto = reverse("desk:sales")
    if not accepts(request):
        return answer(
            request,
            goto,
            gettext("The sale is refused; what was set aside for it went back."),
            lambda: operations.judge_sale(
                sale=found, accepted=False, reason=reason_of(request), by=by, at=at
            ),
        )
    form = WindowForm(request.POST, sale=found)
    if form.is_valid():
        judged = try_form(
            form,
            None,
            lambda: operations.judge_sale(
                sale=found,
                accepted=True,
                reason=form.cleaned_data["reason"],
                by=by,
                at=at,
                **form.window,
            ),
        )
        if judged is not None:
            words = gettext("“{title}” is scheduled.").format(title=judged.title)
            return done(request, words, goto)
    return _sale_page(request, sale_file(code=code), form, status=422)


@operator(VETTING)
@require_POST
def cancellation(request: OfOperator, code: str) -> HttpResponse:
    """This will call a sale off."""
    found = sale_by_code(code=code)
    return answer(
        request,
        reverse("desk:sale", args=[code]),
        gettext("The sale is called off. What was bought stays bought."),
        lambda: operations.cancel_sale(
            sale=found, reason=reason_of(request), by=request.person.code, at=clock.now()
        ),
    )


def _sale_page(
    request: OfOperator, found: SaleFile, form: WindowForm, *, status: int = 200
) -> HttpResponse:
    at, row = clock.now(), found.sale
    names = actors((step.by for step in found.steps), others=gettext("the brand"))
    state, kind = sale_phase_words(sale_state(row, at=at), row)
    context = {
        "now": at,
        "sale": row,
        "card": sale_card(sale=row),
        "state": state,
        "kind": kind,
        "rows": [_offer_line(each) for each in found.rows],
        "form": form,
        "may_judge": row.state == _STATE.APPLIED,
        "may_cancel": row.state == _STATE.SCHEDULED and at < row.ends_at,
        "over": row.ends_at <= at,
        "steps": [
            Told(
                str(_STATE(step.state).label),
                who_and_why(names[step.by], step.reason),
                step.at,
                "bad" if step.state in {_STATE.REFUSED, _STATE.CANCELLED} else "",
            )
            for step in reversed(found.steps)
        ],
    }
    return desk_page(request, "sale", context, status=status)


def _offer_line(row: OfferRow) -> OfferLine:
    terms = row.terms

    def amount(minor: int) -> Money:
        return Money(minor, terms.currency)

    return OfferLine(
        row=row,
        supply=amount(terms.supply),
        sale=amount(terms.sale),
        floor=amount(terms.floor),
        cap=amount(terms.cap),
        keeper=amount(row.keeper_minor),
        platform=amount(row.platform_minor),
        least_fee=amount(row.least_fee_minor),
        below_fee=row.platform_minor < row.least_fee_minor,
    )


def _row(card: SaleCard, at: datetime) -> Row:
    return Row(card, *sale_phase_words(sale_state(card.sale, at=at), card.sale))


def _day(day: date, cards: Sequence[SaleCard], today: date) -> Day:
    """What opens on a day first, then what ends on it, then what runs through."""
    from_at, to_at = _midnight(day), _midnight(day + timedelta(days=1))
    entries = []
    for card in cards:
        sale = card.sale
        if not (sale.starts_at < to_at and sale.ends_at > from_at):
            continue
        opens, ends = sale.starts_at >= from_at, sale.ends_at <= to_at
        mark = "opens" if opens else "ends" if ends else "runs"
        entries.append((card, mark))
    order = {"opens": 0, "ends": 1, "runs": 2}
    return Day(day, day == today, sorted(entries, key=lambda entry: order[entry[1]]))


def _day_asked(text: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return otherwise


def _midnight(day: date) -> datetime:
    return start_of_day(timezone.make_aware(datetime.combine(day, time(12))))
