from collections.abc import Iterator

import pytest

from shoal.kit import events
from tests.partner import partner  # noqa: F401 - a fixture


@pytest.fixture(autouse=True)
def nobody_above() -> Iterator[None]:
    """Payments alone: no order reacts to what is told here."""
    before = dict(events._reactors)
    events.route({})
    yield
    events.route(before)
