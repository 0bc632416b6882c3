"""Counterfeit reports: what somebody wrote, sealed until an operator reads it, and the verdict."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from shoal.brands.operations import judge_counterfeit
from shoal.brands.queries import counterfeit_reports, open_report_count
from shoal.care.queries_cases import cases_of_reports
from shoal.catalog.queries import products_by_id
from shoal.kit import clock
from shoal.web.access import OfOperator, operator
from shoal.web.components.nav import Place
from shoal.web.desk.frame import (
    CARE,
    VETTING,
    accepts,
    actors,
    answer,
    cut,
    desk_page,
    may,
    reason_of,
)
from shoal.web.supply.telling import VERDICT_KINDS


@operator(CARE)
@require_safe
def reports(request: OfOperator) -> HttpResponse:
    """This will list the reports that wait, or all of them, with what was written."""
    every = request.GET.get("state") == "all"
    rows, more = cut(
        request,
        lambda limit, offset: counterfeit_reports(open_only=not every, limit=limit, offset=offset),
    )
    wanted = [row.report.product for row in rows if row.report.product is not None]
    products = {product.id: product for product in products_by_id(ids=wanted)} if wanted else {}
    names = actors(row.report.judged_by for row in rows)
    cases = cases_of_reports(reports=[row.report.id for row in rows])
    here = reverse("desk:reports")
    context = {
        "rows": [
            {
                "report": row.report,
                "text": row.text,
                "product": products.get(row.report.product) if row.report.product else None,
                "case": cases.get(row.report.id),
                "kind": VERDICT_KINDS.get(row.report.verdict, "warn"),
                "by": names.get(row.report.judged_by, ""),
            }
            for row in rows
        ],
        "more_url": more,
        "tabs": [
            Place(gettext("To judge"), "", here, open_report_count(), current=not every),
            Place(gettext("All"), "", f"{here}?state=all", current=every),
        ],
        "may_see_brands": may(request.operator_roles, VETTING),
    }
    return desk_page(request, "reports", context)


@operator(CARE)
@require_POST
def verdict(request: OfOperator, code: str) -> HttpResponse:
    """This will uphold a report or dismiss it; what follows for the brand is decided apart."""
    upheld = accepts(request)
    return answer(
        request,
        reverse("desk:reports"),
        gettext("The report is upheld. Suspending the brand is a decision of its own.")
        if upheld
        else gettext("The report is dismissed."),
        lambda: judge_counterfeit(
            code=code,
            upheld=upheld,
            reason=reason_of(request),
            by=request.person.code,
            at=clock.now(),
        ),
    )
