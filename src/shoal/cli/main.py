"""The table of commands, and the one place where trouble becomes a line on the screen."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from shoal import __version__, env
from shoal.run.trouble import CannotRun, explained


class Command(Protocol):
    """What a command's file offers."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """This will tell the parser the command's own arguments."""

    def run(self, arguments: argparse.Namespace) -> int:
        """This will do it and return the exit code."""


@dataclass(frozen=True, slots=True)
class Row:
    """One command: its file under `shoal.cli` and what it does, in a line."""

    module: str
    meaning: str
    in_checkout: bool = False


COMMANDS: dict[str, Row] = {
    "demo": Row("demo", "Start everything on the demo world and print links to sign in."),
    "up": Row("up", "Start PostgreSQL, web and worker on this machine and keep them running."),
    "demo-world": Row("demo_world", "Build the demo world in a database that has none."),
    "web": Row("web", "Serve the pages, and nothing else."),
    "worker": Row("worker", "Do background jobs, and nothing else."),
    "sandbox-pay": Row("sandbox_pay", "Run the payment partner of the sandbox."),
    "migrate": Row("migrate", "Bring the database to this version."),
    "new-secrets": Row("new_secrets", "Print new secrets, for a file that several machines share."),
    "login-link": Row("login_link", "Print a short-lived link that signs somebody in."),
    "invite": Row("invite", "Invite somebody by e-mail to work at the platform."),
    "doctor": Row("doctor", "Check this installation and say how to mend what is wrong."),
    "import-products": Row("import_products", "Take a brand's product sheet in, or check it."),
    "export-products": Row("export_products", "Write a brand's products as a product sheet."),
    "reconcile": Row("reconcile", "Hold our books against the bills of providers and carriers."),
    "messages": Row("messages", "Merge and compile the Chinese texts, or find what lacks one."),
    "replay": Row("replay", "Sell a real retailer's history again through the same operations."),
    "test": Row("test", "Run every check of the source.", in_checkout=True),
    "drill": Row("drill", "Break things on purpose and watch them come back.", in_checkout=True),
    "mutants": Row("mutants", "Change each money rule and see a test notice.", in_checkout=True),
    "bench": Row("bench", "Measure one thing and compare it with its limit.", in_checkout=True),
}


def available() -> dict[str, Row]:
    """This will return the commands that exist here: some need a checkout."""
    return {
        name: row
        for name, row in COMMANDS.items()
        if not row.in_checkout or env.checkout() is not None
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """This will run one command and return the exit code; trouble becomes one line on stderr."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    commands = available()
    chosen = next((word for word in given if not word.startswith("-")), "")
    parser = argparse.ArgumentParser(prog="shoal", description="Shoal (鱼群)")
    parser.add_argument("--version", action="version", version=f"shoal {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, row in commands.items():
        sub = subparsers.add_parser(name, help=row.meaning, description=row.meaning)
        sub.add_argument("--data", metavar="DIR", help="the data folder (SHOAL_DATA)")
        if name == chosen:
            # Only the chosen command's file is loaded, so that help and errors come at once.
            command(name).add_arguments(sub)
    return guarded(parser.parse_args(given))


def command(name: str) -> Command:
    """This will load the file of the command `name`."""
    return cast("Command", importlib.import_module(f"shoal.cli.{COMMANDS[name].module}"))


def guarded(arguments: argparse.Namespace) -> int:
    """This will run the parsed command; what a person can mend is told in one line."""
    if arguments.data:
        os.environ["SHOAL_DATA"] = os.path.abspath(os.path.expanduser(arguments.data))  # noqa: PTH100, PTH111 - text in, text out
    try:
        return command(arguments.command).run(arguments)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (CannotRun, env.BadSetting) as trouble:
        return _say(trouble)
    except OSError as trouble:
        return _say(explained(trouble, env.data_folder()))
    except Exception as trouble:
        sentence = _sentence(trouble)
        if sentence is None:
            raise
        return _say(sentence)


def _sentence(trouble: Exception) -> object:
    """The line for a refusal or for trouble with the database; None for a bug."""
    from shoal.kit.errors import Refused
    from shoal.run.database import explanation

    return trouble if isinstance(trouble, Refused) else explanation(trouble)


def _say(sentence: object) -> int:
    print(f"shoal: {sentence}", file=sys.stderr)
    return 1
