"""A brand's payouts: where its money goes, asking for it, what became of each; its deposit."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shoal.settlement.deposits import deposit_moves, deposit_of
from shoal.settlement.parties import brand_party
from shoal.web.access import OfBrand, brand_member
from shoal.web.payouts import (
    AccountForm,
    AskForm,
    ProofForm,
    answer_account,
    answer_ask,
    answer_proof,
    payouts_context,
)
from shoal.web.supply.frame import Role, supply_page


@brand_member(Role.MONEY)
@require_safe
def payouts(request: OfBrand) -> HttpResponse:
    """This will show what a brand can be paid, what holds it back, and each payout."""
    return supply_page(request, "payouts", _context(request))


@brand_member(Role.MONEY)
@require_POST
def ask(request: OfBrand) -> HttpResponse:
    """This will take a payout that the brand asks for."""
    party, goto = brand_party(request.brand), reverse("supply:payouts")
    answer = answer_ask(request, party=party, by=request.person.code, goto=goto)
    if isinstance(answer, AskForm):
        return supply_page(request, "payouts", _context(request, ask=answer), status=422)
    return answer


@brand_member(Role.MONEY)
@require_POST
def proof(request: OfBrand) -> HttpResponse:
    """This will compare the small sum that somebody of the brand typed."""
    party, goto = brand_party(request.brand), reverse("supply:payouts")
    answer = answer_proof(request, party=party, goto=goto)
    if isinstance(answer, ProofForm):
        return supply_page(request, "payouts", _context(request, proof=answer), status=422)
    return answer


@brand_member(Role.MONEY)
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: OfBrand) -> HttpResponse:
    """This will take in where the brand's money goes."""
    party, goto = brand_party(request.brand), reverse("supply:payouts")
    answer = answer_account(request, party=party, by=request.person.code, goto=goto)
    if isinstance(answer, AccountForm):
        status = 422 if answer.errors else 200
        return supply_page(request, "payout_account", {"form": answer}, status=status)
    return answer


def _context(
    request: OfBrand, *, ask: AskForm | None = None, proof: ProofForm | None = None
) -> dict[str, Any]:
    party = brand_party(request.brand)
    moves = [move for move in deposit_moves(brand=request.brand) if move.state == "confirmed"]
    return {
        **payouts_context(request, party=party, ask=ask, proof=proof),
        "deposit": deposit_of(brand=request.brand) if moves else None,
    }
