"""Writes on shops that operations here and above compose inside their transaction."""

from datetime import datetime
from uuid import UUID

from django.db.models import F

from shoal.kit.errors import Refused
from shoal.kit.locks import lock_row
from shoal.kit.transactions import step
from shoal.shops.models import Shop, ShopStep
from shoal.shops.rules import may_become


class WrongShopState(Refused):
    """This cannot be done while the shop is “{state}”."""

    code = "wrong_shop_state"


@step
def lock_shop(shop: UUID) -> Shop:
    """This will lock a shop's row and return it. Raises NotFound."""
    return lock_row(Shop, shop)


@step
def change_state(*, shop: Shop, state: Shop.State, reason: str, by: str, at: datetime) -> None:
    """This will move a locked shop to `state` and write the step down.

    Raises WrongShopState when its present state does not lead there.
    """
    if not may_become(shop.state, state):
        raise WrongShopState(state=shop.get_state_display())
    ShopStep.objects.create(shop=shop, state=state, reason=reason, by=by, at=at)
    shop.state = state
    shop.version += 1
    shop.save(update_fields=["state", "version"])


@step
def renew_shop(*, shop: UUID) -> None:
    """This will raise a shop's version: what its customers see has changed."""
    Shop.objects.filter(id=shop).update(version=F("version") + 1)
