"""What to ship as a sheet for the warehouse, and its tracking numbers back."""

from typing import Any

from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from shoal.kit import clock
from shoal.kit.errors import Refused
from shoal.orders.queries import parcel_counts
from shoal.orders.sheets import (
    COLUMNS,
    Tracking,
    TrackingRow,
    export_waiting,
    read_tracking,
    ship_rows,
)
from shoal.web.access import OfBrand, brand_member
from shoal.web.answers import done
from shoal.web.supply import uploads
from shoal.web.supply.forms import SheetForm
from shoal.web.supply.frame import Role, supply_page
from shoal.web.supply.telling import told_faults

_HOLDS = 3600
_SHOWN = 200


class CheckAgain(Refused):
    """This check is too old. Hand the sheet in once more."""

    code = "check_again"


@brand_member(Role.WAREHOUSE)
@require_safe
def sheet(request: OfBrand) -> HttpResponse:
    """This will offer what is to be shipped as a sheet, and take tracking numbers."""
    return _show(request, SheetForm())


@brand_member(Role.WAREHOUSE)
@require_safe
def download(request: OfBrand) -> FileResponse:
    """This will hand out the parcels to ship with their full addresses."""
    asked = request.GET.get("as", "")
    kind = asked if asked in uploads.FORMATS else "xlsx"
    with uploads.to_be_sent(kind) as path:
        export_waiting(path=path, brand=request.brand.id)
        name = f"{gettext('to-ship')}-{timezone.localtime(clock.now()):%m%d-%H%M}"
        return uploads.sent(path, name=name)


@brand_member(Role.WAREHOUSE)
@require_POST
def check(request: OfBrand) -> HttpResponse:
    """This will read a sheet of tracking numbers and say what shipping it would do."""
    form = SheetForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, form, status=422)
    upload: UploadedFile[bytes] = form.cleaned_data["file"]
    try:
        with uploads.on_disk(upload) as path:
            found = read_tracking(path=path, brand=request.brand.id)
    except Refused as refused:
        form.add_error("file", refused.sentence)
        return _show(request, form, status=422)
    return _show(request, SheetForm(), found=found)


@brand_member(Role.WAREHOUSE)
@require_POST
def run(request: OfBrand) -> HttpResponse:
    """This will ship what was checked."""
    rows = _unpacked(request, request.POST.get("rows", ""))
    shipped, faults = ship_rows(
        rows=rows, brand=request.brand.id, by=request.person.code, at=clock.now()
    )
    words = ngettext("{count} parcel shipped.", "{count} parcels shipped.", shipped)
    told = words.format(count=shipped)
    if not faults:
        return done(request, told, reverse("supply:parcels"))
    return _show(request, SheetForm(), found=Tracking(faults=faults), told=told)


def _show(
    request: OfBrand,
    form: SheetForm,
    *,
    found: Tracking | None = None,
    told: str = "",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "waiting": parcel_counts(brand=request.brand.id).get("waiting", 0),
        "found": found,
        "told": told,
    }
    if found is not None:
        context |= {
            "faults": told_faults(found.faults[:_SHOWN], COLUMNS),
            "more_faults": max(0, len(found.faults) - _SHOWN),
            "rows": found.rows[:10],
            "packed": _packed(request, found.rows) if found.rows else "",
        }
    return supply_page(request, "parcel_sheet", context, status=status)


def _packed(request: OfBrand, rows: list[TrackingRow]) -> str:
    """Codes and numbers travel in the page, signed for this brand: no file is kept of them."""
    plain = [[row.row, row.parcel, row.carrier, row.tracking] for row in rows]
    return signing.dumps(plain, salt=_salt(request), compress=True)


def _unpacked(request: OfBrand, packed: str) -> list[TrackingRow]:
    try:
        plain = signing.loads(packed, salt=_salt(request), max_age=_HOLDS)
    except signing.BadSignature as error:
        raise CheckAgain from error
    return [TrackingRow(*row) for row in plain]


def _salt(request: OfBrand) -> str:
    return f"supply.tracking.{request.brand.code}"
