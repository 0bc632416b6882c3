"""Background entry points of cases; the clock of these is the worker's."""

import logging

from procrastinate.contrib.django import app

from shoal.care.operations_deadlines import pass_deadline
from shoal.care.queries_cases import due_cases
from shoal.kit.clock import now
from shoal.kit.errors import Refused

_log = logging.getLogger(__name__)


@app.periodic(cron="*/5 * * * *")
@app.task(name="care.deadlines", queueing_lock="care.deadlines", pass_context=False)
def deadlines(timestamp: int | None = None) -> None:
    """This will do what silence decides in every case whose deadline is over.

    One that is busy, refuses or fails is left for the next time, and spoils no other.
    """
    del timestamp
    at = now()
    for case in due_cases(at=at):
        try:
            pass_deadline(case=case, at=at)
        except Refused as refusal:
            _log.info("case %s waits past its deadline: %s", case, refusal.code)
        except Exception:  # noqa: BLE001 - whatever it is, the next case is decided
            _log.exception("case %s waits past its deadline", case)
