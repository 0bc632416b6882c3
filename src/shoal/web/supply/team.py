"""Team: who works for the brand, who is invited."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from shoal.brands.models import BrandMember
from shoal.brands.operations import end_member
from shoal.brands.operations_members import invite_colleague
from shoal.brands.queries import brand_members
from shoal.kit import clock
from shoal.kit.errors import NotFound
from shoal.people.models import Invitation
from shoal.people.operations import withdraw_invitation
from shoal.people.queries import names_of, open_invitations
from shoal.web.access import OfBrand, brand_member
from shoal.web.answers import done, try_form
from shoal.web.supply.forms import InviteForm
from shoal.web.supply.frame import Role, supply_page

_BRAND = Invitation.Place.BRAND


@brand_member(Role.OWNER)
@require_safe
def team(request: OfBrand) -> HttpResponse:
    """This will show who works for the brand."""
    return _show(request, InviteForm(initial={"role": Role.GOODS}))


@brand_member(Role.OWNER)
@require_POST
def invitations(request: OfBrand) -> HttpResponse:
    """This will mail somebody an invitation."""
    form = InviteForm(request.POST)
    if form.is_valid() and try_form(form, "email", lambda: _invite(request, form)) is not None:
        words = gettext("Invited. The link in the mail holds for seven days.")
        return done(request, words, reverse("supply:team"))
    return _show(request, form, status=422)


@brand_member(Role.OWNER)
@require_POST
def withdrawal(request: OfBrand, code: str) -> HttpResponse:
    """This will withdraw an invitation that nobody has accepted."""
    withdraw_invitation(place=_BRAND, subject=request.brand.id, code=code, at=clock.now())
    return done(request, gettext("The invitation is withdrawn."), reverse("supply:team"))


@brand_member(Role.OWNER)
@require_POST
def leaving(request: OfBrand, code: str) -> HttpResponse:
    """This will end somebody's work for the brand."""
    found = next(
        (row for row in brand_members(brand=request.brand) if row.person.code == code), None
    )
    if found is None:
        raise NotFound
    end_member(brand=request.brand, person=found.person, at=clock.now())
    if found.person == request.person:
        return done(request, gettext("You have left the brand."), reverse("account:home"))
    return done(request, gettext("She does not work here any more."), reverse("supply:team"))


def _invite(request: OfBrand, form: InviteForm) -> Invitation:
    return invite_colleague(
        brand=request.brand,
        email=form.cleaned_data["email"],
        role=form.cleaned_data["role"],
        by=request.person.code,
        at=clock.now(),
    )


def _show(request: OfBrand, form: InviteForm, *, status: int = 200) -> HttpResponse:
    members = brand_members(brand=request.brand)
    names = names_of(row.person_id for row in members)
    owners = [row for row in members if row.role == BrandMember.Role.OWNER]
    context = {
        "members": [
            {
                "name": names.get(row.person_id) or row.person.code,
                "code": row.person.code,
                "role": row.get_role_display(),
                "since_at": row.since_at,
                "me": row.person_id == request.person.pk,
                "last": owners == [row],
            }
            for row in members
        ],
        "invitations": [
            (row, BrandMember.Role(row.role).label)
            for row in open_invitations(place=_BRAND, subject=request.brand.id, at=clock.now())
        ],
        "form": form,
        "roles": [
            (Role.OWNER.label, gettext("everything, papers, team and contract")),
            (Role.GOODS.label, gettext("products, offers, sales, stock")),
            (Role.WAREHOUSE.label, gettext("parcels with addresses, stock")),
            (Role.MONEY.label, gettext("money")),
        ],
    }
    return supply_page(request, "team", context, status=status)
