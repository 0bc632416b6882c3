"""A keeper's payouts: where her money goes, asking for it, and what became of each."""

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shoal.kit.errors import NotYours
from shoal.settlement.parties import shop_party
from shoal.shops.models import ShopMember
from shoal.web.access import OfKeeper, keeper
from shoal.web.keep.frame import keeper_page
from shoal.web.payouts import (
    AccountForm,
    AskForm,
    ProofForm,
    answer_account,
    answer_ask,
    answer_proof,
    payouts_context,
)


class KeeperOnly(NotYours):
    """Only the keeper herself decides where the money goes."""

    code = "keeper_only"


@keeper
@require_safe
def payouts(request: OfKeeper) -> HttpResponse:
    """This will show what a keeper can be paid, what holds it back, and each payout."""
    _herself(request)
    context = payouts_context(request, party=shop_party(request.shop))
    return keeper_page(request, "payouts", context)


@keeper
@require_POST
def ask(request: OfKeeper) -> HttpResponse:
    """This will take a payout that she asks for."""
    _herself(request)
    party, goto = shop_party(request.shop), reverse("keep:payouts")
    answer = answer_ask(request, party=party, by=request.person.code, goto=goto)
    if isinstance(answer, AskForm):
        context = payouts_context(request, party=party, ask=answer)
        return keeper_page(request, "payouts", context, status=422)
    return answer


@keeper
@require_POST
def proof(request: OfKeeper) -> HttpResponse:
    """This will compare the small sum that she typed."""
    _herself(request)
    party, goto = shop_party(request.shop), reverse("keep:payouts")
    answer = answer_proof(request, party=party, goto=goto)
    if isinstance(answer, ProofForm):
        context = payouts_context(request, party=party, proof=answer)
        return keeper_page(request, "payouts", context, status=422)
    return answer


@keeper
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: OfKeeper) -> HttpResponse:
    """This will take in where her money goes."""
    _herself(request)
    party, goto = shop_party(request.shop), reverse("keep:payouts")
    answer = answer_account(request, party=party, by=request.person.code, goto=goto)
    if isinstance(answer, AccountForm):
        status = 422 if answer.errors else 200
        return keeper_page(request, "payout_account", {"form": answer}, status=status)
    return answer


def _herself(request: OfKeeper) -> None:
    if request.shop_role != ShopMember.Role.KEEPER:
        raise KeeperOnly
