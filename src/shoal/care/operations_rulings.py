"""The platform arbitrates: what it rules is final, and large amounts take two people."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.conf import settings

from shoal.brands.models import CounterfeitReport
from shoal.brands.steps import write_verdict
from shoal.care import rules_cases as rules
from shoal.care.models import Case, Ruling
from shoal.care.operations_cases import LONGEST_WORDS, WordsMissing, is_something
from shoal.care.rules_cases import Deed, Kind, Reason, Side, State
from shoal.care.steps_cases import (
    Doing,
    GivenUnits,
    Held,
    asked_of,
    check_may,
    give,
    given_minor,
    lock_case,
    move,
    set_given,
)
from shoal.kit.errors import Refused
from shoal.kit.ids import uuid7
from shoal.kit.money import minor_of
from shoal.kit.transactions import operation


class NeedsSomebodyElse(Refused):
    """An amount like this takes two people: somebody else has to confirm what you decided."""

    code = "needs_somebody_else"


@operation
def rule_case(
    *,
    code: str,
    grants: bool,
    words: str,
    by: str,
    at: datetime,
    given: Sequence[GivenUnits] | None = None,
    brands_fault: bool | None = None,
    needs_return: bool | None = None,
) -> Case:
    """This will decide a case that the platform was asked about, with the reason both sides read.

    `given` is a part per line (None: all she asked for); `brands_fault` who answers for it and
    pays the ways; `needs_return` whether goods go back first. What is not said stays as it was.
    Above SHOAL_TWO_PEOPLE_ABOVE a second operator confirms. A refusal is final.
    """
    if not words.strip():
        raise WordsMissing
    held = lock_case(code=code)
    check_may(held, Deed.RULE, Side.PLATFORM)
    case = held.case
    for row in held.lines:
        row.given_units, row.given_minor = asked_of(row)
        row.save(update_fields=["given_units", "given_minor"])
    if not grants or given is not None:
        set_given(held, given or [] if grants else [])
    back = case.needs_return if needs_return is None else needs_return
    ruling = Ruling.objects.create(
        id=uuid7(),
        case=case,
        grants=grants and is_something(held),
        brands_fault=case.brands_fault if brands_fault is None else brands_fault,
        needs_return=back and not case.came_back,
        amount_minor=given_minor(held),
        by=by,
        at=at,
    )
    doing = Doing(Deed.RULE, Side.PLATFORM, by, at, words.strip()[:LONGEST_WORDS])
    amount = ruling.amount_minor if ruling.grants else 0
    if rules.needs_second(amount=amount, above=_one_may_give(case.order.currency)):
        move(held, State.CONFIRMING, doing, amount=amount)
    else:
        _carry_out(held, ruling, doing)
    return case


@operation
def confirm_ruling(*, code: str, agrees: bool, words: str, by: str, at: datetime) -> Case:
    """This will confirm what another operator decided, or send it back to be decided again.

    Raises NeedsSomebodyElse for the one who decided.
    """
    held = lock_case(code=code)
    deed = Deed.CONFIRM if agrees else Deed.OVERTURN
    check_may(held, deed, Side.PLATFORM)
    if not agrees and not words.strip():
        raise WordsMissing
    ruling = Ruling.objects.select_for_update().get(case=held.case, verdict="")
    if ruling.by == by:
        raise NeedsSomebodyElse
    verdicts = Ruling.Verdict
    ruling.verdict = verdicts.CONFIRMED if agrees else verdicts.OVERTURNED
    ruling.confirmed_by, ruling.confirmed_at = by, at
    ruling.save(update_fields=["verdict", "confirmed_by", "confirmed_at"])
    doing = Doing(deed, Side.PLATFORM, by, at, words.strip()[:LONGEST_WORDS])
    if agrees:
        _carry_out(held, ruling, doing)
    else:
        for row in held.lines:
            row.given_units = row.given_minor = None
            row.save(update_fields=["given_units", "given_minor"])
        move(held, State.DISPUTED, doing)
    return held.case


def _one_may_give(currency: str) -> int:
    """What one operator may give alone, in minor units; nothing where no setting names it."""
    return minor_of(settings.SHOAL_TWO_PEOPLE_ABOVE.get(currency, Decimal(0)), currency)


def _carry_out(held: Held, ruling: Ruling, doing: Doing) -> None:
    case = held.case
    if not ruling.verdict:
        ruling.verdict = Ruling.Verdict.CONFIRMED
        ruling.save(update_fields=["verdict"])
    case.was_ruled = True
    case.brands_fault, case.needs_return = ruling.brands_fault, _returns(case, ruling)
    if case.kind == Kind.REFUND and case.needs_return:
        case.kind = Kind.RETURN
    elif case.kind == Kind.RETURN and not (case.needs_return or case.came_back):
        case.kind = Kind.REFUND
    _judge_report(case, ruling, doing)
    if ruling.grants:
        give(held, doing)
    else:
        move(held, State.REFUSED, doing, amount=0)


def _returns(case: Case, ruling: Ruling) -> bool:
    return ruling.needs_return or (case.came_back and case.needs_return)


def _judge_report(case: Case, ruling: Ruling, doing: Doing) -> None:
    """A counterfeit's report says the same as its case; one that was judged before stays."""
    if case.reason != Reason.COUNTERFEIT or case.report_id is None:
        return
    report = CounterfeitReport.objects.select_for_update().get(id=case.report_id)
    if not report.verdict:
        reason = doing.words or f"case {case.code}"
        write_verdict(report=report, upheld=ruling.grants, reason=reason, by=ruling.by, at=doing.at)
