"""Taking a product sheet in: everything is checked first, then written in chunks.

A sheet with a fault anywhere is not written at all. Writing goes in chunks of whole products, one
transaction each; after a kill the same file is simply taken in again: products are told by brand
and number, units by SKU and delivery note, and what is already there is left alone.
"""

import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from shoal.brands.models import Brand
from shoal.brands.steps import lock_brand
from shoal.catalog.models import Product, Sku
from shoal.catalog.operations import propose_revision
from shoal.catalog.products import put_draft, put_new
from shoal.catalog.spreadsheets import Sheet, opened
from shoal.catalog.steps import lock_product
from shoal.kit.errors import Refused
from shoal.kit.transactions import operation
from shoal.offers.making import NewOffer, make_offers
from shoal.offers.operations import change_offer
from shoal.offers.product_sheet import Fail, Fault, Line, Listed, read_products
from shoal.offers.refusals import NoChange
from shoal.offers.sheet_plan import Plan, plan_product, present_for
from shoal.stock.steps import Quantity, receive

CHUNK_ROWS = 500
MOST_FAULTS = 200

Progress = Callable[[str, int, int | None], None]
"""Called with the stage ("check" or "write"), the rows done and, once known, how many there are."""


@dataclass(slots=True)
class Outcome:
    """What taking a sheet in did, or would do. `faults` holds the first of `fault_count`."""

    rows: int = 0
    products: int = 0
    new: int = 0
    changed: int = 0
    proposed: int = 0
    units: int = 0
    offers_new: int = 0
    offers_changed: int = 0
    waiting: int = 0
    fault_count: int = 0
    faults: list[Fault] = field(default_factory=list)

    def fail(self, fault: Fault) -> None:
        """This will note a fault."""
        self.fault_count += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(fault)

    def count(self, plan: Plan) -> None:
        """This will add what `plan` does."""
        self.new += plan.new is not None
        self.changed += plan.draft is not None
        self.proposed += plan.changes is not None
        self.units += sum(quantity for _, quantity, _ in plan.units)
        self.offers_new += len(plan.new_offers)
        self.offers_changed += len(plan.changed_offers)
        self.waiting += plan.waiting


def _silent(_stage: str, _done: int, _total: int | None) -> None:
    """Nobody watches."""


def check_sheet(*, path: Path, brand: Brand, progress: Progress = _silent) -> Outcome:
    """This will say what taking `path` in would do and everything that is wrong with it.

    Nothing is written. Raises NotASheet, UnreadableText, SheetTooLarge, NoHeader, ColumnsMissing
    or ColumnsUnknown when the file cannot be read as a product sheet at all.
    """
    outcome = Outcome()
    delivery = _delivery(path)
    with opened(path) as sheet:
        for listed in _chunks(sheet, brand, outcome):
            present = present_for(brand=brand, listed=listed, deliveries=_reasons(listed, delivery))
            for one in listed:
                plan = plan_product(
                    listed=one, present=present, delivery=delivery, fail=outcome.fail
                )
                if plan is not None:
                    outcome.count(plan)
            progress("check", outcome.rows, None)
    return outcome


def import_sheet(
    *, path: Path, brand: Brand, by: str, at: datetime, progress: Progress = _silent
) -> Outcome:
    """This will take a product sheet in: new products become drafts, live ones are proposed edits.

    Checks the whole sheet first and writes nothing if there is a fault. Units and terms of SKUs
    that are not live yet are counted as `waiting`: take the same file in again once they are.
    Raises what `check_sheet` raises.
    """
    checked = check_sheet(path=path, brand=brand, progress=progress)
    if checked.fault_count:
        return checked
    outcome = Outcome()
    delivery = _delivery(path)
    with opened(path) as sheet:
        for listed in _chunks(sheet, brand, outcome):
            plans = _write(
                brand=brand.id, listed=listed, delivery=delivery, by=by, at=at, fail=outcome.fail
            )
            for row, plan in plans:
                _propose(row, plan, by, at, outcome.fail)
                outcome.count(plan)
            progress("write", outcome.rows, checked.rows)
    return outcome


def _chunks(sheet: Sheet, brand: Brand, outcome: Outcome) -> Iterator[list[Listed]]:
    chunk: list[Listed] = []
    rows = 0
    for listed in read_products(sheet, currency=brand.currency, fail=outcome.fail):
        outcome.products += 1
        if listed is None:
            continue
        chunk.append(listed)
        rows += len(listed.lines)
        if rows >= CHUNK_ROWS:
            outcome.rows += rows
            yield chunk
            chunk, rows = [], 0
    outcome.rows += rows
    if chunk:
        yield chunk


def _delivery(path: Path) -> str:
    """What units without a delivery note belong to: this very file."""
    with path.open("rb") as file:
        return f"sheet {hashlib.file_digest(file, 'sha256').hexdigest()[:12]}"


def _reasons(listed: Sequence[Listed], delivery: str) -> set[str]:
    notes = {line.delivery for one in listed for line in one.lines if line.units}
    return {f"delivery {note or delivery}" for note in notes}


@operation
def _write(
    *, brand: UUID, listed: Sequence[Listed], delivery: str, by: str, at: datetime, fail: Fail
) -> list[tuple[int, Plan]]:
    """Writes one chunk; planned anew under the brand's lock, so that nothing is done twice."""
    locked = lock_brand(brand)
    present = present_for(brand=locked, listed=listed, deliveries=_reasons(listed, delivery))
    plans = []
    for one in listed:
        plan = plan_product(listed=one, present=present, delivery=delivery, fail=fail)
        if plan is not None:
            plans.append((one.row, plan))
    made = put_new(brand=locked, entries=[plan.new for _, plan in plans if plan.new], by=by, at=at)
    written = {product.reference: product for product in made}
    for _, plan in plans:
        if plan.draft is not None and plan.product is not None:
            put_draft(product=lock_product(plan.product.id), entry=plan.draft, at=at)
            written[plan.product.reference] = plan.product
        elif plan.product is not None:
            written[plan.product.reference] = plan.product
    skus = _skus_of(written.values())
    _receive([plan for _, plan in plans], skus, by, at)
    entries = [
        _new_offer(skus[_reference(plan), line.sku.reference], line)
        for _, plan in plans
        for line in plan.new_offers
    ]
    if entries:
        make_offers(
            brand=locked, entries=entries, sale=None, opens_at=at, closes_at=None, by=by, at=at
        )
    return plans


def _reference(plan: Plan) -> str:
    if plan.new is not None:
        return plan.new.reference
    return plan.product.reference if plan.product is not None else ""


def _skus_of(products: Collection[Product]) -> dict[tuple[str, str], UUID]:
    rows = Sku.objects.filter(product__in=products)
    return {
        (product, sku): key
        for product, sku, key in rows.values_list("product__reference", "reference", "id")
    }


def _receive(
    plans: Sequence[Plan], skus: dict[tuple[str, str], UUID], by: str, at: datetime
) -> None:
    by_reason: dict[str, list[Quantity]] = {}
    for plan in plans:
        for sku, units, reason in plan.units:
            quantity = Quantity(skus[_reference(plan), sku], units)
            by_reason.setdefault(reason, []).append(quantity)
    for reason in sorted(by_reason):
        receive(quantities=by_reason[reason], by=by, at=at, reason=reason)


def _new_offer(sku: UUID, line: Line) -> NewOffer:
    if line.terms is None:
        raise TypeError("a row without terms offers nothing")
    return NewOffer(sku, line.terms, None, line.per_customer, line.further)


def _propose(row: int, plan: Plan, by: str, at: datetime, fail: Fail) -> None:
    """Edits of what is live: an operation of its own each; the second time there is nothing."""
    try:
        if plan.changes is not None and plan.product is not None:
            propose_revision(product=plan.product, changes=plan.changes, by=by, at=at)
    except Refused as refusal:
        fail(Fault(row, "", refusal))
    for offer, line in plan.changed_offers:
        try:
            change_offer(
                offer=offer,
                terms=_new_offer(offer.sku_id, line).terms,
                further=line.further,
                by=by,
                at=at,
                per_customer=line.per_customer,
                reason="product sheet",
            )
        except NoChange:
            continue
        except Refused as refusal:
            fail(Fault(line.row, "sale_price", refusal))
