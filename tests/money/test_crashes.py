"""A machine that stops between any two steps: the next run finishes, and nothing happens twice."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from shoal.care.operations_brand import accept_case
from shoal.care.operations_deadlines import pass_deadline
from shoal.care.queries_cases import due_cases
from shoal.care.rules_cases import Kind
from shoal.kit import transactions
from shoal.kit.clock import market_day, now
from shoal.ledger.models import Account
from shoal.ledger.queries import party_balance, platform_balances
from shoal.orders.models import Order
from shoal.orders.operations import complete_orders, expire_orders
from shoal.payments.models import Intent, Refund
from shoal.payments.operations import (
    record_notices,
    send_refunds,
    settle_open_intents,
    start_payment,
)
from shoal.payments.providers import provider
from shoal.payments.providers.sandbox import HarbourPay
from shoal.reconciliation import operations as reconciliation
from shoal.reconciliation.models import Bill, Deed, Match
from shoal.reconciliation.queries import open_differences
from shoal.settlement.deposits import cover_debts
from shoal.settlement.models_payouts import Payout
from shoal.settlement.operations_payouts import prepare_payouts, send_payouts
from shoal.settlement.operations_statements import make_statements
from shoal.settlement.parties import shop_party
from tests import payouts, trade
from tests.care import cases
from tests.goods import HOUR
from tests.reconciliation import bills
from tests.trade import AT, DAY, Market

# So little later that no day ends in between, whenever the test runs.
SECOND = timedelta(seconds=1)
pytestmark = pytest.mark.django_db(transaction=True)


class Crash(BaseException):
    """The machine stops here."""


class Fuse:
    """Lets `left` steps be done, then stops the machine; counts them all.

    A step is a transaction that commits, or an answer of the partner: what it has done is done
    there, and nobody here has written it down.
    """

    def __init__(self) -> None:
        self.left: int | None = None
        self.seen = 0

    def wrap(self, whole: Callable[[], Any]) -> Callable[[], Any]:
        @contextmanager
        def one_transaction() -> Iterator[None]:
            with whole():
                yield
            self.burn()

        return one_transaction

    def after(self, whole: Callable[..., Any]) -> Callable[..., Any]:
        def ask(*args: Any, **kwargs: Any) -> Any:
            answer = whole(*args, **kwargs)
            self.burn()
            return answer

        return ask

    def burn(self) -> None:
        self.seen += 1
        if self.left is not None:
            self.left -= 1
            if self.left == 0:
                self.left = None
                raise Crash


@pytest.fixture
def fuse(monkeypatch: pytest.MonkeyPatch) -> Fuse:
    fuse = Fuse()
    monkeypatch.setattr(transactions, "one_transaction", fuse.wrap(transactions.one_transaction))
    monkeypatch.setattr(HarbourPay, "ask", fuse.after(HarbourPay.ask))
    return fuse


@pytest.fixture
def market(partner: Any) -> Market:
    """Mei keeps a shop, and has shown that her account at the bank is hers."""
    del partner
    market = trade.open_market(stock=500)
    payouts.verified(shop_party(market.shop), at=AT - 30 * DAY)
    return market


def night(at: datetime) -> None:
    """All that the worker does by itself, once."""
    settle_open_intents(at=at)
    expire_orders(at=at)
    for case in due_cases(at=at):
        pass_deadline(case=case, at=at)
    while complete_orders(at=at):
        pass
    send_refunds(at=at)
    cover_debts(at=at)
    prepare_payouts(at=at)
    send_payouts(at=at)
    make_statements(at=at)


def through(fuse: Fuse, at: datetime, *, crash_after: int) -> int:
    """The worker's night, stopped after so many steps, and the next; how many it were in all."""
    fuse.seen, fuse.left = 0, crash_after or None
    try:
        night(at)
    except Crash:
        night(at + HOUR)
    fuse.left = None
    seen = fuse.seen
    night(at + 2 * HOUR)  # one more finds nothing left to do
    return seen


def story(market: Market, partner: Any, fuse: Fuse, at: datetime, crash_after: int) -> int:
    """Two units paid at the partner, one of them given back, and what is left of them paid out to
    Mei; the worker is stopped on its way."""
    fuse.left = None
    order = trade.order(market, quantity=2, at=at)
    intent = Intent.objects.get(subject=order.id)
    page = start_payment(intent=intent, return_url="http://localhost/x", at=at).redirect_url
    partner.pay(page)  # and its notice never comes
    first = through(fuse, at + timedelta(minutes=10), crash_after=crash_after)
    order.refresh_from_db()
    assert order.state == Order.State.PAID
    trade.ship(order, at=at + HOUR)
    trade.deliver(order, at=at + DAY)
    case = cases.forwarded(order, kind=Kind.REFUND, at=at + DAY)
    accept_case(brand=market.brand.id, code=case.code, by="owner", at=at + DAY)
    second = through(fuse, at + 9 * DAY, crash_after=max(crash_after - first, 0))
    order.refresh_from_db()
    assert order.state == Order.State.COMPLETED
    assert Refund.objects.get(subject=case.id).state == Refund.State.DONE
    payouts.released(at=at + 9 * DAY + 3 * HOUR)
    done = first + second
    third = through(fuse, at + 10 * DAY, crash_after=max(crash_after - done, 0))
    assert set(Payout.objects.values_list("state", flat=True)) == {Payout.State.PAID}
    return done + third


def where_it_is(market: Market) -> tuple[int, ...]:
    """Brand, keeper, fee, escrow, clearing, payouts, bank, in minor units."""
    platform = {kind: money.minor for kind, _, money in platform_balances()}
    return (
        party_balance(kind=Account.Kind.BRAND, party=market.brand.id, currency="CNY").minor,
        party_balance(kind=Account.Kind.KEEPER, party=market.shop.id, currency="CNY").minor,
        *(
            platform.get(kind, 0)
            for kind in ("platform_fee", "escrow", "clearing", "payout", "bank")
        ),
    )


def test_a_night_that_stops_anywhere_is_finished_by_the_next(
    market: Market, partner: Any, fuse: Fuse
) -> None:
    at = AT
    proof = where_it_is(market)[-1]
    steps = story(market, partner, fuse, at, crash_after=0)
    assert steps >= 15, "the story has fewer steps than it had: is it still one?"
    for stopped in range(1, steps + 1):
        at += 30 * DAY
        story(market, partner, fuse, at, crash_after=stopped)
        told = stopped + 1
        assert where_it_is(market) == (
            7_000 * told, 0, 1_000 * told, 0, -10_000 * told, 0, proof + 2_000 * told
        )  # fmt: skip
    assert trade.is_sound()


def night_of_reckoning(at: datetime) -> None:
    """The nightly run asks for the bill and matches it; then Olga and Oskar close what differs."""
    reconciliation.catch_up(at=at, by="worker:reconciliation")
    for difference in list(open_differences()):
        reconciliation.ask_provider(code=difference.code, by="olga", at=at)
    for difference in list(open_differences()):
        if reconciliation.open_proposal(difference=difference) is None:
            reconciliation.propose_write_off(
                code=difference.code, reason="never billed", by="olga", at=at
            )
        reconciliation.decide_write_off(code=difference.code, approve=True, by="oskar", at=at)


def reckoning(market: Market, partner: Any, fuse: Fuse, days_ago: int, crash_after: int) -> int:
    """Three pay at the partner on one day: one is heard of and not billed, one heard of and billed,
    one billed and not heard of. The night after is stopped on its way, and the next one follows."""
    fuse.left = None
    at = now() - days_ago * DAY
    orders = [trade.order(market, at=at) for _ in range(3)]
    intents = [Intent.objects.get(subject=order.id) for order in orders]
    for intent in intents:
        partner.pay(
            start_payment(intent=intent, return_url="http://localhost/x", at=at).redirect_url
        )
    for _ in range(days_ago):
        partner.let_a_day_pass()
    billed = [row.code for row in provider("sandbox").download_bill(day=market_day(at))]
    assert len(billed) == 2
    for intent in intents:
        if intent.code != billed[0]:
            record_notices(notices=provider("sandbox").query(code=intent.code), at=at)
    fuse.seen, fuse.left = 0, crash_after or None
    try:
        night_of_reckoning(at + DAY)
    except Crash:
        night_of_reckoning(at + DAY + SECOND)
    fuse.left = None
    seen = fuse.seen
    night_of_reckoning(at + DAY + 2 * SECOND)  # one more finds nothing left to do
    assert not open_differences().exists()
    assert {Order.objects.get(id=order.id).state for order in orders} == {Order.State.PAID}
    return seen


def test_a_reckoning_that_stops_anywhere_is_finished_by_the_next(
    market: Market, new_partner: Any, fuse: Fuse
) -> None:
    # Each is about a day of its own, from the far end of what the nightly run looks back on.
    new_partner.behave(notices="never", bills="left_out")
    before = bills.balances()
    steps = reckoning(market, new_partner, fuse, 30, crash_after=0)
    assert steps >= 10, "the night has fewer steps than it had: is it still one?"
    for stopped in range(1, steps + 1):
        reckoning(market, new_partner, fuse, 30 - stopped, crash_after=stopped)
        told = stopped + 1
        moved = {"escrow": 30_000, "bank": -2 * 9_940, "provider_fee": -(10_000 + 2 * 60)}
        assert bills.balances() == {
            kind: before.get(kind, 0) + told * moved.get(kind, 0) for kind in before.keys() | moved
        }
        assert (Bill.objects.count(), Match.objects.count()) == (told, 2 * told)
        assert Deed.objects.filter(what=Deed.What.CLOSED).count() == 2 * told
    assert bills.is_sound()
