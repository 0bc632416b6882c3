"""What payments tells a case: the money is back with the payer, or it could not be sent."""

from collections.abc import Sequence

from shoal.care.models import Case
from shoal.care.past_returns import taken_over
from shoal.care.rules_cases import Deed
from shoal.care.steps_cases import Doing, note
from shoal.care.steps_telling import tell
from shoal.kit.locks import lock_rows
from shoal.kit.transactions import step
from shoal.payments.events import PaymentRefunded, RefundFailed

BY = "payments"


@step
def note_money_back(facts: Sequence[PaymentRefunded]) -> None:
    """This will note on each case that its money is back; the reactor of PaymentRefunded.

    The customer is told, but not of what a brand took over from its own books: she knows.
    """
    cases = lock_rows(Case, [fact.subject for fact in facts])
    known = taken_over(cases)
    for fact in facts:
        case = cases.get(fact.subject)
        if case is not None and case.money_back_at is None:
            case.money_back_at, case.money_failed_at = fact.at, None
            case.save(update_fields=["money_back_at", "money_failed_at"])
            note(case, Doing(Deed.MONEY_BACK, None, BY, fact.at), amount=fact.amount)
            if case.id not in known:
                tell(case=case, deed=Deed.MONEY_BACK, side=None, at=fact.at)


@step
def note_money_failed(facts: Sequence[RefundFailed]) -> None:
    """This will note, show and tell that a case's money could not be sent back for good.

    The reactor of RefundFailed. It is still owed: an operator sends it once more.
    """
    final = [fact for fact in facts if fact.final]
    cases = lock_rows(Case, [fact.subject for fact in final])
    for fact in final:
        case = cases.get(fact.subject)
        if case is not None and case.money_back_at is None:
            case.money_failed_at = fact.at
            case.save(update_fields=["money_failed_at"])
            note(case, Doing(Deed.MONEY_FAILED, None, BY, fact.at), amount=fact.amount)
            tell(case=case, deed=Deed.MONEY_FAILED, side=None, at=fact.at)
