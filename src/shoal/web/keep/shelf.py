"""The shelf's rule: what a shop shows, and what it adds to every price."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from shoal.brands.models import Brand
from shoal.catalog.queries import Branch, category_tree
from shoal.shelves.models import Shelf
from shoal.shelves.operations import follow, follow_all, set_shelf_markup
from shoal.shelves.queries import followable_brands, markup_count, shelf_of
from shoal.shelves.rules import MarkupKind
from shoal.web.access import OfKeeper, keeper
from shoal.web.keep.forms import MarkupForm, RuleForm
from shoal.web.keep.frame import done, keeper_page, try_form


@keeper
@require_http_methods(["GET", "HEAD", "POST"])
def shelf(request: OfKeeper) -> HttpResponse:
    """This will show the rules of a shelf, and change what it follows."""
    own = shelf_of(shop=request.shop)
    if request.method != "POST":
        return _page(request, own)
    form = _rule_form(own, request.POST)
    if form.is_valid():
        chosen = form.cleaned_data

        def write() -> bool:
            if chosen["rule"] == Shelf.Rule.ALL:
                follow_all(shop=request.shop)
            else:
                follow(shop=request.shop, brands=chosen["brands"], categories=chosen["categories"])
            return True

        if try_form(form, "rule", write):
            return done(request, gettext("Your shelf is arranged."), reverse("keep:shelf"))
    return _page(request, own, rule=form)


@keeper
@require_POST
def markup(request: OfKeeper) -> HttpResponse:
    """This will set what a shelf adds to every price."""
    form = MarkupForm(request.POST, currency=request.shop.currency)
    if form.is_valid():
        kind = MarkupKind(form.cleaned_data["kind"])

        def write() -> bool:
            set_shelf_markup(shop=request.shop, kind=kind, value=form.value)
            return True

        if try_form(form, "kind", write):
            return done(request, gettext("Your markup stands."), reverse("keep:shelf"))
    return _page(request, shelf_of(shop=request.shop), markup=form)


def _page(
    request: OfKeeper,
    own: Shelf,
    *,
    rule: RuleForm | None = None,
    markup: MarkupForm | None = None,
) -> HttpResponse:
    context = {
        "rule": rule or _rule_form(own),
        "markup": markup or _markup_form(own, request.shop.currency),
        "own_prices": markup_count(shop=request.shop),
    }
    failed = (rule is not None and rule.errors) or (markup is not None and markup.errors)
    return keeper_page(request, "shelf", context, status=422 if failed else 200)


def _rule_form(own: Shelf, data: Any = None) -> RuleForm:
    initial = {"rule": own.rule, "brands": own.brands, "categories": own.categories}
    return RuleForm(
        data,
        initial=initial,
        brands=[_named(brand) for brand in followable_brands()],
        categories=[row for branch in category_tree() for row in _indented(branch)],
    )


def _markup_form(own: Shelf, currency: str) -> MarkupForm:
    initial: dict[str, Any] = {"kind": own.markup_kind}
    if own.markup_kind == MarkupKind.PERCENT:
        initial["percent"] = f"{own.markup_value / 100:g}"
    if own.markup_kind == MarkupKind.FIXED:
        initial["amount"] = own.markup_value
    return MarkupForm(initial=initial, currency=currency)


def _named(brand: Brand) -> tuple[str, str]:
    return brand.code, brand.name


def _indented(branch: Branch, *, above: str = "") -> list[tuple[str, str]]:
    name = f"{above}{branch.category.name}"
    below = [row for child in branch.children for row in _indented(child, above=f"{name} › ")]
    return [(branch.category.code, name), *below]
