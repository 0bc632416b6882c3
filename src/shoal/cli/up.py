"""`shoal up`: everything on one machine, kept running until Ctrl-C."""

import argparse

from shoal import env
from shoal.cli import listening
from shoal.run.trouble import CannotRun


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """This will tell the parser where to listen."""
    listening.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """This will run until Ctrl-C or SIGTERM; every process it started has ended then."""
    from shoal.run import outbox, stack
    from shoal.run.supervisor import Stopped, Supervisor, only_one

    listening.choose(arguments)
    data = env.data_folder()
    with (
        only_one(data),
        stack.held_ports() as held,
        Supervisor(data / "log" / "shoal.log", console=_print) as supervisor,
    ):
        try:
            outbox.require_way_out(supervisor.say)
            stack.bring_up(supervisor, data=data, tell=supervisor.say, held=held)
            supervisor.say(f"ready {env.public_url()}/")
            supervisor.watch()
        except Stopped:
            supervisor.say("stopping")
        except CannotRun as trouble:
            supervisor.say(str(trouble))
            return 1
    return 0


def _print(line: str) -> None:
    print(line, flush=True)
