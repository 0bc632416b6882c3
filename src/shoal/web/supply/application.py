"""A brand's application: where it stands, its papers, the samples that were asked for."""

from typing import Any

from django.http import FileResponse, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from shoal.brands.models import Brand, Paper
from shoal.brands.operations import apply_brand_again, hand_in_paper, send_sample
from shoal.brands.queries import BrandFile, brand_file, open_paper
from shoal.kit import clock
from shoal.web.access import OfBrand, brand_member
from shoal.web.answers import done, try_form
from shoal.web.supply.forms import PaperForm, TrackingForm
from shoal.web.supply.frame import Role, supply_page
from shoal.web.supply.telling import BRAND_KINDS, VERDICT_KINDS


@brand_member(Role.OWNER)
@require_safe
def application(request: OfBrand) -> HttpResponse:
    """This will show where a brand stands and what it has to do next."""
    return _show(request, PaperForm())


@brand_member(Role.OWNER)
@require_POST
def papers(request: OfBrand) -> HttpResponse:
    """This will take a paper in."""
    form = PaperForm(request.POST, request.FILES)
    if form.is_valid() and try_form(
        form, "file",
        lambda: hand_in_paper(brand=request.brand, at=clock.now(), **form.paper),
    ) is not None:  # fmt: skip
        return done(request, gettext("Handed in. The platform looks at it."), _here("papers"))
    return _show(request, form, status=422)


@brand_member(Role.OWNER)
@require_safe
def paper(request: OfBrand, code: str) -> FileResponse:
    """This will hand out one of the brand's own papers."""
    found = open_paper(code=code, brand=request.brand)
    response = FileResponse(found.file, content_type=found.media_type, filename=found.name)
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@brand_member(Role.OWNER)
@require_POST
def sample(request: OfBrand, code: str) -> HttpResponse:
    """This will note under which number a sample travels."""
    form = TrackingForm(request.POST)
    tracking = form.cleaned_data["tracking"] if form.is_valid() else ""
    send_sample(brand=request.brand, code=code, tracking=tracking)
    return done(request, gettext("Thank you: we look out for it."), _here("samples"))


@brand_member(Role.OWNER)
@require_POST
def again(request: OfBrand) -> HttpResponse:
    """This will reopen an application that was refused."""
    apply_brand_again(brand=request.brand, by=request.person.code, at=clock.now())
    return done(request, gettext("Your application is open again."), _here("papers"))


def _here(part: str) -> str:
    return f"{reverse('supply:application')}#{part}"


def _show(request: OfBrand, form: PaperForm, *, status: int = 200) -> HttpResponse:
    found = brand_file(code=request.brand.code, at=clock.now())
    states = Brand.State
    context = {
        "file": found,
        "kind": BRAND_KINDS.get(found.brand.state, "warn"),
        "next": _next(found),
        "missing": [Paper.Kind(kind).label for kind in found.papers_missing],
        "papers": [(row, VERDICT_KINDS.get(row.verdict, "warn")) for row in found.papers],
        "samples": [
            (row, VERDICT_KINDS.get(row.verdict, "warn"),
             TrackingForm(initial={"tracking": row.tracking}, auto_id=f"{row.code}_%s"))
            for row in found.samples
        ],
        "form": form,
        "steps": _steps(found),
        "is_refused": found.brand.state == states.REFUSED,
        "joins": found.brand.state not in {states.ACTIVE, states.SUSPENDED},
    }  # fmt: skip
    return supply_page(request, "application", context, status=status)


def _next(found: BrandFile) -> tuple[str, str]:
    """What happens next, and who does it."""
    states, state = Brand.State, found.brand.state
    if found.offered is not None:
        return gettext("Read and sign the contract"), gettext("It is offered and waits for you.")
    if state in {states.APPLIED, states.SAMPLES}:
        handed = {row.kind for row in found.papers if row.verdict != "refused"}
        if "licence" not in handed or not handed & {"trademark", "authorisation"}:
            return (
                gettext("Hand in your papers"),
                gettext("Needed: a business licence, and a trademark or an authorisation."),
            )
        if any(not row.tracking and not row.verdict for row in found.samples):
            return gettext("Send the samples"), gettext("Tell us the tracking number of each.")
        return gettext("The platform vets your brand"), gettext("You need not do anything now.")
    if state == states.VETTED:
        return gettext("The platform prepares your contract"), gettext("You are through vetting.")
    return "", ""


def _steps(found: BrandFile) -> list[dict[str, Any]]:
    told = [
        {"title": step.get_state_display(), "text": step.reason, "at": step.at,
         "kind": "bad" if step.state in {"refused", "suspended"} else ""}
        for step in found.steps
    ]  # fmt: skip
    title, text = _next(found)
    return [*told, {"title": title, "text": text, "kind": "next"}] if title else told
