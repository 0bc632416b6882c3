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
