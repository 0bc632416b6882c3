from hypothesis import given
from hypothesis import strategies as st

from shoal.offers.rules import Terms, check_terms
from shoal.orders.models import Order
from shoal.orders.rules import (
    included_tax,
    is_cancellable,
    may_follow,
    share_line,
    state_of_parcels,
)

minor = st.integers(0, 10**9)


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    sale = draw(st.integers(1, 10**9))
    rate = draw(st.integers(0, 10_000))
    commission = sale * rate
    made = Terms(
        supply=draw(st.integers(0, (sale * 10_000 - commission) // 10_000)),
        sale=sale,
        floor=draw(st.integers(max(1, sale - commission // 10_000), sale)),
        cap=draw(st.integers(sale, 2 * 10**9)),
        rate_bp=rate,
        currency="CNY",
    )
    assert not check_terms(made)
    return made


@given(terms(), st.integers(1, 999), st.booleans(), st.data())
def test_a_line_is_shared_whole_and_nobody_pays_in(
    made: Terms,
    quantity: int,
    earns: bool,  # noqa: FBT001 - hypothesis gives it
    data: st.DataObject,
) -> None:
    markup = data.draw(st.integers(made.floor - made.sale, made.cap - made.sale))
    parts = share_line(
        sale=made.sale,
        supply=made.supply,
        markup=markup,
        rate_bp=made.rate_bp,
        quantity=quantity,
        earns=earns,
    )
    assert parts.line == (made.sale + markup) * quantity
    assert parts.brand + parts.keeper + parts.platform == parts.line
    assert min(parts.brand, parts.keeper, parts.platform) >= 0
    assert parts.brand == made.supply * quantity
    if not earns:
        assert parts.keeper == 0


@given(terms(), st.integers(1, 999))
def test_commission_is_rounded_once_and_to_the_nearest(made: Terms, quantity: int) -> None:
    parts = share_line(
        sale=made.sale,
        supply=made.supply,
        markup=0,
        rate_bp=made.rate_bp,
        quantity=quantity,
        earns=True,
    )
    exact = made.sale * quantity * made.rate_bp
    assert abs(parts.keeper * 10_000 - exact) <= 5_000


@given(minor, st.integers(0, 5_000))
def test_included_tax_is_the_nearest_part(amount: int, tax_bp: int) -> None:
    tax = included_tax(amount=amount, tax_bp=tax_bp)
    assert 0 <= tax <= amount
    assert abs(tax * (10_000 + tax_bp) - amount * tax_bp) * 2 <= 10_000 + tax_bp


def test_tax_as_it_stands_on_an_invoice() -> None:
    assert included_tax(amount=11_300, tax_bp=1_300) == 1_300


def test_nothing_follows_the_end() -> None:
    for end in (Order.State.COMPLETED, Order.State.REFUNDED):
        assert not any(may_follow(end, state) for state in Order.State)


@given(st.lists(st.sampled_from(["waiting", "shipped", "delivered", "cancelled"]), max_size=5))
def test_an_order_is_as_far_as_its_slowest_parcel(parcels: list[str]) -> None:
    coming = [state for state in parcels if state != "cancelled"]
    state = state_of_parcels(parcels)
    assert (state == "paid") == (not coming or "waiting" in coming)
    assert (state == "delivered") == (bool(coming) and set(coming) == {"delivered"})


def test_a_customer_may_cancel_what_nobody_has_sent() -> None:
    free = {state for state in Order.State if is_cancellable(state=state, anything_shipped=False)}
    assert free == {Order.State.UNPAID, Order.State.PAID}
    assert not any(is_cancellable(state=state, anything_shipped=True) for state in Order.State)
