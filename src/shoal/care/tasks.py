"""Background entry points of cases; the clock of these is the worker's."""

from contextlib import suppress

from procrastinate.contrib.django import app

from shoal.care.operations_deadlines import pass_deadline
from shoal.care.queries_cases import due_cases
from shoal.kit.clock import now
from shoal.kit.errors import Refused


@app.periodic(cron="*/5 * * * *")
@app.task(name="care.deadlines", queueing_lock="care.deadlines", pass_context=False)
def deadlines(timestamp: int | None = None) -> None:
    """This will do what silence decides in every case whose deadline is over.

    One that is busy or refuses is left for the next time, and spoils no other.
    """
    del timestamp
    at = now()
    for case in due_cases(at=at):
        with suppress(Refused):
            pass_deadline(case=case, at=at)
