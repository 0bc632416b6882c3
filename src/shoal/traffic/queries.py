"""Every read of traffic."""

from django.db.models import QuerySet

from shoal.kit.errors import NotFound
from shoal.shops.models import Shop
from shoal.traffic.models import Share


def share_by_code(*, code: str) -> Share:
    """This will return a share with its shop, or raise NotFound."""
    share = Share.objects.select_related("shop").filter(code=code).first()
    if share is None:
        raise NotFound
    return share


def share_of_shop(*, shop: Shop, code: str) -> Share:
    """This will return one of a shop's shares, or raise NotFound."""
    share = Share.objects.filter(shop=shop, code=code).first()
    if share is None:
        raise NotFound
    return share


def shares_of(*, shop: Shop) -> "QuerySet[Share]":
    """This will list what was forwarded from a shop, newest first; to be sliced by the caller."""
    return Share.objects.filter(shop=shop).order_by("-created_at", "-id")
