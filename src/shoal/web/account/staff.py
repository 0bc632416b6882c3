"""What allauth asks us about staff: no open sign-up, sealed secrets, where to go next."""

import base64
from uuid import UUID

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from shoal.kit import vault
from shoal.people import queries
from shoal.people.models import Person
from shoal.web import proof
from shoal.web.account import sessions

# The owner, in the vault, of the secrets of authenticator apps: a copy of the database has none.
_SECRETS = UUID("5a0c1c6e-37c4-5d0e-8a6e-1f2f7c1b9d42")


def shown_name(person: Person) -> str:
    """This will return what a person is called on staff pages."""
    return queries.profile(person).name or person.code


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Staff accounts: by invitation only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """This will always refuse: staff are invited."""
        del request
        return False

    def login(self, request: HttpRequest, user: Person) -> None:
        """This will sign her in and note that she proved herself as staff."""
        super().login(request, user)
        proof.note(request, proof.STAFF)
        sessions.bring_cart(request, user)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """This will lead staff to the page that knows her roles."""
        del request
        return "/sign-in/home"


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """Second factors of staff, their secrets sealed in the vault."""

    def encrypt(self, text: str) -> str:
        """This will seal an authenticator's secret."""
        vault.make_keys([_SECRETS])
        return base64.b64encode(vault.seal(_SECRETS, {"secret": text})).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """This will open what `encrypt` sealed."""
        return vault.reveal(_SECRETS, base64.b64decode(encrypted_text))["secret"]

    def get_totp_label(self, user: Person) -> str:
        """This will return her work e-mail, shown in her authenticator app."""
        address = EmailAddress.objects.filter(user=user).order_by("-primary").first()
        return address.email if address else user.code
