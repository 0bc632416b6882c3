"""Raw records: every table opens for the administrator; nothing can be changed or is secret."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from shoal.people.models import Person
from shoal.web.desk.records import shown_fields, site
from tests import trade

pytestmark = pytest.mark.django_db
MODELS = sorted(site._registry, key=lambda model: model._meta.label)


@pytest.fixture
def traded(market):
    order = trade.order(market)
    trade.pay(order)
    return market


def test_each_table_and_record_opens(olga, traded, django_assert_max_num_queries, subtests):
    for model in MODELS:
        with subtests.test(model._meta.label):
            opens(olga, model, django_assert_max_num_queries)


def opens(olga: Client, model: type[Model], django_assert_max_num_queries: Any) -> None:
    names = (model._meta.app_label, model._meta.model_name)
    with django_assert_max_num_queries(9):
        listed = olga.get(reverse("records:{}_{}_changelist".format(*names)))
    assert listed.status_code == 200
    record = model.objects.order_by("-pk").first()
    if record is not None:
        address = reverse("records:{}_{}_change".format(*names), args=[record.pk])
        assert olga.get(address).status_code == 200
        assert olga.post(address, {"state": "x"}).status_code == 405


def test_nothing_sealed_is_shown(olga, traded):
    assert {field.name for field in shown_fields(Person)} == {
        "id", "code", "language", "created_at", "erased_at", "is_active",
    }  # fmt: skip
    alice = traded.alice
    page = olga.get(reverse("records:people_person_change", args=[alice.pk])).content.decode()
    assert alice.code in page
    assert "sealed" not in page
    assert "password" not in page


def test_only_the_administrator_comes_in(sign_in, market):
    for role in ("vetting", "money", "care"):
        assert sign_in(role).get(reverse("records:index")).status_code == 403
    assert Client().get(reverse("records:index")).status_code == 302


def test_its_policy_is_its_own_and_no_other_page_has_it(olga, market):
    policy = olga.get(reverse("records:index"))["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval'" in policy
    assert "script-src 'self' 'unsafe-eval' 'unsafe-inline'" not in policy
    ours = olga.get(reverse("desk:today"))["Content-Security-Policy"]
    assert "unsafe" not in ours


def test_looking_writes_nothing(olga, traded):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_admin_log")
        before = cursor.fetchone()
        olga.get(reverse("records:orders_order_changelist"))
        cursor.execute("SELECT count(*) FROM django_admin_log")
        assert cursor.fetchone() == before
