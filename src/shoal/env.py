"""Every setting an installation can give, as one table; docs/reference/settings.md lists the same.

Values come from the environment and are read when asked for, so that a command may set one before
anything else starts. Knows nothing of Django.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
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
    if text and not (text.startswith(("postgres://", "postgresql://")) and _libpq_reads(text)):
        raise ValueError(
            "must look like postgresql://user:password@host:5432/name, with nothing behind a ? that"
            " PostgreSQL does not know"
        )
    return text


def _libpq_reads(address: str) -> bool:
    # Most commands name no server and need not load its client to say so.
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        conninfo_to_dict(address)
    except ProgrammingError:
        return False
    return True


def _nats_address(text: str) -> str:
    if text and urlsplit(text).scheme not in {"nats", "tls"}:
        raise ValueError("must look like nats://user:password@host:4222")
    return text


def _currency(text: str) -> str:
    if len(text) != 3 or not text.isalpha() or not text.isupper():
        raise ValueError("must be an ISO 4217 code such as CNY")
    return text


def _payout_period(text: str) -> str:
    if text not in {"daily", "weekly", "monthly", "never"}:
        raise ValueError("must be daily, weekly, monthly or never")
    return text


def _by_currency(text: str) -> dict[str, Decimal]:
    """An amount in major units for each currency: `CNY 10, USD 2`."""
    pairs = [part.split() for part in text.split(",") if part.strip()]
    try:
        return {_currency(name): _amount(amount) for name, amount in pairs}
    except ValueError as error:
        raise ValueError("must look like CNY 10, USD 2") from error


def _brackets(text: str) -> dict[str, tuple[tuple[Decimal, int], ...]]:
    """Above so many major units so many basis points: `CNY 0=300 1000=2000; USD 0=100`."""
    try:
        return {
            _currency(words[0]): _rising(words[1:])
            for words in (part.split() for part in text.split(";") if part.strip())
        }
    except ValueError as error:
        raise ValueError("must look like CNY 0=300 1000=2000") from error


def _rising(words: list[str]) -> tuple[tuple[Decimal, int], ...]:
    pairs = [word.partition("=") for word in words]
    steps = tuple((_amount(above), int(rate)) for above, _, rate in pairs)
    amounts = [above for above, _ in steps]
    if not steps or amounts != sorted(set(amounts)) or any(not 0 <= r <= 10_000 for _, r in steps):
        raise ValueError
    return steps


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except ArithmeticError as error:
        raise ValueError from error
    if not amount.is_finite() or amount < 0:
        raise ValueError
    return amount


def _statement_period(text: str) -> str:
    if text not in {"weekly", "half-monthly", "monthly"}:
        raise ValueError("must be weekly, half-monthly or monthly")
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
    Setting("SHOAL_NATS_URL", "", "NATS with JetStream to use, as nats://user:password@host:4222; "
            "empty: Shoal runs its own.", _nats_address),
    Setting("SHOAL_SPOOL_MEGABYTES", "256", "Most that visits may take on the disk while NATS is "
            "away; later ones are not counted.", _whole),
    Setting("SHOAL_PUBLIC_URL", "", "Address that people type; empty: localhost and the port.",
            lambda text: _web_address(text) if text else ""),
    Setting("SHOAL_ALLOWED_HOSTS", "", "Further host names, separated by commas, that the web "
            "answers to.", _names),
    Setting("SHOAL_HOST", "127.0.0.1", "Address that the web listens on."),
    Setting("SHOAL_PORT", "8000", "Port that the web listens on.", _port),
    Setting("SHOAL_WEB_PROCESSES", "1", "Web processes: one per core, and one more.", _whole),
    Setting("SHOAL_WEB_THREADS", "64", "Threads of one web process.", _whole),
    Setting("SHOAL_WEB_CONNECTIONS", "32", "Most database connections of one process; whoever "
            "waits at the order desk holds none.", _whole),
    Setting("SHOAL_WEB_ORDERING", "0", "Orders that one web process places at the same time; the "
            "other threads stay free for other pages; 0: three quarters of the threads.", _count),
    Setting("SHOAL_ORDERS_PER_ACCOUNT", "30", "Orders one account may try to place in a minute, "
            "per web process; 0: no limit.", _count),
    Setting("SHOAL_ORDERS_PER_DEVICE", "30", "Orders one browser may try to place in a minute, per "
            "web process; 0: no limit.", _count),
    Setting("SHOAL_ORDERS_PER_NETWORK", "300", "Orders one network address may try to place in a "
            "minute before the next wait some seconds; 0: never.", _count),
    Setting("SHOAL_CODES_PER_DEVICE", "10", "One-time codes one browser may ask for in an hour, "
            "per web process; 0: no limit.", _count),
    Setting("SHOAL_WORKER_JOBS", "2", "Background jobs that one worker does at the same time.",
            _whole),
    Setting("SHOAL_TIME_ZONE", "Asia/Shanghai", "Time zone of the market.", _zone),
    Setting("SHOAL_CURRENCY", "CNY", "Currency of the market.", _currency),
    Setting("SHOAL_CURRENCIES", "", "Further currencies, separated by commas, that shops may sell "
            "in: JPY, KWD.", lambda text: [_currency(name) for name in _names(text)]),
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
    Setting("SHOAL_EMAIL_HOST", "", "SMTP server for staff mail; empty: mail goes to the outbox, "
            "where that is open."),
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
    Setting("SHOAL_PAY", "sandbox", "Payment providers, separated by commas (wechat, alipay, "
            "stripe, sandbox); customers choose among them."),
    Setting("SHOAL_PAY_PORT", "8001", "Port of the sandbox payment partner.", _port),
    Setting("SHOAL_PAY_URL", "", "Address of the payment partner's page; empty: the sandbox's.",
            lambda text: _web_address(text) if text else ""),
    Setting("SHOAL_STRIPE_KEY", "", "Stripe's secret key (sk_… or rk_…)."),
    Setting("SHOAL_STRIPE_KEY_FILE", "", "File with that key."),
    Setting("SHOAL_STRIPE_WEBHOOK_SECRET", "", "Signing secret (whsec_…) of the webhook that "
            "points at /notices/stripe."),
    Setting("SHOAL_STRIPE_WEBHOOK_SECRET_FILE", "", "File with that secret."),
    Setting("SHOAL_STRIPE_URL", "https://api.stripe.com", "Address of Stripe's API.",
            _web_address),
    Setting("SHOAL_WECHAT_APP_ID", "", "WeChat: id (wx…) of the service account."),
    Setting("SHOAL_WECHAT_APP_SECRET", "", "WeChat: secret of the service account, for signing "
            "in within WeChat."),
    Setting("SHOAL_WECHAT_APP_SECRET_FILE", "", "File with that secret."),
    Setting("SHOAL_WECHAT_MERCHANT", "", "WeChat Pay: merchant number."),
    Setting("SHOAL_WECHAT_SERIAL", "", "WeChat Pay: serial number of the merchant's certificate."),
    Setting("SHOAL_WECHAT_PRIVATE_KEY", "", "WeChat Pay: the merchant's private key, as PEM."),
    Setting("SHOAL_WECHAT_PRIVATE_KEY_FILE", "", "File with that key (apiclient_key.pem)."),
    Setting("SHOAL_WECHAT_API_KEY", "", "WeChat Pay: the APIv3 key, 32 characters."),
    Setting("SHOAL_WECHAT_API_KEY_FILE", "", "File with that key."),
    Setting("SHOAL_WECHAT_PUBLIC_KEY", "", "WeChat Pay's public key or platform certificate, "
            "as PEM."),
    Setting("SHOAL_WECHAT_PUBLIC_KEY_FILE", "", "File with it (pub_key.pem)."),
    Setting("SHOAL_WECHAT_PUBLIC_KEY_ID", "", "Id (PUB_KEY_ID_…) of that public key; a "
            "certificate carries its own serial number."),
    Setting("SHOAL_WECHAT_URL", "https://api.mch.weixin.qq.com", "Address of WeChat Pay.",
            _web_address),
    Setting("SHOAL_WECHAT_OPEN_URL", "https://open.weixin.qq.com", "Address of WeChat's page for "
            "signing in.", _web_address),
    Setting("SHOAL_WECHAT_SNS_URL", "https://api.weixin.qq.com", "Address that tells who signed in "
            "there.", _web_address),
    Setting("SHOAL_ALIPAY_APP_ID", "", "Alipay: id of the application."),
    Setting("SHOAL_ALIPAY_PRIVATE_KEY", "", "Alipay: the application's private key, PEM or bare "
            "Base64."),
    Setting("SHOAL_ALIPAY_PRIVATE_KEY_FILE", "", "File with that key."),
    Setting("SHOAL_ALIPAY_PUBLIC_KEY", "", "Alipay's public key, PEM or bare Base64."),
    Setting("SHOAL_ALIPAY_PUBLIC_KEY_FILE", "", "File with that key."),
    Setting("SHOAL_ALIPAY_URL", "https://openapi.alipay.com", "Address of Alipay's gateway.",
            _web_address),
    Setting("SHOAL_UNPAID_MINUTES", "30", "Minutes after which an unpaid order expires.", _whole),
    Setting("SHOAL_AFTER_SALES_DAYS", "7", "Days after delivery in which a customer may return.",
            _whole),
    Setting("SHOAL_ARRIVAL_DAYS", "15", "Days after shipping in which a parcel counts as arrived "
            "when nobody says so.", _whole),
    Setting("SHOAL_COUNTERFEIT_DAYS", "90", "Days after delivery in which goods that are not "
            "genuine may be complained of.", _whole),
    Setting("SHOAL_CASE_KEEPER_HOURS", "24", "Hours after which a case goes to the brand without "
            "its keeper.", _whole),
    Setting("SHOAL_CASE_BRAND_HOURS", "48", "Hours that a brand has to answer a case, or to send "
            "new goods.", _whole),
    Setting("SHOAL_CASE_CUSTOMER_DAYS", "7", "Days that a customer has to answer an offer, or to "
            "send goods back.", _whole),
    Setting("SHOAL_CASE_PLATFORM_HOURS", "72", "Hours that the platform has to decide a case.",
            _whole),
    Setting("SHOAL_CASE_RECEIPT_DAYS", "10", "Days after which goods of a case that are on their "
            "way count as arrived.", _whole),
    Setting("SHOAL_TWO_PEOPLE_ABOVE", "CNY 1000", "The amount, per currency, above which a "
            "decision to pay back takes a second operator; in a currency not named it always does.",
            _by_currency),
    Setting("SHOAL_RETURN_POSTAGE_MOST", "CNY 30, JPY 1500, EUR 15, GBP 12, USD 15", "The most, "
            "per currency, that a brand pays a customer for one way back; in a currency not named "
            "nothing.", _by_currency),
    Setting("SHOAL_STATEMENT_PERIOD", "monthly", "How often statements are made: weekly, "
            "half-monthly or monthly.", _statement_period),
    Setting("SHOAL_PAYOUTS", "sandbox", "Who carries payouts: sandbox, or file for a bank that "
            "takes files."),
    Setting("SHOAL_PAYOUT_PERIOD", "weekly", "How often payouts are made by themselves: daily, "
            "weekly, monthly or never.", _payout_period),
    Setting("SHOAL_PAYOUT_MINIMUM", "CNY 10", "The least that is paid out, per currency, such as "
            "CNY 10, USD 2; a currency not named has no minimum.", _by_currency),
    Setting("SHOAL_PAYOUT_CHANGE_DAYS", "3", "Days in which nothing is paid out after a payout "
            "account was changed.", _count),
    Setting("SHOAL_WITHHOLD_KEEPER", "", "What is withheld of a keeper's payouts in a month, in "
            "basis points above an amount: CNY 0=0 800=2000; empty: nothing.", _brackets),
    Setting("SHOAL_WITHHOLD_BRAND", "", "What is withheld of a brand's payouts, written the same "
            "way; empty: nothing.", _brackets),
    Setting("SHOAL_DEBT_DAYS", "14", "Days below zero after which a brand's deposit answers for "
            "its debt.", _count),
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


def payment_partners() -> list[str]:
    """This will name the payment partners that customers choose among, the usual one first."""
    return _names(read("SHOAL_PAY"))


def pay_url() -> str:
    """This will return the address of the payment partner, without a slash at the end."""
    host = urlsplit(public_url()).hostname
    return read("SHOAL_PAY_URL") or f"http://{host}:{read('SHOAL_PAY_PORT')}"
