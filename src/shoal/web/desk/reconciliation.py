"""Our books against the bills of providers and carriers: days, differences, what to do."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from shoal.kit import clock
from shoal.kit.errors import Refused
from shoal.kit.money import Money
from shoal.reconciliation import operations, queries, sheets
from shoal.reconciliation.models import Bill, Deed
from shoal.web.access import OfOperator, operator
from shoal.web.answers import done, page_of
from shoal.web.desk import reconciliation_words as words
from shoal.web.desk.frame import (
    MONEY,
    PAGE,
    SHORT_REASON,
    Told,
    accepts,
    actors,
    answer,
    desk_page,
    reason_of,
    tabs,
    who_and_why,
)
from shoal.web.supply import uploads

_SHOWN = 200
_NEWEST = 8
_MOST_MISSING = 7


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
            name = given.get("partner")
            if name and name not in queries.providers_in_use():
                self.add_error("partner", gettext("No money has moved through this provider."))
        return given


@operator(MONEY)
@require_safe
def reconciliation(request: OfOperator) -> HttpResponse:
    """This will list the bills by day, with a calm state each, and what is open."""
    names = {
        Bill.Source.PROVIDER.value: gettext("Payment providers"),
        Bill.Source.CARRIER.value: gettext("Carriers"),
    }
    chosen, places = tabs(request, names, {}, key="of")
    page = page_of(request, queries.bills(source=chosen), size=PAGE)
    waiting = list(queries.open_differences()[:_NEWEST])
    context = {
        "page": page,
        "rows": _bill_rows(list(page)),
        "tabs": places,
        "query": f"of={chosen}",
        "open": [words.difference_row(row, is_open=True) for row in waiting],
        "open_count": queries.open_differences().count(),
        "missing": _missing() if chosen == Bill.Source.PROVIDER else [],
    }
    return desk_page(request, "reconciliation", context)


@operator(MONEY)
@require_safe
def differences(request: OfOperator) -> HttpResponse:
    """This will list every difference that is open."""
    page = page_of(request, queries.open_differences(), size=PAGE)
    rows = [words.difference_row(row, is_open=True) for row in page]
    return desk_page(
        request, "reconciliation_differences", {"page": page, "rows": rows, "query": ""}
    )


@operator(MONEY)
@require_POST
def fetching(request: OfOperator) -> HttpResponse:
    """This will fetch the bills that are out and that we have not got."""
    at, by = clock.now(), request.person.code
    fetched = operations.catch_up(at=at, by=by)
    said = (
        gettext("{count} bills taken in.").format(count=len(fetched))
        if fetched
        else gettext("No new bill is out yet. The worker asks again every hour.")
    )
    return done(request, said, reverse("desk:reconciliation"))


@operator(MONEY)
@require_safe
def bill(request: OfOperator, bill_code: str) -> HttpResponse:
    """This will show a bill: its sums, what matched, and each difference."""
    found = queries.bill_by_code(code=bill_code)
    tally = queries.tallies(bills=[found.id])[found.id]
    rows = queries.differences_of(bill=found.id)
    page = page_of(request, rows, size=PAGE)
    context = {
        "bill": found,
        "is_carrier": found.source == Bill.Source.CARRIER,
        "tally": tally,
        "state": words.state_of(tally),
        "sums": _sums(found),
        "by": actors([found.by])[found.by],
        "page": page,
        "query": "",
        "rows": [
            words.difference_row(
                row, is_open=not any(deed.what == Deed.What.CLOSED for deed in row.deeds.all())
            )
            for row in page
        ],
    }
    return desk_page(request, "reconciliation_bill", context)


@operator(MONEY)
@require_POST
def second_look(request: OfOperator, bill_code: str) -> HttpResponse:
    """This will match what has come since with what was unmatched."""
    found = queries.bill_by_code(code=bill_code)
    return answer(
        request,
        reverse("desk:reconciliation-bill", args=[bill_code]),
        gettext("Looked again: what has come since is matched."),
        lambda: operations.look_again(bill=found, by=request.person.code, at=clock.now()),
    )


@operator(MONEY)
@require_safe
def difference(request: OfOperator, code: str) -> HttpResponse:
    """This will show both sides of a difference, what was done, and what can be."""
    found = queries.difference_by_code(code=code)
    deeds = queries.deeds_of(difference=found.id)
    is_open = all(deed.what != Deed.What.CLOSED for deed in deeds)
    wish = operations.open_proposal(difference=found) if is_open else None
    names = actors([found.by, *(deed.by for deed in deeds), *(d.proposed_by for d in deeds)])
    is_carrier = found.bill.source == Bill.Source.CARRIER
    context = {
        "row": words.difference_row(found, is_open=is_open),
        "difference": found,
        "bill": found.bill,
        "is_carrier": is_carrier,
        "fee": Money(found.line.fee, found.line.currency) if found.line else None,
        "advice": words.advice(found, has_next=queries.has_next_bill(bill=found.bill))
        if is_open
        else "",
        "order": queries.order_of(difference=found),
        "may_ask": is_open and not is_carrier and found.gift is None,
        "wish": wish,
        "wish_by": names[wish.by] if wish else "",
        "mine": wish is not None and wish.by == request.person.code,
        "steps": [*_steps(deeds, names), Told(gettext("Found"), names[found.by], found.at)],
    }
    return desk_page(request, "reconciliation_difference", context)


@operator(MONEY)
@require_POST
def question(request: OfOperator, code: str) -> HttpResponse:
    """This will ask the provider about a difference and book what it tells."""
    return answer(
        request,
        reverse("desk:difference", args=[code]),
        gettext("The provider has answered. What it said stands below."),
        lambda: operations.ask_provider(code=code, by=request.person.code, at=clock.now()),
    )


@operator(MONEY)
@require_POST
def write_off(request: OfOperator, code: str) -> HttpResponse:
    """This will propose to write a difference off; somebody else decides."""
    reason = reason_of(request, longest=SHORT_REASON)
    return answer(
        request,
        reverse("desk:difference", args=[code]),
        gettext("It is proposed. Somebody else has to decide it."),
        lambda: operations.propose_write_off(
            code=code, reason=reason, by=request.person.code, at=clock.now()
        ),
    )


@operator(MONEY)
@require_POST
def write_off_decision(request: OfOperator, code: str) -> HttpResponse:
    """This will agree to write a difference off, or not, as the second person."""
    approve = accepts(request)
    reason = reason_of(request, longest=SHORT_REASON)
    return answer(
        request,
        reverse("desk:difference", args=[code]),
        gettext("It is written off.") if approve else gettext("It is not written off."),
        lambda: operations.decide_write_off(
            code=code, approve=approve, by=request.person.code, at=clock.now(), reason=reason
        ),
    )


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
            return operations.import_freight(
                carrier=given["partner"], rows=freight.rows, by=by, at=at
            ), []
        read = sheets.read_provider_bill(path=path, day=given["day"])
    if read.faults:
        return None, read.faults
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


def _bill_rows(rows: list[Bill]) -> list[dict[str, Any]]:
    tallies = queries.tallies(bills=[row.id for row in rows])
    return [
        {
            "bill": row,
            "tally": tallies[row.id],
            "state": words.state_of(tallies[row.id]),
        }
        for row in rows
    ]


def _sums(found: Bill) -> list[dict[str, Money]]:
    return [
        {
            "paid": Money(paid, currency),
            "back": Money(back, currency),
            "kept": Money(kept, currency),
            "net": Money(net, currency),
        }
        for currency, paid, back, kept, net in queries.sums_of(bill=found.id)
    ]


def _missing() -> list[dict[str, Any]]:
    """Providers with days whose bill has not come: the newest ones, and how many more."""
    at = clock.now()
    found = []
    for name in queries.providers_in_use():
        days = queries.missing_days(provider=name, at=at)
        if days:
            found.append(
                {
                    "provider": name,
                    "days": days[-_MOST_MISSING:],
                    "more": max(0, len(days) - _MOST_MISSING),
                }
            )
    return found


def _steps(deeds: list[Deed], names: dict[str, str]) -> list[Told]:
    return [
        Told(
            words.deed_title(deed),
            who_and_why(
                " + ".join(names[by] for by in (deed.proposed_by, deed.by) if by),
                words.answer_words(deed.reason) if deed.what == Deed.What.ASKED else deed.reason,
            ),
            deed.at,
            "good" if deed.what == Deed.What.CLOSED else "",
        )
        for deed in reversed(deeds)
    ]
