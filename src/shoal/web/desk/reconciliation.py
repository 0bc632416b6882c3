"""Our books against the bills of providers and carriers: days, differences, what to do."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from shoal.kit import clock
from shoal.kit.money import Money
from shoal.reconciliation import operations, queries
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

_SHOWN = 200
_NEWEST = 8
_MOST_MISSING = 7


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
