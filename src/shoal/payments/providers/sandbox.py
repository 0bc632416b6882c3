"""Adapter for Harbour Pay, the partner of the sandbox; its protocol stands in its own package.

Its public key is read from the file that it writes on its first start. A partner on another machine
has its file copied into place.
"""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from shoal.kit.clock import day_bounds
from shoal.kit.money import Money
from shoal.payments.providers import (
    BillKind,
    BillNotReady,
    BillRow,
    NoticeRefused,
    Prepaid,
    Prepayment,
    ProviderDown,
    ProviderNotice,
    ProviderSaidNo,
)
from shoal.payments.rules import Kind

NAME = "sandbox"
WINDOW = timedelta(minutes=5)
_PATIENCE = httpx.Timeout(5, connect=2)


def make() -> "HarbourPay":
    """This will return the adapter for the partner that the settings name."""
    return HarbourPay(
        address=settings.SHOAL_PAY_URL,
        seed=settings.SHOAL_PAY_SANDBOX_KEY,
        partner_key=settings.SHOAL_DATA / "sandbox-pay" / "partner.pub",
    )


class HarbourPay:
    """Speaks with Harbour Pay over HTTP, both sides signing with Ed25519."""

    name = NAME
    thanks = ""

    def __init__(self, *, address: str, seed: bytes, partner_key: Path) -> None:
        self._own = Ed25519PrivateKey.from_private_bytes(seed)
        self._partner_key = partner_key
        self._client = httpx.Client(
            base_url=address,
            timeout=_PATIENCE,
            follow_redirects=False,
            trust_env=False,
        )

    def prepay(self, *, prepayment: Prepayment) -> Prepaid:
        """This will announce a payment and return the partner's page for it."""
        ends = prepayment.expires_at
        told = self.ask(
            "POST",
            "/v1/payments",
            {
                "code": prepayment.code,
                "amount": prepayment.money.minor,
                "currency": prepayment.money.currency,
                "title": prepayment.title[:100],
                "return_url": prepayment.return_url,
                "notify_url": prepayment.notify_url,
                "language": prepayment.language,
                "expires_at": int(ends.timestamp()) if ends else 0,
            },
        )
        return Prepaid(redirect_url=told["page"], reference=told["reference"])

    def query(self, *, code: str) -> Sequence[ProviderNotice]:
        """This will return what was charged for the intent `code`."""
        return [_notice(charge) for charge in self.ask("GET", f"/v1/payments/{code}")["charges"]]

    def refund(
        self, *, code: str, intent_code: str, money: Money, reason: str, notify_url: str
    ) -> Sequence[ProviderNotice]:
        """This will ask for a refund; Harbour Pay wants no reason."""
        del reason
        told = self.ask(
            "POST",
            "/v1/refunds",
            {
                "code": code,
                "payment": intent_code,
                "amount": money.minor,
                "currency": money.currency,
                "notify_url": notify_url,
            },
        )
        return [_notice(told["told"])] if told["told"] else []

    def query_refund(self, *, code: str) -> Sequence[ProviderNotice]:
        """This will return what has become of the refund `code`."""
        told = self.ask("GET", f"/v1/refunds/{code}")["told"]
        return [_notice(told)] if told else []

    def read_notice(
        self, *, headers: Mapping[str, str], body: bytes, at: datetime
    ) -> ProviderNotice:
        """This will check a notice's signature and age and read it, or raise NoticeRefused."""
        nonce = self._check(headers=headers, body=body, at=at)
        try:
            return _notice(json.loads(body), digest=hashlib.sha256(body).digest(), nonce=nonce)
        except (ValueError, KeyError, TypeError) as error:
            raise NoticeRefused from error

    def download_bill(self, *, day: date) -> Iterable[BillRow]:
        """This will return what Harbour Pay wrote down between the market's midnights."""
        since_at, until_at = day_bounds(day)
        path = f"/v1/bills/{int(since_at.timestamp())}-{int(until_at.timestamp())}"
        told = self.ask("GET", path)
        if not told["ready"]:
            raise BillNotReady
        try:
            return [_bill_row(row) for row in told["rows"]]
        except (ValueError, KeyError, TypeError) as error:
            raise ProviderDown from error

    def _check(self, *, headers: Mapping[str, str], body: bytes, at: datetime) -> str:
        stamp, nonce = headers.get("pay-timestamp", ""), headers.get("pay-nonce", "")
        message = f"{stamp}\n{nonce}\n".encode() + body + b"\n"
        try:
            signature = base64.b64decode(headers.get("pay-signature", ""), validate=True)
            self._partner().verify(signature, message)
            age = abs(at.timestamp() - int(stamp))
        except (InvalidSignature, ValueError) as error:
            raise NoticeRefused from error
        if age > WINDOW.total_seconds() or not nonce:
            raise NoticeRefused
        return nonce

    def _partner(self) -> Ed25519PublicKey:
        # Read each time: the partner may have been set up anew since this process started.
        try:
            text = self._partner_key.read_text(encoding="ascii")
            return Ed25519PublicKey.from_public_bytes(bytes.fromhex(text.strip()))
        except (OSError, ValueError) as error:
            raise ProviderDown from error

    def ask(self, method: str, path: str, record: dict[str, object] | None = None) -> Any:
        """This will ask the partner something, both sides signing, and return the answer's record.

        Raises ProviderDown or ProviderSaidNo.
        """
        body = b"" if record is None else json.dumps(record).encode()
        # The clock of a message on the wire, not of business: a retry must be signed afresh.
        stamp, nonce = int(time.time()), secrets.token_hex(16)
        message = f"{method}\n{path}\n{stamp}\n{nonce}\n".encode() + body + b"\n"
        headers = {
            "Pay-Timestamp": str(stamp),
            "Pay-Nonce": nonce,
            "Pay-Signature": base64.b64encode(self._own.sign(message)).decode(),
        }
        try:
            answer = self._client.request(method, path, content=body, headers=headers)
        except httpx.HTTPError as error:
            raise ProviderDown from error
        if answer.status_code >= 500:
            raise ProviderDown
        if answer.status_code >= 400:
            raise ProviderSaidNo(why=_why(answer))
        return self._read_answer(answer)

    def _read_answer(self, answer: httpx.Response) -> Any:
        """An answer moves money as a notice does, so it must be signed as one."""
        try:
            signed_at = datetime.fromtimestamp(time.time()).astimezone()
            self._check(headers=answer.headers, body=answer.content, at=signed_at)
            return answer.json()
        except (NoticeRefused, ValueError) as error:
            raise ProviderDown from error


def _notice(told: dict[str, Any], *, digest: bytes = b"", nonce: str = "") -> ProviderNotice:
    happened_at = datetime.fromisoformat(told["happened_at"])
    if happened_at.tzinfo is None or not isinstance(told["amount"], int):
        raise ValueError("a moment without a zone, or an amount that is no whole number")
    return ProviderNotice(
        provider=NAME,
        event=str(told["event"])[:80],
        kind=Kind(told["kind"]),
        code=str(told["code"])[:40],
        amount=told["amount"],
        currency=str(told["currency"])[:3],
        happened_at=happened_at,
        digest=digest,
        nonce=nonce,
    )


def _bill_row(told: dict[str, Any]) -> BillRow:
    if not isinstance(told["amount"], int) or not isinstance(told["fee"], int):
        raise TypeError("an amount that is no whole number")
    return BillRow(
        kind=BillKind(told["kind"]),
        code=str(told["code"])[:40],
        reference=str(told["reference"])[:80],
        amount=told["amount"],
        fee=told["fee"],
        currency=str(told["currency"])[:3],
        happened_at=datetime.fromisoformat(told["happened_at"]),
    )


def _why(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["error"])[:200]
    except (ValueError, KeyError, TypeError):
        return str(answer.status_code)
