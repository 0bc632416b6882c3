"""What several commands need: Django set up, and progress in plain lines."""

import os
import sys
import time
from collections.abc import Callable

from shoal import env


def set_up_django() -> None:
    """This will load the settings and every module; complains about settings nobody knows."""
    import django

    for name in env.unknown():
        print(f"shoal: there is no setting {name}; is it a typo?", file=sys.stderr)
    os.environ["DJANGO_SETTINGS_MODULE"] = "shoal.settings"
    django.setup()


def teller() -> Callable[[str], None]:
    """This will return a function that prints each step with the seconds since the first."""
    began = time.monotonic()

    def tell(step: str) -> None:
        print(f"  {time.monotonic() - began:5.1f} s  {step} …", flush=True)

    return tell
