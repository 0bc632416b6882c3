"""A brand's products: found, looked at, proposed, withdrawn."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from shoal.catalog.models import Product
from shoal.catalog.operations import propose_product, withdraw_product
from shoal.catalog.queries import (
    product_by_code,
    product_counts,
    revisions_of,
    searched_products,
    steps_of,
)
from shoal.kit import clock
from shoal.stock.queries import warehouse_of
from shoal.web.access import OfBrand, brand_member
from shoal.web.answers import done, page_of, try_form
from shoal.web.components.nav import Place
from shoal.web.supply.forms import ReasonForm
from shoal.web.supply.frame import SELLING, Role, chosen_state, supply_page, words_of
from shoal.web.supply.goods_forms import PicturesForm
from shoal.web.supply.telling import PRODUCT_KINDS, VERDICT_KINDS

_CHANGEABLE = {Product.State.DRAFT, Product.State.WITHDRAWN}


@brand_member(Role.GOODS)
@require_safe
def products(request: OfBrand) -> HttpResponse:
    """This will list a brand's products, by state and words."""
    brand, words = request.brand, words_of(request)
    state = chosen_state(request, Product.State)
    rows = searched_products(
        brand=brand, state=Product.State(state) if state else None, words=words
    )
    page = page_of(request, rows)
    context = {
        "words": words,
        "state": state,
        "page": page,
        "rows": [(product, PRODUCT_KINDS[product.state]) for product in page],
        "tabs": _tabs(state, words, product_counts(brand=brand)),
        "query": urlencode({"state": state, "q": words}),
    }
    return supply_page(request, "products", context)


@brand_member(Role.GOODS)
@require_safe
def product(request: OfBrand, code: str) -> HttpResponse:
    """This will show one product and what can be done with it."""
    return show(request, product_by_code(code=code, brand=request.brand))


@brand_member(Role.GOODS)
@require_POST
def proposal(request: OfBrand, code: str) -> HttpResponse:
    """This will hand a product to the operator."""
    found = product_by_code(code=code, brand=request.brand)
    propose_product(product=found, by=request.person.code, at=clock.now())
    words = gettext("Handed to the platform. You hear from it as soon as it is looked at.")
    return done(request, words, reverse("supply:product", args=[code]))


@brand_member(Role.GOODS)
@require_POST
def withdrawal(request: OfBrand, code: str) -> HttpResponse:
    """This will take a product out of sale."""
    found = product_by_code(code=code, brand=request.brand)
    form = ReasonForm(request.POST)
    if form.is_valid() and try_form(
        form, "reason",
        lambda: withdraw_product(
            product=found, reason=form.cleaned_data["reason"], by=request.person.code,
            at=clock.now(),
        ),
    ) is not None:  # fmt: skip
        return done(request, gettext("Withdrawn: nobody can buy it now."),
                    reverse("supply:product", args=[code]))  # fmt: skip
    return show(request, found, ending=form, status=422)


def show(
    request: OfBrand,
    found: Product,
    *,
    ending: ReasonForm | None = None,
    uploading: PicturesForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """This will render the page of one product, with a form that was refused where there is one."""
    revisions = revisions_of(product=found)
    skus = list(found.skus.all())
    stock = warehouse_of(skus=[sku.id for sku in skus])
    context = {
        "product": found,
        "kind": PRODUCT_KINDS[found.state],
        "is_draft": found.state == Product.State.DRAFT,
        "is_live": found.state == Product.State.LIVE,
        "changeable": found.state in _CHANGEABLE,
        "can_propose": found.state in _CHANGEABLE and bool(skus),
        "can_sell": request.brand.state in SELLING,
        "skus": [(sku, stock.get(sku.id)) for sku in skus],
        "pictures": list(found.pictures.all()),
        "open_revision": next((row for row in revisions if not row.verdict), None),
        "revisions": [(row, VERDICT_KINDS.get(row.verdict, "")) for row in revisions[:10]],
        "steps": _steps(found),
        "ending": ending or ReasonForm(),
        "uploading": uploading or PicturesForm(),
    }
    return supply_page(request, "product", context, status=status)


def _steps(found: Product) -> list[dict[str, Any]]:
    steps = steps_of(product=found)
    return [
        {
            "title": step.get_state_display(),
            "text": step.reason,
            "at": step.at,
            "kind": "bad" if step.state == "draft" and step.reason else "",
        }
        for step in steps
    ]


def _tabs(state: str, words: str, counts: dict[str, int]) -> list[Place]:
    names = [("", gettext("All")), *((key, str(name)) for key, name in Product.State.choices)]
    return [
        Place(
            name, "goods", f"{reverse('supply:products')}?{urlencode({'state': key, 'q': words})}",
            count=counts.get(key, 0), current=key == state,
        )
        for key, name in names
    ]  # fmt: skip
