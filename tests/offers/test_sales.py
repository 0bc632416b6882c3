"""A flash sale from the draft to its end."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shoal.brands import operations as brands
from shoal.catalog import operations as catalog
from shoal.catalog.models import Product
from shoal.kit.errors import NotFound, Refused
from shoal.kit.transactions import one_transaction
from shoal.offers import doctor, operations, queries, refusals
from shoal.offers.making import NewOffer
from shoal.offers.models import FlashSale, Offer, OfferStep, SaleStep
from shoal.stock.models import Allotment
from shoal.stock.steps import NewHold, NotEnoughStock, hold, lock_available, release
from tests import goods
from tests.goods import AT, DAY, HOUR, OLGA

pytestmark = pytest.mark.django_db


def in_warehouse() -> list[int]:
    rows = Allotment.objects.filter(is_warehouse=True).order_by("sku__reference")
    return list(rows.values_list("available", flat=True))


def open_of(product: Product, *, at: datetime) -> list[Offer]:
    return list(queries.open_offers(at=at).filter(sku__product=product))


def rows() -> dict[str, int]:
    return {
        "sales": FlashSale.objects.count(),
        "sale steps": SaleStep.objects.count(),
        "offers": Offer.objects.count(),
        "offer steps": OfferStep.objects.count(),
        "allotments": Allotment.objects.count(),
        **{f"state {sale.code}": sale.version for sale in FlashSale.objects.all()},
    }


def test_a_sale_opens_by_its_window_alone() -> None:
    brand = goods.active_brand()
    product = goods.live_product(brand)
    sale = goods.scheduled_sale(brand, product)
    assert [card.sale for card in queries.trailers(at=AT)] == [sale]
    assert queries.open_sales(at=AT) == []
    card = queries.open_sales(at=AT + HOUR)[0]
    assert (card.sale, card.offers, card.from_minor, card.received) == (sale, 2, 10_000, 10)
    assert card.most_earned_minor == 2_000
    assert len(open_of(product, at=AT + HOUR)) == 2
    assert queries.open_sales(at=AT + DAY) == []
    assert all(check.ok for check in doctor.checks())


def test_a_sale_stands_where_its_offers_do() -> None:
    brand = goods.active_brand()
    sale = goods.scheduled_sale(brand, goods.live_product(brand))
    for moment in (AT, AT + HOUR, AT + DAY):
        offer = queries.offers_of_sale(sale=sale)[0]
        found = queries.sale_by_code(code=sale.code)
        assert queries.sale_state(found, at=moment) == queries.offer_state(offer, at=moment)
    assert queries.sale_state(goods.drafted_sale(brand), at=AT) == "draft"


def test_stock_is_set_aside_when_applied_for() -> None:
    brand = goods.active_brand()
    goods.scheduled_sale(brand, goods.live_product(brand, stock=10), quantity=4)
    assert in_warehouse() == [6, 6]


def test_more_than_the_warehouse_has_is_refused_whole() -> None:
    brand = goods.active_brand()
    product = goods.live_product(brand, stock=10)
    sale = goods.drafted_sale(brand)
    before = rows()
    small, medium = product.skus.all()
    entries = [NewOffer(small.id, goods.terms(), 4), NewOffer(medium.id, goods.terms(), 11)]
    with pytest.raises(NotEnoughStock, match="10 available, 11 wanted"):
        operations.apply_for_sale(sale=sale, offers=entries, by="owner", at=AT)
    assert rows() == before
    assert in_warehouse() == [10, 10]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"terms": goods.terms(supply=8_001)}, refusals.NothingForPlatform),
        ({"terms": goods.terms(supply=7_600)}, refusals.BelowContractFee),
        ({"terms": goods.terms(floor=7_999)}, refusals.NothingForKeeper),
        ({"terms": goods.terms(floor=10_001)}, refusals.FloorAboveSale),
        ({"terms": goods.terms(cap=9_999)}, refusals.CapBelowSale),
        ({"terms": goods.terms(sale=0)}, refusals.NoPrice),
        ({"terms": goods.terms(rate_bp=10_001)}, refusals.BadRate),
        ({"terms": goods.terms(cap=10**13)}, refusals.PriceTooHigh),
        ({"terms": goods.terms(currency="GBP")}, refusals.OtherCurrency),
        ({"quantity": 0}, refusals.QuantityMissing),
        ({"quantity": None}, refusals.QuantityMissing),
        ({"per_customer": 0}, refusals.BadLimit),
        ({"terms": replace(goods.terms(), usual=10_000)}, refusals.ListPriceBelowSale),
    ],
)
def test_unsound_offers_are_refused(change: dict[str, Any], refusal: type[Refused]) -> None:
    brand = goods.active_brand(fees={"": 500})
    sku = goods.live_product(brand).skus.all()[0]
    sale = goods.drafted_sale(brand)
    before = rows()
    entry = NewOffer(**({"sku": sku.id, "terms": goods.terms(), "quantity": 1} | change))
    with pytest.raises(refusal):
        operations.apply_for_sale(sale=sale, offers=[entry], by="owner", at=AT)
    assert rows() == before
    assert in_warehouse() == [10, 10]


def test_foreign_and_unaccepted_goods_are_refused() -> None:
    brand, other = goods.active_brand(name="Nordwind"), goods.active_brand(name="海风")
    sale = goods.drafted_sale(brand)
    foreign = goods.live_product(other).skus.all()[0]
    draft = catalog.add_product(brand=brand, entry=goods.new_product(), by="owner", at=AT)
    before = rows()
    for sku in (foreign, draft.skus.all()[0]):
        with pytest.raises(refusals.ProductNotLive):
            operations.apply_for_sale(
                sale=sale, offers=[NewOffer(sku.id, goods.terms(), 1)], by="owner", at=AT
            )
    assert rows() == before


def test_a_sale_has_offers_each_sku_once() -> None:
    brand = goods.active_brand()
    sku = goods.live_product(brand).skus.all()[0]
    sale = goods.drafted_sale(brand)
    before = rows()
    with pytest.raises(refusals.NoOffers):
        operations.apply_for_sale(sale=sale, offers=[], by="owner", at=AT)
    entry = NewOffer(sku.id, goods.terms(), 1)
    with pytest.raises(refusals.SkuTwice):
        operations.apply_for_sale(sale=sale, offers=[entry, entry], by="owner", at=AT)
    assert rows() == before


def test_windows_make_sense() -> None:
    brand = goods.active_brand()
    for starts_at, ends_at in ((AT + DAY, AT + HOUR), (AT - DAY, AT)):
        with pytest.raises(refusals.BadWindow):
            goods.drafted_sale(brand, starts_at=starts_at, ends_at=ends_at)
    assert not FlashSale.objects.exists()


def test_refused_with_a_reason_gives_the_stock_back_and_can_come_again() -> None:
    brand = goods.active_brand()
    product = goods.live_product(brand)
    sale = goods.drafted_sale(brand)
    entries = [NewOffer(sku.id, goods.terms(), 4) for sku in product.skus.all()]
    operations.apply_for_sale(sale=sale, offers=entries, by="owner", at=AT)
    with pytest.raises(Refused, match="reason"):
        operations.judge_sale(sale=sale, accepted=False, reason="", by=OLGA, at=AT)
    operations.judge_sale(sale=sale, accepted=False, reason="too dear", by=OLGA, at=AT)
    assert in_warehouse() == [10, 10]
    operations.apply_for_sale(sale=sale, offers=entries, by="owner", at=AT)
    operations.judge_sale(sale=sale, accepted=True, reason="", by=OLGA, at=AT)
    states = list(sale.steps.values_list("state", flat=True))
    assert states == ["draft", "applied", "refused", "applied", "scheduled"]
    assert len(queries.offers_of_sale(sale=sale)) == 2
    assert all(check.ok for check in doctor.checks())


def test_the_operator_may_schedule_another_window() -> None:
    brand = goods.active_brand()
    sku = goods.live_product(brand).skus.all()[0]
    sale = goods.drafted_sale(brand)
    operations.apply_for_sale(
        sale=sale, offers=[NewOffer(sku.id, goods.terms(), 1)], by="owner", at=AT
    )
    operations.judge_sale(
        sale=sale,
        accepted=True,
        reason="after the holiday",
        by=OLGA,
        at=AT,
        starts_at=AT + 3 * DAY,
        ends_at=AT + 4 * DAY,
        trailer_at=AT + 2 * DAY,
    )
    offer = Offer.objects.get()
    assert (offer.opens_at, offer.closes_at) == (AT + 3 * DAY, AT + 4 * DAY)
    assert queries.trailers(at=AT + DAY) == []
    assert len(queries.trailers(at=AT + 2 * DAY)) == 1


def test_a_scheduled_sale_is_judged_once() -> None:
    brand = goods.active_brand()
    sale = goods.scheduled_sale(brand, goods.live_product(brand))
    before = rows()
    with pytest.raises(refusals.WrongSaleState):
        operations.judge_sale(sale=sale, accepted=False, reason="…", by=OLGA, at=AT)
    with pytest.raises(refusals.WrongSaleState):
        operations.set_sale_cover(sale=sale, data=goods.picture())
    assert rows() == before


def test_cancelled_gives_back_what_nobody_holds() -> None:
    brand = goods.active_brand()
    product = goods.live_product(brand)
    sale = goods.scheduled_sale(brand, product, quantity=5)
    offer = queries.offers_of_sale(sale=sale)[0]
    line = goods.person().id
    with one_transaction():
        lock_available(allotments=[offer.allotment_id])
        hold(holds=[NewHold(line, offer.allotment_id, 2, AT + HOUR)], by="mei")
    operations.cancel_sale(sale=sale, reason="flood", by=OLGA, at=AT + 2 * HOUR)
    assert sorted(in_warehouse()) == [8, 10]
    assert queries.open_sales(at=AT + 2 * HOUR) == []
    assert open_of(product, at=AT + 2 * HOUR) == []
    with one_transaction():
        release(lines={line: AT + 3 * HOUR}, by="worker:expire", reason="unpaid")
    assert operations.close_ended_sales(at=AT + 3 * HOUR) == 2
    assert in_warehouse() == [10, 10]
    with pytest.raises(refusals.WrongSaleState):
        operations.cancel_sale(sale=sale, reason="again", by=OLGA, at=AT + 3 * HOUR)


def test_what_is_not_sold_goes_back_after_the_end() -> None:
    brand = goods.active_brand()
    goods.scheduled_sale(brand, goods.live_product(brand), quantity=4)
    assert operations.close_ended_sales(at=AT + DAY - HOUR) == 0
    assert operations.close_ended_sales(at=AT + DAY) == 8
    assert operations.close_ended_sales(at=AT + DAY) == 0
    assert in_warehouse() == [10, 10]
    assert Offer.objects.exclude(state=Offer.State.LISTED).count() == 0


def test_a_suspended_brand_is_out_of_sight_and_comes_back() -> None:
    brand = goods.active_brand()
    product = goods.live_product(brand)
    sale = goods.scheduled_sale(brand, product)
    now, version = AT + HOUR, Product.objects.get().version
    brands.suspend_brand(brand=brand, reason="reports", by=OLGA, at=now)
    assert queries.open_sales(at=now) == []
    assert open_of(product, at=now) == []
    with pytest.raises(NotFound):
        queries.public_sale(code=sale.code, at=now)
    offer = queries.full_offers()[0]
    assert queries.offer_state(offer, at=now) == "stopped"
    assert Product.objects.get().version > version
    brands.restore_brand(brand=brand, reason="cleared", by=OLGA, at=now)
    assert [card.sale for card in queries.open_sales(at=now)] == [sale]
    assert FlashSale.objects.get().version > sale.version


def test_a_withdrawn_product_is_not_open() -> None:
    brand = goods.active_brand()
    product = goods.live_product(brand)
    goods.scheduled_sale(brand, product)
    catalog.withdraw_product(product=product, reason="recalled", by="owner", at=AT)
    assert open_of(product, at=AT + HOUR) == []


def test_a_sale_page_asks_as_often_for_many_offers_as_for_few() -> None:
    brand = goods.active_brand()
    counts = []
    for products in (1, 4):
        sale = goods.drafted_sale(brand)
        skus = [
            sku
            for product in [goods.live_product(brand) for _ in range(products)]
            for sku in product.skus.all()
        ]
        operations.apply_for_sale(
            sale=sale,
            offers=[NewOffer(sku.id, goods.terms(), 1) for sku in skus],
            by="owner",
            at=AT,
        )
        with CaptureQueriesContext(
            connection,
        ) as asked:
            for offer in queries.offers_of_sale(sale=sale):
                assert offer.sku.product.category.name
                assert offer.allotment.available == 1
                assert list(offer.sku.product.pictures.all()) == []
        counts.append(len(asked))
        file = queries.sale_file(code=sale.code, brand=brand)
        assert {row.platform_minor for row in file.rows} == {1_000}
        assert {row.least_fee_minor for row in file.rows} == {500}
    assert counts[0] == counts[1]


def test_opening_takes_no_write() -> None:
    brand = goods.active_brand()
    goods.scheduled_sale(brand, goods.live_product(brand))
    before = rows()
    assert len(queries.open_sales(at=AT + HOUR + timedelta(seconds=1))) == 1
    assert rows() == before
