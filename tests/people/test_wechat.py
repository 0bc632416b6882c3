"""One person, known by her phone and by WeChat."""

from datetime import UTC, datetime

import pytest

from shoal.kit import vault
from shoal.people import operations, queries
from shoal.people.models import Identity, Person
from shoal.people.operations import NewPerson, WechatTaken

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, tzinfo=UTC)
OPENID, OTHER = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", "oUpF8uN95-Ptaags6E_roPHg7AG0"


@pytest.fixture
def people() -> list[Person]:
    entries = [NewPerson("13812345678", "李爱丽"), NewPerson("13812345679", "Bob")]
    return operations.add_people(entries=entries, at=AT)


def fresh(person: Person) -> Person:
    return Person.objects.get(pk=person.pk)


def test_wechat_is_one_more_identity(people):
    alice, bob = people
    for _ in range(2):
        operations.know_wechat(person=alice, openid=OPENID, at=AT)
    assert set(alice.identities.values_list("kind", flat=True)) == {"phone", "wechat"}
    assert queries.person_by_wechat(OPENID) == alice
    assert queries.wechat_of(fresh(alice)) == OPENID
    assert queries.profile(fresh(alice)).name == "李爱丽"
    assert queries.wechat_of(fresh(bob)) == ""


def test_a_second_account_of_hers_is_hers_too(people):
    alice, _ = people
    operations.know_wechat(person=alice, openid=OPENID, at=AT)
    operations.know_wechat(person=alice, openid=OTHER, at=AT)
    assert queries.person_by_wechat(OPENID) == queries.person_by_wechat(OTHER) == alice
    assert queries.wechat_of(fresh(alice)) == OTHER


def test_an_account_never_moves_to_another_person(people):
    alice, bob = people
    operations.know_wechat(person=alice, openid=OPENID, at=AT)
    with pytest.raises(WechatTaken):
        operations.know_wechat(person=bob, openid=OPENID, at=AT)
    assert queries.person_by_wechat(OPENID) == alice
    assert queries.wechat_of(fresh(bob)) == ""
    assert bob.identities.count() == 1


def test_it_stands_nowhere_in_plain_text(people):
    alice, _ = people
    operations.know_wechat(person=alice, openid=OPENID, at=AT)
    identity = Identity.objects.get(kind="wechat")
    assert OPENID.encode() not in bytes(identity.blind_index) + bytes(fresh(alice).sealed)
    assert queries.export_of(fresh(alice))["wechat"] == OPENID


def test_erased_with_her(people):
    alice, bob = people
    operations.know_wechat(person=alice, openid=OPENID, at=AT)
    sealed = bytes(fresh(alice).sealed)
    operations.erase_person(person=alice, at=AT)
    assert queries.person_by_wechat(OPENID) is None
    with pytest.raises(vault.Erased):
        vault.reveal(alice.pk, sealed)
    operations.know_wechat(person=bob, openid=OPENID, at=AT)
    assert queries.person_by_wechat(OPENID) == bob
