"""`shoal invite`: how the first operator comes in, and any later one."""

import argparse

from shoal import env
from shoal.cli import listening
from shoal.run.loading import set_up_django

_BY = "cli:invite"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """This will tell the parser whom to invite."""
    parser.add_argument("email", help="her work address; the invitation is mailed there")
    parser.add_argument("--role", default="admin", help="admin, vetting, money or care")


def run(arguments: argparse.Namespace) -> int:
    """This will mail an invitation to work at the platform, or print its link; it holds a week."""
    from shoal.notify import ways
    from shoal.run import database

    listening.as_running()
    with database.borrowed(env.data_folder()):
        set_up_django()
        if "mail" in ways.refused_channels():
            link = _minted(arguments)
            print(f"Invited {arguments.email} as {arguments.role}.")
            print(f"No mail server is set: hand this link over yourself: {link}")
            return 0
        _mail(arguments)
        print(f"Invited {arguments.email} as {arguments.role}.")
        if "mail" in ways.kept_channels():
            print(f"No mail server is set: read the invitation at {env.public_url()}/outbox")
    return 0


def _minted(arguments: argparse.Namespace) -> str:
    from shoal.kit.clock import now
    from shoal.people.operations import mint_invitation

    return mint_invitation(email=arguments.email, role=arguments.role, by=_BY, at=now())


def _mail(arguments: argparse.Namespace) -> None:
    from django.utils.translation import gettext

    from shoal.kit.clock import now
    from shoal.people.models import Invitation
    from shoal.people.operations import invite

    invite(
        email=arguments.email,
        place=Invitation.Place.PLATFORM,
        subject=None,
        role=arguments.role,
        place_name=gettext("Shoal"),
        by=_BY,
        at=now(),
    )
