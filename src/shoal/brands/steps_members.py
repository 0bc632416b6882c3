"""Who works for a brand: let in by an accepted invitation, let go when she is forgotten."""

from collections.abc import Sequence

from shoal.brands.models import BrandMember
from shoal.kit.errors import Refused
from shoal.kit.transactions import step
from shoal.people.events import ErasureAsked, InvitationAccepted

_PLACE = "brand"


class LastOwner(Refused):
    """A brand needs an owner: name another one first."""

    code = "last_owner"


@step
def admit_members(facts: Sequence[InvitationAccepted]) -> None:
    """This will give everybody who accepted a brand's invitation her role, instead of another."""
    for fact in facts:
        if fact.place == _PLACE:
            present = BrandMember.objects.filter(
                brand=fact.subject, person=fact.person, until_at=None
            )
            present.update(until_at=fact.at)
            BrandMember.objects.create(
                brand_id=fact.subject, person_id=fact.person, role=fact.role, since_at=fact.at
            )


@step
def release_members(facts: Sequence[ErasureAsked]) -> None:
    """This will end the roles at brands of people who leave. Raises LastOwner for an only owner."""
    for fact in facts:
        for mine in BrandMember.objects.filter(person=fact.person, until_at=None):
            others = BrandMember.objects.filter(
                brand=mine.brand_id, role=BrandMember.Role.OWNER, until_at=None
            ).exclude(person=fact.person)
            if mine.role == BrandMember.Role.OWNER and not others.exists():
                raise LastOwner
            mine.until_at = fact.at
            mine.save(update_fields=["until_at"])
