"""What must hold of shops."""

from collections.abc import Iterable

from shoal.kit.health import Check, none_found
from shoal.kit.projections import state_follows
from shoal.shops.models import Shop, ShopStep


def checks() -> Iterable[Check]:
    """This will check that states follow from their steps, and that every shop has its keeper."""
    yield state_follows("shops: state is the last step", rows=Shop, steps=ShopStep, key="shop")
    yield none_found(
        "shops: every shop has a keeper",
        """
        SELECT count(*) FROM shops_shop AS shop WHERE NOT EXISTS (
            SELECT 1 FROM shops_shopmember AS member
            WHERE member.shop_id = shop.id AND member.role = 'keeper' AND member.until_at IS NULL
        )
        """,
        "{found} shops have nobody who keeps them: nobody can answer their customers. Suspend "
        "them until their keepers are found.",
    )
