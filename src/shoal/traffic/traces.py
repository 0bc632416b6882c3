"""What a trace is on its way: who came, from where, in words that name no person. Pure."""

import hashlib
import hmac
import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from urllib.parse import urlsplit
from uuid import UUID

from shoal.kit.ids import uuid7
from shoal.traffic.models import Share, Trace

# Programs that say what they are. Whoever pretends to be a browser is counted as one.
_ROBOT = re.compile(
    r"bot[/;)]|\bbot\b|spider|crawl|slurp|preview|scrap|monitor|facebookexternalhit|curl/|wget/"
    r"|python-|headless|lighthouse|okhttp|go-http-client|java/",
    re.IGNORECASE,
)
_CHAT = re.compile(r"MicroMessenger|WhatsApp|Line/|DingTalk|\bQQ/", re.IGNORECASE)
_SITES = {
    Trace.From.SEARCH: ("baidu.", "google.", "bing.", "sogou.", "so.com", "yandex.", "duckduckgo."),
    Trace.From.SOCIAL: (
        "weibo.", "xiaohongshu.", "douyin.", "zhihu.", "facebook.", "instagram.", "t.co", "tiktok.",
    ),
}  # fmt: skip


class NotATrace(ValueError):
    """A message of the stream that cannot be meant."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One trace, as the stream carries it."""

    kind: str
    shop: UUID
    thing: str
    thing_code: str
    at: datetime
    id: UUID
    share: str = ""
    visitor: str = ""
    came_from: str = Trace.From.NONE
    robot: bool = False


def seen(
    *,
    kind: Trace.Kind,
    shop: UUID,
    thing: str,
    thing_code: str,
    at: datetime,
    share: str = "",
    visitor: str = "",
    headers: Mapping[str, str] | None = None,
    host: str = "",
) -> Seen:
    """This will describe a trace; `headers` are what the browser said of itself to `host`."""
    said = headers or {}
    agent = said.get("User-Agent", "")
    return Seen(
        kind=str(kind),
        shop=shop,
        thing=thing,
        thing_code=thing_code,
        at=at,
        id=uuid7(),
        share=share,
        visitor=visitor,
        came_from=str(came_from(referrer=said.get("Referer", ""), agent=agent, host=host)),
        robot=headers is not None and is_robot(agent=agent),
    )


def is_robot(*, agent: str) -> bool:
    """This will say whether a program says that it is one; a browser always says something."""
    return not agent.strip() or _ROBOT.search(agent) is not None


def is_peek(*, headers: Mapping[str, str]) -> bool:
    """This will say whether nobody looks: the browser or a chat only fetches ahead."""
    purpose = headers.get("Sec-Purpose", "") or headers.get("Purpose", "")
    return "prefetch" in purpose or "preview" in purpose


def came_from(*, referrer: str, agent: str, host: str) -> Trace.From:
    """This will return the kind of place that somebody came from, and never the address of it."""
    if _CHAT.search(agent):
        return Trace.From.CHAT
    try:
        there = (urlsplit(referrer).netloc or "").lower()
    except ValueError:
        return Trace.From.NONE
    if not there or there == host.lower():
        return Trace.From.NONE
    for kind, sites in _SITES.items():
        if any(there.startswith(site) or f".{site}" in f".{there}" for site in sites):
            return kind
    return Trace.From.LINK


def visitor_mark(*, key: bytes, browser: UUID, shop: UUID, day: date) -> str:
    """This will return the mark of a browser in one shop on one day of the market.

    Without the installation's key nobody can tell two days, or two shops, of a browser apart from
    two browsers. 132 bits of HMAC-SHA-256.
    """
    message = b"|".join((b"visitor", browser.bytes, shop.bytes, day.isoformat().encode()))
    return urlsafe_b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()[:22]


def packed(trace: Seen) -> bytes:
    """This will write a trace as one line of JSON."""
    row = asdict(trace) | {"at": trace.at.astimezone(UTC).isoformat()}
    return json.dumps(row, default=str, separators=(",", ":")).encode()


def unpacked(body: bytes) -> Seen:
    """This will read a trace back. Raises NotATrace when it is none."""
    try:
        row = json.loads(body)
        made = Seen(
            **row
            | {
                "id": UUID(row["id"]),
                "shop": UUID(row["shop"]),
                "at": datetime.fromisoformat(row["at"]),
                "robot": row["robot"] is True,
            }
        )
        if made.at.tzinfo is None:
            raise NotATrace("a moment without a time zone")
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise NotATrace(str(error)) from error
    if made.kind not in Trace.Kind.values or made.thing not in Share.Thing.values:
        raise NotATrace(made.kind)
    if made.came_from not in Trace.From.values:
        raise NotATrace(made.came_from)
    texts = ((made.share, 12), (made.thing_code, 12), (made.visitor, 22))
    if any(not isinstance(text, str) or len(text) > most or "\0" in text for text, most in texts):
        raise NotATrace("a text that is none of ours")
    return made
