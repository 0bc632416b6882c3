from collections.abc import Iterator

import pytest

from shoal.kit import events
from tests.partner import harbour, partner  # noqa: F401 - fixtures


@pytest.fixture(autouse=True)
def nobody_listens(settings) -> None:
    """Notices go where nobody listens, unless a test says otherwise."""
    settings.SHOAL_PUBLIC_URL = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def nobody_above() -> Iterator[None]:
    """Payments alone: no order reacts to what is told here."""
    before = dict(events._reactors)
    events.route({})
    yield
    events.route(before)
