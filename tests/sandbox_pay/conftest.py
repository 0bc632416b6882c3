import pytest

from tests.partner import Partner, new_partner  # noqa: F401 - a fixture


@pytest.fixture
def partner(new_partner: Partner) -> Partner:  # noqa: F811 - the fixture above
    """Each test here begins with a partner who knows nothing."""
    return new_partner
