"""Colleagues come to a brand by invitation; `operations.end_member` lets them go."""

from datetime import datetime

from shoal.brands.models import Brand, BrandMember
from shoal.kit.texts import in_language
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
