"""Every setting an installation can give, as one table; docs/reference/settings.md lists the same.

Values come from the environment and are read when asked for, so that a command may set one before
anything else starts. Knows nothing of Django.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo


class BadSetting(Exception):
    """A setting has a value that cannot be meant; the text is one line for the person."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table: its name, its default as typed, what it means, how it is read."""

    name: str
    default: str
    meaning: str
    read: Callable[[str], Any] = str


def _whole(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError("must be 1 or more")
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 0:
        raise ValueError("must be 0 or more")
    return value


def _country(text: str) -> str:
    if len(text) != 2 or not text.isalpha() or not text.isupper():
        raise ValueError("must be an ISO 3166 code such as CN")
    return text


def _port(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 65535:
        raise ValueError("must be a port from 1 to 65535")
    return value


def _switch(text: str) -> bool:
    known = {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False}
    if text.lower() not in known:
        raise ValueError("must be yes or no")
    return known[text.lower()]


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("is no time zone; try Asia/Shanghai") from error
    return text


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
        raise ValueError("must look like https://shop.example")
    return text.rstrip("/")


def _database_address(text: str) -> str:
    if text and urlsplit(text).scheme not in {"postgres", "postgresql"}:
        raise ValueError("must look like postgresql://user:password@host:5432/name")
    return text


def _currency(text: str) -> str:
    if len(text) != 3 or not text.isalpha() or not text.isupper():
        raise ValueError("must be an ISO 4217 code such as CNY")
    return text


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


TABLE: tuple[Setting, ...] = (
    Setting("SHOAL_DATA", "", "Folder that holds everything an installation writes; "
            "empty: .shoal in the checkout."),
    Setting("SHOAL_DATABASE_URL", "", "PostgreSQL 15 to 18 to use; empty: Shoal runs its own.",
            _database_address),
    Setting("SHOAL_VAULT_URL", "", "PostgreSQL that keeps the keys of personal data; empty: "
            "beside the database.", _database_address),
    Setting("SHOAL_SECRET_FILE", "", "File of the installation's secrets; empty: secrets.json in "
            "the data folder, made once."),
    Setting("SHOAL_PUBLIC_URL", "", "Address that people type; empty: localhost and the port.",
            lambda text: _web_address(text) if text else ""),
    Setting("SHOAL_ALLOWED_HOSTS", "", "Further host names, separated by commas, that the web "
            "answers to.", _names),
    Setting("SHOAL_HOST", "127.0.0.1", "Address that the web listens on."),
    Setting("SHOAL_PORT", "8000", "Port that the web listens on.", _port),
    Setting("SHOAL_WEB_PROCESSES", "1", "Web processes; one per core is plenty.", _whole),
    Setting("SHOAL_WEB_THREADS", "8", "Threads, and database connections, of one web process.",
            _whole),
    Setting("SHOAL_WORKER_JOBS", "2", "Background jobs that one worker does at the same time.",
            _whole),
    Setting("SHOAL_TIME_ZONE", "Asia/Shanghai", "Time zone of the market.", _zone),
    Setting("SHOAL_CURRENCY", "CNY", "Currency of the market.", _currency),
    Setting("SHOAL_DEBUG", "no", "Show details of errors in the browser; never on a public host.",
            _switch),
    Setting("SHOAL_POSTGRES_BIN", "", "Folder of other PostgreSQL binaries for Shoal's own "
            "clusters; empty: the packaged ones."),
    Setting("SHOAL_VENV", "", "Folder of the Python environment that ./run makes; empty: .venv in "
            "the checkout."),
    Setting("SHOAL_SMS", "outbox", "Provider of text messages, as package.module:Class; outbox "
            "keeps them on a page."),
    Setting("SHOAL_OUTBOX_ANYWHERE", "no", "Allow the outbox page on a host that is not loopback.",
            _switch),
    Setting("SHOAL_EMAIL_HOST", "", "SMTP server for staff mail; empty: mail goes to the outbox."),
    Setting("SHOAL_EMAIL_FROM", "shoal@localhost", "Sender of staff mail."),
    Setting("SHOAL_PHONE_REGION", "CN", "Country (ISO 3166) of a phone typed without one.",
            _country),
    Setting("SHOAL_CODE_MINUTES", "10", "Minutes that a one-time code holds.", _whole),
    Setting("SHOAL_CODES_PER_NUMBER", "5", "One-time codes one phone may ask for in an hour.",
            _whole),
    Setting("SHOAL_CODES_PER_NETWORK", "60", "One-time codes one network address may ask for "
            "in an hour.", _whole),
    Setting("SHOAL_PROXIES", "0", "Proxies of ours in front of the web, whose X-Forwarded-For "
            "entries are believed.", _count),
    Setting("SHOAL_SECOND_FACTOR", "", "Whether operators need a second factor: yes or no; empty: "
            "yes unless the public address is loopback.",
            lambda text: _switch(text) if text else None),
    Setting("SHOAL_PAY", "sandbox", "Payment provider."),
    Setting("SHOAL_PAY_PORT", "8001", "Port of the sandbox payment partner.", _port),
    Setting("SHOAL_PAY_URL", "", "Address of the payment partner's page; empty: the sandbox's.",
            lambda text: _web_address(text) if text else ""),
    Setting("SHOAL_UNPAID_MINUTES", "30", "Minutes after which an unpaid order expires.", _whole),
    Setting("SHOAL_AFTER_SALES_DAYS", "7", "Days after delivery in which a customer may return.",
            _whole),
)  # fmt: skip

_BY_NAME = {setting.name: setting for setting in TABLE}


def read(name: str) -> Any:
    """This will return the value of the setting `name`, read from the environment or its default.

    Raises BadSetting with one clear line when the value cannot be meant.
    """
    setting = _BY_NAME[name]
    text = os.environ.get(name, "").strip() or setting.default
    try:
        return setting.read(text)
    except ValueError as error:
        why = str(error) if "must" in str(error) or "is no" in str(error) else "must be a number"
        # An address may carry a password: say what is wrong, not what was given.
        shown = "" if name.endswith("_URL") else f" (it is {text!r})"
        raise BadSetting(f"{name} {why}{shown}.") from error


def unknown() -> list[str]:
    """This will name the SHOAL_ variables of the environment that are in no row: likely typos."""
    known = set(_BY_NAME) | {"SHOAL_TEST_DATABASE_URL"}
    return sorted(name for name in os.environ if name.startswith("SHOAL_") and name not in known)


def checkout() -> Path | None:
    """This will return the folder of the source checkout, or None for an installed package."""
    folder = Path(__file__).resolve().parents[2]
    return folder if (folder / "run").is_file() and (folder / "requirements").is_dir() else None


def data_folder() -> Path:
    """This will return the data folder; nothing is made."""
    given = read("SHOAL_DATA")
    if given:
        return Path(given).expanduser().absolute()
    home = checkout()
    if home is not None and os.geteuid() == 0 and not _anyone_may_enter(home):
        # Root's PostgreSQL runs as nobody, who could not reach a folder in there.
        return Path("/var/lib/shoal")
    if home is not None:
        return home / ".shoal"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Shoal"
    return Path.home() / ".local" / "share" / "shoal"


def _anyone_may_enter(folder: Path) -> bool:
    return all(step.stat().st_mode & 0o001 for step in (folder, *folder.parents))


def public_url() -> str:
    """This will return the address that people type, without a slash at the end."""
    return read("SHOAL_PUBLIC_URL") or f"http://localhost:{read('SHOAL_PORT')}"


def pay_url() -> str:
    """This will return the address of the payment partner, without a slash at the end."""
    host = urlsplit(public_url()).hostname
    return read("SHOAL_PAY_URL") or f"http://{host}:{read('SHOAL_PAY_PORT')}"
