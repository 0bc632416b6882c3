"""The outbox says truly who can open it."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("anywhere", [False, True])
def test_the_outbox_says_who_can_open_it(client, monkeypatch, anywhere):
    if anywhere:
        monkeypatch.setenv("SHOAL_HOST", "0.0.0.0")  # noqa: S104 - an open port is what this is about
        monkeypatch.setenv("SHOAL_OUTBOX_ANYWHERE", "yes")
    text = client.get("/outbox", headers={"accept-language": "en"}).content.decode()
    assert ("Only this machine can open this page." in text) != anywhere
    assert ("Whoever reaches this site can open this page" in text) == anywhere
