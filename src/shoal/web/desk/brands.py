"""Brands as the operator weighs them: the queue, and each one's file with its papers."""

import logging
from datetime import datetime
from typing import Any

from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from shoal.brands.models import Brand, Contract, Paper, Verdict
from shoal.brands.queries import (
    BrandFile,
    brand_by_code,
    brand_counts,
    brand_file,
    brand_queue,
    open_paper,
)
from shoal.catalog.queries import category_tree
from shoal.kit import clock
from shoal.kit.money import Money
from shoal.people.queries import names_of
from shoal.web.access import OfOperator, operator
from shoal.web.answers import Rows, page_of
from shoal.web.desk.forms import ContractForm
from shoal.web.desk.frame import (
    MONEY,
    PAGE,
    VETTING,
    Told,
    actors,
    desk_page,
    may,
    tabs,
    who_and_why,
)
from shoal.web.supply.telling import BRAND_KINDS

logger = logging.getLogger(__name__)
_STATE = Brand.State
_CONTRACT = {_STATE.VETTED, _STATE.ACTIVE, _STATE.SUSPENDED}
_OPEN = {_STATE.APPLIED, _STATE.SAMPLES}


@operator(VETTING)
@require_safe
def brands(request: OfOperator) -> HttpResponse:
    """This will list brands by state, those who wait longest first."""
    counts = brand_counts()
    names = {state.value: str(state.label) for state in _STATE} | {"all": gettext("All")}
    chosen, places = tabs(request, names, counts | {"all": sum(counts.values())})
    state = None if chosen == "all" else _STATE(chosen)
    total = sum(counts.values()) if state is None else counts.get(state, 0)
    rows = Rows(total, lambda limit, offset: brand_queue(state=state, limit=limit, offset=offset))
    page = page_of(request, rows, size=PAGE)
    context = {"page": page, "tabs": places, "query": f"state={chosen}", "kinds": BRAND_KINDS}
    return desk_page(request, "brands", context)


@operator(VETTING)
@require_safe
def brand(request: OfOperator, code: str) -> HttpResponse:
    """This will show a brand's file with all that can be decided about it."""
    at = clock.now()
    found = brand_file(code=code, at=at)
    form = ContractForm(
        brand=found.brand,
        categories=[branch.category for branch in category_tree()],
        initial=contract_initial(found),
    )
    return brand_page(request, found, form, at=at)


@operator(VETTING)
@require_safe
def paper(request: OfOperator, code: str, paper_code: str) -> FileResponse:
    """This will hand out a paper's file: always as a download, never shown in our own pages."""
    logger.info("paper %s opened by operator %s", paper_code, request.person.code)
    opened = open_paper(code=paper_code, brand=brand_by_code(code=code))
    response = FileResponse(
        opened.file, as_attachment=True, filename=opened.name, content_type=opened.media_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    # Should anything open it in place after all: nothing in it may run or load.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def brand_page(
    request: OfOperator, found: BrandFile, form: ContractForm, *, at: datetime, status: int = 200
) -> HttpResponse:
    """This will render a brand's file with the contract form as it stands."""
    row = found.brand
    names = actors(_who(found), others=gettext("the brand"))
    people = names_of([member.person_id for member in found.members])
    labels = {kind.value: str(kind.label) for kind in Paper.Kind}
    context: dict[str, Any] = {
        "now": at,
        "brand": row,
        "kind": BRAND_KINDS.get(row.state, "warn"),
        "file": found,
        "missing": gettext(", ").join(str(labels[kind]) for kind in found.papers_missing),
        "members": [
            (people[member.person_id] or member.person.code, member.get_role_display())
            for member in found.members
        ],
        "papers": [(paper, names.get(paper.judged_by, "")) for paper in found.papers],
        "samples": [(sample, names.get(sample.judged_by, "")) for sample in found.samples],
        "contracts": [_contract_row(contract, row, names) for contract in found.contracts],
        "steps": _timeline(found, names),
        "form": form,
        "may_judge": row.state in _OPEN,
        "may_ask_sample": row.state not in {_STATE.VETTED, _STATE.REFUSED},
        "may_offer": row.state in _CONTRACT or bool(form.errors),
        "may_refuse_vetted": row.state == _STATE.VETTED,
        "may_see_money": may(request.operator_roles, MONEY),
        "refused": Verdict.REFUSED.value,
    }
    return desk_page(request, "brand", context, status=status)


def contract_initial(found: BrandFile) -> dict[str, Any]:
    """This will fill the contract form with the newest version's terms."""
    last = next(iter(found.contracts), None)
    if last is None:
        return {"guarantees_authenticity": True}
    fees = {f"fee_{code}": rate for code, rate in last.fees.items() if code}
    return {
        "rest": last.fees.get(""),
        "deposit": last.deposit_minor,
        "guarantees_authenticity": last.guarantees_authenticity,
        "terms": last.terms,
        **fees,
    }


def _who(found: BrandFile) -> list[str]:
    return [
        *(step.by for step in found.steps),
        *(paper.judged_by for paper in found.papers),
        *(sample.judged_by for sample in found.samples),
        *(sample.asked_by for sample in found.samples),
        *(contract.offered_by for contract in found.contracts),
        *(contract.signed_by for contract in found.contracts),
    ]


def _contract_row(contract: Contract, brand: Brand, names: dict[str, str]) -> dict[str, Any]:
    rest = gettext("All other categories")
    return {
        "version": contract.version,
        "fees": [
            (code or rest, f"{rate / 100:g}%")
            for code, rate in sorted(contract.fees.items(), reverse=True)
        ],
        "deposit": Money(contract.deposit_minor, brand.currency),
        "guarantee": contract.guarantees_authenticity,
        "terms": contract.terms,
        "offered_at": contract.offered_at,
        "offered_by": names.get(contract.offered_by, ""),
        "signed_at": contract.signed_at,
    }


def _timeline(found: BrandFile, names: dict[str, str]) -> list[Told]:
    """All that happened, the newest first: states, papers, samples and contracts."""
    told = [
        Told(
            str(_STATE(step.state).label),
            who_and_why(names.get(step.by, ""), step.reason),
            step.at,
            "bad" if step.state in {_STATE.REFUSED, _STATE.SUSPENDED} else "",
        )
        for step in found.steps
    ]
    for paper in found.papers:
        if paper.judged_at:
            title = f"{paper.get_kind_display()}: {paper.get_verdict_display()}"
            text = who_and_why(names.get(paper.judged_by, ""), paper.reason)
            told.append(Told(title, text, paper.judged_at))
    for sample in found.samples:
        asked = gettext("Sample asked for: {wanted}").format(wanted=sample.wanted)
        told.append(Told(asked, names.get(sample.asked_by, ""), sample.asked_at))
        if sample.judged_at:
            title = f"{sample.wanted}: {sample.get_verdict_display()}"
            text = who_and_why(names.get(sample.judged_by, ""), sample.reason)
            told.append(Told(title, text, sample.judged_at))
    for contract in found.contracts:
        offered = gettext("Contract {version} offered").format(version=contract.version)
        told.append(Told(offered, names.get(contract.offered_by, ""), contract.offered_at))
        if contract.signed_at:
            signed = gettext("Contract {version} signed").format(version=contract.version)
            told.append(Told(signed, names.get(contract.signed_by, ""), contract.signed_at))
    # Of one moment, what was told later happened later.
    return sorted(told, key=lambda one: one.at)[::-1]
