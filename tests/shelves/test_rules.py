from hypothesis import given
from hypothesis import strategies as st

from shoal.offers.rules import MOST_MINOR, Terms, check_terms, keeper_part, lowest_floor
from shoal.shelves.rules import MOST_PERCENT_BP, ShopPrice, markup_for, price_range


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    """Any terms that may stand."""
    sale = draw(st.integers(1, 10**9))
    rate_bp = draw(st.integers(0, 10_000))
    most_supply = sale - -(-rate_bp * sale // 10_000)
    return Terms(
        supply=draw(st.integers(0, most_supply)),
        sale=sale,
        floor=draw(st.integers(lowest_floor(sale=sale, rate_bp=rate_bp), sale)),
        cap=draw(st.integers(sale, min(sale * 10, MOST_MINOR))),
        rate_bp=rate_bp,
        currency="CNY",
    )


shelf = st.one_of(
    st.just(("none", 0)),
    st.tuples(st.just("fixed"), st.integers(-(10**12), 10**12)),
    st.tuples(st.just("percent"), st.integers(-MOST_PERCENT_BP, MOST_PERCENT_BP)),
)
own = st.none() | st.integers(-(10**12), 10**12)


@given(terms(), shelf, own)
def test_price_stays_between_floor_and_cap(given_terms, shelf, own):
    assert check_terms(given_terms) == ()
    kind, value = shelf
    markup = markup_for(terms=given_terms, shelf_kind=kind, shelf_value=value, own=own)
    assert given_terms.floor <= given_terms.sale + markup <= given_terms.cap


@given(terms(), shelf, own)
def test_keeper_never_pays(given_terms, shelf, own):
    kind, value = shelf
    markup = markup_for(terms=given_terms, shelf_kind=kind, shelf_value=value, own=own)
    assert keeper_part(given_terms, markup=markup) >= 0


@given(terms(), shelf, st.data())
def test_own_price_within_range_is_what_is_asked(given_terms, shelf, data):
    price = data.draw(st.integers(given_terms.floor, given_terms.cap))
    kind, value = shelf
    markup = markup_for(
        terms=given_terms, shelf_kind=kind, shelf_value=value, own=price - given_terms.sale
    )
    assert given_terms.sale + markup == price


@given(terms())
def test_range_tells_what_she_earns_at_both_ends(given_terms):
    found = price_range(given_terms)
    assert (found.floor, found.cap) == (given_terms.floor, given_terms.cap)
    assert 0 <= found.earn_at_floor <= found.earn_at_cap
    assert found.earn_at_cap - found.earn_at_floor == given_terms.cap - given_terms.floor


def test_examples():
    sold = Terms(supply=7000, sale=10_000, floor=9500, cap=11_000, rate_bp=1500, currency="CNY")

    def markup(kind: str, value: int, own: int | None = None) -> int:
        return markup_for(terms=sold, shelf_kind=kind, shelf_value=value, own=own)

    assert markup("none", 0) == 0
    assert markup("fixed", 300) == 300
    assert markup("fixed", 3000) == 1000  # the cap
    assert markup("percent", 500) == 500
    assert markup("percent", -2000) == -500  # the floor
    assert markup("percent", 500, own=0) == 0  # zero of her own stands before the shelf


def test_a_shop_s_price_is_the_sale_price_with_the_markup():
    sold = Terms(supply=7000, sale=10_000, floor=9500, cap=11_000, rate_bp=1500, currency="CNY")
    dearer, cheaper = ShopPrice(sold, markup=300), ShopPrice(sold, markup=-200)
    assert (dearer.unit, dearer.earn) == (10_300, 1_800)
    assert (cheaper.unit, cheaper.earn) == (9_800, 1_300)


def test_a_markup_in_percent_is_at_most_the_price_itself():
    assert MOST_PERCENT_BP == 100 * 100
