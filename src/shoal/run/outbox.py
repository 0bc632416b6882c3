"""The outbox at start: where strangers come, its page of codes must not be how messages go out."""

from collections.abc import Callable

from shoal.notify import ways
from shoal.run.trouble import CannotRun

_TEXTS = (
    "One-time codes would stand on the page /outbox, which strangers could open at {host}: name a"
    " provider of text messages in SHOAL_SMS, or set SHOAL_OUTBOX_ANYWHERE=yes for a trial on a"
    " network you trust."
)
_MAIL = (
    "No mail goes out: invitations of suppliers and staff and forgotten passwords are refused until"
    " SHOAL_EMAIL_HOST names a server. `shoal invite` prints its link meanwhile."
)


def trouble_with_texts() -> str:
    """This will say why no text message may go out here; "" where they may."""
    closed = "text" in ways.refused_channels()
    return _TEXTS.format(host=ways.open_host()) if closed else ""


def trouble_with_mail() -> str:
    """This will say why no mail may go out here; "" where it may."""
    return _MAIL if "mail" in ways.refused_channels() else ""


def require_way_out(tell: Callable[[str], None]) -> None:
    """This will raise CannotRun where sign-in codes would lie open to strangers.

    That no mail goes out is only told: customers and keepers need none.
    """
    if said := trouble_with_texts():
        raise CannotRun(said)
    if said := trouble_with_mail():
        tell(said)
