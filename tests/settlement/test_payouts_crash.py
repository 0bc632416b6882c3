"""A crash between any two steps of a payout is finished by the next run, and pays once."""

from datetime import timedelta

import pytest

from shoal.ledger.models import Account
from shoal.settlement import operations_payouts
from shoal.settlement.models_payouts import Payout
from shoal.settlement.operations_payouts import ask_payout, send_payouts
from shoal.settlement.payout_providers import payout_provider
from tests import trade
from tests.payouts import EARNED, at, balance, earned, released, state, verified

pytestmark = pytest.mark.django_db(transaction=True)


class Crash(BaseException):
    """The machine stops here."""


def falls(monkeypatch, owner, name: str, *, after: bool) -> None:
    """Let the process die before, or right after, the next call of `owner.name`."""
    whole = getattr(owner, name)

    def die(*args: object, **kwargs: object) -> object:
        monkeypatch.setattr(owner, name, whole)
        if after:
            whole(*args, **kwargs)
        raise Crash

    monkeypatch.setattr(owner, name, die)


@pytest.mark.parametrize("manner", ["arrive", "on_the_way", "bounce"])
@pytest.mark.parametrize(
    ("where", "after"),
    [("_hold", False), ("_hold", True), ("send", False), ("send", True),
     ("_confirm", False), ("_confirm", True)],
)  # fmt: skip
def test_the_next_run_finishes_it(partner, monkeypatch, where, after, manner):
    party = earned(trade.open_market())
    proof = verified(party).proof_minor or 0
    payout = ask_payout(party=party, amount=None, by="mei", at=EARNED)
    released()
    partner.behave(transfers=manner)
    bank = payout_provider("sandbox")
    falls(monkeypatch, bank if where == "send" else operations_payouts, where, after=after)
    with pytest.raises(Crash):
        send_payouts(at=EARNED)
    assert trade.is_sound()  # nothing is half done, whenever it stops
    moment = EARNED
    for _ in range(4):
        partner.finish_refunds()
        moment += timedelta(hours=1)
        send_payouts(at=moment)
    paid = manner != "bounce"
    assert state(payout) == (Payout.State.PAID if paid else Payout.State.FAILED)
    assert (balance(party), at(Account.Kind.PAYOUT)) == (0 if paid else 2_000, 0)
    assert at(Account.Kind.BANK) == proof + (2_000 if paid else 0)
    page = partner.browser.get(f"{partner.url}/test?lang=en").text
    assert page.count(payout.code) == 1
    assert trade.is_sound()
