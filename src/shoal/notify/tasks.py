"""Background entry points: hand messages to their provider, shred the old ones."""

from uuid import UUID

from django.db import InterfaceError, OperationalError
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from shoal.kit.clock import now
from shoal.notify import providers

_RETRY = RetryStrategy(
    max_attempts=6,
    exponential_wait=5,
    # The database may go away under a job; a message is sent once however often it is handed over.
    retry_exceptions={providers.NotTaken, OperationalError, InterfaceError},
)


@app.task(name="notify.send", retry=_RETRY)
def send(*, message: str) -> None:
    """This will hand one kept message to its provider."""
    from shoal.notify import operations

    operations.hand_over(message=UUID(message), at=now())


@app.periodic(cron="17 * * * *")
@app.task(name="notify.shred", queueing_lock="notify.shred")
def shred(timestamp: int) -> None:
    """This will shred messages that have served."""
    del timestamp
    from shoal.notify import operations

    operations.shred_messages(at=now())
