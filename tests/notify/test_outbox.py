"""Messages out: sealed, shown on loopback only, carried by a provider, shredded after two days."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMessage

from shoal.kit import vault
from shoal.kit.errors import NotFound
from shoal.kit.transactions import OutsideTransaction, one_transaction
from shoal.notify import operations, providers, queries, steps, ways
from shoal.notify.mail import Backend
from shoal.notify.models import Outgoing
from shoal.notify.providers import NoMail, NoTexts, NotTaken
from shoal.notify.rules import is_loopback

pytestmark = pytest.mark.django_db

EVERYWHERE = "0.0.0.0"  # noqa: S104 - the very thing that is refused
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Recorder:
    """A provider of text messages that a test can look into; it refuses when told to."""

    taken: list[tuple[str, str, str]]
    busy = False

    def __init__(self) -> None:
        self.taken = []

    def send(self, *, to: str, text: str, key: str) -> None:
        if self.busy:
            raise NotTaken
        self.taken.append((to, text, key))


def send(text: str = "hello", *, at: datetime = AT) -> None:
    with one_transaction():
        steps.send_text(to="+8613812345678", text=text, at=at)


@pytest.fixture
def provider(monkeypatch):
    monkeypatch.setenv("SHOAL_SMS", f"{__name__}:Recorder")
    providers.text_provider.cache_clear()
    recorder = Recorder()
    original = providers.import_string
    providers.import_string = lambda _path: lambda: recorder
    yield recorder
    providers.import_string = original
    providers.text_provider.cache_clear()


def test_a_message_is_sealed_and_the_outbox_opens_it():
    send("123456 is your code")
    row = Outgoing.objects.get()
    assert b"123456" not in bytes(row.sealed)
    assert [(kept.to, kept.body) for kept in queries.outbox()] == [
        ("+8613812345678", "123456 is your code")
    ]


@pytest.mark.django_db(transaction=True)
def test_a_message_leaves_with_its_reason_or_not_at_all():
    with pytest.raises(OutsideTransaction):
        steps.send_text(to="+8613812345678", text="x", at=AT)
    assert not Outgoing.objects.exists()


@pytest.mark.parametrize(("public", "host", "open_to_all"), [
    ("https://shop.example", "127.0.0.1", False), ("http://localhost:8000", EVERYWHERE, False),
    ("http://localhost:8000", "127.0.0.1", True), ("http://[::1]:8000", "::1", True),
    ("http://192.168.1.20:8000", "127.0.0.1", False),
])  # fmt: skip
def test_the_outbox_refuses_where_strangers_come(monkeypatch, public, host, open_to_all):
    monkeypatch.setenv("SHOAL_PUBLIC_URL", public)
    monkeypatch.setenv("SHOAL_HOST", host)
    assert ways.outbox_allowed() == open_to_all
    assert ways.refused_channels() == ([] if open_to_all else ["text", "mail"])
    if not open_to_all:
        with pytest.raises(NoTexts):
            send()
        with pytest.raises(NoMail):
            Backend().send_messages([EmailMessage("Hello", "Body", to=["a@x.example"])])
        with pytest.raises(NotFound):
            queries.outbox()
        assert not Outgoing.objects.exists()
        monkeypatch.setenv("SHOAL_OUTBOX_ANYWHERE", "yes")
        send()
        assert ways.refused_channels() == []


def test_each_channel_is_closed_by_itself(monkeypatch, provider):
    """Texts are set up and mail is not: the refusal names what is missing."""
    monkeypatch.setenv("SHOAL_PUBLIC_URL", "https://shop.example")
    send()
    with pytest.raises(NoMail, match="E-mail is not set up"):
        operations.keep_mail(to="olga@x.example", subject="Hello", body="Body", at=AT)
    assert [row.channel for row in Outgoing.objects.all()] == ["text"]


def test_a_provider_takes_a_text_once(provider):
    send()
    row = Outgoing.objects.get()
    assert queries.outbox() == []
    operations.hand_over(message=row.id, at=AT)
    operations.hand_over(message=row.id, at=AT)
    assert provider.taken == [("+8613812345678", "hello", str(row.id))]
    assert Outgoing.objects.get().sent_at == AT


def test_a_busy_provider_is_asked_again_later(provider):
    send()
    provider.busy = True
    with pytest.raises(NotTaken):
        operations.hand_over(message=Outgoing.objects.get().id, at=AT)
    assert Outgoing.objects.get().sent_at is None


def test_mail_without_a_server_stays_in_the_outbox():
    sent = Backend().send_messages(
        [EmailMessage("Hello", "Body", to=["a@x.example", "b@x.example"])]
    )
    assert sent == 2
    assert {kept.to for kept in queries.outbox()} == {"a@x.example", "b@x.example"}
    assert mail.outbox == []


def test_after_two_days_messages_are_noise():
    send()
    row = Outgoing.objects.get()
    operations.shred_messages(at=AT + timedelta(days=2))
    assert queries.outbox()
    operations.shred_messages(at=AT + timedelta(days=3))
    assert not Outgoing.objects.exists()
    with pytest.raises(vault.Erased):
        vault.reveal(row.key, row.sealed)


@pytest.mark.parametrize(("host", "loopback"), [
    ("localhost", True), ("shop.localhost", True), ("127.0.0.8", True), ("[::1]", True),
    (EVERYWHERE, False), ("::", False), ("localhost.evil.example", False), ("", False),
])  # fmt: skip
def test_loopback(host, loopback):
    assert is_loopback(host) == loopback
