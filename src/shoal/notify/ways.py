"""Whether messages go out here: the one rule, for who sends them, for the start and for doctor.

Read from the environment, so that a command knows it before Django is loaded.
"""

from urllib.parse import urlsplit

from shoal import env
from shoal.notify.rules import is_loopback

_OUTBOX = "outbox"


def kept_channels() -> list[str]:
    """This will name the channels that nobody carries, which the outbox page keeps: text, mail."""
    carried = {
        "text": env.read("SHOAL_SMS") != _OUTBOX,
        "mail": bool(env.read("SHOAL_EMAIL_HOST")),
    }
    return [channel for channel, is_carried in carried.items() if not is_carried]


def outbox_allowed() -> bool:
    """This will tell whether the outbox page may be open: on loopback, or where a setting says so.

    Both the address people type and the address the web listens on count: a loopback name in front
    of an open port is open.
    """
    if env.read("SHOAL_OUTBOX_ANYWHERE"):
        return True
    return all(map(is_loopback, _hosts()))


def refused_channels() -> list[str]:
    """This will name the closed channels: strangers could open the page that keeps them."""
    return [] if outbox_allowed() else kept_channels()


def open_host() -> str:
    """This will name the host at which strangers come, the public one first; "" for loopback."""
    return next((host for host in _hosts() if not is_loopback(host)), "")


def _hosts() -> tuple[str, str]:
    return str(urlsplit(env.public_url()).hostname), str(env.read("SHOAL_HOST"))
