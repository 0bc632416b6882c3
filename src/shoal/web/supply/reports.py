"""Reports that goods are not genuine: what is said of the brand, and how it was judged."""

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from shoal.brands.queries import reports_about
from shoal.catalog.queries import products_by_id
from shoal.web.access import OfBrand, brand_member
from shoal.web.answers import page_of
from shoal.web.supply.frame import supply_page
from shoal.web.supply.telling import VERDICT_KINDS


@brand_member()
@require_safe
def reports(request: OfBrand) -> HttpResponse:
    """This will list the reports about a brand.

    Who reported and what she wrote stays with the platform: nobody should fear to report.
    """
    page = page_of(request, reports_about(brand=request.brand))
    ids = [row.product for row in page if row.product]
    names = {product.id: product.title for product in products_by_id(ids=ids)}
    rows: list[dict[str, Any]] = [
        {
            "report": row,
            "product": names.get(row.product, ""),
            "kind": VERDICT_KINDS.get(row.verdict, "warn"),
        }
        for row in page
    ]
    return supply_page(request, "reports", {"page": page, "rows": rows})
