"""What the worker does for payments: one call each."""

from procrastinate.contrib.django import app

from shoal.kit.clock import now
from shoal.payments import operations


@app.periodic(cron="* * * * *")
@app.task(name="payments.send_refunds", pass_context=False)
def send_refunds(timestamp: int | None = None) -> None:
    """This will send the refunds that are due and ask after those under way."""
    del timestamp
    operations.send_refunds(at=now())


@app.periodic(cron="* * * * *")
@app.task(name="payments.settle_open_intents", pass_context=False)
def settle_open_intents(timestamp: int | None = None) -> None:
    """This will find payments whose notice never came."""
    del timestamp
    operations.settle_open_intents(at=now())
