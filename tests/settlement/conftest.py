import pytest

from tests.partner import harbour, partner  # noqa: F401 - fixtures


@pytest.fixture
def by_file(settings):
    """Payouts go by file: nothing is called."""
    settings.SHOAL_PAYOUTS = "file"


@pytest.fixture
def mei(by_file):
    """Mei has 200.00 and an account that stands."""
    from tests import payouts, trade

    party = payouts.earned(trade.open_market(), quantity=10)
    payouts.verified(party)
    return party
