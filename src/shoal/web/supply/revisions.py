"""Edits of a live product: proposed with their diff, judged by the operator, taken back."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shoal.catalog.models import Product
from shoal.catalog.operations import propose_revision, take_back_revision
from shoal.catalog.queries import product_by_code, revision_by_code
from shoal.catalog.steps import WrongProductState
from shoal.kit import clock, pictures
from shoal.kit.errors import Refused
from shoal.web.access import OfBrand, brand_member
from shoal.web.account.forms import typed
from shoal.web.answers import done
from shoal.web.supply.diffs import told_changes
from shoal.web.supply.forms import data_of
from shoal.web.supply.frame import Role, supply_page
from shoal.web.supply.goods_forms import (
    KnownSkuForm,
    PicturesForm,
    TextsForm,
    VariantForm,
    shown_rows,
    texts_of,
    typed_rows,
)
from shoal.web.supply.telling import VERDICT_KINDS

_SPARE = 2


@brand_member(Role.GOODS)
@require_http_methods(["GET", "POST"])
def propose(request: OfBrand, code: str) -> HttpResponse:
    """This will propose an edit of a live product; people see the old one until it is accepted."""
    found = product_by_code(code=code, brand=request.brand)
    if found.state != Product.State.LIVE:
        raise WrongProductState(title=found.title, state=found.get_state_display())
    sent = typed(request)
    form = TextsForm(sent, initial=texts_of(found), brand=request.brand)
    known = [KnownSkuForm(sent, sku=sku) for sku in found.skus.all()]
    rows = (
        typed_rows(request.POST, found.attributes)
        if sent is not None
        else shown_rows([], found.attributes, spare=_SPARE)
    )
    if sent is not None and all(one.is_valid() for one in (form, *known, *rows)):
        try:
            changes = _changes(request, found, form, known, rows)
            made = propose_revision(
                product=found, changes=changes, by=request.person.code, at=clock.now()
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            words = gettext("Proposed. People see the old texts until the platform accepts it.")
            return done(request, words, reverse("supply:revision", args=[made.code]))
    context = {
        "product": found,
        "form": form,
        "known": known,
        "rows": rows,
        "pictures": list(found.pictures.all()),
        "uploading": PicturesForm(),
    }
    wrong = sent is not None
    return supply_page(request, "revise", context, status=422 if wrong else 200)


@brand_member(Role.GOODS)
@require_safe
def revision(request: OfBrand, code: str) -> HttpResponse:
    """This will show a proposed edit field by field, and how it was judged."""
    found = revision_by_code(code=code, brand=request.brand)
    context = {
        "revision": found.revision,
        "product": found.product,
        "kind": VERDICT_KINDS.get(found.revision.verdict, "warn"),
        "changes": told_changes(found),
    }
    return supply_page(request, "revision", context)


@brand_member(Role.GOODS)
@require_POST
def end(request: OfBrand, code: str) -> HttpResponse:
    """This will take a proposal back before anybody judged it."""
    found = revision_by_code(code=code, brand=request.brand)
    take_back_revision(product=found.product, code=code, by=request.person.code, at=clock.now())
    return done(request, gettext("Taken back. The product stays as it is."),
                reverse("supply:product", args=[found.product.code]))  # fmt: skip


def _changes(
    request: OfBrand,
    found: Product,
    form: TextsForm,
    known: list[KnownSkuForm],
    rows: list[VariantForm],
) -> Mapping[str, Any]:
    """Only what differs: the operator judges nothing that stays."""
    changes: dict[str, Any] = dict(form.texts)
    changes["barcodes"] = {
        one.sku.code: one.cleaned_data["barcode"]
        for one in known
        if one.cleaned_data["barcode"] != one.sku.barcode
    }
    changes["weights"] = {
        one.sku.code: one.cleaned_data["weight_g"]
        for one in known
        if one.cleaned_data["weight_g"] != one.sku.weight_g
    }
    changes["new_skus"] = [
        {
            "reference": sku.reference, "values": [dict(value) for value in sku.values],
            "barcode": sku.barcode, "weight_g": sku.weight_g,
        }
        for row in rows
        if (sku := row.sku) is not None
    ]  # fmt: skip
    changes["pictures"] = _pictures(request, found)
    return changes


def _pictures(request: OfBrand, found: Product) -> list[dict[str, Any]]:
    """The pictures in the order of their numbers, without those taken away, new ones last."""
    gone = set(request.POST.getlist("gone"))
    own = [picture for picture in found.pictures.all() if picture.digest not in gone]
    own.sort(key=lambda picture: (_place(request, picture.digest), picture.position))
    files = request.FILES.getlist("pictures")
    new = pictures.store_pictures([data_of(file, most=pictures.MAX_BYTES) for file in files[:12]])
    return [
        *({**picture.stored.as_json(), "alts": picture.alts} for picture in own),
        *({**stored.as_json(), "alts": {}} for stored in new),
    ]


def _place(request: OfBrand, digest: str) -> int:
    text = request.POST.get(f"place-{digest}", "")
    return int(text) if text.isdecimal() and len(text) < 4 else 999
