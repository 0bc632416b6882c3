"""Offers in several currencies: each amount is named, none is converted."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from shoal.catalog.models import FreightPrice, Sku
from shoal.catalog.operations import set_freight_template
from shoal.kit.errors import NotFound, Refused
from shoal.offers import doctor, operations, queries_terms, refusals
from shoal.offers.making import NewOffer
from shoal.offers.models import Offer, OfferPrice, OfferStep
from shoal.offers.rules import Terms, check_terms, in_order, keeper_part, lowest_floor
from tests import goods
from tests.goods import AT, DINAR, YEN


def entry(sku: Sku, *further: Terms) -> NewOffer:
    return NewOffer(sku.id, goods.terms(), further=further)


def offered(*further: Terms) -> Offer:
    brand = goods.active_brand()
    sku = goods.live_product(brand).skus.all()[0]
    return operations.list_standing_offers(
        brand=brand, entries=[entry(sku, *further)], by="owner", at=AT
    )[0]


@given(
    sale=st.integers(1, 10**9),
    rate_bp=st.integers(0, 9_000),
    currency=st.sampled_from(["JPY", "CNY", "KWD"]),
)
def test_the_lowest_floor_holds_in_every_currency(sale: int, rate_bp: int, currency: str) -> None:
    """Rules count minor units: how many make a yen or a dinar changes nothing."""
    floor = lowest_floor(sale=sale, rate_bp=rate_bp)
    terms = Terms(0, sale, floor, sale, rate_bp, currency)
    assert check_terms(terms) == ()
    assert keeper_part(terms, markup=floor - sale) >= 0


@given(st.permutations(["AED", "JPY", "KWD", "USD"]))
def test_the_order_of_currencies_says_nothing(named: list[str]) -> None:
    terms = [replace(YEN, currency=currency) for currency in named]
    assert in_order(terms) == in_order(reversed(terms))


@pytest.mark.django_db
def test_each_currency_has_its_own_amounts() -> None:
    offer = offered(DINAR, YEN)
    assert queries_terms.terms_in(offer, currency="CNY") == goods.terms()
    assert queries_terms.terms_in(offer, currency="JPY") == YEN
    assert queries_terms.terms_in(offer, currency="KWD") == DINAR
    assert queries_terms.terms_in(offer, currency="USD") is None
    step = OfferStep.objects.get(offer=offer)
    assert [row["currency"] for row in step.terms["further"]] == ["JPY", "KWD"]
    assert all(check.ok for check in doctor.checks())


@pytest.mark.django_db
def test_new_terms_name_every_currency_again() -> None:
    offer = offered(DINAR, YEN)
    dearer = replace(YEN, sale=2_100)
    changed = operations.change_offer(
        offer=offer, terms=goods.terms(), further=[dearer], by="owner", at=AT
    )
    assert queries_terms.further_terms(changed) == (dearer,)
    assert changed.version == 2
    last = OfferStep.objects.filter(offer=offer).order_by("-id")[0]
    assert [row["sale"] for row in last.terms["further"]] == [2_100]
    with pytest.raises(refusals.NoChange):
        operations.change_offer(
            offer=changed, terms=goods.terms(), further=[dearer], by="owner", at=AT
        )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("further", "refusal"),
    [
        ([YEN, YEN], refusals.CurrencyTwice),
        ([replace(YEN, currency="CNY")], refusals.CurrencyTwice),
        ([replace(YEN, rate_bp=1_999)], refusals.RatesDiffer),
        ([replace(YEN, supply=1_601)], refusals.NothingForPlatform),
        ([replace(YEN, floor=1_599)], refusals.NothingForKeeper),
        ([replace(DINAR, usual=5_125)], refusals.ListPriceBelowSale),
    ],
)
def test_unsound_amounts_are_refused(further: list[Terms], refusal: type[Refused]) -> None:
    brand = goods.active_brand()
    sku = goods.live_product(brand).skus.all()[0]
    with pytest.raises(refusal):
        operations.list_standing_offers(
            brand=brand, entries=[entry(sku, *further)], by="owner", at=AT
        )
    assert not Offer.objects.exists()
    assert not OfferPrice.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"sale_minor": 0}, "offer_price_"),
        ({"supply_minor": 1_601}, "offer_price_platform_part"),
        ({"floor_minor": 1_599}, "offer_price_keeper_part"),
        ({"cap_minor": 1_999}, "offer_price_floor_cap"),
    ],
)
def test_the_database_holds_it_too(change: dict[str, int], constraint: str) -> None:
    offered(YEN)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        OfferPrice.objects.update(**change)


@pytest.mark.django_db
def test_the_doctor_sees_another_rate() -> None:
    offered(YEN)
    OfferPrice.objects.update(rate_bp=1_900)
    assert not all(check.ok for check in doctor.checks())


@pytest.mark.django_db
def test_no_currency_without_freight_in_it() -> None:
    brand = goods.active_brand()
    product = goods.live_product(brand)
    sku = product.skus.all()[0]
    product.freight = set_freight_template(brand=brand, name="标准", base_minor=800, at=AT)
    product.save()
    with pytest.raises(refusals.FreightMissing, match=r"标准.*JPY"):
        operations.list_standing_offers(brand=brand, entries=[entry(sku, YEN)], by="owner", at=AT)
    assert not Offer.objects.exists()
    set_freight_template(brand=brand, name="标准", base_minor=500, currency="JPY", at=AT)
    assert operations.list_standing_offers(
        brand=brand, entries=[entry(sku, YEN)], by="owner", at=AT
    )


@pytest.mark.django_db
def test_freight_in_a_further_currency_needs_its_template() -> None:
    brand = goods.active_brand()
    with pytest.raises(NotFound):
        set_freight_template(brand=brand, name="标准", base_minor=500, currency="JPY", at=AT)
    assert not FreightPrice.objects.exists()


@pytest.mark.django_db
def test_prices_of_many_offers_take_one_query() -> None:
    brand = goods.active_brand()
    skus = [sku for _ in range(3) for sku in goods.live_product(brand).skus.all()]
    operations.list_standing_offers(
        brand=brand, entries=[entry(sku, YEN) for sku in skus], by="owner", at=AT
    )
    offers = list(Offer.objects.all())
    for currency, terms, most in (("CNY", goods.terms(), 0), ("JPY", YEN, 1)):
        with CaptureQueriesContext(connection) as asked:
            queries_terms.load_prices(offers=offers, currencies=[currency])
            told = {queries_terms.terms_in(offer, currency=currency) for offer in offers}
        assert (told, len(asked)) == ({terms}, most)
