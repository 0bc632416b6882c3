"""A job whose worker was killed over it, or lost the database at its end, is done again."""

import asyncio
from collections.abc import Iterator

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from shoal import tasks

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_jobs() -> Iterator[None]:
    """No flush between tests reaches the jobs."""
    ask("DELETE FROM procrastinate_jobs; DELETE FROM procrastinate_workers")
    yield
    ask("DELETE FROM procrastinate_jobs; DELETE FROM procrastinate_workers")


def ask(query: str, *values: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall() if cursor.description else []


def worker(*, seen: str) -> object:
    row = ask(
        "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s::interval)"
        " RETURNING id",
        seen,
    )
    return row[0][0]


def job(*, by: object, began: str, lock: str | None = None, status: str = "doing") -> object:
    made = ask(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, queueing_lock)"
        " VALUES ('default', 'notify.shred', '{\"timestamp\": 0}', 'todo', %s) RETURNING id",
        lock,
    )[0][0]
    ask("UPDATE procrastinate_jobs SET status = %s, worker_id = %s WHERE id = %s", status, by, made)
    ask("DELETE FROM procrastinate_events WHERE job_id = %s AND type = 'started'", made)
    ask(
        "INSERT INTO procrastinate_events (job_id, type, at)"
        " VALUES (%s, 'started', now() - %s::interval)",
        made,
        began,
    )
    return made


def resume() -> dict[object, str]:
    """Does what the worker does each minute, and returns the state of every job."""

    async def whole() -> None:
        with app.replace_connector(app.connector.get_worker_connector()) as own:
            async with own.open_async():
                found = own.tasks["shoal.resume"]
                await found.func(Context(own))

    app.perform_import_paths()
    asyncio.run(whole())
    return {
        number: str(state) for number, state in ask("SELECT id, status FROM procrastinate_jobs")
    }


class Context:
    """What a worker hands to a job."""

    class job:  # noqa: N801 - the library's name
        id = 0

    def __init__(self, own) -> None:
        self.app = own


def test_what_a_dead_worker_had_in_hand_is_done_again() -> None:
    left = job(by=worker(seen="2 minutes"), began="2 minutes")
    nobodys = job(by=None, began="2 minutes")
    in_hand = job(by=worker(seen="1 second"), began="2 minutes")
    assert resume() == {left: "todo", nobodys: "todo", in_hand: "doing"}


def test_what_a_living_worker_has_forgotten_is_done_again() -> None:
    forgotten = job(by=worker(seen="1 second"), began="61 minutes")
    assert resume() == {forgotten: "todo"}


def test_where_the_next_of_its_kind_waits_it_does_the_rest() -> None:
    job(by=None, began="2 minutes", lock="notify.shred")
    waits = job(by=None, began="0", lock="notify.shred", status="todo")
    assert resume() == {waits: "todo"}


def test_the_worker_looks_every_minute() -> None:
    app.perform_import_paths()
    crons = {task.cron for (name, _), task in app.periodic_registry.periodic_tasks.items()
             if name == tasks.resume.name}  # fmt: skip
    assert crons == {"* * * * *"}
