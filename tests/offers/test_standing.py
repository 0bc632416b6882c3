"""Offers that stand until further notice."""

from typing import Any

import pytest

from shoal.kit.errors import Refused
from shoal.offers import doctor, operations, queries, refusals
from shoal.offers.making import NewOffer
from shoal.offers.models import Offer, OfferStep
from shoal.stock.models import Allotment
from tests import goods
from tests.goods import AT, DAY, HOUR

pytestmark = pytest.mark.django_db


def make() -> Offer:
    brand = goods.active_brand()
    return goods.standing_offers(brand, goods.live_product(brand))[0]


def test_many_offers_share_the_warehouse() -> None:
    brand = goods.active_brand()
    product = goods.live_product(brand)
    sku = product.skus.all()[0]
    prices = [goods.terms(sale) for sale in (10_000, 11_000, 12_000)]
    made = operations.list_standing_offers(
        brand=brand, entries=[NewOffer(sku.id, price) for price in prices], by="owner", at=AT
    )
    assert {offer.allotment.is_warehouse for offer in made} == {True}
    assert len({offer.allotment_id for offer in made}) == 1
    found = queries.open_offers(at=AT).filter(sku__product=product)
    assert sorted(offer.sale_minor for offer in found) == [10_000, 11_000, 12_000]
    assert queries.best_offers(product_ids=[product.id], at=AT)[product.id] == made[0]


def test_goods_may_be_on_offer_before_the_first_delivery() -> None:
    brand = goods.active_brand()
    made = goods.standing_offers(brand, goods.live_product(brand, stock=0))
    assert [offer.allotment.available for offer in made] == [0, 0]


def test_a_quantity_of_its_own_goes_back_when_withdrawn() -> None:
    brand = goods.active_brand()
    sku = goods.live_product(brand).skus.all()[0]
    offer = operations.list_standing_offers(
        brand=brand, entries=[NewOffer(sku.id, goods.terms(), 4)], by="owner", at=AT
    )[0]
    warehouse = Allotment.objects.get(sku=sku, is_warehouse=True)
    assert warehouse.available == 6
    operations.withdraw_offer(offer=offer, reason="no longer made", by="owner", at=AT + DAY)
    warehouse.refresh_from_db()
    assert warehouse.available == 10
    with pytest.raises(refusals.OfferEnded):
        operations.withdraw_offer(offer=offer, reason="again", by="owner", at=AT + DAY)
    assert all(check.ok for check in doctor.checks())


def test_a_sale_comes_before_a_standing_offer() -> None:
    brand = goods.active_brand()
    product = goods.live_product(brand)
    goods.standing_offers(brand, product)
    goods.scheduled_sale(brand, product)
    found = queries.open_offers(at=AT + HOUR).filter(sku__product=product)
    best = queries.best_by_sku({offer: offer.sale_minor for offer in found})
    assert all(offer.sale_id for offer in best.values())
    assert (len(best), len(found)) == (2, 4)


def test_new_terms_are_a_new_version_with_the_old_ones_kept() -> None:
    offer = make()
    product = offer.sku.product
    product.refresh_from_db()
    version = product.version
    changed = operations.change_offer(
        offer=offer, terms=goods.terms(9_000, supply=6_000), by="owner", at=AT + HOUR
    )
    assert (changed.version, changed.sale_minor) == (2, 9_000)
    steps = OfferStep.objects.filter(offer=offer)
    assert [(step.version, step.terms["sale"]) for step in steps] == [(1, 10_000), (2, 9_000)]
    product.refresh_from_db()
    assert product.version > version


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"terms": goods.terms()}, refusals.NoChange),
        ({"terms": goods.terms(supply=7_900)}, refusals.BelowContractFee),
        ({"terms": goods.terms(), "per_customer": 0}, refusals.BadLimit),
    ],
)
def test_unsound_changes_are_refused(change: dict[str, Any], refusal: type[Refused]) -> None:
    offer = make()
    with pytest.raises(refusal):
        operations.change_offer(offer=offer, by="owner", at=AT, **change)
    assert Offer.objects.get(id=offer.id).version == 1


def test_two_editors_do_not_overwrite_each_other() -> None:
    seen = make()
    operations.change_offer(offer=seen, terms=goods.terms(9_900), by="mei", at=AT)
    with pytest.raises(refusals.OfferChangedMeanwhile):
        operations.change_offer(offer=seen, terms=goods.terms(9_800), by="bao", at=AT)
    assert Offer.objects.get(id=seen.id).sale_minor == 9_900


def test_the_terms_of_a_sale_stand() -> None:
    brand = goods.active_brand()
    goods.scheduled_sale(brand, goods.live_product(brand))
    offer = Offer.objects.all()[0]
    with pytest.raises(refusals.OfferOfSale):
        operations.change_offer(offer=offer, terms=goods.terms(9_000), by="owner", at=AT)
    assert Offer.objects.get(id=offer.id).sale_minor == 10_000


def test_doctor_finds_terms_changed_by_hand() -> None:
    offer = make()
    Offer.objects.filter(id=offer.id).update(version=7)
    assert not all(check.ok for check in doctor.checks())
