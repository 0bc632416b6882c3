"""Everything that must hold in an installation: the frame's own checks, then every module's."""

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg

from shoal import env
from shoal.kit.health import Check, module_checks
from shoal.run import database, health, outbox, ports
from shoal.run.trouble import CannotRun

_FREE_BYTES = 500_000_000
_MANY_FACTS = 10_000


def all_checks() -> Iterator[Check]:
    """This will run the checks one by one; a broken database ends them early."""
    yield from _settings()
    yield from _messages()
    data = env.data_folder()
    yield _disk(data)
    yield from _ports()
    try:
        database.check(data)
    except CannotRun as trouble:
        yield Check("database", ok=False, sentence=str(trouble))
        return
    yield Check("database", ok=True)
    from shoal.run.loading import set_up_django

    set_up_django()
    from shoal.run import migrations

    yield from _secrets()
    pending = len(migrations.pending())
    yield Check(
        "migrations", ok=not pending, sentence=f"{pending} are not applied: run `shoal migrate`."
    )
    if pending:
        return  # there is nothing yet that could be checked
    yield _search()
    yield from _vault()
    yield from _stream()
    yield from module_checks()


def _settings() -> Iterator[Check]:
    yield Check(
        "Python",
        ok=(3, 11) <= sys.version_info[:2] <= (3, 13),
        sentence="Shoal is tested on Python 3.11 to 3.13: run it with one of them.",
    )
    unknown = env.unknown()
    yield Check(
        "settings",
        ok=not unknown,
        sentence=f"there is no setting {', '.join(unknown)}; correct or remove it.",
    )
    for setting in env.TABLE:
        try:
            env.read(setting.name)
        except env.BadSetting as trouble:
            yield Check(setting.name, ok=False, sentence=str(trouble))


def _messages() -> Iterator[Check]:
    texts, mail = outbox.trouble_with_texts(), outbox.trouble_with_mail()
    yield Check("text messages", ok=not texts, sentence=texts)
    yield Check("mail", ok=not mail, sentence=mail, warning=True)


def _disk(data: Path) -> Check:
    there = next(folder for folder in (data, *data.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    return Check(
        "disk",
        ok=free >= _FREE_BYTES,
        sentence=f"only {free // 1_000_000} MB are free where {data} is: free some space.",
        warning=True,
    )


def _ports() -> Iterator[Check]:
    if health.web_answers():
        yield Check("web", ok=True)
        return
    try:
        ports.require_free(
            env.read("SHOAL_HOST"), env.read("SHOAL_PORT"), option="--port or SHOAL_PORT"
        )
        yield Check("ports", ok=True)
    except CannotRun as trouble:
        yield Check("ports", ok=False, sentence=str(trouble), warning=True)


def _secrets() -> Iterator[Check]:
    from django.conf import settings

    path = Path(env.read("SHOAL_SECRET_FILE") or settings.SHOAL_DATA / "secrets.json")
    state = path.stat()
    # A secret that a cluster mounts belongs to root, and we read it through our group.
    others = stat.S_IRWXO | (stat.S_IRWXG if state.st_uid == os.geteuid() else 0)
    yield Check(
        "secrets file",
        ok=not state.st_mode & others,
        sentence=f"others can read {path}: run chmod 600 {path}.",
    )


def _search() -> Check:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT show_trgm('鱼群')")
        row = cursor.fetchone()
    return Check(
        "Chinese search",
        ok=bool(row and row[0]),
        sentence="this database cannot search Chinese (its locale is plain C): make one with"
        " LOCALE 'C.UTF-8' and move the data there with pg_dump.",
    )


def _stream() -> Iterator[Check]:
    from django.conf import settings

    from shoal.realtime import link
    from shoal.realtime.spool import waiting_bytes
    from shoal.traffic.stream import READER, VISITS

    try:
        state = link.state_of(VISITS, reader=READER)
    except link.AWAY as trouble:
        yield Check(
            "NATS",
            ok=False,
            sentence=f"it does not answer ({trouble}): visits wait on the disk. "
            + (
                "Is it running where SHOAL_NATS_URL says?"
                if settings.SHOAL_NATS_URL
                else "`shoal up` starts it, or SHOAL_NATS_URL names one."
            ),
            warning=True,
        )
    else:
        yield Check("NATS", ok=True)
        yield Check(
            "visits heard",
            ok=state is not None and state.waiting <= _MANY_FACTS,
            sentence="the worker has not heard the visit stream yet: is it running?"
            if state is None
            else f"{state.waiting} visits wait for the worker: is it running?",
            warning=True,
        )
    kept = waiting_bytes(settings.SHOAL_SPOOL)
    yield Check(
        "visits on the disk",
        ok=kept <= settings.SHOAL_SPOOL_BYTES // 2,
        sentence=f"{kept // 1_000_000} MB of visits wait for NATS; at"
        f" {settings.SHOAL_SPOOL_BYTES // 1_000_000} MB later ones are lost: start NATS again.",
        warning=True,
    )


def _vault() -> Iterator[Check]:
    from django.conf import settings

    try:
        with psycopg.connect(settings.SHOAL_VAULT_URL, connect_timeout=5) as connection:
            connection.execute("SELECT count(*) FROM vault_keys.person_key")
        yield Check("vault", ok=True)
    except psycopg.Error as error:
        said = database.explanation(error)
        first = str(error).splitlines()[0]
        yield Check("vault", ok=False, sentence=said or f"{first}: run `shoal migrate`.")
    together = bool(env.read("SHOAL_DATABASE_URL")) and not env.read("SHOAL_VAULT_URL")
    yield Check(
        "keys apart from data",
        ok=not together,
        sentence="the keys of personal data are in the same database as the data, so backups hold"
        " both: give SHOAL_VAULT_URL the address of a small PostgreSQL of its own.",
        warning=True,
    )
