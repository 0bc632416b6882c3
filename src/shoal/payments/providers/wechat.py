"""Adapter for WeChat Pay, API v3: JSAPI within WeChat, H5 on other phones, Native on a desk.

Signing, checking and opening is the work of `wechatpayv3`, always with a public key that we were
given: with one it fetches nothing over the network, when it is made or when a stranger writes to
us. What it leaves to its user is done here: the age of a notice, and whose key may have signed it.

https://pay.weixin.qq.com/doc/v3/merchant/4012791832
"""

import gzip
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote

from django.conf import settings
from wechatpayv3 import WeChatPay, WeChatPayType

from shoal.kit.money import Money
from shoal.payments.providers import (
    AnnouncedOtherwise,
    BillNotReady,
    BillRow,
    Client,
    NoMoneyMoved,
    NoticeRefused,
    PaidAlready,
    Prepaid,
    Prepayment,
    ProviderDown,
    ProviderNotice,
    ProviderSaidNo,
    rsa,
)
from shoal.payments.providers.beijing import BEIJING, bill_is_ready
from shoal.payments.providers.keys import KeyBroken, key_of, word_of
from shoal.payments.providers.wechat_words import bill_rows, captured, refunded

NAME = "wechat"
WINDOW = timedelta(minutes=5)
_PATIENCE = (2, 5)
_SIGNED = ("signature", "timestamp", "nonce", "serial", "signature-type")
_TITLE_CHARACTERS, _REASON_BYTES = 120, 80
T = TypeVar("T")
_REENTERED = "重入"  # "called again, with other particulars than the first time"
_NOT_DONE = {"CLOSED", "ABNORMAL"}


def make() -> "WeChat":
    """This will return the adapter with the keys that the settings give.

    Raises KeyMissing, SettingMissing or KeyBroken, which name the setting.
    """
    public_key, serial = rsa.public_key("SHOAL_WECHAT_PUBLIC_KEY")
    api_key = key_of("SHOAL_WECHAT_API_KEY")
    if len(api_key.encode()) != 32:
        raise KeyBroken(setting="SHOAL_WECHAT_API_KEY")
    word_of("SHOAL_WECHAT_APP_SECRET")  # who pays within WeChat comes through its sign-in first
    library = WeChatPay(
        wechatpay_type=WeChatPayType.NATIVE,
        mchid=rsa.told("SHOAL_WECHAT_MERCHANT"),
        private_key=rsa.as_pem(rsa.private_key("SHOAL_WECHAT_PRIVATE_KEY")),
        cert_serial_no=rsa.told("SHOAL_WECHAT_SERIAL"),
        appid=rsa.told("SHOAL_WECHAT_APP_ID"),
        apiv3_key=api_key,
        timeout=_PATIENCE,
        public_key=rsa.as_pem(public_key),
        public_key_id=serial or rsa.told("SHOAL_WECHAT_PUBLIC_KEY_ID"),
    )
    # The library has no setting for its address; WeChat Pay has a second one for bad days.
    library._core._gate_way = settings.SHOAL_WECHAT_URL  # noqa: SLF001
    return WeChat(
        library=library,
        merchant=settings.SHOAL_WECHAT_MERCHANT,
        app_id=settings.SHOAL_WECHAT_APP_ID,
        key_id=serial or settings.SHOAL_WECHAT_PUBLIC_KEY_ID,
    )


class WeChat:
    """Speaks with WeChat Pay through the library."""

    name = NAME
    thanks = ""

    def __init__(self, *, library: Any, merchant: str, app_id: str, key_id: str) -> None:
        self._library = library
        self._merchant, self._app_id, self._key_id = merchant, app_id, key_id

    def prepay(self, *, prepayment: Prepayment) -> Prepaid:
        """This will announce a payment in the way that suits what the payer holds."""
        money = prepayment.money
        if money.currency != "CNY":
            raise ProviderSaidNo(why=f"WeChat Pay does not take {money.currency}")
        words: dict[str, Any] = {
            "description": (prepayment.title or prepayment.code)[:_TITLE_CHARACTERS],
            "out_trade_no": prepayment.code,
            "amount": {"total": money.minor, "currency": money.currency},
            "notify_url": prepayment.notify_url,
        }
        if prepayment.expires_at is not None:
            ends = prepayment.expires_at.astimezone(BEIJING)
            words["time_expire"] = ends.isoformat(timespec="seconds")
        match prepayment.client:
            case Client.WECHAT:
                return self._open_sheet(words, payer=prepayment.client_user)
            case Client.PHONE:
                return self._open_page(words, prepayment)
            case Client.DESK:
                return self._show_code(words)

    def _open_sheet(self, words: dict[str, Any], *, payer: str) -> Prepaid:
        if not payer:
            raise ProviderSaidNo(why="WeChat has not told who pays")
        told = self._ask(
            self._library.pay, **words, payer={"openid": payer}, pay_type=WeChatPayType.JSAPI
        )
        prepay_id = _read(lambda: str(told["prepay_id"]))
        package = f"prepay_id={prepay_id}"
        stamp, nonce = str(int(time.time())), secrets.token_hex(16)
        sheet = {
            "appId": self._app_id,
            "timeStamp": stamp,
            "nonceStr": nonce,
            "package": package,
            "signType": "RSA",
            "paySign": self._library.sign([self._app_id, stamp, nonce, package]),
        }
        return Prepaid(redirect_url="", reference=prepay_id[:80], sheet=sheet)

    def _open_page(self, words: dict[str, Any], prepayment: Prepayment) -> Prepaid:
        scene = {"payer_client_ip": prepayment.client_address, "h5_info": {"type": "Wap"}}
        told = self._ask(self._library.pay, **words, scene_info=scene, pay_type=WeChatPayType.H5)
        back = quote(prepayment.return_url, safe="")
        return Prepaid(
            redirect_url=f"{_read(lambda: told['h5_url'])}&redirect_url={back}",
            reference=words["out_trade_no"],
        )

    def _show_code(self, words: dict[str, Any]) -> Prepaid:
        told = self._ask(self._library.pay, **words, pay_type=WeChatPayType.NATIVE)
        code_url = _read(lambda: str(told["code_url"]))
        return Prepaid(redirect_url="", reference=words["out_trade_no"], scan=code_url)

    def query(self, *, code: str) -> Sequence[ProviderNotice]:
        """This will return what was captured for the intent `code`."""
        told = self._ask(self._library.query, out_trade_no=code)
        return _read(lambda: [captured(self._ours(told))]) if _is_paid(told) else []

    def refund(
        self, *, code: str, intent_code: str, money: Money, reason: str, notify_url: str
    ) -> Sequence[ProviderNotice]:
        """This will ask for a refund, or hear what has become of it when asked before."""
        paid = self._ask(self._library.query, out_trade_no=intent_code)
        if not _is_paid(paid):
            raise ProviderSaidNo(why="there is no payment to refund")
        told = self._ask(
            self._library.refund,
            out_refund_no=code,
            out_trade_no=intent_code,
            amount={
                "refund": money.minor,
                "total": _read(lambda: paid["amount"]["total"]),
                "currency": money.currency,
            },
            reason=reason.encode()[:_REASON_BYTES].decode(errors="ignore"),
            notify_url=notify_url,
        )
        if told.get("status") in _NOT_DONE:
            # The same number stays what it is until somebody acts in WeChat Pay's own pages.
            raise ProviderSaidNo(why=f"the refund is {told['status']} at WeChat Pay")
        return _read(lambda: refunded(told))

    def query_refund(self, *, code: str) -> Sequence[ProviderNotice]:
        """This will return what has become of the refund `code`."""
        told = self._ask(self._library.query_refund, out_refund_no=code)
        return _read(lambda: refunded(told)) if told else []

    def read_notice(
        self, *, headers: Mapping[str, str], body: bytes, at: datetime
    ) -> ProviderNotice:
        """This will check a notice's signer, signature and age, open it and read it."""
        signed = {f"wechatpay-{part}": headers.get(f"wechatpay-{part}", "") for part in _SIGNED}
        stamp = signed["wechatpay-timestamp"]
        if not hmac.compare_digest(signed["wechatpay-serial"].encode(), self._key_id.encode()):
            raise NoticeRefused
        if not (stamp.isdecimal() and stamp.isascii() and len(stamp) < 12):
            raise NoticeRefused
        if abs(at.timestamp() - int(stamp)) > WINDOW.total_seconds():
            raise NoticeRefused
        try:
            told = self._library.callback(headers=signed, body=body)
        except Exception as error:  # the library raises plain Exceptions of its own
            raise NoticeRefused from error
        if not told or not signed["wechatpay-nonce"]:
            raise NoticeRefused
        digest, nonce = hashlib.sha256(body).digest(), signed["wechatpay-nonce"]
        try:
            return self._notice(told, digest=digest, nonce=nonce)
        except (ValueError, KeyError, TypeError) as error:
            raise NoticeRefused from error

    def _notice(self, told: dict[str, Any], *, digest: bytes, nonce: str) -> ProviderNotice:
        resource = self._ours(told["resource"])
        match str(told["event_type"]):
            case "TRANSACTION.SUCCESS":
                if _is_paid(resource):
                    return captured(resource, digest=digest, nonce=nonce)
            case "REFUND.SUCCESS" | "REFUND.ABNORMAL" | "REFUND.CLOSED":
                found = refunded(
                    {"create_time": told["create_time"], **resource}, digest=digest, nonce=nonce
                )
                if found:
                    return found[0]
        raise NoMoneyMoved

    def download_bill(self, *, day: date) -> Iterable[BillRow]:
        """This will return the rows of the trade bill of `day`, a day of Beijing's."""
        if not bill_is_ready(day=day, at=datetime.fromtimestamp(time.time(), UTC)):
            raise BillNotReady
        told = self._ask(self._library.trade_bill, bill_date=day.isoformat())
        if not told:
            return []
        address = _read(lambda: str(told["download_url"]))
        if not address.startswith(f"{settings.SHOAL_WECHAT_URL}/"):
            raise ProviderDown
        packed = self._call(self._library.download_bill, url=address)
        try:
            data = packed if isinstance(packed, bytes) else packed.encode()
            bill = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
            # The file itself is not signed; its digest came in an answer that is.
            digest = hashlib.new(str(told["hash_type"]).lower(), bill).hexdigest()
            if not hmac.compare_digest(digest, str(told["hash_value"]).lower()):
                raise ValueError("not the file that was announced")
            return bill_rows(bill.decode("utf-8-sig"))
        except (ValueError, KeyError, OSError, EOFError, ArithmeticError) as error:
            raise ProviderDown from error

    def _ours(self, told: dict[str, Any]) -> dict[str, Any]:
        """What is told is about this merchant, and where a transaction says so, this account."""
        if told["mchid"] != self._merchant or told.get("appid", self._app_id) != self._app_id:
            raise ValueError("another merchant's, or another account's")
        return told

    def _ask(self, call: Callable[..., tuple[int, str | bytes]], **words: Any) -> dict[str, Any]:
        text = self._call(call, **words)
        try:
            told: dict[str, Any] = json.loads(text) if text else {}
        except ValueError as error:
            raise ProviderDown from error
        return told

    def _call(self, call: Callable[..., tuple[int, str | bytes]], **words: Any) -> str | bytes:
        try:
            status, text = call(**words)
        except Exception as error:  # requests' own, and the library's plain Exceptions
            raise ProviderDown from error
        if 200 <= status < 300:
            return text
        problem = _problem(text)
        match problem.get("code"):
            case "ORDERPAID":
                raise PaidAlready
            case "OUT_TRADE_NO_USED" | "ORDER_CLOSED":
                raise AnnouncedOtherwise
            case "INVALID_REQUEST" if _REENTERED in str(problem.get("message")):
                raise AnnouncedOtherwise
            case "STATEMENT_CREATING":
                raise BillNotReady
            case "ORDER_NOT_EXIST" | "RESOURCE_NOT_EXISTS" | "NO_STATEMENT_EXIST":
                return ""
        if status >= 500 or status == 429:
            raise ProviderDown
        raise ProviderSaidNo(why=str(problem.get("message", status))[:200])


def _read(words: Callable[[], T]) -> T:
    """What an answer says; one that makes no sense is a partner that does not work."""
    try:
        return words()
    except (ValueError, KeyError, TypeError) as error:
        raise ProviderDown from error


def _is_paid(told: Mapping[str, Any]) -> bool:
    # A transaction with a refund says REFUND from then on; it was paid all the same.
    return told.get("trade_state") in {"SUCCESS", "REFUND"}


def _problem(text: str | bytes) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
