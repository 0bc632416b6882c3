"""Every read of traffic."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from shoal.catalog.models import Product
from shoal.kit.errors import NotFound
from shoal.kit.known_codes import KnownCodes
from shoal.offers.models import FlashSale
from shoal.shops.models import Shop
from shoal.traffic.models import Share

_share_ids = KnownCodes(Share)


def share_id(code: str) -> UUID | None:
    """This will return the id of the share with this code, if there is one."""
    return _share_ids.of([code]).get(code)


def share_of_shop(*, shop: Shop, code: str) -> Share:
    """This will return one of a shop's shares, or raise NotFound."""
    share = Share.objects.filter(shop=shop, code=code).first()
    if share is None:
        raise NotFound
    return share


def shares_of(*, shop: Shop) -> "QuerySet[Share]":
    """This will list what was forwarded from a shop, newest first; to be sliced by the caller."""
    return Share.objects.filter(shop=shop).order_by("-created_at", "-id")


def titles_of(*, shares: Sequence[Share]) -> dict[str, str]:
    """This will return, by code, what the shared sales and products are called. Two queries."""
    codes: dict[str, set[str]] = {}
    for share in shares:
        codes.setdefault(share.thing, set()).add(share.thing_code)
    products = Product.objects.filter(code__in=codes.get(Share.Thing.PRODUCT, ()))
    sales = FlashSale.objects.filter(code__in=codes.get(Share.Thing.SALE, ()))
    return {row.code: row.title for row in products} | {row.code: row.title for row in sales}
