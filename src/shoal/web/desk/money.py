"""Where the money stands: the platform's accounts, what is owed, and every transfer."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from shoal.brands.queries import brand_by_code
from shoal.kit.errors import NotFound
from shoal.kit.money import Money
from shoal.ledger.models import Account
from shoal.ledger.queries import owed_to_parties, platform_balances
from shoal.ledger.queries import transfers as ledger_transfers
from shoal.settlement.queries import totals
from shoal.shops.queries import shop_by_code
from shoal.web.access import OfOperator, operator
from shoal.web.answers import page_of
from shoal.web.days import start_of_day
from shoal.web.desk import telling
from shoal.web.desk.accounts import account_rows
from shoal.web.desk.frame import MONEY, PAGE, desk_page


@operator(MONEY)
@require_safe
def money(request: OfOperator) -> HttpResponse:
    """This will show every balance and the totals of settlement."""
    here = reverse("desk:transfers")
    accounts = [
        {
            "name": telling.account_name(kind, provider),
            "note": telling.account_note(kind),
            "balance": balance,
            "url": f"{here}?account={kind}",
        }
        for kind, provider, balance in platform_balances()
    ]
    owed = [
        {
            "name": telling.account_name(kind),
            "note": telling.account_note(kind),
            "balance": balance,
            "url": f"{here}?account={kind}",
        }
        for kind, balance in owed_to_parties()
    ]
    context = {"accounts": accounts, "owed": owed, "totals": [_total(*row) for row in totals()]}
    return desk_page(request, "money", context)


@operator(MONEY)
@require_safe
def transfers(request: OfOperator) -> HttpResponse:
    """This will list transfers, the newest first: of an account, of a party, of a day."""
    asked = request.GET
    kind = asked.get("account", "") if asked.get("account") in Account.Kind.values else ""
    day = _day(asked.get("day", ""))
    code = asked.get("party", "")[:12]
    name, party = _party(code) if code else ("", None)
    since_at = start_of_day(timezone.make_aware(datetime.combine(day, time(12)))) if day else None
    until_at = since_at + timedelta(days=1) if since_at else None
    rows = ledger_transfers(kind=kind, party=party, since_at=since_at, until_at=until_at)
    page = page_of(request, rows, size=PAGE)
    kept = {"account": kind, "party": code, "day": day.isoformat() if day else ""}
    context = {
        "page": page,
        "rows": account_rows(list(page)),
        "accounts": [
            (value, telling.account_name(value), value == kind) for value in Account.Kind.values
        ],
        "account": kind,
        "day": kept["day"],
        "party": code,
        "party_name": name,
        "query": urlencode({key: value for key, value in kept.items() if value}),
    }
    return desk_page(request, "transfers", context)


def _total(
    currency: str, lines: int, brand: int, keeper: int, platform: int, freight: int
) -> dict[str, Any]:
    return {
        "currency": currency,
        "lines": lines,
        "brand": Money(brand, currency),
        "keeper": Money(keeper, currency),
        "platform": Money(platform, currency),
        "freight": Money(freight, currency),
        "total": Money(brand + keeper + platform + freight, currency),
    }


def _party(code: str) -> tuple[str, UUID]:
    """A brand's or a shop's name and id by its code. Raises NotFound."""
    try:
        brand = brand_by_code(code=code)
    except NotFound:
        shop = shop_by_code(code=code)
        return shop.name, shop.id
    return brand.name, brand.id


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
