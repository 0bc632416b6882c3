"""The pages that brand, keeper and operator have in common: list, new, one of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from shoal.kit import clock
from shoal.kit.errors import NotFound
from shoal.offers.models import Offer
from shoal.promotions.models import Promotion
from shoal.promotions.operations import make_promotion, start_promotion, stop_promotion
from shoal.promotions.queries import (
    Owner,
    figures_of,
    owned,
    parts_of,
    promotion_of,
    steps_of,
)
from shoal.web.answers import done, page_of, try_form
from shoal.web.components.nav import Place
from shoal.web.promoting.forms import PromotionForm, StopForm, kinds_for
from shoal.web.promoting.telling import (
    chart_of,
    part_rows,
    row_of,
    state_words,
    terms_words,
    value_words,
    whose_words,
)

Render = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Side:
    """One face's promotions: whose they are, how its pages are rendered, where they stand.

    `routes` is the part of the addresses' names before "-new", "-start" …; `offers` reads what a
    gift or a bundle may be made of.
    """

    owner: Owner
    currency: str
    by: str
    layout: str
    routes: str
    render: Render
    offers: Callable[[], Iterable[Offer]] = tuple
    tabs: Sequence[Place] = ()

    def to(self, name: str = "", *args: str) -> str:
        """This will return one of the face's addresses."""
        return reverse(f"{self.routes}{'-' if name else 's'}{name}", args=args)

    def context(self, **more: Any) -> Mapping[str, Any]:
        """This will return what all of the pages need."""
        return {
            "layout": self.layout,
            "is_phone": self.layout.startswith("keep"),
            "all_url": self.to(),
            "new_url": self.to("new"),
            **more,
        }


def listed(request: HttpRequest, side: Side) -> HttpResponse:
    """This will list an owner's promotions, the newest first, with what each did so far."""
    at = clock.now()
    page = page_of(request, owned(side.owner).select_related("brand", "shop"))
    figures = figures_of(promotions=page.object_list)
    rows = [
        {**row_of(one, figures[one.id], at=at), "url": reverse(side.routes, args=[one.code])}
        for one in page
    ]
    return side.render("promotions/list.html", side.context(page=page, rows=rows, tabs=side.tabs))


def made(request: HttpRequest, side: Side) -> HttpResponse:
    """This will show the form of one kind of promotion, and keep what it says as a draft."""
    kinds = kinds_for(side.owner)
    asked = request.GET.get("kind", "")
    kind = next((one for one in kinds if one.value == asked), kinds[0])
    form = PromotionForm(
        request.POST if request.method == "POST" else None,
        kind=kind,
        currency=side.currency,
        initial={"from_at": clock.now()},
        offers=side.offers() if kind in {Promotion.Kind.GIFT, Promotion.Kind.BUNDLE} else (),
    )
    if form.is_valid():
        promotion = try_form(
            form,
            None,
            lambda: make_promotion(
                owner=side.owner,
                currency=side.currency,
                entry=form.entry,
                by=side.by,
                at=clock.now(),
            ),
        )
        if promotion is not None:
            words = gettext("The draft is kept. Look it over, then start it.")
            return done(request, words, reverse(side.routes, args=[promotion.code]))
    tabs = [
        Place(str(one.label), "", f"{side.to('new')}?kind={one.value}", current=one == kind)
        for one in kinds
    ]
    context = side.context(form=form, tabs=tabs)
    return side.render("promotions/new.html", context, status=422 if form.errors else 200)


def shown(side: Side, code: str, *, extra: Mapping[str, Any] | None = None) -> HttpResponse:
    """This will show one promotion: its terms, its figures, what happened to it."""
    promotion = promotion_of(owner=side.owner, code=code)
    context = side.context(
        **about(promotion),
        **(extra or {}),
        start_url=side.to("start", code),
        stop_url=side.to("stop", code),
    )
    return side.render("promotions/one.html", context)


def about(promotion: Promotion) -> dict[str, Any]:
    """This will gather what a promotion's page tells, for whoever may look at it."""
    at = clock.now()
    figures = figures_of(promotions=[promotion])[promotion.id]
    state, kind = state_words(promotion, at=at)
    return {
        **row_of(promotion, figures, at=at),
        "state": state,
        "kind": kind,
        "value": value_words(promotion),
        "terms": terms_words(promotion),
        "whose": whose_words(promotion),
        "bars": chart_of(promotion, at=at),
        "parts": part_rows(parts_of(promotion=promotion)),
        "steps": [
            {"title": step.get_state_display(), "text": step.reason, "at": step.at,
             "kind": "bad" if step.state == "stopped" else ""}
            for step in steps_of(promotion=promotion)
        ],
        "can_start": promotion.state != Promotion.State.RUNNING and promotion.use_until_at > at,
        "can_stop": promotion.state == Promotion.State.RUNNING and promotion.use_until_at > at,
        "stop_form": StopForm(),
    }  # fmt: skip


def started(request: HttpRequest, side: Side, code: str) -> HttpResponse:
    """This will start a promotion."""
    start_promotion(owner=side.owner, code=code, by=side.by, at=clock.now())
    return done(request, gettext("It runs."), reverse(side.routes, args=[code]))


def stopped(request: HttpRequest, side: Side, code: str) -> HttpResponse:
    """This will stop a promotion; orders placed before keep what they were promised."""
    form = StopForm(request.POST)
    if not form.is_valid():
        raise NotFound
    stop_promotion(
        owner=side.owner, code=code, reason=form.cleaned_data["reason"], by=side.by, at=clock.now()
    )
    words = gettext("It is stopped. Orders placed before keep what they were promised.")
    return done(request, words, reverse(side.routes, args=[code]))
