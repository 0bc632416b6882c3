"""Does opening a sale cost the same with ten shops and with two million?

Shops are written in bulk, a tenth of them with a rule, a hidden product and a price of their own.
Accepting a sale is all that opens it: rows are counted by PostgreSQL itself, over all tables.
"""

import itertools
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from shoal.run.bench import Report, scratch_installation

if TYPE_CHECKING:
    from shoal.offers.models import FlashSale

FEW, MANY = 10, 2_000_000
PRODUCTS = 20
TIMES = 5
_AT_ONCE = 250_000

_SHOPS = """
WITH made AS (
    SELECT gen_random_uuid() AS person, gen_random_uuid() AS shop, number
    FROM generate_series(%(first)s, %(last)s) AS number
), people AS (
    INSERT INTO people_person (id, code, language, sealed, created_at, is_active, password)
    SELECT person, 'b' || number, 'zh-hans', '', now(), true, '' FROM made
), shops AS (
    INSERT INTO shops_shop (id, code, name, greeting, currency, state, avatar, banner, palette,
                            blocks, version, opened_at)
    SELECT shop, 'b' || number, '小店 ' || number, '', 'CNY', 'open', '', '', 'sea', '[]', 1, now()
    FROM made
)
INSERT INTO shops_shopmember (id, shop_id, person_id, role, since_at)
SELECT gen_random_uuid(), shop, person, 'keeper', now() FROM made
"""
_SHELVES = """
INSERT INTO shelves_shelf (shop_id, rule, brands, categories, markup_kind, markup_value)
SELECT id, 'all', '[]', '[]', 'percent', 500 FROM shops_shop WHERE right(code, 1) = '7'
"""
_HIDDEN = """
INSERT INTO shelves_placement (id, shop_id, product_id, kind, position)
SELECT gen_random_uuid(), id, %(product)s, 'hidden', 0 FROM shops_shop WHERE right(code, 1) = '7'
"""
_PRICED = """
INSERT INTO shelves_markup (id, shop_id, offer_id, markup_minor)
SELECT gen_random_uuid(), id, %(offer)s, 100 FROM shops_shop WHERE right(code, 1) = '7'
"""
_WRITTEN = "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables"


def run(report: Report) -> None:
    """This will open sales before and after two million shops were written."""
    with scratch_installation():
        from tests.goods import active_brand

        brand = active_brand()
        references = (f"B{number}" for number in itertools.count())
        sales = [_applied_sale(brand, references) for _ in range(2 * (TIMES + 1))]
        report.figure("products in a sale", PRODUCTS)
        write_shops(report, first=1, last=FEW)
        few = _measure(report, sales[: TIMES + 1], shops=FEW)
        write_shops(report, first=FEW + 1, last=MANY)
        _write_exceptions()
        many = _measure(report, sales[TIMES + 1 :], shops=MANY)
        report.figure("rows more with many shops", many[0] - few[0], at_most=0)
        report.figure("time with many shops, times that with few", many[1] / few[1], at_most=1.5)


def _applied_sale(brand: object, references: object) -> "FlashSale":
    """A sale that waits for the operator, with goods of its own."""
    from shoal.offers import operations_sales
    from shoal.offers.making import NewOffer
    from tests.goods import AT, DAY, HOUR, drafted_sale, live_product, terms

    products = [live_product(brand, next(references), stock=100) for _ in range(PRODUCTS)]
    sale = drafted_sale(brand, starts_at=AT + HOUR, ends_at=AT + 30 * DAY)
    offers = [NewOffer(sku.id, terms(), 50) for product in products for sku in product.skus.all()]
    operations_sales.apply_for_sale(sale=sale, offers=offers, by="owner", at=AT)
    return sale


def write_shops(report: Report, *, first: int, last: int) -> None:
    """This will write shops with these numbers in bulk, each with a keeper of its own."""
    from django.db import connection

    for begin in range(first, last + 1, _AT_ONCE):
        end = min(begin + _AT_ONCE - 1, last)
        with connection.cursor() as cursor:
            cursor.execute(_SHOPS, {"first": begin, "last": end})
        report.say(f"{end:,} shops")


def _write_exceptions() -> None:
    from django.db import connection

    from shoal.offers.models import Offer

    offer = Offer.objects.select_related("sku").order_by("id")[0]
    with connection.cursor() as cursor:
        cursor.execute(_SHELVES)
        cursor.execute(_HIDDEN, {"product": offer.sku.product_id})
        cursor.execute(_PRICED, {"offer": offer.id})


def _measure(report: Report, sales: "list[FlashSale]", *, shops: int) -> tuple[int, float]:
    """Opens each sale; returns the rows that one writes and the median seconds that it takes."""
    from shoal.offers.operations_sales import judge_sale
    from tests.goods import AT

    waiting = iter(sales)

    def open_one() -> None:
        judge_sale(sale=next(waiting), accepted=True, reason="", by="olga", at=AT)

    before = _rows_written()
    open_one()  # also warms what is asked for the first time
    rows = _rows_written() - before
    seconds = report.median(open_one, times=TIMES)
    report.figure(f"rows written, {shops:,} shops", rows)
    report.figure(f"median, {shops:,} shops, ms", 1000 * seconds)
    report.figure(f"shelf of one of {shops:,} shops, median, ms", _shelf(report), at_most=100)
    return rows, seconds


def _shelf(report: Report) -> float:
    """Reads the first page of a shop with exceptions, sorted by what it earns; milliseconds."""
    from django.db import connection

    from shoal.shelves.queries import Sorting, shelf_products
    from shoal.shops.models import Shop
    from tests.goods import AT, DAY

    shop = Shop.objects.get(code="b7")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    def read() -> None:
        assert shelf_products(shop=shop, at=AT + DAY, sorting=Sorting.EARN)

    read()
    return 1000 * report.median(read, times=4 * TIMES)


def _rows_written() -> int:
    """The rows that PostgreSQL has seen written so far, with those of this very session."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET stats_fetch_consistency = 'none'")
        cursor.execute("SELECT pg_stat_force_next_flush()")
        time.sleep(timedelta(milliseconds=100).total_seconds())
        cursor.execute(_WRITTEN)
        return int(cursor.fetchone()[0])
