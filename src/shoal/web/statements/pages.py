"""What the pages of statements, tax summaries and invoice data show, whoever's face they are on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import dropwhile
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy

from shoal.kit import clock
from shoal.kit.amounts import amount_text
from shoal.kit.money import Money
from shoal.ledger.models import Account
from shoal.settlement.invoices import (
    LONGEST,
    InvoiceData,
    give_invoice_data,
    invoice_data,
)
from shoal.settlement.models_statements import Statement
from shoal.settlement.parties import Party
from shoal.settlement.queries_statements import line_count, statement_lines, statements_of
from shoal.settlement.tax import TaxMonth, tax_months, tax_rates
from shoal.web.answers import Rows, page_of, try_form
from shoal.web.components import inputs
from shoal.web.components.charts import Point
from shoal.web.statements import words

LINES = 50


class InvoiceForm(forms.Form):
    """Whom statements and invoices are made out to."""

    legal_name = forms.CharField(
        label=gettext_lazy("Legal name"),
        help_text=gettext_lazy("As in the licence or on the identity card."),
        max_length=LONGEST["legal_name"],
        widget=forms.TextInput(attrs=inputs.NAME),
    )
    tax_number = forms.CharField(
        label=gettext_lazy("Tax number"),
        help_text=gettext_lazy("The unified social credit code of a company, or your own number."),
        max_length=LONGEST["tax_number"],
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    address = forms.CharField(
        label=gettext_lazy("Address for invoices"),
        max_length=LONGEST["address"],
        required=False,
        widget=forms.TextInput(attrs=inputs.STREET),
    )
    title = forms.CharField(
        label=gettext_lazy("Invoice title"),
        help_text=gettext_lazy("Where it differs from the legal name."),
        max_length=LONGEST["title"],
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement in a list."""

    period: str
    account: str
    earned: Money | None
    closing: Money
    url: str


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of a statement, in words."""

    what: str
    kind: str
    title: str
    order: str
    at: str
    off: Money | None
    amount: Money


def kinds_of(party: Party) -> list[Account.Kind]:
    """This will name the accounts that a party has statements of."""
    own = party.ledger
    return [own, Account.Kind.DEPOSIT] if own == Account.Kind.BRAND else [own]


def list_context(
    request: HttpRequest, *, party: Party, url: Callable[[Statement], str]
) -> dict[str, Any]:
    """This will list a party's statements, and draw what the last twelve months brought."""
    page = page_of(request, statements_of(party=party.id, kinds=kinds_of(party)))
    several = len(kinds_of(party)) > 1
    return {
        "page": page,
        "rows": [statement_row(one, url=url(one), several=several) for one in page],
        "year": year_points(party),
        "invoice": invoice_data(party=party),
    }


def statement_row(statement: Statement, *, url: str, several: bool) -> StatementRow:
    """This will make a row of a list; `several` accounts are told apart by name."""
    return StatementRow(
        period=words.period_words(statement.run),
        account=words.account_words(statement.account.kind) if several else "",
        earned=None if statement.account.kind == Account.Kind.DEPOSIT else statement.earned,
        closing=statement.closing,
        url=url,
    )


def year_points(party: Party) -> list[Point]:
    """This will make the bars of a year: what each month brought. Nothing where nothing moved."""
    return [
        Point(
            label=f"{row.month:%Y-%m}",
            value=row.net.minor,
            text=amount_text(amount=row.net),
        )
        for row in _since_first(_months(party))
    ]


def statement_context(
    request: HttpRequest, *, statement: Statement, party: Party
) -> dict[str, Any]:
    """This will show one statement: whom it is made out to, its sums, and a page of its lines."""
    count = line_count(statement=statement)
    fetch = Rows(
        count,
        lambda *, limit, offset: statement_lines(statement=statement, limit=limit, offset=offset),
    )
    page = page_of(request, fetch, size=LINES)
    return {
        "statement": statement,
        "period": words.period_words(statement.run),
        "account": words.account_words(statement.account.kind),
        "bounds": [
            words.moment_words(statement.run.starts_at, statement.run),
            words.moment_words(statement.run.ends_at, statement.run),
        ],
        "invoice": invoice_data(party=party, at=statement.run.finished_at),
        "party": party,
        "sums": sums_of(statement),
        "page": page,
        "count": words.count_words(count),
        "rows": [
            LineRow(
                what=words.what_words(line.what),
                kind="warn" if line.amount.minor < 0 else "good",
                title=words.line_title(line),
                order=line.order,
                at=words.moment_words(line.at, statement.run),
                off=line.off if line.off.minor else None,
                amount=line.amount,
            )
            for line in page
        ],
    }


def sums_of(statement: Statement) -> list[tuple[str, Money]]:
    """This will say what changed the account in the period, kind by kind, gains first."""
    currency = statement.account.currency
    changes = sorted(statement.by_kind.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(words.what_words(kind), Money(amount, currency)) for kind, amount in changes]


def year_context(*, party: Party, month: date) -> dict[str, Any]:
    """This will show twelve months of a party for the tax office, and one month's sales by rate."""
    months = _months(party)
    chosen = next((row for row in months if row.month == month), months[-1])
    shown = _since_first(months)
    rates = (
        tax_rates(brand=party.id, currency=party.currency, month=chosen.month)
        if party.ledger == Account.Kind.BRAND
        else []
    )
    return {
        "months": [(words.month_words(row.month), row) for row in reversed(shown)],
        "moved": bool(shown),
        "year": year_points(party),
        "rates": [(f"{row.rate_bp / 100:g}%", row.sales, row.tax) for row in rates],
        "rates_of": words.month_words(chosen.month),
    }


def invoice_form(party: Party, given: Any = None) -> InvoiceForm:
    """This will make the form of a party's invoice data, filled with what is known."""
    known = invoice_data(party=party)
    initial = {name: getattr(known, name) for name in LONGEST} if known is not None else {}
    return InvoiceForm(given, initial=initial)


def kept_invoice(form: InvoiceForm, *, party: Party, by: str) -> bool:
    """This will keep what a sent form says; False where something in it is wrong."""
    if not form.is_valid():
        return False
    data = InvoiceData(**form.cleaned_data)

    def keep() -> bool:
        give_invoice_data(party=party, data=data, by=by, at=clock.now())
        return True

    return bool(try_form(form, "legal_name", keep))


def month_asked(request: HttpRequest) -> date:
    """This will read the month that the address asks for ("2026-05"), else the present one."""
    present = clock.market_day(clock.now()).replace(day=1)
    try:
        return date.fromisoformat(f"{request.GET.get('month', '')[:7]}-01")
    except ValueError:
        return present


def invoice_facts(data: InvoiceData | None) -> Sequence[tuple[str, str]]:
    """This will say whom something is made out to, leaving out what was not given."""
    if data is None:
        return []
    facts = [
        (gettext("Made out to"), data.headed),
        (gettext("Legal name"), data.legal_name if data.headed != data.legal_name else ""),
        (gettext("Tax number"), data.tax_number),
        (gettext("Address for invoices"), data.address),
    ]
    return [(label, value) for label, value in facts if value]


def _months(party: Party) -> list[TaxMonth]:
    until = clock.market_day(clock.now())
    return tax_months(kind=party.ledger, party=party.id, currency=party.currency, until=until)


def _since_first(months: list[TaxMonth]) -> list[TaxMonth]:
    """Without the empty months before the first one in which anything moved."""
    return list(dropwhile(lambda row: not _moved(row), months))


def _moved(row: TaxMonth) -> bool:
    return any(
        amount.minor
        for amount in (
            row.earned, row.discounts, row.taken_back, row.withheld, row.paid_out, row.other
        )
    )  # fmt: skip
