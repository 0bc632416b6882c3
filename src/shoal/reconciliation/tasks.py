"""What the worker does for reconciliation."""

from procrastinate.contrib.django import app

from shoal.kit.clock import now
from shoal.reconciliation import operations


@app.periodic(cron="23 * * * *")
@app.task(name="reconciliation.fetch_bills", pass_context=False)
def fetch_bills(timestamp: int | None = None) -> None:
    """This will fetch the bills of days that are over and of which we have none yet.

    Every hour, because each provider closes its day when it likes: the first hour after the
    market's midnight at which a bill is out is the one that takes it in, missed days included.
    """
    del timestamp
    operations.catch_up(at=now(), by="worker:reconciliation")
