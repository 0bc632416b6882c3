"""Who works in a shop: helpers let in by invitation, everybody let go when she is forgotten."""

from collections.abc import Sequence

from shoal.kit.transactions import step
from shoal.people.events import ErasureAsked, InvitationAccepted
from shoal.shops.models import Shop, ShopMember
from shoal.shops.steps import change_state, lock_shop

_PLACE = "shop"


@step
def admit_helpers(facts: Sequence[InvitationAccepted]) -> None:
    """This will make everybody who accepted a shop's invitation its helper, once.

    Never its keeper: a shop has one, and no invitation takes it from her.
    """
    ShopMember.objects.bulk_create(
        [
            ShopMember(
                shop_id=fact.subject,
                person_id=fact.person,
                role=ShopMember.Role.HELPER,
                since_at=fact.at,
            )
            for fact in facts
            if fact.place == _PLACE
        ],
        ignore_conflicts=True,
    )


@step
def release_members(facts: Sequence[ErasureAsked]) -> None:
    """This will end the roles in shops of people who leave; a shop without its keeper pauses."""
    for fact in facts:
        for mine in ShopMember.objects.filter(person=fact.person, until_at=None):
            if mine.role == ShopMember.Role.KEEPER:
                shop = lock_shop(mine.shop_id)
                if shop.state == Shop.State.OPEN:
                    change_state(
                        shop=shop,
                        state=Shop.State.PAUSED,
                        reason="its keeper left",
                        by="people:erase",
                        at=fact.at,
                    )
            mine.until_at = fact.at
            mine.save(update_fields=["until_at"])
