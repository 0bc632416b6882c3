"""Parcels: shipped one by one and by sheet, split, problems, and whose addresses they are."""

import io

import pytest
from django.test import Client
from django.urls import reverse

from shoal.kit.clock import now
from shoal.orders.models import Parcel
from shoal.people.models import Person
from tests import goods, trade
from tests.trade import standing_offer
from tests.web.buy.browser import BACKEND
from tests.web.supply.cast import hired, signed_in

pytestmark = pytest.mark.django_db


def url(name: str, *args: str) -> str:
    return reverse(f"supply:{name}", args=args)


@pytest.fixture
def parcel(market) -> Parcel:
    order = trade.order(market, at=now())
    trade.pay(order, at=now())
    return order.parcels.get()


def test_a_parcel_is_shipped_and_arrives(staff, parcel):
    page = staff.warehouse.get(url("parcel", parcel.code)).content.decode()
    assert "李爱丽" in page
    assert "海边路 1 号" in page
    sent = {"carrier": "顺丰速运", "tracking": "SF100"}
    assert staff.warehouse.post(url("ship", parcel.code), sent).status_code == 302
    parcel.refresh_from_db()
    assert (parcel.state, parcel.tracking) == ("shipped", "SF100")
    assert staff.warehouse.post(url("arrive", parcel.code)).status_code == 302
    parcel.refresh_from_db()
    assert parcel.state == "delivered"


@pytest.mark.parametrize(("wish", "told"), [
    ({"invoice": "personal"}, "For a person · 李爱丽"),
    (
        {"invoice": "company", "invoice_title": "听潮有限公司", "invoice_tax_number": "91330100M"},
        "For a company · 听潮有限公司 · 91330100M",
    ),
])  # fmt: skip
def test_an_invoice_that_is_wanted_is_told(staff, market, monkeypatch, wish, told):
    monkeypatch.setattr(trade, "HOME", trade.HOME | wish)
    order = trade.order(market, at=now())
    trade.pay(order, at=now())
    page = staff.warehouse.get(url("parcel", order.parcels.get().code)).content.decode()
    assert f'<span class="soft">Invoice</span> {told}</p>' in page
    alice = Client(headers={"accept-language": "en"})
    alice.force_login(market.alice, backend=BACKEND)
    hers = alice.get(reverse("buy:order", args=[order.code])).content.decode()
    assert f"Invoice: {told}</p>" in hers


def test_without_a_number_nothing_is_shipped(staff, parcel):
    page = staff.warehouse.post(url("ship", parcel.code), {"carrier": "顺丰速运"})
    assert page.status_code == 422
    parcel.refresh_from_db()
    assert parcel.state == "waiting"


def test_a_list_names_goods_and_nobody(staff, parcel):
    page = staff.warehouse.get(url("parcels")).content.decode()
    assert parcel.code in page
    assert "爱丽" not in page
    assert "海边路" not in page


def test_a_problem_is_told_and_listed(staff, parcel):
    staff.warehouse.post(url("problem", parcel.code), {"reason": "the kiln is broken"})
    parcel.refresh_from_db()
    assert parcel.problem == "the kiln is broken"
    page = staff.warehouse.get(url("parcels"), {"state": "problem"})
    assert [row.code for row in page.context["rows"]] == [parcel.code]
    assert "the kiln is broken" in staff.owner.get(url("today")).content.decode()


def test_a_parcel_is_split(staff, market):
    offers = (market.offer, standing_offer(market.brand))
    order = trade.order(market, offers=offers, at=now())
    trade.pay(order, at=now())
    parcel = order.parcels.get()
    line = parcel.lines.order_by("number")[1]
    assert (
        staff.warehouse.post(url("split", parcel.code), {"line": str(line.id)}).status_code == 302
    )
    assert order.parcels.count() == 2
    assert staff.warehouse.post(url("split", parcel.code), {}).status_code == 409
    assert order.parcels.count() == 2


def sheet(text: str) -> io.BytesIO:
    file = io.BytesIO(text.encode())
    file.name = "numbers.csv"
    return file


def test_numbers_come_back_in_a_sheet(staff, market, parcel):
    text = f"parcel,carrier,tracking\n{parcel.code},顺丰,SF1\nnobody,顺丰,SF2\n"
    page = staff.warehouse.post(url("check-tracking"), {"file": sheet(text)})
    assert [fault["row"] for fault in page.context["faults"]] == [3]
    parcel.refresh_from_db()
    assert parcel.state == "waiting"
    rows = page.context["packed"]
    assert staff.warehouse.post(url("run-tracking"), {"rows": rows}).status_code == 302
    parcel.refresh_from_db()
    assert (parcel.state, parcel.tracking) == ("shipped", "SF1")
    again = staff.warehouse.post(url("run-tracking"), {"rows": rows})
    assert again.context["told"].startswith("0 parcels")


def test_what_was_checked_for_one_brand_ships_nothing_of_another(staff, market, parcel):
    text = f"parcel,carrier,tracking\n{parcel.code},顺丰,SF1\n"
    rows = staff.warehouse.post(url("check-tracking"), {"file": sheet(text)}).context["packed"]
    other = goods.active_brand(name="Nordwind")
    stranger = signed_in(Person.objects.get(brand_roles__brand=other))
    assert stranger.post(url("run-tracking"), {"rows": rows}).status_code == 409
    assert stranger.post(url("run-tracking"), {"rows": "made up"}).status_code == 409
    parcel.refresh_from_db()
    assert parcel.state == "waiting"


def test_only_owner_and_warehouse_take_the_sheet_with_addresses(staff, parcel):
    for client in (staff.owner, staff.warehouse):
        answer = client.get(url("download-parcels"), {"as": "csv"})
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        assert "李爱丽" in text
        assert answer["Cache-Control"] == "no-store"
    for client in (staff.goods, staff.money):
        assert client.get(url("download-parcels"), {"as": "csv"}).status_code == 403
        assert client.get(url("parcel", parcel.code)).status_code == 403


def test_another_brands_parcel_is_not_found(db, parcel):
    other = hired(goods.active_brand(name="Nordwind"))
    assert other.warehouse.get(url("parcel", parcel.code)).status_code == 404
    sent = {"carrier": "顺丰", "tracking": "SF1"}
    assert other.warehouse.post(url("ship", parcel.code), sent).status_code == 404
    parcel.refresh_from_db()
    assert parcel.state == "waiting"
