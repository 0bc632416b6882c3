"""The demo's payouts and statements: what was earned first is paid and stated, more is on its way.

The sandbox's bank opens with the demo. Until then this business carried files to a bank, as
`SHOAL_PAYOUTS=file` has it: `shoal demo-world` sets that for itself.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from shoal.demo.goods import CURRENCY, Supplier
from shoal.kit.clock import market_day
from shoal.people.models import Person
from shoal.settlement.accounts import AccountGiven, give_account, judge_account
from shoal.settlement.invoices import InvoiceData, give_invoice_data
from shoal.settlement.models_payouts import PayoutAccount
from shoal.settlement.operations_payouts import (
    ask_payout,
    decide_run,
    hand_over_file,
    prepare_run,
    take_answer,
)
from shoal.settlement.operations_statements import make_statements
from shoal.settlement.parties import Party, brand_party, shop_party
from shoal.settlement.rules_statements import midnight
from shoal.shops.models import Shop

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
# When in the hour the worker looks for periods that are over.
_LOOKS = timedelta(minutes=11)
_KINDS = PayoutAccount.Kind
_BACK = ("number", "outcome", "amount", "currency", "date", "reference", "reason")


def pay_first_earnings(
    *,
    shop: Shop,
    keeper: Person,
    supplier: Supplier,
    operators: Sequence[Person],
    at: datetime,
) -> None:
    """This will pay out at `at` what a keeper and a brand have earned: hers arrives at once.

    The bank sends the brand's back; its balance has it again, and a day later it arrives, too.
    """
    hers, brands = shop_party(shop), brand_party(supplier.brand)
    name = supplier.brand.names["zh"]
    _invoices(hers, InvoiceData("陈美美", "330106199001010000"), keeper.code, at - 2 * _DAY)
    company = InvoiceData(f"{name}家居有限公司", "91330108MA2DEMO01X", "杭州市滨江区潮声路 8 号")
    _invoices(brands, company, supplier.owner.code, at - 2 * _DAY)
    card = AccountGiven(_KINDS.BANK, "陈美美", "中国工商银行", "6222021202000031415")
    _verified(hers, card, keeper.code, operators[0], at - _DAY)
    account = AccountGiven(_KINDS.BANK, company.legal_name, "宁波银行", "7100112233445")
    _verified(brands, account, supplier.owner.code, operators[0], at - _DAY)
    ask_payout(party=hers, amount=None, by=keeper.code, at=at)
    failing = ask_payout(party=brands, amount=None, by=supplier.owner.code, at=at)
    _carry(operators, at + _HOUR, failing={failing.code: "收款行系统维护，已退回"})
    ask_payout(party=brands, amount=None, by=supplier.owner.code, at=at + _DAY)
    _carry(operators, at + _DAY + _HOUR)


def leave_a_run(*, supplier: Supplier, operators: Sequence[Person], at: datetime) -> None:
    """This will leave a payout of a brand's in a run that the first operator may release."""
    party, by = brand_party(supplier.brand), supplier.owner.code
    name = supplier.brand.names["zh"]
    account = AccountGiven(_KINDS.BANK, f"{name}食品有限公司", "中国农业银行", "10440101040001234")
    _verified(party, account, by, operators[0], at - 3 * _DAY)
    ask_payout(party=party, amount=None, by=by, at=at - 2 * _HOUR)
    prepare_run(currency=party.currency, by=operators[1].code, at=at - _HOUR)


def state_periods(*, since: datetime, at: datetime) -> int:
    """This will make the statements of the periods that ended in [since, at), as the worker does.

    Returns how many were made.
    """
    zone = ZoneInfo(timezone.get_default_timezone_name())
    today = market_day(at)
    days = range((today - market_day(since)).days, -1, -1)
    looks = (midnight(day=today - back * _DAY, zone=zone) + _LOOKS for back in days)
    return sum(make_statements(at=look) for look in looks if look <= at)


def _invoices(party: Party, data: InvoiceData, by: str, at: datetime) -> None:
    give_invoice_data(party=party, data=data, by=by, at=at)


def _verified(party: Party, given: AccountGiven, by: str, operator: Person, at: datetime) -> None:
    account = give_account(party=party, given=given, by=by, at=at)
    judge_account(code=account.code, accepted=True, reason="", by=operator.code, at=at + _HOUR)


def _carry(
    operators: Sequence[Person], at: datetime, *, failing: Mapping[str, str] | None = None
) -> None:
    """One puts what waits into a run, the other releases it and carries the file to the bank."""
    first, second = operators[0].code, operators[1].code
    run = prepare_run(currency=CURRENCY, by=first, at=at)
    decide_run(code=run.code, approve=True, by=second, at=at + _HOUR)
    file = hand_over_file(code=run.code, by=second, at=at + _HOUR)
    there_at = at + 3 * _HOUR
    take_answer(data=_answer(file, failing or {}, there_at), by=second, at=there_at + _HOUR)


def _answer(file: bytes, failing: Mapping[str, str], at: datetime) -> bytes:
    """What the bank says about each line of a file, with a reason for those that failed."""
    text = io.StringIO(newline="")
    rows = csv.DictWriter(text, _BACK)
    rows.writeheader()
    for line in csv.DictReader(io.StringIO(file.decode("utf-8-sig"))):
        number, reason = line["number"], failing.get(line["number"], "")
        rows.writerow(
            {
                "number": number,
                "outcome": "failed" if reason else "paid",
                "amount": line["amount"],
                "currency": line["currency"],
                "date": at.isoformat(),
                "reference": "" if reason else f"B{number.upper()}",
                "reason": reason,
            }
        )
    return text.getvalue().encode()
