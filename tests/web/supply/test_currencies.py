"""A brand that sells in yuan names yen and dinars beside them, and what a parcel costs in each."""

import pytest
from django.urls import reverse

from shoal.catalog.models import FreightPrice, FreightTemplate
from shoal.offers.models import Offer
from shoal.offers.queries_terms import further_terms, terms_in
from tests import goods

pytestmark = pytest.mark.django_db
TERMS = {"supply": "70", "sale": "100", "percent": "20", "floor": "90", "cap": "120"}
YEN = {"supply_JPY": "1400", "sale_JPY": "2000", "floor_JPY": "1800", "cap_JPY": "2,400"}
DINAR = {"supply_KWD": "3.5", "sale_KWD": "5.125", "floor_KWD": "4.5", "cap_KWD": "6"}


@pytest.fixture(autouse=True)
def currencies(settings):
    settings.SHOAL_CURRENCIES = ["CNY", "JPY", "KWD"]


def url(name: str, *args: str) -> str:
    return reverse(f"supply:{name}", args=args)


def posted(staff, market, **sent: str):
    product = goods.live_product(market.brand)
    codes = [product.skus.all()[0].code]
    answer = staff.goods.post(
        f"{url('new-offer')}?product={product.code}", {**TERMS, "skus": codes, **sent}
    )
    return answer, Offer.objects.filter(sku__product=product).first()


def test_amounts_are_read_with_their_currencys_decimals(staff, market):
    answer, offer = posted(staff, market, **YEN, **DINAR)
    assert answer.status_code == 302
    yen, dinar = further_terms(offer)
    assert (yen.supply, yen.sale, yen.floor, yen.cap, yen.rate_bp) == (
        1_400, 2_000, 1_800, 2_400, 2_000,
    )  # fmt: skip
    assert (dinar.supply, dinar.sale, dinar.usual) == (3_500, 5_125, None)
    listed = staff.goods.get(url("offers")).content.decode()
    assert "JP¥2,000" in listed
    assert "KWD\N{NO-BREAK SPACE}5.125" in listed


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({**YEN, "sale_JPY": "12.5"}, "JPY has no decimals"),
        ({**DINAR, "sale_KWD": "5.1255"}, "KWD has 3 decimals"),
        ({"sale_JPY": "2000"}, "Fill this in."),
        ({**YEN, "supply_JPY": "1601"}, "JPY”: supply price and commission"),
    ],
)
def test_what_cannot_be_an_amount_is_said_at_its_field(staff, market, sent, told):
    answer, offer = posted(staff, market, **sent)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert offer is None


def test_an_emptied_currency_leaves_its_shops(staff, market):
    _, offer = posted(staff, market, **YEN)
    page = staff.goods.get(url("offer", offer.code))
    assert 'value="2000"' in page.content.decode()
    sent = {**TERMS, "version": str(offer.version)}
    assert staff.goods.post(url("offer", offer.code), sent).status_code == 302
    assert terms_in(Offer.objects.get(id=offer.id), currency="JPY") is None


def test_freight_in_a_further_currency(staff, market):
    sent = {"name": "standard", "base": "8.00", "regions": "65 12.00\n54 no"}
    staff.goods.post(url("new-freight"), sent)
    template = FreightTemplate.objects.get(name="standard")
    listed = staff.goods.get(url("freight")).content.decode()
    assert "Nothing said in JPY yet" in listed
    here = url("freight-price", template.code, "JPY")
    assert "54 no" in staff.goods.get(here).content.decode()
    wrong = staff.goods.post(here, {"base": "500.5", "regions": "54 no"})
    assert wrong.status_code == 422
    assert not FreightPrice.objects.exists()
    assert staff.goods.post(here, {"base": "500", "regions": "54 no"}).status_code == 302
    said = FreightPrice.objects.get()
    assert (said.currency, said.base_minor, said.regions) == ("JPY", 500, {"54": None})
    assert "JP¥500" in staff.goods.get(url("freight")).content.decode()
    for currency in ("CNY", "USD"):
        other = url("freight-price", template.code, currency)
        assert staff.goods.get(other).status_code == 404


def test_a_currency_without_freight_in_it_is_told_to_the_brand(staff, market):
    product = goods.live_product(market.brand)
    product.freight = FreightTemplate.objects.create(
        brand=market.brand, name="standard", currency="CNY"
    )
    product.save()
    answer = staff.goods.post(
        f"{url('new-offer')}?product={product.code}",
        {**TERMS, **YEN, "skus": [product.skus.all()[0].code]},
    )
    assert answer.status_code == 422
    assert "“standard” says no amounts in JPY yet" in answer.content.decode()
    assert not Offer.objects.filter(sku__product=product).exists()


@pytest.mark.parametrize(("currency", "extra"), [("CNY", "12.50"), ("JPY", "1250")])
def test_the_example_of_a_region_is_an_amount_of_its_currency(staff, market, currency, extra):
    template = FreightTemplate.objects.create(brand=market.brand, name="standard", currency="CNY")
    own = url("freight-template", template.code)
    further = url("freight-price", template.code, currency)
    page = staff.goods.get(own if currency == "CNY" else further).content.decode()
    assert f"65 {extra} adds {extra} in Xinjiang" in page
