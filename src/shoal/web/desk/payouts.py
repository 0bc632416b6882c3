"""Payouts at the desk: put together by one, released by another, watched to the end."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from shoal.kit import clock
from shoal.kit.money import Money
from shoal.settlement.models_payouts import Payout, PayoutNotice, PayoutRun
from shoal.settlement.operations_payouts import (
    NothingForTheBank,
    decide_run,
    hand_over_file,
    prepare_run,
    retry_payout,
    take_answer,
    take_back,
)
from shoal.settlement.parties import parties
from shoal.settlement.payout_providers import default_payout_provider
from shoal.settlement.queries_payouts import (
    all_payouts,
    opened_accounts,
    payout_by_code,
    payout_notices,
    payout_steps,
    payout_words_to_look_at,
    payouts_in,
    run_by_code,
    runs,
    steps_in_files,
    stuck_payouts,
    waiting_payouts,
)
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
    tabs,
)
from shoal.web.payouts import PAYOUT_KINDS, payout_state, reason_words, step_told

_RUN_KINDS = {"prepared": "warn", "released": "good", "dropped": ""}
_LARGEST_ANSWER = 4 * 1024 * 1024
_RUNS = 10


@operator(MONEY)
@require_safe
def payouts(request: OfOperator) -> HttpResponse:
    """This will show what waits for a run, the runs, what is stuck, and every payout."""
    names = {"": gettext("All")} | {state: payout_state(state) for state in Payout.State.values}
    chosen, places = tabs(request, names, {})
    page = page_of(request, all_payouts(states=[chosen] if chosen else []), size=PAGE)
    waiting = list(waiting_payouts())
    newest = list(runs()[:_RUNS])
    context = {
        "waiting": payout_rows(waiting),
        "sums": _sums(waiting),
        "runs": [_run_row(run, request.person.code) for run in newest],
        "stuck": payout_rows(stuck_payouts()),
        "words": [_word(word) for word in payout_words_to_look_at()],
        "page": page,
        "rows": payout_rows(list(page)),
        "tabs": places,
        "query": f"state={chosen}" if chosen else "",
        "by_hand": default_payout_provider().by_hand,
    }
    return desk_page(request, "payouts", context)


@operator(MONEY)
@require_POST
def preparation(request: OfOperator) -> HttpResponse:
    """This will put what waits in one currency into a run."""
    currency = request.POST.get("currency", "")[:3]
    return answer(
        request,
        reverse("desk:payouts"),
        gettext("The run is put together. Somebody else has to release it."),
        lambda: prepare_run(currency=currency, by=request.person.code, at=clock.now()),
    )


@operator(MONEY)
@require_safe
def run(request: OfOperator, payout_run_code: str) -> HttpResponse:
    """This will show a run with every payout and whose account it goes to."""
    found = run_by_code(code=payout_run_code)
    rows = payouts_in(run=found)
    records = opened_accounts(row.account for row in rows)
    files = steps_in_files(run=found)
    names = actors([found.prepared_by, found.decided_by, *(step.by for step in files)])
    by_file = [row.state for row in rows if row.provider == "file"]
    context = {
        "run": found,
        "row": _run_row(found, request.person.code),
        "by": names.get(found.prepared_by, ""),
        "decided_by": names.get(found.decided_by, ""),
        "rows": [
            {**row, **records.get(row["payout"].account.code, {})} for row in payout_rows(rows)
        ],
        "total": Money(sum(row.amount for row in rows), found.currency),
        "files": [{"step": step, "by": names.get(step.by, "")} for step in files],
        "file": Payout.State.RELEASED in by_file,
        "copy": by_file.count(Payout.State.SENT),
    }
    return desk_page(request, "payout_run", context)


@operator(MONEY)
@require_POST
def run_decision(request: OfOperator, payout_run_code: str) -> HttpResponse:
    """This will release a run that somebody else put together, or drop it."""
    approve = accepts(request)
    return answer(
        request,
        reverse("desk:payout-run", args=[payout_run_code]),
        gettext("The run is released.") if approve else gettext("The run is dropped."),
        lambda: decide_run(
            code=payout_run_code,
            approve=approve,
            reason=reason_of(request, longest=SHORT_REASON),
            by=request.person.code,
            at=clock.now(),
        ),
    )


@operator(MONEY)
@require_POST
def run_file(request: OfOperator, payout_run_code: str) -> HttpResponse:
    """This will hand out the bank's file of a run; its payouts are then with the bank.

    What the bank has had comes again only as a copy, for whoever says that it never arrived.
    """
    copy = request.POST.get("lost") == "yes"
    try:
        data = hand_over_file(
            code=payout_run_code, by=request.person.code, at=clock.now(), copy=copy
        )
    except NothingForTheBank as refused:
        messages.error(request, refused.sentence)
        return redirect("desk:payout-run", payout_run_code)
    response = HttpResponse(data, content_type="text/csv; charset=utf-8")
    name = f"payouts-{payout_run_code}{'-copy' if copy else ''}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@operator(MONEY)
@require_POST
def bank_answer(request: OfOperator) -> HttpResponse:
    """This will take the bank's answer file in."""
    upload = request.FILES.get("answer")
    data = upload.read(_LARGEST_ANSWER) if upload else b""
    return answer(
        request,
        reverse("desk:payouts"),
        gettext("The bank’s answer is taken in."),
        lambda: take_answer(data=data, by=request.person.code, at=clock.now()),
    )


@operator(MONEY)
@require_safe
def payout(request: OfOperator, code: str) -> HttpResponse:
    """This will show a payout with every step of it."""
    found = payout_by_code(code=code)
    steps = payout_steps(payout=found)
    names = actors([found.made_by, *(step.by for step in steps)])
    context = {
        "row": payout_rows([found])[0],
        "payout": found,
        "gross": Money(found.gross_minor, found.currency),
        "withheld": Money(found.withheld_minor, found.currency),
        "record": opened_accounts([found.account])[found.account.code],
        "steps": [step_told(step, names.get(step.by, "")) for step in reversed(steps)],
        "words": [_word(word) for word in payout_notices(payout=found)],
        "may_take_back": found.state == Payout.State.MADE,
        "is_stuck": found in stuck_payouts(),
    }
    return desk_page(request, "payout", context)


@operator(MONEY)
@require_POST
def return_payout(request: OfOperator, code: str) -> HttpResponse:
    """This will put a payout that nobody released back into the balance."""
    return answer(
        request,
        reverse("desk:payout", args=[code]),
        gettext("It is back in the balance."),
        lambda: take_back(
            code=code,
            reason=reason_of(request, longest=SHORT_REASON),
            by=request.person.code,
            at=clock.now(),
        ),
    )


@operator(MONEY)
@require_POST
def retry(request: OfOperator, code: str) -> HttpResponse:
    """This will let the worker ask again about a payout that it gave up on."""
    return answer(
        request,
        reverse("desk:payout", args=[code]),
        gettext("It is sent once more."),
        lambda: retry_payout(code=code, by=request.person.code, at=clock.now()),
    )


def payout_rows(rows: list[Payout]) -> list[dict[str, Any]]:
    """This will say how payouts stand, and whose they are."""
    found = parties(wanted=[(row.party_kind, row.party) for row in rows])
    return [
        {
            "payout": row,
            "url": reverse("desk:payout", args=[row.code]),
            "party": _name(found, row.party_kind, row.party),
            "party_code": getattr(found.get((row.party_kind, row.party)), "code", ""),
            "amount": Money(row.amount, row.currency),
            "purpose": purpose_words(row.purpose),
            "state": payout_state(row.state),
            "kind": PAYOUT_KINDS[row.state],
            "trouble": row.trouble,
        }
        for row in rows
    ]


def purpose_words(purpose: str) -> str:
    """This will say what a payout is for."""
    return {
        "balance": gettext("Earnings"),
        "proof": gettext("Proof of an account"),
        "deposit": gettext("Deposit given back"),
    }[purpose]


def _name(found: dict[tuple[str, UUID], Any], kind: str, party: UUID) -> str:
    known = found.get((kind, party))
    return known.name if known else ""


def _sums(waiting: list[Payout]) -> list[dict[str, Any]]:
    currencies = sorted({row.currency for row in waiting})
    return [
        {
            "currency": currency,
            "total": Money(sum(r.amount for r in waiting if r.currency == currency), currency),
            "count": sum(row.currency == currency for row in waiting),
        }
        for currency in currencies
    ]


def _run_row(run: PayoutRun, me: str) -> dict[str, Any]:
    total, count = getattr(run, "total", None), getattr(run, "payouts_count", 0)
    return {
        "run": run,
        "url": reverse("desk:payout-run", args=[run.code]),
        "total": Money(total or 0, run.currency),
        "count": ngettext("{n} payout", "{n} payouts", count).format(n=count),
        "state": {
            "prepared": gettext("To be released"),
            "released": gettext("Released"),
            "dropped": gettext("Dropped"),
        }[run.state],
        "kind": _RUN_KINDS[run.state],
        "open": run.state == PayoutRun.State.PREPARED,
        "mine": run.prepared_by == me,
    }


def _word(word: PayoutNotice) -> dict[str, Any]:
    return {
        "word": word,
        "what": {"paid": gettext("Paid out"), "failed": gettext("Failed")}[word.kind],
        "reason": reason_words(word.reason),
        "verdict": {
            "accepted": gettext("Taken in"),
            "wrong_amount": gettext("Another sum than we sent"),
            "repeated": gettext("Said twice"),
            "too_late": gettext("Older than what we know"),
            "unknown": gettext("We know no such number"),
        }[word.verdict],
        "good": word.verdict in {"accepted", "repeated"},
        "amount": Money(word.amount, word.currency),
    }
