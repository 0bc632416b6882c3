"""A keeper's own corner: her shop's name, its look, its rest."""

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shoal.kit import clock
from shoal.people.queries import profile
from shoal.settlement.queries import earnings_of_shop
from shoal.shops.models import Shop
from shoal.shops.operations import (
    Look,
    change_look,
    describe_shop,
    pause_shop,
    resume_shop,
)
from shoal.shops.queries import shops_of, steps_of
from shoal.shops.rules import ordered_blocks
from shoal.web.access import OfKeeper, choose_shop, keeper
from shoal.web.days import start_of_day
from shoal.web.keep.forms import LookForm, PauseForm, ShopForm
from shoal.web.keep.frame import done, keeper_page, try_form


@keeper
@require_safe
def me(request: OfKeeper) -> HttpResponse:
    """This will show a keeper where to arrange what is hers."""
    shop, at = request.shop, clock.now()
    context = {
        "profile": profile(request.person),
        "shops": shops_of(person=request.person),
        "earnings": earnings_of_shop(
            shop=shop.id, currency=shop.currency, since_at=start_of_day(at)
        ),
    }
    return keeper_page(request, "me", context)


@keeper
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: OfKeeper) -> HttpResponse:
    """This will show and change a shop's name and greeting, and let it rest."""
    shop = request.shop
    initial = {"name": shop.name, "greeting": shop.greeting}
    form = ShopForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        changed = try_form(form, "name", lambda: describe_shop(shop=shop, **form.cleaned_data))
        if changed is not None:
            return done(request, gettext("Your shop’s name stands."), reverse("keep:shop"))
    newest = next(iter(steps_of(shop=shop)), None)
    context = {"form": form, "pause": PauseForm(), "newest": newest}
    return keeper_page(request, "shop", context, status=422 if form.errors else 200)


@keeper
@require_POST
def pause(request: OfKeeper) -> HttpResponse:
    """This will let a shop rest, or open it again."""
    shop, by, at = request.shop, request.person.code, clock.now()
    goto = reverse("keep:shop")
    if "resume" in request.POST:
        resume_shop(shop=shop, by=by, at=at)
        return done(request, gettext("Your shop is open again."), goto)
    form = PauseForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    pause_shop(shop=shop, reason=reason, by=by, at=at)
    return done(request, gettext("Your shop rests. Orders placed before go on."), goto)


@keeper
@require_http_methods(["GET", "HEAD", "POST"])
def look(request: OfKeeper) -> HttpResponse:
    """This will show and change colours and pictures of a shop."""
    shop = request.shop
    form = LookForm(request.POST or None, request.FILES or None, shop=shop)
    if request.method == "POST" and form.is_valid():
        wanted = Look(
            palette=form.cleaned_data["palette"],
            blocks=shop.blocks,
            banner=form.picture("banner"),
            avatar=form.picture("avatar"),
        )
        if try_form(form, None, lambda: change_look(shop=shop, look=wanted)) is not None:
            return done(request, gettext("Your shop is dressed anew."), reverse("keep:look"))
    return _look_page(request, form)


@keeper
@require_POST
def blocks(request: OfKeeper) -> HttpResponse:
    """This will move one block of the shop's home a place up."""
    shop = request.shop
    order = list(ordered_blocks(shop.blocks))
    moved = request.POST.get("up", "")
    if moved in order[1:]:
        place = order.index(moved)
        order[place - 1 : place + 1] = [moved, order[place - 1]]
        change_look(shop=shop, look=Look(palette=shop.palette, blocks=order))
    return HttpResponseRedirect(f"{reverse('keep:look')}#blocks")


@keeper
@require_POST
def choice(request: OfKeeper) -> HttpResponse:
    """This will go on working in another of the keeper's shops."""
    choose_shop(request, code=request.POST.get("shop", ""))
    return HttpResponseRedirect(reverse("keep:today"))


def _look_page(request: OfKeeper, form: LookForm) -> HttpResponse:
    shop: Shop = request.shop
    names = {
        "pinned": (gettext("Pinned goods"), "pin"),
        "sales": (gettext("Sales that run"), "sale"),
        "trailers": (gettext("What comes next"), "clock"),
        "goods": (gettext("All goods"), "goods"),
    }
    order = [(block, *names[block]) for block in ordered_blocks(shop.blocks)]
    context = {"form": form, "blocks": order}
    return keeper_page(request, "look", context, status=422 if form.errors else 200)
