"""What happens to a case by itself: silence past a deadline decides for the customer."""

from datetime import datetime
from uuid import UUID

from shoal.care import rules_cases as rules
from shoal.care.models import Case, Ruling
from shoal.care.operations_cases import is_something
from shoal.care.rules_cases import CLOSED, Deed, State
from shoal.care.steps_cases import Doing, Held, give, lock_case, move, standing_of
from shoal.care.steps_replacing import arrive, pay_instead, receive_goods
from shoal.kit.transactions import operation

BY = "worker:cases"


@operation
def pass_deadline(*, case: UUID, at: datetime) -> bool:
    """This will do what silence decides, if the case's deadline is over; returns whether it was."""
    code = Case.objects.filter(id=case, until_at__lte=at).values_list("code", flat=True).first()
    if code is None:
        return False
    held = lock_case(code=code)
    row = held.case
    if row.state in CLOSED or row.until_at is None or row.until_at > at:
        return False
    offered = 1 if row.state == State.OFFERED and is_something(held) else 0
    deed = rules.on_silence(standing_of(row), offered=offered)
    _carry_out(held, Doing(deed, None, BY, at))
    return True


def _carry_out(held: Held, doing: Doing) -> None:
    if doing.deed == Deed.FORWARD:
        move(held, State.JUDGING, doing)
    elif doing.deed == Deed.TAKE_OFFER:
        give(held, doing)
    elif doing.deed == Deed.END:
        move(held, State.REFUSED, doing)
    elif doing.deed == Deed.ACCEPT:
        _decide_for_her(held, doing)
    elif doing.deed == Deed.WITHDRAW:
        kept = held.case.new_goods_arrived
        move(held, State.REPLACED if kept else State.WITHDRAWN, doing)
    elif doing.deed == Deed.RECEIVE:
        # Nobody looked at what came back: it is not sold again until somebody does.
        _write_all_off(held)
        receive_goods(held, doing)
    elif doing.deed == Deed.CANNOT_REPLACE:
        pay_instead(held, doing)
    else:
        arrive(held, doing)


def _decide_for_her(held: Held, doing: Doing) -> None:
    if held.case.state == State.CONFIRMING:
        Ruling.objects.filter(case=held.case, verdict="").update(
            verdict=Ruling.Verdict.OVERTURNED, confirmed_by=doing.by, confirmed_at=doing.at
        )
        for row in held.lines:
            row.given_units = row.given_minor = None
    give(held, doing)


def _write_all_off(held: Held) -> None:
    for row in held.lines:
        row.broken_units = row.given_units or 0
