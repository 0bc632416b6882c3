from hypothesis import given
from hypothesis import strategies as st

from shoal.shops.models import Shop
from shoal.shops.rules import BLOCKS, NEXT_STATES, PALETTES, clean_name, ordered_blocks


def test_states_are_those_of_the_model():
    assert set(NEXT_STATES) == set(Shop.State.values)
    assert all(after <= set(NEXT_STATES) for after in NEXT_STATES.values())


@given(st.lists(st.sampled_from([*BLOCKS, "unknown"])))
def test_every_block_is_there_once_and_the_chosen_ones_lead(chosen):
    found = ordered_blocks(chosen)
    assert sorted(found) == sorted(BLOCKS)
    known = [block for block in dict.fromkeys(chosen) if block in BLOCKS]
    assert list(found[: len(known)]) == known


@given(st.text(max_size=60))
def test_cleaning_a_name_twice_changes_nothing(name):
    assert clean_name(clean_name(name)) == clean_name(name)


def test_default_palette_is_known():
    assert Shop._meta.get_field("palette").default in PALETTES
