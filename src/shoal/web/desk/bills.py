"""Taking a bill in from a file: whose it is, what is wrong with it, whether it can be that one."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from shoal.kit import clock
from shoal.kit.errors import Refused
from shoal.reconciliation import fitting, operations, queries, sheets
from shoal.reconciliation.models import Bill
from shoal.web.access import OfOperator, operator
from shoal.web.answers import done
from shoal.web.desk.frame import MONEY, desk_page
from shoal.web.supply import uploads

_SHOWN = 200


class BillForm(forms.Form):
    """A bill as a file: whose it is, and of which day."""

    source = forms.ChoiceField(
        label=gettext_lazy("Whose bill"),
        choices=[
            (Bill.Source.PROVIDER, gettext_lazy("A payment provider’s")),
            (Bill.Source.CARRIER, gettext_lazy("A carrier’s")),
        ],
        widget=forms.RadioSelect,
        initial=Bill.Source.PROVIDER,
    )
    partner = forms.CharField(
        label=gettext_lazy("Name of the provider or carrier"),
        max_length=40,
        widget=forms.TextInput(attrs={"list": "partners", "autocomplete": "off"}),
    )
    day = forms.DateField(
        label=gettext_lazy("Day"),
        required=False,
        help_text=gettext_lazy("Of a provider’s bill. A carrier’s rows say theirs."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    file = forms.FileField(
        label=gettext_lazy("Bill"),
        help_text=gettext_lazy(
            "XLSX or CSV, up to 8 MB; WeChat Pay’s and Alipay’s own bills as they come."
        ),
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.zip"}),
    )

    anyway = forms.BooleanField(
        label=gettext_lazy("It is this bill all the same: take it in"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._anyway = self.fields.pop("anyway")
        if "anyway" in self.data:
            self.ask_anyway()

    def ask_anyway(self) -> None:
        """This will let whoever knows better say that it is the right bill."""
        self.fields["anyway"] = self._anyway

    def clean_file(self) -> "UploadedFile[bytes]":
        """This will refuse what is too large to be read while somebody waits."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if file.size is None or file.size > uploads.MOST_BYTES:
            raise forms.ValidationError(
                gettext("This file is too large. Take it in with `shoal reconcile --file`.")
            )
        return file

    def clean(self) -> dict[str, Any]:
        """This will ask for the day of a provider's bill, and for a provider that we know."""
        given = super().clean() or {}
        if given.get("source") == Bill.Source.PROVIDER:
            if not given.get("day") and "day" not in self.errors:
                self.add_error("day", gettext("Which day is this bill of?"))
            name, known = given.get("partner"), queries.providers_in_use()
            if name and name not in known:
                words = gettext("No money has moved through this provider. Choose one of: {names}.")
                self.add_error("partner", words.format(names=", ".join(known) or "–"))
        return given


@operator(MONEY)
@require_safe
def upload(request: OfOperator) -> HttpResponse:
    """This will take a bill from a file."""
    source = request.GET.get("of", "")
    initial = {"source": source} if source in Bill.Source.values else {}
    return _upload_page(request, BillForm(initial=initial))


@operator(MONEY)
@require_POST
def taking_in(request: OfOperator) -> HttpResponse:
    """This will read the file, name each row that is wrong, and take it in if none is."""
    form = BillForm(request.POST, request.FILES)
    if not form.is_valid():
        return _upload_page(request, form, status=422)
    try:
        imported, faults = _take_in(request, form)
    except Refused as refused:
        form.add_error("file", refused.sentence)
        if isinstance(refused, fitting.Doubtful):
            form.ask_anyway()
        return _upload_page(request, form, status=422)
    if imported is None:
        form.add_error("file", gettext("Nothing was taken in: mend these rows first."))
        return _upload_page(request, form, faults=faults, status=422)
    goto = reverse("desk:reconciliation-bill", args=[imported.bill.code])
    if not imported.is_new:
        return done(request, gettext("This bill was taken in before; nothing has changed."), goto)
    return done(request, gettext("The bill is taken in."), goto)


def _take_in(
    request: OfOperator, form: BillForm
) -> "tuple[operations.Imported | None, list[sheets.BillFault]]":
    given = form.cleaned_data
    at, by = clock.now(), request.person.code
    with uploads.on_disk(given["file"]) as path:
        if given["source"] == Bill.Source.CARRIER:
            freight = sheets.read_freight_bill(path=path)
            if freight.faults:
                return None, freight.faults
            if not given.get("anyway"):
                fitting.check_freight(carrier=given["partner"], rows=freight.rows)
            return operations.import_freight(
                carrier=given["partner"], rows=freight.rows, by=by, at=at
            ), []
        read = sheets.read_provider_bill(path=path, day=given["day"])
    if read.faults:
        return None, read.faults
    if not given.get("anyway"):
        fitting.check_bill(
            name=given["partner"], day=given["day"], rows=read.rows, written_by=read.written_by
        )
    return operations.import_bill(
        name=given["partner"], day=given["day"], rows=read.rows, by=by, at=at
    ), []


def _upload_page(
    request: OfOperator,
    form: BillForm,
    *,
    faults: "list[sheets.BillFault] | None" = None,
    status: int = 200,
) -> HttpResponse:
    told = faults or []
    context = {
        "form": form,
        "partners": [*queries.providers_in_use(), *queries.carriers()],
        "faults": [
            {"row": fault.row, "column": fault.column, "why": fault.refusal.sentence}
            for fault in told[:_SHOWN]
        ],
        "more_faults": max(0, len(told) - _SHOWN),
        "provider_columns": sheets.PROVIDER_COLUMNS.items(),
        "freight_columns": sheets.FREIGHT_COLUMNS.items(),
    }
    return desk_page(request, "reconciliation_upload", context, status=status)
