"""Writes on brands that operations compose."""

from datetime import datetime
from uuid import UUID

from shoal.brands.events import BrandStateChanged
from shoal.brands.models import Brand, BrandStep, CounterfeitReport
from shoal.brands.rules import may_become
from shoal.kit import vault
from shoal.kit.errors import Refused
from shoal.kit.events import publish
from shoal.kit.locks import lock_row
from shoal.kit.transactions import step
from shoal.people.models import Person


class WrongBrandState(Refused):
    """This cannot be done while the brand is “{state}”."""

    code = "wrong_brand_state"


class ReasonMissing(Refused):
    """Please write down the reason: the other side will read it."""

    code = "reason_missing"


@step
def lock_brand(brand: UUID) -> Brand:
    """This will lock a brand's row and return it. Raises NotFound."""
    return lock_row(Brand, brand)


@step
def change_state(*, brand: Brand, state: Brand.State, reason: str, by: str, at: datetime) -> None:
    """This will move a locked brand to `state` and write the step down.

    Raises WrongBrandState when its present state does not lead there.
    """
    if not may_become(brand.state, state):
        raise WrongBrandState(state=brand.get_state_display())
    write_step(brand=brand, state=state, reason=reason, by=by, at=at)
    publish([BrandStateChanged(brand=brand.id, state=state, at=at)])


@step
def write_step(*, brand: Brand, state: Brand.State, reason: str, by: str, at: datetime) -> None:
    """This will append the fact that `brand` is in `state` from `at`, and project it."""
    BrandStep.objects.create(brand=brand, state=state, reason=reason, by=by, at=at)
    brand.state = state
    brand.save(update_fields=["state"])


@step
def keep_report(
    *, brand: UUID, product: UUID | None, reporter: Person, text: str, at: datetime
) -> CounterfeitReport:
    """This will keep a report that goods are not genuine, what she wrote sealed for her."""
    return CounterfeitReport.objects.create(
        brand_id=brand,
        product=product,
        reporter=reporter,
        sealed=vault.seal(reporter.id, {"text": text}),
        reported_at=at,
    )


@step
def write_verdict(
    *, report: CounterfeitReport, upheld: bool, reason: str, by: str, at: datetime
) -> None:
    """This will uphold or dismiss a locked report. Raises ReasonMissing."""
    verdicts = CounterfeitReport.Verdict
    report.verdict = verdicts.UPHELD if upheld else verdicts.DISMISSED
    report.reason = need_reason(reason)
    report.judged_at, report.judged_by = at, by
    report.save(update_fields=["verdict", "reason", "judged_at", "judged_by"])


def need_reason(reason: str) -> str:
    """This will return `reason` trimmed. Raises ReasonMissing when nothing is left."""
    if not reason.strip():
        raise ReasonMissing
    return reason.strip()
