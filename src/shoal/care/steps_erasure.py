"""Somebody wants to be forgotten: not while a case of hers is open."""

from collections.abc import Sequence

from django.db.models import Q

from shoal.care.models import Case
from shoal.kit.errors import Refused
from shoal.kit.transactions import step
from shoal.people.events import ErasureAsked


class CasesUnderWay(Refused):
    """You still have {count} open after-sales cases. Wait for their end, or give them up."""

    code = "cases_under_way"


@step
def refuse_open_cases(facts: Sequence[ErasureAsked]) -> None:
    """This will refuse to forget a customer with an open case. Raises CasesUnderWay.

    A case whose way back is still to be transferred to her counts as open.
    """
    open_ones = Q(closed_at=None) | Q(postage_minor__gt=0, postage_paid_at=None)
    for fact in facts:
        count = Case.objects.filter(open_ones, customer=fact.person).count()
        if count:
            raise CasesUnderWay(count=count)
