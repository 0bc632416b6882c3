"""The demo stops without a trace and comes back quickly."""

import sys

import pytest

pytestmark = pytest.mark.journey

# Five seconds on an idle machine; the walks share theirs with whatever else is going on.
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
