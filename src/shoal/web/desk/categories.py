"""The category tree: what there is, what it is called, what is added."""

from collections.abc import Iterator, Sequence

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from shoal.catalog.models import Category
from shoal.catalog.operations import add_category, change_category
from shoal.catalog.queries import Branch, category_by_code, category_tree
from shoal.kit import clock
from shoal.web.access import OfOperator, operator
from shoal.web.answers import done, try_form
from shoal.web.desk.forms import CategoryForm, NewCategoryForm
from shoal.web.desk.frame import VETTING, desk_page


@operator(VETTING)
@require_http_methods(["GET", "HEAD", "POST"])
def categories(request: OfOperator) -> HttpResponse:
    """This will show the tree, and add a place to it."""
    rows = list(_flat(category_tree()))
    parents = [(row.code, f"{'　' * depth}{row.name}") for row, depth in rows]
    form = NewCategoryForm(request.POST or None, parents=parents)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        made = try_form(
            form,
            "code",
            lambda: add_category(
                code=values["code"],
                names=form.names,
                parent=values["parent"] or None,
                position=values["position"],
                tax_bp=values["tax_bp"],
            ),
        )
        if made is not None:
            words = gettext("“{name}” is in the tree.").format(name=made.name)
            return done(request, words, reverse("desk:categories"))
    context = {"rows": rows, "form": form}
    return desk_page(request, "categories", context, status=422 if form.errors else 200)


@operator(VETTING)
@require_http_methods(["GET", "HEAD", "POST"])
def category(request: OfOperator, code: str) -> HttpResponse:
    """This will rename a category, move it among its neighbours, or set its tax."""
    found = category_by_code(code=code)
    initial = {**found.names, "position": found.position, "tax_bp": found.tax_bp}
    form = CategoryForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        changed = try_form(
            form,
            "zh",
            lambda: change_category(
                code=code,
                names=form.names,
                position=form.cleaned_data["position"],
                tax_bp=form.cleaned_data["tax_bp"],
                at=clock.now(),
            ),
        )
        if changed is not None:
            words = gettext("“{name}” is changed.").format(name=changed.name)
            return done(request, words, reverse("desk:categories"))
    context = {"category": found, "form": form}
    return desk_page(request, "category", context, status=422 if form.errors else 200)


def _flat(branches: Sequence[Branch], depth: int = 0) -> Iterator[tuple[Category, int]]:
    for branch in branches:
        yield branch.category, depth
        yield from _flat(branch.children, depth + 1)
