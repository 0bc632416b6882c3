"""Shared pages are kept until what they show changes, and not a moment longer."""

import threading
from collections.abc import Callable
from datetime import timedelta
from time import monotonic
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from shoal.kit.changes import Changes
from shoal.kit.clock import now
from shoal.kit.transactions import operation
from shoal.shelves.operations import write_words
from shoal.shops.models import Shop
from shoal.stock.models import Allotment
from shoal.web.kept.moments import MOMENTS
from shoal.web.kept.pages import KeepPages, Pages, keep
from tests import trade

pytestmark = pytest.mark.django_db


@pytest.fixture
def market() -> trade.Market:
    return trade.open_market(stock=50)


@pytest.fixture
def address(market: trade.Market) -> str:
    return f"/shop/{market.shop.code}/p/{market.offer.sku.product.code}"


def heard(
    changes: Changes, shop: UUID, brands: set[UUID] | None, act: Callable[[], object]
) -> bool:
    """Whether a page of `shop` with goods of `brands` is out of date after `act`."""
    number = changes.now()
    act()
    changes.now()
    return changes.since(number, {shop, *(brands or ())}, any_brand=brands is None)


def test_a_page_is_rendered_once(client: Client, address: str) -> None:
    client.get(address)  # what was changed before is heard of now, once
    first = client.get(address)
    with CaptureQueriesContext(connection) as asked:
        second = client.get(address)
    assert first.status_code == second.status_code == 200
    assert second.content == first.content
    assert second.headers == first.headers
    assert len(asked) == 1  # whether anything has changed


def test_languages_and_themes_have_pages_of_their_own(client: Client, address: str) -> None:
    chinese = client.get(address, headers={"Accept-Language": "zh-CN"})
    english = client.get(address, headers={"Accept-Language": "en"})
    assert chinese["Content-Language"] == "zh-hans"
    assert english["Content-Language"] == "en"
    client.cookies["theme"] = "dark"
    dark = client.get(address, headers={"Accept-Language": "en"})
    assert dark.content != english.content
    client.cookies["theme"] = "made up"
    with CaptureQueriesContext(connection) as asked:
        client.get(address, headers={"Accept-Language": "en"})
    assert len(asked) <= 1  # no page of its own, however many such cookies somebody sends


def test_a_change_of_the_shop_shows(client: Client, market: trade.Market, address: str) -> None:
    before = client.get(address).content.decode()
    Shop.objects.filter(id=market.shop.id).update(name="美的新店")
    after = client.get(address).content.decode()
    assert "美的新店" not in before
    assert "美的新店" in after


def test_her_words_show(client: Client, market: trade.Market, address: str) -> None:
    client.get(address)
    write_words(shop=market.shop, product=market.offer.sku.product, text="我自己也在穿")
    assert "我自己也在穿" in client.get(address).content.decode()


def test_what_is_sold_out_shows(client: Client, market: trade.Market, address: str) -> None:
    before = client.get(address)
    Allotment.objects.filter(id=market.offer.allotment_id).update(available=0, received=0)
    after = client.get(address)
    assert before.content != after.content


def test_an_order_among_many_units_changes_no_page(market: trade.Market) -> None:
    changes, brand = Changes(every=0), market.brand.id
    assert not heard(changes, market.shop.id, {brand}, lambda: trade.order(market))
    low = Allotment.objects.filter(id=market.offer.allotment_id)
    low.update(available=15, received=16)
    assert heard(changes, market.shop.id, {brand}, lambda: trade.order(market))


def test_a_page_hears_of_its_own_shop_and_brand_alone(market: trade.Market) -> None:
    changes = Changes(every=0)

    def renamed() -> None:
        Shop.objects.filter(id=market.shop.id).update(name="新")

    assert heard(changes, market.shop.id, {market.brand.id}, renamed)
    assert not heard(changes, uuid4(), {market.brand.id}, renamed)

    def withdrawn() -> None:
        type(market.offer).objects.filter(id=market.offer.id).update(per_customer=3)

    assert heard(changes, uuid4(), {market.brand.id}, withdrawn)
    assert heard(changes, uuid4(), None, withdrawn)
    assert not heard(changes, uuid4(), {uuid4()}, withdrawn)


def test_what_the_clock_opens_and_closes_is_heard(
    market: trade.Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends_at = now() + timedelta(minutes=5)
    type(market.offer).objects.filter(id=market.offer.id).update(closes_at=ends_at)
    changes = Changes(every=0)
    changes.follow(MOMENTS)
    number = changes.now()
    changes.now()
    assert not changes.since(number, [uuid4()])
    monkeypatch.setattr("shoal.kit.clock.now", lambda: ends_at)
    changes.now()
    assert changes.since(number, [uuid4()])


def test_who_has_not_asked_for_long_trusts_nothing_she_kept(market: trade.Market) -> None:
    """Changes are tidied away after an hour: at night nobody may have asked for longer."""
    changes = Changes(every=0)
    number = changes.now()
    Shop.objects.filter(id=market.shop.id).update(name="新")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM web_change")
    assert changes._heard_at
    changes._heard_at -= timedelta(hours=1)
    changes.now()
    assert changes.since(number, [market.shop.id])


@pytest.mark.django_db(transaction=True)
def test_a_change_that_was_under_way_when_we_asked_is_not_missed(market: trade.Market) -> None:
    changes = Changes(every=0)
    written, go_on = threading.Event(), threading.Event()

    @operation
    def rename_slowly() -> None:
        Shop.objects.filter(id=market.shop.id).update(name="慢")
        written.set()
        go_on.wait(10)

    def rename() -> None:
        rename_slowly()
        connection.close()

    slow = threading.Thread(target=rename)
    slow.start()
    assert written.wait(10)
    number = changes.now()
    Shop.objects.exclude(id=market.shop.id).update(name="快")  # a later transaction, over sooner
    changes.now()
    assert not changes.since(number, [market.shop.id])
    go_on.set()
    slow.join(10)
    changes.now()
    assert changes.since(number, [market.shop.id])


def test_changes_of_which_everybody_has_heard_are_tidied_away(market: trade.Market) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE web_change SET at = at - interval '2 hours', owner = %s", [uuid4()])
        cursor.execute("SELECT count(*) FROM web_change")
        old = cursor.fetchone()[0]
        cursor.execute("SELECT setseed(0.5)")
        for number in range(5_000):
            cursor.execute(
                "UPDATE shops_shop SET name = %s WHERE id = %s", [str(number), market.shop.id]
            )
        cursor.execute("SELECT count(*) FROM web_change WHERE at < now() - interval '1 hour'")
        assert old > 0
        assert cursor.fetchone()[0] == 0


def page(text: str, shop: UUID, *, cookie: str = "") -> HttpResponse:
    made = HttpResponse(text)
    if cookie:
        made.set_cookie("own", cookie)
    keep(made, shop=shop, brands=set())
    return made


def test_a_page_that_sets_a_cookie_or_is_nobodys_is_never_kept() -> None:
    pages, shop = Pages(Changes(every=0)), uuid4()
    answers = iter(["first", "second"])
    for _ in range(2):
        pages.answer(("own",), lambda: page(next(answers), shop, cookie="alice"))
    assert next(answers, None) is None
    personal = iter(["hers", "his"])
    told = [pages.answer(("me",), lambda: HttpResponse(next(personal))) for _ in range(2)]
    assert [response.content for response in told] == [b"hers", b"his"]


def test_the_least_asked_for_goes_first() -> None:
    pages, shop = Pages(Changes(every=0), most_bytes=4_100), uuid4()
    for name in ("a", "b", "a", "c"):
        pages.answer((name,), lambda: page("x" * 10, shop))
    rendered = []
    for name in ("a", "b"):
        pages.answer((name,), lambda name=name: rendered.append(name) or page("x", shop))
    assert rendered == ["b"]


@pytest.mark.parametrize(("query", "rendered"), [("x=1", 1), ("x=" + "a" * 300, 2)])
def test_made_up_queries_are_not_kept(query: str, rendered: int) -> None:
    made: list[HttpResponse] = []

    def render(_request: object) -> HttpResponse:
        made.append(page("x", uuid4()))
        return made[-1]

    keeping = KeepPages(render)
    for _ in range(2):
        keeping(RequestFactory().get(f"/shop/a?{query}"))
    assert len(made) == rendered


def test_what_two_render_at_once_is_counted_once() -> None:
    pages, shop = Pages(Changes(every=0)), uuid4()
    both = threading.Barrier(2)

    def slowly() -> HttpResponse:
        both.wait(10)
        return page("x" * 10, shop)

    threads = [threading.Thread(target=pages.answer, args=(("a",), slowly)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    pages.answer(("a",), lambda: page("y", shop))
    pages._drop(("a",))
    assert pages._bytes == 0


def test_while_one_renders_a_page_whose_time_is_over_others_take_the_old_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pages, shop = Pages(Changes(every=60)), uuid4()
    pages.changes.ask()
    pages.answer(("home",), lambda: page("old", shop))
    monkeypatch.setattr("shoal.web.kept.pages.monotonic", lambda: monotonic() + 3_600)
    rendering, go_on, answers = threading.Event(), threading.Event(), []

    def slowly() -> HttpResponse:
        rendering.set()
        assert go_on.wait(10)
        return page("new", shop)

    first = threading.Thread(target=lambda: answers.append(pages.answer(("home",), slowly)))
    first.start()
    assert rendering.wait(10)
    assert pages.answer(("home",), lambda: page("twice", shop)).content == b"old"
    go_on.set()
    first.join(10)
    assert [answer.content for answer in answers] == [b"new"]
    assert pages.answer(("home",), lambda: page("twice", shop)).content == b"new"
