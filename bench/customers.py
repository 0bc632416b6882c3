"""A market whose customers have signed in and have an address, for benches that order over HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from shoal.offers.models import Offer
    from shoal.people.models import Person
    from shoal.shops.models import Shop
    from shoal.traffic.models import Share
    from tests.trade import Market

_CSRF = "b" * 32
_NO_WISHES = ("note", "invoice", "invoice_title", "invoice_tax_number")
_HOME = {
    "recipient": "李爱丽",
    "phone": "+8613800000001",
    "region": "330100",
    "province": "浙江省",
    "city": "杭州市",
    "district": "西湖区",
    "street": "海边路 1 号",
}


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who has signed in: the cookies of her phone, and the code of her address."""

    id: str
    cookies: dict[str, str]
    address: str = ""


def sign_in_many(count: int) -> list[Customer]:
    """This will make customers with an address and a session each, as signing in leaves them."""
    from shoal.kit import clock
    from shoal.people.operations import NewPerson, add_address, add_people

    at = clock.now()
    entries = [NewPerson(phone=f"+8613900{number:06}") for number in range(count)]
    customers = []
    for person in add_people(entries=entries, at=at):
        address = add_address(person=person, at=at, **_HOME)
        customers.append(replace(signed_in(person), address=address.code))
    return customers


def signed_in(person: "Person") -> Customer:
    """This will give somebody a session, as signing in on a phone of her own leaves it."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.core.signing import TimestampSigner

    from shoal.web.account.session_store import SessionStore

    session = SessionStore()
    session.update(
        {
            SESSION_KEY: str(person.pk),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: person.get_session_auth_hash(),
            "shoal_proof": "phone",
        }
    )
    session.save()
    cookies = {
        "sessionid": str(session.session_key),
        "csrftoken": _CSRF,
        "shoal_visitor": TimestampSigner(salt="shoal_visitor").sign(str(uuid4())),
    }
    return Customer(str(person.pk), cookies)


def shared_by(market: "Market") -> dict[str, str]:
    """This will return the cookie of a phone that came through a link of the market's shop."""
    from django.core.signing import TimestampSigner

    made = share(market.shop, market.offer, by=market.mei.code)
    return {"shoal_share": TimestampSigner(salt="shoal_share").sign(made.code)}


def share(shop: "Shop", offer: "Offer", *, by: str) -> "Share":
    """This will make a link to an offer's product in a shop, as its keeper does."""
    from shoal.kit import clock
    from shoal.traffic.models import Share
    from shoal.traffic.operations import make_share

    code = offer.sku.product.code
    thing = Share.Thing.PRODUCT
    return make_share(shop=shop, thing=thing, thing_code=code, by=by, at=clock.now())


def order_form(market: "Market", offer: "Offer", customer: Customer) -> Sequence[tuple[str, str]]:
    """This will fill in the form that the checkout shows her for one unit of an offer."""
    return [
        ("csrfmiddlewaretoken", _CSRF),
        ("shop", market.shop.code),
        ("offer", offer.code),
        ("quantity", "1"),
        ("line", f"{offer.code}~1~{offer.sale_minor}"),
        ("total", str(offer.sale_minor)),
        ("key", str(uuid4())),
        ("address", customer.address),
        *((wish, "") for wish in _NO_WISHES),
    ]
