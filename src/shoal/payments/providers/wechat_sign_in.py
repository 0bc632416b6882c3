"""Who somebody is to WeChat: its OAuth 2 for pages opened within it.

WeChat Pay opens its sheet for one person, named by her openid: what our own account calls her.
`snsapi_base` tells that and nothing else, and asks her nothing.

https://developers.weixin.qq.com/doc/service/guide/h5/auth.html
"""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from shoal.payments.providers import ProviderDown, ProviderSaidNo, rsa
from shoal.payments.providers.keys import key_of


def is_set_up() -> bool:
    """This will say whether the settings name an account to sign in with."""
    given = settings.SHOAL_WECHAT_APP_SECRET or settings.SHOAL_WECHAT_APP_SECRET_FILE
    return bool(settings.SHOAL_WECHAT_APP_ID and given)


def way_in(*, back: str, state: str) -> str:
    """This will return the address that leads through WeChat to `back`, with a code and `state`."""
    words = {
        "appid": rsa.told("SHOAL_WECHAT_APP_ID"),
        "redirect_uri": back,
        "response_type": "code",
        "scope": "snsapi_base",
        "state": state,
    }
    # WeChat reads these words in this order, and wants the mark at the end.
    page = f"{settings.SHOAL_WECHAT_OPEN_URL}/connect/oauth2/authorize"
    return f"{page}?{urlencode(words)}#wechat_redirect"


def openid_of(*, code: str) -> str:
    """This will exchange the code that WeChat sent her back with for her openid, once.

    Raises ProviderDown, or ProviderSaidNo for a code that is used, too old or made up.
    """
    import httpx

    words = {
        "appid": rsa.told("SHOAL_WECHAT_APP_ID"),
        "secret": key_of("SHOAL_WECHAT_APP_SECRET"),
        "code": code,
        "grant_type": "authorization_code",
    }
    try:
        answer = httpx.get(
            f"{settings.SHOAL_WECHAT_SNS_URL}/sns/oauth2/access_token",
            params=words,
            timeout=httpx.Timeout(5, connect=2),
        )
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        openid = told.get("openid", "")
    except (httpx.HTTPError, ValueError, AttributeError):
        # Not chained: the address that failed holds the secret.
        raise ProviderDown from None
    if not openid or not isinstance(openid, str):
        raise ProviderSaidNo(why=f"WeChat sign-in {told.get('errcode', '')}".strip())
    return openid
