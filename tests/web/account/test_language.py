"""Whoever reads pages in another language is written to in it from then on."""

import pytest
from django.conf import settings

from shoal.people.models import Person
from tests.web.buy.browser import BACKEND, HERE

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(client):
    from tests import trade

    person = trade.open_market().alice
    client.force_login(person, backend=BACKEND)
    return person


@pytest.mark.parametrize(("chosen", "kept"), [("en", "en"), ("xx", "zh-hans")])
def test_the_language_chosen_is_that_of_her_messages(client, alice, chosen, kept):
    answer = client.post("/look/language/", {"language": chosen, "next": "/me"}, headers=HERE)
    assert answer["Location"] == "/me"
    assert Person.objects.get(pk=alice.pk).language == kept
    assert (settings.LANGUAGE_COOKIE_NAME in answer.cookies) == (chosen == kept)


def test_a_stranger_chooses_for_her_browser_alone(client):
    client.post("/look/language/", {"language": "en", "next": "/me"}, headers=HERE)
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"
