"""What the worker does for settlement: one call each."""

from procrastinate.contrib.django import app

from shoal.kit.clock import now
from shoal.settlement import deposits, operations_payouts, operations_statements


@app.periodic(cron="* * * * *")
@app.task(name="settlement.send_payouts", pass_context=False)
def send_payouts(timestamp: int | None = None) -> None:
    """This will send the payouts that are released and ask after those under way."""
    del timestamp
    operations_payouts.send_payouts(at=now())


@app.periodic(cron="41 2 * * *")
@app.task(name="settlement.prepare_payouts", pass_context=False)
def prepare_payouts(timestamp: int | None = None) -> None:
    """This will let deposits answer for debts, and make the payouts of this period."""
    del timestamp
    deposits.cover_debts(at=now())
    operations_payouts.prepare_payouts(at=now())


@app.periodic(cron="11 * * * *")
@app.task(name="settlement.make_statements", pass_context=False)
def make_statements(timestamp: int | None = None) -> None:
    """This will make the statements of every period that is over and has none yet."""
    del timestamp
    operations_statements.make_statements(at=now())
