"""What a sale offers: chosen variants, prices, how many are set aside; then applied for."""

from collections.abc import Iterable
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from shoal.catalog.models import Product, Sku
from shoal.catalog.queries import searched_products, skus_by_code
from shoal.kit import clock
from shoal.kit.errors import Refused
from shoal.offers.models import FlashSale, Offer
from shoal.offers.operations import NewOffer, apply_for_sale
from shoal.offers.queries import last_offers_of_sale, least_fees, sale_by_code, standing_by_sku
from shoal.offers.queries_terms import load_prices
from shoal.offers.refusals import WrongSaleState
from shoal.stock.queries import warehouse_of
from shoal.web.access import OfBrand, brand_member
from shoal.web.answers import done, page_of
from shoal.web.supply.frame import Role, supply_page, words_of
from shoal.web.supply.offer_forms import (
    SaleOfferForm,
    further_currencies_of,
    shares_data,
    terms_initial,
)

_MOST = 200


@brand_member(Role.GOODS)
@require_http_methods(["GET", "POST"])
def application(request: OfBrand, code: str) -> HttpResponse:
    """This will choose what a sale offers and apply for it."""
    sale = sale_by_code(code=code, brand=request.brand)
    if sale.state not in {FlashSale.State.DRAFT, FlashSale.State.REFUSED}:
        raise WrongSaleState(state=sale.get_state_display())
    before = {offer.sku_id: offer for offer in last_offers_of_sale(sale=sale)}
    skus = _chosen(request, before.values())
    rows = _rows(request, skus, before)
    errors: list[str] = []
    if request.method == "POST" and all(row.is_valid() for row in rows):
        try:
            apply_for_sale(sale=sale, offers=_entries(rows), by=request.person.code, at=clock.now())
        except Refused as refused:
            _beside(rows, refused, errors)
        else:
            words = gettext("Applied for. The platform answers with a reason.")
            return done(request, words, reverse("supply:sale", args=[code]))
    return _show(request, sale, rows, errors)


def _chosen(request: OfBrand, before: Iterable[Offer]) -> list[Sku]:
    """The variants in the address or the form; at first those that were applied for before."""
    if request.method == "POST":
        codes = request.POST.getlist("sku")[:_MOST]
        found = skus_by_code(brand=request.brand, codes=codes)
    else:
        picked = request.GET.getlist("product")[:_MOST]
        products = searched_products(brand=request.brand, state=Product.State.LIVE).filter(
            code__in=picked
        )
        codes = [sku.code for product in products for sku in product.skus.all()]
        codes += [offer.sku.code for offer in before]
        found = skus_by_code(brand=request.brand, codes=codes[:_MOST])
    rows = list(found.values())
    return sorted(rows, key=lambda sku: (sku.product.reference, sku.position))


def _rows(request: OfBrand, skus: list[Sku], before: dict[UUID, Offer]) -> list[SaleOfferForm]:
    ids = [sku.id for sku in skus]
    standing, stock = standing_by_sku(skus=ids), warehouse_of(skus=ids)
    load_prices(offers=[*before.values(), *standing.values()])
    rows = []
    for sku in skus:
        own = before.get(sku.id)
        last = own or standing.get(sku.id)
        initial = terms_initial(last)
        if own is not None:
            initial["quantity"] = own.allotment.received
        rows.append(
            SaleOfferForm(
                request.POST if request.method == "POST" else None,
                initial=initial, currency=request.brand.currency, sku=sku,
                further=further_currencies_of(last, own=request.brand.currency),
                available=stock[sku.id].available if sku.id in stock else 0,
            )
        )  # fmt: skip
    return rows


def _entries(rows: list[SaleOfferForm]) -> list[NewOffer]:
    return [
        NewOffer(
            row.sku.id, row.terms, row.cleaned_data["quantity"],
            row.cleaned_data["per_customer"], row.further,
        )
        for row in rows
        if row.is_in
    ]  # fmt: skip


def _beside(rows: list[SaleOfferForm], refused: Refused, errors: list[str]) -> None:
    """Shows a refusal at the variant that it names."""
    told = str(refused.facts.get("reference", ""))
    named = [row for row in rows if row.sku.reference in {told, told.split(" · ", maxsplit=1)[0]}]
    if named:
        named[0].add_error(None, refused.sentence)
    else:
        errors.append(refused.sentence)


def _show(
    request: OfBrand, sale: FlashSale, rows: list[SaleOfferForm], errors: list[str]
) -> HttpResponse:
    words = words_of(request)
    page = page_of(
        request, searched_products(brand=request.brand, state=Product.State.LIVE, words=words)
    )
    codes = {row.sku.product.category.code for row in rows}
    fees = least_fees(brand=request.brand, categories=codes)
    currency = request.brand.currency
    context = {
        "sale": sale,
        "rows": [
            (row, shares_data(currency=currency, least_fee_bp=fees[row.sku.product.category.code]))
            for row in rows
        ],
        "errors": errors,
        "chosen": {row.sku.product.code for row in rows},
        "page": page,
        "words": words,
        "query": urlencode({"q": words, "product": request.GET.getlist("product")}, doseq=True),
    }
    wrong = request.method == "POST"
    return supply_page(request, "sale_offers", context, status=422 if wrong else 200)
