"""How long messages out are kept, where the outbox may be open, which key a day has. Pure."""

import ipaddress
import uuid
from datetime import datetime, timedelta

KEPT_FOR = timedelta(days=2)
_DAYS = uuid.UUID("0b1f6f0e-5f0c-5d3a-9a66-3c1b7c6f2f10")


def key_of_day(at: datetime) -> uuid.UUID:
    """This will return the owner, in the vault, of the messages made on the day of `at` (UTC)."""
    return uuid.uuid5(_DAYS, f"{at:%Y-%m-%d}")


def is_loopback(host: str) -> bool:
    """This will tell whether `host` can be reached from its own machine only."""
    name = host.strip("[]").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
