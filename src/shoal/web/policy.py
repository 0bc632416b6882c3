"""What browsers may load into our pages: the policy of `settings`, put together once."""

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class Policy(CSPMiddleware):
    """django-csp's own, but that what nearly every answer says is not put together each time."""

    _made: tuple[object, str] = (None, "")
    """The policy as the settings have it, and as the header says it."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """This will say what the page may load, as its view wants it or as all do."""
        wants_more = any(name.startswith("_csp") for name in vars(response))
        if wants_more or hasattr(request, "_csp_nonce") or settings.DEBUG:
            return super().process_response(request, response)
        policy, words = self._made
        if policy is not settings.CONTENT_SECURITY_POLICY:
            policy, words = self._made = settings.CONTENT_SECURITY_POLICY, build_policy()
        response.headers.setdefault(HEADER, words)
        return response
