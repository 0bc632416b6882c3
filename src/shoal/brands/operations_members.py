"""Who works for a brand: colleagues are invited, and dismissed, by its owner."""

from datetime import datetime

from shoal.brands.models import Brand, BrandMember
from shoal.brands.steps_members import LastOwner
from shoal.kit.errors import NotFound
from shoal.kit.texts import in_language
from shoal.kit.transactions import operation
from shoal.people.models import Invitation
from shoal.people.operations import NotARole, invite


def invite_colleague(*, brand: Brand, email: str, role: str, by: str, at: datetime) -> Invitation:
    """This will mail an invitation to work for `brand` in `role`, in one operation of people's.

    Raises NotARole or NotAnEmail.
    """
    if role not in BrandMember.Role.values:
        raise NotARole(role=role)
    return invite(
        email=email,
        place=Invitation.Place.BRAND,
        subject=brand.pk,
        role=role,
        place_name=in_language(brand.names, brand.base_language),
        by=by,
        at=at,
    )


@operation
def dismiss_colleague(*, brand: Brand, code: str, at: datetime) -> None:
    """This will end the role at `brand` of the person with this short code.

    Raises NotFound, or LastOwner for the only owner.
    """
    members = BrandMember.objects.select_for_update().filter(brand=brand, until_at=None)
    roles = list(members.order_by("pk").select_related("person"))
    leaving = next((one for one in roles if one.person.code == code), None)
    if leaving is None:
        raise NotFound
    owners = [one for one in roles if one.role == BrandMember.Role.OWNER]
    if owners == [leaving]:
        raise LastOwner
    leaving.until_at = at
    leaving.save(update_fields=["until_at"])
