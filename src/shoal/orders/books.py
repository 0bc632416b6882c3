"""What the order desk has looked up for a batch, and what is left of it as it answers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from shoal.kit.asking import ask
from shoal.offers.models import Offer
from shoal.orders import known
from shoal.orders.requests import OrderRequest
from shoal.orders.rules import UNPAID_WITHIN
from shoal.people.queries import SealedAddress, sealed_addresses
from shoal.promotions.models import Claim, Promotion
from shoal.promotions.queries import claims_by_code
from shoal.shelves.rules import ShopPrice
from shoal.shops.models import Shop
from shoal.traffic.models import Share

_UNPAID = """
SELECT customer_id, count(*) FROM orders_order
WHERE customer_id = ANY(%s) AND paid_at IS NULL AND placed_at > %s GROUP BY customer_id
"""


@dataclass(slots=True)
class Books:
    """The batch's offers, shops, coupons …; the last five are held by locks and go down."""

    offers: Mapping[UUID, Offer]
    shops: Mapping[UUID, Shop]
    shares: Mapping[UUID, Share]
    keepers: Mapping[UUID, UUID]
    customers: Mapping[UUID, str]
    addresses: Mapping[tuple[UUID, str], SealedAddress]
    prices: Mapping[tuple[UUID, UUID], ShopPrice]
    unpaid: Mapping[UUID, int]
    coupons: Mapping[str, Claim]
    automatic: Sequence[Promotion]
    claims: dict[UUID, Claim] = field(default_factory=dict)
    available: dict[UUID, int] = field(default_factory=dict)
    bought: Counter[tuple[UUID, UUID]] = field(default_factory=Counter)
    limited: Mapping[tuple[UUID, UUID], int] = field(default_factory=dict)


def look_up(requests: Sequence[OrderRequest]) -> Books:
    """This will read all that answering `requests` needs, in a fixed number of queries."""
    known.changes.ask()
    shares = known.shares(wish.share for wish in requests if wish.share)
    shops = known.shops(wish.storefront for wish in requests)
    offers = known.offers(line.offer for wish in requests for line in wish.lines)
    wanted = (
        (wish.storefront, offers[line.offer])
        for wish in requests
        for line in wish.lines
        if line.offer in offers
    )
    return Books(
        offers=offers,
        shops=shops,
        shares=shares,
        keepers=known.keepers([*shops, *(share.shop_id for share in shares.values())]),
        customers=known.customers(wish.customer for wish in requests),
        addresses=sealed_addresses(
            (wish.customer, wish.address) for wish in requests if wish.address
        ),
        prices=known.prices(wanted),
        unpaid=_unpaid(requests),
        coupons=_coupons(requests),
        automatic=known.automatic(offers.values(), at=(wish.at for wish in requests)),
    )


def _coupons(requests: Sequence[OrderRequest]) -> Mapping[str, Claim]:
    codes = {code for wish in requests for code in wish.coupons}
    return claims_by_code(codes=codes) if codes else {}


def _unpaid(requests: Sequence[OrderRequest]) -> Mapping[UUID, int]:
    """How many orders each customer has left unpaid lately.

    Requests of one batch, or of one moment, do not count against each other: this keeps hoarders
    out, and need not be exact.
    """
    if not requests:
        return {}
    since = min(wish.at for wish in requests) - UNPAID_WITHIN
    return dict(ask(_UNPAID, [list({wish.customer for wish in requests}), since]))
