"""Two at the same moment: without the lock both win, with it one."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from shoal.kit import pictures
from shoal.offers import operations, refusals
from shoal.offers.making import NewOffer
from shoal.offers.models import FlashSale, Offer
from shoal.stock.models import Allotment
from shoal.stock.steps import NotEnoughStock
from tests import goods
from tests.goods import AT

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def at_once(first: Callable[[], object], second: Callable[[], object]) -> list[object]:
    """What each of two functions gave or raised, run in threads that start together."""
    start = threading.Barrier(2, timeout=10)

    def run(function: Callable[[], object]) -> object:
        try:
            start.wait()
            return function()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(run, function) for function in (first, second)]
        return [future.result(20) for future in both]


def two_drafts() -> tuple[NewOffer, FlashSale, FlashSale]:
    """Two sales that both want four of the last five units."""
    brand = goods.active_brand()
    sku = goods.live_product(brand, stock=5).skus.all()[0]
    return (
        NewOffer(sku.id, goods.terms(), 4),
        goods.drafted_sale(brand),
        goods.drafted_sale(brand),
    )


def set_aside(entry: NewOffer) -> int:
    rows = Allotment.objects.filter(sku=entry.sku, is_warehouse=False)
    return sum(row.received for row in rows)


def test_unguarded_more_is_set_aside_than_there_is() -> None:
    entry, _, _ = two_drafts()
    looked = threading.Barrier(2, timeout=10)

    @contextmanager
    def looking() -> Iterator[Allotment]:
        with transaction.atomic():
            row = Allotment.objects.get(sku=entry.sku, is_warehouse=True)
            looked.wait()
            yield row

    def unguarded() -> None:
        with looking() as warehouse:
            assert warehouse.available >= 4
            warehouse.available -= 4
            warehouse.withdrawn += 4
            warehouse.save()
            Allotment.objects.create(sku_id=entry.sku, received=4, available=4)

    assert at_once(unguarded, unguarded) == [None, None]
    assert set_aside(entry) == 8  # of 5


def test_guarded_one_sale_gets_the_last_units() -> None:
    entry, first, second = two_drafts()

    def apply(sale: FlashSale) -> Callable[[], object]:
        return lambda: operations.apply_for_sale(sale=sale, offers=[entry], by="owner", at=AT)

    outcomes = at_once(apply(first), apply(second))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NotEnoughStock", "list"]
    assert any(isinstance(outcome, NotEnoughStock) for outcome in outcomes)
    assert set_aside(entry) == 4
    assert Offer.objects.count() == 1


def test_guarded_one_of_two_editors_is_told() -> None:
    brand = goods.active_brand()
    seen = goods.standing_offers(brand, goods.live_product(brand))[0]

    def change(price: int) -> Callable[[], object]:
        return lambda: operations.change_offer(
            offer=seen,
            terms=goods.terms(price),
            by="mei",
            at=AT,
        )

    outcomes = at_once(change(9_900), change(9_800))
    assert sum(isinstance(it, refusals.OfferChangedMeanwhile) for it in outcomes) == 1
    assert Offer.objects.get(id=seen.id).version == 2


def test_the_same_picture_at_the_same_moment_is_stored_once() -> None:
    data = goods.picture(1400, 1000, "#5a3c99")
    first, second = at_once(
        lambda: pictures.store_picture(data), lambda: pictures.store_picture(data)
    )
    assert isinstance(first, pictures.StoredPicture)
    assert first == second
    names = pictures.default_storage.listdir("pictures")[1]
    mine = [name for name in names if name.startswith(first.digest)]
    assert len(mine) == 6
    assert not pictures.missing_files(first)
