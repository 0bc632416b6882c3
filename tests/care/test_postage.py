"""The way back: what it cost her, the brand that pays it, the transfer that brings it to her."""

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from shoal.care import operations_brand as brand
from shoal.care import operations_cases as cases
from shoal.care.models import Case, CaseStep
from shoal.care.operations_cases import PostageTooLarge
from shoal.care.operations_deadlines import pass_deadline
from shoal.care.operations_postage import (
    NothingToTransfer,
    TransferMissing,
    TransferUsed,
    pay_postage,
)
from shoal.care.operations_rulings import rule_case
from shoal.care.queries_cases import counts_of_all
from shoal.care.rules_cases import Deed, Kind, Reason, State
from shoal.care.steps_erasure import CasesUnderWay, refuse_open_cases
from shoal.kit.money import Money
from shoal.kit.transactions import one_transaction
from shoal.ledger.models import Account, Transfer
from shoal.notify.queries import outbox
from shoal.people.events import ErasureAsked
from shoal.settlement.models_statements import Statement
from shoal.settlement.operations_statements import make_statements
from shoal.settlement.queries_statements import statement_lines
from shoal.web.statements.words import what_words
from tests import payouts, trade
from tests.care.cases import ASKED, DAY, again, delivered, forwarded, name_address

pytestmark = pytest.mark.django_db
COST = 1_200


@pytest.fixture
def market() -> trade.Market:
    made = trade.open_market(stock=10)
    name_address(made)
    return made


def agreed(market: trade.Market, **changes: object) -> Case:
    """Alice may send one of two back."""
    case = forwarded(delivered(market), **changes)
    return brand.accept_case(**_brand(case))


def sent(market: trade.Market, *, postage: int = COST, **changes: object) -> Case:
    case = agreed(market, **changes)
    return cases.send_back(**_hers(case), carrier="顺丰", tracking="SF1", postage=postage)


def _brand(case: Case) -> dict:
    return {"brand": case.brand_id, "code": case.code, "by": "owner", "at": ASKED}


def _hers(case: Case) -> dict:
    return {"customer": case.customer_id, "code": case.code, "by": "alice", "at": ASKED}


def moved() -> list[tuple[str, str, str, int]]:
    rows = Transfer.objects.filter(kind__startswith="postage").order_by("id")
    return [
        (row.kind, row.debit.kind, row.credit.kind, row.amount)
        for row in rows.select_related("debit", "credit")
    ]


def test_the_brand_pays_out_of_its_own_balance_and_the_platform_transfers(market) -> None:
    case = sent(market)
    assert (moved(), again(case).postage_minor) == ([], 0)
    case = brand.receive_return(**_brand(case))
    assert (case.state, case.refund_minor, case.postage_minor) == (State.REFUNDED, 10_000, COST)
    assert moved() == [("postage", "brand_payable", "return_postage", COST)]
    assert payouts.balance(payouts.brand(market)) == -COST
    assert (payouts.at(Account.Kind.FEE), counts_of_all()["postage"]) == (0, 1)
    assert trade.is_sound()
    pay_postage(code=case.code, reference="B-77", by="olga", at=ASKED + DAY)
    assert moved()[1:] == [("postage_paid", "return_postage", "bank", COST)]
    assert payouts.at(Account.Kind.POSTAGE) == 0
    deeds = list(CaseStep.objects.filter(case=case).order_by("id").values_list("deed", flat=True))
    assert deeds[-4:] == [Deed.SEND_BACK, Deed.POSTAGE, Deed.RECEIVE, Deed.POSTAGE_PAID]
    assert "¥12.00" in outbox(limit=1)[0].body
    assert (again(case).state, counts_of_all()["postage"]) == (State.REFUNDED, 0)
    assert trade.is_sound()


def test_it_is_transferred_once_and_by_a_number_of_its_own(market) -> None:
    first, second = (brand.receive_return(**_brand(sent(market))) for _ in range(2))
    with pytest.raises(TransferMissing):
        pay_postage(code=first.code, reference=" ", by="olga", at=ASKED)
    pay_postage(code=first.code, reference="B-77", by="olga", at=ASKED)
    for code, refusal in ((first.code, NothingToTransfer), (second.code, TransferUsed)):
        with pytest.raises(refusal):
            pay_postage(code=code, reference="B-78" if code == first.code else "B-77",
                        by="olga", at=ASKED)  # fmt: skip
    assert payouts.at(Account.Kind.POSTAGE) == COST
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(id=second.id).update(postage_reference="B-77", postage_paid_at=ASKED)


@pytest.mark.parametrize(
    ("reason", "postage"),
    [(Reason.BROKEN, 3_001), (Reason.BROKEN, -1), (Reason.CHANGED_MIND, 1)],
)
def test_nobody_pays_more_than_is_named_nor_for_her_own_change_of_mind(
    market, reason: Reason, postage: int
) -> None:
    case = agreed(market, reason=reason)
    with pytest.raises(PostageTooLarge):
        cases.send_back(**_hers(case), carrier="顺丰", tracking="SF1", postage=postage)
    assert (again(case).state, again(case).postage_asked_minor) == (State.RETURNING, 0)


def test_in_a_currency_not_named_nothing_is_paid(market, settings) -> None:
    settings.SHOAL_RETURN_POSTAGE_MOST = {}
    with pytest.raises(PostageTooLarge):
        sent(market, postage=1)
    assert Case.objects.get().state == State.RETURNING


def test_silence_pays_it_too(market) -> None:
    case = sent(market)
    assert pass_deadline(case=case.id, at=again(case).until_at)
    assert moved() == [("postage", "brand_payable", "return_postage", COST)]


def test_an_exchange_pays_it_once(market) -> None:
    case = sent(market, kind=Kind.EXCHANGE)
    case = brand.receive_return(**_brand(case))
    assert (case.state, case.postage_minor) == (State.REPLACING, COST)
    brand.send_replacement(**_brand(case), carrier="顺丰", tracking="SF2")
    cases.confirm_replacement(**_hers(case))
    assert len(moved()) == 1
    assert trade.is_sound()


@pytest.mark.parametrize(("fault", "paid"), [(True, 1), (False, 0)])
def test_who_answers_when_it_is_contested_is_decided_by_the_platform(
    market, *, fault: bool, paid: int
) -> None:
    case = sent(market)
    brand.contest_return(**_brand(case), words="穿过了")
    assert moved() == []
    rule_case(code=case.code, grants=True, brands_fault=fault, words="看过", by="olga", at=ASKED)
    assert (again(case).state, len(moved())) == (State.REFUNDED, paid)
    assert trade.is_sound()


def test_nobody_is_forgotten_before_it_is_transferred(market) -> None:
    case = brand.receive_return(**_brand(sent(market)))
    fact = ErasureAsked(case.customer_id, ASKED)
    with pytest.raises(CasesUnderWay), one_transaction():
        refuse_open_cases([fact])
    pay_postage(code=case.code, reference="B-77", by="olga", at=ASKED)
    with one_transaction():
        refuse_open_cases([fact])
    assert Case.objects.get().postage_reference == "B-77"


def test_her_statement_names_it_and_reproduces_from_the_ledger(market) -> None:
    case = sent(market)
    brand.receive_return(**_brand(case))
    make_statements(at=ASKED + 60 * DAY)
    found = Statement.objects.get(account__kind=Account.Kind.BRAND)
    (line,) = statement_lines(statement=found, limit=9, offset=0)
    assert (line.what, line.amount, found.closing_minor) == ("postage", Money(-COST, "CNY"), -COST)
    with override("en"):
        assert what_words(line.what) == "Customers’ ways back"
    assert trade.is_sound()
