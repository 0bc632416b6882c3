"""Who carries a text message: a port, and the outbox that keeps every message on a page.

A provider of text messages is a class with a method `send` like `TextProvider.send`. An
installation names it in SHOAL_SMS as "package.module:Class"; it is made once per process, without
arguments, and reads what it needs (an account, a signature) from the environment by itself. It
raises `NotTaken` when the message may be tried again later; anything else it raises counts as a
bug. It must be safe to be called twice with the same key.
"""

from functools import cache
from typing import Protocol

from django.utils.module_loading import import_string

from shoal import env
from shoal.kit.errors import Refused
from shoal.notify import ways


class NotTaken(Exception):
    """The provider could not take a message now; trying again later may help."""


class NoTexts(Refused):
    """Text messages are not set up on this site yet. Its operator can do that."""

    code = "no_texts"


class NoMail(Refused):
    """E-mail is not set up on this site yet. Its operator can do that."""

    code = "no_mail"


class TextProvider(Protocol):
    """Carries text messages to phones."""

    def send(self, *, to: str, text: str, key: str) -> None:
        """This will hand `text` over for the phone `to` (E.164); `key` makes a retry harmless."""


def require_way_out(channel: str) -> None:
    """This will raise NoTexts or NoMail where a message would land on a page open to strangers."""
    if channel in ways.refused_channels():
        raise NoTexts if channel == "text" else NoMail


@cache
def text_provider() -> TextProvider:
    """This will return the provider that SHOAL_SMS names."""
    made: TextProvider = import_string(env.read("SHOAL_SMS").replace(":", "."))()
    return made
