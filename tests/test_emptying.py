"""What a test committed is gone before the next one, even what nobody may delete."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connection

from tests import goods
from tests.emptying import empty_tables

pytestmark = pytest.mark.django_db(transaction=True)


def test_facts_go_and_what_comes_with_the_tables_stays():
    goods.active_brand()
    types = ContentType.objects.count()
    with pytest.raises(DatabaseError):
        ask("DELETE FROM brands_brandstep")
    empty_tables()
    assert not any(ask(f'SELECT FROM "{name}"') for name in tables())
    assert ContentType.objects.count() == types > 0
    empty_tables()


def test_triggers_are_on_again():
    goods.active_brand()
    empty_tables()
    goods.active_brand()
    with pytest.raises(DatabaseError):
        ask("DELETE FROM brands_brandstep")


def tables() -> set[str]:
    return set(connection.introspection.django_table_names()) - {
        "django_content_type", "auth_permission",
    }  # fmt: skip


def ask(query: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall() if cursor.description else []
