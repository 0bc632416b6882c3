"""What visits leave: a fact on the disk of who served them, and nothing else."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client

from shoal.kit.clock import now
from shoal.traffic import stream
from shoal.traffic.operations import make_share
from tests import trade
from tests.realtime.nats import wait

pytestmark = pytest.mark.django_db
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Mobile"


@pytest.fixture
def told(settings, tmp_path: Path) -> Iterator[Callable[[int], list[dict[str, object]]]]:
    """What waits for a NATS that is nowhere."""
    settings.SHOAL_SPOOL, settings.SHOAL_NATS_URL = tmp_path, "nats://127.0.0.1:1"
    stream.publisher.cache_clear()

    def facts(count: int) -> list[dict[str, object]]:
        def lines() -> list[bytes]:
            return [line for path in tmp_path.glob("*") for line in path.read_bytes().splitlines()]

        wait(5, lambda: len(lines()) >= count)
        return [json.loads(line.partition(b" ")[2]) for line in lines()]

    yield facts
    stream.publisher().close()
    stream.publisher.cache_clear()


@pytest.fixture
def market():
    return trade.open_market()


def browser(**headers: str) -> Client:
    return Client(headers={"user-agent": _IPHONE, **headers})


def test_a_visit_and_what_was_opened(told, market):
    product = market.offer.sku.product
    share = make_share(
        shop=market.shop, thing="product", thing_code=product.code, by="mei", at=now()
    )
    alice = browser()
    alice.get(f"/s/{share.code}")
    page = f"http://testserver/shop/{market.shop.code}/p/{product.code}?x=1"
    alice.get(f"/shop/{market.shop.code}/corner?look=buy-bar", headers={"HX-Current-URL": page})
    visit, opened = told(2)
    assert (visit["kind"], visit["share"], visit["robot"]) == ("visit", share.code, False)
    assert (opened["kind"], opened["thing"], opened["thing_code"]) == (
        "open",
        "product",
        product.code,
    )
    assert visit["visitor"] == opened["visitor"] != ""
    assert visit["shop"] == str(market.shop.id)


def test_robots_are_marked_and_peeks_are_not_told(told, market):
    share = make_share(
        shop=market.shop, thing="shop", thing_code=market.shop.code, by="mei", at=now()
    )
    browser(**{"sec-purpose": "prefetch"}).get(f"/s/{share.code}")
    browser().head(f"/s/{share.code}")
    Client(headers={"user-agent": "curl/8"}).get(f"/s/{share.code}")
    browser(**{"sec-gpc": "1"}).get(f"/s/{share.code}")
    robot, shy = told(2)
    assert robot["robot"] is True
    assert (shy["robot"], shy["visitor"]) == (False, "")


@pytest.mark.django_db(transaction=True)
def test_her_pages_count_who_came(told, market):
    share = make_share(
        shop=market.shop, thing="shop", thing_code=market.shop.code, by="mei", at=now()
    )
    alice = browser()
    for client in (alice, alice, browser(), Client(headers={"user-agent": "curl/8"})):
        client.get(f"/s/{share.code}")
    told(4)
    stream.publisher().close()
    for path in stream.settings.SHOAL_SPOOL.glob("*.facts"):
        stream.take([line.partition(b" ")[2] for line in path.read_bytes().splitlines()])
    mei = Client(headers={"accept-language": "en"})
    mei.force_login(market.mei, backend="shoal.web.account.backend.PeopleBackend")
    assert mei.get("/keep/").context["visits"] == 3
    shown = mei.get("/keep/shares")
    came = shown.context["came"]
    assert (came.came.visits, came.came.visitors, came.robots) == (3, 2, 1)
    assert came.days[-1].shown == "3 · 2 different"
    assert shown.context["rows"][0].visits == 3
    assert "1 visit by a robot is not counted" in shown.content.decode()
    page = mei.get(f"/keep/shares/{share.code}").context["came"]
    assert (page.came.visits, page.came.visitors) == (3, 2)


@pytest.mark.parametrize("code", ["x" * 70_000, "thirteensigns", "a%20b"])
def test_what_a_browser_makes_up_is_not_told(told, market, code):
    alice = browser()
    corner, shop = f"/shop/{market.shop.code}/corner", f"http://testserver/shop/{market.shop.code}"
    alice.get(corner, headers={"HX-Current-URL": f"{shop}/p/{code}"})
    alice.get(corner, headers={"HX-Current-URL": shop})
    assert [fact["thing"] for fact in told(1)] == ["shop"]
