"""`shoal invite`: how the first operator comes in, and any later one."""

import argparse

from shoal import env
from shoal.run.loading import set_up_django
from shoal.run.trouble import CannotRun


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """This will tell the parser whom to invite."""
    parser.add_argument("email", help="her work address; the invitation is mailed there")
    parser.add_argument("--role", default="admin", help="admin, vetting, money or care")


def run(arguments: argparse.Namespace) -> int:
    """This will mail an invitation to work at the platform; it holds for seven days."""
    from shoal.run import database

    with database.borrowed(env.data_folder()):
        set_up_django()
        from django.conf import settings
        from django.utils.translation import gettext

        from shoal.kit.clock import now
        from shoal.kit.errors import Refused
        from shoal.people.models import Invitation
        from shoal.people.operations import invite

        try:
            invite(
                email=arguments.email,
                place=Invitation.Place.PLATFORM,
                subject=None,
                role=arguments.role,
                place_name=gettext("Shoal"),
                by="cli:invite",
                at=now(),
            )
        except Refused as refused:
            raise CannotRun(str(refused)) from refused
        print(f"Invited {arguments.email} as {arguments.role}.")
        if not settings.EMAIL_HOST:
            print(f"No mail server is set: read the invitation at {env.public_url()}/outbox")
    return 0
