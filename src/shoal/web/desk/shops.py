"""Shops as the operator sees them: found by name or code, stopped and restored with a reason."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from shoal.kit import clock
from shoal.kit.errors import NotFound
from shoal.kit.masking import mask_name
from shoal.kit.money import Money
from shoal.orders.queries import orders_of_shop, sales_of_shop
from shoal.people.models import Person
from shoal.people.queries import profile
from shoal.settlement.queries import earnings_of_shop
from shoal.shops.models import Shop
from shoal.shops.operations import restore_shop, suspend_shop
from shoal.shops.queries import all_shops, keeper_of, shop_by_code, shop_counts, steps_of
from shoal.web.access import OfOperator, operator
from shoal.web.answers import page_of
from shoal.web.components.nav import Place
from shoal.web.days import start_of_day
from shoal.web.desk import telling
from shoal.web.desk.frame import (
    CARE,
    MONEY,
    PAGE,
    SHORT_REASON,
    Told,
    actors,
    answer,
    desk_page,
    may,
    reason_of,
    who_and_why,
)


@operator(CARE)
@require_safe
def shops(request: OfOperator) -> HttpResponse:
    """This will list shops, the newest first: by state, by part of a name, or by code."""
    asked = request.GET
    state = asked.get("state", "") if asked.get("state") in Shop.State.values else ""
    words = " ".join(asked.get("q", "").replace("\0", "").split())[:80]
    page = page_of(request, all_shops(words=words, state=state), size=PAGE)
    kept = {key: value for key, value in {"q": words, "state": state}.items() if value}
    context = {
        "page": page,
        "rows": [
            (shop, telling.shop_state(shop.state), telling.SHOP_KINDS[shop.state]) for shop in page
        ],
        "words": words,
        "tabs": _tabs(state, words),
        "query": urlencode(kept),
    }
    return desk_page(request, "shops", context)


@operator(CARE)
@require_safe
def shop(request: OfOperator, code: str) -> HttpResponse:
    """This will show a shop: whose it is, how it goes, and what happened to it."""
    found, at = shop_by_code(code=code), clock.now()
    steps = steps_of(shop=found)
    names = actors((step.by for step in steps), others=gettext("the keeper"))
    keeper = _keeper(found)
    _, sold = sales_of_shop(shop=found.id, since_at=found.opened_at)
    known = profile(keeper) if keeper else None
    context = {
        "shop": found,
        "state": telling.shop_state(found.state),
        "kind": telling.SHOP_KINDS[found.state],
        "keeper": mask_name(known.name) if known else "",
        "phone": known.masked_phone if known else "",
        "orders": orders_of_shop(shop=found.id).count(),
        "sold": Money(sold, found.currency),
        "earnings": earnings_of_shop(
            shop=found.id, currency=found.currency, since_at=start_of_day(at)
        ),
        "may_see_money": may(request.operator_roles, MONEY),
        "steps": [
            Told(
                telling.shop_state(step.state),
                who_and_why(names[step.by], step.reason),
                step.at,
                "bad" if step.state == Shop.State.SUSPENDED else "",
            )
            for step in steps
        ],
    }
    return desk_page(request, "shop", context)


@operator(CARE)
@require_POST
def suspension(request: OfOperator, code: str) -> HttpResponse:
    """This will stop a shop, or open one again that was stopped."""
    found, by, at = shop_by_code(code=code), request.person.code, clock.now()
    goto, reason = reverse("desk:shop", args=[code]), reason_of(request, longest=SHORT_REASON)
    if "restore" in request.POST:
        return answer(
            request,
            goto,
            gettext("The shop is open again."),
            lambda: restore_shop(shop=found, reason=reason, by=by, at=at),
        )
    return answer(
        request,
        goto,
        gettext("The shop is stopped. Orders placed before go on."),
        lambda: suspend_shop(shop=found, reason=reason, by=by, at=at),
    )


def _keeper(shop: Shop) -> Person | None:
    try:
        return keeper_of(shop=shop)
    except NotFound:
        return None


def _tabs(current: str, words: str) -> list[Place]:
    here, counts = reverse("desk:shops"), shop_counts()
    places = []
    for state in ("", *Shop.State.values):
        query = urlencode({k: v for k, v in {"q": words, "state": state}.items() if v})
        places.append(
            Place(
                telling.shop_state(state) if state else gettext("All"),
                "",
                f"{here}?{query}" if query else here,
                counts.get(state, 0) if state else sum(counts.values()),
                current=state == current,
            )
        )
    return places
