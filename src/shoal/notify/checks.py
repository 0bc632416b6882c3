"""Django's own check at start: messages must not land on a page that strangers can open."""

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register

from shoal.notify.providers import kept_channels, outbox_allowed


@register(Tags.security)
def outbox_is_private(**_kwargs: Any) -> list[CheckMessage]:
    """This will find the outbox open on a host that is not loopback."""
    if kept_channels() and not outbox_allowed():
        return [
            Error(
                "One-time codes and staff mail would be shown on a page that strangers can open.",
                hint="Name a provider in SHOAL_SMS and a server in SHOAL_EMAIL_HOST; for a trial "
                "on a trusted network set SHOAL_OUTBOX_ANYWHERE=yes.",
                id="shoal.E001",
            )
        ]
    return []
