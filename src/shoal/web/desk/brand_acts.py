"""What an operator decides about a brand, each with its reason."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from shoal.brands import operations
from shoal.brands.queries import brand_by_code, brand_file, paper_of
from shoal.catalog.queries import category_tree
from shoal.kit import clock
from shoal.web.access import OfOperator, operator
from shoal.web.answers import done, try_form
from shoal.web.desk.brands import brand_page
from shoal.web.desk.forms import ContractForm
from shoal.web.desk.frame import VETTING, accepts, answer, reason_of


@operator(VETTING)
@require_POST
def paper_verdict(request: OfOperator, code: str, paper_code: str) -> HttpResponse:
    """This will accept or refuse one paper."""
    found = paper_of(brand=brand_by_code(code=code), code=paper_code)
    accepted = accepts(request)
    return answer(
        request,
        _file(code, "papers"),
        gettext("The paper is accepted.") if accepted else gettext("The paper is refused."),
        lambda: operations.judge_paper(
            code=found.code,
            accepted=accepted,
            reason=reason_of(request),
            by=request.person.code,
            at=clock.now(),
        ),
    )


@operator(VETTING)
@require_POST
def samples(request: OfOperator, code: str) -> HttpResponse:
    """This will ask a brand for a sample."""
    brand = brand_by_code(code=code)
    return answer(
        request,
        _file(code, "samples"),
        gettext("The brand is asked for the sample."),
        lambda: operations.ask_for_sample(
            brand=brand, wanted=reason_of(request), by=request.person.code, at=clock.now()
        ),
    )


@operator(VETTING)
@require_POST
def sample_verdict(request: OfOperator, code: str, sample_code: str) -> HttpResponse:
    """This will accept or refuse a sample."""
    brand, accepted = brand_by_code(code=code), accepts(request)
    return answer(
        request,
        _file(code, "samples"),
        gettext("The sample is accepted.") if accepted else gettext("The sample is refused."),
        lambda: operations.judge_sample(
            brand=brand,
            code=sample_code,
            accepted=accepted,
            reason=reason_of(request),
            by=request.person.code,
            at=clock.now(),
        ),
    )


@operator(VETTING)
@require_POST
def verdict(request: OfOperator, code: str) -> HttpResponse:
    """This will vet a brand: accept it, whose contract comes next, or refuse it."""
    brand, accepted = brand_by_code(code=code), accepts(request)
    return answer(
        request,
        _file(code, "contract") if accepted else _file(code),
        gettext("The brand is vetted. Offer it a contract next.")
        if accepted
        else gettext("The brand is refused."),
        lambda: operations.vet_brand(
            brand=brand,
            accepted=accepted,
            reason=reason_of(request),
            by=request.person.code,
            at=clock.now(),
        ),
    )


@operator(VETTING)
@require_POST
def contract(request: OfOperator, code: str) -> HttpResponse:
    """This will offer a brand the next version of its contract."""
    at = clock.now()
    found = brand_file(code=code, at=at)
    categories = [branch.category for branch in category_tree()]
    form = ContractForm(request.POST, brand=found.brand, categories=categories)
    if form.is_valid():
        offered = try_form(
            form,
            None,
            lambda: operations.offer_contract(
                brand=found.brand,
                fees=form.fees,
                deposit_minor=form.cleaned_data["deposit"] or 0,
                terms=form.cleaned_data["terms"],
                guarantees_authenticity=form.cleaned_data["guarantees_authenticity"],
                by=request.person.code,
                at=at,
            ),
        )
        if offered is not None:
            words = gettext("Contract {version} is offered. It holds once the brand has signed.")
            return done(request, words.format(version=offered.version), _file(code, "contract"))
    return brand_page(request, found, form, at=at, status=422)


@operator(VETTING)
@require_POST
def suspension(request: OfOperator, code: str) -> HttpResponse:
    """This will suspend a brand, or restore one that was suspended."""
    brand, by, at = brand_by_code(code=code), request.person.code, clock.now()
    if "restore" in request.POST:
        return answer(
            request,
            _file(code),
            gettext("The brand sells again."),
            lambda: operations.restore_brand(brand=brand, reason=reason_of(request), by=by, at=at),
        )
    return answer(
        request,
        _file(code),
        gettext("The brand is suspended: nothing of it can be bought until you restore it."),
        lambda: operations.suspend_brand(brand=brand, reason=reason_of(request), by=by, at=at),
    )


def _file(code: str, part: str = "") -> str:
    here = reverse("desk:brand", args=[code])
    return f"{here}#{part}" if part else here
