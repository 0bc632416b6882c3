"""Statements: 海风's and Mei's account, month by month, as the ledger has it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from shoal.kit.errors import NotFound
from shoal.kit.ids import uuid7
from shoal.kit.money import Money
from shoal.kit.transactions import one_transaction
from shoal.ledger import doctor as ledger_doctor
from shoal.ledger.models import Account, Balance
from shoal.ledger.steps import AccountKey, NewTransfer, post
from shoal.orders.operations import complete_orders
from shoal.settlement import doctor_statements, operations_statements
from shoal.settlement.models_statements import Statement, StatementRun, StatementTransfer
from shoal.settlement.operations_statements import make_statements
from shoal.settlement.queries_statements import (
    every_line,
    line_count,
    run_totals,
    runs,
    statement_by_code,
    statement_lines,
    statements_in,
    statements_of,
)
from tests import trade
from tests.trade import AT, DAY

pytestmark = pytest.mark.django_db

KEEPER, BRAND = Account.Kind.KEEPER, Account.Kind.BRAND
COMPLETED = AT + 12 * DAY  # 13 May
IN_JUNE, IN_JULY, IN_AUGUST = (datetime(2026, month, 2, 8, tzinfo=UTC) for month in (6, 7, 8))


@pytest.fixture
def market():
    return trade.open_market(stock=50)


def settled(market, *, at=AT, quantity: int = 1):
    """An order whose after-sales window is over."""
    order = trade.order(market, at=at + timedelta(minutes=1), quantity=quantity)
    trade.pay(order, at=at + timedelta(minutes=2))
    trade.ship(order, at=at + DAY)
    trade.deliver(order, at=at + 3 * DAY)
    while complete_orders(at=at + 12 * DAY):
        pass
    order.refresh_from_db()
    return order


def move(*, debit: AccountKey, credit: AccountKey, amount: int, kind: str, at: datetime) -> None:
    with one_transaction():
        post(transfers=[NewTransfer(uuid7(), kind, debit, credit, amount, uuid7(), at, "test")])


def pay_out(shop, amount: int, at: datetime) -> None:
    move(
        debit=AccountKey(KEEPER, "CNY", shop.id),
        credit=AccountKey(Account.Kind.PAYOUT, "CNY"),
        amount=amount,
        kind="payout",
        at=at,
    )


def last(party, kind=KEEPER) -> Statement:
    found = statements_of(party=party.id, kinds=[kind]).first()
    assert found is not None
    return found


def shown(statement: Statement) -> list[tuple[str, int]]:
    return [(line.what, line.amount.minor) for line in every_line(statement=statement)]


def is_sound() -> bool:
    """What these tests move by hand has no payout behind it, so only these two are asked."""
    modules = (ledger_doctor, doctor_statements)
    return all(check.ok for module in modules for check in module.checks())


def test_a_month_lists_each_line_sold(market):
    settled(market, quantity=2)
    settled(market)
    assert make_statements(at=IN_JUNE) == 2
    meis, brands = last(market.shop), last(market.brand, BRAND)
    assert (meis.opening_minor, meis.closing_minor) == (0, 6_000)
    assert shown(meis) == [("sold", 4_000), ("sold", 2_000)]
    assert shown(brands) == [("sold", 14_000), ("sold", 7_000)]
    [first, _] = statement_lines(statement=meis, limit=2, offset=0)
    assert (first.units, first.off, first.amount) == (2, Money(0, "CNY"), Money(4_000, "CNY"))
    assert first.titles["zh"]
    assert (meis.run.starts_at, meis.run.ends_at) == (
        datetime(2026, 4, 30, 16, tzinfo=UTC),
        datetime(2026, 5, 31, 16, tzinfo=UTC),
    )
    assert meis.run.zone == "Asia/Shanghai"
    assert is_sound()


def test_asked_again_nothing_is_made_twice(market):
    settled(market)
    assert make_statements(at=IN_JUNE) == 2
    assert make_statements(at=IN_JUNE) == 0
    assert Statement.objects.count() == 2
    assert StatementRun.objects.count() == 1


def test_a_period_that_is_not_over_has_none(market):
    settled(market)
    assert make_statements(at=datetime(2026, 5, 31, 15, 59, tzinfo=UTC)) == 0
    assert not StatementRun.objects.exists()
    assert make_statements(at=datetime(2026, 5, 31, 16, tzinfo=UTC)) == 2


def test_nothing_moved_makes_no_statement(market):
    assert make_statements(at=IN_JUNE) == 0
    settled(market)
    make_statements(at=IN_JUNE)
    assert make_statements(at=IN_AUGUST) == 0
    assert [run.count for run in runs()] == [0, 0, 2]


def test_missed_months_are_caught_up_each_by_itself(market):
    settled(market)
    settled(market, at=AT + 31 * DAY)
    assert make_statements(at=IN_AUGUST) == 4
    june, may = statements_of(party=market.shop.id, kinds=[KEEPER])
    assert (may.opening_minor, may.closing_minor) == (0, 2_000)
    assert (june.opening_minor, june.closing_minor) == (2_000, 4_000)


def test_a_reversal_after_a_payout_is_a_negative_line_of_the_next_month(market):
    order = settled(market, quantity=2)
    make_statements(at=IN_JUNE)
    pay_out(market.shop, 4_000, at=IN_JUNE)
    trade.give_back(order, units=1, at=IN_JUNE + DAY)
    make_statements(at=IN_JULY)
    june = last(market.shop)
    assert (june.opening_minor, june.closing_minor) == (4_000, -2_000)
    assert shown(june) == [("payout", -4_000), ("refunded", -2_000)]
    assert june.by_kind == {"payout": -4_000, "reversal": -2_000}
    assert shown(last(market.brand, BRAND)) == [("refunded", -7_000)]
    assert is_sound()


def test_what_went_back_before_settling_is_not_on_it(market):
    order = trade.order(market, quantity=3)
    trade.pay(order)
    trade.ship(order)
    trade.deliver(order)
    trade.give_back(order, units=1)
    complete_orders(at=COMPLETED)
    make_statements(at=IN_JUNE)
    [line] = every_line(statement=last(market.shop))
    assert (line.what, line.units, line.amount.minor) == ("sold", 2, 4_000)


def test_what_is_posted_too_late_stands_on_the_next_statement(market):
    settled(market)
    make_statements(at=IN_JUNE)
    # A transaction that began in May and was only confirmed now.
    pay_out(market.shop, 500, at=datetime(2026, 5, 20, tzinfo=UTC))
    may = last(market.shop)
    assert (may.closing_minor, line_count(statement=may)) == (2_000, 1)
    [keepers] = [row for row in run_totals(run=may.run) if row.kind == KEEPER]
    assert (keepers.closing.minor, keepers.ledger.minor, keepers.late.minor) == (2_000, 1_500, -500)
    make_statements(at=IN_JULY)
    assert shown(last(market.shop)) == [("payout", -500)]
    assert last(market.shop).opening_minor == 2_000
    [keepers] = [row for row in run_totals(run=last(market.shop).run) if row.kind == KEEPER]
    assert keepers.late.minor == 0
    assert is_sound()


def test_totals_of_a_period_are_the_ledgers(market):
    settled(market)
    settled(market, quantity=3)
    make_statements(at=IN_JUNE)
    [run] = runs()
    totals = {row.kind: row for row in run_totals(run=run)}
    assert (totals[BRAND].credits.minor, totals[KEEPER].credits.minor) == (28_000, 8_000)
    assert all(row.closing == row.ledger for row in totals.values())
    assert statements_in(run=run).aggregate(total=Sum("closing_minor"))["total"] == sum(
        row.credits - row.debits for row in Balance.objects.all()
    )


def test_a_crash_between_parties_is_finished_by_the_next_run(market, monkeypatch):
    settled(market)
    monkeypatch.setattr(operations_statements, "AT_ONCE", 1)
    whole, tries = operations_statements._make, []

    def crash(*, run, accounts):
        if tries:
            raise RuntimeError("power failure")
        tries.append(accounts)
        return whole(run=run, accounts=accounts)

    monkeypatch.setattr(operations_statements, "_make", crash)
    with pytest.raises(RuntimeError):
        make_statements(at=IN_JUNE)
    assert Statement.objects.count() == 1
    monkeypatch.setattr(operations_statements, "_make", whole)
    assert make_statements(at=IN_JUNE) == 1
    assert StatementRun.objects.get().finished_at == IN_JUNE
    assert is_sound()


def test_a_brand_reads_its_freight_and_deposit(market):
    settled(market)
    bank = AccountKey(Account.Kind.BANK, "CNY")
    deposit = AccountKey(Account.Kind.DEPOSIT, "CNY", market.brand.id)
    brand = AccountKey(BRAND, "CNY", market.brand.id)
    move(debit=bank, credit=deposit, amount=50_000, kind="deposit", at=COMPLETED)
    move(debit=deposit, credit=brand, amount=9_000, kind="deposit_cover", at=COMPLETED + DAY)
    assert make_statements(at=IN_JUNE) == 3
    assert shown(last(market.brand, BRAND)) == [("sold", 7_000), ("deposit_cover", 9_000)]
    held = last(market.brand, Account.Kind.DEPOSIT)
    assert shown(held) == [("deposit", 50_000), ("deposit_cover", -9_000)]
    assert held.closing_minor == 41_000
    assert is_sound()


def test_nobody_reads_anothers_statement(market):
    settled(market)
    make_statements(at=IN_JUNE)
    code = last(market.brand, BRAND).code
    assert statement_by_code(code=code).account.party == market.brand.id
    with pytest.raises(NotFound):
        statement_by_code(code=code, party=market.shop.id)
    assert not statements_of(party=market.shop.id, kinds=[BRAND]).exists()


@pytest.mark.parametrize("model", [Statement, StatementTransfer])
def test_a_statement_is_never_edited(market, model):
    settled(market)
    make_statements(at=IN_JUNE)
    before = list(model.objects.order_by("id").values())
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.all().delete()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {model._meta.db_table} SET id = id")  # noqa: S608 - ours
    assert list(model.objects.order_by("id").values()) == before


def test_clocks_that_change_move_the_bounds(market, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    settled(market, at=datetime(2026, 10, 2, tzinfo=UTC))
    make_statements(at=datetime(2026, 11, 2, tzinfo=UTC))
    run = last(market.shop).run
    # Summer time at its beginning, winter time at its end.
    assert run.starts_at == datetime(2026, 9, 30, 22, tzinfo=UTC)
    assert run.ends_at == datetime(2026, 10, 31, 23, tzinfo=UTC)
    pay_out(market.shop, 100, at=datetime(2026, 10, 31, 22, 59, 59, tzinfo=UTC))
    pay_out(market.shop, 200, at=datetime(2026, 10, 31, 23, tzinfo=UTC))
    make_statements(at=datetime(2026, 12, 2, tzinfo=UTC))
    assert shown(last(market.shop)) == [("payout", -100), ("payout", -200)]


def test_weeks_where_the_setting_says_so(market, settings):
    settings.SHOAL_STATEMENT_PERIOD = "weekly"
    settled(market)
    make_statements(at=IN_JUNE)
    lengths = {run.ends_at - run.starts_at for run in runs()}
    assert lengths == {timedelta(days=7)}
    assert last(market.shop).run.starts_at <= COMPLETED < last(market.shop).run.ends_at
