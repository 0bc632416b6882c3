"""Every read of traffic."""

from collections.abc import Iterable
from uuid import UUID

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


def shares_by_id(*, ids: Iterable[UUID]) -> dict[UUID, Share]:
    """This will return shares by their ids."""
    return Share.objects.in_bulk(list(ids))


def shares_of(*, shop: Shop) -> "QuerySet[Share]":
    """This will list what was forwarded from a shop, newest first; to be sliced by the caller."""
    return Share.objects.filter(shop=shop).order_by("-created_at", "-id")
