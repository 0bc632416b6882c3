"""Whole rows come in the shortest way, and are what Django would have read."""

import pytest
from django.db import transaction

from shoal.catalog.models import Category
from shoal.kit.asking import rows_of
from shoal.orders.models import Order, OrderLine
from shoal.people.models import Person, Terms
from tests import trade

pytestmark = pytest.mark.django_db(transaction=True)


def test_rows_are_what_the_orm_reads_of_every_kind_of_column() -> None:
    market = trade.open_market()
    trade.order(market)
    for model in (Order, OrderLine, Person, Terms, Category):
        known = {row.pk: row for row in model.objects.all()}
        read = {row.pk: row for row in rows_of(model, "", [])}
        assert read.keys() == known.keys()
        for key, row in read.items():
            for field in model._meta.concrete_fields:
                value = getattr(row, field.attname)
                assert value == getattr(known[key], field.attname), (model, field.attname)
            assert not row._state.adding
    assert Order.objects.exists()


def test_what_is_read_can_be_changed_and_saved_as_any_row() -> None:
    linen = Category.objects.create(code="linen", names={"zh": "亚麻", "en": "Linen"})
    (read,) = rows_of(Category, "WHERE code = %s", ["linen"])
    read.names = {**read.names, "en": "Flax"}
    read.save()
    linen.refresh_from_db()
    assert linen.names == {"zh": "亚麻", "en": "Flax"}


def test_rows_can_be_locked_on_the_way() -> None:
    Category.objects.create(code="linen", names={})
    with transaction.atomic():
        assert len(rows_of(Category, "WHERE code = %s FOR UPDATE", ["linen"])) == 1
    assert rows_of(Category, "WHERE code = %s", ["silk"]) == []
