"""Alice asks Mei: sealed, counted, limited, and nobody else's to read."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.care import operations, queries, rules
from shoal.care.models import Conversation, Message
from shoal.care.operations import NothingSaid, TooLong
from shoal.catalog.models import Product
from shoal.kit import vault
from shoal.kit.errors import NotFound
from shoal.people import operations as people
from shoal.people.models import Person
from shoal.people.operations import NewPerson
from shoal.people.steps import TooMany
from shoal.shops.models import Shop, ShopMember
from tests import goods, trade

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def person(phone: str, name: str) -> Person:
    return people.add_people(entries=[NewPerson(phone, name)], at=AT)[0]


def shop_of(keeper: Person, name: str) -> Shop:
    shop = Shop.objects.create(name=name, currency="CNY", opened_at=AT)
    ShopMember.objects.create(shop=shop, person=keeper, role="keeper", since_at=AT)
    return shop


@pytest.fixture
def alice(db) -> Person:
    return person("13812345678", "王爱丽")


@pytest.fixture
def mei(db) -> Person:
    return person("13912345678", "美")


@pytest.fixture
def shop(mei) -> Shop:
    return shop_of(mei, "美的店")


def test_a_question_and_its_answer(alice, mei, shop):
    product = goods.live_product(goods.active_brand(at=AT), at=AT)
    operations.ask(customer=alice, shop=shop, text=" 有 M 码吗？\n", at=AT, about="product",
                   about_code=product.code)  # fmt: skip
    talk = queries.talks_of_shop(shop=shop)[0]
    assert (talk.name, talk.last_text, talk.unread) == ("王**", "有 M 码吗？", 1)
    assert queries.unread_by_shop(shop=shop) == 1
    operations.read_as_shop(shop=shop, conversation=talk.code)
    assert queries.unread_by_shop(shop=shop) == 0
    operations.answer(by=mei, shop=shop, conversation=talk.code, text="有的", at=AT + MINUTE)
    assert queries.unread_by_customer(customer=alice) == 1
    said = queries.messages_for_customer(customer=alice, shop=shop)
    topic = queries.Topic(Message.About.PRODUCT, product.code, product.title)
    assert [(one.is_mine, one.text, one.topic) for one in said] == [
        (True, "有 M 码吗？", topic), (False, "有的", None),
    ]  # fmt: skip
    operations.read_as_customer(customer=alice, shop=shop)
    assert queries.unread_by_customer(customer=alice, shop=shop) == 0
    assert queries.talks_of_customer(customer=alice)[0].name == "美的店"


@pytest.mark.django_db
def test_only_what_these_two_may_talk_about_is_kept():
    market = trade.open_market()
    bobs, hers = trade.order(market, customer=market.bob), trade.order(market)
    draft = goods.live_product(market.brand, "D-1")
    Product.objects.filter(pk=draft.pk).update(state="draft")
    for minute, (about, code) in enumerate([
        ("product", "a/b"), ("product", draft.code), ("product", "x" * 5_000), ("order", bobs.code),
        ("order", market.offer.sku.product.code), ("case", "nothing"), ("weather", hers.code),
    ]):  # fmt: skip
        said = operations.ask(
            customer=market.alice, shop=market.shop, text="?", at=AT + minute * MINUTE,
            about=about, about_code=code,
        )  # fmt: skip
        assert (said.about, said.about_code) == ("", ""), (about, code)
    said = operations.ask(
        customer=market.alice, shop=market.shop, text="?", at=AT + 60 * MINUTE, about="order",
        about_code=hers.code,
    )  # fmt: skip
    assert (said.about, said.about_code) == ("order", hers.code)


def test_what_was_said_is_sealed_under_the_customers_key(alice, mei, shop):
    operations.ask(customer=alice, shop=shop, text="secret", at=AT)
    code = Conversation.objects.get().code
    operations.answer(by=mei, shop=shop, conversation=code, text="answer", at=AT)
    assert all(b"secret" not in bytes(row.sealed) for row in Message.objects.all())
    vault.erase(alice.pk)
    assert [one.text for one in queries.messages_for_shop(shop=shop, conversation=code)] == ["", ""]
    with pytest.raises(vault.Erased):
        operations.answer(by=mei, shop=shop, conversation=code, text="hello?", at=AT)
    assert Message.objects.count() == 2


def test_another_keeper_reads_and_says_nothing(alice, shop):
    bao = person("13712345678", "宝")
    baos = shop_of(bao, "宝的店")
    operations.ask(customer=alice, shop=shop, text="hello", at=AT)
    code = Conversation.objects.get().code
    for attempt in (
        lambda: queries.messages_for_shop(shop=baos, conversation=code),
        lambda: queries.talk_of_shop(shop=baos, conversation=code),
        lambda: operations.answer(by=bao, shop=baos, conversation=code, text="psst", at=AT),
    ):
        with pytest.raises(NotFound):
            attempt()
    operations.read_as_shop(shop=baos, conversation=code)
    assert queries.unread_by_shop(shop=shop) == 1
    assert queries.talks_of_shop(shop=baos) == []
    assert Message.objects.count() == 1


@pytest.mark.parametrize(("text", "refusal"), [
    ("", NothingSaid), (" \n\t ", NothingSaid), ("x" * 1_001, TooLong),
])  # fmt: skip
def test_what_cannot_be_said(alice, shop, text, refusal):
    with pytest.raises(refusal):
        operations.ask(customer=alice, shop=shop, text=text, at=AT)
    assert not Conversation.objects.exists()


def test_nobody_floods_a_keeper(alice, shop):
    for _ in range(rules.PER_MINUTE.most):
        operations.ask(customer=alice, shop=shop, text="hello", at=AT)
    with pytest.raises(TooMany):
        operations.ask(customer=alice, shop=shop, text="hello", at=AT)
    assert Message.objects.count() == rules.PER_MINUTE.most
    assert queries.unread_by_shop(shop=shop) == rules.PER_MINUTE.most
    operations.ask(customer=alice, shop=shop, text="hello", at=AT + MINUTE)


def test_an_export_tells_both_sides(alice, mei, shop):
    operations.ask(customer=alice, shop=shop, text="hello", at=AT)
    code = Conversation.objects.get().code
    operations.answer(by=mei, shop=shop, conversation=code, text="hi", at=AT + MINUTE)
    export = queries.export_of(alice)
    assert export[0]["shop"] == "美的店"
    assert [(one["by"], one["text"]) for one in export[0]["messages"]] == [
        ("me", "hello"), ("shop", "hi"),
    ]  # fmt: skip


@given(st.text())
def test_a_text_is_stable_and_printable(typed):
    clean = rules.parse_text(typed)
    assert rules.parse_text(clean) == clean
    assert all(sign == "\n" or sign.isprintable() for sign in clean)
