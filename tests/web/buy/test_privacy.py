"""After a whole purchase no table holds in the clear who bought, and after erasing no view does."""

import pytest
from django.db import connection

from shoal.kit.clock import now
from shoal.kit.vault import Erased, reveal
from shoal.orders.models import Order
from shoal.orders.operations import complete_orders
from tests import trade
from tests.goods import DAY
from tests.web.buy.browser import HOME
from tests.web.buy.test_checkout import once

pytestmark = pytest.mark.django_db

HERS = {
    "recipient": "唐小鸥", "phone": "13912340987", "region": "330000", "city": "杭州市",
    "district": "西湖区", "street": "听潮巷 9 号 3 室", "note": "放在门口的鞋柜里",
    "invoice": "company", "invoice_title": "听潮有限公司",
    "invoice_tax_number": "91330100MA2ABCDE1X",
}  # fmt: skip
WORDS = "我对花粉过敏"
SECRET = [
    HERS["recipient"], "3912340987", HERS["street"], HERS["note"], HERS["invoice_title"],
    HERS["invoice_tax_number"], WORDS,
]  # fmt: skip


def found_in_the_clear() -> list[str]:
    """Table and secret, wherever a row holds one as text or as bytes."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            for secret in SECRET:
                cursor.execute(
                    f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s OR t::text LIKE %s',  # noqa: S608 - our own tables
                    [f"%{secret}%", f"%{secret.encode().hex()}%"],
                )
                if cursor.fetchone()[0]:
                    found.append(f"{table}: {secret}")
    return found


def buy(alice, market) -> Order:
    answer = alice.post("/checkout", once(market, address="new", **HERS))
    assert answer.status_code == 302
    return Order.objects.latest("placed_at")


def test_nothing_of_hers_stands_in_the_clear_and_erasing_leaves_noise(alice, market, caplog):
    caplog.set_level("DEBUG")
    buy(alice, market)
    alice.post(f"/shop/{market.shop.code}/ask", {"text": WORDS})
    first = Order.objects.get()
    alice.post(f"/orders/{first.code}/address", HOME | HERS | {"address": "new"})
    trade.pay(first, at=now())
    trade.ship(first, at=now())
    trade.deliver(first, at=now())
    alice.get(f"/orders/{first.code}")
    complete_orders(at=now() + 30 * DAY)
    exported = alice.get("/me/data/export").content.decode()
    assert [secret for secret in SECRET if secret not in exported] == []
    assert found_in_the_clear() == []

    answer = alice.post("/me/data/erasure", {"sure": "on"})
    assert answer.status_code == 200
    first.refresh_from_db()
    for blob in (first.sealed, market.alice.sealed):
        with pytest.raises(Erased):
            reveal(market.alice.pk, blob)
    assert found_in_the_clear() == []
    assert [secret for secret in SECRET if secret in caplog.text] == []
    assert alice.get(f"/orders/{first.code}").status_code == 302
    assert trade.is_sound()
