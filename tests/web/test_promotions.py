"""Promotions as brand, keeper and operator make, start, watch and stop them."""

import pytest
from django.test import Client

from shoal.kit import clock
from shoal.people.operations import NewPerson, add_people
from shoal.people.operations.invitations import appoint_operator
from shoal.promotions.models import Promotion
from shoal.promotions.rules import Funder
from tests.goods import scheduled_sale
from tests.promotions.makers import claim, lasting
from tests.trade import AT, DAY, open_market, order, standing_offer
from tests.web.supply.cast import hired, signed_in

pytestmark = pytest.mark.django_db
COUPON = {
    "title_zh": "见面礼", "title_en": "Welcome", "amount": "10", "threshold": "50",
    "per_person": "1", "from_at": "2026-05-01T00:00", "claim_until_at": "2099-05-01T00:00",
    "until_at": "2099-06-01T00:00",
}  # fmt: skip
FACES = ["/supply/promotions", "/keep/me/coupons", "/desk/promotions"]
FUNDERS = dict(zip(FACES, ("brand", "keeper", "platform"), strict=True))


@pytest.fixture
def market():
    return open_market()


@pytest.fixture
def clients(market) -> dict[str, Client]:
    """Who may give promotions, by the address of her page."""
    mei = Client(headers={"accept-language": "en"})
    mei.force_login(market.mei, backend="shoal.web.account.backend.PeopleBackend")
    olga = add_people(entries=[NewPerson("13900000001", "Olga")], at=AT)[0]
    appoint_operator(person=olga, role="money", at=AT)
    return dict(zip(FACES, (hired(market.brand).goods, mei, signed_in(olga)), strict=True))


@pytest.mark.parametrize("face", FACES)
def test_a_coupon_is_made_started_watched_and_stopped(face, clients, market):
    client = clients[face]
    assert "No " in client.get(face).content.decode()
    made = client.post(f"{face}/new", COUPON)
    promotion = Promotion.objects.get()
    here = f"{face}/{promotion.code}"
    assert made["Location"] == here
    assert (promotion.funder, promotion.amount_minor, promotion.state) == (
        FUNDERS[face], 1_000, "draft",
    )  # fmt: skip
    client.post(f"{here}/start")
    coupon = claim(market, promotion)
    order(market, coupons=(coupon.code,))
    text = client.get(here).content.decode()
    assert "10.00" in text
    assert "style=" not in text
    assert "Welcome" in client.get(face).content.decode()
    client.post(f"{here}/stop", {"reason": "enough"})
    promotion.refresh_from_db()
    assert promotion.state == "stopped"
    assert "enough" in client.get(here).content.decode()


@pytest.mark.parametrize("face", FACES)
def test_what_is_wrong_is_said_beside_the_form(face, clients):
    answer = clients[face].post(f"{face}/new", COUPON | {"until_at": "2026-05-01T00:00"})
    assert answer.status_code == 422
    assert "A window ends after it begins" in answer.content.decode()
    answer = clients[face].post(f"{face}/new", COUPON | {"amount": "ten"})
    assert answer.status_code == 422
    assert not Promotion.objects.exists()


def test_a_brand_makes_a_gift_and_a_bundle(clients, market):
    client, other = clients[FACES[0]], standing_offer(market.brand)
    window = {key: COUPON[key] for key in ("title_zh", "from_at", "until_at")}
    gift = window | {"threshold": "100", "offer_1": other.code}
    bundle = window | {
        "amount": "180", "offer_1": market.offer.code, "offer_2": other.code, "many_2": "1",
    }  # fmt: skip
    assert client.post(f"{FACES[0]}/new?kind=gift", gift).status_code == 302
    assert client.post(f"{FACES[0]}/new?kind=bundle", bundle).status_code == 302
    assert sorted(Promotion.objects.values_list("kind", flat=True)) == ["bundle", "gift"]
    for row in Promotion.objects.all():
        assert client.get(f"{FACES[0]}/{row.code}").status_code == 200
    dear = client.post(f"{FACES[0]}/new?kind=bundle", bundle | {"amount": "200"})
    assert "has to cost less" in dear.content.decode()


def test_a_keeper_makes_coupons_only_and_gets_a_link(clients, market):
    client = clients[FACES[1]]
    text = client.get(f"{FACES[1]}/new?kind=bundle").content.decode()
    assert "Bundle" not in text
    hers = lasting(market, Funder.KEEPER)
    text = client.get(f"{FACES[1]}/{hers.code}").content.decode()
    assert f"/shop/{market.shop.code}/coupons/{hers.code}" in text


def test_the_operator_sees_everybodys_and_stops_only_her_own(clients, market):
    brands = lasting(market, Funder.BRAND)
    client = clients[FACES[2]]
    assert brands.code in client.get("/desk/promotions/all").content.decode()
    text = client.get(f"/desk/promotions/{brands.code}").content.decode()
    assert "Stop it" not in text
    assert client.post(f"/desk/promotions/{brands.code}/stop").status_code == 404
    brands.refresh_from_db()
    assert brands.state == "running"


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("far", ["0001-01-01T00:00", "9999-12-31T23:59", "0000-01-01T00:00"])
def test_no_moment_lies_beyond_the_calendar(face, far, clients):
    """What a database could keep, and no page could show any more."""
    for name in ("from_at", "until_at"):
        answer = clients[face].post(f"{face}/new", COUPON | {name: far})
        assert answer.status_code == 422
        assert "a year between 2000 and 2199" in answer.content.decode()
    assert not Promotion.objects.exists()


def test_goods_in_a_sale_are_told_from_the_same_goods_outside(clients, market):
    limited = standing_offer(market.brand, per_customer=1)
    product = market.offer.sku.product
    ends_at = clock.now() + DAY
    scheduled_sale(market.brand, product, starts_at=AT - DAY, ends_at=ends_at)
    text = clients[FACES[0]].get(f"{FACES[0]}/new?kind=bundle").content.decode()
    words = f"{market.brand.name} · {product.title} {market.offer.sku.label}".strip()
    assert f"{words} · ¥100.00</option>" in text
    assert f"{words} · ¥100.00 in “Summer sale”</option>" in text
    gifts = clients[FACES[0]].get(f"{FACES[0]}/new?kind=gift").content.decode()
    assert limited.code in text
    assert limited.code not in gifts


def test_a_gift_costs_goods_and_no_money(clients, market):
    other = standing_offer(market.brand)
    given = lasting(market, Funder.BRAND, Promotion.Kind.GIFT, threshold=100, parts={other.code: 1})
    order(market)
    for page in ("", f"/{given.code}"):
        text = clients[FACES[0]].get(f"{FACES[0]}{page}").content.decode()
        assert "the goods" in text
        assert "¥0.00" not in text
