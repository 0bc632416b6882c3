"""Background entry points of orders; the clock of these is the worker's."""

from procrastinate.contrib.django import app

from shoal.kit.batches import until_none
from shoal.kit.clock import now
from shoal.orders import operations, shipping

# Settling keeps a core of the database busy per connection; more than two mostly wait for each
# other, because the largest parties' balances are in nearly every batch.
SIDE_BY_SIDE = 2


@app.periodic(cron="* * * * *")
@app.task(name="orders.expire", queueing_lock="orders.expire", pass_context=False)
def expire(timestamp: int | None = None) -> None:
    """This will give up unpaid orders whose time is over, until none is left."""
    del timestamp
    while operations.expire_orders(at=now()):
        pass


@app.periodic(cron="15 * * * *")
@app.task(name="orders.arrive", queueing_lock="orders.arrive", pass_context=False)
def arrive(timestamp: int | None = None) -> None:
    """This will note parcels as arrived that were shipped long ago, until none is left."""
    del timestamp
    while shipping.presume_arrivals(at=now()):
        pass


@app.periodic(cron="*/5 * * * *")
@app.task(name="orders.complete", queueing_lock="orders.complete", pass_context=False)
def complete(timestamp: int | None = None) -> None:
    """This will complete and settle orders whose after-sales window is over, until none is left."""
    del timestamp
    until_none(lambda: operations.complete_orders(at=now()), side_by_side=SIDE_BY_SIDE)
