"""The demo's payments are known to the partner that opens after them."""

import pytest

from shoal.demo.charges import bring_along
from shoal.kit.money import Money
from shoal.payments.models import Intent, Refund
from shoal.payments.providers import ProviderSaidNo, provider
from tests import trade
from tests.partner import Partner, new_partner  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db

NOWHERE = "http://127.0.0.1:9/notices"


def _back(intent: Intent, minor: int):
    return provider("sandbox").refund(
        code=f"again-{minor}",
        intent_code=intent.code,
        money=Money(minor, intent.currency),
        reason="",
        notify_url=NOWHERE,
    )


def test_a_refund_finds_its_payment(new_partner: Partner):  # noqa: F811 - the fixture above
    market = trade.open_market()
    placed = trade.order(market, quantity=2)
    trade.pay(placed)
    trade.give_back(placed, units=1)
    trade.money_arrives_back()
    intent = Intent.objects.get(subject=placed.id)
    with pytest.raises(ProviderSaidNo, match="no such payment"):
        _back(intent, 100)
    new_partner.stop()
    assert bring_along(new_partner.folder) == 2
    new_partner.start()
    [charge] = provider("sandbox").query(code=intent.code)
    assert charge.money == Money(intent.captured, intent.currency)
    refund = Refund.objects.get()
    assert provider("sandbox").query_refund(code=refund.code)[0].money.minor == refund.amount
    left = intent.captured - refund.amount
    with pytest.raises(ProviderSaidNo, match="exceed"):
        _back(intent, left + 1)
    assert [word.kind for word in _back(intent, left)] == ["refunded"]
