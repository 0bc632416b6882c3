"""What the worker does for payments: one call each."""

from procrastinate.contrib.django import app

from shoal.kit.clock import now
from shoal.payments import nonces, operations


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


@app.periodic(cron="41 * * * *")
@app.task(name="payments.forget_nonces", queueing_lock="payments.forget_nonces", pass_context=False)
def forget_nonces(timestamp: int | None = None) -> None:
    """This will forget the numbers of notices that are refused for their age by now."""
    del timestamp
    nonces.forget_nonces(at=now())
