"""Payouts for tests: what was earned, an account that stands, a run that two people release."""

from datetime import datetime

from shoal.ledger.models import Account
from shoal.ledger.queries import party_balance
from shoal.orders.operations import complete_orders
from shoal.settlement.accounts import AccountGiven, give_account, judge_account, prove_account
from shoal.settlement.models_payouts import Payout, PayoutAccount, PayoutRun
from shoal.settlement.operations_payouts import decide_run, prepare_run, send_payouts
from shoal.settlement.parties import Party, brand_party, shop_party
from shoal.settlement.queries_payouts import payout_desk
from shoal.settlement.rules_payouts import Why
from tests import trade
from tests.trade import DAY, Market

OLGA, OSKAR = "olga", "oskar"
EARNED = trade.AT + 30 * DAY
MINUTE = trade.MINUTE


def earned(market: Market, *, quantity: int = 1, at: datetime = EARNED) -> Party:
    """Mei as a party, after an order of `quantity` was settled: 20.00 each are hers."""
    placed = trade.order(market, quantity=quantity)
    trade.pay(placed)
    trade.ship(placed)
    trade.deliver(placed)
    assert complete_orders(at=at)
    return shop_party(market.shop)


def brand(market: Market) -> Party:
    """海风 as a party."""
    market.brand.refresh_from_db()
    return brand_party(market.brand)


def given(number: str = "6222020200012345", *, holder: str = "美") -> AccountGiven:
    """An account as a party types it."""
    return AccountGiven(PayoutAccount.Kind.BANK, holder, "工商银行", number)


def verified(party: Party, *, at: datetime = EARNED, number: str = "6222020200012345"):
    """The party's account, checked by Olga and, where the partner can, proved by a small sum."""
    account = give_account(party=party, given=given(number), by="mei", at=at)
    account = judge_account(code=account.code, accepted=True, reason="", by=OLGA, at=at)
    if account.state == PayoutAccount.State.PROVING:
        send_payouts(at=at)
        prove_account(party=party, minor=account.proof_minor or 0, at=at)
    account.refresh_from_db()
    assert account.state == PayoutAccount.State.VERIFIED
    return account


def released(*, at: datetime = EARNED) -> PayoutRun:
    """A run of everything that waits, put together by Olga and released by Oskar."""
    run = prepare_run(currency="CNY", by=OLGA, at=at)
    return decide_run(code=run.code, approve=True, by=OSKAR, at=at)


def why_not(party: Party, *, at: datetime = EARNED) -> set[Why]:
    """Everything that keeps a party from being paid."""
    account = PayoutAccount.objects.filter(party=party.id).exclude(state="replaced").last()
    return {block.why for block in payout_desk(party=party, account=account, at=at).blocks}


def balance(party: Party) -> int:
    """What a party has, in minor units."""
    return party_balance(kind=party.ledger, party=party.id, currency=party.currency).minor


def at(kind: Account.Kind) -> int:
    """The balance of a platform-wide account, in minor units: credits less debits."""
    from shoal.ledger.queries import platform_balances

    return sum(money.minor for name, _, money in platform_balances() if name == kind)


def state(payout: Payout) -> str:
    """A payout's state as it stands now."""
    payout.refresh_from_db()
    return payout.state
