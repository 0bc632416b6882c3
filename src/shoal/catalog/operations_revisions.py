"""Edits of a live product: proposed by its brand, judged by the operator."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from shoal.brands.steps import need_reason
from shoal.catalog.entries import NewSku
from shoal.catalog.models import Product, Revision, Sku
from shoal.catalog.operations_pictures import MOST_PICTURES, TooManyPictures
from shoal.catalog.products import (
    TITLE_LENGTH,
    categories_by_code,
    check_sku,
    check_variants,
    described,
    freights_by_code,
    new_skus,
)
from shoal.catalog.queries import present_values
from shoal.catalog.rules import unlisted_fields
from shoal.catalog.search import refresh_search
from shoal.catalog.steps import (
    UnknownCategory,
    UnknownFreight,
    WrongProductState,
    lock_product,
    put_pictures,
)
from shoal.kit import pictures
from shoal.kit.errors import NotFound, Refused
from shoal.kit.texts import checked_texts
from shoal.kit.transactions import operation


class FieldNotRevisable(Refused):
    """This cannot be changed in a live product: {fields}. Offer it as a new product."""

    code = "field_not_revisable"


class NothingChanges(Refused):
    """This proposal changes nothing."""

    code = "nothing_changes"


class RevisionOpen(Refused):
    """An earlier proposal for this product is still waiting. Take it back first."""

    code = "revision_open"


class RevisionJudged(Refused):
    """This proposal has already been judged."""

    code = "revision_judged"


class PictureMissing(Refused):
    """A picture of this proposal has not been uploaded."""

    code = "picture_missing"


class UnknownSku(Refused):
    """This product has no SKU “{sku}”."""

    code = "unknown_sku"


@operation
def propose_revision(
    *, product: Product, changes: Mapping[str, Any], by: str, at: datetime
) -> Revision:
    """This will propose an edit of a live product; people see the old one until it is accepted.

    `changes` names only what changes: titles and descriptions (language to text), category and
    freight (codes; freight may be None), pictures (each `StoredPicture.as_json()` and "alts", all
    of them, in order), new_skus (reference, barcode, values, weight_g each), barcodes and weights
    (SKU code to the new one). Raises FieldNotRevisable, NothingChanges, RevisionOpen and what
    adding a product raises.
    """
    locked = lock_product(product.id)
    if locked.state != Product.State.LIVE:
        raise WrongProductState(title=locked.title, state=locked.get_state_display())
    unlisted = unlisted_fields(changes)
    if unlisted:
        raise FieldNotRevisable(fields=", ".join(unlisted))
    if Revision.objects.filter(product=locked, verdict="").exists():
        raise RevisionOpen
    checked = {name: _CHECKS[name](locked, value) for name, value in changes.items()}
    present = present_values(locked)
    real = {name: value for name, value in checked.items() if value != present[name]}
    if not real:
        raise NothingChanges
    return Revision.objects.create(product=locked, changes=real, proposed_at=at, proposed_by=by)


@operation
def judge_revision(*, code: str, accepted: bool, reason: str, by: str, at: datetime) -> Revision:
    """This will accept a proposed edit, which changes the product at once, or refuse it.

    A refusal needs a reason. Raises RevisionJudged; or, when accepting, what proposing raises if
    the catalogue has changed so that the edit no longer fits.
    """
    revision = _open_revision(code)
    revision.reason = reason.strip() if accepted else need_reason(reason)
    if accepted:
        product = lock_product(revision.product_id)
        _apply(product, revision.changes)
        product.version += 1
        product.changed_at = at
        product.save()
        refresh_search(product_ids=[product.id])
    verdicts = Revision.Verdict
    _write_verdict(revision, verdicts.ACCEPTED if accepted else verdicts.REFUSED, by, at)
    return revision


@operation
def take_back_revision(*, product: Product, code: str, by: str, at: datetime) -> Revision:
    """This will end a brand's own proposal before anybody judged it."""
    revision = _open_revision(code)
    if revision.product_id != product.id:
        raise NotFound
    _write_verdict(revision, Revision.Verdict.TAKEN_BACK, by, at)
    return revision


def _open_revision(code: str) -> Revision:
    revision = Revision.objects.select_for_update().filter(code=code).first()
    if revision is None:
        raise NotFound
    if revision.verdict:
        raise RevisionJudged
    return revision


def _write_verdict(revision: Revision, verdict: Revision.Verdict, by: str, at: datetime) -> None:
    revision.verdict = verdict
    revision.judged_at, revision.judged_by = at, by
    revision.save(update_fields=["verdict", "reason", "judged_at", "judged_by"])


def _check_titles(product: Product, titles: Mapping[str, str]) -> dict[str, str]:
    return checked_texts(titles, base=product.base_language, longest=TITLE_LENGTH)


def _check_descriptions(_: Product, descriptions: Mapping[str, str]) -> dict[str, str]:
    return described(descriptions)


def _check_category(_: Product, code: str) -> str:
    if code not in categories_by_code():
        raise UnknownCategory(category=code)
    return code


def _check_freight(product: Product, code: str | None) -> str | None:
    if code is not None and code not in freights_by_code(product.brand):
        raise UnknownFreight(freight=code)
    return code


def _check_pictures(_: Product, wanted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    checked = []
    if len(wanted) > MOST_PICTURES:
        raise TooManyPictures(most=MOST_PICTURES)
    for facts in wanted:
        stored = pictures.from_json(facts)
        if pictures.missing_files(stored):
            raise PictureMissing
        checked.append({**stored.as_json(), "alts": dict(facts.get("alts", {}))})
    return checked


def _check_new_skus(product: Product, wanted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    present = [NewSku(sku.reference, sku.values) for sku in product.skus.all()]
    entries = [NewSku(**facts) for facts in wanted]
    check_variants(product, [*present, *entries])
    return [
        {
            "reference": entry.reference,
            "values": [dict(value) for value in entry.values],
            "barcode": entry.barcode,
            "weight_g": entry.weight_g,
        }
        for entry in entries
    ]


def _check_barcodes(product: Product, barcodes: Mapping[str, str]) -> dict[str, str]:
    known = _known_skus(product, barcodes)
    for code, barcode in barcodes.items():
        check_sku(NewSku(known[code].reference, barcode=barcode))
    return dict(barcodes)


def _check_weights(product: Product, weights: Mapping[str, int]) -> dict[str, int]:
    known = _known_skus(product, weights)
    for code, weight_g in weights.items():
        check_sku(NewSku(known[code].reference, weight_g=weight_g))
    return dict(weights)


def _known_skus(product: Product, codes: Iterable[str]) -> dict[str, Sku]:
    known = {sku.code: sku for sku in product.skus.all()}
    for code in codes:
        if code not in known:
            raise UnknownSku(sku=code)
    return known


_CHECKS: Mapping[str, Any] = {
    "titles": _check_titles,
    "descriptions": _check_descriptions,
    "category": _check_category,
    "freight": _check_freight,
    "pictures": _check_pictures,
    "new_skus": _check_new_skus,
    "barcodes": _check_barcodes,
    "weights": _check_weights,
}


def _apply(product: Product, changes: Mapping[str, Any]) -> None:
    values = {name: _CHECKS[name](product, value) for name, value in changes.items()}
    product.titles = values.get("titles", product.titles)
    product.descriptions = values.get("descriptions", product.descriptions)
    if "category" in values:
        product.category = categories_by_code()[values["category"]]
    if "freight" in values:
        code = values["freight"]
        product.freight = freights_by_code(product.brand)[code] if code is not None else None
    if "pictures" in values:
        put_pictures(
            product=product,
            pictures=[(pictures.from_json(row), row["alts"]) for row in values["pictures"]],
        )
    if "new_skus" in values:
        entries = [NewSku(**facts) for facts in values["new_skus"]]
        Sku.objects.bulk_create(new_skus(product, entries, after=product.skus.count()))
    for field, column in (("barcodes", "barcode"), ("weights", "weight_g")):
        for code, value in values.get(field, {}).items():
            Sku.objects.filter(product=product, code=code).update(**{column: value})
