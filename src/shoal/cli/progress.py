"""Progress in plain lines."""

import time
from collections.abc import Callable


def teller() -> Callable[[str], None]:
    """This will return a function that prints each step with the seconds since the first."""
    began = time.monotonic()

    def tell(step: str) -> None:
        print(f"  {time.monotonic() - began:5.1f} s  {step} …", flush=True)

    return tell
