"""Every party's statements, period by period beside the ledger; the month for the tax office."""

from typing import Any

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from shoal.brands.queries import brands_by_id
from shoal.kit.errors import NotFound
from shoal.ledger.models import Account
from shoal.settlement.models_statements import Statement
from shoal.settlement.parties import Party, party_by_id
from shoal.settlement.queries_statements import (
    run_by_code,
    run_totals,
    runs,
    statement_by_code,
    statements_in,
)
from shoal.settlement.tax import tax_totals
from shoal.shops.queries import shops_by_id
from shoal.web.access import OfOperator, operator
from shoal.web.answers import page_of
from shoal.web.desk import telling
from shoal.web.desk.frame import MONEY, PAGE, desk_page
from shoal.web.statements import files, pages, words

_TAXED = {"brands": Account.Kind.BRAND, "keepers": Account.Kind.KEEPER}


@operator(MONEY)
@require_safe
def statements(request: OfOperator) -> HttpResponse:
    """This will list the periods that statements were made for."""
    page = page_of(request, runs(), size=PAGE)
    rows = [(run, words.period_words(run)) for run in page]
    return desk_page(request, "statements", {"page": page, "rows": rows})


@operator(MONEY)
@require_safe
def run(request: OfOperator, run_code: str) -> HttpResponse:
    """This will show a period's totals beside the ledger's, and its statements."""
    found = run_by_code(code=run_code)
    page = page_of(request, statements_in(run=found), size=PAGE)
    names = _names(list(page))
    context = {
        "run": found,
        "period": words.period_words(found),
        "bounds": [words.moment_words(at, found) for at in (found.starts_at, found.ends_at)],
        "totals": [(telling.account_name(row.kind), row) for row in run_totals(run=found)],
        "page": page,
        "rows": [
            (one, names.get(one.account.party, "…"), telling.account_name(one.account.kind))
            for one in page
        ],
    }
    return desk_page(request, "statement_run", context)


@operator(MONEY)
@require_safe
def statement(request: OfOperator, code: str) -> HttpResponse:
    """This will show a party's statement as the party sees it."""
    found = statement_by_code(code=code)
    context = pages.statement_context(request, statement=found, party=_party(found))
    return desk_page(request, "statement", context)


@operator(MONEY)
@require_safe
def download(request: OfOperator, code: str, suffix: str) -> FileResponse:  # noqa: ARG001 - a view
    """This will hand out a party's statement as PDF or XLSX."""
    found = statement_by_code(code=code)
    return files.statement_file(statement=found, party=_party(found), kind=suffix)


@operator(MONEY)
@require_safe
def tax(request: OfOperator) -> HttpResponse:
    """This will show a month over all brands and all keepers for the tax office."""
    month, currency = pages.month_asked(request), _currency(request)
    rows = [
        (telling.account_name(kind), tax_totals(kind=kind, currency=currency, month=month), name)
        for name, kind in _TAXED.items()
    ]
    context = {
        "rows": rows,
        "month": f"{month:%Y-%m}",
        "currency": currency,
        "query": urlencode({"month": f"{month:%Y-%m}", "currency": currency}),
    }
    return desk_page(request, "tax", context)


@operator(MONEY)
@require_safe
def tax_sheet(request: OfOperator) -> FileResponse:
    """This will hand out the month, a row per party, as XLSX."""
    kind = _TAXED.get(request.GET.get("of", ""), Account.Kind.KEEPER)
    return files.tax_file(
        account=kind, currency=_currency(request), month=pages.month_asked(request)
    )


def _party(statement: Statement) -> Party:
    """Whom a statement belongs to. Raises NotFound."""
    account = statement.account
    if account.party is None:
        raise NotFound
    kind = "keeper" if account.kind == Account.Kind.KEEPER else "brand"
    return party_by_id(kind=kind, party=account.party)


def _names(rows: list[Statement]) -> dict[Any, str]:
    parties = {row.account.party for row in rows if row.account.party is not None}
    names = {key: brand.name for key, brand in brands_by_id(ids=parties).items()}
    return names | {key: shop.name for key, shop in shops_by_id(ids=parties).items()}


def _currency(request: HttpRequest) -> str:
    asked = request.GET.get("currency", "").upper()
    return asked if len(asked) == 3 and asked.isalpha() else str(settings.SHOAL_CURRENCY)
