"""What must always hold, asked of the database itself."""

import time

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from shoal.kit import clock
from shoal.kit.health import module_checks
from shoal.web.access import OfOperator, operator
from shoal.web.desk.frame import ADMIN, desk_page


@operator(ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def health(request: OfOperator) -> HttpResponse:
    """This will run every module's checks, when asked to: they read whole tables."""
    if request.method != "POST":
        return desk_page(request, "health", {"checks": None})
    began = time.monotonic()
    checks = list(module_checks())
    context = {
        "checks": sorted(checks, key=lambda check: (check.ok, check.warning)),
        "wrong": sum(not check.ok and not check.warning for check in checks),
        "seconds": f"{time.monotonic() - began:.1f}",
        "at": clock.now(),
    }
    return desk_page(request, "health", context)
