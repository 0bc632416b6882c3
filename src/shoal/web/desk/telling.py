"""States and facts of orders and money in the words an operator reads."""

from django.utils.translation import gettext, pgettext

from shoal.ledger.models import Account
from shoal.orders.models import Order

ORDER_KINDS = {
    "unpaid": "warn", "paid": "good", "shipped": "good", "delivered": "good", "refunded": "bad",
}  # fmt: skip
INTENT_KINDS = {"open": "warn", "captured": "good", "closed": ""}
NOTICE_KINDS = {"accepted": "good", "repeated": "", "unknown": "bad"}
REFUND_KINDS = {"wanted": "warn", "sent": "", "done": "good", "failed": "bad"}
SHOP_KINDS = {"open": "good", "paused": "warn", "suspended": "bad"}


def order_state(state: str) -> str:
    """This will name an order's state."""
    return {
        "unpaid": gettext("Not paid yet"),
        "paid": gettext("Paid, being packed"),
        "shipped": gettext("On the way"),
        "delivered": gettext("Arrived"),
        "completed": gettext("Completed"),
        "cancelled": gettext("Cancelled"),
        "expired": gettext("Not paid in time"),
        "refunded": gettext("Refunded"),
    }[state]


def attribution(order: Order) -> str:
    """This will say why an order counts for a shop, or why nobody earns from it."""
    return {
        "share": gettext("It came through a link of the shop that earns."),
        "storefront": gettext("The customer came straight to the shop."),
        "self": gettext("The buyer keeps the shop herself: nobody earns from it."),
    }[order.attribution]


def shop_state(state: str) -> str:
    """This will name a shop's state."""
    return {
        "open": pgettext("shop", "Open"),
        "paused": gettext("Resting"),
        "suspended": gettext("Stopped"),
    }[state]


def intent_state(state: str) -> str:
    """This will name the state of a payment that was asked for."""
    return {
        "open": gettext("Waiting for the payer"),
        "captured": gettext("Paid"),
        "closed": gettext("Given up"),
    }[state]


def notice_kind(kind: str) -> str:
    """This will say what a provider's notice tells."""
    return {
        "captured": gettext("Paid"),
        "refunded": gettext("Refunded"),
        "refund_failed": gettext("Refund failed"),
    }[kind]


def notice_verdict(verdict: str) -> str:
    """This will say what we made of a provider's notice."""
    return {
        "accepted": gettext("Taken in"),
        "wrong_amount": gettext("Wrong amount: sent back"),
        "repeated": gettext("Paid twice: sent back"),
        "too_late": gettext("Too late"),
        "unknown": gettext("We know no such number"),
    }[verdict]


def refund_state(state: str) -> str:
    """This will name a refund's state."""
    return {
        "wanted": gettext("To be sent"),
        "sent": gettext("At the provider"),
        "done": gettext("Back with the payer"),
        "failed": gettext("Failed"),
    }[state]


def account_name(kind: str, provider: str = "") -> str:
    """This will name a kind of account, and whose books a clearing account is in."""
    name = {
        Account.Kind.CLEARING: gettext("Clearing"),
        Account.Kind.ESCROW: gettext("Escrow"),
        Account.Kind.BRAND: gettext("Owed to brands"),
        Account.Kind.KEEPER: gettext("Owed to keepers"),
        Account.Kind.FEE: gettext("Platform fee"),
        Account.Kind.TAX: gettext("Tax owed"),
        Account.Kind.DEPOSIT: gettext("Brands’ deposits"),
        Account.Kind.POSTAGE: gettext("Ways back to pay"),
        Account.Kind.GOODWILL: gettext("Goodwill"),
        Account.Kind.PROMOTION: gettext("Promotion"),
        Account.Kind.BANK: gettext("Bank"),
        Account.Kind.PAYOUT: gettext("On the way to parties"),
        Account.Kind.PROVIDER_FEE: gettext("Providers’ fees"),
    }[Account.Kind(kind)]
    return f"{name} · {provider}" if provider else name


def account_note(kind: str) -> str:
    """This will say what stands in a kind of account."""
    return {
        Account.Kind.CLEARING: gettext("At the providers; a minus is money that came in."),
        Account.Kind.ESCROW: gettext("Paid by customers, and not settled or given back yet."),
        Account.Kind.FEE: gettext("What the platform has earned."),
        Account.Kind.BRAND: gettext("Settled, to be paid out to brands."),
        Account.Kind.KEEPER: gettext("Settled, to be paid out to keepers."),
        Account.Kind.DEPOSIT: gettext("What brands left as a guarantee."),
        Account.Kind.PAYOUT: gettext("Made, and not at the bank yet."),
        Account.Kind.POSTAGE: gettext("Paid by brands, to be transferred to customers."),
    }.get(Account.Kind(kind), "")


def transfer_kind(kind: str) -> str:
    """This will say what moved money; a kind nobody has named yet stands as it is."""
    return {
        "capture": gettext("Paid in"),
        "refund": gettext("Given back"),
        "settlement": gettext("Settled"),
        "provider_payout": gettext("Paid to us by the provider"),
        "provider_fee": gettext("Kept by the provider"),
        "write_off": gettext("Difference written off"),
        "payout": gettext("Payout made"),
        "payout_paid": gettext("Paid out"),
        "payout_failed": gettext("Payout back in the balance"),
        "payout_returned": gettext("Sent back by the bank"),
        "withholding": gettext("Withheld"),
        "deposit_in": gettext("Deposit paid in"),
        "deposit_cover": gettext("Deposit covered a debt"),
        "goodwill": gettext("Goodwill"),
        "postage": gettext("Way back paid by a brand"),
        "postage_paid": gettext("Way back transferred to a customer"),
        "discount": gettext("Discount"),
        "reversal": gettext("Taken back"),
    }.get(kind, kind)
