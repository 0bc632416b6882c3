"""Django's settings, from the table in `shoal.env`."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy
from psycopg.conninfo import conninfo_to_dict

from shoal import env
from shoal.notify.rules import is_loopback
from shoal.run import places, secret_file

SHOAL_DATA: Path = env.data_folder()
SHOAL_PUBLIC_URL: str = env.public_url()
SHOAL_CURRENCY: str = env.read("SHOAL_CURRENCY")
SHOAL_CURRENCIES: list[str] = list(dict.fromkeys([SHOAL_CURRENCY, *env.read("SHOAL_CURRENCIES")]))
SHOAL_UNPAID_AFTER = timedelta(minutes=env.read("SHOAL_UNPAID_MINUTES"))
SHOAL_ARRIVAL = timedelta(days=env.read("SHOAL_ARRIVAL_DAYS"))
SHOAL_AFTER_SALES = timedelta(days=env.read("SHOAL_AFTER_SALES_DAYS"))
SHOAL_STATEMENT_PERIOD: str = env.read("SHOAL_STATEMENT_PERIOD")
SHOAL_PAYOUTS: str = env.read("SHOAL_PAYOUTS")
SHOAL_PAYOUT_PERIOD: str = env.read("SHOAL_PAYOUT_PERIOD")
SHOAL_PAYOUT_MINIMUM: dict[str, Decimal] = env.read("SHOAL_PAYOUT_MINIMUM")
SHOAL_PAYOUT_CHANGE_DAYS: int = env.read("SHOAL_PAYOUT_CHANGE_DAYS")
SHOAL_WITHHOLD_KEEPER: dict[str, Any] = env.read("SHOAL_WITHHOLD_KEEPER")
SHOAL_WITHHOLD_BRAND: dict[str, Any] = env.read("SHOAL_WITHHOLD_BRAND")
SHOAL_DEBT_AFTER = timedelta(days=env.read("SHOAL_DEBT_DAYS"))
SHOAL_COUNTERFEIT_DAYS: int = env.read("SHOAL_COUNTERFEIT_DAYS")
SHOAL_CASE_KEEPER = timedelta(hours=env.read("SHOAL_CASE_KEEPER_HOURS"))
SHOAL_CASE_BRAND = timedelta(hours=env.read("SHOAL_CASE_BRAND_HOURS"))
SHOAL_CASE_CUSTOMER = timedelta(days=env.read("SHOAL_CASE_CUSTOMER_DAYS"))
SHOAL_CASE_PLATFORM = timedelta(hours=env.read("SHOAL_CASE_PLATFORM_HOURS"))
SHOAL_CASE_RECEIPT = timedelta(days=env.read("SHOAL_CASE_RECEIPT_DAYS"))
SHOAL_TWO_PEOPLE_ABOVE: dict[str, Decimal] = env.read("SHOAL_TWO_PEOPLE_ABOVE")
SHOAL_RETURN_POSTAGE_MOST: dict[str, Decimal] = env.read("SHOAL_RETURN_POSTAGE_MOST")
SHOAL_PHONE_REGION: str = env.read("SHOAL_PHONE_REGION")
SHOAL_CODE_HOLDS = timedelta(minutes=env.read("SHOAL_CODE_MINUTES"))
SHOAL_CODES_PER_NUMBER: int = env.read("SHOAL_CODES_PER_NUMBER")
SHOAL_CODES_PER_NETWORK: int = env.read("SHOAL_CODES_PER_NETWORK")
SHOAL_CODES_PER_DEVICE: int = env.read("SHOAL_CODES_PER_DEVICE")
SHOAL_ORDERS_PER_ACCOUNT: int = env.read("SHOAL_ORDERS_PER_ACCOUNT")
SHOAL_ORDERS_PER_DEVICE: int = env.read("SHOAL_ORDERS_PER_DEVICE")
SHOAL_ORDERS_PER_NETWORK: int = env.read("SHOAL_ORDERS_PER_NETWORK")
SHOAL_WEB_ORDERING: int = env.read("SHOAL_WEB_ORDERING") or max(
    1, env.read("SHOAL_WEB_THREADS") * 3 // 4
)
SHOAL_PROXIES: int = env.read("SHOAL_PROXIES")
ALLAUTH_TRUSTED_PROXY_COUNT = SHOAL_PROXIES
SHOAL_PAY: str = env.read("SHOAL_PAY")
SHOAL_PAY_URL: str = env.pay_url()
SHOAL_STRIPE_KEY: str = env.read("SHOAL_STRIPE_KEY")
SHOAL_STRIPE_KEY_FILE: str = env.read("SHOAL_STRIPE_KEY_FILE")
SHOAL_STRIPE_WEBHOOK_SECRET: str = env.read("SHOAL_STRIPE_WEBHOOK_SECRET")
SHOAL_STRIPE_WEBHOOK_SECRET_FILE: str = env.read("SHOAL_STRIPE_WEBHOOK_SECRET_FILE")
SHOAL_STRIPE_URL: str = env.read("SHOAL_STRIPE_URL")
SHOAL_WECHAT_APP_ID: str = env.read("SHOAL_WECHAT_APP_ID")
SHOAL_WECHAT_APP_SECRET: str = env.read("SHOAL_WECHAT_APP_SECRET")
SHOAL_WECHAT_APP_SECRET_FILE: str = env.read("SHOAL_WECHAT_APP_SECRET_FILE")
SHOAL_WECHAT_MERCHANT: str = env.read("SHOAL_WECHAT_MERCHANT")
SHOAL_WECHAT_SERIAL: str = env.read("SHOAL_WECHAT_SERIAL")
SHOAL_WECHAT_PRIVATE_KEY: str = env.read("SHOAL_WECHAT_PRIVATE_KEY")
SHOAL_WECHAT_PRIVATE_KEY_FILE: str = env.read("SHOAL_WECHAT_PRIVATE_KEY_FILE")
SHOAL_WECHAT_API_KEY: str = env.read("SHOAL_WECHAT_API_KEY")
SHOAL_WECHAT_API_KEY_FILE: str = env.read("SHOAL_WECHAT_API_KEY_FILE")
SHOAL_WECHAT_PUBLIC_KEY: str = env.read("SHOAL_WECHAT_PUBLIC_KEY")
SHOAL_WECHAT_PUBLIC_KEY_FILE: str = env.read("SHOAL_WECHAT_PUBLIC_KEY_FILE")
SHOAL_WECHAT_PUBLIC_KEY_ID: str = env.read("SHOAL_WECHAT_PUBLIC_KEY_ID")
SHOAL_WECHAT_URL: str = env.read("SHOAL_WECHAT_URL")
SHOAL_WECHAT_OPEN_URL: str = env.read("SHOAL_WECHAT_OPEN_URL")
SHOAL_WECHAT_SNS_URL: str = env.read("SHOAL_WECHAT_SNS_URL")
SHOAL_ALIPAY_APP_ID: str = env.read("SHOAL_ALIPAY_APP_ID")
SHOAL_ALIPAY_PRIVATE_KEY: str = env.read("SHOAL_ALIPAY_PRIVATE_KEY")
SHOAL_ALIPAY_PRIVATE_KEY_FILE: str = env.read("SHOAL_ALIPAY_PRIVATE_KEY_FILE")
SHOAL_ALIPAY_PUBLIC_KEY: str = env.read("SHOAL_ALIPAY_PUBLIC_KEY")
SHOAL_ALIPAY_PUBLIC_KEY_FILE: str = env.read("SHOAL_ALIPAY_PUBLIC_KEY_FILE")
SHOAL_ALIPAY_URL: str = env.read("SHOAL_ALIPAY_URL")

_secrets = secret_file.ours(SHOAL_DATA)
SECRET_KEY = _secrets["django"].hex()
SHOAL_BLIND_INDEX_KEY = _secrets["blind_index"]
SHOAL_VAULT_WRAP_KEY = _secrets["vault_wrap"]
SHOAL_SECRETS_MARK = secret_file.mark(_secrets)
SHOAL_PAY_SANDBOX_KEY = _secrets["pay_sandbox"]
SHOAL_PAY_SANDBOX_FOLDER = places.sandbox_folder(SHOAL_DATA)

SHOAL_NATS_URL: str = env.read("SHOAL_NATS_URL")
SHOAL_NATS_FOLDER = places.nats_folder(SHOAL_DATA)
SHOAL_NATS_TOKEN = _secrets["nats"].hex()
SHOAL_SPOOL = places.spool_folder(SHOAL_DATA)
SHOAL_SPOOL_BYTES: int = env.read("SHOAL_SPOOL_MEGABYTES") * 1_000_000

DEBUG: bool = env.read("SHOAL_DEBUG")
_public = urlsplit(SHOAL_PUBLIC_URL)
_secure = _public.scheme == "https"
ALLOWED_HOSTS = [
    str(_public.hostname), "localhost", "127.0.0.1", "[::1]", *env.read("SHOAL_ALLOWED_HOSTS"),
]  # fmt: skip
CSRF_TRUSTED_ORIGINS = [SHOAL_PUBLIC_URL]

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "procrastinate.contrib.django",
    "shoal.people",
    "shoal.notify",
    "shoal.ledger",
    "shoal.brands",
    "shoal.shops",
    "shoal.catalog",
    "shoal.stock",
    "shoal.offers",
    "shoal.shelves",
    "shoal.payments",
    "shoal.traffic",
    "shoal.promotions",
    "shoal.orders",
    "shoal.settlement",
    "shoal.care",
    "shoal.reconciliation",
    "shoal.web",
    "shoal.apps.Frame",
]

MIDDLEWARE = [
    # Stylesheets and scripts, compressed when they were gathered, under names that never change.
    "shoal.web.files.StaticFiles",
    "shoal.web.kept.pages.KeepPages",
    "django.middleware.security.SecurityMiddleware",
    # Cheap phones pay by the byte; Django pads what it compresses against BREACH.
    "django.middleware.gzip.GZipMiddleware",
    "shoal.web.policy.Policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "shoal.web.account.session_store.Authentication",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "shoal.web.visitor.KeepVisitor",
    "shoal.web.errors.CalmErrors",
]
CSRF_FAILURE_VIEW = "shoal.web.errors.forged"

ROOT_URLCONF = "shoal.urls"
WSGI_APPLICATION = "shoal.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]


# A server that vanished without a word is missed within half a minute, not in a quarter of an hour:
# whoever leads a batch of orders would hold all of it as long.
_NOTICES_SILENCE = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 30_000,
}


def _database() -> dict[str, Any]:
    parts: dict[str, Any] = dict(conninfo_to_dict(_database_address))
    threads: int = env.read("SHOAL_WEB_THREADS")
    most: int = env.read("SHOAL_WEB_CONNECTIONS")
    return {
        # Looks whether a pooled connection lives, so that none fails after a restart of the server.
        "ENGINE": "shoal.kit.postgres",
        "NAME": parts.pop("dbname", "shoal"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": str(parts.pop("port", "")),
        "OPTIONS": _NOTICES_SILENCE
        | parts
        | {
            "pool": {"min_size": 1, "max_size": min(threads, most) + 2, "timeout": 10},
        },
    }


_database_address: str = env.read("SHOAL_DATABASE_URL") or places.main_cluster(SHOAL_DATA).address
SHOAL_VAULT_URL: str = env.read("SHOAL_VAULT_URL") or (
    env.read("SHOAL_DATABASE_URL") or places.vault_cluster(SHOAL_DATA).address
)
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# `default` is shared by all processes (limits of tries); `near` is this process's own.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "frame_cache",
        # Of Django's 300 a crowd of guesses would push each other's counts out.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    "near": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

USE_TZ = True
TIME_ZONE: str = env.read("SHOAL_TIME_ZONE")
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", gettext_lazy("Simplified Chinese")), ("en", gettext_lazy("English"))]
# The first is compiled from all PO files at every start (see `shoal.run.messages`).
LOCALE_PATHS = [SHOAL_DATA / "locale", Path(__file__).parent / "locale"]
LANGUAGE_COOKIE_SAMESITE = "Lax"

STATIC_URL = "/static/"
STATIC_ROOT = SHOAL_DATA / "static"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "shoal.web.components.bundles.BundleFinder",
]
MEDIA_URL = "/media/"
MEDIA_ROOT = SHOAL_DATA / "media"
STORAGES: dict[str, dict[str, Any]] = {
    # Pictures anybody may see. Papers and other files of one party belong in `private`.
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {
        "BACKEND": "shoal.kit.papers.PrivateFiles",
        "OPTIONS": {
            "location": SHOAL_DATA / "private",
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {"BACKEND": "shoal.run.static.HashedFiles"},
}

AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = [
    "shoal.web.account.backend.PeopleBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
# Staff come by invitation only; the phone sign-in of customers and keepers is Shoal's own.
ACCOUNT_ADAPTER = "shoal.web.account.staff.Accounts"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation that arrived has proved the address
# Whoever came by phone may still need to prove more, so the page opens for her too.
ACCOUNT_AUTHENTICATED_LOGIN_REDIRECTS = False
ACCOUNT_USER_DISPLAY = "shoal.web.account.staff.shown_name"
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Shoal: "
ACCOUNT_SESSION_REMEMBER = False  # a staff session ends with the browser
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
MFA_ADAPTER = "shoal.web.account.staff.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "add_webauthn": "shoal.web.account.forms.AddKeyForm",
    "authenticate": "shoal.web.account.forms.SecondFactorForm",
    "reauthenticate": "shoal.web.account.forms.SecondFactorAgainForm",
}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _secure  # browsers count http://localhost as secure
MFA_TOTP_ISSUER = "Shoal"
# A code is good for a step of 30 s before and after its own: phones' clocks are not exact, and
# whoever types one in its last second would be refused (RFC 6238, 5.2 and 6).
MFA_TOTP_TOLERANCE = 1

_second_factor: bool | None = env.read("SHOAL_SECOND_FACTOR")
SHOAL_SECOND_FACTOR = (
    not is_loopback(str(_public.hostname)) if _second_factor is None else _second_factor
)

SESSION_ENGINE = "shoal.web.account.session_store"
SESSION_COOKIE_AGE = int(timedelta(days=60).total_seconds())
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _secure
SECURE_SSL_REDIRECT = False  # the balancer in front does that
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _secure else None
SECURE_HSTS_SECONDS = 31_536_000 if _secure else 0
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
_PAY_PAGES = {
    "sandbox": (SHOAL_PAY_URL,),
    "stripe": ("https://checkout.stripe.com",),
    "wechat": (SHOAL_WECHAT_OPEN_URL, "https://wx.tenpay.com"),
    "alipay": (SHOAL_ALIPAY_URL, "https://*.alipay.com"),
}
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        # Browsers hold a form's redirects to this list too: paying leads to the partner's page.
        "form-action": [
            SELF,
            *(page for name in SHOAL_PAY.split(",") for page in _PAY_PAGES.get(name.strip(), ())),
        ],
    }
}

EMAIL_BACKEND = "shoal.notify.mail.Backend"
EMAIL_HOST: str = env.read("SHOAL_EMAIL_HOST")
DEFAULT_FROM_EMAIL: str = env.read("SHOAL_EMAIL_FROM")

UNFOLD = {
    "SITE_TITLE": "Shoal",
    "SITE_HEADER": "Shoal",
    "SITE_SYMBOL": "set_meal",
    "SHOW_HISTORY": False,
    "COLORS": {
        "primary": {
            "50": "#eef7f5",
            "100": "#d5ece7",
            "200": "#abd9cf",
            "300": "#7bc0b2",
            "400": "#4aa293",
            "500": "#23897a",
            "600": "#0d6b5f",
            "700": "#0b574e",
            "800": "#0c463f",
            "900": "#0c3a35",
            "950": "#062320",
        },
    },
}
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "shoal": {"level": "INFO"},
        # What is refused is answered, and no fault: a crowd would write a line each.
        "django.request": {"level": "ERROR"},
        # It repeats what the waiting request fails with in the end.
        "psycopg.pool": {"level": "ERROR"},
        # They write down addresses, and that of WeChat's sign-in holds the account's secret.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = []
