"""Background entry points of people: one call each."""

from uuid import UUID

from procrastinate.contrib.django import app

from shoal.kit import vault
from shoal.kit.clock import now


@app.task(name="people.erase_key", retry=10)
def erase_key(*, person: str) -> None:
    """This will delete the key of an erased person, should the first try have failed."""
    vault.erase(UUID(person))


@app.periodic(cron="23 3 * * *")
@app.task(name="people.tidy", queueing_lock="people.tidy")
def tidy(timestamp: int) -> None:
    """This will delete codes, links and tallies that no decision looks at any more."""
    del timestamp
    from shoal.people import operations

    operations.tidy(at=now())
