"""What browsers may load: the same words as django-csp's own, whoever puts them together."""

from csp.constants import HEADER, NONE, SELF
from csp.decorators import csp_update
from csp.middleware import CSPMiddleware
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from shoal.web.policy import Policy


def page(request: HttpRequest) -> HttpResponse:
    del request
    return HttpResponse("hello")


def said(middleware: type[CSPMiddleware], view=page) -> dict[str, str]:
    answer = middleware(view)(RequestFactory().get("/"))
    return dict(part.split(" ", 1) for part in answer[HEADER].split("; "))


def test_it_says_what_django_csp_says():
    assert said(Policy) == said(CSPMiddleware)
    assert said(Policy)["frame-ancestors"] == NONE


def test_a_view_that_wants_more_has_it_and_no_other_page_does():
    wanting = csp_update({"img-src": "https://brand.example"})(page)
    assert "https://brand.example" in said(Policy, wanting)["img-src"]
    assert "https://brand.example" not in said(Policy)["img-src"]


def test_another_policy_counts_at_once(settings):
    policy = Policy(page)
    before = policy(RequestFactory().get("/"))[HEADER]
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {"default-src": [SELF]}}
    assert policy(RequestFactory().get("/"))[HEADER] == "default-src 'self'" != before
