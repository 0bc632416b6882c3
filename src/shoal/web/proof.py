"""How the person of this session proved who she is: a phone alone opens no staff page."""

from django.http import HttpRequest

_KEY = "shoal_proof"

PHONE = "phone"
STAFF = "staff"
LINK = "link"


def note(request: HttpRequest, how: str) -> None:
    """This will write down in the session how she proved herself."""
    request.session[_KEY] = how


def of(request: HttpRequest) -> str:
    """This will return how she proved herself; staff when only a password could have done it."""
    return str(request.session.get(_KEY, STAFF))
