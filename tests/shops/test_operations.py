import pytest
from django.db import IntegrityError

from shoal.kit.errors import NotFound
from shoal.kit.pictures import NoPicture
from shoal.shops import doctor, operations, queries
from shoal.shops.models import Shop, ShopMember, ShopStep
from shoal.shops.operations import (
    AlreadyOpen,
    Look,
    NameMissing,
    NameTooLong,
    ReasonMissing,
    WrongShopState,
)
from tests.goods import AT, DAY, OLGA, person, picture

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mei():
    return person()


@pytest.fixture
def meis(mei):
    return operations.open_shop(person=mei, name="美的小店", currency="CNY", at=AT)


def facts(shop: Shop) -> tuple[object, ...]:
    row = Shop.objects.get(id=shop.id)
    return row.name, row.greeting, row.state, row.palette, row.version, row.steps.count()


def test_a_shop_opens_at_once(mei, meis):
    assert (meis.state, meis.currency, meis.name) == ("open", "CNY", "美的小店")
    assert queries.shops_of(person=mei) == [meis]
    assert queries.keepers_of(shops=[meis.id]) == {meis.id: mei.id}
    assert queries.keeper_of(shop=meis) == mei
    [step] = queries.steps_of(shop=meis)
    assert (step.state, step.by, step.at) == ("open", mei.code, AT)
    assert queries.shop_by_code(code=meis.code) == meis


@pytest.mark.parametrize(
    ("name", "refusal"), [("  ", NameMissing), ("美" * 41, NameTooLong), ("美的小店", AlreadyOpen)]
)
def test_a_bad_name_opens_nothing(mei, meis, name, refusal):
    with pytest.raises(refusal):
        operations.open_shop(person=mei, name=name, currency="CNY", at=AT)
    assert Shop.objects.count() == ShopMember.objects.count() == ShopStep.objects.count() == 1


def test_another_person_may_use_the_same_name(meis):
    operations.open_shop(person=person(), name=meis.name, currency="CNY", at=AT)
    assert Shop.objects.filter(name=meis.name).count() == 2


def test_unknown_code_is_not_found(meis):
    with pytest.raises(NotFound):
        queries.shop_by_code(code="nothing")


def test_it_rests_and_opens_again(mei, meis):
    operations.pause_shop(shop=meis, reason="带孩子", by=mei.code, at=AT + DAY)
    operations.resume_shop(shop=meis, by=mei.code, at=AT + 2 * DAY)
    steps = queries.steps_of(shop=meis)
    assert [step.state for step in steps] == ["open", "paused", "open"]
    assert steps[1].reason == "带孩子"
    meis.refresh_from_db()
    assert (meis.state, meis.version) == ("open", 3)


def test_steps_are_never_edited(meis):
    with pytest.raises(Exception, match="never edited"):
        ShopStep.objects.filter(shop=meis).update(reason="other")


def test_a_keeper_cannot_lift_a_suspension(mei, meis):
    operations.suspend_shop(shop=meis, reason="fake goods", by=OLGA, at=AT)
    before = facts(meis)
    for attempt in (
        lambda: operations.resume_shop(shop=meis, by=mei.code, at=AT),
        lambda: operations.pause_shop(shop=meis, by=mei.code, at=AT),
    ):
        with pytest.raises(WrongShopState):
            attempt()
    assert facts(meis) == before
    operations.restore_shop(shop=meis, reason="cleared up", by=OLGA, at=AT)
    assert Shop.objects.get(id=meis.id).state == "open"


def test_a_suspension_needs_a_reason_and_lifting_one_a_suspension(meis):
    before = facts(meis)
    with pytest.raises(ReasonMissing):
        operations.suspend_shop(shop=meis, reason=" ", by=OLGA, at=AT)
    with pytest.raises(WrongShopState):
        operations.restore_shop(shop=meis, reason="why not", by=OLGA, at=AT)
    assert facts(meis) == before


def test_words_change(meis):
    operations.describe_shop(shop=meis, name=" 美  和海 ", greeting=" 你好 ")
    row = Shop.objects.get(id=meis.id)
    assert (row.name, row.greeting, row.version) == ("美 和海", "你好", 2)
    before = facts(meis)
    with pytest.raises(NameTooLong):
        operations.describe_shop(shop=meis, name="美", greeting="长" * 201)
    assert facts(meis) == before


def test_look_changes(meis):
    look = Look("plum", ["goods", "pinned", "nonsense"], banner=picture(1200, 400))
    changed = operations.change_look(shop=meis, look=look)
    assert changed.blocks == ["goods", "pinned", "sales", "trailers"]
    assert changed.banner.name.startswith("pictures/")
    operations.change_look(shop=meis, look=Look("plum"))
    assert Shop.objects.get(id=meis.id).banner.name == changed.banner.name
    operations.change_look(shop=meis, look=Look("nonsense", banner=b""))
    row = Shop.objects.get(id=meis.id)
    assert (row.palette, row.banner.name) == ("sea", "")


def test_what_is_no_picture_changes_nothing(meis):
    before = facts(meis)
    with pytest.raises(NoPicture):
        operations.change_look(shop=meis, look=Look("plum", banner=b"<svg onload=alert(1)>"))
    assert facts(meis) == before


def test_one_keeper_at_a_time(meis):
    with pytest.raises(IntegrityError):
        ShopMember.objects.create(shop=meis, person=person(), role="keeper", since_at=AT)


def test_doctor_sees_a_state_without_a_step_and_a_shop_without_a_keeper(meis):
    assert all(check.ok for check in doctor.checks())
    Shop.objects.filter(id=meis.id).update(state="suspended")
    ShopMember.objects.filter(shop=meis).update(until_at=AT)
    assert [check.ok for check in doctor.checks()] == [False, False]
