"""Background work on the database itself."""

from procrastinate.contrib.django import app

from shoal.kit.clock import now
from shoal.kit.partitions import ensure_partitions


@app.periodic(cron="23 3 * * *")
@app.task(name="shoal.partitions", pass_context=False)
def make_partitions(timestamp: int | None = None) -> None:
    """This will make the coming months' partitions of the facts tables."""
    del timestamp
    ensure_partitions(at=now())
