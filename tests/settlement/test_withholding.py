"""Withholding: brackets over a month, to the unit; nothing unless a setting says so."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal import env
from shoal.ledger.models import Account
from shoal.settlement.models_payouts import Payout
from shoal.settlement.operations_payouts import ask_payout, take_back
from shoal.settlement.withholding import Bracket, brackets_of, owed, withhold
from tests import trade
from tests.payouts import EARNED, OLGA, at, balance, earned, verified

SCHEME = [Bracket(0, 0), Bracket(80_000, 2_000), Bracket(400_000, 1_600)]
sums = st.integers(1, 2_000_000)
schemes = st.lists(
    st.tuples(st.integers(0, 500_000), st.integers(0, 10_000)), max_size=4, unique_by=lambda p: p[0]
).map(lambda pairs: [Bracket(*pair) for pair in sorted(pairs)])


def test_a_month_by_hand():
    assert owed(total=80_000, brackets=SCHEME) == 0
    assert owed(total=80_005, brackets=SCHEME) == 1
    assert owed(total=400_000, brackets=SCHEME) == 64_000
    assert owed(total=500_000, brackets=SCHEME) == 64_000 + 16_000
    assert owed(total=500_000, brackets=[]) == 0
    assert owed(total=10, brackets=[Bracket(10, 10_000)]) == 0
    assert owed(total=-10, brackets=[Bracket(0, 10_000)]) == 0


def test_a_unit_is_always_left_to_be_paid():
    everything = [Bracket(0, 10_000)]
    assert withhold(gross=100, before=0, withheld=0, brackets=everything) == 99
    assert withhold(gross=1, before=0, withheld=0, brackets=everything) == 0
    assert withhold(gross=100, before=100, withheld=99, brackets=everything) == 99
    assert withhold(gross=100, before=100, withheld=300, brackets=everything) == 0


@given(schemes, st.lists(sums, min_size=1, max_size=6))
def test_many_small_payouts_bear_what_one_large_one_does(scheme, parts):
    before = kept = 0
    for gross in parts:
        now = withhold(gross=gross, before=before, withheld=kept, brackets=scheme)
        assert 0 <= now < gross or (gross == 1 and now == 0)
        before, kept = before + gross, kept + now
    due = owed(total=before, brackets=scheme)
    # Something is always left to be paid: a unit of each payout at most is not withheld.
    assert due - len(parts) <= kept <= due


@given(schemes, sums, sums)
def test_more_never_bears_less(scheme, one, other):
    low, high = sorted((one, other))
    assert owed(total=low, brackets=scheme) <= owed(total=high, brackets=scheme) <= high


def test_a_setting_is_read_per_currency(monkeypatch):
    monkeypatch.setenv("SHOAL_WITHHOLD_KEEPER", "CNY 0=0 800.50=2000; JPY 1000=100")
    scheme = env.read("SHOAL_WITHHOLD_KEEPER")
    assert brackets_of(scheme=scheme, currency="CNY") == [Bracket(0, 0), Bracket(80_050, 2_000)]
    assert brackets_of(scheme=scheme, currency="JPY") == [Bracket(1_000, 100)]
    assert brackets_of(scheme=scheme, currency="USD") == []
    for wrong in ("CNY", "CNY 5=1 3=1", "CNY 0=10001", "yuan 0=1", "CNY 0=x", "CNY -1=1"):
        monkeypatch.setenv("SHOAL_WITHHOLD_KEEPER", wrong)
        with pytest.raises(env.BadSetting):
            env.read("SHOAL_WITHHOLD_KEEPER")


@pytest.mark.django_db
def test_it_goes_to_the_tax_office_and_comes_back_with_a_failed_payout(settings):
    settings.SHOAL_PAYOUTS = "file"
    settings.SHOAL_WITHHOLD_KEEPER = {"CNY": ((Decimal(50), 2_000),)}
    party = earned(trade.open_market(), quantity=10)
    verified(party)
    first = ask_payout(party=party, amount=6_000, by="mei", at=EARNED)
    assert (first.withheld_minor, first.amount) == (200, 5_800)
    assert (at(Account.Kind.TAX), at(Account.Kind.PAYOUT)) == (200, 5_800)
    take_back(code=first.code, reason="wrong day", by=OLGA, at=EARNED)
    assert (at(Account.Kind.TAX), at(Account.Kind.PAYOUT), balance(party)) == (0, 0, 20_000)
    again = ask_payout(party=party, amount=None, by="mei", at=EARNED)
    assert again.withheld_minor == 3_000
    assert trade.is_sound()


@pytest.mark.django_db
def test_nothing_is_withheld_by_default(settings):
    settings.SHOAL_PAYOUTS = "file"
    party = earned(trade.open_market(), quantity=10)
    verified(party)
    assert ask_payout(party=party, amount=None, by="mei", at=EARNED).withheld_minor == 0
    assert Payout.objects.get().amount == 20_000
