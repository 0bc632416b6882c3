"""Pure decisions about offers, and that the database decides the same."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shoal.kit.money import BASIS, portion
from shoal.offers.models import FlashSale, Offer
from shoal.offers.rules import (
    MOST_MINOR,
    NEXT_SALE_STATES,
    Flaw,
    Phase,
    Terms,
    check_terms,
    is_open,
    keeper_part,
    lowest_floor,
    phase,
    sale_may_become,
)
from tests import goods

AT = datetime(2026, 5, 1, tzinfo=UTC)
MOMENTS = st.integers(-3, 3).map(lambda hours: AT + timedelta(hours=hours))
STATES = st.sampled_from(Offer.State.values)

# Small prices meet each other's limits; large ones meet the limits of the column.
PRICES = st.integers(-2, 40) | st.integers(-1, 2 * MOST_MINOR)
ANY_TERMS = st.builds(
    Terms,
    supply=PRICES,
    sale=PRICES,
    floor=PRICES,
    cap=PRICES,
    rate_bp=st.integers(0, 10_100) | st.sampled_from([0, 2_500, 5_000, 10_000]),
    currency=st.just("CNY"),
)


@st.composite
def sound_terms(draw: st.DrawFn) -> Terms:
    """Terms near the limits, on the right side of each."""
    sale = draw(st.integers(1, 10**6))
    rate = draw(st.integers(0, 10_000))
    most_supply = sale - -(-rate * sale // 10_000)
    return Terms(
        supply=draw(st.integers(0, max(0, most_supply))),
        sale=sale,
        floor=draw(st.integers(lowest_floor(sale=sale, rate_bp=rate), sale)),
        cap=draw(st.integers(sale, 2 * sale)),
        rate_bp=rate,
        currency="CNY",
    )


def test_rules_and_table_name_the_same_states() -> None:
    assert set(NEXT_SALE_STATES) == set(FlashSale.State.values)


@given(sound_terms(), st.integers(1, 50))
def test_sound_terms_leave_nobody_below_nothing(terms: Terms, quantity: int) -> None:
    assert check_terms(terms) == ()
    # Rounded once for the whole line, as orders do, the parts keep their sign too.
    commission = portion(terms.sale * quantity, terms.rate_bp)
    assert (terms.sale - terms.supply) * quantity - commission >= 0
    assert commission + (terms.floor - terms.sale) * quantity >= 0
    assert keeper_part(terms, markup=terms.floor - terms.sale) >= 0


@pytest.mark.parametrize(
    ("changes", "flaws"),
    [
        ({}, set()),
        ({"supply": 0}, set()),
        ({"supply": -1}, {Flaw.NO_PRICE}),
        ({"sale": 0, "floor": 0}, {Flaw.NO_PRICE, Flaw.FLOOR, Flaw.PLATFORM_PART, Flaw.FEE}),
        ({"cap": MOST_MINOR}, set()),
        ({"cap": MOST_MINOR + 1}, {Flaw.TOO_HIGH}),
        ({"cap": 1_000}, set()),
        ({"cap": 999}, {Flaw.CAP}),
        ({"floor": 1_001}, {Flaw.FLOOR}),
        ({"floor": 800}, set()),
        ({"floor": 799}, {Flaw.KEEPER_PART}),
        ({"floor": 0, "rate_bp": BASIS, "supply": 0}, {Flaw.FLOOR}),
        ({"rate_bp": BASIS, "supply": 0}, set()),
        ({"rate_bp": -1, "floor": 1_000}, {Flaw.BAD_RATE, Flaw.KEEPER_PART}),
        ({"supply": 800}, set()),
        ({"supply": 801}, {Flaw.PLATFORM_PART, Flaw.FEE}),
    ],
)
def test_each_flaw_of_terms_is_named_at_its_limit(
    changes: dict[str, int], flaws: set[Flaw]
) -> None:
    terms = {"supply": 700, "sale": 1_000, "floor": 1_000, "cap": 1_000, "rate_bp": 2_000}
    assert set(check_terms(Terms(**terms | changes, currency="CNY"))) == flaws


def test_a_fee_is_reached_exactly() -> None:
    terms = Terms(700, 1_000, 1_000, 1_000, 2_000, "CNY")
    assert check_terms(terms, least_fee_bp=1_000) == ()
    assert check_terms(terms, least_fee_bp=1_001) == (Flaw.FEE,)


def test_a_keeper_earns_her_rate_and_her_markup() -> None:
    terms = Terms(700, 1_000, 900, 1_200, 2_000, "CNY")
    assert keeper_part(terms) == 200
    assert keeper_part(terms, markup=150) == 350
    assert keeper_part(terms, markup=-100) == 100


def test_a_sale_goes_one_way_and_what_is_cancelled_stays_so() -> None:
    assert sale_may_become("draft", "applied")
    assert sale_may_become("applied", "scheduled")
    assert not sale_may_become("draft", "scheduled")
    assert not any(sale_may_become("cancelled", state) for state in NEXT_SALE_STATES)


@given(sound_terms(), st.integers(0, 10_000))
def test_the_fee_of_the_contract_is_reached(terms: Terms, fee: int) -> None:
    platform = (terms.sale - terms.supply) * 10_000 - terms.rate_bp * terms.sale
    flaws = check_terms(terms, least_fee_bp=fee)
    assert (Flaw.FEE in flaws) == (platform < fee * terms.sale)


@given(st.integers(1, 10**6), st.integers(0, 10_000))
def test_no_floor_is_lower(sale: int, rate: int) -> None:
    floor = lowest_floor(sale=sale, rate_bp=rate)
    terms = Terms(0, sale, floor, sale, rate, "CNY")
    assert Flaw.KEEPER_PART not in check_terms(terms)
    if floor > 1:
        assert Flaw.KEEPER_PART in check_terms(Terms(0, sale, floor - 1, sale, rate, "CNY"))


@given(
    opens_at=MOMENTS,
    closes_at=st.none() | MOMENTS,
    state=STATES,
    at=MOMENTS,
    sells=st.booleans(),
)
def test_an_offer_is_open_in_one_phase_only(
    opens_at: datetime, closes_at: datetime | None, state: str, at: datetime, *, sells: bool
) -> None:
    found = phase(opens_at=opens_at, closes_at=closes_at, state=state, brand_sells=sells, at=at)
    opened = is_open(opens_at=opens_at, closes_at=closes_at, state=state, at=at)
    assert (found == Phase.OPEN) == (opened and sells)


def test_a_window_is_half_open() -> None:
    closes_at = AT + timedelta(hours=1)
    assert is_open(opens_at=AT, closes_at=closes_at, state="listed", at=AT)
    assert not is_open(opens_at=AT, closes_at=closes_at, state="listed", at=closes_at)


@pytest.mark.django_db
class TestRuleAndDatabaseAgree:
    @pytest.fixture
    def offer(self) -> Offer:
        brand = goods.active_brand()
        return goods.standing_offers(brand, goods.live_product(brand))[0]

    def taken(self, offer: Offer, terms: Terms) -> bool:
        try:
            with transaction.atomic():
                Offer.objects.filter(id=offer.id).update(
                    supply_minor=terms.supply,
                    sale_minor=terms.sale,
                    floor_minor=terms.floor,
                    cap_minor=terms.cap,
                    rate_bp=terms.rate_bp,
                )
        except IntegrityError:
            return False
        return True

    @settings(
        max_examples=400,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(terms=ANY_TERMS | sound_terms())
    def test_on_any_terms(self, offer: Offer, terms: Terms) -> None:
        assert self.taken(offer, terms) == (check_terms(terms) == ())

    @settings(
        max_examples=200,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(terms=sound_terms(), data=st.data())
    def test_one_step_beyond_a_limit(self, offer: Offer, terms: Terms, data: st.DataObject) -> None:
        names = ["supply", "sale", "floor", "cap", "rate_bp"]
        values = {name: getattr(terms, name) for name in names}
        values[data.draw(st.sampled_from(names))] += data.draw(st.sampled_from([-1, 1]))
        values["rate_bp"] = max(0, values["rate_bp"])
        near = Terms(**values, currency="CNY")
        assert self.taken(offer, near) == (check_terms(near) == ())
