"""Pure decisions about products."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from shoal.catalog.models import FreightTemplate, Product
from shoal.catalog.rules import (
    NEXT_STATES,
    category_path,
    freight_minor,
    may_become,
    unlisted_fields,
    variants_fit,
)


@dataclass(frozen=True)
class Freight:
    base_minor: int = 800
    per_kg_minor: int = 300
    free_from_minor: int | None = None
    regions: Mapping[str, int | None] = field(default_factory=dict)


REGIONS = st.text("0123456789", min_size=6, max_size=6)
PREFIXES = st.text("0123456789", max_size=6)
FREIGHTS = st.builds(
    Freight,
    st.integers(0, 5_000),
    st.integers(0, 1_000),
    st.none() | st.integers(0, 20_000),
    st.dictionaries(PREFIXES, st.none() | st.integers(0, 3_000), max_size=5),
)
GOODS = st.integers(0, 50_000)
WEIGHTS = st.integers(0, 30_000)


def test_rules_and_table_name_the_same_states() -> None:
    assert set(NEXT_STATES) == set(Product.State.values)


def test_a_withdrawn_product_is_judged_again() -> None:
    assert not may_become("withdrawn", "live")
    assert may_become("withdrawn", "proposed")


def test_kilograms_count_when_begun() -> None:
    weights = (0, 1, 1000, 1001, 2000, 2001)
    costs = [freight_minor(Freight(), 0, weight, "310000") for weight in weights]
    assert costs == [800, 800, 800, 1100, 1100, 1400]


def test_the_longest_prefix_decides() -> None:
    freight = Freight(regions={"65": 1500, "6501": 0, "650102": None, "": 100})
    assert freight_minor(freight, 0, 500, "310000") == 900
    assert freight_minor(freight, 0, 500, "652300") == 2300
    assert freight_minor(freight, 0, 500, "650100") == 800
    assert freight_minor(freight, 0, 500, "650102") is None


def test_free_from_a_value_but_never_where_nothing_is_shipped_to() -> None:
    freight = Freight(free_from_minor=9_900, regions={"65": 1500, "71": None})
    assert freight_minor(freight, 9_899, 500, "650100") == 2300
    assert freight_minor(freight, 9_900, 500, "650100") == 0
    assert freight_minor(freight, 99_999, 500, "710000") is None
    assert freight_minor(None, 0, 99_999, "710000") == 0


def test_the_model_is_a_template() -> None:
    template = FreightTemplate(base_minor=500, per_kg_minor=100, regions={"65": 50})
    assert freight_minor(template, 0, 1500, "650000") == 650


@given(FREIGHTS, GOODS, WEIGHTS, REGIONS)
def test_freight_is_never_negative(freight: Freight, worth: int, weight: int, region: str) -> None:
    cost = freight_minor(freight, worth, weight, region)
    assert cost is None or cost >= 0


@given(FREIGHTS, GOODS, WEIGHTS, WEIGHTS, REGIONS)
def test_more_weight_never_costs_less(
    freight: Freight, worth: int, weight: int, more: int, region: str
) -> None:
    light = freight_minor(freight, worth, weight, region)
    heavy = freight_minor(freight, worth, weight + more, region)
    assert (light is None) == (heavy is None)
    assert light is None or heavy is None or light <= heavy


@given(FREIGHTS, GOODS, GOODS, WEIGHTS, REGIONS)
def test_more_goods_never_cost_more_freight(
    freight: Freight, worth: int, more: int, weight: int, region: str
) -> None:
    less = freight_minor(freight, worth, weight, region)
    most = freight_minor(freight, worth + more, weight, region)
    assert less is None or most is None or most <= less


def test_variants_name_one_value_each() -> None:
    small, large = {"zh": "小"}, {"zh": "大"}
    size = {"names": {"zh": "尺码"}, "values": [small, large]}
    assert variants_fit([size], [[small], [large]])
    assert not variants_fit([size], [[small], [small]])
    assert not variants_fit([size], [[{"zh": "中"}]])
    assert not variants_fit([size], [[]])
    assert variants_fit([], [[]])
    assert not variants_fit([], [[], []])


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.none() | st.sampled_from("abcdef")),
    st.sampled_from("abcdef"),
)
def test_a_path_ends_even_in_a_ring(parents: dict[str, str | None], code: str) -> None:
    path = category_path(parents, code)
    assert path[0] == code
    assert len(set(path)) == len(path)


def test_only_listed_fields_may_be_revised() -> None:
    assert unlisted_fields({"titles": {}, "brand": 1, "state": 2}) == ["brand", "state"]
