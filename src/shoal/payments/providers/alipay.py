"""Adapter for Alipay: its page on a desk, its page for phones on a phone.

Every request and answer is a flat list of words signed with RSA and SHA-256, and that is done here
with `cryptography`: docs/decisions says why no library is used. An answer's signature is over its
very characters, so they are cut out of the text before it is read.

https://opendocs.alipay.com/common/02mriz (signing), /open/203/105286 (notices)
"""

import hashlib
import io
import json
import time
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from django.conf import settings

from shoal.kit.money import Money
from shoal.payments import queries
from shoal.payments.providers import (
    BillNotReady,
    BillRow,
    Client,
    NoMoneyMoved,
    NoticeRefused,
    Prepaid,
    Prepayment,
    ProviderDown,
    ProviderNotice,
    ProviderSaidNo,
    rsa,
)
from shoal.payments.providers.alipay_words import bill_rows, captured, refunded, was_paid
from shoal.payments.providers.beijing import bill_is_ready, moment, written, yuan

NAME = "alipay"
AHEAD = timedelta(minutes=5)
# Alipay says the same thing again for up to 25 hours, and may leave its time of sending as it was.
OLDEST = timedelta(hours=26)
_PATIENCE = httpx.Timeout(5, connect=2)
_PAGES = {
    Client.DESK: ("alipay.trade.page.pay", "FAST_INSTANT_TRADE_PAY"),
    Client.PHONE: ("alipay.trade.wap.pay", "QUICK_WAP_WAY"),
    Client.WECHAT: ("alipay.trade.wap.pay", "QUICK_WAP_WAY"),
}
_LARGEST_BILL = 64 * 1024 * 1024
T = TypeVar("T")


def make() -> "Alipay":
    """This will return the adapter with the keys that the settings give.

    Raises KeyMissing, SettingMissing or KeyBroken, which name the setting.
    """
    return Alipay(
        address=settings.SHOAL_ALIPAY_URL,
        app_id=rsa.told("SHOAL_ALIPAY_APP_ID"),
        own_key=rsa.private_key("SHOAL_ALIPAY_PRIVATE_KEY"),
        partner_key=rsa.public_key("SHOAL_ALIPAY_PUBLIC_KEY")[0],
    )


class Alipay:
    """Speaks with Alipay's gateway."""

    name = NAME
    thanks = "success"

    def __init__(
        self, *, address: str, app_id: str, own_key: RSAPrivateKey, partner_key: RSAPublicKey
    ) -> None:
        self._address, self._app_id = address, app_id
        self._own_key, self._partner_key = own_key, partner_key
        self._client = httpx.Client(timeout=_PATIENCE, follow_redirects=False)

    def prepay(self, *, prepayment: Prepayment) -> Prepaid:
        """This will return the signed address of Alipay's page: Alipay hears of it from her."""
        money = prepayment.money
        if money.currency != "CNY":
            raise ProviderSaidNo(why=f"Alipay does not take {money.currency}")
        method, product = _PAGES[prepayment.client]
        wish = {
            "out_trade_no": prepayment.code,
            "total_amount": yuan(money),
            "subject": (prepayment.title or prepayment.code)[:128],
            "product_code": product,
        }
        if product == "QUICK_WAP_WAY":
            wish["quit_url"] = prepayment.return_url
        if prepayment.expires_at is not None:
            wish["time_expire"] = written(prepayment.expires_at)
        words = self._signed(
            method,
            wish,
            notify_url=prepayment.notify_url,
            return_url=prepayment.return_url,
        )
        page = f"{self._address}/gateway.do?{urlencode(words)}"
        return Prepaid(redirect_url=page, reference=prepayment.code)

    def query(self, *, code: str) -> Sequence[ProviderNotice]:
        """This will return what was captured for the intent `code`."""
        told = self._ask("alipay.trade.query", {"out_trade_no": code})
        return _read(lambda: [captured(told)]) if was_paid(told) else []

    def refund(
        self, *, code: str, intent_code: str, money: Money, reason: str, notify_url: str
    ) -> Sequence[ProviderNotice]:
        """This will refund at once; Alipay tells of it where it told of the payment."""
        del notify_url
        told = self._ask(
            "alipay.trade.refund",
            {
                "out_trade_no": intent_code,
                "out_request_no": code,
                "refund_amount": yuan(money),
                "refund_reason": reason[:128],
            },
        )
        # What moved, and when, is asked for: the answer tells the sum of all refunds, and "N" says
        # only that this call moved nothing.
        known = self._refund(code=code, intent_code=intent_code)
        if not known and told.get("fund_change") != "Y":
            raise ProviderSaidNo(why=str(told.get("sub_msg") or "no money was moved")[:200])
        return known

    def query_refund(self, *, code: str) -> Sequence[ProviderNotice]:
        """This will return what has become of the refund `code`."""
        intent_code = queries.refund_by_code(code=code).intent.code
        return self._refund(code=code, intent_code=intent_code)

    def _refund(self, *, code: str, intent_code: str) -> list[ProviderNotice]:
        told = self._ask(
            "alipay.trade.fastpay.refund.query",
            {
                "out_trade_no": intent_code,
                "out_request_no": code,
                "query_options": ["gmt_refund_pay"],
            },
        )
        return _read(lambda: refunded(told, at=_now()))

    def read_notice(
        self, *, headers: Mapping[str, str], body: bytes, at: datetime
    ) -> ProviderNotice:
        """This will check a notice's signature, age and addressee and read it.

        Of a refund a notice says only that there was one: what moved is then asked for.
        """
        del headers
        words = self._checked(body)
        try:
            age = at - moment(words["notify_time"])
            if not -AHEAD <= age <= OLDEST or words["app_id"] != self._app_id:
                raise NoticeRefused
            if words.get("gmt_refund") and words.get("out_biz_no"):
                known = self._refund(code=words["out_biz_no"], intent_code=words["out_trade_no"])
                if not known:
                    raise NoMoneyMoved
                return known[0]
            if not was_paid(words):
                raise NoMoneyMoved
            return captured(words, digest=hashlib.sha256(body).digest())
        except (ValueError, KeyError, ArithmeticError) as error:
            raise NoticeRefused from error

    def _checked(self, body: bytes) -> dict[str, str]:
        try:
            pairs = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True)
        except ValueError as error:
            raise NoticeRefused from error
        words = dict(pairs)
        if len(words) != len(pairs) or words.get("sign_type") != "RSA2":
            raise NoticeRefused
        message = _message({name: words[name] for name in words if name != "sign_type"})
        if not rsa.is_signed(self._partner_key, message, words.get("sign", "")):
            raise NoticeRefused
        return words

    def download_bill(self, *, day: date) -> Iterable[BillRow]:
        """This will return the rows of the trade bill of `day`, a day of Beijing's."""
        if not bill_is_ready(day=day, at=_now()):
            raise BillNotReady
        told = self._ask(
            "alipay.data.dataservice.bill.downloadurl.query",
            {"bill_type": "trade", "bill_date": day.isoformat()},
        )
        if not told:
            return []
        address = self._bill_address(_read(lambda: str(told["bill_download_url"])))
        try:
            answer = self._client.get(address)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise ProviderDown from error
        return _read(lambda: bill_rows(_unpacked(answer.content)))

    def _bill_address(self, given: str) -> str:
        """The file is not signed: it must come from Alipay, over a line nobody listens to."""
        parts = urlsplit(given)
        if given.startswith(f"{self._address}/"):
            return given
        if parts.hostname is None or not parts.hostname.endswith(".alipay.com"):
            raise ProviderDown
        return parts._replace(scheme="https").geturl()

    def _signed(self, method: str, wish: Mapping[str, object], **more: str) -> dict[str, str]:
        words = {
            "app_id": self._app_id,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": written(_now()),
            "version": "1.0",
            "biz_content": json.dumps(wish, ensure_ascii=False, separators=(",", ":")),
            **more,
        }
        return {**words, "sign": rsa.sign(self._own_key, _message(words))}

    def _ask(self, method: str, wish: Mapping[str, object]) -> dict[str, Any]:
        """The answer to one call; empty where Alipay knows no such thing."""
        words = self._signed(method, wish)
        try:
            answer = self._client.post(
                f"{self._address}/gateway.do", params={"charset": "utf-8"}, data=words
            )
            answer.raise_for_status()
            node = f"{method.replace('.', '_')}_response"
            told = self._answer(answer.content.decode(), node=node)
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderDown from error
        if told.get("code") == "10000":
            return told
        problem = str(told.get("sub_code", ""))
        if problem.lower() in {"acq.trade_not_exist", "isp.bill_not_exist", "bill_not_exist"}:
            return {}
        if told.get("code") == "20000" or problem.endswith(("SYSTEM_ERROR", "system-error")):
            raise ProviderDown
        raise ProviderSaidNo(why=str(told.get("sub_msg") or told.get("msg"))[:200])

    def _answer(self, text: str, *, node: str) -> dict[str, Any]:
        """Cuts the signed part out of an answer; ValueError where it is not Alipay's."""
        whole = json.loads(text)
        node = node if node in whole else "error_response"
        start = text.index(f'"{node}":') + len(node) + 3
        start += len(text[start:]) - len(text[start:].lstrip())
        told, end = json.JSONDecoder().raw_decode(text, start)
        signature = str(whole.get("sign", ""))
        # "The application does not exist" and the like come unsigned, and move no money.
        unsigned_no = node == "error_response" and not signature
        if not unsigned_no and not rsa.is_signed(
            self._partner_key, text[start:end].encode(), signature
        ):
            raise ValueError("an answer that Alipay has not signed")
        if not isinstance(told, dict) or (unsigned_no and told.get("code") == "10000"):
            raise ValueError("an answer that makes no sense")
        return told


def _message(words: Mapping[str, str]) -> bytes:
    """What is signed: the words that are not empty, in the order of their names."""
    given = sorted((name, text) for name, text in words.items() if text and name != "sign")
    return "&".join(f"{name}={text}" for name, text in given).encode()


def _unpacked(archive: bytes) -> list[str]:
    """The texts of the files in a bill's archive; Alipay writes them in GBK."""
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        if sum(file.file_size for file in files.infolist()) > _LARGEST_BILL:
            raise ValueError("a bill larger than any")
        return [files.read(file).decode("gb18030") for file in files.infolist()]


def _read(words: Callable[[], T]) -> T:
    """What an answer says; one that makes no sense is a partner that does not work."""
    try:
        return words()
    except (ValueError, KeyError, TypeError, ArithmeticError, zipfile.BadZipFile) as error:
        raise ProviderDown from error


def _now() -> datetime:
    # The clock of the wire, not of business: messages carry when they were sent.
    return datetime.fromtimestamp(time.time(), UTC)
