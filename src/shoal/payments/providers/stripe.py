"""Adapter for Stripe: the payer goes to its own Checkout page, and no card number comes near us.

Our number stands as metadata `shoal` on every payment intent and refund, and that is how both are
found again. Spoken over plain HTTP: what is used here is a handful of calls.

https://docs.stripe.com/api, https://docs.stripe.com/webhooks#verify-manually
"""

import hashlib
import hmac
import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
from django.conf import settings

from shoal.kit.clock import day_bounds
from shoal.kit.money import Money
from shoal.payments import queries
from shoal.payments.providers import (
    BillNotReady,
    BillRow,
    NoMoneyMoved,
    NoticeRefused,
    Prepaid,
    Prepayment,
    ProviderDown,
    ProviderNotice,
    ProviderSaidNo,
)
from shoal.payments.providers.keys import word_of
from shoal.payments.providers.stripe_words import (
    OURS,
    bill_row,
    captured,
    refunded,
    stripe_amount,
    told_by,
)

NAME = "stripe"
VERSION = "2024-06-20"
WINDOW = timedelta(minutes=5)
_PATIENCE = httpx.Timeout(15, connect=3)
_PAGE = 100
_NOT_GIVEN_BACK = {"failed", "canceled"}
# Stripe keeps a Checkout page open for at least half an hour and at most a day.
_SHORTEST, _LONGEST = timedelta(minutes=31), timedelta(hours=23)
_LANGUAGES = {"zh-hans": "zh", "en": "en"}


def make() -> "Stripe":
    """This will return the adapter with the keys that the settings give.

    Raises KeyMissing or KeyBroken, which name the setting.
    """
    return Stripe(
        address=settings.SHOAL_STRIPE_URL,
        key=word_of("SHOAL_STRIPE_KEY"),
        webhook_secret=word_of("SHOAL_STRIPE_WEBHOOK_SECRET"),
    )


class Stripe:
    """Speaks with Stripe's REST API."""

    name = NAME
    thanks = ""

    def __init__(self, *, address: str, key: str, webhook_secret: str) -> None:
        self._webhook_secret = webhook_secret.encode()
        self._client = httpx.Client(
            base_url=address,
            timeout=_PATIENCE,
            follow_redirects=False,
            headers={"Authorization": f"Bearer {key}", "Stripe-Version": VERSION},
        )

    def prepay(self, *, prepayment: Prepayment) -> Prepaid:
        """This will open a Checkout page and return its address."""
        money = prepayment.money
        line = "line_items[0]"
        form = {
            "mode": "payment",
            "client_reference_id": prepayment.code,
            f"payment_intent_data[metadata][{OURS}]": prepayment.code,
            f"{line}[quantity]": "1",
            f"{line}[price_data][currency]": money.currency.lower(),
            f"{line}[price_data][unit_amount]": str(stripe_amount(money)),
            f"{line}[price_data][product_data][name]": prepayment.title[:100] or prepayment.code,
            "success_url": prepayment.return_url,
            "cancel_url": prepayment.return_url,
            "locale": _LANGUAGES.get(prepayment.language, "auto"),
        }
        # The same request, repeated, is the same page; one in another language is a page beside it.
        said = hashlib.sha256(json.dumps(form, sort_keys=True).encode()).hexdigest()[:16]
        if prepayment.expires_at is not None:
            form["expires_at"] = str(_checkout_ends(prepayment.expires_at))
            said += f"-{form['expires_at']}"
        told = self._post("/v1/checkout/sessions", form, once=f"{prepayment.code}-{said}")
        return Prepaid(redirect_url=str(told["url"]), reference=str(told["id"])[:80])

    def query(self, *, code: str) -> Sequence[ProviderNotice]:
        """This will return what was captured for the intent `code`."""
        notices = [captured(found) for found in self._payments(code)]
        return [notice for notice in notices if notice is not None]

    def refund(
        self, *, code: str, intent_code: str, money: Money, reason: str, notify_url: str
    ) -> Sequence[ProviderNotice]:
        """This will ask for a refund; Stripe knows no reason of ours, and its webhook is set up."""
        del reason, notify_url
        wanted = stripe_amount(money)
        failed = 0
        with_room: str = ""
        for payment in self._payments(intent_code):
            refunds = list(self._pages("/v1/refunds", {"payment_intent": payment["id"]}))
            mine = [row for row in refunds if row.get("metadata", {}).get(OURS) == code]
            alive = [row for row in mine if row["status"] not in _NOT_GIVEN_BACK]
            if alive:
                return told_by(refunded(alive[0]))
            failed += len(mine)
            back = sum(row["amount"] for row in refunds if row["status"] not in _NOT_GIVEN_BACK)
            if _received(payment) - back >= wanted and not with_room:
                with_room = str(payment["id"])
        if not with_room:
            raise ProviderSaidNo(why="there is no payment with this much left to refund")
        told = self._post(
            "/v1/refunds",
            {
                "payment_intent": with_room,
                "amount": str(wanted),
                f"metadata[{OURS}]": code,
            },
            once=f"{code}-{failed}",
        )
        return told_by(refunded(told))

    def query_refund(self, *, code: str) -> Sequence[ProviderNotice]:
        """This will return what has become of the refund `code`."""
        intent_code = queries.refund_by_code(code=code).intent.code
        for payment in self._payments(intent_code):
            for row in self._pages("/v1/refunds", {"payment_intent": payment["id"]}):
                if row.get("metadata", {}).get(OURS) == code:  # the newest try comes first
                    return told_by(refunded(row))
        return []

    def read_notice(
        self, *, headers: Mapping[str, str], body: bytes, at: datetime
    ) -> ProviderNotice:
        """This will check a webhook's signature and age and read it.

        Raises NoticeRefused, or NoMoneyMoved for one of Stripe's many other events.
        """
        self._check(header=headers.get("stripe-signature", ""), body=body, at=at)
        try:
            event = json.loads(body)
            told = event["data"]["object"]
            moment = datetime.fromtimestamp(event["created"], UTC)
            match str(event["type"]):
                case "payment_intent.succeeded":
                    notice = captured(told, at=moment, digest=hashlib.sha256(body).digest())
                case (
                    "refund.created"
                    | "refund.updated"
                    | "refund.failed"
                    | ("charge.refund.updated")
                ):
                    notice = refunded(told, at=moment, digest=hashlib.sha256(body).digest())
                case _:
                    notice = None
        except (ValueError, KeyError, TypeError) as error:
            raise NoticeRefused from error
        if notice is None:
            raise NoMoneyMoved
        return notice

    def download_bill(self, *, day: date) -> Iterable[BillRow]:
        """This will return the balance transactions of the market's `day`."""
        since_at, until_at = day_bounds(day)
        if until_at.timestamp() > time.time():
            raise BillNotReady
        asked = {
            "created[gte]": str(int(since_at.timestamp())),
            "created[lt]": str(int(until_at.timestamp())),
            "expand[]": "data.source",
        }
        rows = (
            bill_row(found, code=self._code_of(found["source"]))
            for found in self._pages("/v1/balance_transactions", asked)
        )
        return [row for row in rows if row is not None]

    def _code_of(self, source: Any) -> str:
        """Our number of a charge or refund; where it has none of its own, its payment's."""
        if not isinstance(source, dict):
            return ""
        ours = (source.get("metadata") or {}).get(OURS, "")
        if ours or source.get("object") != "charge" or not source.get("payment_intent"):
            return str(ours)
        payment = self._get(f"/v1/payment_intents/{source['payment_intent']}", {})
        return str((payment.get("metadata") or {}).get(OURS, ""))

    def _payments(self, code: str) -> list[dict[str, Any]]:
        """The payment intents with our `code`; more than one where the payer opened two pages."""
        if not code.isalnum():
            return []
        found = self._get(
            "/v1/payment_intents/search",
            {"query": f'metadata["{OURS}"]:"{code}"', "limit": str(_PAGE)},
        )
        return list(found["data"])

    def _check(self, *, header: str, body: bytes, at: datetime) -> None:
        parts = [part.partition("=") for part in header.split(",")]
        stamp = next((value for name, _, value in parts if name.strip() == "t"), "")
        if not stamp.isdecimal() or len(stamp) > 12:
            raise NoticeRefused
        expected = hmac.digest(self._webhook_secret, f"{stamp}.".encode() + body, "sha256").hex()
        signatures = [value for name, _, value in parts if name.strip() == "v1"]
        matches = [hmac.compare_digest(expected.encode(), one.encode()) for one in signatures]
        if not any(matches) or abs(at.timestamp() - int(stamp)) > WINDOW.total_seconds():
            raise NoticeRefused

    def _pages(self, path: str, asked: dict[str, str]) -> Iterator[dict[str, Any]]:
        after: dict[str, str] = {}
        while True:
            page = self._get(path, {**asked, "limit": str(_PAGE), **after})
            yield from page["data"]
            if not page["has_more"] or not page["data"]:
                return
            after = {"starting_after": str(page["data"][-1]["id"])}

    def _get(self, path: str, asked: dict[str, str]) -> dict[str, Any]:
        return self._ask(self._client.build_request("GET", path, params=asked))

    def _post(self, path: str, form: dict[str, str], *, once: str) -> dict[str, Any]:
        # With the same key a repeated request is not done a second time.
        headers = {"Idempotency-Key": once}
        return self._ask(self._client.build_request("POST", path, data=form, headers=headers))

    def _ask(self, request: httpx.Request) -> dict[str, Any]:
        try:
            answer = self._client.send(request)
            told: dict[str, Any] = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderDown from error
        # 409: the same request is under way; 429: too many at once. Both pass.
        if answer.status_code >= 500 or answer.status_code in {409, 429}:
            raise ProviderDown
        if answer.status_code >= 400:
            raise ProviderSaidNo(why=str(told.get("error", {}).get("message", ""))[:200])
        return told


def _received(payment: dict[str, Any]) -> int:
    return int(payment.get("amount_received", payment["amount"]))


def _checkout_ends(expires_at: datetime) -> int:
    # The clock of the wire: Stripe counts both limits from the moment that it is asked.
    now = datetime.fromtimestamp(time.time(), UTC)
    return int(min(max(expires_at, now + _SHORTEST), now + _LONGEST).timestamp())
