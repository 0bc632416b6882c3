from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from shoal.traffic.rules import ATTRIBUTION_RULE, Attribution, Evidence, attribute

ALICE, MEI, BAO, MEIS, BAOS, SHARE = (UUID(int=number) for number in range(1, 7))
KEEPERS = {MEIS: MEI, BAOS: BAO}

people = st.sampled_from([ALICE, MEI, BAO])
shops = st.sampled_from([MEIS, BAOS])
shares = st.none() | shops


def decide(customer: UUID, storefront: UUID, share_shop: UUID | None) -> Attribution:
    return attribute(
        Evidence(
            customer=customer,
            storefront=storefront,
            share=SHARE if share_shop else None,
            share_shop=share_shop,
            keepers=KEEPERS,
        )
    )


def test_share_comes_before_storefront():
    assert decide(ALICE, BAOS, MEIS) == Attribution(MEIS, SHARE, "share", ATTRIBUTION_RULE)


def test_without_share_the_storefront_earns():
    assert decide(ALICE, BAOS, None) == Attribution(BAOS, None, "storefront", ATTRIBUTION_RULE)


def test_keeper_in_her_own_shop_earns_nothing():
    expected = Attribution(None, None, "self", ATTRIBUTION_RULE)
    assert decide(MEI, MEIS, None) == expected
    assert decide(MEI, MEIS, MEIS) == expected


def test_own_share_is_set_aside_in_another_shop():
    assert decide(MEI, BAOS, MEIS).earner == BAOS


@given(people, shops, shares)
def test_nobody_earns_from_herself(customer, storefront, share_shop):
    decided = decide(customer, storefront, share_shop)
    assert decided.earner is None or KEEPERS[decided.earner] != customer


@given(people, shops, shares)
def test_earner_is_named_by_the_evidence_and_reason_fits(customer, storefront, share_shop):
    decided = decide(customer, storefront, share_shop)
    assert decided.earner in {None, storefront, share_shop}
    assert (decided.earner is None) == (decided.reason == "self")
    assert (decided.share is not None) == (decided.reason == "share")
