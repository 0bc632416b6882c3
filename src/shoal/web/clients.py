"""What somebody holds in her hand, as far as her browser says: it chooses how she pays."""

from django.http import HttpRequest

from shoal.payments.providers import Client

_PHONES = ("Mobile", "Android", "iPhone", "iPad", "HarmonyOS")


def client_of(request: HttpRequest) -> Client:
    """This will say whether a request comes from within WeChat, from another phone, or a desk."""
    agent = request.headers.get("User-Agent", "")
    if "MicroMessenger" in agent:
        return Client.WECHAT
    return Client.PHONE if any(word in agent for word in _PHONES) else Client.DESK
