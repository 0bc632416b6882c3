"""Is it alive? Asked by the supervisor, by doctor and by a load balancer."""

import http.client
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shoal import env

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PATH = "/healthz"
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where to ask, not to listen


def healthz(_request: "HttpRequest") -> "HttpResponse":
    """This will answer "ok" if this process can use its database."""
    # The supervisor asks without Django, which takes a while to load.
    from django.db import connection
    from django.http import HttpResponse

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")


def web_answers() -> bool:
    """This will tell whether the web on this machine serves."""
    host: str = env.read("SHOAL_HOST")
    ask = http.client.HTTPConnection(_ANYWHERE.get(host, host), env.read("SHOAL_PORT"), timeout=2)
    try:
        ask.request("GET", PATH, headers={"Host": "localhost"})
        return ask.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        ask.close()


@dataclass(slots=True)
class Patience:
    """How long to wait for something."""

    seconds: float
    began: float = field(default_factory=time.monotonic)

    def over(self) -> bool:
        """Whether it is time to give up."""
        return time.monotonic() - self.began > self.seconds
