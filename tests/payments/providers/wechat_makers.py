"""Short ways to what the tests of WeChat Pay begin with."""

from datetime import timedelta

from django.test import Client as Browser

from shoal.payments import operations
from shoal.payments.models import Intent
from shoal.payments.operations import Payer
from shoal.payments.providers import Client, Prepaid
from tests.partners.wechat import WeChatPartner
from tests.payments.makers import NOW, open_one

OPENID = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"


def fresh(row):
    return type(row).objects.get(id=row.id)


def begin(intent: Intent, client: Client = Client.DESK, **more: object) -> Prepaid:
    who = Payer(provider="wechat", client=client, user=OPENID, address="203.0.113.9")
    return operations.start_payment(
        intent=intent,
        payer=who,
        return_url="https://shop.example/orders/x/payment/return",
        title="美的小店 x7k2",
        at=NOW,
        **more,
    )


def tell(headers: dict[str, str], body: bytes):
    return Browser(enforce_csrf_checks=True).post(
        "/notices/wechat", body, content_type="application/json", headers=headers
    )


def paid(partner: WeChatPartner, *, amount: int = 12_800) -> Intent:
    intent = open_one(amount=amount)
    begin(intent)
    partner.pay(fresh(intent).code)
    operations.settle_open_intents(at=NOW + timedelta(minutes=2))
    assert fresh(intent).state == "captured"
    return fresh(intent)
