"""A real PostgreSQL for every run of the tests, thrown away at its end.

Several people may run tests at the same moment: each run has its own folder and its own socket.
With SHOAL_TEST_DATABASE_URL that server is used instead, with databases of our own on it.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

_given = os.environ.get("SHOAL_TEST_DATABASE_URL", "")
_parts = urlsplit(_given)
_data = Path(tempfile.mkdtemp(prefix="shoal-test-", dir="/tmp"))
for _name in [name for name in os.environ if name.startswith("SHOAL_")]:
    if _name not in {"SHOAL_TEST_DATABASE_URL", "SHOAL_POSTGRES_BIN"}:
        del os.environ[_name]
os.environ["SHOAL_DATA"] = str(_data)
os.environ["DJANGO_SETTINGS_MODULE"] = "shoal.settings"
# One cluster with two databases is enough here: `vault` stands in for the cluster of the keys.
os.environ["SHOAL_VAULT_URL"] = (
    f"{_parts.scheme}://{_parts.netloc}/shoal_test_vault_{os.getpid()}?{_parts.query}"
    if _given
    else f"postgresql:///vault?host={quote(f'{_data}/sockets')}&port=5432&user=shoal"
)
if _given:
    os.environ["SHOAL_DATABASE_URL"] = _given

_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "max_connections": "60",
}


def pytest_configure() -> None:
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    settings.CACHES["default"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    # Tests open and drop connections by the hundred; a pool would hold on to the test database.
    del settings.DATABASES["default"]["OPTIONS"]["pool"]
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = f"shoal_test_{os.getpid()}"


def pytest_unconfigure() -> None:
    shutil.rmtree(_data, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of the server the tests run on."""
    from shoal.run import places, postgres

    if _given:
        postgres.make_database(_given, f"shoal_test_vault_{os.getpid()}")
        yield _given
        return
    cluster = places.main_cluster(_data)
    postgres.prepare(cluster, settings=_FAST)
    with postgres.running([cluster], log_folder=_data):
        postgres.make_database(cluster.address, "vault")
        yield cluster.address


@pytest.fixture(scope="session")
def django_db_modify_db_settings(postgres: str) -> None:
    """Starts the server before pytest-django makes its database."""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """Both stores: the test database and the keys of personal data."""
    from shoal.kit import vault

    vault.create_schema()
    yield
    vault.close()
    if _given:
        import psycopg
        from psycopg import sql

        with psycopg.connect(_given, autocommit=True) as connection:
            name = sql.Identifier(f"shoal_test_vault_{os.getpid()}")
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(name))
