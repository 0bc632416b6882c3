"""Forms on pages that everybody shares: they carry no token, so the browser's word is checked."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from shoal.web.errors import forged

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def from_our_pages(view: View[P]) -> Callable[..., HttpResponse]:
    """This will let `view` take a POST without a token, from pages of this site only.

    A page that a cache may hand to anybody cannot hold a token of somebody. Every browser of
    today says where a form comes from (Sec-Fetch-Site, else Origin), and no page can forge that;
    a request that says neither is refused.
    """

    @csrf_exempt
    @wraps(view)
    def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method == "POST" and not _is_ours(request):
            return forged(request, "not from a page of this site")
        return view(request, *args, **kwargs)

    return checked


def _is_ours(request: HttpRequest) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin", "")
    return urlsplit(origin).netloc == request.get_host()
