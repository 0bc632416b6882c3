"""Django, set up for a command."""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from shoal import env


@contextmanager
def all_at_once() -> Iterator[None]:
    """This will keep the garbage collector out of the block, and away from what it loaded.

    Code stays for good: looking for garbage among it again and again takes a sixth of a start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def set_up_django() -> None:
    """This will load the settings and every module; complains about settings nobody knows."""
    for name in env.unknown():
        print(f"shoal: there is no setting {name}; is it a typo?", file=sys.stderr)
    os.environ["DJANGO_SETTINGS_MODULE"] = "shoal.settings"
    with all_at_once():
        import django

        django.setup()


def tell_what_is_missing() -> None:
    """This will say which payment partner lacks which key; everything else works without it."""
    from shoal.payments.providers import what_is_missing

    for sentence in what_is_missing():
        print(f"shoal: {sentence}", file=sys.stderr, flush=True)
