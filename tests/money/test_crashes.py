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
from shoal.ledger.models import Account
from shoal.ledger.queries import party_balance, platform_balances
from shoal.orders.models import Order
from shoal.orders.operations import complete_orders, expire_orders
from shoal.payments.models import Intent, Refund
from shoal.payments.operations import send_refunds, settle_open_intents, start_payment
from shoal.payments.providers.sandbox import HarbourPay
from shoal.settlement.deposits import cover_debts
from shoal.settlement.models_payouts import Payout
from shoal.settlement.operations_payouts import prepare_payouts, send_payouts
from shoal.settlement.operations_statements import make_statements
from shoal.settlement.parties import shop_party
from tests import payouts, trade
from tests.care import cases
from tests.goods import HOUR
from tests.trade import AT, DAY, Market

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
