"""A keeper's statements, her months for the tax office, and whom they are made out to."""

from django.http import FileResponse, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from shoal.settlement.parties import shop_party
from shoal.settlement.queries_statements import statement_by_code
from shoal.web.access import OfKeeper, keeper
from shoal.web.answers import done
from shoal.web.keep.frame import keeper_page
from shoal.web.statements import files, pages


@keeper
@require_safe
def statements(request: OfKeeper) -> HttpResponse:
    """This will list a shop's statements, the newest first."""
    context = pages.list_context(
        request,
        party=shop_party(request.shop),
        url=lambda one: reverse("keep:statement", args=[one.code]),
    )
    return keeper_page(request, "statements", context)


@keeper
@require_safe
def statement(request: OfKeeper, code: str) -> HttpResponse:
    """This will show one statement, line by line."""
    found = statement_by_code(code=code, party=request.shop.id)
    context = pages.statement_context(request, statement=found, party=shop_party(request.shop))
    return keeper_page(request, "statement", context)


@keeper
@require_safe
def download(request: OfKeeper, code: str, suffix: str) -> FileResponse:
    """This will hand out a statement as PDF or XLSX."""
    found = statement_by_code(code=code, party=request.shop.id)
    return files.statement_file(statement=found, party=shop_party(request.shop), kind=suffix)


@keeper
@require_safe
def months(request: OfKeeper) -> HttpResponse:
    """This will show what a shop earned, gave back, had withheld and was paid, month by month."""
    month = pages.month_asked(request)
    context = pages.year_context(party=shop_party(request.shop), month=month)
    return keeper_page(request, "months", context)


@keeper
@require_safe
def months_sheet(request: OfKeeper) -> FileResponse:
    """This will hand out the same as XLSX."""
    return files.year_file(party=shop_party(request.shop))


@keeper
@require_http_methods(["GET", "POST"])
def invoice(request: OfKeeper) -> HttpResponse:
    """This will show and take in whom a keeper's statements are made out to."""
    party = shop_party(request.shop)
    form = pages.invoice_form(party, request.POST if request.method == "POST" else None)
    if form.is_bound and pages.kept_invoice(form, party=party, by=request.person.code):
        return done(request, gettext("Kept."), reverse("keep:invoice"))
    return keeper_page(request, "invoice", {"form": form}, status=422 if form.errors else 200)
