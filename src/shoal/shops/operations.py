"""What changes a shop: opening it, its look, its rest, its suspension."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shoal.kit import pictures
from shoal.kit.errors import Refused
from shoal.kit.ids import uuid7
from shoal.kit.transactions import operation
from shoal.people.models import Person
from shoal.shops import rules
from shoal.shops.models import Shop, ShopMember, ShopStep
from shoal.shops.steps import WrongShopState, change_state, lock_shop

__all__ = [
    "AlreadyOpen",
    "Look",
    "NameMissing",
    "NameTooLong",
    "ReasonMissing",
    "WrongShopState",
    "change_look",
    "describe_shop",
    "open_shop",
    "pause_shop",
    "restore_shop",
    "resume_shop",
    "suspend_shop",
]


class NameMissing(Refused):
    """Please give the shop a name."""

    code = "shop_name_missing"


class NameTooLong(Refused):
    """This is too long. The limit is {longest} characters."""

    code = "shop_name_too_long"


class AlreadyOpen(Refused):
    """You already keep a shop called “{name}”. Choose another name for a second one."""

    code = "shop_already_open"


class ReasonMissing(Refused):
    """Please write down the reason: the keeper will read it."""

    code = "shop_reason_missing"


@dataclass(frozen=True, slots=True)
class Look:
    """How a shop looks. A picture of None stays as it is, an empty one is taken away."""

    palette: str
    blocks: Sequence[str] = ()
    banner: bytes | None = None
    avatar: bytes | None = None


@operation
def open_shop(*, person: Person, name: str, currency: str, at: datetime) -> Shop:
    """This will open a shop for `person`, at once and with everything on its shelf.

    No papers, no stock, no fee. Raises NameMissing, NameTooLong, or AlreadyOpen when she keeps
    one of that name: two taps at the same moment open one shop.
    """
    name = _checked_name(name)
    Person.objects.select_for_update().get(id=person.id)
    mine = ShopMember.objects.filter(
        person=person, role=ShopMember.Role.KEEPER, until_at=None, shop__name=name
    )
    if mine.exists():
        raise AlreadyOpen(name=name)
    shop = Shop.objects.create(name=name, currency=currency, opened_at=at)
    ShopMember.objects.create(
        id=uuid7(), shop=shop, person=person, role=ShopMember.Role.KEEPER, since_at=at
    )
    ShopStep.objects.create(shop=shop, state=Shop.State.OPEN, by=person.code, at=at)
    return shop


@operation
def describe_shop(*, shop: Shop, name: str, greeting: str) -> Shop:
    """This will rename a shop and change its greeting."""
    name, greeting = _checked_name(name), greeting.strip()
    if len(greeting) > rules.LONGEST_GREETING:
        raise NameTooLong(longest=rules.LONGEST_GREETING)
    locked = lock_shop(shop.id)
    locked.name, locked.greeting = name, greeting
    return _save(locked, "name", "greeting")


def change_look(*, shop: Shop, look: Look) -> Shop:
    """This will dress a shop anew.

    Raises what `kit.pictures.store_picture` raises for files that are no pictures; nothing is
    changed then. A palette nobody knows is taken for the first one.
    """
    # Pictures are cleaned and written before the row is locked: that may take a second.
    banner = _stored(look.banner)
    avatar = _stored(look.avatar)
    return _dress(shop=shop, look=look, banner=banner, avatar=avatar)


@operation
def _dress(*, shop: Shop, look: Look, banner: str | None, avatar: str | None) -> Shop:
    locked = lock_shop(shop.id)
    known = look.palette in rules.PALETTES
    locked.palette = look.palette if known else rules.PALETTES[0]
    locked.blocks = list(rules.ordered_blocks(look.blocks))
    if banner is not None:
        locked.banner.name = banner
    if avatar is not None:
        locked.avatar.name = avatar
    return _save(locked, "palette", "blocks", "banner", "avatar")


@operation
def pause_shop(*, shop: Shop, reason: str = "", by: str, at: datetime) -> Shop:
    """This will let a shop rest: customers see it and cannot order. Raises WrongShopState."""
    locked = lock_shop(shop.id)
    change_state(shop=locked, state=Shop.State.PAUSED, reason=reason.strip(), by=by, at=at)
    return locked


@operation
def resume_shop(*, shop: Shop, by: str, at: datetime) -> Shop:
    """This will open a shop that rests. Raises WrongShopState for one that was suspended."""
    locked = lock_shop(shop.id)
    if locked.state != Shop.State.PAUSED:
        raise WrongShopState(state=locked.get_state_display())
    change_state(shop=locked, state=Shop.State.OPEN, reason="", by=by, at=at)
    return locked


@operation
def suspend_shop(*, shop: Shop, reason: str, by: str, at: datetime) -> Shop:
    """This will stop a shop, as the operator. Its orders go on. Raises ReasonMissing."""
    locked = lock_shop(shop.id)
    reason = _needed(reason)
    change_state(shop=locked, state=Shop.State.SUSPENDED, reason=reason, by=by, at=at)
    return locked


@operation
def restore_shop(*, shop: Shop, reason: str, by: str, at: datetime) -> Shop:
    """This will open a suspended shop again, as the operator. Raises ReasonMissing."""
    locked = lock_shop(shop.id)
    if locked.state != Shop.State.SUSPENDED:
        raise WrongShopState(state=locked.get_state_display())
    change_state(shop=locked, state=Shop.State.OPEN, reason=_needed(reason), by=by, at=at)
    return locked


def _save(shop: Shop, *fields: str) -> Shop:
    shop.version += 1
    shop.save(update_fields=[*fields, "version"])
    return shop


def _checked_name(name: str) -> str:
    name = rules.clean_name(name)
    if not name:
        raise NameMissing
    if len(name) > rules.LONGEST_NAME:
        raise NameTooLong(longest=rules.LONGEST_NAME)
    return name


def _needed(reason: str) -> str:
    if not reason.strip():
        raise ReasonMissing
    return reason.strip()


def _stored(data: bytes | None) -> str | None:
    """The stored picture's name; "" takes one away, None leaves it."""
    if not data:
        return None if data is None else ""
    return pictures.store_picture(data).largest
