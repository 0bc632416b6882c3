"""What must hold of shops."""

from collections.abc import Iterable

from shoal.kit.health import Check, none_found


def checks() -> Iterable[Check]:
    """This will check that states follow from their steps, and that every shop has its keeper."""
    yield none_found(
        "shops: state is the last step",
        """
        SELECT count(*) FROM shops_shop AS shop WHERE shop.state IS DISTINCT FROM (
            SELECT step.state FROM shops_shopstep AS step
            WHERE step.shop_id = shop.id ORDER BY step.id DESC LIMIT 1
        )
        """,
        "{found} shops are in a state that is not that of their last step. Look at who changed "
        "the table by hand and set the state back.",
    )
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
