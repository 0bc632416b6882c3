"""Who carries a text message: a port, and the outbox that keeps every message on a page.

A provider of text messages is a class with a method `send` like `TextProvider.send`. An
installation names it in SHOAL_SMS as "package.module:Class"; it is made once per process, without
arguments, and reads what it needs (an account, a signature) from the environment by itself. It
raises `NotTaken` when the message may be tried again later; anything else it raises counts as a
bug. It must be safe to be called twice with the same key.
"""

from functools import cache
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.module_loading import import_string

from shoal import env
from shoal.kit.errors import Refused
from shoal.notify.rules import is_loopback

OUTBOX = "outbox"


class NotTaken(Exception):
    """The provider could not take a message now; trying again later may help."""


class OutboxExposed(Refused):
    """Text messages are not set up on this site yet. Its operator can do that."""

    code = "outbox_exposed"


class TextProvider(Protocol):
    """Carries text messages to phones."""

    def send(self, *, to: str, text: str, key: str) -> None:
        """This will hand `text` over for the phone `to` (E.164); `key` makes a retry harmless."""


def kept_channels() -> list[str]:
    """This will name the channels whose messages stay on the outbox page: text, mail."""
    carried = {"text": settings.SHOAL_SMS != OUTBOX, "mail": bool(settings.EMAIL_HOST)}
    return [channel for channel, is_carried in carried.items() if not is_carried]


def outbox_allowed() -> bool:
    """This will tell whether the outbox page may be open: on loopback, or where a setting says so.

    Both the address people type and the address the web listens on count: a loopback name in front
    of an open port is open.
    """
    if settings.SHOAL_OUTBOX_ANYWHERE:
        return True
    hosts = [str(urlsplit(settings.SHOAL_PUBLIC_URL).hostname), str(env.read("SHOAL_HOST"))]
    return all(is_loopback(host) for host in hosts)


def check_outbox() -> None:
    """This will raise OutboxExposed when messages would land on a page that strangers can open."""
    if not outbox_allowed():
        raise OutboxExposed


@cache
def text_provider() -> TextProvider:
    """This will return the provider that SHOAL_SMS names."""
    made: TextProvider = import_string(settings.SHOAL_SMS.replace(":", "."))()
    return made
