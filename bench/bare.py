"""The least that Django does for a request: a view that says ok, with nothing around it."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path


def bare(_request: HttpRequest) -> HttpResponse:
    """This will answer "ok"."""
    return HttpResponse("ok")


urlpatterns = [path("", bare)]
if not settings.configured:
    settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], MIDDLEWARE=[])
    application = get_wsgi_application()
