"""The variants of a draft: in what they differ, and one row for each."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from shoal.catalog.entries import NewProduct
from shoal.catalog.models import Product
from shoal.catalog.operations import change_draft
from shoal.catalog.queries import product_by_code
from shoal.catalog.steps import WrongProductState
from shoal.kit import clock
from shoal.kit.errors import Refused
from shoal.web.access import OfBrand, brand_member
from shoal.web.answers import done
from shoal.web.supply.frame import Role, supply_page
from shoal.web.supply.goods_forms import (
    Variants,
    combined,
    kept_attributes,
    new_sku,
    shown_rows,
    typed_attributes,
    typed_rows,
)


@brand_member(Role.GOODS)
@require_http_methods(["GET", "POST"])
def variants(request: OfBrand, code: str) -> HttpResponse:
    """This will show and change the variants of a draft."""
    found = product_by_code(code=code, brand=request.brand)
    if found.state != Product.State.DRAFT:
        raise WrongProductState(title=found.title, state=found.get_state_display())
    if request.method != "POST":
        own = [new_sku(sku) for sku in found.skus.all()]
        rows = shown_rows(own, found.attributes)
        return _show(request, found, Variants(kept_attributes(found), rows))
    names = typed_attributes(request.POST)
    valid = all(form.is_valid() for form in names)
    attributes = [one for form in names if (one := form.attribute)] if valid else []
    sent = Variants(names, typed_rows(request.POST, attributes))
    if "combine" in request.POST or "more" in request.POST:
        return _more(request, found, sent, attributes)
    if valid and sent.are_valid():
        try:
            _keep(found, sent, attributes)
        except Refused as refused:
            return _show(request, found, sent, refused=refused, status=422)
        return done(request, gettext("The variants are kept."),
                    reverse("supply:product", args=[code]))  # fmt: skip
    return _show(request, found, sent, status=422)


def _more(
    request: OfBrand, found: Product, sent: Variants, attributes: list[dict[str, Any]]
) -> HttpResponse:
    """Fills rows in for her, or adds empty ones; nothing is kept until she says so."""
    skus = [row.sku for row in sent.rows if row.is_valid()]
    own = [sku for sku in skus if sku is not None]
    if "combine" in request.POST:
        own = combined(own, attributes, reference=found.reference)
    rows = shown_rows(own, attributes, spare=0 if "combine" in request.POST else 5)
    return _show(request, found, Variants(sent.attributes, rows))


def _keep(found: Product, sent: Variants, attributes: list[dict[str, Any]]) -> None:
    entry = NewProduct(
        reference=found.reference,
        category=found.category.code,
        titles=found.titles,
        skus=sent.skus,
        descriptions=found.descriptions,
        attributes=attributes,
        base_language=found.base_language,
        freight=found.freight.code if found.freight else None,
    )
    change_draft(product=found, entry=entry, at=clock.now())


def _show(
    request: OfBrand,
    found: Product,
    sent: Variants,
    *,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "product": found,
        "names": sent.attributes,
        "rows": sent.rows,
        "refused": refused.sentence if refused else "",
    }
    return supply_page(request, "variants", context, status=status)
