"""The product sheet: checked first, then taken in; and given out again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from shoal.kit import clock
from shoal.kit.errors import Refused
from shoal.kit.papers import private_storage
from shoal.offers.exports import export_sheet
from shoal.offers.imports import Outcome, check_sheet, import_sheet
from shoal.offers.sheet_columns import columns_for
from shoal.web.access import OfBrand, brand_member
from shoal.web.answers import done
from shoal.web.supply import uploads
from shoal.web.supply.forms import ProductSheetForm
from shoal.web.supply.frame import Role, supply_page
from shoal.web.supply.telling import told_faults

_HOLDS = timedelta(hours=2)


class SheetGone(Refused):
    """This sheet was checked too long ago. Hand it in once more."""

    code = "sheet_gone"


@brand_member(Role.GOODS)
@require_safe
def sheet(request: OfBrand) -> HttpResponse:
    """This will offer the product sheet, and take one in."""
    return _show(request, ProductSheetForm())


@brand_member(Role.GOODS)
@require_safe
def download(request: OfBrand) -> FileResponse:
    """This will hand out all products as a sheet."""
    asked = request.GET.get("as", "")
    kind = asked if asked in uploads.FORMATS else "xlsx"
    with uploads.to_be_sent(kind) as path:
        export_sheet(path=path, brand=request.brand)
        name = f"{gettext('products')}-{timezone.localtime(clock.now()):%m%d-%H%M}"
        return uploads.sent(path, name=name)


@brand_member(Role.GOODS)
@require_POST
def check(request: OfBrand) -> HttpResponse:
    """This will say what taking a sheet in would do, and everything that is wrong with it."""
    form = ProductSheetForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, form, status=422)
    upload: UploadedFile[bytes] = form.cleaned_data["file"]
    try:
        with uploads.on_disk(upload) as path:
            outcome = check_sheet(path=path, brand=request.brand)
            kept = "" if outcome.fault_count else _keep(request, path)
    except Refused as refused:
        form.add_error("file", refused.sentence)
        return _show(request, form, status=422)
    return _show(request, ProductSheetForm(), outcome=outcome, kept=kept, name=upload.name or "")


@brand_member(Role.GOODS)
@require_POST
def run(request: OfBrand) -> HttpResponse:
    """This will take in the sheet that was checked."""
    with _kept(request, request.POST.get("kept", "")) as path:
        outcome = import_sheet(
            path=path, brand=request.brand, by=request.person.code, at=clock.now()
        )
    if outcome.fault_count:
        return _show(request, ProductSheetForm(), outcome=outcome, status=409)
    words = ngettext("{count} row taken in.", "{count} rows taken in.", outcome.rows)
    return done(request, words.format(count=outcome.rows), reverse("supply:products"))


def _keep(request: OfBrand, path: Path) -> str:
    """Keeps a checked sheet until it is taken in; it holds goods and prices, nobody's data."""
    storage, folder = private_storage(), _folder(request)
    _sweep(request)
    with path.open("rb") as file:
        from django.core.files.base import File

        name = storage.save(f"{folder}/{clock.now():%Y%m%d%H%M%S}", File(file))
    return Path(name).name


@contextmanager
def _kept(request: OfBrand, name: str) -> Iterator[Path]:
    storage = private_storage()
    # Only a bare name inside her own brand's folder: what the page says is not believed.
    whole = f"{_folder(request)}/{Path(name).name}"
    if not Path(name).name or not storage.exists(whole):
        raise SheetGone
    yield Path(storage.path(whole))
    storage.delete(whole)


def _sweep(request: OfBrand) -> None:
    """Drops what was checked and never taken in."""
    storage, folder = private_storage(), _folder(request)
    if not storage.exists(folder):
        return
    oldest = clock.now() - _HOLDS
    for name in storage.listdir(folder)[1]:
        if storage.get_modified_time(f"{folder}/{name}") < oldest:
            storage.delete(f"{folder}/{name}")


def _folder(request: OfBrand) -> str:
    return f"sheets/{request.brand.code}"


def _show(
    request: OfBrand,
    form: ProductSheetForm,
    *,
    outcome: Outcome | None = None,
    kept: str = "",
    name: str = "",
    status: int = 200,
) -> HttpResponse:
    columns = columns_for(currency=request.brand.currency)
    context: dict[str, Any] = {
        "form": form,
        "outcome": outcome,
        "kept": kept,
        "name": name,
        "columns": list(columns.items()),
        "faults": told_faults(outcome.faults, columns) if outcome else [],
        "more_faults": outcome.fault_count - len(outcome.faults) if outcome else 0,
    }
    return supply_page(request, "sheet", context, status=status)
