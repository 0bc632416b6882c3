"""THE table: which fact, told by a low module, makes whom above it react, in this order."""

from shoal.kit import events
from shoal.kit.events import Reactor

REACTIONS: dict[type, tuple[Reactor, ...]] = {}


def load() -> None:
    """This will make the table the one that `publish` follows."""
    events.route(REACTIONS)
