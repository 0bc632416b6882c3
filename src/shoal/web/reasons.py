"""Reasons that processes write down, in the words of whoever reads them."""

from django.utils.translation import gettext

from shoal.web.buy.forms import reason_text
from shoal.web.cases import case_reason


def reason_words(reason: str) -> str:
    """This will say a reason that a process wrote in the reader's words; people's as they stand."""
    return (
        {
            "not paid in time": gettext("not paid in time"),
            "split": gettext("split into two parcels"),
            "nobody said otherwise": gettext("nobody said otherwise"),
            "paid late": gettext("paid late"),
            "paid late; the goods were still there": gettext(
                "paid late; the goods were still there"
            ),
            "paid after the order was given up": gettext("paid after the order was given up"),
            "paid twice": gettext("paid twice"),
            "the sum that arrived was not the sum asked for": gettext(
                "the sum that arrived was not the sum asked for"
            ),
            "the payment arrived twice": gettext("the payment arrived twice"),
            "arrived at the payer": gettext("the money is back with the payer"),
            "the provider has it in hand": gettext("the provider has it in hand"),
            "the provider could not do it": gettext("the provider could not do it"),
            "send once more": gettext("send once more"),
        }.get(reason)
        or reason_text(reason)
        or case_reason(reason)
        or reason
    )
