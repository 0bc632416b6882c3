"""Bad views for the walk to find: one without a mark, one that forgets whose order it shows, one
that refuses too late.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path

from shoal.orders.models import Order
from shoal.web.access import OfOperator, SignedIn, anyone, operator, signed_in


def unguarded(request: HttpRequest, order: str) -> HttpResponse:
    del request
    return HttpResponse(Order.objects.get(code=order).total_minor)


@signed_in
def careless(request: SignedIn, order: str) -> HttpResponse:
    del request
    return HttpResponse(Order.objects.get(code=order).total_minor)


@signed_in
def too_late(request: SignedIn, order: str) -> HttpResponse:
    del request
    Order.objects.filter(code=order).update(region="mine")
    raise Http404


@anyone
def too_open(request: HttpRequest, order: str) -> HttpResponse:
    del request
    return HttpResponse(order)


@operator()
def desk(request: OfOperator) -> HttpResponse:
    return HttpResponse(" ".join(sorted(request.operator_roles)))


urlpatterns = [
    path("planted/unguarded/<str:order>", unguarded),
    path("planted/careless/<str:order>", careless),
    path("planted/too-late/<str:order>", too_late),
    path("planted/too-open/<str:order>", too_open),
    path("planted/desk", desk),
    path("sign-in/", include("shoal.web.account.urls")),
    path("sign-in/staff/", include("shoal.web.account.staff_urls")),
]
