"""Her own data: seen, taken along, forgotten."""

import json

import pytest

from shoal.care import operations as care
from shoal.kit.clock import now
from shoal.people import operations, queries
from shoal.people.models import Person
from shoal.people.operations import NewPerson
from shoal.shops.models import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(client) -> Person:
    person = operations.add_people(entries=[NewPerson("13812345678", "王小美")], at=now())[0]
    client.force_login(person)
    return person


def test_she_sees_and_changes_her_name(client, alice):
    assert "王小美" in client.get("/me/data").content.decode()
    assert client.post("/me/data", {"name": "小美"})["Location"] == "/me/data"
    assert queries.profile(Person.objects.get()).name == "小美"


def test_she_takes_everything_along(client, alice):
    shop = Shop.objects.create(name="宝的店", currency="CNY", opened_at=now())
    care.ask(customer=alice, shop=shop, text="你好", at=now())
    response = client.get("/me/data/export")
    everything = json.loads(response.content)
    assert everything["person"]["phone"] == "+8613812345678"
    assert everything["conversations"][0]["messages"][0]["text"] == "你好"
    assert everything["orders"] == []
    assert "attachment" in response["Content-Disposition"]
    assert response["Cache-Control"] == "no-store"


def test_she_is_forgotten_only_when_she_is_sure(client, alice):
    assert client.post("/me/data/erasure", {}).status_code == 422
    assert queries.profile(Person.objects.get()).name == "王小美"
    assert client.post("/me/data/erasure", {"sure": "on"}).status_code == 200
    assert not Person.objects.get().is_active
    assert client.get("/me/data")["Location"].startswith("/sign-in/")
