"""What payment partners tell us: POST /notices/<provider>, signed by the partner."""

import logging

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from shoal.kit.clock import now
from shoal.kit.errors import Busy, NotFound
from shoal.payments.nonces import NoticeReplayed
from shoal.payments.operations import record_notices
from shoal.payments.providers import (
    NoMoneyMoved,
    NoticeRefused,
    ProviderDown,
    provider,
)
from shoal.payments.providers.keys import NotSetUp

_log = logging.getLogger(__name__)
_LARGEST_BODY = 64 * 1024


@csrf_exempt  # the partner's signature says who it is; it has no cookie
@require_POST
def take_notice(request: HttpRequest, provider: str) -> HttpResponse:
    """This will take one notice in: 2xx only once it is committed, 4xx when nothing was kept.

    Anything else (busy, the database away) is a 5xx, and the partner says it again later.
    """
    try:
        thanks = _take(request, provider)
    except NotFound:
        return _plain("no such provider", 404)
    except NoticeRefused:
        _log.warning("a notice in the name of %s was refused", provider)
        return _plain("refused", 401)
    except NoticeReplayed:
        return _plain("known already", 409)
    except NotSetUp as problem:
        _log.error("%s", problem.sentence)
        return _plain("later, please", 503)
    except (Busy, ProviderDown):
        return _plain("later, please", 503)
    return _plain(thanks, 200)


def _take(request: HttpRequest, name: str) -> str:
    partner = provider(name)
    # One byte more than allowed tells a long body from one that just fits; no more is read.
    body = request.read(_LARGEST_BODY + 1)
    if len(body) > _LARGEST_BODY:
        raise NoticeRefused
    at = now()
    headers = {key.lower(): value for key, value in request.headers.items()}
    try:
        notice = partner.read_notice(headers=headers, body=body, at=at)
    except NoMoneyMoved:
        return partner.thanks
    record_notices(notices=[notice], at=at)
    return partner.thanks


def _plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
