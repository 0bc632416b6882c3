"""Every read of shops."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from shoal.kit.errors import NotFound
from shoal.kit.known_codes import KnownCodes
from shoal.people.models import Person
from shoal.shops.models import Shop, ShopMember, ShopStep

_shop_ids = KnownCodes(Shop)


def shop_by_code(*, code: str) -> Shop:
    """This will return the shop with this code, or raise NotFound."""
    shop = Shop.objects.filter(code=code).first()
    if shop is None:
        raise NotFound
    return shop


def shop_id(*, code: str) -> UUID:
    """This will return the id of the shop with this code, or raise NotFound."""
    found = _shop_ids.of([code])
    if code not in found:
        raise NotFound
    return found[code]


def shops_by_id(*, ids: Iterable[UUID]) -> dict[UUID, Shop]:
    """This will return the shops with these ids, by id."""
    return Shop.objects.in_bulk(list(ids))


def all_shops(*, words: str = "", state: str = "") -> "QuerySet[Shop]":
    """This will list shops for the operator, the newest first.

    `words` is part of a name, or a code; `state` leaves the others out.
    """
    rows = Shop.objects.order_by("-opened_at", "-id")
    if words:
        rows = rows.filter(Q(name__icontains=words) | Q(code=words))
    return rows.filter(state=state) if state else rows


def shop_counts() -> dict[str, int]:
    """This will return how many shops are in each state; states with none are left out."""
    return dict(Shop.objects.order_by().values_list("state").annotate(count=Count("id")))


def shops_of(*, person: Person) -> list[Shop]:
    """This will list the shops in which `person` has a role now, her own first."""
    roles = ShopMember.objects.filter(person=person, until_at=None).select_related("shop")
    ordered = sorted(roles, key=lambda role: (role.role != ShopMember.Role.KEEPER, role.since_at))
    return [role.shop for role in ordered]


def keeper_of(*, shop: Shop) -> Person:
    """This will return the keeper of `shop`, or raise NotFound."""
    rows = ShopMember.objects.filter(shop=shop, role=ShopMember.Role.KEEPER, until_at=None)
    member = rows.select_related("person").first()
    if member is None:
        raise NotFound
    return member.person


def keepers_of(*, shops: Iterable[UUID]) -> dict[UUID, UUID]:
    """This will return, by shop id, the id of the person who keeps it now."""
    rows = ShopMember.objects.filter(
        shop__in=set(shops), role=ShopMember.Role.KEEPER, until_at=None
    )
    return dict(rows.values_list("shop_id", "person_id"))


def steps_of(*, shop: Shop) -> list[ShopStep]:
    """This will list what happened to `shop`, newest first."""
    return list(ShopStep.objects.filter(shop=shop).order_by("-id"))
