"""Background entry points of offers."""

from procrastinate.contrib.django import app

from shoal.kit.clock import now
from shoal.offers import operations


@app.periodic(cron="* * * * *")
@app.task(name="offers.close_ended_sales", queueing_lock="offers.close_ended_sales")
def close_ended_sales(timestamp: int | None = None) -> None:
    """This will bring unsold units of offers that are over back to the warehouse."""
    del timestamp
    while operations.close_ended_sales(at=now()):
        pass
