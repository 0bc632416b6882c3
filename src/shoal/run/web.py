"""The web as a program: granian, which serves the pages and the files."""

import sys
from pathlib import Path

from shoal import env

_YEAR = "31536000"


def command(data: Path) -> tuple[str, ...]:
    """This will make the folders of files ready and return the command line that serves."""
    for folder in (data / "static", data / "media"):
        folder.mkdir(parents=True, exist_ok=True)
    return (
        sys.executable, "-m", "granian", "shoal.wsgi:application", "--interface", "wsgi",
        "--host", env.read("SHOAL_HOST"), "--port", str(env.read("SHOAL_PORT")),
        "--workers", str(env.read("SHOAL_WEB_PROCESSES")),
        "--blocking-threads", str(env.read("SHOAL_WEB_THREADS")),
        "--respawn-failed-workers", "--workers-kill-timeout", "5", "--no-ws",
        "--log-level", "error",
        # Every name carries its content's hash, so it may be kept for ever.
        "--static-path-route", "/media", "--static-path-mount", str(data / "media"),
        "--static-path-expires", _YEAR,
    )  # fmt: skip
