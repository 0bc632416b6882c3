"""A real PostgreSQL for every process of tests, thrown away at its end.

Several people may run tests at the same moment, and one run may have several processes (`-n 3`):
each has its own folder, its own socket and its own server, so none waits for another's tables.
With SHOAL_TEST_DATABASE_URL that server is used instead, with databases of our own on it.
"""

import gc
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import hypothesis
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    from tests.realtime.nats import Nats

_given = os.environ.get("SHOAL_TEST_DATABASE_URL", "")
_parts = urlsplit(_given)
_data = Path(tempfile.mkdtemp(prefix="shoal-test-", dir="/tmp"))
for _name in [name for name in os.environ if name.startswith("SHOAL_")]:
    if _name not in {"SHOAL_TEST_DATABASE_URL", "SHOAL_POSTGRES_BIN"}:
        del os.environ[_name]
os.environ["SHOAL_DATA"] = str(_data)
(_data / "static").mkdir()  # nothing is gathered here: tests serve the files where they stand
os.environ["SHOAL_PAY_PORT"] = "9"  # where nobody listens: a demo beside the tests is left alone
os.environ["DJANGO_SETTINGS_MODULE"] = "shoal.settings"
# One cluster with two databases is enough here: `vault` stands in for the cluster of the keys.
os.environ["SHOAL_VAULT_URL"] = (
    f"{_parts.scheme}://{_parts.netloc}/shoal_test_vault_{os.getpid()}?{_parts.query}"
    if _given
    else f"postgresql:///vault?host={quote(f'{_data}/sockets')}&port=5432&user=shoal"
)
if _given:
    os.environ["SHOAL_DATABASE_URL"] = _given

# How long an example takes says more about the machine's other work than about the code.
hypothesis.settings.register_profile(
    "shoal", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("shoal")

# On the database of its process, which it empties: it comes with its like, after all others.
_TWO_WEBS = "tests/races/test_two_webs"
_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "max_connections": "60",
}


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    # Tests open and drop connections by the hundred; a pool would hold on to the test database.
    del settings.DATABASES["default"]["OPTIONS"]["pool"]
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = f"shoal_test_{os.getpid()}"
    from django.test import TransactionTestCase

    from tests.emptying import empty_tables

    TransactionTestCase._fixture_teardown = lambda _case: empty_tables()
    # A test changes something and looks at once; a customer may wait for half a second.
    from shoal.kit import changes

    changes.HEARS_EVERY = 0
    if config.getoption("numprocesses", None):
        # The processes it is about to start choose their own database before they read settings.
        del os.environ["DJANGO_SETTINGS_MODULE"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database-only", action="store_true", help="only the tests that ask for the database"
    )


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Iterator[None]:
    """Whatever runs the whole of Shoal begins first: it takes longest."""
    if config.getoption("--database-only"):
        left = [item for item in items if not _asks_for_database(item)]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if _asks_for_database(item)]
    yield
    items.sort(key=lambda item: not _runs_everything(item.nodeid))


def pytest_collection_finish() -> None:
    """Code and tests stay for good: looking for garbage among them takes a tenth of the time."""
    gc.collect()
    gc.freeze()


def pytest_runtest_setup() -> None:
    """A test begins in the platform's language and logs into its own stream: a page or a command
    that the last one asked for in English leaves its thread in English."""
    from django.utils import translation

    translation.deactivate()
    for handler in logging.getLogger().handlers:
        if type(handler) is logging.StreamHandler:
            handler.stream = sys.stderr  # setStream would first flush one that is closed


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    return TogetherOrAnywhere(config, log)


class TogetherOrAnywhere(LoadScopeScheduling):
    """What starts a Shoal of its own stays together with what shares it; any other test goes to
    any process."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(_TWO_WEBS):
            return _TWO_WEBS
        return nodeid.split("/")[1] if _runs_everything(nodeid) else nodeid


def _runs_everything(nodeid: str) -> bool:
    return nodeid.startswith(("tests/drills/", "tests/journeys/"))


def _asks_for_database(item: pytest.Item) -> bool:
    asked = {"db", "transactional_db", "live_server", "postgres"}
    named = set(getattr(item, "fixturenames", ()))
    return bool(asked & named) or item.get_closest_marker("django_db") is not None


def pytest_unconfigure() -> None:
    gc.unfreeze()  # or DuckDB takes what is left at the very end for leaks
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
def nats() -> Iterator["Nats"]:
    """A NATS of this process of tests, which tests may kill and start again."""
    from tests.realtime.nats import Nats

    made = Nats(_data)
    made.start()
    yield made
    made.stop()


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
