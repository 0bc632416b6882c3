"""Django, set up for a command."""

import os
import sys

from shoal import env


def set_up_django() -> None:
    """This will load the settings and every module; complains about settings nobody knows."""
    import django

    for name in env.unknown():
        print(f"shoal: there is no setting {name}; is it a typo?", file=sys.stderr)
    os.environ["DJANGO_SETTINGS_MODULE"] = "shoal.settings"
    django.setup()


def tell_what_is_missing() -> None:
    """This will say which payment partner lacks which key; everything else works without it."""
    from shoal.payments.providers import what_is_missing

    for sentence in what_is_missing():
        print(f"shoal: {sentence}", file=sys.stderr, flush=True)
