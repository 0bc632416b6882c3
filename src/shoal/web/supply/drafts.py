"""A product before it is live: its texts."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from shoal.catalog.models import Product
from shoal.catalog.operations import add_product, change_draft
from shoal.catalog.products import ReferenceTaken, ReferenceUnclear
from shoal.catalog.queries import product_by_code
from shoal.kit import clock
from shoal.kit.errors import Refused
from shoal.web.access import OfBrand, brand_member
from shoal.web.account.forms import typed
from shoal.web.answers import done
from shoal.web.supply.frame import Role, supply_page
from shoal.web.supply.goods_forms import DraftForm, texts_of


@brand_member(Role.GOODS)
@require_http_methods(["GET", "POST"])
def new(request: OfBrand) -> HttpResponse:
    """This will start a draft: texts first, variants and pictures next."""
    form = DraftForm(typed(request), brand=request.brand)
    if form.is_valid():
        try:
            made = add_product(
                brand=request.brand, entry=form.entry(None), by=request.person.code,
                at=clock.now(),
            )  # fmt: skip
        except Refused as refused:
            _beside(form, refused)
        else:
            words = gettext("The draft is kept. Now its variants.")
            return done(request, words, reverse("supply:variants", args=[made.code]))
    return _show(request, form, None)


@brand_member(Role.GOODS)
@require_http_methods(["GET", "POST"])
def draft(request: OfBrand, code: str) -> HttpResponse:
    """This will change the texts of a draft."""
    found = product_by_code(code=code, brand=request.brand)
    form = DraftForm(typed(request), initial=texts_of(found), brand=request.brand)
    if form.is_valid():
        try:
            change_draft(product=found, entry=form.entry(found), at=clock.now())
        except Refused as refused:
            _beside(form, refused)
        else:
            return done(request, gettext("The draft is kept."),
                        reverse("supply:product", args=[code]))  # fmt: skip
    return _show(request, form, found)


def _beside(form: DraftForm, refused: Refused) -> None:
    own = isinstance(refused, ReferenceTaken | ReferenceUnclear)
    form.add_error("reference" if own else None, refused.sentence)


def _show(request: OfBrand, form: DraftForm, found: Product | None) -> HttpResponse:
    status = 422 if form.errors else 200
    return supply_page(request, "draft", {"form": form, "product": found}, status=status)
