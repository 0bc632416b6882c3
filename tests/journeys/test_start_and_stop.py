"""The demo stops without a trace and comes back quickly."""

import sys

import pytest

from shoal.orders.models import Order

pytestmark = pytest.mark.journey

# `./run bench start` holds the five seconds; the walks share theirs with whatever else is going on.
_SECONDS = 60
_PROCESSES = 5


def test_ctrl_c_leaves_nothing_and_the_second_start_is_quick(site):
    if not site.seconds:
        pytest.skip("this demo was started by somebody else")
    told = f"\n{site.started} processes ended; served again after {site.seconds:.1f} s\n"
    sys.stdout.write(told)
    assert site.started > _PROCESSES
    assert site.left == ()
    assert site.seconds < _SECONDS


def test_the_first_start_builds_the_whole_world(site):
    if not site.world:
        pytest.skip("this demo was started by somebody else")
    counts = {name: count for name, count in site.world.items() if name != "states"}
    assert counts == {
        "brands": 6,
        "products": 60,
        "running sales": 3,
        "trailers": 1,
        "shops": 12,
        "customers": 200,
    }
    # What nobody paid expires after half an hour, maybe while the world is still built.
    assert {*site.world["states"], "unpaid"} == set(Order.State)
