"""A brand's statements, its months for the tax office, and whom they are made out to."""

from django.http import FileResponse, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from shoal.settlement.parties import brand_party
from shoal.settlement.queries_statements import statement_by_code
from shoal.web.access import OfBrand, brand_member
from shoal.web.answers import done
from shoal.web.statements import files, pages
from shoal.web.supply.frame import Role, supply_page


@brand_member(Role.MONEY)
@require_safe
def statements(request: OfBrand) -> HttpResponse:
    """This will list a brand's statements, the newest first."""
    context = pages.list_context(
        request,
        party=brand_party(request.brand),
        url=lambda one: reverse("supply:statement", args=[one.code]),
    )
    return supply_page(request, "statements", context)


@brand_member(Role.MONEY)
@require_safe
def statement(request: OfBrand, code: str) -> HttpResponse:
    """This will show one statement, line by line."""
    found = statement_by_code(code=code, party=request.brand.id)
    context = pages.statement_context(request, statement=found, party=brand_party(request.brand))
    return supply_page(request, "statement", context)


@brand_member(Role.MONEY)
@require_safe
def download(request: OfBrand, code: str, suffix: str) -> FileResponse:
    """This will hand out a statement as PDF or XLSX."""
    found = statement_by_code(code=code, party=request.brand.id)
    return files.statement_file(statement=found, party=brand_party(request.brand), kind=suffix)


@brand_member(Role.MONEY)
@require_safe
def months(request: OfBrand) -> HttpResponse:
    """This will show a brand's months for the tax office, and a month's sales by tax rate."""
    month = pages.month_asked(request)
    context = pages.year_context(party=brand_party(request.brand), month=month)
    return supply_page(request, "months", context)


@brand_member(Role.MONEY)
@require_safe
def months_sheet(request: OfBrand) -> FileResponse:
    """This will hand out the same as XLSX."""
    return files.year_file(party=brand_party(request.brand))


@brand_member(Role.MONEY)
@require_http_methods(["GET", "POST"])
def invoice(request: OfBrand) -> HttpResponse:
    """This will show and take in whom a brand's statements are made out to."""
    party = brand_party(request.brand)
    form = pages.invoice_form(party, request.POST if request.method == "POST" else None)
    if form.is_bound and pages.kept_invoice(form, party=party, by=request.person.code):
        return done(request, gettext("Kept."), reverse("supply:invoice"))
    return supply_page(request, "invoice", {"form": form}, status=422 if form.errors else 200)
