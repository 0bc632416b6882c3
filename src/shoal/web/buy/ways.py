"""The ways to pay that suit an order and what its payer holds in her hand."""

from dataclasses import dataclass

from django.utils.translation import gettext

from shoal.payments.providers import Client, offered

# What these partners take; the others take any currency that a shop may sell in.
_ONLY = {"wechat": "CNY", "alipay": "CNY"}


@dataclass(frozen=True, slots=True)
class Way:
    """One partner as its button shows it."""

    name: str
    label: str
    hint: str


def ways_to_pay(*, currency: str, client: Client) -> list[Way]:
    """This will list the partners that a payer may choose among, the usual one first."""
    takes = [name for name in offered() if _ONLY.get(name, currency) == currency]
    if client is Client.WECHAT:
        # WeChat shows none of Alipay's pages.
        takes = [name for name in takes if name != "alipay"]
    return [Way(name, _label(name), _hint(name, client)) for name in takes]


def _label(name: str) -> str:
    labels = {
        "wechat": gettext("WeChat Pay"),
        "alipay": gettext("Alipay"),
        "stripe": gettext("Bank card"),
        "sandbox": gettext("Harbour Pay (a trial: no money moves)"),
    }
    return labels.get(name, name)


def _hint(name: str, client: Client) -> str:
    if name == "wechat" and client is Client.DESK:
        return gettext("You scan a code with your phone.")
    if name in {"wechat", "alipay"} and client is Client.PHONE:
        return gettext("Its app opens by itself.")
    return ""
