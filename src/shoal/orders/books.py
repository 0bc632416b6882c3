"""What the order desk has looked up for a batch, and what is left of it as it answers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Count

from shoal.offers.models import Offer, Purchase
from shoal.orders import pricing
from shoal.orders.models import Order
from shoal.orders.requests import OrderRequest
from shoal.orders.rules import UNPAID_WITHIN
from shoal.people.queries import codes_of
from shoal.promotions.models import Claim, Promotion
from shoal.promotions.queries import automatic_promotions, claims_by_code
from shoal.shelves.queries import prices_in
from shoal.shelves.rules import ShopPrice
from shoal.shops.models import Shop
from shoal.shops.queries import keepers_of
from shoal.traffic.models import Share


@dataclass(slots=True)
class Books:
    """The batch's offers, shops, coupons …; the last five are held by locks and go down."""

    offers: Mapping[UUID, Offer]
    shops: Mapping[UUID, Shop]
    shares: Mapping[UUID, Share]
    keepers: Mapping[UUID, UUID]
    customers: Mapping[UUID, str]
    prices: Mapping[tuple[UUID, UUID], ShopPrice]
    unpaid: Mapping[UUID, int]
    coupons: Mapping[str, Claim]
    automatic: Sequence[Promotion]
    claims: dict[UUID, Claim] = field(default_factory=dict)
    available: dict[UUID, int] = field(default_factory=dict)
    bought: Counter[tuple[UUID, UUID]] = field(default_factory=Counter)
    limited: Mapping[tuple[UUID, UUID], Purchase] = field(default_factory=dict)


def look_up(requests: Sequence[OrderRequest]) -> Books:
    """This will read all that answering `requests` needs, in a fixed number of queries."""
    asked = {wish.share for wish in requests if wish.share}
    shares = Share.objects.select_related("shop").in_bulk(asked)
    shops = Shop.objects.in_bulk({wish.storefront for wish in requests})
    offers = pricing.load_offers(
        (line.offer for wish in requests for line in wish.lines),
        currencies={shop.currency for shop in shops.values()},
    )
    wanted: dict[UUID, set[UUID]] = {}
    for wish in requests:
        wanted.setdefault(wish.storefront, set()).update(line.offer for line in wish.lines)
    found = prices_in(
        wanted={
            shops[shop]: [offers[offer] for offer in ids if offer in offers]
            for shop, ids in wanted.items()
        }
    )
    earners = set(shops) | {share.shop_id for share in shares.values()}
    return Books(
        offers=offers,
        shops=shops,
        shares=shares,
        keepers=keepers_of(shops=earners),
        customers=codes_of(people={wish.customer for wish in requests}),
        prices=found,
        unpaid=_unpaid(requests),
        coupons=_coupons(requests),
        automatic=_automatic(requests, shops, offers),
    )


def _coupons(requests: Sequence[OrderRequest]) -> Mapping[str, Claim]:
    codes = {code for wish in requests for code in wish.coupons}
    return claims_by_code(codes=codes) if codes else {}


def _automatic(
    requests: Sequence[OrderRequest], shops: Mapping[UUID, Shop], offers: Mapping[UUID, Offer]
) -> Sequence[Promotion]:
    if not requests:
        return []
    return automatic_promotions(
        brands={offer.brand_id for offer in offers.values()},
        offers=offers,
        currencies={shop.currency for shop in shops.values()},
        from_at=min(wish.at for wish in requests),
        to_at=max(wish.at for wish in requests),
    )


def _unpaid(requests: Sequence[OrderRequest]) -> Mapping[UUID, int]:
    """How many orders each customer has left unpaid lately.

    Requests of one batch, or of one moment, do not count against each other: this keeps hoarders
    out, and need not be exact.
    """
    if not requests:
        return {}
    rows = Order.objects.filter(
        customer__in={wish.customer for wish in requests},
        paid_at=None,
        placed_at__gt=min(wish.at for wish in requests) - UNPAID_WITHIN,
    )
    return dict(rows.order_by().values_list("customer").annotate(count=Count("id")))
