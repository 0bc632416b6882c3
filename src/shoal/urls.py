"""Every address of the site: each face lists its own in `shoal.web.<face>.urls`.

Files under /static/ are served by a middleware before any of these, those under /media/ by granian.
"""

from django.urls import URLPattern, URLResolver, include, path

from shoal.run import health
from shoal.web.desk import records

urlpatterns: list[URLPattern | URLResolver] = [
    path(health.PATH.lstrip("/"), health.healthz),
    path("sign-in/staff/", include("shoal.web.account.staff_urls")),
    path("keep/", include("shoal.web.keep.urls")),
    path("supply/", include("shoal.web.supply.urls")),
    path("desk/records/", records.site.urls),
    path("desk/", include("shoal.web.desk.urls")),
    # Of those at the root the customer's come first: each one tried in vain takes its time.
    path("", include("shoal.web.buy.urls")),
    path("", include("shoal.api.urls")),
    path("", include("shoal.web.components.urls")),
    path("", include("shoal.web.account.urls")),
]

handler403 = "shoal.web.errors.denied"
handler404 = "shoal.web.errors.missing"
handler500 = "shoal.web.errors.broken"
