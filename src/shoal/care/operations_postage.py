"""The way back that a brand paid for reaches the customer: an operator transfers it by hand.

It is no part of what was paid for the order, so it does not go back the way that was paid: a
provider refunds no more than it took, and what was taken answers for the goods. Ledger: brand →
return_postage when the goods are accepted, return_postage → bank when it was transferred.
"""

from datetime import datetime

from shoal.care.models import Case
from shoal.care.rules_cases import Deed, Side
from shoal.care.steps_cases import Doing, lock_case, note
from shoal.care.steps_telling import tell
from shoal.kit.errors import Refused
from shoal.kit.ids import uuid7
from shoal.kit.transactions import operation
from shoal.ledger.models import Account
from shoal.ledger.steps import AccountKey, NewTransfer, post

LONGEST_REFERENCE = 80


class TransferMissing(Refused):
    """Please write down the bank’s number of the transfer."""

    code = "postage_transfer_missing"


class TransferUsed(Refused):
    """This number of the bank’s stands beside another way back already."""

    code = "postage_transfer_used"


class NothingToTransfer(Refused):
    """Nothing is owed for this way back, or it was transferred already."""

    code = "no_postage_owed"


@operation
def pay_postage(*, code: str, reference: str, by: str, at: datetime) -> Case:
    """This will note that an operator transferred what a case's way back cost to the customer.

    Who accepted the goods decided that it is owed; who transfers it writes the bank's number down.
    Raises TransferMissing, TransferUsed, NothingToTransfer.
    """
    number = reference.strip()[:LONGEST_REFERENCE]
    if not number:
        raise TransferMissing
    held = lock_case(code=code)
    case = held.case
    if not case.postage_minor or case.postage_paid_at is not None:
        raise NothingToTransfer
    if Case.objects.filter(postage_reference=number).exists():
        raise TransferUsed
    case.postage_reference, case.postage_paid_at = number, at
    case.save(update_fields=["postage_reference", "postage_paid_at"])
    post(
        transfers=[
            NewTransfer(
                entry=uuid7(),
                kind="postage_paid",
                debit=AccountKey(Account.Kind.POSTAGE, case.currency),
                credit=AccountKey(Account.Kind.BANK, case.currency),
                amount=case.postage_minor,
                subject=case.id,
                at=at,
                by=by,
            )
        ]
    )
    doing = Doing(Deed.POSTAGE_PAID, Side.PLATFORM, by, at)
    note(case, doing, amount=case.postage_minor)
    tell(case=case, deed=doing.deed, side=doing.side, at=at)
    return case
