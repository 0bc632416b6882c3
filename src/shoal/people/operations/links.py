"""Sign-in links, minted by who holds the installation (`shoal login-link`)."""

import secrets
from datetime import datetime

from shoal.kit.errors import Refused
from shoal.kit.transactions import operation
from shoal.people import rules
from shoal.people.models import LoginLink, Person


class LoginLinkOver(Refused):
    """This sign-in link was used before, or is too old. Ask for a new one."""

    code = "login_link_over"


@operation
def mint_login_link(*, person: Person, at: datetime) -> str:
    """This will return a token that signs `person` in once, within half an hour."""
    token = secrets.token_urlsafe(24)
    LoginLink.objects.create(
        person=person,
        digest=rules.token_digest(token),
        minted_at=at,
        expires_at=at + rules.LOGIN_LINK_HOLDS,
    )
    return token


@operation
def use_login_link(*, token: str, at: datetime) -> Person:
    """This will use up a sign-in link and return its person. Raises LoginLinkOver."""
    used = LoginLink.objects.filter(
        digest=rules.token_digest(token),
        used_at=None,
        expires_at__gt=at,
        person__is_active=True,
    ).update(used_at=at)
    if not used:
        raise LoginLinkOver
    return LoginLink.objects.select_related("person").get(digest=rules.token_digest(token)).person
