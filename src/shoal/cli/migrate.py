"""`shoal migrate`: database, key store, texts and files brought to this version."""

import argparse
from pathlib import Path

from shoal import env
from shoal.run.loading import set_up_django


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """This will tell the parser about --quiet and --files."""
    parser.add_argument("--quiet", action="store_true", help="say only what was changed")
    parser.add_argument(
        "--files", action="store_true", help="only texts and static files, without a database"
    )


def run(arguments: argparse.Namespace) -> int:
    """This will do what is missing and nothing else; safe to run at every start."""
    from shoal.run import database

    data = env.data_folder()
    if arguments.files:
        set_up_django()
        _bring_files_up_to_date(data)
        return 0
    with database.borrowed(data):
        database.check(data)
        set_up_django()
        with database.one_at_a_time(data):
            bring_up_to_date(data, quiet=arguments.quiet)
        database.require_our_secrets(data)  # another machine may have been the first
    return 0


def bring_up_to_date(data: Path, *, quiet: bool) -> None:
    """This will bring the database of the settings, its key store and our files up to date."""
    from django.core.management import call_command

    from shoal.kit import clock, partitions, vault
    from shoal.run import migrations, version

    at = clock.now()
    pending = migrations.pending()
    if pending:
        print(f"  applying {len(pending)} migrations", flush=True)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
    vault.create_schema()
    partitions.ensure_partitions(at=at)
    _bring_files_up_to_date(data)
    vault.close()
    version.note(data, at=at)
    if not (pending or quiet):
        print("Everything is at this version already.")


def _bring_files_up_to_date(data: Path) -> None:
    from shoal.run import messages, static

    messages.compile_into(data / "locale")
    if static.gather(data / "static"):
        print("  gathered the static files", flush=True)
