"""Background entry points of the ledger."""

from procrastinate.contrib.django import app

from shoal.kit.clock import now
from shoal.ledger import operations


@app.periodic(cron="17 * * * *")
@app.task(name="ledger.snapshot", pass_context=False)
def snapshot(timestamp: int | None = None) -> None:
    """This will snapshot the platform-wide accounts."""
    del timestamp
    operations.take_snapshots(at=now())
