"""`shoal invite`: mailed, kept in the outbox, or handed over as a link where no mail goes out."""

import re

import pytest

from shoal.cli import main as cli
from shoal.notify.models import Outgoing
from shoal.people.models import Operator
from shoal.people.operations import accept_invitation
from tests.trade import AT

pytestmark = pytest.mark.django_db


def test_an_invitation_waits_in_the_outbox(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["invite", "olga@shoal.example"]) == 0
    assert "read the invitation at http://localhost:8000/outbox" in capsys.readouterr().out
    assert [row.channel for row in Outgoing.objects.all()] == ["mail"]


def test_behind_a_domain_without_mail_the_link_is_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOAL_PUBLIC_URL", "https://shop.example")
    monkeypatch.setenv("SHOAL_SMS", "yourpackage.sms:Provider")
    assert cli.main(["invite", "olga@shoal.example"]) == 0
    token = re.search(r"/sign-in/invitation/(\S+)", capsys.readouterr().out)
    assert token
    assert not Outgoing.objects.exists()
    olga = accept_invitation(
        token=token[1], name="Olga", password="green fish by the pier", person=None, at=AT
    )
    assert Operator.objects.get().person == olga


def test_a_role_that_is_none_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["invite", "olga@shoal.example", "--role", "queen"]) == 1
    assert "queen" in capsys.readouterr().err
    assert not Outgoing.objects.exists()
