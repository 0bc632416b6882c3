"""Who works at the platform: roles, invitations by e-mail, dismissals."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from shoal.kit import clock
from shoal.people import operations
from shoal.people.models import Invitation, Person
from shoal.people.queries import names_of, open_invitations, operators, person_by_code
from shoal.web.access import OfOperator, operator
from shoal.web.answers import done, try_form
from shoal.web.desk.forms import InvitationForm
from shoal.web.desk.frame import ADMIN, answer, desk_page, role_name

_PLATFORM = Invitation.Place.PLATFORM


@operator(ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def team(request: OfOperator) -> HttpResponse:
    """This will show who works here, and invite somebody."""
    at = clock.now()
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        invited = try_form(
            form,
            "email",
            lambda: operations.invite(
                **form.cleaned_data,
                place=_PLATFORM,
                subject=None,
                place_name="Shoal",
                by=request.person.code,
                at=at,
            ),
        )
        if invited is not None:
            words = gettext("The invitation is on its way. It holds for seven days.")
            return done(request, words, reverse("desk:team"))
    context = {
        "people": _people(request.person),
        "invitations": [
            (invitation, role_name(invitation.role))
            for invitation in open_invitations(place=_PLATFORM, subject=None, at=at)
        ],
        "form": form,
    }
    return desk_page(request, "team", context, status=422 if form.errors else 200)


@operator(ADMIN)
@require_POST
def withdrawal(request: OfOperator, code: str) -> HttpResponse:
    """This will withdraw an invitation to the platform."""
    return answer(
        request,
        reverse("desk:team"),
        gettext("The invitation is withdrawn."),
        lambda: operations.withdraw_invitation(
            place=_PLATFORM, subject=None, code=code, at=clock.now()
        ),
    )


@operator(ADMIN)
@require_POST
def dismissal(request: OfOperator, code: str) -> HttpResponse:
    """This will end a role of somebody's at the platform."""
    person, role = person_by_code(code), request.POST.get("role", "")[:10]
    return answer(
        request,
        reverse("desk:team"),
        gettext("The role is ended."),
        lambda: operations.dismiss_operator(person=person, role=role, at=clock.now()),
    )


def _people(me: Person) -> list[dict[str, object]]:
    """Each person once, with her roles."""
    rows = operators()
    names = names_of(person.pk for person, _ in rows)
    people = {person.pk: person for person, _ in rows}
    return [
        {
            "code": person.code,
            "name": names[key] or person.code,
            "is_me": key == me.pk,
            "roles": [(role, role_name(role)) for who, role in rows if who.pk == key],
        }
        for key, person in people.items()
    ]
