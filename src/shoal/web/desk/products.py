"""Products and edits that wait for the operator: what is said, beside what was said before."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from shoal.catalog import operations
from shoal.catalog.models import Product
from shoal.catalog.operations_revisions import judge_revision
from shoal.catalog.queries import (
    product_by_code,
    products_to_judge,
    revision_by_code,
    revisions_to_judge,
    steps_of,
    waiting_counts,
)
from shoal.kit import clock
from shoal.web.access import OfOperator, operator
from shoal.web.answers import Rows, page_of
from shoal.web.desk.frame import (
    PAGE,
    VETTING,
    Told,
    accepts,
    actors,
    answer,
    desk_page,
    reason_of,
    tabs,
    who_and_why,
)
from shoal.web.supply.diffs import told_changes
from shoal.web.supply.telling import PRODUCT_KINDS, VERDICT_KINDS


@operator(VETTING)
@require_safe
def products(request: OfOperator) -> HttpResponse:
    """This will list the new products, or the edits, that wait to be judged."""
    news, edits = waiting_counts()
    names = {"new": gettext("New products"), "edits": gettext("Edits of live products")}
    chosen, places = tabs(request, names, {"new": news, "edits": edits})
    rows: Rows[Any] = (
        Rows(news, products_to_judge) if chosen == "new" else Rows(edits, revisions_to_judge)
    )
    context = {
        "page": page_of(request, rows, size=PAGE),
        "tabs": places,
        "chosen": chosen,
        "query": f"state={chosen}",
    }
    return desk_page(request, "products", context)


@operator(VETTING)
@require_safe
def product(request: OfOperator, code: str) -> HttpResponse:
    """This will show a product as its brand describes it, and how it came to its state."""
    found = product_by_code(code=code)
    steps = steps_of(product=found)
    names = actors((step.by for step in steps), others=gettext("the brand"))
    context = {
        "product": found,
        "kind": PRODUCT_KINDS.get(found.state, ""),
        "texts": _texts(found),
        "steps": [
            Told(
                str(Product.State(step.state).label),
                who_and_why(names[step.by], step.reason),
                step.at,
            )
            for step in reversed(steps)
        ],
    }
    return desk_page(request, "product", context)


@operator(VETTING)
@require_POST
def verdict(request: OfOperator, code: str) -> HttpResponse:
    """This will accept a product, send it back to its brand, or take a live one out of sale."""
    found, by, at = product_by_code(code=code), request.person.code, clock.now()
    goto, reason = reverse("desk:products"), reason_of(request)
    if "withdraw" in request.POST:
        return answer(
            request,
            reverse("desk:product", args=[code]),
            gettext("The product is out of sale."),
            lambda: operations.withdraw_product(product=found, reason=reason, by=by, at=at),
        )
    if accepts(request):
        return answer(
            request,
            goto,
            gettext("“{title}” is live.").format(title=found.title),
            lambda: operations.accept_product(product=found, reason=reason, by=by, at=at),
        )
    return answer(
        request,
        goto,
        gettext("“{title}” went back to its brand.").format(title=found.title),
        lambda: operations.refuse_product(product=found, reason=reason, by=by, at=at),
    )


@operator(VETTING)
@require_safe
def revision(request: OfOperator, code: str) -> HttpResponse:
    """This will show a proposed edit beside what the product says now."""
    found = revision_by_code(code=code)
    judged_by = found.revision.judged_by
    context = {
        "revision": found.revision,
        "product": found.product,
        "changes": told_changes(found),
        "kind": VERDICT_KINDS.get(found.revision.verdict, ""),
        "judged_by": actors([judged_by]).get(judged_by, ""),
    }
    return desk_page(request, "revision", context)


@operator(VETTING)
@require_POST
def revision_verdict(request: OfOperator, code: str) -> HttpResponse:
    """This will accept an edit, which changes the product at once, or refuse it."""
    accepted = accepts(request)
    return answer(
        request,
        f"{reverse('desk:products')}?state=edits",
        gettext("The edit is live.") if accepted else gettext("The edit is refused."),
        lambda: judge_revision(
            code=code,
            accepted=accepted,
            reason=reason_of(request),
            by=request.person.code,
            at=clock.now(),
        ),
    )


def _texts(product: Product) -> list[tuple[str, str, str, str]]:
    """Each language's code and name, title and description, those that there are."""
    names = {"zh": gettext("In Chinese"), "en": gettext("In English")}
    return [
        (code, label, product.titles.get(code, ""), product.descriptions.get(code, ""))
        for code, label in names.items()
        if product.titles.get(code) or product.descriptions.get(code)
    ]
