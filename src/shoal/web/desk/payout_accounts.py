"""Payout accounts that wait for a check, and what the platform keeps back."""

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from shoal.kit import clock
from shoal.kit.errors import NotFound, Refused
from shoal.settlement.accounts import judge_account
from shoal.settlement.models_payouts import PartyKind, PayoutAccount, PayoutHold
from shoal.settlement.operations_payouts import hold_payouts, lift_hold
from shoal.settlement.parties import Party, parties, party_by_code, real_name
from shoal.settlement.queries_payouts import accounts_to_check, open_holds, opened_accounts
from shoal.web.access import OfOperator, operator
from shoal.web.answers import page_of
from shoal.web.desk.frame import (
    MONEY,
    PAGE,
    SHORT_REASON,
    accepts,
    actors,
    answer,
    desk_page,
    reason_of,
)


class NoSuchParty(Refused):
    """There is no shop and no brand with the code “{code}”. Its page shows the code."""

    code = "no_such_party"


@operator(MONEY)
@require_safe
def accounts(request: OfOperator) -> HttpResponse:
    """This will show the accounts to compare with papers, and every hold."""
    page = page_of(request, accounts_to_check(), size=PAGE)
    holds = open_holds()
    found = parties(
        wanted=[(row.party_kind, row.party) for row in [*page, *holds]]  # one look-up for both
    )
    records = opened_accounts(page)
    names = actors(hold.put_by for hold in holds)
    context = {
        "page": page,
        "accounts": [
            _account(row, found[row.party_kind, row.party], records[row.code]) for row in page
        ],
        "holds": [
            {"hold": hold, "party": found[hold.party_kind, hold.party], "by": names[hold.put_by]}
            for hold in holds
        ],
        "party": request.GET.get("party", "")[:12],
    }
    return desk_page(request, "payout_accounts", context)


@operator(MONEY)
@require_POST
def account_verdict(request: OfOperator, account_code: str) -> HttpResponse:
    """This will say whether an account's holder is who the papers say."""
    accepted = accepts(request)
    return answer(
        request,
        reverse("desk:payout-accounts"),
        gettext("The account is accepted.") if accepted else gettext("The account is refused."),
        lambda: judge_account(
            code=account_code,
            accepted=accepted,
            reason=reason_of(request, longest=SHORT_REASON),
            by=request.person.code,
            at=clock.now(),
        ),
    )


@operator(MONEY)
@require_POST
def hold(request: OfOperator) -> HttpResponse:
    """This will keep a party's money back."""
    code = request.POST.get("party", "").strip()[:12]

    def act() -> PayoutHold:
        return hold_payouts(
            party=_party(code),
            reason=reason_of(request, longest=SHORT_REASON),
            by=request.person.code,
            at=clock.now(),
        )

    query = urlencode({"party": code})
    goto = f"{reverse('desk:payout-accounts')}?{query}#hold-party"
    return answer(request, goto, gettext("Nothing is paid out."), act)


@operator(MONEY)
@require_POST
def hold_end(request: OfOperator, hold_code: str) -> HttpResponse:
    """This will let a party be paid again."""
    return answer(
        request,
        reverse("desk:payout-accounts"),
        gettext("It can be paid out again."),
        lambda: lift_hold(
            code=hold_code,
            reason=reason_of(request, longest=SHORT_REASON),
            by=request.person.code,
            at=clock.now(),
        ),
    )


def _party(code: str) -> Party:
    """A shop or a brand by its short code, as somebody typed it."""
    for kind in (PartyKind.KEEPER, PartyKind.BRAND):
        with suppress(NotFound):
            return party_by_code(kind=kind, code=code)
    raise NoSuchParty(code=code)


def _account(row: PayoutAccount, party: Party, record: dict[str, str]) -> dict[str, Any]:
    is_brand = party.kind == PartyKind.BRAND
    return {
        "account": row,
        "party": party,
        "url": reverse("desk:brand" if is_brand else "desk:shop", args=[party.code]),
        "is_brand": is_brand,
        "real_name": real_name(party=party),
        "what": row.get_kind_display(),
        **record,
    }
